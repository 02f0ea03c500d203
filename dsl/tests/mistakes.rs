//! What is told of files with mistakes: every one, at its place, in words for a lawyer.

#![allow(clippy::disallowed_methods, reason = "tests read files")]

use countersign_dsl::{Lines, Mistake, parse};

/// As a reader sees it: the line, a mark below the place, what is wrong, what to do.
fn tell(source: &str, mistake: &Mistake) -> String {
    let lines = Lines::new(source);
    let (line, column) = lines.place(source, mistake.span.start);
    let length = source[mistake.span.clone()].lines().next().unwrap_or_default().chars().count().max(1);
    let text = source.lines().nth(line - 1).unwrap_or_default().replace('\u{202E}', "?");
    let broken = if mistake.structural { " (the file is not assessed)" } else { "" };
    let mut told = format!("{line}:{column} {}{broken}\n    {text}\n    ", mistake.message);
    told += &format!("{:blank$}{}\n", "", "^".repeat(length), blank = column - 1);
    if let Some((span, label)) = &mistake.also {
        let (line, column) = lines.place(source, span.start);
        told += &format!("  also {line}:{column}: {label}\n");
    }
    if let Some(help) = &mistake.help {
        told += &format!("  help: {help}\n");
    }
    told
}

fn told(source: &str) -> String {
    let told: Vec<String> = parse(source).mistakes.iter().map(|mistake| tell(source, mistake)).collect();
    told.join("\n")
}

/// The files of `tests/mistakes`, by name.
fn bad_files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mistakes");
    let paths =
        std::fs::read_dir(folder).expect("the folder of bad files").map(|file| file.expect("a file").path());
    let read = paths.map(|path| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(&path).expect("a readable file"))
    });
    read.collect()
}

#[test]
fn every_bad_file_is_told_as_recorded() {
    for (name, source) in bad_files() {
        insta::assert_snapshot!(name, told(&source));
    }
}

/// House style: lower case at the start, no full stop, no words of the parser's making.
#[test]
fn messages_keep_the_house_style() {
    for (_, source) in bad_files() {
        for mistake in parse(&source).mistakes {
            for text in [Some(mistake.message), mistake.help, mistake.also.map(|(_, label)| label)]
                .into_iter()
                .flatten()
            {
                assert!(!text.starts_with(char::is_uppercase), "{text}");
                assert!(!text.ends_with('.'), "{text}");
                assert!(
                    !["expected", "token", "EOI", "rule", "syntax", "parse"]
                        .iter()
                        .any(|word| text.contains(word)),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn a_flood_of_mistakes_is_cut_and_says_so() {
    let source = "a: 1\n".repeat(5000);
    let tree = parse(&source);
    assert_eq!(tree.mistakes.len(), 1001);
    assert_eq!(tree.mistakes[1000].message, "the file has 4000 more mistakes, which are not listed");
    assert!(tree.is_broken());
}

#[test]
fn curly_and_straight_quotes_do_not_close_each_other() {
    let messages =
        |source| parse(source).mistakes.into_iter().map(|mistake| mistake.message).collect::<Vec<_>>();
    assert_eq!(messages("a “b\""), ["the quote marks of this text do not match"]);
    assert_eq!(messages("a \"b”"), ["the quote marks of this text do not match"]);
    assert_eq!(messages("a b”"), ["`”` is no quote mark of a text"]);
}

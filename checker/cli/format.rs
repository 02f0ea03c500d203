//! `countersign fmt`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use countersign::finding::Mistake;
use countersign::source::{Place, Source};
use countersign_dsl as dsl;
use ignore::WalkBuilder;

use crate::args::FormatArguments;
use crate::check::complain;
use crate::{Exit, files};

/// Words that have no place in a file that travels to the other side.
const PRIVILEGED: [&str; 3] = ["privileged", "legal advice", "counsel thinks"];

/// Runs the command.
pub fn run(arguments: &FormatArguments) -> Exit {
    let here = env::current_dir().unwrap_or_default();
    let mut exit = Exit::Nothing;
    for path in &arguments.paths {
        let done =
            if path.as_os_str() == "-" { standard_input() } else { each(path, &here, arguments.check) };
        match done {
            Ok(changed) => {
                exit = exit.max(if changed && arguments.check { Exit::Findings } else { Exit::Nothing })
            }
            Err(mistakes) => exit = exit.max(complain(&mistakes)),
        }
    }
    exit
}

fn standard_input() -> Result<bool, Vec<Mistake>> {
    let text = files::standard_input().map_err(|mistake| vec![mistake])?;
    let formatted = laid_out("standard input", &text)?;
    let _ = io::stdout().write_all(formatted.as_bytes());
    Ok(formatted != text)
}

fn each(path: &Path, here: &Path, check: bool) -> Result<bool, Vec<Mistake>> {
    let mut changed = false;
    let mut mistakes = Vec::new();
    let found = deal_files(path)?;
    if found.is_empty() {
        eprintln!("{}: no deal file", path.display());
    }
    for file in found {
        match one(&file, here, check) {
            Ok(different) => changed |= different,
            Err(more) => mistakes.extend(more),
        }
    }
    if mistakes.is_empty() { Ok(changed) } else { Err(mistakes) }
}

fn one(path: &Path, here: &Path, check: bool) -> Result<bool, Vec<Mistake>> {
    let text = files::text(path).map_err(|mistake| vec![mistake])?;
    let shown = files::shown(&files::absolute(path, here), here);
    let formatted = laid_out(&shown, &text)?;
    if formatted == text {
        return Ok(false);
    }
    if check {
        let _ = writeln!(io::stdout(), "{shown}");
        return Ok(true);
    }
    // The whole text is written beside the file first, so that an interrupted run loses nothing.
    let beside = path.with_extension("deal.new");
    let written = fs::write(&beside, &formatted).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| vec![Mistake::nowhere(format!("{shown}: {}", files::plain(&error)))])?;
    Ok(true)
}

fn laid_out(shown: &str, text: &str) -> Result<String, Vec<Mistake>> {
    let source = Source::new(shown, text);
    remarks(&source);
    dsl::format(text).map_err(|mistakes| {
        let ours = mistakes.into_iter().map(|mistake| {
            let at = Mistake::at(&Place::new(&source, mistake.span), mistake.message);
            match mistake.help {
                Some(help) => at.help(help),
                None => at.help("nothing was changed: a file with mistakes is not laid out"),
            }
        });
        ours.collect()
    })
}

/// Warns of remarks that should not travel: in comments, and in the reasons of departures.
fn remarks(source: &std::sync::Arc<Source>) {
    let tree = dsl::parse(&source.text);
    let mut spans: Vec<dsl::Span> = tree.comments.iter().map(|comment| comment.span.clone()).collect();
    for block in tree.entries.iter().filter_map(|entry| entry.block.as_ref()) {
        for accept in
            block.entries.iter().filter(|entry| source.text[entry.head.clone()].starts_with("accept"))
        {
            spans.push(accept.span.clone());
        }
    }
    for span in spans {
        let lower = source.text[span.clone()].to_lowercase();
        if let Some(word) = PRIVILEGED.iter().find(|word| lower.contains(**word)) {
            let place = Place::new(source, span);
            eprintln!(
                "{place}: warning: \"{word}\" in a file that travels; keep privileged remarks elsewhere"
            );
        }
    }
}

fn deal_files(path: &Path) -> Result<Vec<PathBuf>, Vec<Mistake>> {
    let fail = |message: String| vec![Mistake::nowhere(format!("{}: {message}", path.display()))];
    let about = fs::metadata(path).map_err(|error| fail(files::plain(&error)))?;
    if about.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in WalkBuilder::new(path).standard_filters(false).hidden(true).build() {
        let entry = entry.map_err(|error| fail(error.to_string()))?;
        let file = entry.file_type().is_some_and(|kind| kind.is_file());
        if file && entry.path().extension().is_some_and(|end| end == "deal") {
            found.push(entry.into_path());
        }
    }
    found.sort();
    Ok(found)
}

//! What each form reads as, one line a case: words bare, texts in quotes, lists in brackets, `|` where a line broke.

#![allow(clippy::disallowed_methods, reason = "time is looked at, and files are read")]

use countersign_dsl::{Atom, Entry, Group, MAX_BYTES, Tree, format, parse};

fn show(entries: &[Entry]) -> String {
    let entries: Vec<String> = entries.iter().map(show_entry).collect();
    entries.join("; ")
}

fn show_entry(entry: &Entry) -> String {
    let mut shown = show_groups(&entry.groups);
    if let Some(anchor) = &entry.anchor {
        shown += &format!(" §<{}>", anchor.text);
    }
    if let Some(block) = &entry.block {
        shown += &format!(" {{{}}}", show(&block.entries));
    }
    shown
}

fn show_groups(groups: &[Group]) -> String {
    let mut shown = String::new();
    for group in groups {
        let atoms: Vec<String> = group.atoms.iter().map(show_atom).collect();
        shown += &atoms.join(" ");
        shown += if group.comma.is_some() { ", " } else { "" };
        shown += if group.broke_line { "| " } else { "" };
    }
    shown
}

fn show_atom(atom: &Atom) -> String {
    match atom {
        Atom::Word { text, .. } => text.to_string(),
        Atom::Text { value, .. } => format!("{value:?}"),
        Atom::List { groups, .. } => format!("[{}]", show_groups(groups)),
    }
}

/// Reads each source without mistakes, as shown.
fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        let Tree { entries, mistakes, .. } = parse(source);
        assert_eq!(mistakes, [], "{source:?}");
        assert_eq!(show(&entries), *expected, "{source:?}");
    }
}

#[test]
fn entries_end_with_the_line_a_semicolon_or_their_block() {
    check(&[
        ("", ""),
        ("\n;; ;\n", ""),
        ("a 1\nb 2", "a 1; b 2"),
        ("a 1; b 2;", "a 1; b 2"),
        ("a { b 1; c 2 } d", "a {b 1; c 2}; d"),
        ("a { b { c } d }", "a {b {c}; d}"),
        ("a x { }\nb", "a x {}; b"),
        ("a x\n{ b }", "a x {b}"),
        ("a x # why\n# and\n\n{ b }", "a x {b}"),
        ("a{b}c", "a {b}; c"),
        ("\u{FEFF}a 1\r\nb 2\r\n", "a 1; b 2"),
        ("a\u{A0}1\u{A0}\u{202F}2\t3", "a 1 2 3"),
    ]);
}

#[test]
fn commas_part_groups_and_go_on_behind_a_line() {
    check(&[
        ("a b, c d,e", "a b, c d, e"),
        ("a b,\n  c", "a b, | c"),
        ("a b, # one\n\n # two\n  c,d", "a b, | c, d"),
        ("a 2,500,000 1,2 , 3", "a 2,500,000 1,2, 3"),
        ("a 1, 2 x,5 5,x", "a 1, 2 x, 5 5, x"),
    ]);
}

#[test]
fn lists_may_span_lines() {
    check(&[
        ("a [b, c d] e", "a [b, c d] e"),
        ("a [b, [c, d],]", "a [b, [c, d], ]"),
        ("a [\n b # one\n , c,\n # two\n]\nd", "a [b, c, ]; d"),
        ("a [b,\nc]", "a [b, | c]"),
        ("a [\"]\"]", "a [\"]\"]"),
    ]);
}

#[test]
fn texts_keep_what_they_say() {
    check(&[
        (r#"a "b; {c} # [d" e"#, r#"a "b; {c} # [d" e"#),
        (r#"a "b \"c\" \\ d""#, r#"a "b \"c\" \\ d""#),
        ("a \"b  \r\n\n   c\"", "a \"b c\""),
        ("a “b \"c\"” ", r#"a "b \"c\"""#),
        ("a \"b “c”\"", "a \"b “c”\""),
        ("a \"b\",\"c\";d", "a \"b\", \"c\"; d"),
        ("a \"b\"§4", "a \"b\" §<4>"),
        ("a \"b\"{ c }", "a \"b\" {c}"),
    ]);
}

#[test]
fn words_are_runs_of_characters() {
    check(&[
        ("a 33 % 60% 1/3 §4", "a 33% 60% 1/3 §<4>"),
        (
            "a item#3 https://x.org/y sha256:ab x@y.org 12_000",
            "a item#3 https://x.org/y sha256:ab x@y.org 12_000",
        ),
        ("株式会社 ключ é", "株式会社 ключ é"),
    ]);
}

#[test]
fn anchors_run_to_the_end_and_keep_their_commas() {
    check(&[
        ("a 1 § 4", "a 1 §<4>"),
        ("a 1 §§ 4, 5", "a 1 §<4, 5>"),
        ("a 1 @12.3(b) # remark", "a 1 §<12.3(b)>"),
        ("a 1 §\"Dispute resolution\"", "a 1 §<\"Dispute resolution\">"),
        ("a 1 §exhibit-b 3.1; b", "a 1 §<exhibit-b 3.1>; b"),
        ("a 1 §“Two\n  lines”", "a 1 §<\"Two lines\">"),
        ("a §8 { b §9 }", "a §<8> {b §<9>}"),
        ("a { b } §8\nc", "a §<8> {b}; c"),
        ("a { b } @8; c", "a §<8> {b}; c"),
        ("a [b §4, c §5, 6]", "a [b, c] §<4, 5, 6>"),
        ("a b §4,\n  c §5", "a b, | c §<4, 5>"),
        ("a §4 { b } §5", "a §<4, 5> {b}"),
    ]);
}

#[test]
fn comments_begin_behind_a_blank_or_at_the_start_of_a_line() {
    let source = "# one\na x#2 # three  \r\nb {# four\n} # five\nc [d # six\n]\u{A0}# seven";
    let tree = parse(source);
    assert_eq!(tree.mistakes, []);
    let comments: Vec<_> = tree.comments.iter().map(|comment| &source[comment.span.clone()]).collect();
    assert_eq!(comments, ["# one", "# three", "# four", "# five", "# six", "# seven"]);
}

#[test]
fn spans_are_trimmed() {
    let source = "  a b  §4  \n  { c } @5 ; d";
    let tree = parse(source);
    let [first, second] = &tree.entries[..] else { panic!("{tree:?}") };
    assert_eq!(&source[first.head.clone()], "a b  §4");
    assert_eq!(&source[first.span.clone()], "a b  §4  \n  { c } @5");
    assert_eq!(&source[second.span.clone()], "d");
    let block = first.block.as_ref().expect("a block");
    assert_eq!(
        (&source[block.open.clone()], block.close.clone().map(|close| &source[close])),
        ("{", Some("}"))
    );
}

#[test]
fn a_mistake_is_counted_at_its_own_entry() {
    let tree = parse("a: 1 { b, ; c \"d\"e }\nf");
    let counts: Vec<_> = tree.entries.iter().map(|entry| entry.mistakes).collect();
    assert_eq!(counts, [1, 0]);
    let inner: Vec<_> =
        tree.entries[0].block.iter().flat_map(|block| &block.entries).map(|entry| entry.mistakes).collect();
    assert_eq!(inner, [1, 1]);
    assert!(!tree.is_broken());
}

#[test]
fn sources_beyond_the_limits_are_refused_at_once() {
    let deep = 100_000;
    for source in [
        "a {".repeat(deep),
        "a {\n".repeat(deep) + &"}".repeat(deep),
        "a ".to_owned() + &"[".repeat(deep),
        "[".repeat(deep) + &"]".repeat(deep),
        "a { b [ ".repeat(deep),
        " ".repeat(MAX_BYTES + 1),
    ] {
        let tree = parse(&source);
        assert_eq!((tree.entries.len(), tree.mistakes.len(), tree.is_broken()), (0, 1, true));
    }
    let deepest = "a {".repeat(64) + &"}".repeat(64);
    assert_eq!(parse(&deepest).mistakes, []);
    assert_eq!(parse(&("a \"{[\" # {[\n".repeat(deep))).entries.len(), deep);
}

/// Sources that make a careless reader look at the same stretch again and again; in one line and in many.
#[test]
fn reading_is_linear() {
    let start = std::time::Instant::now();
    for piece in [
        "\"\n\\\"",
        "“\n",
        "a \"\n",
        "“ ",
        "\"",
        "[",
        "]",
        "}",
        "a,\n",
        "a, ",
        ",",
        "# x\n",
        "a\n#\n",
        "{}",
        "a{}",
        "\\",
        "§",
        "§,",
        "%",
        "\0a",
        "\u{202E}x ",
        "a: ",
        "a{\n}\n",
        "\"\"",
        "[a\n",
        " \u{A0}",
        "\u{3000}",
        "\"a\"b",
    ] {
        let source = piece.repeat(100_000 / piece.len());
        parse(&("x {".to_owned() + &source));
        format(&source).ok();
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

//! What holds for every source: reading never fails and loses nothing, formatting changes layout only.

use countersign_dsl::{Atom, Comment, Entry, Group, MAX_DEPTH, Tree, format, parse};
use proptest::prelude::*;

/// Pieces of the language, right and wrong, from which sources are thrown together.
const PIECES: &[&str] = &[
    "acme",
    "term",
    "2",
    "2,500,000",
    "1,2",
    "33 %",
    "%",
    "5",
    "years",
    "USD",
    "ключ",
    "a:",
    "=",
    "dx-7b",
    "x#3",
    "//",
    "\\",
    "\\\"",
    " ",
    " ",
    " ",
    "\t",
    "\u{A0}",
    "\u{3000}",
    "\n",
    "\n",
    "\n\n\n",
    "\r\n",
    "\n  ",
    ",",
    ", ",
    ",\n",
    ", # on\n",
    ";",
    "; ",
    "{",
    "}",
    "{ ",
    " }",
    " {\n",
    "}\n",
    "[",
    "]",
    "[a, b]",
    "[a\n, b # in\n]",
    "\"",
    "\"text\"",
    "\"two\n  lines\"",
    "\"a \\\" b\"",
    "“",
    "”",
    "“curly \"x\"”",
    "§",
    " §4",
    "§§ 4, 5",
    "@12.3(b)",
    "§\"Heading\"",
    "# remark",
    " # remark\n",
    "#",
    "\u{202E}",
    "\0",
    "\u{FEFF}",
];

/// Pieces that mostly make sense, so that most sources can be formatted.
const LINES: &[&str] = &[
    "acting_for acme\n",
    "term 2 years  §4\n",
    "  value USD 2,500,000 33 %;",
    "purpose “a \"joint\" one” @2\n",
    "covers a, b,\n  c\n",
    "covers a, # one\n  # two\n b @4, 5\n",
    "lists [a §4, b] ",
    "lists [a, # one\n b\n # two\n ,[c,\nd],]  §§ 5, 6 # three\n",
    "because \"one\n   two\n\n  three \\\" \\\\ four\"\n",
    "# own line\n",
    " # behind\n",
    "\n",
    "\n\n\n",
    "bare\n",
    "a; b; c\n",
    "\r\n",
    "parties { acme discloser; b recipient } @8\n",
    "empty {}\n",
    "empty {\n}\n",
    "disputes §12\n{ # c\n",
    "nda x \"T\" {\n",
    "note { # open\n",
    "} ",
    "}\n",
    "}  # closed\n",
    "} §\"Two\nlines\" # closed\n",
    "name \"株式会社\" §exhibit-b 3.1\n",
    "x § § 4\n",
    "long_long_long_long_key 1\n",
    "party a # c\n{\n",
];

fn thrown(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

/// As above, with the braces balanced.
fn balanced() -> impl Strategy<Value = String> {
    thrown(LINES).prop_map(|source| {
        let mut open = 0;
        let mut kept = String::new();
        for c in source.chars() {
            match c {
                '{' => open += 1,
                '}' if open == 0 => continue,
                '}' => open -= 1,
                _ => {}
            }
            kept.push(c);
        }
        kept + "\n" + &"}".repeat(open)
    })
}

/// Fails where a span is no part of the source, and returns the source without all that stands in leaves.
fn outside(source: &str, tree: &Tree) -> String {
    let mut covered = vec![false; source.len()];
    let mut cover = |span: std::ops::Range<usize>| {
        assert!(source.get(span.clone()).is_some(), "{span:?}");
        covered[span].fill(true);
    };
    tree.comments.iter().for_each(|Comment { span }| cover(span.clone()));
    walk(&tree.entries, &mut |entry| {
        assert!(source.get(entry.span.clone()).is_some() && source.get(entry.head.clone()).is_some());
        entry.anchor.iter().for_each(|anchor| cover(anchor.span.clone()));
        leaves(&entry.groups, &mut |leaf| cover(leaf.span()));
    });
    for mistake in &tree.mistakes {
        assert!(source.get(mistake.span.clone()).is_some(), "{mistake:?}");
        assert!(mistake.also.iter().all(|(span, _)| source.get(span.clone()).is_some()));
    }
    source.char_indices().filter(|(at, _)| !covered[*at]).map(|(_, c)| c).collect()
}

fn walk<'a>(entries: &'a [Entry], visit: &mut impl FnMut(&'a Entry)) {
    for entry in entries {
        visit(entry);
        entry.block.iter().for_each(|block| walk(&block.entries, visit));
    }
}

fn leaves<'a>(groups: &'a [Group], visit: &mut impl FnMut(&'a Atom)) {
    for atom in groups.iter().flat_map(|group| &group.atoms) {
        match atom {
            Atom::List { groups, .. } => leaves(groups, visit),
            leaf => visit(leaf),
        }
    }
}

fn nested(groups: &[Group]) -> usize {
    let lists = groups.iter().flat_map(|group| &group.atoms).map(|atom| match atom {
        Atom::List { groups, .. } => 1 + nested(groups),
        _ => 0,
    });
    lists.max().unwrap_or(0)
}

fn depth(entries: &[Entry]) -> usize {
    let depths = entries.iter().map(|entry| {
        nested(&entry.groups).max(entry.block.as_ref().map_or(0, |block| 1 + depth(&block.entries)))
    });
    depths.max().unwrap_or(0)
}

/// What a source says, apart from layout: every leaf, comma and anchor in the order of the tree.
fn said(source: &str) -> (Vec<String>, Vec<String>) {
    let tree = parse(source);
    let mut words = Vec::new();
    walk(&tree.entries, &mut |entry| {
        words.push(format!("entry {}", entry.block.as_ref().map_or(0, |block| 1 + block.entries.len())));
        said_groups(&entry.groups, &mut words, false);
        words.extend(entry.anchor.iter().map(|anchor| format!("§{}", anchor.text)));
    });
    (words, tree.comments.iter().map(|comment| source[comment.span.clone()].to_owned()).collect())
}

fn said_groups(groups: &[Group], words: &mut Vec<String>, in_list: bool) {
    for (number, group) in groups.iter().enumerate() {
        for atom in &group.atoms {
            match atom {
                Atom::Word { text, .. } => words.push(text.replace([',', '_'], "")),
                Atom::Text { value, .. } => words.push(format!("{value:?}")),
                Atom::List { groups, .. } => {
                    words.push("[".into());
                    said_groups(groups, words, true);
                    words.push("]".into());
                }
            }
        }
        if group.comma.is_some() && !(in_list && number + 1 == groups.len()) {
            words.push(",".into());
        }
    }
}

fn check_reading(source: &str) {
    let tree = parse(source);
    let rest = outside(source, &tree);
    let blank = |c: char| c.is_whitespace() || ",;{}[]:=§@\u{FEFF}".contains(c);
    assert!(rest.chars().all(blank), "lost {rest:?} of {source:?}");
    assert!(depth(&tree.entries) <= MAX_DEPTH);
    assert!(tree.mistakes.is_sorted_by_key(|mistake| mistake.span.start));
}

fn check_formatting(source: &str) -> bool {
    let Ok(once) = format(source) else {
        return false;
    };
    assert_eq!(format(&once).as_ref(), Ok(&once), "not stable for {source:?}");
    assert_eq!(said(source), said(&once), "{source:?} became {once:?}");
    assert!(!once.contains('\r') || said(source).1.concat().contains('\r'));
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_loss(source in any::<String>()) {
        check_reading(&source);
    }

    #[test]
    fn any_pieces_are_read_without_loss(source in thrown(PIECES)) {
        check_reading(&source);
        check_formatting(&source);
    }

    #[test]
    fn any_bytes_are_read_without_loss(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_reading(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn formatting_changes_layout_only(source in balanced()) {
        check_reading(&source);
        check_formatting(&source);
    }
}

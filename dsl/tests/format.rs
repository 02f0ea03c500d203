//! What the formatter changes, and what it keeps.

use countersign_dsl::format;

fn formatted(source: &str) -> String {
    format(source).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// Each source, and the lines it becomes.
fn check(cases: &[(&str, &[&str])]) {
    for (source, lines) in cases {
        let expected: String = lines.iter().map(|line| format!("{line}\n")).collect();
        assert_eq!(formatted(source), expected, "{source:?}");
        assert_eq!(formatted(&expected), expected, "not stable");
    }
}

#[test]
fn signs_quotes_and_digits() {
    check(&[
        ("a USD 2,500,000 33 %  @ 4", &["a USD 2_500_000 33% §4"]),
        ("a 1,5 12,34 1,000,00 x,1", &["a 1,5 12,34 1,000,00 x, 1"]),
        ("a “b \"c\" \\\\ “d”", &["a \"b \\\"c\\\" \\\\ “d\""]),
        ("a \"b “c”\" §§ 4, 5", &["a \"b “c”\" §§ 4, 5"]),
        ("a @\"Two\n lines\"", &["a §\"Two lines\""]),
        ("\u{FEFF}a\u{A0}1\r\nb\r\n", &["a 1", "b"]),
        ("", &[]),
    ]);
}

#[test]
fn values_of_neighbors_stand_in_a_column() {
    check(&[
        (
            "a x {\nb 1\nlonger 2 §4\nc\n\nd 3 @5\n}",
            &["a x {", "  b      1", "  longer 2  §4", "  c", "", "  d 3  §5", "}"],
        ),
        (
            "a {\nb 1\nan_exceptionally_long_key 2\nccc { d }\n}",
            &["a {", "  b   1", "  an_exceptionally_long_key 2", "  ccc { d }", "}"],
        ),
        ("a {\nb 1 # one\nccc 22 # two\n}", &["a {", "  b   1   # one", "  ccc 22  # two", "}"]),
        ("party x\nasset yy", &["party x", "asset yy"]),
        ("a {\nb, c\ndddd e\n}", &["a {", "  b, c", "  dddd e", "}"]),
    ]);
}

#[test]
fn blocks_stay_on_one_line_if_they_fit() {
    let long = "x".repeat(95);
    check(&[
        ("a{b 1;c{d}e}@8", &["a §8 { b 1; c { d }; e }"]),
        ("a\n{ b }", &["a {", "  b", "}"]),
        ("a { b\n}", &["a {", "  b", "}"]),
        ("a {\n\n}", &["a {}"]),
        (&format!("a {{ b; {long} }}"), &["a {", "  b", &format!("  {long}"), "}"]),
    ]);
}

#[test]
fn blank_lines_are_kept_one_at_most() {
    check(&[("\n\na\n\n\n\n# c\n\nb {\n\n\nc\n\n\n}\n\n\n", &["a", "", "# c", "", "b {", "  c", "}"])]);
}

#[test]
fn comments_keep_their_place() {
    check(&[
        ("# one  \n   # two\na # three\n# four", &["# one", "# two", "a  # three", "# four"]),
        (
            "a { # one\n# two\nb # three\n# four\n} # five",
            &["a {  # one", "  # two", "  b  # three", "  # four", "}  # five"],
        ),
        ("a # one\n{ # two\nb }", &["a {  # one", "  # two", "  b", "}"]),
        ("a b, # one\n# two\nc # three", &["a b,  # one", "  # two", "  c  # three"]),
        (
            "a {\nb [c # one\n# two\n, d,[e,\nf]\n# three\n] @4 # four\n}",
            &[
                "a {",
                "  b [",
                "    c,  # one",
                "    # two",
                "    d,",
                "    [",
                "      e,",
                "      f",
                "    ]",
                "    # three",
                "  ] §4  # four",
                "}",
            ],
        ),
    ]);
}

#[test]
fn breaks_behind_commas_and_in_texts_are_kept() {
    check(&[
        ("a {\nb c,d,\n\n   e\n}", &["a {", "  b c, d,", "    e", "}"]),
        ("a {\nb \"c  \n\n      d\n\"\n}", &["a {", "  b \"c", "    d", "    \"", "}"]),
        ("a [b §4, c] d", &["a [b, c] d §4"]),
    ]);
}

#[test]
fn a_file_with_mistakes_is_left_alone() {
    let mistakes = format("a {\nb: 1\n").expect_err("two mistakes");
    assert_eq!(mistakes.len(), 2);
}

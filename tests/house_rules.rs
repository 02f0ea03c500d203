//! The rules of the house, as tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::ALL;

/// Files of a tree with one of the endings.
pub fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .expect("it can be listed")
                    .map(|entry| entry.expect("it can be read").path()),
            );
        } else if path.extension().is_some_and(|end| endings.contains(&&*end.to_string_lossy())) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn rust() -> Vec<PathBuf> {
    ["checker", "dsl/src", "dsl/tests", "dsl/benches", "tests"]
        .iter()
        .flat_map(|folder| files(folder, &["rs"]))
        .collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn every_file_says_what_it_is_and_fits_the_head() {
    for path in rust() {
        let text = text(&path);
        assert!(text.starts_with("//!"), "{} does not begin with what it is", path.display());
        let lines = text.lines().count();
        assert!(lines <= 620, "{} has {lines} lines", path.display());
    }
    for path in files("policies", &["cedarschema", "cedar"]) {
        assert!(text(&path).starts_with("//"), "{} does not begin with what it is", path.display());
    }
}

#[test]
fn nothing_is_left_over() {
    let marks = ["TO", "FIX"].map(|mark| format!("{mark}{}", if mark == "TO" { "DO" } else { "ME" }));
    let code = rust()
        .into_iter()
        .chain(files("policies", &["cedar", "cedarschema", "toml"]))
        .chain(files("book", &["md"]));
    for path in code {
        let text = text(&path);
        for mark in marks.iter().map(String::as_str).chain(["dbg!("]) {
            assert!(!text.contains(mark) || path.ends_with("house_rules.rs"), "{}: {mark}", path.display());
        }
    }
}

/// Modules point one way: each sees only those before it.
#[test]
fn modules_point_one_way() {
    let order = [
        "source",
        "name",
        "finding",
        "vocabulary",
        "pack",
        "builtin",
        "deal",
        "facts",
        "lower",
        "engine",
        "run",
        "examples",
        "report",
    ];
    let rank: BTreeMap<&str, usize> = order.iter().enumerate().map(|(rank, name)| (*name, rank)).collect();
    for path in files("checker", &["rs"]) {
        let inner = path.strip_prefix("checker").expect("it lies there");
        let module =
            inner.components().next().expect("it has a name").as_os_str().to_string_lossy().into_owned();
        let Some(own) = rank.get(module.trim_end_matches(".rs")) else { continue };
        for line in text(&path).lines().filter_map(|line| line.trim().strip_prefix("use crate::")) {
            let named = line.split([':', ';', '{']).next().unwrap_or("");
            let other =
                rank.get(named).unwrap_or_else(|| panic!("{}: module `{named}` has no rank", path.display()));
            assert!(other <= own, "{} looks up to `{named}`", path.display());
        }
    }
}

/// One folder knows one foreign engine.
#[test]
fn each_engine_has_its_room() {
    for (engine, rooms) in [
        ("cedar_policy", &["checker/engine", "checker/vocabulary/cedar.rs"][..]),
        ("comrak", &["checker/lower/markdown.rs"]),
        ("clap", &["checker/cli"]),
        ("maud", &["checker/report/page/html.rs"]),
        ("pest", &[]),
        ("miette", &["checker/report/people.rs", "checker/report/quote.rs", "checker/vocabulary/cedar.rs"]),
    ] {
        for path in files("checker", &["rs"]) {
            let used = text(&path).lines().any(|line| line.trim().starts_with(&format!("use {engine}")));
            let home = rooms.iter().any(|room| path.starts_with(room));
            assert!(!used || home, "{} knows {engine}", path.display());
        }
    }
}

/// What a rule may never say, in its texts.
#[test]
fn no_rule_gives_a_verdict() {
    for rule in &ALL.rules {
        for limb in &rule.limbs {
            let shown = [Some(&limb.message), limb.burden.as_ref(), limb.fallback.as_ref()];
            let shown = shown.into_iter().flatten().map(|text| text.titled(&ALL.vocabulary, &limb.subject));
            for text in shown.map(|text| without_titles(&text)) {
                for word in ["valid", "compliant", "enforceable", "cleared", "permitted"] {
                    let found = text
                        .split(|c: char| !c.is_alphabetic())
                        .any(|found| found == word || found == format!("in{word}"));
                    assert!(!found, "{}: `{word}` in `{text}`", limb.id);
                }
            }
        }
    }
}

/// A text in lower case without the titles in its brackets.
fn without_titles(text: &str) -> String {
    let words = text.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

#[test]
fn every_rule_rests_on_something() {
    for rule in &ALL.rules {
        assert!(
            !rule.title.is_empty() && rule.prose.len() > 80,
            "{}: a lawyer wants to know what and why",
            rule.id
        );
        for limb in &rule.limbs {
            assert!(
                limb.authority.is_some() || limb.policy_note.is_some(),
                "{}: neither @authority nor @policy",
                limb.id
            );
        }
    }
}

#[test]
fn every_attribute_has_a_page() {
    for entity in ALL.vocabulary.types.values() {
        for field in
            entity.fields.values().filter(|field| &*field.name != "accept" && &*field.name != "agreement")
        {
            let whole = !field.title.is_empty() && !field.doc.is_empty() && !field.example.is_empty();
            assert!(
                whole || matches!(&*entity.name, "Rule"),
                "{}.{} has no title, doc or example",
                entity.name,
                field.name
            );
        }
    }
}

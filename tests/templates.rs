//! What `countersign new KIND` prints: each template asks as it stands, and has no finding once it is filled as its
//! comments say.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::sync::LazyLock;

use countersign::builtin;
use countersign::pack::{Pack, in_order};
use countersign::run::{House, Library, MISTAKE, Report, Stage, UNANSWERED};
use countersign::vocabulary::{Gate, known};
use countersign_dsl::{format, parse};

use crate::bad_input::{folder, run};
use crate::support::{ALL, check, file};

/// The packs that are loaded when no configuration names any.
static DEFAULT: LazyLock<Library> = LazyLock::new(|| {
    let packs: Vec<Pack> =
        builtin::packs().iter().map(|files| Pack::read(files).expect("the pack is read")).collect();
    let names: Vec<_> =
        packs.iter().filter(|pack| pack.default).map(|pack| (pack.name.clone(), None)).collect();
    let ordered = in_order(packs, &names).expect("the packs fit together");
    Library::load(ordered, false).expect("the packs are loaded")
});

/// The keyword and the text of each template.
fn templates() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.vocabulary.kinds.keys().map(|kind| {
        let text = builtin::template(&format!("{kind}/deal.deal"));
        (&**kind, text.unwrap_or_else(|| panic!("`{kind}` has no template")))
    })
}

/// The first gate of a deal: signing, or its own if it is never signed. None for what is no deal.
fn first_gate(kind: &str) -> Option<Gate> {
    let entity = ALL.vocabulary.entity(&ALL.vocabulary.kinds[kind]);
    let signed = entity.agreement && ALL.vocabulary.entity(known::AGREEMENT).gates.contains(&Gate::Sign);
    if signed { Some(Gate::Sign) } else { entity.gate }
}

/// An open line and the line that its comment puts in its place: both begin with the same word.
fn answer(line: &str) -> Option<String> {
    let (open, answer) = line.split_once(" # ")?;
    let word = |text: &str| text.split_whitespace().next().map(str::to_owned);
    let indent = &line[..line.len() - line.trim_start().len()];
    (word(open)? == word(answer)?).then(|| format!("{indent}{}", answer.trim()))
}

/// The template with every open line answered as its comment says.
fn filled(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", answer(line).unwrap_or_else(|| line.to_owned()))).collect()
}

fn report(library: &Library, text: &str, stage: Stage) -> Report {
    check(library, &House::default(), &[file("", "deal.deal", text)], stage)
}

/// The findings in one line each; empty where there is none.
fn shown(report: &Report) -> String {
    report.findings.iter().fold(String::new(), |mut shown, finding| {
        let _ = writeln!(shown, "  {} {}", finding.rule, finding.message);
        shown
    })
}

fn has(report: &Report, rule: &str) -> bool {
    report.findings.iter().any(|finding| &*finding.rule == rule)
}

#[test]
fn every_kind_has_a_template_and_every_template_a_kind() {
    let folders: BTreeSet<String> = fs::read_dir("templates")
        .expect("the templates are there")
        .map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    let kinds: BTreeSet<String> = templates().map(|(kind, _)| kind.to_owned()).collect();
    assert_eq!(folders, kinds);
}

#[test]
fn each_is_read_without_a_mistake_and_is_laid_out() {
    for (kind, text) in templates() {
        assert!(parse(text).mistakes.is_empty(), "{kind}");
        assert_eq!(format(text).as_deref(), Ok(text), "{kind}: `countersign fmt` would change it");
        let report = report(&ALL, text, Stage::Draft);
        assert!(!has(&report, MISTAKE), "{kind}:\n{}", shown(&report));
    }
}

#[test]
fn each_declares_its_kind_and_leaves_it_open() {
    for (kind, text) in templates() {
        let declares = |line: &str| line.split_whitespace().next() == Some(kind);
        let open = text.lines().filter(|line| declares(line) && answer(line).is_some()).count();
        assert_eq!(open, 1, "{kind}");
        assert!(text.starts_with("# "), "{kind} begins with what it is");
    }
}

#[test]
fn each_deal_asks_at_its_first_gate_and_nothing_fires() {
    for (kind, text) in templates() {
        let Some(gate) = first_gate(kind) else { continue };
        for stage in [Stage::Status, Stage::Gate(gate)] {
            let report = report(&DEFAULT, text, stage);
            let only = report.findings.iter().all(|finding| &*finding.rule == UNANSWERED);
            assert!(only && has(&report, UNANSWERED), "{kind} at {stage:?}:\n{}", shown(&report));
        }
    }
}

#[test]
fn each_says_how_every_open_line_is_answered() {
    for (kind, text) in templates() {
        for line in filled(text).lines() {
            let code = line.trim_start().split('#').next().unwrap_or("");
            let open = code.split_whitespace().any(|word| word == "unknown");
            assert!(!open, "{kind}: no answer behind `{line}`");
        }
    }
}

#[test]
fn filled_as_it_says_each_has_no_finding() {
    for (kind, text) in templates() {
        let text = filled(text);
        let mut stages = vec![(&*ALL, Stage::Draft)];
        stages.extend(first_gate(kind).map(|gate| (&*DEFAULT, Stage::Gate(gate))));
        for (library, stage) in stages {
            let report = report(library, &text, stage);
            assert!(report.findings.is_empty(), "{kind} at {stage:?}:\n{}", shown(&report));
            let decided = report.summary.rules_decided > 0 || first_gate(kind).is_none();
            assert!(decided, "{kind} at {stage:?}: no rule looked at it");
        }
    }
}

#[test]
fn new_prints_the_template() {
    let here = folder(&[]);
    for (kind, text) in templates() {
        let output = run(here.path(), &["new", kind]);
        assert!(output.status.success(), "{kind}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{kind}");
    }
}

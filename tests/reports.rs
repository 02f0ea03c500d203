//! Whole reports on real agreements and workspaces, as snapshots; and what must hold for each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countersign::examples::Example;
use countersign::run::{House, Stage};
use countersign::vocabulary::Gate;

use crate::bad_input::run;
use crate::support::{ALL, check, deal_folders, file};

const AS_OF: &str = "2026-11-22";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_bundled_deal_as_a_person_reads_it() {
    for folder in deal_folders() {
        let path = folder.path.to_string_lossy().replace('\\', "/");
        let output = run(root(), &["check", &path, "--as-of", AS_OF]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.stderr, b"", "standard error is empty");
        insta::assert_snapshot!(path.replace('/', "-"), text);
    }
}

#[test]
fn the_same_bytes_twice_and_with_any_number_of_threads() {
    for folder in deal_folders() {
        let path = folder.path.to_string_lossy().into_owned();
        let once = |threads: &str| {
            run(root(), &["check", &path, "--as-of", AS_OF, "--format", "json", "--threads", threads]).stdout
        };
        let first = once("1");
        assert!(first == once("1") && first == once("2"), "{path}");
    }
}

/// Which rules fire on which deals: a rule that begins to fire elsewhere shows here.
#[test]
fn every_rule_over_every_deal() {
    let house = House::default();
    let mut matrix = String::new();
    for folder in deal_folders() {
        let mut fired: BTreeMap<Gate, BTreeSet<String>> = BTreeMap::new();
        for gate in Gate::ALL {
            let report = check(&ALL, &house, &folder.files, Stage::Gate(gate));
            let codes = report.findings.iter().map(|finding| finding.code.to_string());
            fired.insert(gate, codes.filter(|code| !code.is_empty()).collect());
        }
        matrix.push_str(&format!("{}\n", folder.path.display()));
        for (gate, codes) in fired {
            let codes: Vec<String> = codes.into_iter().collect();
            matrix.push_str(&format!("  {:<7}{}\n", gate.word(), codes.join(" ")));
        }
    }
    insta::assert_snapshot!("matrix", matrix);
}

/// The same over the deals in the headers of all rules: what else fires on a deal that breaks or keeps one.
#[test]
fn every_rule_over_every_example() {
    let house = House::default();
    let mut matrix = String::new();
    for rule in &ALL.rules {
        for example in Example::of(rule).expect("its examples can be read") {
            let files = [file("", "example.deal", &example.deal())];
            let mut codes: BTreeSet<String> = BTreeSet::new();
            for gate in &rule.limbs[0].gates {
                let report = check(&ALL, &house, &files, Stage::Gate(*gate));
                codes.extend(report.findings.iter().map(|finding| finding.code.to_string()));
            }
            codes.remove("");
            let shows = format!("{:?}", example.shows).to_lowercase();
            let codes: Vec<String> = codes.into_iter().collect();
            matrix.push_str(&format!("{:<8}{shows:<10}{}\n", rule.code, codes.join(" ")));
        }
    }
    insta::assert_snapshot!("matrix-of-examples", matrix);
}

/// A company about to be sold: its faults are found, and its settled twin has none.
#[test]
fn the_exit_workspace_and_its_settled_twin() {
    let found = |path: &str, reader: &[&str]| {
        let mut arguments = vec!["check", path, "--as-of", AS_OF, "--format", "json"];
        arguments.extend(reader);
        let output = run(root(), &arguments);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        report["findings"].as_array().cloned().expect("findings")
    };
    let codes = |findings: &[serde_json::Value]| -> BTreeSet<String> {
        findings.iter().filter_map(|finding| finding["code"].as_str().map(str::to_owned)).collect()
    };
    let ours = found("tests/workspaces/exit", &[]);
    assert!(codes(&ours).len() >= 130, "{} rules fire", codes(&ours).len());
    let mut at_all_gates = codes(&ours);
    for reader in
        [&[][..], &["--gate", "sign"], &["--gate", "share"], &["--gate", "export"], &["--gate", "close"]]
    {
        let ours = found("tests/workspaces/exit", reader);
        assert!(ours.iter().all(|finding| finding["rule"] != "mistake"), "{reader:?}");
        at_all_gates.extend(codes(&ours));
        let settled = found("tests/workspaces/exit-settled", reader);
        assert!(settled.iter().all(|finding| !finding["accepted"].is_null()), "{reader:?}: {settled:#?}");
        assert!(settled.len() <= 3, "{reader:?}: few departures are accepted");
    }
    assert!(at_all_gates.len() >= 150, "{} rules fire", at_all_gates.len());
    let theirs = found("tests/workspaces/exit", &["--for", "borealis"]);
    assert_ne!(codes(&ours), codes(&theirs), "the other side reads other things");
    for finding in &theirs {
        let said = finding["clause"].as_str().unwrap_or("");
        assert!(!said.contains("Borealis Labs GmbH shall"), "wording against the reader: {said}");
    }
}

/// A first run on a good contract is short.
#[test]
fn a_first_run_is_short() {
    for (path, most) in [("tests/real/common-paper-nda", 5), ("tests/real/bonterms-nda", 5)] {
        let output = run(root(), &["check", path, "--gate", "sign", "--as-of", AS_OF, "--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        let found = report["findings"].as_array().map_or(0, Vec::len);
        assert_eq!(report["summary"]["error"], 0, "{path}: no error");
        assert!(found <= most, "{path}: {found} findings");
    }
    let path = "tests/real/balanced-joint-development";
    let output = run(root(), &["check", path, "--gate", "sign", "--as-of", AS_OF, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let found = report["findings"].as_array().map_or(0, Vec::len);
    assert!(found <= 8, "{path}: {found} findings");
}

/// Zero findings never say more than they know.
#[test]
fn no_report_uses_a_word_of_approval() {
    for folder in deal_folders() {
        let path = folder.path.to_string_lossy().into_owned();
        let output = run(root(), &["check", &path, "--as-of", AS_OF]);
        let text = String::from_utf8_lossy(&output.stdout).to_lowercase();
        for word in ["compliant", "enforceable", "cleared", "checks passed", "is valid"] {
            assert!(!text.contains(word), "{path}: `{word}`");
        }
    }
}

/// The README shows what is printed, line by line and in order.
#[test]
fn the_readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string("README.md").expect("it is there");
    let shown =
        readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a text block");
    let output = run(root(), &["check", "tests/workspaces/first", "--as-of", AS_OF]);
    let text = String::from_utf8_lossy(&output.stdout);
    let mut printed = text.lines();
    for line in shown.lines().filter(|line| !line.is_empty()) {
        assert!(
            printed.any(|found| found == line),
            "the README shows a line that is not printed: {line}\n{text}"
        );
    }
}

//! Baselines: what is known is not reported again, wherever it stands; what is new is.

use std::fs;

use crate::bad_input::{folder, run};

const DEAL: &str = r#"
party acme "Acme AI, Inc." { legal_form company; organised_under "Delaware"; registration company_no "7654321"; principal_place US }
party borealis "Borealis Labs GmbH" { legal_form company; organised_under DE; registration company_no "HRB 204417 B"; principal_place DE }
asset dx-7b "Diffusion XL 7B, weights" { type model_weights; owner acme; class trade_secret }
asset up-9b "Upscaler 9B, weights" { type model_weights; owner acme; class confidential }
nda talks "Mutual NDA" {
  parties { acme discloser; borealis recipient }
  effective_date 2026-12-01
  term 2 years
  confidentiality_period 3 years from term_end
  trade_secret_tail silent
  assets dx-7b, up-9b
}
"#;

struct Seen {
    code: Option<i32>,
    report: serde_json::Value,
    talk: String,
}

impl Seen {
    fn codes(&self) -> Vec<&str> {
        let findings = self.report["findings"].as_array().expect("findings");
        findings.iter().filter_map(|finding| finding["code"].as_str()).collect()
    }
}

fn check(at: &std::path::Path, more: &[&str]) -> Seen {
    let mut arguments = vec!["check", "--gate", "sign", "--as-of", "2026-11-22", "--format", "json"];
    arguments.extend(more);
    let output = run(at, &arguments);
    Seen {
        code: output.status.code(),
        report: serde_json::from_slice(&output.stdout).expect("one JSON object"),
        talk: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

const BASELINE: [&str; 2] = ["--baseline", "known.json"];

#[test]
fn what_is_known_is_not_reported_again() {
    let folder = folder(&[("deal.deal", DEAL)]);
    let at = folder.path();
    let before = check(at, &[]);
    assert!(before.codes().contains(&"NDA105"), "{:?}", before.codes());
    let written = run(
        at,
        &["check", "--gate", "sign", "--as-of", "2026-11-22", "--baseline", "known.json", "--write-baseline"],
    );
    assert_eq!(written.status.code(), Some(0), "{}", String::from_utf8_lossy(&written.stderr));
    let after = check(at, &BASELINE);
    assert_eq!((after.code, after.codes().len()), (Some(0), 0), "{:#}", after.report["findings"]);
    assert!(after.report["summary"]["known"].as_u64() > Some(0));

    // Lines move and a comment comes: nothing is new.
    fs::write(
        at.join("deal.deal"),
        format!("# a comment\n\n{}", DEAL.replace("  term 2 years\n", "\n\n  term 2 years\n")),
    )
    .expect("it can be written");
    assert_eq!(check(at, &BASELINE).codes(), Vec::<&str>::new());

    // Another asset of the same sort is new, though its finding would stand beside the known one.
    let second = DEAL.replace("class confidential", "class trade_secret");
    fs::write(at.join("deal.deal"), &second).expect("it can be written");
    let new = check(at, &BASELINE);
    assert_eq!(new.codes(), ["NDA105"]);
    assert!(new.report["findings"][0]["message"].as_str().expect("a message").contains("Upscaler 9B"));

    // A fact of a known finding changes: it is new.
    fs::write(at.join("deal.deal"), DEAL.replace("3 years from", "4 years from")).expect("it can be written");
    assert_eq!(check(at, &BASELINE).codes(), ["NDA105"]);

    // What is settled is named as over.
    fs::write(at.join("deal.deal"), DEAL.replace("trade_secret_tail silent", "trade_secret_tail yes"))
        .expect("it can be written");
    let settled = check(at, &BASELINE);
    assert!(
        settled.talk.contains("no longer found: Diffusion XL 7B, weights is a trade secret"),
        "{}",
        settled.talk
    );
}

#[test]
fn a_fact_that_only_the_day_changes_stays_known() {
    let deal = format!(
        "{DEAL}\nasset code \"Training code\" {{ type source_code; owner acme; class confidential; hash sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae; hash_checked_on 2026-01-10 }}\n"
    )
    .replace("assets dx-7b, up-9b", "assets dx-7b, up-9b, code");
    let folder =
        folder(&[("countersign.toml", "[parameters]\nmax_hash_age = \"90 days\"\n"), ("deal.deal", &deal)]);
    let at = folder.path();
    let share = |day: &str, more: &[&str]| {
        let arguments = ["check", "--gate", "share", "--as-of", day];
        run(at, &[&arguments[..], more].concat())
    };
    let codes = |output: &std::process::Output| {
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        let findings = report["findings"].as_array().expect("findings").clone();
        findings.iter().map(|finding| finding["code"].to_string()).collect::<Vec<_>>()
    };
    let before = codes(&share("2026-11-22", &["--format", "json"]));
    assert!(before.contains(&"\"AST601\"".to_owned()), "{before:?}");
    let written = share("2026-11-22", &["--baseline", "known.json", "--write-baseline"]);
    assert_eq!(written.status.code(), Some(0));
    let later = share("2026-11-29", &["--baseline", "known.json", "--format", "json"]);
    assert_eq!(codes(&later), Vec::<String>::new());
}

#[test]
fn a_broken_baseline_is_one_clear_error() {
    let folder = folder(&[("deal.deal", DEAL), ("known.json", "{\n  \"tool\": 1\n}\n")]);
    let output = run(folder.path(), &["check", "--baseline", "known.json"]);
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(talk.contains("this is no baseline") && talk.contains("known.json:2:"), "{talk}");
    let missing = run(folder.path(), &["check", "--baseline", "absent.json"]);
    assert_eq!(missing.status.code(), Some(2));
}

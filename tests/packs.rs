//! What a pack or a house may do to the rules of others: replace, raise, switch off, close to departures; and
//! every report names it.

use crate::bad_input::{folder, run};

const DEAL: &str = r#"
party acme "Acme AI, Inc." { legal_form company; organised_under "Delaware"; registration company_no "7654321"; principal_place US }
party borealis "Borealis Labs GmbH" { legal_form company; organised_under DE; registration company_no "HRB 204417 B"; principal_place DE }
asset dx-7b "Diffusion XL 7B, weights" { type model_weights; owner acme; class trade_secret }
nda talks "Mutual NDA" {
  parties { acme discloser; borealis recipient }
  effective_date 2026-12-01
  term 2 years
  confidentiality_period 3 years from term_end
  trade_secret_tail silent
  purpose silent
  governing_law silent
  assets dx-7b
  accept NDA105 { because "the price of a fast evaluation"; by "J. Roe"; on 2026-11-20; until 2027-06-30 }
}
"#;

const MANIFEST: &str = r#"
name = "house"
title = "Our house"
version = "2.1.0"
as_of = 2026-11-22
depends = ["core"]
replaces = ["purpose-missing"]
stands = ["NDA105"]
[raise]
GEN004 = "error"
[disable]
GEN011 = "our notice clause is in the master agreement"
"#;

const RULE: &str = r#"// # No purpose, in the words of our house
//
// Our house asks for a purpose in one sentence, and says so in its own words.
@code("NDA101") @id("purpose-missing/ours") @severity("note") @strength("presence") @protects("both")
@message("{resource} needs our purpose sentence")
@policy("house style")
forbid (principal, action == Action::"sign", resource is Nda)
when { !resource.purpose_given };
"#;

fn house(manifest: &str, config: &str) -> tempfile::TempDir {
    folder(&[
        ("countersign.toml", config),
        ("house/pack.toml", manifest),
        ("house/rules/purpose-missing.cedar", RULE),
        ("deal.deal", DEAL),
    ])
}

const CONFIG: &str = "packs = [\"core\", \"house\"]\n[severities]\nGEN012 = \"off\"\n";

#[test]
fn what_was_changed_is_done_and_named_in_every_report() {
    let folder = house(MANIFEST, CONFIG);
    let arguments = ["check", "--gate", "sign", "--as-of", "2026-11-22", "--format"];
    let json = run(folder.path(), &[&arguments[..], &["json"]].concat());
    let report: serde_json::Value = serde_json::from_slice(&json.stdout).expect("one JSON object");
    let finding = |code: &str| {
        let findings = report["findings"].as_array().expect("findings");
        findings.iter().find(|finding| finding["code"] == code).cloned()
    };
    assert_eq!(finding("NDA101").expect("it fires")["message"], "Mutual NDA needs our purpose sentence");
    assert_eq!(finding("GEN004").expect("it fires")["severity"], "error");
    assert!(finding("GEN011").is_none() && finding("GEN012").is_none());
    assert_eq!(finding("NDA105").expect("it fires")["accepted"], serde_json::Value::Null);
    assert!(finding("GEN016").expect("no departure from it can be accepted")["message"].as_str().is_some());
    let changes = report["rule_changes"].as_array().expect("changes");
    let told: Vec<String> = changes
        .iter()
        .map(|change| format!("{} {} by {}", change["rule"], change["change"], change["by"]))
        .collect();
    for wanted in [
        "\"purpose-missing\" \"replaced\" by \"house\"",
        "\"notice-details-missing\" \"switched off\" by \"house\"",
        "\"GEN004\" \"raised to error\" by \"house\"",
        "\"NDA105\" \"no departure can be accepted\" by \"house\"",
        "\"GEN012\" \"switched off\" by \"this workspace\"",
    ] {
        assert!(told.iter().any(|line| line == wanted), "{wanted} is not in {told:#?}");
    }
    for format in ["text", "markdown", "html"] {
        let output = run(folder.path(), &[&arguments[..], &[format]].concat());
        let text = String::from_utf8_lossy(&output.stdout).replace('\n', " ");
        for wanted in ["Replaced by house: purpose-missing", "our notice clause is in the master agreement"] {
            assert!(text.contains(wanted), "{format}: {wanted}\n{text}");
        }
    }
}

#[test]
fn a_house_may_close_a_rule_to_departures() {
    let folder = folder(&[("countersign.toml", "stands = [\"NDA105\"]\n"), ("deal.deal", DEAL)]);
    let output =
        run(folder.path(), &["check", "--gate", "sign", "--as-of", "2026-11-22", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(report["summary"]["accepted"], 0);
}

#[test]
fn rules_that_cannot_be_accepted_cannot() {
    let stand: Vec<&str> =
        crate::support::ALL.rules.iter().filter(|rule| rule.stands).map(|rule| &*rule.code).collect();
    for code in ["GEN003", "EXP405", "EXP406"] {
        assert!(stand.contains(&code), "{code} stands; {stand:?}");
    }
}

#[test]
fn slips_in_a_manifest_are_told_with_their_place() {
    for (from, to, said) in [
        (
            "replaces = [\"purpose-missing\"]",
            "replaces = [\"purpose-mising\"]",
            "replaces `purpose-mising` and has no rule of that name",
        ),
        ("replaces = [\"purpose-missing\"]", "", "names two rules"),
        ("GEN011 = \"our", "GEN999 = \"our", "no rule `GEN999` to switch off"),
        ("GEN011 = \"our notice clause is in the master agreement\"", "GEN011 = \"\"", "for a reason"),
        ("stands = [\"NDA105\"]", "stands = [\"NDA999\"]", "no rule `NDA999`"),
    ] {
        let folder = house(&MANIFEST.replace(from, to), CONFIG);
        let output = run(folder.path(), &["check"]);
        let talk = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{to}: {talk}");
        assert!(talk.contains(said), "{to}: {talk}");
    }
}

#[test]
fn the_examples_of_a_pack_are_its_tests() {
    let folder = house(MANIFEST, CONFIG);
    let output = run(folder.path(), &["test", "house"]);
    assert_eq!(output.status.code(), Some(1), "a rule without examples is not tested");
    assert!(String::from_utf8_lossy(&output.stdout).contains("no ```deal breaks``` in its header"));
    let unknown = run(folder.path(), &["test", "hose"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `house`"));
}

/// The pack of the bench depends on no other, and its vocabulary knows nothing of packs.
#[test]
fn a_pack_may_stand_alone() {
    let pack = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/pack");
    let folder = folder(&[("countersign.toml", &format!("packs = [{pack:?}]\n"))]);
    let output = run(folder.path(), &["test", "bench"]);
    let talk = String::from_utf8_lossy(&output.stdout);
    assert!(talk.contains("bench: 11 rules, 30 examples, 0 not as they say"), "{talk}");
}

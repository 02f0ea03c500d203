//! The commands, as somebody at a terminal uses them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::bad_input::{folder, run};

fn shown(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn report(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let mut all = vec!["check", "--as-of", "2026-11-22", "--format", "json"];
    all.extend(arguments);
    let output = run(folder, &all);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn codes(report: &serde_json::Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.map(|finding| finding["code"].as_str().unwrap_or("").to_owned()).collect()
}

const NDA: &str = r#"
party us "Us, Inc." { legal_form company; organised_under Delaware; registration company_no "1"; principal_place US }
party them "Them GmbH" { legal_form company; organised_under DE; registration company_no "2"; principal_place DE }
asset model "Model" { type model_weights; owner us; class trade_secret }
nda talks "Talks" {
  status approved
  parties { us discloser; them recipient }
  effective_date 2026-12-01
  term 2 years
  confidentiality_period 3 years from term_end
  trade_secret_tail silent
  assets model
}
"#;

/// Two clients in one repository share no party and no finding.
#[test]
fn two_clients_under_one_root_share_nothing() {
    let root = folder(&[
        ("alpha/countersign.toml", ""),
        ("alpha/deal.deal", NDA),
        ("beta/countersign.toml", ""),
        ("beta/deal.deal", "nda other \"Other\" { parties { us discloser; them recipient } }\n"),
        ("gamma/deal.deal", NDA),
    ]);
    fs::create_dir(root.path().join(".git")).expect("a folder can be made");
    let alpha = report(root.path(), &["alpha", "--gate", "sign"]);
    assert!(codes(&alpha).contains(&"NDA105".to_owned()));
    let beta = report(root.path(), &["beta", "--gate", "sign"]);
    let text = beta.to_string();
    assert!(text.contains("`us` is not declared"), "the party of the other client is not seen: {text}");
    assert!(!text.contains("alpha/") && !text.contains("NDA105"));
    let both = report(root.path(), &["alpha", "beta", "--gate", "sign"]);
    assert_eq!(both["summary"]["agreements"], 2);
    let whole = report(root.path(), &[".", "--gate", "sign"]);
    assert_eq!(whole["summary"]["files"], 1, "a folder with a configuration of its own is another workspace");
    let told = whole["not_looked_at"].to_string();
    assert!(told.contains("not looked at unless they are named: alpha, beta."), "and that is said: {told}");
    let named = report(root.path(), &[".", "alpha", "--gate", "sign"])["not_looked_at"].to_string();
    assert!(named.contains("they are named: beta."), "{named}");
    let nothing = run(&root.path().join("alpha"), &["check", "../beta"]);
    assert!(!shown(&nothing).contains("Workspaces of their own"));
}

/// One register entry in two folders is one party, and the report says so.
#[test]
fn one_party_in_two_folders() {
    let party = |place: &str| {
        format!(
            "party acme \"Acme AI, Inc.\" {{ legal_form company; organised_under Delaware; registration company_no \"7\"; principal_place {place} }}\n"
        )
    };
    let nda =
        "party bo \"Bo\" { principal_place DE }\nnda n \"N\" { parties { acme discloser; bo recipient } }\n";
    let same = folder(&[("a/p.deal", &party("US")), ("b/d.deal", &format!("{}{nda}", party("US")))]);
    let text = report(same.path(), &["--gate", "sign"]).to_string();
    assert!(text.contains("a/acme and b/acme are one"), "{text}");
    let differ = folder(&[("a/p.deal", &party("US")), ("b/d.deal", &format!("{}{nda}", party("FR")))]);
    let text = report(differ.path(), &["--gate", "sign"]).to_string();
    assert!(text.contains("they differ on `principal_place`"), "{text}");
}

/// The same papers from the other chair: other findings, and no wording against the reader.
#[test]
fn sides() {
    let root = folder(&[("deal.deal", NDA)]);
    let ours = report(root.path(), &["--gate", "sign", "--for", "us"]);
    let theirs = report(root.path(), &["--gate", "sign", "--for", "them"]);
    assert!(codes(&ours).contains(&"NDA105".to_owned()));
    let for_them: Vec<&serde_json::Value> = theirs["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["code"] == "NDA105")
        .collect();
    assert!(for_them.iter().all(|finding| finding["clause"].is_null() && finding["record"].is_null()));
    let unknown = report(root.path(), &["--gate", "sign", "--for", "thm"]);
    assert!(unknown.to_string().contains("no party `thm` is declared"));
}

/// A deal in the prose it describes, with places in the Markdown file.
#[test]
fn a_deal_in_markdown() {
    let prose = "# Contract\n\nText.\n\n> quoted\n>\n> ```deal\n> asset quoted \"Quoted\" { type dataset; class trade_secrt }\n> ```\n";
    let main = NDA.replace("status approved", "status approved\n  documents \"contract.md\"");
    let root = folder(&[("deal.deal", &main), ("contract.md", prose)]);
    let found = report(root.path(), &["--gate", "sign"]);
    let mistake =
        found["findings"].as_array().expect("findings").iter().find(|finding| finding["rule"] == "mistake");
    let place = &mistake.expect("the mistake of the block is told")["place"];
    assert_eq!(
        (place["path"].as_str(), place["line"].as_u64(), place["column"].as_u64()),
        (Some("contract.md"), Some(8), Some(47))
    );
    let named = report(root.path(), &["contract.md", "--gate", "sign"]);
    assert!(codes(&named).contains(&"NDA105".to_owned()), "a document of the agreement was named");
}

#[test]
fn standard_input_stands_for_a_file() {
    let root = folder(&[("parties.deal", &NDA.lines().take(3).collect::<Vec<_>>().join("\n"))]);
    let rest: String = NDA.lines().skip(3).map(|line| format!("{line}\n")).collect();
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["check", "-", "--stdin-filename", "talks.deal", "--gate", "sign", "--format", "json"])
        .current_dir(root.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    std::io::Write::write_all(&mut child.stdin.take().expect("it is piped"), rest.as_bytes())
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = shown(&output);
    assert!(text.contains("\"NDA105\"") && text.contains("\"talks.deal\""), "{text}");
}

#[test]
fn a_named_file_narrows_the_report() {
    let root = folder(&[
        ("countersign.toml", ""),
        ("assets/model.deal", NDA.lines().nth(3).unwrap_or("")),
        ("parties.deal", &NDA.lines().take(3).collect::<Vec<_>>().join("\n")),
        (
            "talks.deal",
            &NDA.lines()
                .skip(4)
                .map(|line| format!("{line}\n"))
                .collect::<String>()
                .replace("assets model", "assets assets/model"),
        ),
        ("notes.deal", "asset stray \"Stray\" { type dataset }\n"),
    ]);
    let asset = report(root.path(), &["assets/model.deal", "--gate", "sign"]);
    assert_eq!(
        codes(&asset).iter().filter(|code| *code == "NDA105").count(),
        1,
        "the asset is among its reasons"
    );
    let output = run(root.path(), &["check", "notes.deal", "--gate", "sign"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("notes.deal belongs to no deal"));
    assert!(!shown(&output).contains("NDA105"));
}

#[test]
fn laying_out_files() {
    let untidy =
        "party p \"P\"{legal_form company}   # who\nasset a \"A\" {\n value USD 2,500,000 \"a guess\"\n}\n";
    let root = folder(&[("deal.deal", untidy), ("broken.deal", "party p \"P\" {\n")]);
    let check = run(root.path(), &["fmt", "--check", "deal.deal"]);
    assert_eq!((check.status.code(), shown(&check).as_str()), (Some(1), "deal.deal\n"));
    assert_eq!(run(root.path(), &["fmt", "deal.deal"]).status.code(), Some(0));
    let text = fs::read_to_string(root.path().join("deal.deal")).expect("it is there");
    assert!(text.contains("# who") && text.contains("2_500_000"), "{text}");
    assert_eq!(run(root.path(), &["fmt", "--check", "deal.deal"]).status.code(), Some(0));
    let broken = run(root.path(), &["fmt", "broken.deal"]);
    assert_eq!(broken.status.code(), Some(2));
    assert_eq!(
        fs::read_to_string(root.path().join("broken.deal")).expect("it is there"),
        "party p \"P\" {\n"
    );
    let remark = folder(&[("deal.deal", "# privileged: counsel thinks this is weak\nparty p \"P\" {}\n")]);
    let told = run(remark.path(), &["fmt", "--check", "deal.deal"]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("deal.deal:1:1: warning: \"privileged\""));
}

#[test]
fn looking_things_up() {
    let root = folder(&[]);
    let explained = shown(&run(root.path(), &["explain", "missing-weights-escrow"]));
    assert!(explained.contains("JDA320") && explained.contains("drafting practice"));
    let unknown = run(root.path(), &["explain", "missing-weights-escro"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `missing-weights-escrow`?"));
    assert!(shown(&run(root.path(), &["rules"])).lines().count() > 50);
    let rules: serde_json::Value =
        serde_json::from_slice(&run(root.path(), &["rules", "--format", "json"]).stdout).expect("JSON");
    assert!(rules.as_array().is_some_and(|rules| rules.len() > 50));
    assert!(shown(&run(root.path(), &["vocabulary", "nda"])).contains("Trade-secret tail"));
    assert!(shown(&run(root.path(), &["vocabulary"])).contains("joint_development"));
    assert!(shown(&run(root.path(), &["completions", "bash"])).contains("countersign"));
}

#[test]
fn where_each_value_of_the_configuration_comes_from() {
    let toml = "packs = [\"core\", \"ai-playbook\"]\nhome = \"us\"\nexclude = [\"old/\"]\n[parameters]\nmax_retention = \"3 years\"\n[severities]\nNDA112 = \"off\"\n";
    let root = folder(&[("countersign.toml", toml), ("deal.deal", NDA), ("old/deal.deal", "nonsense {")]);
    let text = shown(&run(root.path(), &["check", "--show-config"]));
    for line in [
        "home = \"us\"   # countersign.toml:2:8",
        "parameters.max_retention = \"3 years\"   # countersign.toml:5:17",
        "severities.NDA112 = \"off\"   # countersign.toml:7:10",
        "exclude = \"old/\"   # countersign.toml:3:12",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert!(text.contains("policies/ai-playbook/pack.toml"), "what a pack sets: {text}");
    assert_eq!(
        report(root.path(), &["--gate", "sign"])["summary"]["files"],
        1,
        "what is excluded is not read"
    );
}

/// Departures in full: they cover, they lapse, and what covers nothing is a finding.
#[test]
fn accepted_departures() {
    let accept = |until: &str| {
        let entry = format!(
            "  accept NDA105 model {{ because \"agreed\"; by \"J. Roe\"; on 2026-11-20; until {until} }}\n}}\n"
        );
        NDA.trim_end().trim_end_matches('}').to_owned() + &entry
    };
    let covered = folder(&[("deal.deal", &accept("2027-06-30"))]);
    let found = report(covered.path(), &["--gate", "sign"]);
    let accepted =
        found["findings"].as_array().expect("findings").iter().find(|finding| finding["code"] == "NDA105");
    assert_eq!(accepted.expect("it is listed")["accepted"]["by"], "J. Roe");
    assert_eq!(found["summary"]["accepted"], 1);
    let lapsed = folder(&[("deal.deal", &accept("2026-06-30"))]);
    let found = report(lapsed.path(), &["--gate", "sign"]);
    assert_eq!(found["summary"]["accepted"], 0);
    assert!(codes(&found).contains(&"GEN016".to_owned()), "a departure that lapsed is a finding");
    let unused = NDA.replace("trade_secret_tail silent", "trade_secret_tail yes");
    let entry = "  accept NDA105 { because \"agreed\"; by \"J. Roe\"; on 2026-11-20; until 2027-06-30 }\n}\n";
    let unused = folder(&[("deal.deal", &(unused.trim_end().trim_end_matches('}').to_owned() + entry))]);
    assert!(report(unused.path(), &["--gate", "sign"]).to_string().contains("unused-departure"));
}

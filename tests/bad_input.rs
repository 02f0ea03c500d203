//! Bad input: one clear error with its place, the right exit code, no panic, no hang, no silent pass.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A party and an agreement that name each other.
const PARTIES: &str = "party acme \"Acme\" { principal_place US }\nparty bo \"Bo\" { principal_place DE }\n";

/// A folder with files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }
    folder
}

/// Runs the program in a folder.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("panicked"), "{errors}");
    output
}

fn check(folder: &Path) -> Output {
    run(folder, &["check", "--as-of", "2026-11-22", "--format", "json", "--gate", "sign"])
}

/// The messages of all mistakes of a report, with line and column.
fn mistakes(output: &Output) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let findings = report["findings"].as_array().expect("findings");
    findings
        .iter()
        .filter(|finding| finding["rule"] == "mistake")
        .map(|finding| {
            let place = &finding["place"];
            format!("{}:{}: {}", place["line"], place["column"], finding["message"].as_str().unwrap_or(""))
        })
        .collect()
}

#[track_caller]
fn one_mistake(text: &str, line: &str, because: &str) {
    let folder = folder(&[("deal.deal", text)]);
    let output = check(folder.path());
    let found = mistakes(&output);
    let fitting: Vec<_> = found.iter().filter(|message| message.contains(because)).collect();
    assert_eq!(fitting.len(), 1, "expected one `{because}` in {found:#?}");
    assert!(fitting[0].starts_with(line), "expected {line} in {found:#?}");
    assert_eq!(output.status.code(), Some(1), "a mistake in a deal is a finding");
}

#[track_caller]
fn refused(output: &Output, because: &str) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains(because), "expected `{because}` in {errors}");
    assert!(output.stdout.is_empty(), "standard output is data only");
}

#[test]
fn a_syntax_error_and_a_missing_brace() {
    one_mistake(
        &format!(
            "{PARTIES}nda n \"N\" {{\n  parties {{ acme discloser; bo recipient }}\n  purpose \"a\"x\n}}\n"
        ),
        "5:",
        "",
    );
    let open = format!("{PARTIES}nda n \"N\" {{\n  parties {{ acme discloser; bo recipient }}\n");
    one_mistake(&open, "3:", "never closed");
    let folder = folder(&[("deal.deal", &open)]);
    let text = run(folder.path(), &["check", "--as-of", "2026-11-22"]);
    assert!(
        String::from_utf8_lossy(&text.stdout).contains("Not assessed: deal.deal"),
        "an unclosed file is named"
    );
}

#[test]
fn names_that_stand_for_nothing() {
    one_mistake(&format!("{PARTIES}asset a \"A\" {{ owner acmee }}\n"), "3:21", "`acmee` is not declared");
    one_mistake("party p \"P\" { principal_place Germny }\n", "1:31", "`Germny` is not a known");
    one_mistake("part p \"P\" { }\n", "1:1", "`part` is not a kind");
    one_mistake("party p \"P\" { principal_plase DE }\n", "1:15", "`principal_plase` cannot be said here");
    one_mistake(
        &format!("{PARTIES}asset a \"A\" {{ owner acme; derived_from bo trained_on }}\n"),
        "3:40",
        "is declared as party",
    );
    one_mistake(
        &format!("{PARTIES}asset a \"A\" {{ type weights }}\n"),
        "3:20",
        "`weights` is not one of the words",
    );
}

#[test]
fn values_that_cannot_be_read() {
    let agreement = |line: &str| {
        format!("{PARTIES}nda n \"N\" {{\n  parties {{ acme discloser; bo recipient }}\n  {line}\n}}\n")
    };
    one_mistake(&agreement("term 3"), "5:8", "3 of what?");
    one_mistake(&agreement("effective_date 01/12/2026"), "5:18", "can be read in two ways");
    one_mistake(&agreement("effective_date 2026-02-30"), "5:18", "is not a date");
    one_mistake(&agreement("term 2 years\n  term 3 years"), "6:3", "`term` is given twice");
    one_mistake(&agreement("trade_secret_tail no"), "5:21", "`no` can mean two things");
    one_mistake(&agreement("term"), "5:3", "the value of `term` is missing");
    one_mistake(&agreement("term 2 years 3"), "5:16", "more than `term` takes");
    one_mistake(
        &agreement("covers model_weights,\n  term 2 years"),
        "5:23",
        "a comma at the end of a line continues it",
    );
}

#[test]
fn an_agreement_without_parties() {
    one_mistake("nda n \"N\" { term 2 years }\n", "1:1", "names no parties");
}

#[test]
fn nesting_is_refused_before_it_is_parsed() {
    for (open, close) in [("a {", "}"), ("[", "]")] {
        let deep = format!("party p \"P\" {{ x {}{} }}\n", open.repeat(100_000), close.repeat(100_000));
        let folder = folder(&[("deal.deal", &deep)]);
        let output = check(folder.path());
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(mistakes(&output).len(), 1);
    }
}

#[test]
fn a_huge_file_is_refused_by_its_size() {
    let folder = folder(&[]);
    let file = fs::File::create(folder.path().join("big.deal")).expect("the file can be made");
    file.set_len(1 << 30).expect("a sparse file");
    refused(&check(folder.path()), "1024 MiB is more than the 8 MiB");
}

#[test]
fn standard_input_is_read_up_to_its_limit() {
    let folder = folder(&[]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["check", "-"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut input = child.stdin.take().expect("it is piped");
    let endless = vec![b' '; 1 << 20];
    // The program stops reading; from then on writing fails.
    let written = (0..64).take_while(|_| input.write_all(&endless).is_ok()).count();
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(written < 64, "it read all that it was given");
    refused(&output, "more than the 8 MiB");
}

#[test]
fn what_is_not_text_is_refused() {
    let invalid = folder(&[]);
    fs::write(invalid.path().join("deal.deal"), b"party p \"\xff\" { }\n").expect("the file can be written");
    refused(&check(invalid.path()), "deal.deal:1: not a text in UTF-8");
    one_mistake("party p \"a\0b\" { }\n", "1:", "");
    one_mistake("party p\u{202e}q \"P\" { }\n", "1:", "");
}

#[test]
fn folders_and_paths() {
    let empty = folder(&[]);
    assert_eq!(check(empty.path()).status.code(), Some(3), "nothing assessed is not clean");
    let lorem = folder(&[("deal.deal", "Lorem ipsum dolor sit amet,\nconsectetur adipiscing elit.\n")]);
    let output = check(lorem.path());
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stdout));
    let prose = folder(&[("contract.md", "# Lorem ipsum\n\nDolor sit amet.\n")]);
    assert_eq!(run(prose.path(), &["check", "contract.md"]).status.code(), Some(3));
    refused(&run(empty.path(), &["check", "nowhere.deal"]), "nowhere.deal: there is no such file or folder");
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_folders_that_may_not_be_read() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let circle = folder(&[("a/deal.deal", PARTIES)]);
    symlink(circle.path().join("a"), circle.path().join("a/again")).expect("a link can be made");
    refused(&check(circle.path()), "leads back to");
    let locked = folder(&[("a/deal.deal", PARTIES), ("deal.deal", PARTIES)]);
    let inner = locked.path().join("a");
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o000)).expect("permissions can be set");
    // Root may read everything; then there is nothing to refuse.
    if fs::read_dir(&inner).is_err() {
        refused(&check(locked.path()), "it may not be read");
    }
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).expect("permissions can be set");
}

#[test]
fn a_broken_configuration() {
    for (text, because) in [
        ("packs = [\n", "countersign.toml:"),
        ("pakcs = []\n", "no key `pakcs`"),
        ("packs = [\"coer\"]\n", "did you mean `core`?"),
        ("packs = [\"./nowhere\"]\n", "neither a built-in pack nor a folder"),
        ("[severities]\nmissing-wieghts-escrow = \"error\"\n", "did you mean `missing-weights-escrow`?"),
        ("[severities]\nJDA320 = \"grave\"\n", "a severity is"),
        ("exclude = \"a\"\n", "a list of texts"),
    ] {
        let folder = folder(&[("countersign.toml", text), ("deal.deal", PARTIES)]);
        let output = check(folder.path());
        refused(&output, because);
        assert!(String::from_utf8_lossy(&output.stderr).contains("countersign.toml:"), "a place for {text}");
    }
}

#[test]
fn a_broken_pack() {
    let manifest = "name = \"house\"\ntitle = \"House\"\nas_of = 2026-11-22\ndepends = [\"core\"]\n";
    for (path, text, because) in [
        ("house/a.cedarschema", "entity Nope = {", "house/a.cedarschema:"),
        ("house/rules/r.cedar", "forbid (principal, action, resource)", "house/rules/r.cedar:"),
        ("house/data/t.toml", "type = \"Place\"\n", "is missing"),
        (
            "house/data/t.toml",
            "type = \"Plaice\"\nas_of = 2026-01-01\nsource = \"x\"\n[entries]\nA = { title = \"A\" }\n",
            "`Plaice` is not a reference table",
        ),
    ] {
        let toml = "packs = [\"core\", \"house\"]\n";
        let folder = folder(&[
            ("countersign.toml", toml),
            ("house/pack.toml", manifest),
            (path, text),
            ("deal.deal", PARTIES),
        ]);
        refused(&check(folder.path()), because);
    }
    let empty =
        folder(&[("countersign.toml", "packs = [\"core\", \"house\"]\n"), ("house/pack.toml", manifest)]);
    refused(&check(empty.path()), "holds no vocabulary, no rule and no table");
}

/// A chain so long that following it from every link would take for ever is not followed to its end, and
/// says so.
#[test]
fn an_endless_chain_is_a_question() {
    let mut text = String::from(PARTIES);
    text.push_str("asset a0 \"A\" { type dataset; owner acme }\n");
    for index in 1..1_500 {
        let line = format!(
            "asset a{index} \"A\" {{ type dataset; owner acme; derived_from a{} trained_on }}\n",
            index - 1
        );
        text.push_str(&line);
    }
    let folder = folder(&[("deal.deal", &text)]);
    let output = check(folder.path());
    assert!(String::from_utf8_lossy(&output.stdout).contains("could not be worked out"));
}

//! A pack of a law firm, dropped into a folder: its own attribute on one of our kinds, its own kind, join,
//! derived fact, reference table and rules, without a line of Rust.

use crate::bad_input::{folder, run};

const MANIFEST: &str = r#"
name = "firm"
title = "A firm's own rules"
as_of = 2026-11-22
depends = ["core"]
"#;

const SCHEMA: &str = r#"
@kind @title("Matter") @doc("A matter of the firm.")
entity Matter = {
  @title("Clients") @essential clients?: Set<Party>,
  @title("Desk") @essential desk?: Desk,
  @title("Papers") @asked("sign") papers?: Set<Nda>,
  @title("Papers counted") @derived("count papers") paper_count?: Long,
};
@table @title("Desk") entity Desk in [Desk] = { @title("Partner") partner?: String };
entity Nda = { @title("Matter number") @asked("sign") matter_number?: String };
@join("matter: Matter, paper: matter.papers")
@title("Paper of a matter")
entity Filed = { matter: Matter, paper: Nda };
action sign appliesTo { principal: Party, resource: [Matter, Filed], context: { date: datetime, house: House } };
"#;

const DESKS: &str = r#"
type = "Desk"
as_of = 2026-11-22
source = "the firm's list"
[entries]
europe = { title = "Europe" }
berlin = { title = "Berlin", parents = ["europe"], partner = "A. Chen" }
"#;

const RULE: &str = r#"// # A paper without its matter number
//
// Every paper carries the number of its matter.
@code("FRM001") @id("paper-without-number/none") @severity("warning") @strength("presence") @protects("both")
@message("{resource.paper} is filed under {resource.matter} at the desk {resource.matter.desk} without a number; {resource.matter.paper_count} papers there")
@policy("house style")
forbid (principal, action == Action::"sign", resource is Filed)
when { resource.matter has desk && resource.matter.desk in Desk::"europe" }
unless { resource.paper has matter_number && resource.paper.matter_number != "" };
"#;

const DEAL: &str = r#"
party acme "Acme" { principal_place US }
party bo "Bo" { principal_place DE }
nda paper "Paper" { parties { acme discloser; bo recipient }; matter_number "" }
matter m-1 "Matter One" { clients acme; desk Berlin; papers paper }
"#;

const CONFIG: &str = "packs = [\"core\", \"firm\"]\n";

#[test]
fn it_works_without_a_line_of_rust() {
    let folder = folder(&[
        ("countersign.toml", CONFIG),
        ("firm/pack.toml", MANIFEST),
        ("firm/firm.cedarschema", SCHEMA),
        ("firm/data/desks.toml", DESKS),
        ("firm/rules/paper-without-number.cedar", RULE),
        ("deal.deal", DEAL),
    ]);
    let output =
        run(folder.path(), &["check", "--gate", "sign", "--as-of", "2026-11-22", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let finding =
        report["findings"].as_array().expect("findings").iter().find(|finding| finding["code"] == "FRM001");
    let finding = finding.unwrap_or_else(|| panic!("{report:#}"));
    assert_eq!(
        finding["message"],
        "Paper is filed under Matter One at the desk Berlin without a number; 1 papers there"
    );
    assert_eq!(finding["subject"], serde_json::json!(["m-1", "paper"]));
    let explained = run(folder.path(), &["explain", "FRM001"]);
    assert!(String::from_utf8_lossy(&explained.stdout).contains("A paper without its matter number"));
    let vocabulary = run(folder.path(), &["vocabulary", "matter"]);
    assert!(String::from_utf8_lossy(&vocabulary.stdout).contains("Papers counted"));
}

#[test]
fn the_same_attribute_with_another_type_is_refused_with_both_places() {
    let schema = "entity Nda = { purpose?: Long };";
    let folder = folder(&[
        ("countersign.toml", CONFIG),
        ("firm/pack.toml", MANIFEST),
        ("firm/firm.cedarschema", schema),
        ("deal.deal", DEAL),
    ]);
    let output = run(folder.path(), &["check"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("attribute `purpose` of `Nda` is declared with another type"), "{errors}");
    assert!(errors.contains("firm/firm.cedarschema:1:"), "{errors}");
    assert!(errors.contains("policies/core/nda.cedarschema"), "{errors}");
}

//! The pages: self-contained, telling a reader inside everything and a reader outside nothing of the house.

use crate::bad_input::{folder, run};
use crate::support::ALL;

/// Whatever stands here must not be told to anybody outside.
const SECRET: &str = "MARKER";

/// A deal with a marker in each field that may not leave the house.
const DEAL: &str = r#"
# MARKER in a comment
party acme "Acme AI, Inc." {
  legal_form company
  organised_under "Delaware"
  registration company_no "7654321"
  principal_place US
  restricted_party_screening { date 2026-11-10; lists us_csl; result false_match; evidence "MARKER-evidence.pdf"; resolved_by "MARKER resolver" }
  owner "MARKER Holding" { place US; part 60%; listed no }
}
party borealis "Borealis Labs GmbH" { legal_form company; organised_under DE; registration company_no "HRB 204417 B"; principal_place DE }
party roe "MARKER Roe" { legal_form individual; principal_place US-CA }
party somebody "MARKER Somebody" { principal_place DE }
asset dx-7b "Diffusion XL 7B, weights" {
  type model_weights
  owner acme
  class trade_secret
  tier 1
  file "MARKER.safetensors"
  value USD 12_345_678 "MARKER method" { as_of 2026-10-01 }
  register { category "MARKER category"; location "MARKER vault"; custodian "MARKER custodian" }
  incident 2024-03-04 { severity high }
  access roe { since 2026-03-01 }
  disclosure { date 2026-06-01; to roe; medium oral }
}
filing aria "Diffusion sampling" { type provisional; office US; filed_on 2026-09-01; covers dx-7b; applicants acme; inventors roe }
employment roe-acme "Employment agreement: MARKER Roe" { parties { acme employer; roe worker }; worker roe; works_in US-CA }
nda talks "Mutual NDA" {
  acting_for acme
  parties { acme discloser; borealis recipient; roe recipient; somebody recipient }
  relates_to roe-acme
  effective_date 2026-12-01
  term 2 years §4
  purpose "evaluating a joint upscaler" §2
  confidentiality_period 3 years from term_end §5
  trade_secret_tail silent
  assets dx-7b
  liquidated_damages USD 9_876_543 { breaches weights_leak; basis "MARKER basis"; basis_date 2026-10-01; reference_value USD 12_345_678 }
  notice acme { address "MARKER street"; email "marker@acme.example" }
  signature { party acme; person "MARKER Signatory"; title "MARKER title"; authority officer; signed_on 2026-12-01 }
  accept NDA112 { because "MARKER reason"; by "MARKER approver"; on 2026-11-20; until 2027-06-30 }
}
sale exit "Purchase agreement" {
  parties { acme seller; borealis buyer }
  structure asset_sale
  assets dx-7b
  consent_needed roe { asset dx-7b; status refused }
  valuation { discount_rate 12%; horizon 5 years; scenarios { marker USD 40_404_040 100% } }
}
"#;

/// Values that stand for figures of the house.
const FIGURES: [&str; 6] = ["12,345,678", "9,876,543", "40,404,040", "12345678", "refused", "4 March 2024"];

#[test]
fn nothing_of_the_house_leaves_it() {
    let folder = folder(&[
        ("countersign.toml", "packs = [\"core\", \"export\", \"ai-playbook\"]\n"),
        ("deal.deal", DEAL),
    ]);
    let inside = run(folder.path(), &["check", "--as-of", "2026-11-22", "--format", "markdown"]);
    let inside = String::from_utf8_lossy(&inside.stdout).into_owned();
    for told in [SECRET, "trade-secret-outlived-by-nda", "To settle"] {
        assert!(inside.contains(told), "the page for the house has no {told}:\n{inside}");
    }
    for format in ["text", "json", "markdown", "html"] {
        let arguments = ["check", "--as-of", "2026-11-22", "--format", format, "--audience", "outside"];
        let output = run(folder.path(), &arguments);
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let lower = told.to_lowercase();
        assert!(!lower.contains("marker"), "{format} tells a marker:\n{told}");
        for figure in FIGURES {
            assert!(!told.contains(figure), "{format} tells {figure}:\n{told}");
        }
        for rule in &ALL.rules {
            assert!(!told.contains(&*rule.code) && !told.contains(&*rule.id), "{format} names {}", rule.id);
        }
        for word in ["NDA112", "severity", "warning", "error", "accepted", "Read for", "acting_for"] {
            assert!(!told.contains(word), "{format} says {word}:\n{told}");
        }
        for fact in
            ["Diffusion XL 7B, weights", "Borealis Labs GmbH", "evaluating a joint upscaler", "3 years from"]
        {
            assert!(told.contains(fact), "{format} does not tell {fact}:\n{told}");
        }
    }
}

/// What may be told is decided attribute by attribute: a longer list is a decision.
#[test]
fn the_list_of_what_may_be_told() {
    let vocabulary = &ALL.vocabulary;
    let entities = vocabulary.types.values().map(|entity| (&entity.name, &entity.fields));
    let records = vocabulary.records.iter().map(|(name, record)| (name, &record.fields));
    let mut told: Vec<String> = entities
        .chain(records)
        .flat_map(|(owner, fields)| {
            let open = fields.values().filter(|field| field.outside);
            open.map(move |field| format!("{owner}.{}", field.name))
        })
        .collect();
    told.sort();
    insta::assert_snapshot!("outside", told.join("\n"));
}

#[test]
fn the_page_needs_nothing_else_and_quotes_what_it_is_given() {
    let deal = DEAL.replace("Mutual NDA", "Mutual <script>alert(1)</script> & NDA");
    let folder = folder(&[("deal.deal", &deal)]);
    for audience in ["internal", "outside"] {
        let output = run(folder.path(), &["check", "--format", "html", "--audience", audience]);
        let page = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
        for foreign in ["<script", "<link", "http://", "https://", "@import", "url("] {
            assert!(!page.contains(foreign), "{audience}: {foreign}");
        }
        assert!(page.contains("&lt;script&gt;"), "the title is there, as text");
    }
}

#[test]
fn an_empty_sheet_is_no_sheet() {
    let folder = folder(&[("note.deal", "# nothing here\n")]);
    let output = run(folder.path(), &["check", "--audience", "outside"]);
    assert_eq!(output.status.code(), Some(3));
}

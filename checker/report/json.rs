//! `--format json`: a report is one object, whatever the number of files; its schema is
//! `book/src/report.schema.json`. The rules are a list.

use serde::Serialize;

use crate::finding::{Accepted, Because, Finding};
use crate::run::{Library, Report, RuleChange, Summary};
use crate::source::Place;

#[derive(Serialize)]
struct Output<'a> {
    tool: &'static str,
    version: &'static str,
    gate: &'a str,
    acting_for: Option<&'a str>,
    as_of: String,
    summary: Counts,
    agreements: Vec<Agreement<'a>>,
    findings: Vec<FindingOut<'a>>,
    not_assessed: Vec<NotAssessed<'a>>,
    not_looked_at: Vec<&'a str>,
    packs: Vec<PackOut>,
    rule_changes: Vec<RuleChangeOut<'a>>,
}

#[derive(Default, Serialize)]
struct Counts {
    files: usize,
    agreements: usize,
    rules_decided: usize,
    undecided: usize,
    no_subject: usize,
    not_assessed: usize,
    error: usize,
    warning: usize,
    note: usize,
    accepted: usize,
    known: usize,
}

#[derive(Serialize)]
struct Agreement<'a> {
    id: &'a str,
    title: &'a str,
    kind: &'a str,
    parties: &'a [String],
    stage: &'a str,
    path: &'a str,
    documents: &'a [String],
}

#[derive(Serialize)]
struct NotAssessed<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct PackOut {
    name: String,
    version: Option<String>,
    as_of: String,
}

#[derive(Serialize)]
struct RuleChangeOut<'a> {
    rule: &'a str,
    change: &'a str,
    by: &'a str,
    because: Option<&'a str>,
    place: PlaceOut<'a>,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    rule: &'a str,
    code: Option<&'a str>,
    severity: &'static str,
    for_others: bool,
    message: &'a str,
    clause: Option<&'a str>,
    record: Option<&'a str>,
    fallback: Option<&'a str>,
    escalate: Option<&'a str>,
    authority: Option<&'a str>,
    policy: Option<&'a str>,
    subject: &'a [String],
    route: &'a [String],
    agreements: &'a [String],
    place: Option<PlaceOut<'a>>,
    because: Vec<Reason<'a>>,
    further: &'a [String],
    elsewhere: Vec<ElsewhereOut<'a>>,
    fingerprint: &'a str,
    accepted: Option<AcceptedOut<'a>>,
}

#[derive(Serialize)]
struct PlaceOut<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Reason<'a> {
    fact: &'a str,
    title: &'a str,
    shown: &'a str,
    anchor: Option<&'a str>,
    place: Option<PlaceOut<'a>>,
    from: Vec<PlaceOut<'a>>,
}

#[derive(Serialize)]
struct ElsewhereOut<'a> {
    subject: &'a [String],
    message: &'a str,
    place: Option<PlaceOut<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct AcceptedOut<'a> {
    because: &'a str,
    by: &'a str,
    until: Option<&'a str>,
    place: PlaceOut<'a>,
}

#[derive(Serialize)]
struct RuleOut<'a> {
    rule: &'a str,
    code: &'a str,
    title: &'a str,
    pack: &'a str,
    limbs: Vec<LimbOut<'a>>,
}

#[derive(Serialize)]
struct LimbOut<'a> {
    id: &'a str,
    severity: &'static str,
    gates: Vec<&'static str>,
    subject: &'a str,
    strength: &'static str,
    speaks_for: String,
    authority: Option<&'a str>,
    policy: Option<&'a str>,
}

/// The reports as one JSON object, with a line break at its end; workspaces are added up.
pub fn render(reports: &[Report]) -> String {
    let Some(report) = reports.first() else {
        return String::new();
    };
    let all = || reports.iter();
    let output = Output {
        tool: "countersign",
        version: env!("CARGO_PKG_VERSION"),
        gate: &report.gate,
        acting_for: report.acting_for.as_ref().filter(|_| reports.len() == 1).map(|(id, _)| id.as_str()),
        as_of: report.as_of.to_string(),
        summary: all().fold(Counts::default(), |sum, report| counts(sum, &report.summary)),
        agreements: all().flat_map(|report| &report.deals).map(agreement).collect(),
        findings: all().flat_map(|report| &report.findings).map(finding).collect(),
        not_assessed: all()
            .flat_map(|report| &report.not_assessed)
            .map(|(path, reason)| NotAssessed { path, reason })
            .collect(),
        not_looked_at: all().flat_map(|report| &report.not_looked_at).map(String::as_str).collect(),
        packs: report
            .packs
            .iter()
            .map(|pack| PackOut {
                name: pack.name.clone(),
                version: pack.version.clone(),
                as_of: pack.as_of.to_string(),
            })
            .collect(),
        rule_changes: all().flat_map(|report| &report.changes).map(rule_change).collect(),
    };
    written(&output)
}

/// The rules as a JSON list, with a line break at its end.
pub fn rules(library: &Library) -> String {
    let rules: Vec<RuleOut<'_>> = library
        .rules
        .iter()
        .map(|rule| RuleOut {
            rule: &rule.id,
            code: &rule.code,
            title: &rule.title,
            pack: &rule.pack,
            limbs: rule
                .limbs
                .iter()
                .map(|limb| LimbOut {
                    id: &limb.id,
                    severity: limb.severity.word(),
                    gates: limb.gates.iter().map(|gate| gate.word()).collect(),
                    subject: &limb.subject,
                    strength: limb.strength.word(),
                    speaks_for: limb.protects.word(),
                    authority: limb.authority.as_deref(),
                    policy: limb.policy_note.as_deref(),
                })
                .collect(),
        })
        .collect();
    written(&rules)
}

/// An output with a line break at its end.
pub(super) fn written(output: &impl Serialize) -> String {
    let mut text =
        serde_json::to_string_pretty(output).unwrap_or_else(|_| unreachable!("strings and numbers only"));
    text.push('\n');
    text
}

fn counts(sum: Counts, summary: &Summary) -> Counts {
    Counts {
        files: sum.files + summary.files,
        agreements: sum.agreements + summary.agreements,
        rules_decided: sum.rules_decided.max(summary.rules_decided),
        undecided: sum.undecided.max(summary.undecided),
        no_subject: sum.no_subject.max(summary.no_subject),
        not_assessed: sum.not_assessed + summary.not_assessed,
        error: sum.error + summary.error,
        warning: sum.warning + summary.warning,
        note: sum.note + summary.note,
        accepted: sum.accepted + summary.accepted,
        known: sum.known + summary.known,
    }
}

fn agreement(deal: &crate::run::DealInfo) -> Agreement<'_> {
    Agreement {
        id: &deal.id,
        title: &deal.title,
        kind: &deal.kind,
        parties: &deal.parties,
        stage: &deal.stage,
        path: &deal.path,
        documents: &deal.documents,
    }
}

fn rule_change(change: &RuleChange) -> RuleChangeOut<'_> {
    RuleChangeOut {
        rule: &change.rule,
        change: &change.what,
        by: &change.by,
        because: change.because.as_deref(),
        place: place(&change.place),
    }
}

fn finding(finding: &Finding) -> FindingOut<'_> {
    FindingOut {
        rule: &finding.rule,
        code: Some(&*finding.code).filter(|code| !code.is_empty()),
        severity: finding.severity.word(),
        for_others: finding.for_others,
        message: &finding.message,
        clause: finding.clause.as_deref(),
        record: finding.record.as_deref(),
        fallback: finding.fallback.as_deref(),
        escalate: finding.escalate.as_deref(),
        authority: finding.authority.as_deref(),
        policy: finding.policy.as_deref(),
        subject: &finding.subject,
        route: &finding.route,
        agreements: &finding.deals,
        place: finding.place.as_ref().map(place),
        because: finding.because.iter().map(reason).collect(),
        further: &finding.further,
        elsewhere: finding
            .elsewhere
            .iter()
            .map(|other| ElsewhereOut {
                subject: &other.subject,
                message: &other.message,
                place: other.place.as_ref().map(place),
                fingerprint: &other.fingerprint,
            })
            .collect(),
        fingerprint: &finding.fingerprint,
        accepted: finding.accepted.as_ref().map(accepted),
    }
}

fn reason(because: &Because) -> Reason<'_> {
    Reason {
        fact: &because.fact,
        title: &because.title,
        shown: &because.shown,
        anchor: because.anchor.as_deref(),
        place: because.place.as_ref().map(place),
        from: because.from.iter().map(place).collect(),
    }
}

fn accepted(accepted: &Accepted) -> AcceptedOut<'_> {
    AcceptedOut {
        because: &accepted.because,
        by: &accepted.by,
        until: accepted.until.as_deref(),
        place: place(&accepted.place),
    }
}

fn place(place: &Place) -> PlaceOut<'_> {
    let (line, column) = place.line_column();
    let (end_line, end_column) = place.end_line_column();
    PlaceOut { path: &place.source.path, line, column, end_line, end_column }
}

//! The page of a report for the house itself: grouped by agreement, what has to be settled first.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Group, Page, Quote, QuotedLine, Reason, Section};
use crate::deal::show_date;
use crate::finding::{Because, Finding, Severity};
use crate::report::people::{name, tally};
use crate::run::{DealInfo, MISTAKE, Report, UNANSWERED, plural};
use crate::source::{Place, Source};

/// Most lines of a quote; a longer stretch shows its beginning.
const QUOTED: usize = 6;

/// Lays out the reports of one run as one page.
pub fn page(reports: &[Report]) -> Page {
    let mut page = Page { filters: true, ..Page::default() };
    let several = reports.len() > 1;
    let mut number = 0;
    for report in reports {
        page.lines.extend(reading(report, several));
        page.sections.extend(sections(report, &mut number));
        page.foot.extend(foot(report));
    }
    page.title = title(reports);
    page.tally = reports.first().filter(|_| !several).map(tally);
    page.foot.push("A reading aid for counsel, not an opinion.".to_owned());
    page
}

fn title(reports: &[Report]) -> String {
    let deals: Vec<&DealInfo> = reports.iter().flat_map(|report| &report.deals).collect();
    match deals.as_slice() {
        [] => "No agreement".to_owned(),
        [one] => one.title.clone(),
        many => plural(many.len(), "agreement"),
    }
}

fn reading(report: &Report, with_root: bool) -> Vec<String> {
    let reader = report
        .acting_for
        .as_ref()
        .map_or("Read for no side".to_owned(), |(_, name)| format!("Read for {name}"));
    let gate = match report.gate.as_str() {
        "by status" => "each agreement at the gate of its status".to_owned(),
        "draft" => "as drafts".to_owned(),
        gate => format!("before the gate {gate}"),
    };
    let mut lines = vec![format!("{reader}, {gate}, as of {}. Internal.", show_date(report.as_of))];
    let files = plural(report.summary.files, "file");
    lines.push(if with_root {
        format!("Workspace {}: {files} read, {}.", report.root, tally(report))
    } else {
        format!("{files} read. The contracts themselves were not read: clause numbers are as declared.")
    });
    lines
}

/// A section for each agreement with findings, then what belongs to none.
fn sections(report: &Report, number: &mut usize) -> Vec<Section> {
    let mut sections = Vec::new();
    let of_deal = |deal: &DealInfo| -> Vec<&Finding> {
        report.findings.iter().filter(|finding| finding.deals == [deal.title.as_str()]).collect()
    };
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for deal in &report.deals {
        if !told.insert(&deal.title) {
            continue;
        }
        let mut lines = vec![deal.parties.join(" / "), format!("{}, {}", deal.kind, deal.stage)];
        if !deal.documents.is_empty() {
            lines.push(format!("Describes {}", deal.documents.join(", ")));
        }
        let groups = groups(&of_deal(deal), number);
        if groups.is_empty() {
            lines.push("No findings.".to_owned());
        }
        lines.retain(|line| !line.is_empty());
        sections.push(Section { heading: deal.title.clone(), lines, groups, things: Vec::new() });
    }
    for (heading, fits) in [
        ("Behind several agreements", (|deals: usize| deals > 1) as fn(usize) -> bool),
        ("Of no agreement in particular", |deals: usize| deals == 0),
    ] {
        let rest: Vec<&Finding> =
            report.findings.iter().filter(|finding| fits(finding.deals.len())).collect();
        let groups = groups(&rest, number);
        if !groups.is_empty() {
            sections.push(Section { heading: heading.to_owned(), groups, ..Section::default() });
        }
    }
    sections
}

fn groups(findings: &[&Finding], number: &mut usize) -> Vec<Group> {
    let of = |finding: &Finding| match (&finding.accepted, finding.severity) {
        (Some(_), _) => 4,
        (None, _) if &*finding.rule == UNANSWERED => 2,
        (None, Severity::Error) => 0,
        (None, Severity::Warning) => 1,
        (None, Severity::Note) => 3,
    };
    let headings = ["To settle", "To consider", "Questions", "To note", "Accepted"];
    let mut groups: BTreeMap<usize, Vec<Entry>> = BTreeMap::new();
    for group in 0..headings.len() {
        for finding in findings.iter().filter(|finding| of(finding) == group) {
            groups.entry(group).or_default().push(entry(finding, number));
        }
    }
    groups.into_iter().map(|(group, entries)| Group { heading: headings[group], entries }).collect()
}

fn entry(finding: &Finding, number: &mut usize) -> Entry {
    let unanswered = &*finding.rule == UNANSWERED;
    *number += usize::from(finding.accepted.is_none());
    let shown = finding.because.iter().filter(|reason| !reason.title.is_empty());
    Entry {
        number: finding.accepted.is_none().then_some(*number),
        message: finding.message.clone(),
        name: name(finding),
        place: finding.place.as_ref().map(ToString::to_string),
        reasons: shown.map(reason).collect(),
        quotes: if unanswered { Vec::new() } else { quotes(finding) },
        advice: advice(finding),
        mine: !finding.for_others,
        unanswered,
        accepted: finding.accepted.is_some(),
    }
}

fn reason(because: &Because) -> Reason {
    Reason { title: because.title.clone(), shown: because.shown.clone(), anchor: because.anchor.clone() }
}

fn advice(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut advice = Vec::new();
    if &*finding.rule == MISTAKE {
        advice.extend(finding.record.clone().map(|help| ("Instead", help)));
        return advice;
    }
    let mut add = |title, text: Option<String>| advice.extend(text.map(|text| (title, text)));
    if let Some(accepted) = &finding.accepted {
        let until = accepted.until.as_ref().map_or_else(String::new, |until| format!(", until {until}"));
        add("Accepted", Some(format!("{} ({}{until})", accepted.because, accepted.by)));
    }
    add("One way to write it", finding.clause.as_ref().map(|clause| format!("“{clause}”")));
    add("In the descriptor", finding.record.clone());
    add("Fallback", finding.fallback_and_below());
    for further in &finding.further {
        add("Also", Some(further.clone()));
    }
    for step in &finding.route {
        add("Route", Some(step.clone()));
    }
    for other in &finding.elsewhere {
        let place = other.place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
        add("Elsewhere", Some(format!("{}{place}", other.message)));
    }
    add("Authority", finding.authority.clone());
    add("Basis", finding.policy.clone());
    if finding.deals.len() > 1 {
        add("Concerns", Some(finding.deals.join(", ")));
    }
    advice
}

/// The lines a finding points at, file by file, the place to look at first before the others.
fn quotes(finding: &Finding) -> Vec<Quote> {
    let reasons = finding.because.iter().flat_map(|reason| reason.place.iter().chain(&reason.from));
    let mut files: Vec<(&Source, Vec<&Place>)> = Vec::new();
    for place in finding.place.iter().chain(reasons) {
        match files.iter_mut().find(|(source, _)| source.path == place.source.path) {
            Some((_, places)) => places.push(place),
            None => files.push((&place.source, vec![place])),
        }
    }
    files.into_iter().map(|(source, places)| quote(source, &places)).collect()
}

fn quote(source: &Source, places: &[&Place]) -> Quote {
    let mut lines: BTreeMap<usize, Vec<&Place>> = BTreeMap::new();
    for place in places {
        let (first, last) = (place.line_column().0, place.end_line_column().0);
        for line in first..=last.min(first + QUOTED - 1) {
            lines.entry(line).or_default().push(place);
        }
    }
    let starts: Vec<usize> =
        std::iter::once(0).chain(source.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let quoted = lines.into_iter().filter_map(|(number, places)| {
        let start = *starts.get(number - 1)?;
        let end = starts.get(number).map_or(source.text.len(), |next| next - 1);
        Some(QuotedLine { number, pieces: pieces(&source.text, start, end, &places) })
    });
    Quote { path: source.path.clone(), lines: quoted.collect() }
}

/// A line cut where a place begins or ends.
fn pieces(text: &str, start: usize, end: usize, places: &[&Place]) -> Vec<(String, bool)> {
    let inside = places.iter().flat_map(|place| [place.start(), place.end()]);
    let mut cuts: BTreeSet<usize> = inside.map(|at| at.clamp(start, end)).collect();
    cuts.extend([start, end]);
    let cuts: Vec<usize> = cuts.into_iter().collect();
    let marked =
        |from: usize, to: usize| places.iter().any(|place| place.start() <= from && to <= place.end());
    cuts.windows(2)
        .filter_map(|pair| {
            Some((text.get(pair[0]..pair[1])?.trim_end_matches('\r').to_owned(), marked(pair[0], pair[1])))
        })
        .filter(|(piece, _)| !piece.is_empty())
        .collect()
}

/// What was decided, what was not looked at, and from which rules.
fn foot(report: &Report) -> Vec<String> {
    let mut foot: Vec<String> =
        report.not_assessed.iter().map(|(path, reason)| format!("Not assessed: {path}: {reason}.")).collect();
    foot.push(if report.assessed_nothing() { "Nothing was assessed.".to_owned() } else { report.decided() });
    foot.extend(report.not_looked_at.iter().cloned());
    foot.extend(report.change_sentences());
    foot.push(report.rules_of());
    foot
}

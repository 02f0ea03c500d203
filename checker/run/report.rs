//! What a check says, before it is rendered.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::PackInfo;
use super::overview::plural;
use crate::deal::{capital, show_date};
use crate::finding::{Finding, Severity};
use crate::source::Place;

/// The outcome of a check of one workspace.
#[derive(Debug)]
pub struct Report {
    /// `draft`, a gate, or `by status`.
    pub gate: String,
    /// Id and title of the party read for; absent when the deals differ or nobody is named.
    pub acting_for: Option<(String, String)>,
    /// The date of the check.
    pub as_of: Date,
    /// Root of the workspace, as a person would open it.
    pub root: String,
    /// Deals, in the order of files.
    pub deals: Vec<DealInfo>,
    /// Findings in order of weight and place; accepted ones too.
    pub findings: Vec<Finding>,
    /// Counts.
    pub summary: Summary,
    /// Files that could not be assessed, with the reason.
    pub not_assessed: Vec<(String, String)>,
    /// Sentences about what was not looked at, for people.
    pub not_looked_at: Vec<String>,
    /// Packs.
    pub packs: Vec<PackInfo>,
    /// Rules that this workspace or its packs replaced, raised, switched off or closed to departures.
    pub changes: Vec<RuleChange>,
    /// Fingerprints of findings that the baseline knows, and that are not listed.
    pub known: BTreeSet<String>,
    /// Was there anything that looks like a deal?
    pub recognised: bool,
}

/// What was done to a rule that no longer speaks.
pub const SWITCHED_OFF: &str = "switched off";
/// What was done to a rule from which nobody may depart.
pub const CLOSED: &str = "no departure can be accepted";

/// What a pack or the configuration changed in a rule.
#[derive(Clone, Debug)]
pub struct RuleChange {
    /// Id or code of the rule, as named there.
    pub rule: String,
    /// What was done to it: `replaced`, `raised to error`, `switched off`.
    pub what: String,
    /// Pack that did it, or the configuration.
    pub by: String,
    /// The reason that was given.
    pub because: Option<String>,
    /// Where it says so.
    pub place: Place,
}

impl RuleChange {
    /// A change that somebody made in a rule, without a reason.
    pub fn new(by: &str, rule: &str, what: impl Into<String>, place: &Place) -> Self {
        let (rule, by) = (rule.to_owned(), by.to_owned());
        Self { rule, what: what.into(), by, because: None, place: place.clone() }
    }
}

/// A deal of the report.
#[derive(Clone, Debug)]
pub struct DealInfo {
    /// Its path from the root, as its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What kind of deal it is.
    pub kind: String,
    /// Titles of its parties.
    pub parties: Vec<String>,
    /// `before signing` and the like.
    pub stage: String,
    /// File it is declared in.
    pub path: String,
    /// Prose it describes, as paths from its file.
    pub documents: Vec<String>,
}

/// Counts of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// Deals.
    pub agreements: usize,
    /// Rules that had a subject and were decided on each.
    pub rules_decided: usize,
    /// Rules that could not be decided on some subject.
    pub undecided: usize,
    /// Rules that had no subject.
    pub no_subject: usize,
    /// Files that could not be assessed.
    pub not_assessed: usize,
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
    /// Notes.
    pub note: usize,
    /// Findings covered by an accepted departure.
    pub accepted: usize,
    /// Findings that the baseline knows, and that are not listed.
    pub known: usize,
}

impl Summary {
    /// Counts findings by their weight; accepted ones by themselves.
    pub fn count(&mut self, findings: &[Finding]) {
        (self.error, self.warning, self.note, self.accepted) = (0, 0, 0, 0);
        for finding in findings {
            *match (&finding.accepted, finding.severity) {
                (Some(_), _) => &mut self.accepted,
                (None, Severity::Error) => &mut self.error,
                (None, Severity::Warning) => &mut self.warning,
                (None, Severity::Note) => &mut self.note,
            } += 1;
        }
    }
}

impl Report {
    /// How many rules were decided, and what was left out, in a sentence.
    pub fn decided(&self) -> String {
        let summary = &self.summary;
        let mut sentence = format!("{} decided", plural(summary.rules_decided, "rule"));
        for (count, words) in [
            (summary.undecided, format!("{} could not for want of answers", summary.undecided)),
            (summary.accepted, format!("{} accepted", plural(summary.accepted, "departure"))),
            (summary.known, format!("{} in the baseline", plural(summary.known, "known finding"))),
        ] {
            if count > 0 {
                sentence.push_str(&format!(", {words}"));
            }
        }
        format!("{sentence}.")
    }

    /// Which packs the rules are from and when each was last held against the law, in a sentence.
    pub fn rules_of(&self) -> String {
        let mut by_day: Vec<(Date, Vec<&str>)> = Vec::new();
        for pack in &self.packs {
            match by_day.iter_mut().find(|(day, _)| *day == pack.as_of) {
                Some((_, names)) => names.push(&pack.name),
                None => by_day.push((pack.as_of, vec![&pack.name])),
            }
        }
        let days: Vec<String> = by_day
            .iter()
            .map(|(day, names)| format!("{} of {}", names.join(", "), show_date(*day)))
            .collect();
        format!("Rules: {}.", days.join("; "))
    }

    /// What was changed in rules, in sentences: one for all rules of which the same is said.
    pub fn change_sentences(&self) -> Vec<String> {
        let mut said: Vec<(String, Vec<&str>)> = Vec::new();
        for change in &self.changes {
            let because = change.because.as_ref().map_or_else(String::new, |because| format!(" ({because})"));
            let what = format!("{} by {}{because}", change.what, change.by);
            match said.iter_mut().find(|(known, _)| *known == what) {
                Some((_, rules)) => rules.push(&change.rule),
                None => said.push((what, vec![&change.rule])),
            }
        }
        let sentence =
            |(what, rules): (String, Vec<&str>)| format!("{}: {}.", capital(&what), rules.join(", "));
        said.into_iter().map(sentence).collect()
    }

    /// The heaviest finding that no departure covers.
    pub fn heaviest(&self) -> Option<Severity> {
        self.open().map(|finding| finding.severity).max()
    }

    /// Findings that no departure covers.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.accepted.is_none())
    }

    /// Was nothing assessed at all?
    pub fn assessed_nothing(&self) -> bool {
        self.summary.rules_decided + self.summary.undecided == 0
    }
}

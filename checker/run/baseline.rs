//! A baseline: findings that are known, so that a check reports only what is new.
//!
//! A finding is known by its rule, its subject and the facts it rests on, never by a line number: it
//! stays known while the file around it changes, and is new again when one of its facts does.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::questions::UNANSWERED;
use crate::finding::{Finding, Mistake};
use crate::source::{Place, Source};

/// Findings that are known, by their fingerprints.
#[derive(Debug, Default)]
pub struct Baseline {
    known: BTreeMap<String, Entry>,
}

/// A known finding, as a person finds it in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Id of the rule.
    pub rule: String,
    /// Names of the things that make up the subject.
    pub subject: Vec<String>,
    /// The message it had.
    pub message: String,
    /// Rule, subject and facts, digested.
    pub fingerprint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tool: String,
    known: Vec<Entry>,
}

const TOOL: &str = "countersign";

impl Baseline {
    /// Reads a baseline file.
    ///
    /// # Errors
    /// It is no baseline, with the place.
    pub fn read(source: &Arc<Source>) -> Result<Self, Mistake> {
        let file: File = serde_json::from_str(&source.text).map_err(|error| {
            let before: usize =
                source.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = (before + error.column().saturating_sub(1)).min(source.text.len());
            Mistake::at(&Place::new(source, at..at), format!("this is no baseline: {error}"))
                .help("write one with `countersign check --baseline FILE --write-baseline`")
        })?;
        Ok(Self { known: file.known.into_iter().map(|entry| (entry.fingerprint.clone(), entry)).collect() })
    }

    /// The open findings of reports, as a baseline.
    pub fn of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Self {
        let entries = findings.filter(|finding| finding.accepted.is_none()).flat_map(entries);
        Self { known: entries.map(|entry| (entry.fingerprint.clone(), entry)).collect() }
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        let mut known: Vec<Entry> = self.known.values().cloned().collect();
        known.sort();
        let file = File { tool: TOOL.to_owned(), known };
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_else(|_| unreachable!("strings only"));
        text.push('\n');
        text
    }

    /// Is a finding with this fingerprint known?
    pub fn knows(&self, fingerprint: &str) -> bool {
        self.known.contains_key(fingerprint)
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Does it hold none?
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Entries that none of these fingerprints stands for.
    pub fn stale<'b>(&'b self, seen: impl Fn(&str) -> bool + 'b) -> impl Iterator<Item = &'b Entry> {
        self.known.values().filter(move |entry| !seen(&entry.fingerprint))
    }
}

/// What a finding stands for: one entry for each of its subjects, or for each of its questions.
fn entries(finding: &Finding) -> Vec<Entry> {
    let entry = |subject: &[String], message: &str, fingerprint: String| Entry {
        rule: finding.rule.to_string(),
        subject: subject.to_vec(),
        message: message.to_owned(),
        fingerprint,
    };
    if &*finding.rule == UNANSWERED {
        let questions = finding.because.iter();
        return questions
            .map(|asked| entry(&finding.subject, &asked.title, of_question(&finding.subject, &asked.title)))
            .collect();
    }
    let first = entry(&finding.subject, &finding.message, finding.fingerprint.clone());
    let elsewhere = finding.elsewhere.iter();
    let others = elsewhere.map(|other| entry(&other.subject, &other.message, other.fingerprint.clone()));
    std::iter::once(first).chain(others).collect()
}

/// The fingerprint of a question of a deal.
pub(super) fn of_question(subject: &[String], title: &str) -> String {
    digest(&format!("{UNANSWERED}\n{}\n{title}", subject.join("\n")))
}

/// Sixteen hexadecimal digits of a text's SHA-256.
pub(super) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

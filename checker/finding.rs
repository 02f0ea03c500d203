//! What a check says: mistakes, and findings with their reasons.

use crate::name::Name;
use crate::source::Place;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Hygiene.
    Note,
    /// Market protection that is missing.
    Warning,
    /// A contradiction, content a cited law asks for, an essential clause, or a house decision.
    Error,
}

impl Severity {
    /// The word used in files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of a word, if it is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|severity| severity.word() == word)
    }
}

/// Something in a file that cannot be read as it stands: in a deal, a pack or the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong, in the reader's words.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where; absent for what has no place in a text, such as an unreadable file.
    pub place: Option<Place>,
    /// Further places, each with what is there.
    pub also: Vec<(Place, String)>,
}

impl Mistake {
    /// A mistake at a place.
    pub fn at(place: &Place, message: impl Into<String>) -> Self {
        Self { place: Some(place.clone()), ..Self::nowhere(message) }
    }

    /// A mistake with no place in a text.
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, place: None, also: Vec::new() }
    }

    /// The same with a help text.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with the nearest of the words that were possible for a help text, when one is near
    /// enough; else the help text stays as it is.
    pub fn did_you_mean<'a>(self, word: &str, possible: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, possible) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// The same with a second place.
    pub fn also(mut self, place: &Place, label: impl Into<String>) -> Self {
        self.also.push((place.clone(), label.into()));
        self
    }
}

/// The nearest of the words that were possible, when one is near enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= 1 + candidate.len().min(word.len()) / 4 && *distance < word.len()
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// One reason why a limb fired: a fact, what it shows, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The path of the fact from the subject, as the rule reads it.
    pub fact: String,
    /// The title of the fact, for people.
    pub title: String,
    /// What the fact shows, or that it is not declared.
    pub shown: String,
    /// Where it stands, or the head of the block it is missing from.
    pub place: Option<Place>,
    /// Where the contract says it, as written after `§`.
    pub anchor: Option<String>,
    /// True when the fact is not there.
    pub missing: bool,
    /// True for an exception that nobody claims.
    pub exception: bool,
    /// Where a derived fact came from, or where the thing it belongs to was named.
    pub from: Vec<Place>,
}

/// A limb that applied to a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Rule id, such as `missing-weights-escrow`.
    pub rule: Name,
    /// Short code, such as `JDA320`; empty for the machine's own findings.
    pub code: Name,
    /// Weight after gate, house and pack have spoken.
    pub severity: Severity,
    /// It speaks for another party, and is the note for the one we act for.
    pub for_others: bool,
    /// One sentence, with the values of this subject.
    pub message: String,
    /// Wording for the contract.
    pub clause: Option<String>,
    /// Lines for the descriptor.
    pub record: Option<String>,
    /// The next best position, and who may go below it.
    pub fallback: Option<String>,
    /// Who may go below the fallback.
    pub escalate: Option<String>,
    /// Law with pin cite and date read.
    pub authority: Option<String>,
    /// House, playbook or market reason.
    pub policy: Option<String>,
    /// Names of the things that make up the subject.
    pub subject: Vec<String>,
    /// How the things of the subject are connected, for people.
    pub route: Vec<String>,
    /// Titles of the deals the finding belongs to.
    pub deals: Vec<String>,
    /// Where to look first.
    pub place: Option<Place>,
    /// Why it fired.
    pub because: Vec<Because>,
    /// Further limbs of the same rule that apply, as sentences.
    pub further: Vec<String>,
    /// The same gap elsewhere: subject and place.
    pub elsewhere: Vec<Elsewhere>,
    /// The departure that covers it.
    pub accepted: Option<Accepted>,
    /// Rule, subject and facts, digested: stable across unrelated edits.
    pub fingerprint: String,
}

impl Finding {
    /// The next best position, with who may go below it.
    pub fn fallback_and_below(&self) -> Option<String> {
        let below = self.escalate.as_ref().map_or_else(String::new, |who| format!(". Below: {who}"));
        self.fallback.as_ref().map(|fallback| format!("{fallback}{below}"))
    }
}

/// A further subject with the same gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Names of the things that make up the subject.
    pub subject: Vec<String>,
    /// The message for that subject.
    pub message: String,
    /// Where to look first.
    pub place: Option<Place>,
    /// The fingerprint for that subject.
    pub fingerprint: String,
}

/// A recorded decision to live with a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Why.
    pub because: String,
    /// Who decided.
    pub by: String,
    /// Last day it holds, `year-month-day`.
    pub until: Option<String>,
    /// Where it is recorded.
    pub place: Place,
}

//! A page for people to read at leisure and to send: what it says is laid out here, and drawn by one file a
//! format.

mod html;
mod inside;
mod markdown;
mod outside;

use serde::Serialize;

use crate::run::outside::Told;

pub use html::render as html;
pub use inside::page as inside;
pub use markdown::render as markdown;
pub use outside::{json as outside_json, page as outside};

/// A page.
#[derive(Debug, Default, Serialize)]
pub struct Page {
    /// Its heading.
    pub title: String,
    /// Lines below the heading.
    pub lines: Vec<String>,
    /// The counts that matter, in one line.
    #[serde(skip)]
    pub tally: Option<String>,
    /// Readers may choose which entries they see.
    #[serde(skip)]
    pub filters: bool,
    /// What it says, in order.
    pub sections: Vec<Section>,
    /// What it does not say.
    pub foot: Vec<String>,
}

/// A part of a page: an agreement, or the things of a kind.
#[derive(Debug, Default, Serialize)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Lines below the heading.
    pub lines: Vec<String>,
    /// Things with their facts, a table each.
    pub things: Vec<Told>,
    /// Findings, in groups.
    #[serde(skip)]
    pub groups: Vec<Group>,
}

/// Entries of one weight.
#[derive(Debug)]
pub struct Group {
    /// Its heading.
    pub heading: &'static str,
    /// Its entries.
    pub entries: Vec<Entry>,
}

/// A finding, laid out.
#[derive(Debug)]
pub struct Entry {
    /// Number on the page, from 1; none for what is accepted.
    pub number: Option<usize>,
    /// One sentence.
    pub message: String,
    /// Code and id of the rule.
    pub name: String,
    /// Where to look first.
    pub place: Option<String>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The lines it quotes.
    pub quotes: Vec<Quote>,
    /// What to write, and on what it rests, each with its title.
    pub advice: Vec<(&'static str, String)>,
    /// It is not only the note for the other side.
    pub mine: bool,
    /// It waits for answers.
    pub unanswered: bool,
    /// A departure covers it.
    pub accepted: bool,
}

/// A fact that made a rule fire.
#[derive(Debug)]
pub struct Reason {
    /// What people call it.
    pub title: String,
    /// What it shows.
    pub shown: String,
    /// Where the contract says it.
    pub anchor: Option<String>,
}

/// Lines of a file, with what matters in them marked.
#[derive(Debug)]
pub struct Quote {
    /// Path of the file.
    pub path: String,
    /// The lines, with their numbers.
    pub lines: Vec<QuotedLine>,
}

/// A line of a file, cut into pieces.
#[derive(Debug)]
pub struct QuotedLine {
    /// Its number, from 1.
    pub number: usize,
    /// Its text, each piece with whether it is marked.
    pub pieces: Vec<(String, bool)>,
}

//! Source texts and places in them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, OnceLock};

use countersign_dsl::{Lines, Span};

/// A text that was read, under the path a person would open.
pub struct Source {
    /// Path as reported, with `/` between its parts.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    lines: OnceLock<Lines>,
}

impl Source {
    /// A source with its path and text.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into(), lines: OnceLock::new() })
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.path).finish()
    }
}

/// A stretch of a source, in bytes.
#[derive(Clone)]
pub struct Place {
    /// The source it lies in.
    pub source: Arc<Source>,
    start: u32,
    end: u32,
}

impl Place {
    /// The place of `span` in `source`.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        // A text of more than 4 GiB is refused long before.
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { source: Arc::clone(source), start: byte(span.start), end: byte(span.end) }
    }

    /// First byte.
    pub fn start(&self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    pub fn end(&self) -> usize {
        self.end as usize
    }

    /// The start as line and column, both from 1, the column in characters.
    pub fn line_column(&self) -> (usize, usize) {
        self.source.lines().place(&self.source.text, self.start())
    }

    /// The end as line and column, both from 1, the column in characters.
    pub fn end_line_column(&self) -> (usize, usize) {
        self.source.lines().place(&self.source.text, self.end())
    }

    /// The text at the place.
    pub fn text(&self) -> &str {
        self.source.text.get(self.start()..self.end()).unwrap_or("")
    }

    fn key(&self) -> (&str, u32, u32) {
        (&self.source.path, self.start, self.end)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.source.path)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.end) == (other.start, other.end)
            && (Arc::ptr_eq(&self.source, &other.source) || self.source.path == other.source.path)
    }
}

impl Eq for Place {}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

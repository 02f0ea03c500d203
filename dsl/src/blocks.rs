//! Finds which block was never closed: the braces only say that one is missing, the indentation says where.

use crate::{Block, Entry, MAX_DEPTH, Mistake, Span};

/// One mistake for each missing `}`, at the head of the block it is missing from.
pub(crate) fn unclosed(source: &str, entries: &[Entry]) -> Vec<Mistake> {
    let mut guess = Guess { margins: Margins::of(source), open: Vec::new(), missing: Vec::new() };
    let missing = match guess.entries(entries) {
        Ok(()) => {
            guess.missing.extend(guess.open.into_iter().rev().map(|entry| (entry, None)));
            guess.missing
        }
        Err(Contradiction) => by_braces(entries),
    };
    missing.into_iter().map(|(entry, before)| tell(source, &guess.margins, entry, before)).collect()
}

/// An entry whose block is not closed, and the place before which its `}` seems to be missing.
type Missing<'a> = (&'a Entry<'a>, Option<Span>);

/// The indentation does not agree with the braces in any way.
struct Contradiction;

struct Guess<'a> {
    margins: Margins,
    /// The entries whose blocks are open.
    open: Vec<&'a Entry<'a>>,
    missing: Vec<Missing<'a>>,
}

impl<'a> Guess<'a> {
    /// Walks the tree in the order of the source and closes blocks where the indentation says so.
    fn entries(&mut self, entries: &'a [Entry<'a>]) -> Result<(), Contradiction> {
        for entry in entries {
            if let Some(indent) = self.margins.if_first(entry.span.start) {
                while let Some(last) = self.open.pop_if(|last| indent <= self.margins.indent(last.span.start))
                {
                    self.miss(last, entry.head.clone())?;
                }
            }
            if let Some(block) = &entry.block {
                self.open.push(entry);
                self.entries(&block.entries)?;
                self.close(block)?;
            }
        }
        Ok(())
    }

    fn close(&mut self, block: &Block) -> Result<(), Contradiction> {
        let Some(close) = &block.close else {
            return Ok(());
        };
        if let Some(indent) = self.margins.if_first(close.start) {
            while self.open.len() > 1
                && let Some(last) = self.open.pop_if(|last| indent < self.margins.indent(last.span.start))
            {
                self.miss(last, close.clone())?;
            }
        }
        self.open.pop().map(|_| ()).ok_or(Contradiction)
    }

    /// More missing braces than blocks can be open at once cannot be right.
    fn miss(&mut self, entry: &'a Entry<'a>, before: Span) -> Result<(), Contradiction> {
        self.missing.push((entry, Some(before)));
        if self.missing.len() > MAX_DEPTH { Err(Contradiction) } else { Ok(()) }
    }
}

/// Takes the braces at their word: what is open at the end of the file.
fn by_braces<'a>(entries: &'a [Entry<'a>]) -> Vec<Missing<'a>> {
    let mut missing = Vec::new();
    let mut last = entries.last();
    while let Some((entry, block)) = last.and_then(|entry| Some((entry, entry.block.as_ref()?)))
        && block.close.is_none()
    {
        missing.push((entry, None));
        last = block.entries.last();
    }
    missing
}

fn tell(source: &str, margins: &Margins, entry: &Entry, before: Option<Span>) -> Mistake {
    let name = source[entry.head.clone()].lines().next().unwrap_or_default().trim();
    let (what, span) = match &entry.block {
        Some(block) if name.is_empty() => ("the block".to_owned(), block.open.clone()),
        _ => (format!("the block `{name}`"), entry.head.clone()),
    };
    let line = margins.line(entry.span.start);
    let mistake =
        Mistake::new(span, format!("{what} that begins in line {line} is never closed")).structural();
    match before {
        Some(place) => mistake
            .help(format!("did you forget `}}` before line {}?", margins.line(place.start)))
            .also(place, "a `}` seems to be missing before this"),
        None => mistake.help("add `}` where the block ends"),
    }
}

/// Where each line begins, where its first word stands, and how far that is indented.
struct Margins(Vec<(usize, usize, usize)>);

impl Margins {
    fn of(source: &str) -> Self {
        let mut start = 0;
        let lines = source.split_inclusive('\n').map(|line| {
            let bare = line.trim_start_matches('\u{FEFF}');
            let rest = bare.trim_start_matches([' ', '\t', '\u{A0}']);
            let indent = bare[..bare.len() - rest.len()].chars().count();
            let margin = (start, start + line.len() - rest.len(), indent);
            start += line.len();
            margin
        });
        Self(lines.collect())
    }

    /// The number of the line in which `offset` lies, from 1.
    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|(start, ..)| *start <= offset)
    }

    /// How far the line of `offset` is indented.
    fn indent(&self, offset: usize) -> usize {
        self.0[self.line(offset) - 1].2
    }

    /// The same, if `offset` is the first thing in its line.
    fn if_first(&self, offset: usize) -> Option<usize> {
        let (_, first, indent) = self.0[self.line(offset) - 1];
        (first == offset).then_some(indent)
    }
}

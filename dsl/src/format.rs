//! The formatter: changes layout, `@` to `§`, quotes and digit groups, never a word, and keeps every comment.
//!
//! Entries become rows; rows become lines in `rows.rs`, which aligns them. An entry that was written on one line stays
//! on one line if it fits; `heads.rs` writes heads that span lines.

mod heads;
mod rows;
mod words;

use crate::{Block, Comment, Entry, Mistake, parse};
use rows::{Content, Line, Row};

/// How wide an entry with a block may be and still stay on one line.
const WIDTH: usize = 100;
const INDENT: usize = 2;

/// Formats a deal file. Formatting twice gives the same as formatting once.
///
/// # Errors
/// The mistakes of form, for which a file is left as it is: what is not understood must not be moved.
pub fn format(source: &str) -> Result<String, Vec<Mistake>> {
    let tree = parse(source);
    if !tree.mistakes.is_empty() {
        return Err(tree.mistakes);
    }
    let mut layout = Layout { source, comments: tree.comments.iter().peekable() };
    let mut rows = Rows::at(0);
    layout.fill(&mut rows, &tree.entries, source.len(), 0);
    let mut out = String::with_capacity(source.len());
    for line in rows::lines(rows.rows, 0, false) {
        out.push_str(&line);
        out.push('\n');
    }
    Ok(out)
}

/// The source, and the comments not yet written.
struct Layout<'a> {
    source: &'a str,
    comments: std::iter::Peekable<std::slice::Iter<'a, Comment>>,
}

/// The rows of a block so far.
struct Rows {
    rows: Vec<Row>,
    /// Where in the source the last thing written ends.
    end: usize,
    /// The comment on the line of the `{`, if that is still to come or has come.
    opener: Option<String>,
    /// Whether a comment may still join the line of the `{`.
    opener_open: bool,
}

impl Rows {
    fn at(end: usize) -> Self {
        Self { rows: Vec::new(), end, opener: None, opener_open: false }
    }
}

impl<'a> Layout<'a> {
    /// Writes the entries and the comments before `end`.
    fn fill(&mut self, rows: &mut Rows, entries: &[Entry], end: usize, indent: usize) {
        for entry in entries {
            self.comments_before(rows, entry.span.start);
            let blank = self.blank_line(rows, entry.span.start);
            let content = self.entry(entry, indent);
            rows.rows.push(Row { blank, content, comment: None });
            rows.end = entry.span.end;
        }
        self.comments_before(rows, end);
    }

    fn comments_before(&mut self, rows: &mut Rows, end: usize) {
        while let Some(comment) = self.comment_before(end) {
            let text = self.source[comment.span.clone()].to_owned();
            let same_line = !self.source[rows.end..comment.span.start].contains('\n');
            match rows.rows.last_mut() {
                Some(row) if same_line => row.comment = Some(text),
                None if same_line && rows.opener_open && rows.opener.is_none() => rows.opener = Some(text),
                _ => {
                    let blank = self.blank_line(rows, comment.span.start);
                    rows.rows.push(Row { blank, content: Content::Comment(text), comment: None });
                }
            }
            rows.end = comment.span.end;
        }
    }

    fn comment_before(&mut self, end: usize) -> Option<&'a Comment> {
        self.comments.next_if(|comment| comment.span.start < end)
    }

    /// Whether the source has an empty line between the last row and `start`.
    fn blank_line(&self, rows: &Rows, start: usize) -> bool {
        !rows.rows.is_empty()
            && self.source[rows.end..start].bytes().filter(|byte| *byte == b'\n').count() > 1
    }

    fn entry(&mut self, entry: &Entry, indent: usize) -> Content {
        if self.on_one_line(entry) {
            let line = Line::of(self.source, entry);
            if entry.block.is_none() || indent + line.width() <= WIDTH {
                return Content::Line(line);
            }
        }
        let mut lines = self.head(entry, indent);
        if let Some(block) = &entry.block {
            self.block(entry, block, &mut lines, indent);
        }
        Content::Lines(lines)
    }

    /// Adds a block to the lines of its head, one entry a line.
    fn block(&mut self, entry: &Entry, block: &Block, lines: &mut Vec<String>, indent: usize) {
        let mut rows = Rows { opener_open: true, ..Rows::at(entry.head.end) };
        self.comments_before(&mut rows, block.open.start);
        if rows.rows.is_empty() {
            rows.end = block.open.end;
        }
        self.fill(&mut rows, &block.entries, block_end(block), indent + INDENT);
        let head = lines.last_mut().map(std::mem::take).unwrap_or_default();
        lines.pop();
        let empty = rows.rows.is_empty() && rows.opener.is_none();
        let comment = rows.opener.map_or(String::new(), |comment| format!("  {comment}"));
        lines.push(format!("{head} {{{}{comment}", if empty { "}" } else { "" }));
        if !empty {
            lines.extend(rows::lines(rows.rows, indent + INDENT, true));
            lines.push(format!("{:indent$}}}", ""));
        }
    }

    /// Whether no line ends between the words of an entry or in its block. A break in an anchor does not last.
    fn on_one_line(&mut self, entry: &Entry) -> bool {
        let last = entry.groups.last().and_then(|group| group.atoms.last());
        let words = !self.line_ends(entry.head.start, last.map_or(entry.head.start, |atom| atom.span().end));
        let Some(block) = &entry.block else {
            return words;
        };
        let end = block_end(block);
        let empty =
            block.entries.is_empty() && self.comments.peek().is_none_or(|comment| comment.span.start > end);
        words && (empty || !self.line_ends(entry.head.end, end))
    }

    /// Whether a line ends between two places of the source.
    fn line_ends(&self, from: usize, to: usize) -> bool {
        self.source.get(from..to).is_some_and(|between| between.contains('\n'))
    }
}

/// Where the `}` of a block stands.
fn block_end(block: &Block) -> usize {
    block.close.as_ref().map_or(block.open.end, |close| close.start)
}

//! Rows of a block, and how they are aligned into lines.

use super::words::{anchor, atom, block, groups};
use crate::{Entry, Group};

/// Longer keys stand out and do not push the values of all others away.
const LONGEST_KEY: usize = 16;
/// The same for lines before anchors and comments.
const LONGEST_LINE: usize = 60;

/// One entry or one comment that has its own line.
pub(super) struct Row {
    /// An empty line stands before it.
    pub(super) blank: bool,
    pub(super) content: Content,
    /// The comment at its end.
    pub(super) comment: Option<String>,
}

pub(super) enum Content {
    Comment(String),
    Line(Line),
    /// An entry on several lines, indented already.
    Lines(Vec<String>),
}

/// An entry on one line.
pub(super) struct Line {
    key: String,
    /// Whether the value may be moved to the column of its neighbors.
    movable: bool,
    value: String,
    anchor: String,
}

impl Line {
    pub(super) fn of(source: &str, entry: &Entry) -> Self {
        let mut line =
            Self { key: String::new(), movable: false, value: String::new(), anchor: String::new() };
        if let Some((Group { atoms, comma, .. }, rest)) = entry.groups.split_first()
            && let Some((first, others)) = atoms.split_first()
        {
            line.key = atom(source, first);
            line.movable = !others.is_empty() || comma.is_none();
            let head = Group { atoms: others.to_vec(), comma: comma.clone(), broke_line: false };
            let tail: Vec<Group> = std::iter::once(head).chain(rest.iter().cloned()).collect();
            line.value = groups(source, &tail);
        }
        line.anchor = entry.anchor.as_ref().map_or(String::new(), |found| anchor(source, found));
        if let Some(found) = &entry.block {
            let parts =
                [std::mem::take(&mut line.value), std::mem::take(&mut line.anchor), block(source, found)];
            line.value = join(&parts);
        }
        if !line.movable {
            line.key.push_str(&std::mem::take(&mut line.value));
        }
        line
    }

    /// How wide the line is without alignment.
    pub(super) fn width(&self) -> usize {
        self.plain().chars().count()
    }

    pub(super) fn plain(&self) -> String {
        join(&[&self.key, &self.value, &self.anchor])
    }
}

/// Parts with one blank between them, without those that are empty.
pub(super) fn join(parts: &[impl AsRef<str>]) -> String {
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// The rows as lines; `align` puts the values of neighbors in a column.
pub(super) fn lines(rows: Vec<Row>, indent: usize, align: bool) -> Vec<String> {
    let mut lines = Vec::with_capacity(rows.len());
    let mut run: Vec<(Line, Option<String>)> = Vec::new();
    for row in rows {
        if row.blank || !align || !matches!(row.content, Content::Line(_)) {
            flush(&mut run, &mut lines, indent, align);
        }
        if row.blank {
            lines.push(String::new());
        }
        match row.content {
            Content::Line(line) => run.push((line, row.comment)),
            Content::Comment(text) => lines.push(format!("{:indent$}{text}", "")),
            Content::Lines(several) => {
                lines.extend(several);
                if let (Some(last), Some(comment)) = (lines.last_mut(), row.comment) {
                    last.push_str("  ");
                    last.push_str(&comment);
                }
            }
        }
    }
    flush(&mut run, &mut lines, indent, align);
    lines
}

/// Writes the lines of a run, its values, anchors and comments in columns.
fn flush(run: &mut Vec<(Line, Option<String>)>, lines: &mut Vec<String>, indent: usize, align: bool) {
    let rows = std::mem::take(run);
    let keys = rows.iter().filter(|(line, _)| line.movable && !line.value.is_empty());
    let key_column = if align { column(keys.map(|(line, _)| &line.key), LONGEST_KEY) } else { 0 };
    let texts: Vec<_> = rows.iter().map(|(line, _)| pad(&line.key, key_column, 1, &line.value)).collect();
    let anchored = texts.iter().zip(&rows).filter(|(_, (line, _))| !line.anchor.is_empty());
    let anchor_column = if align { column(anchored.map(|(text, _)| text), LONGEST_LINE) } else { 0 };
    let gap = if align { 2 } else { 1 };
    let texts: Vec<_> = texts
        .iter()
        .zip(&rows)
        .map(|(text, (line, _))| pad(text, anchor_column, gap, &line.anchor))
        .collect();
    let commented = texts.iter().zip(&rows).filter(|(_, (_, comment))| comment.is_some());
    let comment_column = column(commented.map(|(text, _)| text), LONGEST_LINE);
    for (text, (_, comment)) in texts.iter().zip(&rows) {
        let text = pad(text, comment_column, 2, comment.as_deref().unwrap_or_default());
        lines.push(format!("{:indent$}{text}", ""));
    }
}

/// The width of the widest, of those that are not too wide.
fn column<'a>(texts: impl Iterator<Item = &'a String>, longest: usize) -> usize {
    texts.map(|text| text.chars().count()).filter(|width| *width <= longest).max().unwrap_or(0)
}

/// Two cells, the second in a column behind the first.
fn pad(first: &str, column: usize, gap: usize, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (_, true) => first.to_owned(),
        (true, _) => second.to_owned(),
        _ => format!("{first:column$}{:gap$}{second}", ""),
    }
}

//! Heads that span lines: a break after a comma stays, a list with a break has one member a line, and every comment
//! keeps its place between the words.

use super::words::{anchor, atom};
use super::{INDENT, Layout};
use crate::texts::{straight, trimmed_lines};
use crate::{Atom, Entry, Group};

/// The lines of a head; the last one is still being written.
struct Lines {
    lines: Vec<String>,
    /// Behind the last thing written, in the source.
    end: usize,
    /// The next thing stands on a line of its own, indented this far.
    new_line: Option<usize>,
}

impl Lines {
    fn write(&mut self, text: &str) {
        if let Some(indent) = self.new_line.take() {
            self.lines.push(format!("{:indent$}{text}", ""));
        } else if let Some(line) = self.lines.last_mut() {
            line.push(' ');
            line.push_str(text);
        }
    }

    /// How far the current line is indented.
    fn margin(&self) -> usize {
        self.lines.last().map_or(0, |line| line.len() - line.trim_start_matches(' ').len())
    }

    fn join(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.push_str(text);
        }
    }
}

impl Layout<'_> {
    /// The head of an entry with its anchor, on as many lines as its author gave it.
    pub(super) fn head(&mut self, entry: &Entry, indent: usize) -> Vec<String> {
        let mut lines = Lines { lines: Vec::new(), end: entry.head.start, new_line: Some(indent) };
        self.groups(&mut lines, &entry.groups, indent + INDENT);
        if let Some(found) = &entry.anchor {
            lines.write(&anchor(self.source, found));
        }
        lines.lines
    }

    fn groups(&mut self, lines: &mut Lines, groups: &[Group], indent: usize) {
        for group in groups {
            for one in &group.atoms {
                self.comments_in_head(lines, one.span().start, indent);
                self.atom(lines, one, indent);
                lines.end = one.span().end;
            }
            if group.comma.is_some() {
                lines.join(",");
            }
            if group.broke_line {
                lines.new_line = Some(indent);
            }
        }
    }

    fn atom(&mut self, lines: &mut Lines, one: &Atom, indent: usize) {
        let span = one.span();
        if !self.line_ends(span.start, span.end) {
            return lines.write(&atom(self.source, one));
        }
        match one {
            Atom::List { groups, span } => {
                lines.write("[");
                lines.end = span.start + 1;
                let margin = lines.margin();
                self.list(lines, groups, margin + INDENT);
                self.comments_in_head(lines, span.end, margin + INDENT);
                lines.new_line = Some(margin);
                lines.write("]");
            }
            _ => {
                for line in trimmed_lines(&straight(&self.source[span])) {
                    lines.write(line);
                    lines.new_line = Some(indent);
                }
                lines.new_line = None;
            }
        }
    }

    /// The members of a list, one a line.
    fn list(&mut self, lines: &mut Lines, groups: &[Group], indent: usize) {
        for group in groups {
            lines.new_line = Some(indent);
            self.groups(lines, std::slice::from_ref(group), indent);
        }
    }

    /// Writes the comments before `end`: at the end of the line, or on their own lines if they had one.
    fn comments_in_head(&mut self, lines: &mut Lines, end: usize, indent: usize) {
        while let Some(comment) = self.comment_before(end) {
            let text = &self.source[comment.span.clone()];
            if self.line_ends(lines.end, comment.span.start) {
                lines.new_line = Some(indent);
                lines.write(text);
            } else {
                lines.join(&format!("  {text}"));
            }
            lines.new_line = Some(indent);
            lines.end = comment.span.end;
        }
    }
}

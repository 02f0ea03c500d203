//! Anchors: `§12.3(b)`, `§§ 4, 5`, `@4`, `§"Dispute resolution"`.

use super::*;
use crate::texts::{straight, trimmed_lines};

impl Splitter<'_, '_> {
    /// Reads the anchor at `self.at`, up to the end of the line, to a list, or to what ends a member of a list.
    pub(super) fn anchor(&mut self, in_list: bool) {
        let start = self.at;
        while let Some(length) = sign_length(&self.text[self.at..]) {
            self.take(length);
        }
        let signs_end = self.at;
        let mut text = String::new();
        let mut ended = signs_end;
        while let Some(c) = self.text[self.at..].chars().next() {
            match c {
                '\n' | '[' | ']' | ';' => break,
                '#' if begins_comment(self.text, self.at) => break,
                ',' if self.comma_parts(in_list) => break,
                '"' | '“' => {
                    self.heading(&mut text);
                    ended = self.at;
                }
                '\\' if self.text[self.at + 1..].starts_with(['"', '\\']) => {
                    text.push_str(&self.text[self.at..self.at + 2]);
                    self.at += 2;
                    ended = self.at;
                }
                c => {
                    text.push(c);
                    self.at += c.len_utf8();
                    if !is_blank(c) {
                        ended = self.at;
                    }
                }
            }
        }
        self.end = ended;
        self.check_characters(signs_end..ended);
        self.keep_anchor(text.trim(), start..ended);
    }

    /// Whether the comma at `self.at` parts groups and is not one of the anchor's own: the last thing in its line, or
    /// in a list anything but a further number.
    fn comma_parts(&self, in_list: bool) -> bool {
        let rest = &self.text[self.at + 1..];
        let next = rest.trim_start_matches(is_blank);
        let last_in_line =
            next.is_empty() || next.starts_with('\n') || (next.starts_with('#') && next.len() < rest.len());
        last_in_line || in_list && !next.starts_with(|c: char| c.is_ascii_digit() || c == '§')
    }

    /// The heading of a clause in quotes.
    fn heading(&mut self, text: &mut String) {
        let Atom::Text { span, .. } = self.quoted() else {
            return;
        };
        text.push_str(&trimmed_lines(&straight(&self.text[span])).join(" "));
    }

    fn keep_anchor(&mut self, text: &str, span: Span) {
        if text.is_empty() || text.starts_with(',') || text.ends_with(',') {
            let message = format!("a clause is missing in `{}`", shorten(&self.text[span.clone()]));
            let help = "write the number or the heading of the clause, as in `§12.3(b)`";
            self.mistakes.push(Mistake::new(span.clone(), message).help(help));
        }
        if text.is_empty() {
            return;
        }
        match &mut self.anchor {
            Some(anchor) => {
                anchor.text.push_str(", ");
                anchor.text.push_str(text);
                anchor.span.end = span.end;
            }
            None => self.anchor = Some(Box::new(Anchor { text: text.to_owned(), span })),
        }
    }
}

/// The length of the sign that `text` begins with, and of the blanks before it.
fn sign_length(text: &str) -> Option<usize> {
    let rest = text.trim_start_matches(is_blank);
    let sign = rest.chars().next().filter(|c| matches!(c, '§' | '@'))?;
    Some(text.len() - rest.len() + sign.len_utf8())
}

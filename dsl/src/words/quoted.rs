//! Texts in quotes, and what is wrong with them: no closing quote, a word joined to it, unknown escapes.

use super::*;
use crate::texts::{may_follow_text, text_end, text_value};

impl<'a> Splitter<'a, '_> {
    pub(super) fn text(&mut self, level: &mut Level<'a>) {
        let text = self.quoted();
        self.push(level, text);
    }

    pub(super) fn quoted(&mut self) -> Atom<'a> {
        let start = self.at;
        let quote = self.text[start..].chars().next().map_or(1, char::len_utf8);
        self.check_before_text(start..start + quote);
        let found = text_end(self.source, start);
        let inner = start + quote..if found.closed { found.end - quote } else { found.end };
        self.take(found.end - start);
        let mut span = start..found.end;
        if found.closed {
            self.check_after_text(span.clone());
        } else {
            span.end -= self.source[inner.clone()].len()
                - self.source[inner.clone()].trim_end_matches(is_blank).len();
            self.unclosed_text(span.clone());
        }
        let value = text_value(&self.source[inner.start..inner.end.min(span.end)]);
        self.check_inner(inner);
        Atom::Text { value, span }
    }

    fn unclosed_text(&mut self, span: Span) {
        if self.foreign_quotes {
            return;
        }
        let text = &self.text[span.clone()];
        let other = if text.starts_with('"') { text.contains('”') } else { text.contains('"') };
        let mistake = if other {
            Mistake::new(span, "the quote marks of this text do not match")
                .help("write `\"` on both sides of it")
        } else {
            Mistake::new(span, "this text has no closing quote mark")
                .help("add `\"` where the text ends; a quote mark within a text is written `\\\"`")
        };
        self.mistakes.push(mistake.structural());
    }

    fn check_before_text(&mut self, quote: Span) {
        let joined = self.text[..quote.start].chars().next_back().filter(|c| {
            !(is_blank(*c)
                || matches!(
                    c,
                    '\n' | '\u{FEFF}' | ',' | '[' | ']' | '{' | '}' | ';' | '"' | '”' | '“' | '§' | '@'
                ))
        });
        if joined.is_some() && !self.foreign_quotes {
            self.mistakes.push(Mistake::new(quote, "a blank is missing before this quote mark").help(
                "write a text as `\"…\"`, with a blank before it; a quote mark within a text is `\\\"`",
            ));
        }
    }

    /// What is joined to a closing quote can be meant in two ways, and both are shown.
    fn check_after_text(&mut self, span: Span) {
        let rest = &self.source[span.end..];
        if may_follow_text(rest) {
            return;
        }
        let length = rest.find(|c: char| is_blank(c) || "\n,;[]{}\"”“".contains(c)).unwrap_or(rest.len());
        let (text, joined) = (shorten(&self.text[span.clone()]), shorten(&rest[..length]));
        let end = span.end + length.max(rest.chars().next().map_or(0, char::len_utf8));
        let mistake = if joined.is_empty() {
            Mistake::new(span.start..end, format!("two quote marks meet behind `{text}`")).help(
                "put a blank or a comma between two texts, or write a quote mark within a text as `\\\"`",
            )
        } else {
            let within = format!("{}\\\"{joined}…\"", text.trim_end_matches(['"', '”']));
            Mistake::new(span.start..end, format!("`{joined}` is joined to the closing quote mark of `{text}`")).help(
                format!("write `{text} {joined}` if the text ends there, or `{within}` if the quote mark is part of it"),
            )
        };
        self.mistakes.push(mistake);
    }

    /// Escapes and characters within a text.
    fn check_inner(&mut self, inner: Span) {
        let text = &self.text[inner.clone()];
        if text
            .bytes()
            .all(|byte| byte.is_ascii() && byte != b'\\' && (byte >= b' ' && byte != 0x7F || byte == b'\n'))
        {
            return;
        }
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let start = inner.start + at;
            if c == '\\' && chars.next_if(|(_, next)| matches!(next, '"' | '\\')).is_none() {
                let next = chars.peek().map_or(String::new(), |(_, next)| next.to_string());
                self.mistakes.push(
                    Mistake::new(start..start + 1, format!("`\\{}` has no meaning in a text", next.trim()))
                        .help("write a path with `/`; a backslash itself is `\\\\` and a quote mark `\\\"`"),
                );
            }
        }
        self.check_characters(inner);
    }
}

//! Characters and texts: what is a blank, what a deal may not hold, where a quoted text ends, what it says.
//!
//! `deal.pest` draws the same borders for pest; a property test holds the two together.

use std::borrow::Cow;

use crate::Span;

/// The blanks before which and after which a word ends. Only the first three, and NBSP, may stand before a comment.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\u{A0}' | '\u{202F}' | '\u{2000}'..='\u{200A}' | '\u{3000}')
}

/// Why a deal must not hold the character, if so: whoever reads a deal sees all that it says.
pub(crate) fn refused(c: char) -> Option<&'static str> {
    match c {
        '\t' | '\n' | '\r' => None,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{61C}' => {
            Some("turns the reading direction, so that the text shows in another order than it is read")
        }
        '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => Some("shows as nothing"),
        '\u{2028}' | '\u{2029}' => Some("breaks a line in some editors and not in others"),
        c if c.is_control() => Some("is a control character and shows as nothing"),
        _ => None,
    }
}

/// Whether a `#` at `at` begins a comment: it stands at the start of a line or behind a blank.
pub(crate) fn begins_comment(source: &str, at: usize) -> bool {
    let before = &source.as_bytes()[..at];
    before.is_empty()
        || before.ends_with(b" ")
        || before.ends_with(b"\n")
        || before.ends_with(b"\t")
        || before.ends_with("\u{A0}".as_bytes())
}

/// From the `#` at `at` to the last character of its line that is not a blank.
pub(crate) fn comment_span(source: &str, at: usize) -> Span {
    at..at + source[at..line_end(source, at)].trim_end_matches(is_blank).len()
}

/// Where the line of `at` ends, before its line break.
pub(crate) fn line_end(source: &str, at: usize) -> usize {
    source[at..].find('\n').map_or(source.len(), |length| at + length)
}

/// Where a text ends, and whether a quote closes it.
pub(crate) struct TextEnd {
    /// Behind the closing quote; if there is none, at the end of the line or before the `{` that ends it.
    pub(crate) end: usize,
    pub(crate) closed: bool,
}

/// Finds the end of the text whose opening quote stands at `start`.
pub(crate) fn text_end(source: &str, start: usize) -> TextEnd {
    let close = if source[start..].starts_with('"') {
        straight_close(source, start + 1)
    } else {
        curly_close(source, start + '“'.len_utf8())
    };
    match close {
        Some(end) => TextEnd { end, closed: true },
        None => TextEnd { end: unclosed_end(source, start), closed: false },
    }
}

fn unclosed_end(source: &str, start: usize) -> usize {
    let end = line_end(source, start);
    let line = &source[start..end];
    let opens_block = line.strip_suffix('\r').unwrap_or(line).strip_suffix(" {");
    opens_block.filter(|_| end < source.len()).map_or(end, |text| start + text.len())
}

/// Behind the quote that closes a straight text: the first that is not escaped.
fn straight_close(source: &str, start: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut at = start;
    let mut same_line = true;
    loop {
        match *bytes.get(at)? {
            b'"' => break,
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => at += 2,
            byte => {
                same_line &= byte != b'\n';
                at += 1;
            }
        }
    }
    (same_line || may_follow_text(&source[at + 1..])).then_some(at + 1)
}

fn curly_close(source: &str, start: usize) -> Option<usize> {
    let rest = &source[start..];
    let on_line = &source[start..line_end(source, start)];
    if let Some(length) = on_line.find('”') {
        return Some(start + length + '”'.len_utf8());
    }
    let length = rest.find(['”', '“']).filter(|length| rest[*length..].starts_with('”'))?;
    let end = start + length + '”'.len_utf8();
    may_follow_text(&source[end..]).then_some(end)
}

/// Whether a text may end before `rest`; anything else joined to its closing quote is a mistake.
pub(crate) fn may_follow_text(rest: &str) -> bool {
    let first = rest.chars().next();
    first.is_none_or(|c| {
        matches!(c, ' ' | '\n' | ',' | ';' | '{' | '}' | '[' | ']' | '\r' | '\t' | '§' | '@' | '\u{A0}')
    })
}

/// What a text says: escapes undone, each line break with the blanks around it read as one blank.
pub(crate) fn text_value(inner: &str) -> Cow<'_, str> {
    if !inner.contains(['\\', '\n']) {
        return Cow::Borrowed(inner);
    }
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => value.push(chars.next_if(|next| matches!(next, '"' | '\\')).unwrap_or('\\')),
            '\n' => {
                value.truncate(value.trim_end_matches([' ', '\t', '\r']).len());
                while chars.next_if(|next| matches!(next, ' ' | '\t' | '\r' | '\n')).is_some() {}
                value.push(' ');
            }
            c => value.push(c),
        }
    }
    Cow::Owned(value)
}

/// A text with straight quotes, whatever quotes the author wrote; quote marks within a curly text become escapes.
pub(crate) fn straight(raw: &str) -> String {
    let Some(inner) = raw.strip_prefix('“') else {
        return raw.to_owned();
    };
    let inner = inner.strip_suffix('”').unwrap_or(inner);
    let mut text = String::with_capacity(raw.len());
    let mut chars = inner.chars();
    text.push('"');
    while let Some(c) = chars.next() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.extend(std::iter::once('\\').chain(chars.next())),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// The lines of a text as written, without the blanks around each break and without empty lines between.
pub(crate) fn trimmed_lines(raw: &str) -> Vec<&str> {
    const AROUND: [char; 3] = [' ', '\t', '\r'];
    let mut lines: Vec<&str> = raw.split('\n').collect();
    let last = lines.len() - 1;
    for (number, line) in lines.iter_mut().enumerate() {
        if number > 0 {
            *line = line.trim_start_matches(AROUND);
        }
        if number < last {
            *line = line.trim_end_matches(AROUND);
        }
    }
    let mut number = 0;
    lines.retain(|line| {
        number += 1;
        !line.is_empty() || number == 1 || number == last + 1
    });
    lines
}

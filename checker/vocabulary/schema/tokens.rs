//! Words, texts and signs of a schema.

use std::borrow::Cow;
use std::ops::Range;

use crate::vocabulary::cedar::unescaped;

/// What is wrong, and where.
pub type Wrong = (Range<usize>, String);

/// The smallest thing that means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'s> {
    /// A keyword or an identifier.
    Word(&'s str),
    /// A text with its quotes, as it is written.
    Text(&'s str),
    /// A sign; `::` is one.
    Sign(&'s str),
    /// Behind the last.
    End,
}

/// Walks over a text token by token, one ahead.
pub struct Tokens<'s> {
    text: &'s str,
    /// The token ahead, and where it stands.
    pub ahead: Token<'s>,
    /// Its place.
    pub span: Range<usize>,
    /// End of the token before.
    pub end: usize,
}

impl<'s> Tokens<'s> {
    /// Stands before the first token.
    pub fn new(text: &'s str) -> Result<Self, Wrong> {
        let mut tokens = Self { text, ahead: Token::End, span: 0..0, end: 0 };
        tokens.advance()?;
        Ok(tokens)
    }

    /// Goes on to the next token.
    pub fn advance(&mut self) -> Result<(), Wrong> {
        self.end = self.span.end;
        let start = self.end + blank(&self.text[self.end..]);
        let rest = &self.text[start..];
        let (token, length) = next(rest).map_err(|length| {
            let message =
                if rest.starts_with('"') { "this text is never closed" } else { "no sign of a schema" };
            (start..start + length, message.to_owned())
        })?;
        self.ahead = token;
        self.span = start..start + length;
        Ok(())
    }

    /// The text from a place to the end of the token before.
    pub fn between(&self, start: usize) -> &'s str {
        &self.text[start..self.end]
    }
}

/// The length of blanks and comments at the start.
fn blank(text: &str) -> usize {
    let mut rest = text.trim_start();
    while rest.starts_with("//") {
        rest = rest.find(['\n', '\r']).map_or("", |end| &rest[end..]).trim_start();
    }
    text.len() - rest.len()
}

/// The token at the start with its length; the length of what is none.
fn next(rest: &str) -> Result<(Token<'_>, usize), usize> {
    let Some(first) = rest.chars().next() else { return Ok((Token::End, 0)) };
    let cut = |length| (&rest[..length], length);
    if first == '"' {
        let (text, length) = cut(text_length(rest).ok_or(1_usize)?);
        return Ok((Token::Text(text), length));
    }
    if first == '_' || first.is_ascii_alphabetic() {
        let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        let (word, length) = cut(end.unwrap_or(rest.len()));
        return Ok((Token::Word(word), length));
    }
    if !",;:{}[]<>=?@()".contains(first) {
        return Err(first.len_utf8());
    }
    let (sign, length) = cut(if rest.starts_with("::") { 2 } else { 1 });
    Ok((Token::Sign(sign), length))
}

/// The length of a text with its quotes. It may run over lines; a line break is not escaped.
fn text_length(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '\n' if escaped => return None,
            '"' if !escaped => return Some(at + 1),
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    None
}

/// What a text with its quotes says, by the escapes of Cedar.
pub fn unquoted(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = &quoted[1..quoted.len() - 1];
    if !inner.contains(['\\', '\r']) {
        return Some(Cow::Borrowed(inner));
    }
    unescaped(inner).map(Cow::Owned)
}

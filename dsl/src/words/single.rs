//! Single words: where they end, the sign for per cent, the key at the start, characters that do not belong.

use std::borrow::Cow;

use super::*;

impl<'a> Splitter<'a, '_> {
    pub(super) fn word(&mut self, level: &mut Level<'a>) {
        let start = self.at;
        let (end, plain) = word_end(self.text, start);
        self.take(end - start);
        let word = &self.text[start..end];
        if word == "%" {
            if self.join_percent(level) {
                return;
            }
            let mistake = Mistake::new(start..end, "`%` stands behind no number");
            self.mistakes.push(mistake.help("write the number before it, as in `60%`"));
        }
        if !plain {
            self.check_word(start..end);
        }
        self.push(level, Atom::Word { text: Cow::Borrowed(word), span: start..end });
    }

    /// `33 %` is one word.
    fn join_percent(&self, level: &mut Level) -> bool {
        match level.atoms.last_mut() {
            Some(Atom::Word { text, span })
                if !level.line_ended && text.ends_with(|c: char| c.is_ascii_digit()) =>
            {
                text.to_mut().push('%');
                span.end = self.at;
                true
            }
            _ => false,
        }
    }

    fn check_word(&mut self, span: Span) {
        let word = &self.text[span.clone()];
        let shown = shorten(word);
        if word.starts_with('#') {
            let mistake = Mistake::new(span.start..span.start + 1, "a blank is missing before this `#`");
            self.mistakes
                .push(mistake.help("a comment begins with `#` behind a blank or at the start of a line"));
        } else if word.starts_with("//") || word.starts_with("/*") {
            let mistake = Mistake::new(
                span.start..span.start + 2,
                format!("`{}` does not begin a comment", &word[..2]),
            );
            self.mistakes.push(mistake.help("begin a comment with `#`; it ends with the line"));
        } else if word.contains('\\') {
            let mistake = Mistake::new(span.clone(), format!("`{shown}` holds a backslash outside a text"));
            self.mistakes.push(mistake.help("put it in quotes, and write a path with `/`"));
        } else if let Some(found) = word.chars().find(|c| "”„‟«»‹›".contains(*c)) {
            self.foreign_quotes = true;
            let mistake =
                Mistake::new(span.clone(), format!("`{found}` is no quote mark of a text")).structural();
            self.mistakes.push(mistake.help("put a text between straight quote marks, as in `\"New York\"`"));
        }
        self.check_characters(span);
    }

    /// Characters a reader cannot see.
    pub(super) fn check_characters(&mut self, span: Span) {
        for (at, c) in self.text[span.clone()].char_indices() {
            if let Some(reason) = refused(c) {
                let start = span.start + at;
                self.mistakes.push(
                    Mistake::new(
                        start..start + c.len_utf8(),
                        format!("the character U+{:04X} {reason}", u32::from(c)),
                    )
                    .help("delete it: a deal may not hold what its reader cannot see"),
                );
            }
        }
    }

    /// Takes `:` and `=` off the key, as forms of other kinds of files put them there.
    pub(super) fn check_key(&mut self, groups: &mut [Group]) {
        let Some(group) = groups.first_mut() else {
            return;
        };
        if let Some(Atom::Word { text, span }) = group.atoms.first_mut()
            && text.len() > 1
            && text.ends_with([':', '='])
        {
            let sign = text.to_mut().pop().unwrap_or(':');
            span.end -= 1;
            self.mistakes.push(no_sign(span.end..span.end + 1, sign, text));
        } else if let [Atom::Word { text: key, .. }, Atom::Word { text, span }, ..] = &group.atoms[..]
            && matches!(&**text, ":" | "=" | ":=")
        {
            self.mistakes.push(no_sign(span.clone(), text, key));
            group.atoms.remove(1);
        }
    }
}

fn no_sign(span: Span, sign: impl std::fmt::Display, key: &str) -> Mistake {
    let key = shorten(key);
    Mistake::new(span, format!("no `{sign}` is needed behind `{key}`"))
        .help(format!("write `{key}` and its value side by side"))
}

/// Where the word at `start` ends, and whether nothing in it needs a second look.
fn word_end(text: &str, start: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut plain = !matches!(bytes[start], b'#' | b'/');
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'[' | b']' | b';' => break,
            b',' if !between_digits(bytes, at) => break,
            b'\\' => {
                plain = false;
                at += if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) { 2 } else { 1 };
            }
            0..b' ' | 0x7F => {
                plain = false;
                at += 1;
            }
            0x80.. => match text[at..].chars().next() {
                Some(c) if c == '“' || c == '§' || is_blank(c) => break,
                Some(c) => {
                    plain = false;
                    at += c.len_utf8();
                }
                None => break,
            },
            _ => at += 1,
        }
    }
    (at, plain)
}

/// A comma within a number, as in `2,500,000`.
fn between_digits(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1].is_ascii_digit() && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
}

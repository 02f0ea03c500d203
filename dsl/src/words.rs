//! Splits the head of an entry into words, texts, lists and its anchor, by hand: pest only says where the head ends.

mod anchors;
mod quoted;
mod single;

use crate::mistake::Mistakes;
use crate::texts::{begins_comment, comment_span, is_blank, line_end, refused};
use crate::{Anchor, Atom, Comment, Group, Mistake, Span};

/// What stands in a head.
pub(crate) struct Head<'a> {
    pub(crate) groups: Vec<Group<'a>>,
    pub(crate) anchor: Option<Box<Anchor>>,
    /// The first word.
    pub(crate) start: usize,
    /// Behind the last word, text, bracket, comma or anchor.
    pub(crate) end: usize,
}

/// Splits the head that covers `span` of the source.
pub(crate) fn split<'a>(
    source: &'a str,
    span: Span,
    comments: &mut Vec<Comment>,
    mistakes: &mut Mistakes,
) -> Head<'a> {
    let text = &source[..span.end];
    let (at, end) = (span.start, span.start);
    let mut splitter =
        Splitter { source, text, at, end, anchor: None, foreign_quotes: false, comments, mistakes };
    let start = span.end - text[span].trim_start_matches(is_blank).len();
    let mut groups = splitter.groups(None);
    splitter.check_key(&mut groups);
    Head { groups, anchor: splitter.anchor, start, end: splitter.end.max(start) }
}

struct Splitter<'a, 'm> {
    source: &'a str,
    /// The source up to the end of the head.
    text: &'a str,
    at: usize,
    end: usize,
    anchor: Option<Box<Anchor>>,
    /// German or French quote marks were told already; what looks like a text behind them is told with them.
    foreign_quotes: bool,
    comments: &'m mut Vec<Comment>,
    mistakes: &'m mut Mistakes,
}

/// The groups read so far, at one level of brackets.
#[derive(Default)]
struct Level<'a> {
    groups: Vec<Group<'a>>,
    atoms: Vec<Atom<'a>>,
    /// A line ended since the last atom or comma.
    line_ended: bool,
}

impl<'a> Level<'a> {
    fn push(&mut self, atom: Atom<'a>) {
        if self.atoms.is_empty() {
            if let (true, Some(last)) = (self.line_ended, self.groups.last_mut()) {
                last.broke_line = true;
            }
            self.atoms.reserve_exact(2);
        }
        self.line_ended = false;
        self.atoms.push(atom);
    }

    /// Ends the current group.
    fn end_group(&mut self, comma: Option<Span>) {
        if comma.is_none() && self.groups.is_empty() {
            self.groups.reserve_exact(1);
        }
        let atoms = std::mem::take(&mut self.atoms);
        self.groups.push(Group { atoms, comma, broke_line: false });
    }
}

impl<'a> Splitter<'a, '_> {
    /// Reads to the end of the head, or to the `]` of the list that began at `list`.
    fn groups(&mut self, list: Option<usize>) -> Vec<Group<'a>> {
        let mut level = Level::default();
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    level.line_ended = true;
                    self.at += 1;
                }
                b',' => self.comma(&mut level),
                b';' => self.semicolon(&mut level),
                b'[' => self.list(&mut level),
                b']' if list.is_some() => break,
                b']' => self.stray_bracket(),
                b'"' => self.text(&mut level),
                b'#' if begins_comment(self.text, self.at) => self.comment(),
                b'@' => self.anchor(list.is_some()),
                byte if byte.is_ascii() => self.word(&mut level),
                _ => self.beyond_ascii(&mut level, list.is_some()),
            }
        }
        self.close_level(level, list.is_some())
    }

    fn beyond_ascii(&mut self, level: &mut Level<'a>, in_list: bool) {
        match self.text[self.at..].chars().next() {
            Some('§') => self.anchor(in_list),
            Some('“') => self.text(level),
            Some(c) if is_blank(c) => self.at += c.len_utf8(),
            _ => self.word(level),
        }
    }

    fn push(&mut self, level: &mut Level<'a>, atom: Atom<'a>) {
        if let (true, Some(last)) = (level.line_ended, level.atoms.last()) {
            let mistake = Mistake::new(last.span(), "no comma stands behind this member of a list");
            self.mistakes
                .push(mistake.help("put a comma at the end of the line, or close the list with `]`"));
        }
        level.push(atom);
    }

    fn comma(&mut self, level: &mut Level<'a>) {
        let span = self.take(1);
        level.line_ended = false;
        if !level.atoms.is_empty() {
            level.end_group(Some(span));
        } else if level.groups.is_empty() {
            self.mistakes.push(
                Mistake::new(span, "nothing stands before this comma")
                    .help("a comma parts the members of a list; between entries there is none"),
            );
        } else {
            self.mistakes
                .push(Mistake::new(span, "nothing stands between these commas").help("remove one comma"));
        }
    }

    /// Only in a list: elsewhere `;` ends the head.
    fn semicolon(&mut self, level: &mut Level<'a>) {
        let span = self.take(1);
        self.mistakes.push(
            Mistake::new(span.clone(), "a `;` stands within a list")
                .help("part the members of a list by `,`, or close the list with `]`"),
        );
        if !level.atoms.is_empty() {
            level.end_group(Some(span));
        }
    }

    fn close_level(&mut self, mut level: Level<'a>, in_list: bool) -> Vec<Group<'a>> {
        if !level.atoms.is_empty() {
            level.end_group(None);
        } else if !in_list && let Some(comma) = level.groups.last().and_then(|group| group.comma.clone()) {
            self.mistakes.push(
                Mistake::new(comma, "nothing follows this comma").help("remove it, or add what is missing"),
            );
        }
        level.groups
    }

    fn list(&mut self, level: &mut Level<'a>) {
        let open = self.take(1);
        let groups = self.groups(Some(open.start));
        if self.text.as_bytes().get(self.at) == Some(&b']') {
            self.take(1);
            if groups.is_empty() {
                let mistake = Mistake::new(open.start..self.at, "this list is empty");
                self.mistakes.push(mistake.help("write `none` for a list that has no members"));
            }
        } else {
            self.unclosed_list(&open);
        }
        self.push(level, Atom::List { groups, span: open.start..self.end });
    }

    fn unclosed_list(&mut self, open: &Span) {
        let mut mistake =
            Mistake::new(open.clone(), "this list is never closed").help("add `]` behind its last member");
        let swallowed = line_end(self.text, open.start);
        if swallowed < self.end {
            mistake = mistake.structural();
        }
        self.mistakes.push(mistake);
    }

    fn stray_bracket(&mut self) {
        let span = self.take(1);
        self.mistakes.push(
            Mistake::new(span, "this `]` closes no list")
                .help("remove it, or add `[` where the list begins")
                .structural(),
        );
    }

    fn comment(&mut self) {
        self.comments.push(Comment { span: comment_span(self.text, self.at) });
        self.at = line_end(self.text, self.at);
    }

    /// Takes the next bytes as something that belongs to the head.
    fn take(&mut self, length: usize) -> Span {
        let start = self.at;
        self.at += length;
        self.end = self.at;
        start..self.at
    }
}

/// A piece of the source short enough for a message.
fn shorten(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end();
    if line.len() == text.len() && line.chars().count() <= 40 {
        return text.to_owned();
    }
    let start: String = line.chars().take(30).collect();
    let closing = text.chars().next_back().filter(|c| matches!(c, '"' | '”'));
    format!("{start}…{}", closing.map_or(String::new(), String::from))
}

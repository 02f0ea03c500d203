//! From source to tree: pest marks heads, blocks and comments, this module puts them together.

use pest::Parser;
use pest::iterators::{Pair, Pairs};

use crate::mistake::Mistakes;
use crate::texts::comment_span;
use crate::words::{self, Head};
use crate::{Block, Comment, Entry, Mistake, Span, Tree, blocks, limits};

#[derive(pest_derive::Parser)]
#[grammar = "deal.pest"]
struct Grammar;

/// Reads a deal file. Every source gives a tree; what is wrong with it is in the tree's mistakes.
pub fn parse(source: &str) -> Tree {
    if let Some(mistake) = limits::check(source) {
        return refused(mistake);
    }
    let Ok(mut pairs) = Grammar::parse(Rule::file, source) else {
        let mistake = Mistake::new(0..0, "the file is nested too deep to be read");
        return refused(mistake.structural());
    };
    let mut reader = Reader {
        source,
        comments: Vec::new(),
        mistakes: Mistakes::default(),
        unclosed: false,
    };
    let entries = pairs
        .next()
        .map(|file| reader.entries(file.into_inner()))
        .unwrap_or_default();
    if reader.unclosed {
        for mistake in blocks::unclosed(source, &entries) {
            reader.mistakes.push(mistake);
        }
    }
    Tree {
        entries,
        comments: reader.comments,
        mistakes: reader.mistakes.into_sorted(),
    }
}

fn refused(mistake: Mistake) -> Tree {
    Tree {
        mistakes: vec![mistake],
        ..Tree::default()
    }
}

struct Reader<'a> {
    source: &'a str,
    comments: Vec<Comment>,
    mistakes: Mistakes,
    /// Some block has no `}`.
    unclosed: bool,
}

impl Reader<'_> {
    /// The entries of a file or of a block.
    fn entries(&mut self, pairs: Pairs<Rule>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::entry => entries.extend(self.entry(pair)),
                Rule::block => entries.push(self.nameless(pair)),
                Rule::stray => self.stray(span_of(&pair), entries.last()),
                Rule::comment => self.comment(&pair),
                _ => {}
            }
        }
        entries
    }

    /// An entry, unless it holds nothing at all.
    fn entry(&mut self, pair: Pair<Rule>) -> Option<Entry> {
        let before = self.mistakes.count();
        let mut pairs = pair.into_inner();
        let head = words::split(
            self.source,
            span_of(&pairs.next()?),
            &mut self.comments,
            &mut self.mistakes,
        );
        let span = head.start..head.end;
        let mut entry = Entry {
            groups: head.groups,
            anchor: head.anchor,
            block: None,
            span: span.clone(),
            head: span,
            mistakes: 0,
        };
        self.check_head(&entry);
        entry.mistakes = self.mistakes.count() - before;
        for pair in pairs {
            match pair.as_rule() {
                Rule::block => {
                    entry.span.end = pair.as_span().end();
                    entry.block = Some(self.block(pair));
                }
                Rule::anchor => self.late_anchor(&mut entry, &pair),
                _ => self.comment(&pair),
            }
        }
        let empty = entry.groups.is_empty() && entry.anchor.is_none() && entry.block.is_none();
        (!empty || entry.mistakes > 0).then_some(entry)
    }

    fn check_head(&mut self, entry: &Entry) {
        if let (true, Some(anchor)) = (entry.groups.is_empty(), &entry.anchor) {
            self.mistakes.push(
                Mistake::new(
                    anchor.span.clone(),
                    format!("`§{}` stands alone", anchor.text),
                )
                .help("write a clause at the end of the line it belongs to"),
            );
        }
    }

    /// An anchor behind `}` belongs to the entry that the block ended.
    fn late_anchor(&mut self, entry: &mut Entry, pair: &Pair<Rule>) {
        let before = self.mistakes.count();
        let Head {
            groups,
            anchor,
            end,
            ..
        } = words::split(
            self.source,
            span_of(pair),
            &mut self.comments,
            &mut self.mistakes,
        );
        // Only a stray `]` leaves words behind the anchor; they are kept with it.
        entry.groups.extend(groups);
        entry.span.end = end;
        entry.mistakes += self.mistakes.count() - before;
        match (&mut entry.anchor, anchor) {
            (Some(first), Some(late)) => {
                first.text = format!("{}, {}", first.text, late.text);
                first.span.end = late.span.end;
            }
            (none, late) => *none = none.take().or(late),
        }
    }

    fn nameless(&mut self, pair: Pair<Rule>) -> Entry {
        let span = span_of(&pair);
        self.mistakes.push(
            Mistake::new(span.start..span.start + 1, "this block has no name")
                .help("write before `{` what the block is, as in `asset dx-7b {`"),
        );
        let block = Some(self.block(pair));
        Entry {
            groups: Vec::new(),
            anchor: None,
            block,
            head: span.start..span.start,
            span,
            mistakes: 1,
        }
    }

    fn block(&mut self, pair: Pair<Rule>) -> Block {
        let open = pair.as_span().start();
        let mut close = None;
        let inner = pair.into_inner();
        if let Some(last) = inner
            .clone()
            .next_back()
            .filter(|last| last.as_rule() == Rule::close)
        {
            close = Some(span_of(&last));
        }
        self.unclosed |= close.is_none();
        Block {
            entries: self.entries(inner),
            open: open..open + 1,
            close,
        }
    }

    fn stray(&mut self, span: Span, above: Option<&Entry>) {
        let mut mistake = Mistake::new(span, "this `}` closes no block")
            .help("remove it, or add `{` where its block begins")
            .structural();
        if let Some(close) = above
            .and_then(|entry| entry.block.as_ref())
            .and_then(|block| block.close.clone())
        {
            mistake = mistake.also(close, "the block above was closed here already");
        }
        self.mistakes.push(mistake);
    }

    fn comment(&mut self, pair: &Pair<Rule>) {
        let span = comment_span(self.source, pair.as_span().start());
        self.comments.push(Comment { span });
    }
}

fn span_of(pair: &Pair<Rule>) -> Span {
    let span = pair.as_span();
    span.start()..span.end()
}

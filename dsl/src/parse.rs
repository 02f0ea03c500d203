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
pub fn parse(source: &str) -> Tree<'_> {
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
        last_close: None,
    };
    let entries = pairs.next().map(|file| reader.entries(file.into_inner())).unwrap_or_default();
    if reader.unclosed {
        for mistake in blocks::unclosed(source, &entries) {
            reader.mistakes.push(mistake);
        }
    }
    Tree { entries, comments: reader.comments, mistakes: reader.mistakes.into_sorted() }
}

fn refused(mistake: Mistake) -> Tree<'static> {
    Tree { mistakes: vec![mistake], ..Tree::default() }
}

struct Reader<'a> {
    source: &'a str,
    comments: Vec<Comment>,
    mistakes: Mistakes,
    /// Some block has no `}`.
    unclosed: bool,
    /// The last `}` of a block.
    last_close: Option<Span>,
}

impl<'a> Reader<'a> {
    /// The entries of a file or of a block.
    fn entries(&mut self, pairs: Pairs<Rule>) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        for pair in pairs {
            match (pair.as_rule(), entries.last_mut()) {
                (Rule::head, _) => entries.extend(self.head(&pair)),
                (Rule::block, Some(entry)) if self.belongs(&pair, entry) => {
                    entry.span.end = pair.as_span().end();
                    entry.block = Some(Box::new(self.block(pair)));
                }
                (Rule::block, _) => entries.push(self.nameless(pair)),
                (Rule::anchor, Some(entry)) => self.late_anchor(entry, &pair),
                (Rule::comment, _) => self.comment(&pair),
                (Rule::stray, _) => self.stray(span_of(&pair)),
                _ => {}
            }
        }
        entries
    }

    /// An entry without its block, unless it holds nothing at all.
    fn head(&mut self, pair: &Pair<Rule>) -> Option<Entry<'a>> {
        let before = self.mistakes.count();
        let head = words::split(self.source, span_of(pair), &mut self.comments, &mut self.mistakes);
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
        let empty = entry.groups.is_empty() && entry.anchor.is_none() && entry.mistakes == 0;
        (!empty).then_some(entry)
    }

    /// Whether a block belongs to the entry above it: nothing but blanks, breaks and comments stands between.
    fn belongs(&self, block: &Pair<Rule>, entry: &Entry) -> bool {
        if entry.block.is_some() {
            return false;
        }
        let mut end = block.as_span().start();
        for comment in self.comments.iter().rev().take_while(|comment| comment.span.start >= entry.span.end) {
            if self.source[comment.span.end..end].contains(';') {
                return false;
            }
            end = comment.span.start;
        }
        !self.source[entry.span.end..end].contains(';')
    }

    fn check_head(&mut self, entry: &Entry) {
        if let (true, Some(anchor)) = (entry.groups.is_empty(), &entry.anchor) {
            self.mistakes.push(
                Mistake::new(anchor.span.clone(), format!("`§{}` stands alone", anchor.text))
                    .help("write a clause at the end of the line it belongs to"),
            );
        }
    }

    /// An anchor behind `}` belongs to the entry that the block ended.
    fn late_anchor(&mut self, entry: &mut Entry<'a>, pair: &Pair<Rule>) {
        let before = self.mistakes.count();
        let Head { groups, anchor, end, .. } =
            words::split(self.source, span_of(pair), &mut self.comments, &mut self.mistakes);
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

    fn nameless(&mut self, pair: Pair<Rule>) -> Entry<'a> {
        let span = span_of(&pair);
        self.mistakes.push(
            Mistake::new(span.start..span.start + 1, "this block has no name")
                .help("write before `{` what the block is, as in `asset dx-7b {`"),
        );
        let block = Some(Box::new(self.block(pair)));
        Entry { groups: Vec::new(), anchor: None, block, head: span.start..span.start, span, mistakes: 1 }
    }

    fn block(&mut self, pair: Pair<Rule>) -> Block<'a> {
        let open = pair.as_span().start();
        let mut close = None;
        let inner = pair.into_inner();
        if let Some(last) = inner.clone().next_back().filter(|last| last.as_rule() == Rule::close) {
            close = Some(span_of(&last));
        }
        let entries = self.entries(inner);
        self.unclosed |= close.is_none();
        self.last_close.clone_from(&close);
        Block { entries, open: open..open + 1, close }
    }

    fn stray(&mut self, span: Span) {
        let mut mistake = Mistake::new(span, "this `}` closes no block")
            .help("remove it, or add `{` where its block begins")
            .structural();
        if let Some(close) = self.last_close.clone() {
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

//! The tree of a deal file: entries of words, texts and lists, each with its place in the source.

use std::borrow::Cow;

use crate::Mistake;

/// A stretch of the source, in bytes, always on character boundaries.
pub type Span = std::ops::Range<usize>;

/// A whole deal file, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree<'a> {
    /// The entries of the file itself; those of blocks hang below them.
    pub entries: Vec<Entry<'a>>,
    /// Every comment, in the order of the source.
    pub comments: Vec<Comment>,
    /// Every mistake of form, in the order of the source.
    pub mistakes: Vec<Mistake>,
}

impl Tree<'_> {
    /// Whether a mistake leaves open where blocks or texts end, so that nothing in the file may be assessed.
    pub fn is_broken(&self) -> bool {
        self.mistakes.iter().any(|mistake| mistake.structural)
    }
}

/// A remark from `#` to the end of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the last character of the line.
    pub span: Span,
}

/// One line of meaning: a declaration, a key with its values, or a nameless line of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The words before the anchor and the block, parted by commas; none only where a mistake tells why.
    pub groups: Vec<Group<'a>>,
    /// Where in the contract it stands. Few entries have an anchor or a block: all the others stay small.
    pub anchor: Option<Box<Anchor>>,
    /// What stands between its braces.
    pub block: Option<Box<Block<'a>>>,
    /// The whole entry.
    pub span: Span,
    /// From the first word to the end of the line or the block, without blanks at the end.
    pub head: Span,
    /// How many mistakes of form lie in the entry itself, not in the entries of its block.
    pub mistakes: usize,
}

/// The atoms between two commas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    /// At least one.
    pub atoms: Vec<Atom<'a>>,
    /// The comma behind the group.
    pub comma: Option<Span>,
    /// Whether a line ends between that comma and the next group.
    pub broke_line: bool,
}

/// The smallest thing a value is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Atom<'a> {
    /// A run of characters without blanks, such as `2_500_000` or `Apache-2.0`.
    Word {
        /// The word itself; `33 %` reads as `33%`.
        text: Cow<'a, str>,
        /// Its place.
        span: Span,
    },
    /// A text in quotes.
    Text {
        /// What it says: without quotes and escapes, a line break read as one blank.
        value: Cow<'a, str>,
        /// Its place, quotes included.
        span: Span,
    },
    /// A list in square brackets.
    List {
        /// Its members.
        groups: Vec<Group<'a>>,
        /// Its place, brackets included.
        span: Span,
    },
}

impl Atom<'_> {
    /// The place of the atom in the source.
    pub fn span(&self) -> Span {
        match self {
            Atom::Word { span, .. } | Atom::Text { span, .. } | Atom::List { span, .. } => span.clone(),
        }
    }
}

/// The clause an entry points to, `§12.3(b)` or `@12.3(b)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// What follows the sign, trimmed; a heading keeps its quotes, as straight ones. Several anchors of one entry are
    /// joined by a comma.
    pub text: String,
    /// From the first sign to the end of the last anchor.
    pub span: Span,
}

/// The entries between `{` and `}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// What the block says.
    pub entries: Vec<Entry<'a>>,
    /// The `{`.
    pub open: Span,
    /// The `}`, unless it is missing.
    pub close: Option<Span>,
}

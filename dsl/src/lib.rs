//! The `.deal` language: a total, lossless parser, its tree, its mistakes and its formatter.
//!
//! This crate knows the *form* of a deal file and nothing of its meaning: no vocabulary, no policy, no file system, no
//! clock. [`parse`] never fails. It gives a [`Tree`] of entries with byte spans, every comment, and every [`Mistake`]
//! of the file in one run; only a vocabulary can say what the words mean.
//!
//! ```
//! let tree = countersign_dsl::parse("asset dx-7b \"Diffusion XL\" { owner acme; tier 1 }");
//! assert!(tree.mistakes.is_empty());
//! assert_eq!(tree.entries[0].block.as_ref().unwrap().entries.len(), 2);
//! ```

mod blocks;
mod format;
mod limits;
mod lines;
mod mistake;
mod names;
mod parse;
mod texts;
mod tree;
mod words;

pub use format::format;
pub use limits::{MAX_BYTES, MAX_DEPTH};
pub use lines::Lines;
pub use mistake::Mistake;
pub use names::{check_name, is_reserved_name};
pub use parse::parse;
pub use tree::{Anchor, Atom, Block, Comment, Entry, Group, Span, Tree};

//! Size and depth, checked in one pass before the grammar runs: its stack and ours stay small on any source.

use crate::texts::{begins_comment, line_end, text_end};
use crate::{Mistake, Span};

/// The largest source that is read: a deal of a thousand pages has less.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// How deep blocks and lists may nest.
pub const MAX_DEPTH: usize = 64;

/// The mistake for which a source is not read at all.
pub(crate) fn check(source: &str) -> Option<Mistake> {
    if source.len() > MAX_BYTES {
        let message = format!(
            "the file is too large to be read: {} bytes, and {MAX_BYTES} are the limit",
            source.len()
        );
        return Some(
            Mistake::new(0..0, message).help("split it into several files of one folder").structural(),
        );
    }
    too_deep(source).map(|span| {
        Mistake::new(span, format!("blocks and lists are nested more than {MAX_DEPTH} deep"))
            .help("close the blocks and lists above with `}` and `]`")
            .structural()
    })
}

/// The first bracket that nests too deep. Brackets in texts and comments do not count.
fn too_deep(source: &str) -> Option<Span> {
    let bytes = source.as_bytes();
    let (mut at, mut blocks, mut lists) = (0, 0_usize, 0_usize);
    // Behind a brace or `;` a comment needs no blank.
    let mut fresh = true;
    while let Some(plain) = bytes[at..].iter().position(|byte| is_mark(*byte)) {
        let was_fresh = std::mem::replace(&mut fresh, false) && plain == 0;
        at += plain;
        match bytes[at] {
            b'"' => {
                at = text_end(source, at).end;
                continue;
            }
            0xE2 if source[at..].starts_with('“') => {
                at = text_end(source, at).end;
                continue;
            }
            b'#' if was_fresh || begins_comment(source, at) => {
                at = line_end(source, at);
                continue;
            }
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\')) => at += 1,
            b'[' => lists += 1,
            b']' => lists = lists.saturating_sub(1),
            b'{' => (blocks, lists, fresh) = (blocks + 1, 0, true),
            b'}' => (blocks, lists, fresh) = (blocks.saturating_sub(1), 0, true),
            b';' => fresh = lists == 0,
            _ => {}
        }
        if blocks + lists > MAX_DEPTH {
            return Some(at..at + 1);
        }
        at += 1;
    }
    None
}

/// May the byte begin a text, a comment or an escape, or open or close something?
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'#' | b';' | b'[' | b'\\' | b']' | b'{' | b'}' | 0xE2)
}

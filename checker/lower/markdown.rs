//! Deals inside Markdown: every ```` ```deal ```` block, at its own place in the text.

use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};

/// The text with all but its ```` ```deal ```` blocks blanked out, byte for byte, so that a place in
/// the result is the same place in the original. None if there is no such block.
pub fn mask(markdown: &str) -> Option<String> {
    let blocks = fences(markdown, |info| info.split_whitespace().next() == Some("deal"));
    if blocks.is_empty() {
        return None;
    }
    let mut masked = String::with_capacity(markdown.len());
    let mut done = 0;
    for line in blocks.into_iter().flat_map(|fence| fence.lines) {
        blank(&markdown[done..line.start], &mut masked);
        masked.push_str(&markdown[line.clone()]);
        done = line.end;
    }
    blank(&markdown[done..], &mut masked);
    Some(masked)
}

fn blank(text: &str, out: &mut String) {
    for byte in text.bytes() {
        out.push(if byte == b'\n' { '\n' } else { ' ' });
    }
}

/// A fenced block: what stands after its fence, its text, and where each of its lines lies.
#[derive(Debug)]
pub struct Fence {
    /// The info string.
    pub info: String,
    /// The text without fence, quote marks and indentation.
    pub text: String,
    /// Byte ranges of the lines in the original.
    pub lines: Vec<std::ops::Range<usize>>,
}

/// The fenced blocks of a Markdown text whose info string is wanted.
pub fn fences(markdown: &str, wanted: impl Fn(&str) -> bool) -> Vec<Fence> {
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &Options::default());
    let starts = line_starts(markdown);
    let mut found = Vec::new();
    for node in root.descendants() {
        let data = node.data.borrow();
        let NodeValue::CodeBlock(block) = &data.value else {
            continue;
        };
        if !block.fenced || !wanted(&block.info) {
            continue;
        }
        // The literal has lost quote marks and indentation; each of its lines ends a source line.
        let first = data.sourcepos.start.line + 1;
        let mut lines = Vec::new();
        for (index, line) in block.literal.lines().enumerate() {
            let Some(range) = source_line(markdown, &starts, first + index) else {
                break;
            };
            let end = range.end;
            if markdown[range].ends_with(line) {
                lines.push(end - line.len()..end);
            }
        }
        found.push(Fence { info: block.info.clone(), text: block.literal.clone(), lines });
    }
    found
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// The bytes of a line, counted from 1, without its end.
fn source_line(text: &str, starts: &[usize], line: usize) -> Option<std::ops::Range<usize>> {
    let start = *starts.get(line - 1)?;
    let end = starts.get(line).map_or(text.len(), |next| next - 1);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    Some(start..end)
}

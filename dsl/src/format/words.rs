//! Atoms, groups, anchors and blocks on one line.

use super::rows::{Line, join};
use crate::texts::{straight, trimmed_lines};
use crate::{Anchor, Atom, Block, Group};

/// An atom on one line; a text keeps its characters.
pub(super) fn atom(source: &str, atom: &Atom) -> String {
    match atom {
        Atom::Word { text, .. } => digit_groups(text),
        Atom::Text { span, .. } => trimmed_lines(&straight(&source[span.clone()])).join(" "),
        Atom::List { groups: members, .. } => format!("[{}]", groups(source, members).trim_end_matches(',')),
    }
}

/// Groups with their commas.
pub(super) fn groups(source: &str, groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups {
        for one in &group.atoms {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&atom(source, one));
        }
        if group.comma.is_some() {
            text.push(',');
        }
    }
    text
}

/// `§4`, or `§§ 4, 5` where the author wrote two signs.
pub(super) fn anchor(source: &str, anchor: &Anchor) -> String {
    let mut signs = source[anchor.span.clone()].chars().filter(|c| !c.is_whitespace());
    let double = matches!((signs.next(), signs.next()), (_, Some('§' | '@')));
    format!("{}{}", if double { "§§ " } else { "§" }, anchor.text)
}

/// A block on one line.
pub(super) fn block(source: &str, block: &Block) -> String {
    let entries: Vec<String> = block.entries.iter().map(|entry| Line::of(source, entry).plain()).collect();
    if entries.is_empty() { "{}".to_owned() } else { join(&["{", &entries.join("; "), "}"]) }
}

/// `2,500,000` becomes `2_500_000`; any other word stays as it is.
fn digit_groups(word: &str) -> String {
    let mut groups = word.split(',');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    if first && groups.all(|group| group.len() == 3 && digits(group)) {
        return word.replace(',', "_");
    }
    word.to_owned()
}

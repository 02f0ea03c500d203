//! What an example says it shows, held against what was seen.

use std::collections::BTreeSet;

use super::{Example, Shows};

/// What one limb did on one subject.
pub struct Seen {
    /// The last part of its id.
    pub limb: String,
    pub sight: Sight,
}

/// What a reader of the report would see.
pub enum Sight {
    /// A finding at a line of the example; none where it points into the cast.
    Fires { line: Option<usize>, message: String },
    /// It fires for another party than the one we read for, and says nothing.
    Silent,
    /// It does not apply.
    Passes,
    /// Nobody can say.
    Undecided,
    /// It could not be evaluated.
    Broken(String),
}

/// Does an example show what it says?
pub fn hold<'s>(example: &Example, seen: impl Iterator<Item = &'s Seen>) -> Result<(), String> {
    let mut fired = BTreeSet::new();
    let mut messages = Vec::new();
    let mut undecided = BTreeSet::new();
    let mut decided = 0_usize;
    for seen in seen {
        match &seen.sight {
            Sight::Fires { line, message } => {
                fired.insert((seen.limb.clone(), line.unwrap_or(0)));
                messages.push(message.as_str());
            }
            Sight::Undecided => {
                undecided.insert(seen.limb.as_str());
            }
            Sight::Passes | Sight::Silent => decided += 1,
            Sight::Broken(error) => return Err(format!("`{}` could not be evaluated: {error}", seen.limb)),
        }
    }
    match example.shows {
        Shows::Breaks if fired.is_empty() => Err(format!("nothing fires; undecided: {undecided:?}")),
        Shows::Keeps if !fired.is_empty() || !undecided.is_empty() => {
            Err(format!("it should be kept; fired: {messages:?}, undecided: {undecided:?}"))
        }
        Shows::Keeps if decided == 0 => Err("no limb was asked".to_owned()),
        Shows::Undecided if undecided.is_empty() => Err(format!("nothing is undecided; fired: {messages:?}")),
        Shows::Breaks | Shows::Undecided if !example.arrows.is_empty() && fired != example.arrows => {
            Err(format!("arrows name {}, and {} fired", listed(&example.arrows), listed(&fired)))
        }
        _ => Ok(()),
    }
}

fn listed(limbs: &BTreeSet<(String, usize)>) -> String {
    let all: Vec<String> = limbs
        .iter()
        .map(|(limb, line)| match line {
            0 => format!("`{limb}` in the cast"),
            _ => format!("`{limb}` at line {line}"),
        })
        .collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

//! What a derived fact rests on.
//!
//! A check derives some hundred facts for each that a finding tells. What the others rest on is not kept: it is
//! looked for again when a finding asks, along the same paths.

use super::follow;
use super::functions::places;
use crate::deal::{Deal, Slot, Uid, Value, apart};
use crate::source::Place;
use crate::vocabulary::derivation::{Derivation, Path};
use crate::vocabulary::{Field, Name, Vocabulary};

/// What a derived fact rests on.
#[derive(Debug, Default)]
pub struct Grounds<'d> {
    /// Where it came from, besides where it stands.
    pub from: Vec<Place>,
    /// What was not there, if the fact rests on that.
    pub gap: Option<Gap<'d>>,
}

impl Grounds<'_> {
    /// What a slot itself knows of them.
    pub fn kept(slot: &Slot) -> Self {
        Self { from: slot.from().to_vec(), gap: None }
    }
}

/// Something that is not there.
#[derive(Clone, Copy, Debug)]
pub struct Gap<'d> {
    /// Attributes from the thing that carries the fact.
    pub path: &'d [Name],
    /// Head of the block it would stand in, or the place of the word that stands instead.
    pub place: Option<&'d Place>,
    /// The word that stands instead.
    pub word: Option<&'d Name>,
}

/// What an attribute of a thing rests on, if it is derived.
pub fn grounds<'d>(
    vocabulary: &Vocabulary,
    deal: &'d Deal,
    uid: &Uid,
    field: &'d Field,
    slot: &'d Slot,
) -> Grounds<'d> {
    match (&field.derived, slot.value()) {
        (Some(Derivation::Any(over, _)), Some(Value::Bool(false)))
        | (Some(Derivation::All(over, _)), Some(Value::Bool(true))) => of_none(vocabulary, deal, uid, over),
        (Some(_), Some(Value::Set(set))) => {
            let places = set.members.iter().filter_map(|member| member.place.as_ref());
            Grounds { from: apart(slot.place.as_ref(), places), gap: None }
        }
        _ => Grounds::kept(slot),
    }
}

/// No member decided: the fact rests on all of them, or on their absence.
fn of_none<'d>(vocabulary: &Vocabulary, deal: &'d Deal, uid: &Uid, over: &'d Path) -> Grounds<'d> {
    let reached = follow(vocabulary, deal, uid, over);
    let missing = reached.missing.filter(|_| reached.slots.is_empty());
    let gap =
        missing.map(|missing| Gap { path: &over[..missing.steps], place: missing.place, word: missing.word });
    Grounds { from: apart(None, places(&reached.slots)), gap }
}

//! For whom a limb speaks in one case, and where its finding points.

use crate::deal::{Deal, Uid};
use crate::engine::rule::{Limb, Protects};
use crate::facts::follow;
use crate::finding::Because;
use crate::source::Place;
use crate::vocabulary::{Vocabulary, known};

/// For whom a limb speaks, seen from the party we act for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// For the party we act for, or we act for nobody.
    Ours,
    /// For another party: silent, or the note of `@burden`.
    Other,
    /// Nobody can tell.
    Unclear,
}

impl Side {
    /// The side that a limb takes on a subject.
    pub fn of(vocabulary: &Vocabulary, deal: &Deal, limb: &Limb, subject: &Uid, principal: &Uid) -> Self {
        let Protects::Path(path) = &limb.protects else {
            return Self::Ours;
        };
        if &*principal.id == known::ANYONE {
            return Self::Ours;
        }
        let reached = follow(vocabulary, deal, subject, path);
        if reached.slots.iter().any(|slot| slot.entity() == Some(principal)) {
            return Self::Ours;
        }
        if reached.hole.is_some() || reached.slots.is_empty() { Self::Unclear } else { Self::Other }
    }

    /// Does the limb say nothing to the party we act for?
    pub fn silences(self, limb: &Limb) -> bool {
        self == Self::Other && limb.burden.is_none()
    }
}

/// Where to look first: the path of `@at`, else the first reason, else the subject.
pub fn place(
    vocabulary: &Vocabulary,
    deal: &Deal,
    limb: &Limb,
    subject: &Uid,
    because: &[Because],
) -> Option<Place> {
    let chosen = limb.at.as_ref().and_then(|path| {
        follow(vocabulary, deal, subject, path).slots.first().and_then(|slot| slot.place.clone())
    });
    chosen
        .or_else(|| because.iter().find_map(|reason| reason.place.clone()))
        .or_else(|| deal.thing(subject).and_then(|thing| thing.body.head.clone()))
}

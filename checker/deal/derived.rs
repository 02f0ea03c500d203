//! What is kept of derived attributes: each is worked out when it is first read, and then known.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::{Hole, Slot, Uid, Why};
use crate::vocabulary::{Cell, Name, known};

/// The derived attributes of one thing that were read so far.
///
/// Nothing asks for a cell while it fills it: no derived attribute rests on itself, as
/// [`crate::vocabulary::Vocabulary::circle`] has shown.
#[derive(Debug, Default)]
pub struct Memo(OnceLock<Box<[Fact]>>);

/// A derived attribute that was worked out, or will be; a slot, or not there.
type Fact = OnceLock<Option<Box<Slot>>>;

impl Memo {
    /// The one of a cell, worked out if nobody did so before.
    pub fn get(&self, cell: Cell, make: impl FnOnce() -> Option<Slot>) -> Option<&Slot> {
        let cells = self.0.get_or_init(|| (0..cell.of).map(|_| OnceLock::new()).collect());
        cells[cell.at].get_or_init(|| make().map(Box::new)).as_deref()
    }
}

/// What derived attributes are worked out from, beside the things.
#[derive(Debug)]
pub struct Workings {
    /// The date of the check.
    pub today: Date,
    /// The parameters of the workspace.
    pub house: Uid,
    /// Set while a file of the workspace is not assessed: what points back may be in it.
    pub unread: Option<Hole>,
    /// Steps of closures that are still allowed.
    pub steps: AtomicUsize,
    inverses: Mutex<FxHashMap<Name, ByPath>>,
}

/// The indexes of a type, by the path from its things.
type ByPath = Vec<(Vec<Name>, Arc<OnceLock<Inverse>>)>;

/// Things by what one of their attributes names.
#[derive(Debug)]
pub struct Inverse {
    /// References to the things, by what they name.
    pub sources: FxHashMap<Uid, Vec<Slot>>,
    /// Set when some of them are not known.
    pub hole: Option<Hole>,
}

/// Most steps of all closures of a workspace. A real one takes some thousands; beyond, what was not
/// followed is a hole, so that a hostile file cannot make a check run for ever.
const STEPS: usize = 1_000_000;

impl Workings {
    /// As of a day; `unread` when a file could not be assessed.
    pub fn new(today: Date, unread: bool) -> Self {
        Self {
            today,
            house: Uid::new(known::HOUSE, known::HOUSE_ID),
            unread: unread.then(|| Hole::of(Why::Mistake)),
            steps: AtomicUsize::new(STEPS),
            inverses: Mutex::default(),
        }
    }

    /// The index of the things of a type by what a path from them names, to be made by whoever comes first.
    pub fn inverse(&self, ty: &Name, path: &[Name]) -> Arc<OnceLock<Inverse>> {
        let mut inverses = self.inverses.lock().unwrap_or_else(PoisonError::into_inner);
        let of_type = inverses.entry(Name::clone(ty)).or_default();
        if let Some((_, known)) = of_type.iter().find(|(known, _)| known == path) {
            return Arc::clone(known);
        }
        let fresh = Arc::default();
        of_type.push((path.to_vec(), Arc::clone(&fresh)));
        fresh
    }
}

//! The attributes of a block: found by a digest of their name, and listed in the order of their names.
//!
//! A check asks for attributes some millions of times, and most that are asked for are not there: the digests
//! lie side by side, so that this is seen without looking at a name.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::Slot;
use crate::vocabulary::Name;

/// Attributes by name.
#[derive(Clone, Debug, Default)]
pub struct Slots {
    /// In the order of names.
    index: Vec<Mark>,
    /// In the order in which they came.
    entries: Vec<(Name, Slot)>,
}

/// Where an attribute lies.
#[derive(Clone, Copy, Debug)]
struct Mark {
    digest: u32,
    at: u32,
}

fn digest(name: &str) -> u32 {
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    #[expect(clippy::cast_possible_truncation, reason = "half of a digest tells names apart as well")]
    let digest = hasher.finish() as u32;
    digest
}

impl Slots {
    fn find(&self, name: &str) -> Option<usize> {
        let digest = digest(name);
        let mut alike = self.index.iter().filter(|mark| mark.digest == digest).map(|mark| mark.at as usize);
        alike.find(|at| *self.entries[*at].0 == *name)
    }

    /// The attribute of a name.
    pub fn get(&self, name: &str) -> Option<&Slot> {
        self.find(name).map(|at| &self.entries[at].1)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Slot> {
        self.find(name).map(|at| &mut self.entries[at].1)
    }

    /// Is the attribute there?
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Makes room for more attributes.
    pub fn reserve(&mut self, more: usize) {
        self.index.reserve_exact(more);
        self.entries.reserve_exact(more);
    }

    /// Sets an attribute.
    ///
    /// # Panics
    /// Beyond 2³² attributes, which no memory holds.
    pub fn insert(&mut self, name: Name, slot: Slot) {
        match self.find(&name) {
            Some(at) => self.entries[at].1 = slot,
            None => self.add(name, slot),
        }
    }

    /// The attribute of a name, made if it is not there.
    pub fn or_insert_with(&mut self, name: &Name, make: impl FnOnce() -> Slot) -> &mut Slot {
        let at = self.find(name).unwrap_or_else(|| {
            self.add(Name::clone(name), make());
            self.entries.len() - 1
        });
        &mut self.entries[at].1
    }

    fn add(&mut self, name: Name, slot: Slot) {
        let at = u32::try_from(self.entries.len()).expect("fewer attributes than memory holds");
        let place = self.index.partition_point(|mark| *self.entries[mark.at as usize].0 < *name);
        self.index.insert(place, Mark { digest: digest(&name), at });
        self.entries.push((name, slot));
    }

    /// All attributes.
    pub fn values(&self) -> impl Iterator<Item = &Slot> {
        self.iter().map(|(_, slot)| slot)
    }

    /// All attributes in any order, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.entries.iter_mut().map(|(_, slot)| slot)
    }

    /// All attributes with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Slot)> {
        self.index.iter().map(|mark| {
            let (name, slot) = &self.entries[mark.at as usize];
            (name, slot)
        })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl IntoIterator for Slots {
    type Item = (Name, Slot);
    type IntoIter = std::vec::IntoIter<(Name, Slot)>;

    fn into_iter(mut self) -> Self::IntoIter {
        self.entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.entries.into_iter()
    }
}

//! Things by name: found by a digest of it, and listed in the order of names.
//!
//! A check asks for attributes some millions of times, and most that are asked for are not there: the digests
//! lie side by side, so that this is seen without looking at a name.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::Name;

/// Things by name: the attributes of a block, or the fields of a type.
#[derive(Clone, Debug)]
pub struct ByName<T> {
    /// In the order in which they came.
    entries: Vec<(Name, T)>,
    /// The digests of their names, in the same order.
    digests: Vec<u32>,
    /// Their positions, in the order of names.
    order: Vec<u32>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), digests: Vec::new(), order: Vec::new() }
    }
}

fn digest(name: &str) -> u32 {
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    #[expect(clippy::cast_possible_truncation, reason = "half of a digest tells names apart as well")]
    let digest = hasher.finish() as u32;
    digest
}

/// Digests that are looked at in one go.
const AT_ONCE: usize = 8;

impl<T> ByName<T> {
    fn find(&self, name: &str) -> Option<usize> {
        let wanted = digest(name);
        for (chunk, digests) in self.digests.chunks(AT_ONCE).enumerate() {
            // Without a branch for each of them, the machine compares them all at once.
            if digests.iter().fold(false, |found, digest| found | (*digest == wanted)) {
                let from = chunk * AT_ONCE;
                let mut alike = (from..).zip(digests).filter(|(_, digest)| **digest == wanted);
                if let Some((at, _)) = alike.find(|(at, _)| *self.entries[*at].0 == *name) {
                    return Some(at);
                }
            }
        }
        None
    }

    /// The one of a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.find(name).map(|at| &self.entries[at].1)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.find(name).map(|at| &mut self.entries[at].1)
    }

    /// Is one there?
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Makes room for more.
    pub fn reserve(&mut self, more: usize) {
        self.entries.reserve_exact(more);
        self.digests.reserve_exact(more);
        self.order.reserve_exact(more);
    }

    /// Sets one.
    ///
    /// # Panics
    /// Beyond 2³², which no memory holds.
    pub fn insert(&mut self, name: Name, one: T) {
        match self.find(&name) {
            Some(at) => self.entries[at].1 = one,
            None => self.add(name, one),
        }
    }

    /// The one of a name, made if it is not there.
    pub fn or_insert_with(&mut self, name: &Name, make: impl FnOnce() -> T) -> &mut T {
        let at = self.find(name).unwrap_or_else(|| {
            self.add(Name::clone(name), make());
            self.entries.len() - 1
        });
        &mut self.entries[at].1
    }

    fn add(&mut self, name: Name, one: T) {
        let at = u32::try_from(self.entries.len()).expect("fewer than memory holds");
        let place = self.order.partition_point(|at| *self.entries[*at as usize].0 < *name);
        self.order.insert(place, at);
        self.digests.push(digest(&name));
        self.entries.push((name, one));
    }

    /// All of them.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, one)| one)
    }

    /// All names.
    pub fn keys(&self) -> impl Iterator<Item = &Name> {
        self.iter().map(|(name, _)| name)
    }

    /// All of them in any order, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, one)| one)
    }

    /// All of them with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        self.order.iter().map(|at| {
            let (name, one) = &self.entries[*at as usize];
            (name, one)
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

impl<T> IntoIterator for ByName<T> {
    type Item = (Name, T);
    type IntoIter = std::vec::IntoIter<(Name, T)>;

    fn into_iter(mut self) -> Self::IntoIter {
        self.entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        self.entries.into_iter()
    }
}

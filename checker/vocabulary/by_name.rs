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
    /// In the order of names.
    index: Vec<Mark>,
    /// In the order in which they came.
    entries: Vec<(Name, T)>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { index: Vec::new(), entries: Vec::new() }
    }
}

/// Where one lies.
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

impl<T> ByName<T> {
    fn find(&self, name: &str) -> Option<usize> {
        let digest = digest(name);
        let mut alike = self.index.iter().filter(|mark| mark.digest == digest).map(|mark| mark.at as usize);
        alike.find(|at| *self.entries[*at].0 == *name)
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
        self.index.reserve_exact(more);
        self.entries.reserve_exact(more);
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
        let place = self.index.partition_point(|mark| *self.entries[mark.at as usize].0 < *name);
        self.index.insert(place, Mark { digest: digest(&name), at });
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
        self.index.iter().map(|mark| {
            let (name, one) = &self.entries[mark.at as usize];
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

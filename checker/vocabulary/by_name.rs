//! Things by name: found by a digest of it, and listed in the order of names.
//!
//! A check asks for attributes some thousand times a deal, and most that are asked for are not there. They are
//! seldom listed, and put in order only then.

use hashbrown::HashTable;

use crate::name::{Name, Named};

/// Things by name: the attributes of a block, the fields of a type, or the types themselves.
#[derive(Clone, Debug)]
pub struct ByName<T> {
    /// In the order in which they came.
    entries: Vec<(Name, T)>,
    /// Where each lies, by its digest; empty as long as they are few.
    table: HashTable<u32>,
    /// Did they come in the order of their names?
    sorted: bool,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), table: HashTable::new(), sorted: true }
    }
}

/// So many are looked through one by one.
const FEW: usize = 8;

impl<T> ByName<T> {
    fn find<N: Named + ?Sized>(&self, name: &N) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|(known, _)| name.is(known));
        }
        let same = |at: &u32| name.is(&self.entries[*at as usize].0);
        self.table.find(name.digest(), same).map(|at| *at as usize)
    }

    /// The one of a name.
    pub fn get<N: Named + ?Sized>(&self, name: &N) -> Option<&T> {
        self.find(name).map(|at| &self.entries[at].1)
    }

    /// The same, to change it.
    pub fn get_mut<N: Named + ?Sized>(&mut self, name: &N) -> Option<&mut T> {
        self.find(name).map(|at| &mut self.entries[at].1)
    }

    /// Is one there?
    pub fn contains_key<N: Named + ?Sized>(&self, name: &N) -> bool {
        self.find(name).is_some()
    }

    /// Makes room for more.
    pub fn reserve(&mut self, more: usize) {
        self.entries.reserve_exact(more);
        if self.entries.len() + more > FEW {
            let entries = &self.entries;
            self.table.reserve(more, |at| entries[*at as usize].0.digest());
        }
    }

    /// Sets one.
    ///
    /// # Panics
    /// Beyond 2³², which no memory holds.
    pub fn insert(&mut self, name: Name, one: T) {
        if let Some(known) = self.find(&name) {
            self.entries[known].1 = one;
            return;
        }
        self.sorted &= self.entries.last().is_none_or(|(last, _)| *last < name);
        self.entries.push((name, one));
        let first = match self.entries.len() {
            ..=FEW => return,
            len if len == FEW + 1 => 0,
            len => len - 1,
        };
        let entries = &self.entries;
        let digest = |at: &u32| entries[*at as usize].0.digest();
        for at in first..entries.len() {
            let at = u32::try_from(at).expect("fewer than memory holds");
            self.table.insert_unique(digest(&at), at, digest);
        }
    }

    /// The one of a name, made if it is not there.
    pub fn or_insert_with(&mut self, name: &Name, make: impl FnOnce() -> T) -> &mut T {
        let at = self.find(name).unwrap_or_else(|| {
            self.insert(Name::clone(name), make());
            self.entries.len() - 1
        });
        &mut self.entries[at].1
    }

    /// All of them with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &T)> {
        let order = (!self.sorted).then(|| {
            let mut order: Vec<usize> = (0..self.entries.len()).collect();
            order.sort_unstable_by(|a, b| self.entries[*a].0.cmp(&self.entries[*b].0));
            order
        });
        (0..self.entries.len()).map(move |nth| {
            let at = order.as_ref().map_or(nth, |order| order[nth]);
            let (name, one) = &self.entries[at];
            (name, one)
        })
    }

    /// All of them.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.iter().map(|(_, one)| one)
    }

    /// All names.
    pub fn keys(&self) -> impl Iterator<Item = &Name> {
        self.iter().map(|(name, _)| name)
    }

    /// The same in any order, which costs nothing.
    pub fn in_any_order(&self) -> impl Iterator<Item = (&Name, &T)> {
        self.entries.iter().map(|(name, one)| (name, one))
    }

    /// All of them in any order, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, one)| one)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The same, laid out in the order of names: for what is listed more often than it is made.
    pub fn in_order(self) -> Self {
        if self.sorted { self } else { self.into_iter().collect() }
    }
}

impl<T> IntoIterator for ByName<T> {
    type Item = (Name, T);
    type IntoIter = std::vec::IntoIter<(Name, T)>;

    fn into_iter(mut self) -> Self::IntoIter {
        if !self.sorted {
            self.entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        self.entries.into_iter()
    }
}

impl<T> FromIterator<(Name, T)> for ByName<T> {
    fn from_iter<I: IntoIterator<Item = (Name, T)>>(all: I) -> Self {
        let mut by_name = Self::default();
        all.into_iter().for_each(|(name, one)| by_name.insert(name, one));
        by_name
    }
}

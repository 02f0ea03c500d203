//! The attributes of a block, in order of their names: a sorted list, since most blocks have a handful.

use super::Slot;
use crate::vocabulary::Name;

/// Attributes by name.
#[derive(Clone, Debug, Default)]
pub struct Slots(Vec<(Name, Slot)>);

impl Slots {
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }

    /// The attribute of a name.
    pub fn get(&self, name: &str) -> Option<&Slot> {
        self.find(name).ok().map(|at| &self.0[at].1)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Slot> {
        self.find(name).ok().map(|at| &mut self.0[at].1)
    }

    /// Is the attribute there?
    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Sets an attribute.
    pub fn insert(&mut self, name: Name, slot: Slot) {
        match self.find(&name) {
            Ok(at) => self.0[at].1 = slot,
            Err(at) => self.0.insert(at, (name, slot)),
        }
    }

    /// The attribute of a name, made if it is not there.
    pub fn or_insert_with(&mut self, name: Name, make: impl FnOnce() -> Slot) -> &mut Slot {
        let at = match self.find(&name) {
            Ok(at) => at,
            Err(at) => {
                self.0.insert(at, (name, make()));
                at
            }
        };
        &mut self.0[at].1
    }

    /// All attributes.
    pub fn values(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter().map(|(_, slot)| slot)
    }

    /// All attributes, to change them.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.0.iter_mut().map(|(_, slot)| slot)
    }

    /// All attributes with their names.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Slot)> {
        self.0.iter().map(|(name, slot)| (name, slot))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Slots {
    type Item = (Name, Slot);
    type IntoIter = std::vec::IntoIter<(Name, Slot)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

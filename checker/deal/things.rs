//! All things of a workspace: found by their uid at once, and listed in the order of type and id.

use rustc_hash::FxHashMap;

use super::{Thing, Uid};

/// Things by uid. What was inserted is listed in order after [`Things::settle`].
#[derive(Clone, Debug, Default)]
pub struct Things {
    list: Vec<Thing>,
    index: FxHashMap<Uid, u32>,
    unsorted: bool,
}

impl Things {
    /// The thing of a uid.
    pub fn get(&self, uid: &Uid) -> Option<&Thing> {
        self.index.get(uid).map(|at| &self.list[*at as usize])
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, uid: &Uid) -> Option<&mut Thing> {
        self.index.get(uid).map(|at| &mut self.list[*at as usize])
    }

    /// Is the thing there?
    pub fn contains_key(&self, uid: &Uid) -> bool {
        self.index.contains_key(uid)
    }

    /// Adds a thing, or puts it in the place of the one with its uid.
    ///
    /// # Panics
    /// Beyond 2³² things, which no memory holds.
    pub fn insert(&mut self, thing: Thing) {
        if let Some(known) = self.get_mut(&thing.uid) {
            *known = thing;
            return;
        }
        let at = u32::try_from(self.list.len()).expect("fewer things than memory holds");
        self.unsorted |= self.list.last().is_some_and(|last| last.uid > thing.uid);
        self.index.insert(thing.uid.clone(), at);
        self.list.push(thing);
    }

    /// Takes out things.
    pub fn take(&mut self, wanted: impl Fn(&Uid) -> bool) -> Vec<Thing> {
        let taken = self.list.extract_if(.., |thing| wanted(&thing.uid)).collect();
        self.number();
        taken
    }

    /// Brings the list into order; it is asked for in order only after that.
    pub fn settle(&mut self) {
        if self.unsorted {
            self.list.sort_by(|a, b| a.uid.cmp(&b.uid));
            self.unsorted = false;
            self.number();
        }
    }

    fn number(&mut self) {
        self.index.clear();
        self.index.extend((0..).zip(&self.list).map(|(at, thing)| (thing.uid.clone(), at)));
    }

    /// Positions of the things of a type.
    pub fn range(&self, ty: &str) -> std::ops::Range<usize> {
        debug_assert!(!self.unsorted, "things are listed before they are settled");
        let first = self.list.partition_point(|thing| &*thing.uid.ty < ty);
        let count = self.list[first..].partition_point(|thing| &*thing.uid.ty == ty);
        first..first + count
    }

    /// The thing at a position.
    pub fn at(&self, position: usize) -> &Thing {
        &self.list[position]
    }

    /// The same, to change it.
    pub fn at_mut(&mut self, position: usize) -> &mut Thing {
        &mut self.list[position]
    }

    /// All things of a type, in order.
    pub fn of_type(&self, ty: &str) -> &[Thing] {
        &self.list[self.range(ty)]
    }

    /// All things, in order.
    pub fn values(&self) -> std::slice::Iter<'_, Thing> {
        debug_assert!(!self.unsorted, "things are listed before they are settled");
        self.list.iter()
    }

    /// All things in any order, to change them.
    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, Thing> {
        self.list.iter_mut()
    }

    /// The uids of all things, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Uid> {
        self.values().map(|thing| &thing.uid)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

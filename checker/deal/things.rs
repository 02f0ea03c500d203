//! All things of a workspace: found by their uid at once, and listed in the order of type and id.

use rustc_hash::FxHashMap;

use super::{Thing, Uid};

/// Things by uid. What was inserted is listed in order after [`Things::settle`].
#[derive(Debug, Default)]
pub struct Things {
    list: Vec<Thing>,
    index: FxHashMap<Uid, u32>,
    /// Positions in the order in which the things came: those of one file stand side by side.
    arrival: Vec<u32>,
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
        self.arrival.push(at);
        self.list.push(thing);
    }

    /// Takes out things.
    pub fn take(&mut self, wanted: impl Fn(&Uid) -> bool) -> Vec<Thing> {
        let (taken, kept): (Vec<_>, Vec<_>) =
            (0..).zip(std::mem::take(&mut self.list)).partition(|(_, thing)| wanted(&thing.uid));
        self.lay_out(kept);
        taken.into_iter().map(|(_, thing)| thing).collect()
    }

    /// Brings the list into order; it is asked for in order only after that.
    pub fn settle(&mut self) {
        if self.unsorted {
            let mut list: Vec<(u32, Thing)> = (0..).zip(std::mem::take(&mut self.list)).collect();
            list.sort_by(|(_, a), (_, b)| a.uid.cmp(&b.uid));
            self.unsorted = false;
            self.lay_out(list);
        }
    }

    /// Takes things with the positions they had in this order.
    fn lay_out(&mut self, things: Vec<(u32, Thing)>) {
        let moved: FxHashMap<u32, u32> = (0..).zip(&things).map(|(to, (from, _))| (*from, to)).collect();
        self.arrival = self.arrival.iter().filter_map(|at| moved.get(at).copied()).collect();
        self.list = things.into_iter().map(|(_, thing)| thing).collect();
        self.index.clear();
        self.index.extend((0..).zip(&self.list).map(|(at, thing)| (thing.uid.clone(), at)));
    }

    /// Positions of the things of a type.
    fn range(&self, ty: &str) -> std::ops::Range<usize> {
        debug_assert!(!self.unsorted, "things are listed before they are settled");
        let first = self.list.partition_point(|thing| &*thing.uid.ty < ty);
        let count = self.list[first..].partition_point(|thing| &*thing.uid.ty == ty);
        first..first + count
    }

    /// The position of the thing that came as the nth; those of one file came one after the other.
    pub fn arrived(&self, nth: usize) -> usize {
        self.arrival[nth] as usize
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

//! Following a path of attributes from a thing.

use smallvec::SmallVec;

use crate::deal::{Body, Content, Deal, Hole, Slot, Thing, Uid, Value, Why, extended};
use crate::source::Place;
use crate::vocabulary::{Field, Name, Shape, Type, Vocabulary, known};

use super::{asks, derived, unanswered};

/// Values that a path leads to, mostly a few.
pub type Found<'d> = SmallVec<[&'d Slot; 4]>;

/// What a path leads to.
#[derive(Debug, Default)]
pub struct Reached<'d> {
    /// Values at its end, the members of sets one by one.
    pub slots: Found<'d>,
    /// A hole met on the way.
    pub hole: Option<Hole>,
    /// Words met on the way that stand instead of a value.
    pub words: Vec<&'d Name>,
    /// The first attribute on the way that is not there.
    pub missing: Option<Missing<'d>>,
}

/// Where a path came to nothing.
#[derive(Clone, Copy, Debug)]
pub struct Missing<'d> {
    /// Attributes of the path up to what is not there.
    pub steps: usize,
    /// Head of the block it would stand in, or the place of the word that stands instead.
    pub place: Option<&'d Place>,
    /// The word that stands instead.
    pub word: Option<&'d Name>,
}

/// Follows a path; through a set it collects, over what is not there it passes.
pub fn follow<'d>(vocabulary: &Vocabulary, deal: &'d Deal, start: &Uid, path: &[Name]) -> Reached<'d> {
    let mut slots = Found::new();
    let passed = visit(vocabulary, deal, start, path, &mut |slot| slots.push(slot));
    Reached { slots, ..passed }
}

/// The same, shown one by one and not collected.
pub fn visit<'d>(
    vocabulary: &Vocabulary,
    deal: &'d Deal,
    start: &Uid,
    path: &[Name],
    see: &mut dyn FnMut(&'d Slot),
) -> Reached<'d> {
    let mut walk = Walk { vocabulary, deal, path, see, passed: Reached::default() };
    walk.thing(start, 0);
    walk.passed
}

/// Follows the attribute with a role, of a deal or of its header, and then a path; None when no
/// attribute has that role.
pub fn follow_role<'d>(
    vocabulary: &Vocabulary,
    deal: &'d Deal,
    uid: &Uid,
    word: &str,
    rest: &[Name],
) -> Option<Reached<'d>> {
    let (owner, field) = vocabulary.role(&uid.ty, word)?;
    let Some(holder) = (if owner.name == uid.ty { Some(uid) } else { deal.header(uid) }) else {
        return Some(Reached::default());
    };
    let path: Vec<Name> = std::iter::once(&field.name).chain(rest).cloned().collect();
    Some(follow(vocabulary, deal, holder, &path))
}

struct Walk<'a, 'd> {
    vocabulary: &'a Vocabulary,
    deal: &'d Deal,
    path: &'a [Name],
    see: &'a mut dyn FnMut(&'d Slot),
    passed: Reached<'d>,
}

impl<'d> Walk<'_, 'd> {
    /// From a thing that the path reaches after `at` attributes.
    fn thing(&mut self, uid: &Uid, at: usize) {
        if let Some(thing) = self.deal.thing(uid) {
            self.body(&thing.body, Shape::Type(&uid.ty), at, (thing, at));
        }
    }

    /// From a block of a thing; `owner` is the thing, with where on the path it was entered.
    fn body(&mut self, body: &'d Body, shape: Shape<'_>, at: usize, owner: (&'d Thing, usize)) {
        let Some(name) = self.path.get(at) else {
            return;
        };
        if let Some(slot) = body.slots.get(name) {
            return self.slot(slot, (shape, name), at + 1, owner);
        }
        let field = shape.fields(self.vocabulary).and_then(|fields| fields.get(name));
        // Records have no derived attributes.
        if let Some(slot) = field.and_then(|field| derived(self.vocabulary, self.deal, owner.0, field)) {
            return self.slot(slot, (shape, name), at + 1, owner);
        }
        match field.filter(|field| is_absence(field, body, &owner.0.uid)) {
            Some(_) if self.passed.hole.is_some() => {}
            Some(field) => self.passed.hole = absent(field, body, &owner.0.uid, &self.path[owner.1..at]),
            None => self.gap(at + 1, body.head.as_ref(), None),
        }
    }

    /// From an attribute, told by the shape of its block and its name.
    fn slot(&mut self, slot: &'d Slot, of: (Shape<'_>, &Name), at: usize, owner: (&'d Thing, usize)) {
        match &slot.content {
            Content::Hole(hole) => self.note(Some(hole)),
            Content::Word(word) => {
                self.gap(at, slot.place.as_ref(), Some(word));
                self.passed.words.push(word);
            }
            Content::Value(Value::Set(set)) => {
                self.note(set.partial.as_ref());
                for member in &set.members {
                    self.slot(member, of, at, owner);
                }
            }
            Content::Value(_) if at == self.path.len() => (self.see)(slot),
            Content::Value(Value::Entity(uid)) => self.thing(uid, at),
            Content::Value(Value::Record(body)) => {
                let field = of.0.fields(self.vocabulary).and_then(|fields| fields.get(of.1));
                if let Some(Type::Record(record)) = field.map(|field| field.ty.element()) {
                    self.body(body, Shape::Record(&record.fields), at, owner);
                }
            }
            Content::Value(_) => {}
        }
    }

    fn gap(&mut self, steps: usize, place: Option<&'d Place>, word: Option<&'d Name>) {
        self.passed.missing.get_or_insert(Missing { steps, place, word });
    }

    fn note(&mut self, hole: Option<&Hole>) {
        if self.passed.hole.is_none() {
            self.passed.hole = hole.cloned();
        }
    }
}

/// The hole that absence of a field is, if it is one: a line of the block could not be read, or it
/// is asked and nobody answered.
pub fn absent(field: &Field, body: &Body, thing: &Uid, path: &[Name]) -> Option<Hole> {
    if !is_absence(field, body, thing) {
        return None;
    }
    if !body.unreadable.is_empty() {
        return Some(Hole::of(Why::Mistake));
    }
    let gate = asks(&field.mark)?;
    Some(unanswered(gate, thing, extended(path, &field.name), body.head.clone()))
}

/// Is absence of a field a hole?
pub fn is_absence(field: &Field, body: &Body, thing: &Uid) -> bool {
    // Nobody can be asked about the party nobody acts for.
    let askable = field.derived.is_none() && &*thing.id != known::ANYONE;
    askable && (!body.unreadable.is_empty() || asks(&field.mark).is_some())
}

//! Following a path of attributes from a thing.

use crate::deal::{Body, Content, Deal, Gap, Hole, Slot, Uid, Value, Why, extended};
use crate::source::Place;
use crate::vocabulary::{Field, Fields, Name, Type, Vocabulary, known};

use super::{asks, unanswered};

/// What a path leads to.
#[derive(Debug, Default)]
pub struct Reached<'d> {
    /// Values at its end, the members of sets one by one.
    pub slots: Vec<&'d Slot>,
    /// A hole met on the way.
    pub hole: Option<Hole>,
    /// Words met on the way that stand instead of a value.
    pub words: Vec<&'d Name>,
    /// The first attribute on the way that is not there.
    pub missing: Option<Gap>,
}

/// Follows a path; through a set it collects, over what is not there it passes.
pub fn follow<'d>(vocabulary: &Vocabulary, deal: &'d Deal, start: &Uid, path: &[Name]) -> Reached<'d> {
    let mut reached = Reached::default();
    let mut walk = Walk { vocabulary, deal, path, reached: &mut reached };
    walk.thing(start, 0);
    reached
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
    let holder = Uid::new(Name::clone(&owner.name), Name::clone(&uid.id));
    let path: Vec<Name> = std::iter::once(&field.name).chain(rest).cloned().collect();
    Some(follow(vocabulary, deal, &holder, &path))
}

struct Walk<'a, 'd> {
    vocabulary: &'a Vocabulary,
    deal: &'d Deal,
    path: &'a [Name],
    reached: &'a mut Reached<'d>,
}

impl<'d> Walk<'_, 'd> {
    /// From a thing that the path reaches after `at` attributes.
    fn thing(&mut self, uid: &Uid, at: usize) {
        let (Some(thing), Some(entity)) = (self.deal.thing(uid), self.vocabulary.types.get(&uid.ty)) else {
            return;
        };
        self.body(&thing.body, &entity.fields, at, (uid, at));
    }

    /// From a block of a thing; `owner` is the thing, with where on the path it was entered.
    fn body(&mut self, body: &'d Body, fields: &Fields, at: usize, owner: (&Uid, usize)) {
        let Some(name) = self.path.get(at) else {
            return;
        };
        if let Some(slot) = body.slots.get(name) {
            return self.slot(slot, fields.get(name), at + 1, owner);
        }
        let field = fields.get(name).filter(|field| is_absence(field, body, owner.0));
        match field {
            Some(_) if self.reached.hole.is_some() => {}
            Some(field) => self.reached.hole = absent(field, body, owner.0, &self.path[owner.1..at]),
            None => self.gap(at + 1, body.head.as_ref(), None),
        }
    }

    fn slot(&mut self, slot: &'d Slot, field: Option<&Field>, at: usize, owner: (&Uid, usize)) {
        match &slot.content {
            Content::Hole(hole) => self.note(Some(hole)),
            Content::Word(word) => {
                self.gap(at, slot.place.as_ref(), Some(word));
                self.reached.words.push(word);
            }
            Content::Value(Value::Set(set)) => {
                self.note(set.partial.as_ref());
                for member in &set.members {
                    self.slot(member, field, at, owner);
                }
            }
            Content::Value(_) if at == self.path.len() => self.reached.slots.push(slot),
            Content::Value(Value::Entity(uid)) => self.thing(uid, at),
            Content::Value(Value::Record(body)) => {
                if let Some(Type::Record(record)) = field.map(|field| field.ty.element()) {
                    self.body(body, &record.fields, at, owner);
                }
            }
            Content::Value(_) => {}
        }
    }

    fn gap(&mut self, at: usize, place: Option<&Place>, word: Option<&Name>) {
        if self.reached.missing.is_none() {
            let path = self.path[..at].to_vec();
            self.reached.missing = Some(Gap { path, place: place.cloned(), word: word.cloned() });
        }
    }

    fn note(&mut self, hole: Option<&Hole>) {
        if self.reached.hole.is_none() {
            self.reached.hole = hole.cloned();
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

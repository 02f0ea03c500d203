//! Following a path of attributes from a thing.

use crate::deal::{Body, Content, Deal, Gap, Hole, Set, Slot, Uid, Value, Why, extended};
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
    walk.thing(start, path);
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
    fn thing(&mut self, uid: &Uid, path: &[Name]) {
        let (Some(thing), Some(entity)) = (self.deal.thing(uid), self.vocabulary.types.get(&uid.ty)) else {
            return;
        };
        self.body(&thing.body, &entity.fields, path, uid, &[]);
    }

    fn body(&mut self, body: &'d Body, fields: &Fields, path: &[Name], thing: &Uid, done: &[Name]) {
        let Some((name, rest)) = path.split_first() else {
            return;
        };
        match body.slots.get(name) {
            Some(slot) => self.slot(slot, fields.get(name), rest, thing, &extended(done, name)),
            None => {
                let hole = fields.get(name).and_then(|field| absent(field, body, thing, done));
                if hole.is_none() {
                    self.gap(rest, body.head.clone(), None);
                }
                self.note(hole);
            }
        }
    }

    fn slot(&mut self, slot: &'d Slot, field: Option<&Field>, rest: &[Name], thing: &Uid, done: &[Name]) {
        match &slot.content {
            Content::Hole(hole) => self.note(Some(hole.clone())),
            Content::Word(word) => {
                self.gap(rest, slot.place.clone(), Some(word));
                self.reached.words.push(word);
            }
            Content::Value(Value::Set(Set { members, partial })) => {
                self.note(partial.clone());
                for member in members {
                    self.slot(member, field, rest, thing, done);
                }
            }
            Content::Value(_) if rest.is_empty() => self.reached.slots.push(slot),
            Content::Value(Value::Entity(uid)) => self.thing(uid, rest),
            Content::Value(Value::Record(body)) => {
                if let Some(Type::Record(record)) = field.map(|field| field.ty.element()) {
                    self.body(body, &record.fields, rest, thing, done);
                }
            }
            Content::Value(_) => {}
        }
    }

    fn gap(&mut self, rest: &[Name], place: Option<Place>, word: Option<&Name>) {
        if self.reached.missing.is_none() {
            let path = self.path[..self.path.len() - rest.len()].to_vec();
            self.reached.missing = Some(Gap { path, place, word: word.cloned() });
        }
    }

    fn note(&mut self, hole: Option<Hole>) {
        if self.reached.hole.is_none() {
            self.reached.hole = hole;
        }
    }
}

/// The hole that absence of a field is, if it is one: a line of the block could not be read, or it
/// is asked and nobody answered.
pub fn absent(field: &Field, body: &Body, thing: &Uid, path: &[Name]) -> Option<Hole> {
    // Nobody can be asked about the party nobody acts for.
    if field.derived.is_some() || &*thing.id == known::ANYONE {
        return None;
    }
    if !body.unreadable.is_empty() {
        return Some(Hole::of(Why::Mistake));
    }
    let gate = asks(&field.mark)?;
    Some(unanswered(gate, thing, extended(path, &field.name), body.head.clone()))
}

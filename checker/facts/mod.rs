//! Derived facts: what Cedar cannot compute, from a closed set of functions.
//!
//! A fact is worked out when it is first read, and then known; of most facts nobody asks.
//! [`crate::vocabulary::check`] has proved that none rests on itself. A hole in an input makes the fact a hole, except
//! where it cannot matter (`any` and `all` are Kleene's).

mod dates;
mod functions;
mod grounds;
mod reach;
mod sets;

use std::sync::atomic::Ordering;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::deal::{Body, Content, Deal, Hole, Inverse, Question, Slot, Thing, Uid, Value, Why, Workings};
use crate::source::Place;
use crate::vocabulary::derivation::Derivation;
use crate::vocabulary::needed::Needed;
use crate::vocabulary::{Field, Fields, Gate, Mark, Name, Sibling, Type, Vocabulary, known, sibling};

pub use grounds::{Gap, Grounds, grounds};
pub use reach::{Found, Reached, absent, follow, follow_role, is_absence, visit};

/// The outcome of a function: a slot, or not there.
type Outcome = Option<Slot>;

/// What a fact may look at beside the things.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    vocabulary: &'a Vocabulary,
    workings: &'a Workings,
}

/// A thing that a closure reached.
pub struct Followed {
    /// The reference to it.
    pub slot: Slot,
    /// Index of the one it was reached from; none for the start.
    pub from: Option<usize>,
    /// Steps from the start.
    pub depth: usize,
}

/// An attribute of a thing, written or derived.
pub fn attribute<'d>(
    vocabulary: &Vocabulary,
    deal: &'d Deal,
    thing: &'d Thing,
    name: &Name,
) -> Option<&'d Slot> {
    let slot = thing.body.slots.get(name);
    slot.or_else(|| derived(vocabulary, deal, thing, vocabulary.entity(&thing.uid.ty).fields.get(name)?))
}

/// The same of an attribute that is not written.
pub fn derived<'d>(
    vocabulary: &Vocabulary,
    deal: &'d Deal,
    thing: &'d Thing,
    field: &Field,
) -> Option<&'d Slot> {
    let derivation = field.derived.as_ref()?;
    let facts = Facts::of(vocabulary, deal)?;
    thing.memo.get(field.cell, || facts.fact(deal, &thing.uid, derivation, &field.ty))
}

/// The attributes of a thing that may name what belongs to a deal, in any order: all that are written, and some
/// that are derived.
pub fn leading<'d>(
    vocabulary: &'d Vocabulary,
    deal: &'d Deal,
    thing: &'d Thing,
) -> impl Iterator<Item = (&'d Name, &'d Slot)> {
    let entity = vocabulary.entity(&thing.uid.ty);
    let fact = move |name| derived(vocabulary, deal, thing, entity.fields.get(name)?);
    let facts = entity.leads_on.iter().filter_map(move |name| Some((name, fact(name)?)));
    thing.body.slots.in_any_order().chain(facts)
}

/// Works out all closures. They share a budget, and whichever of them exceed it, they are the same ones for any number
/// of threads.
pub fn closures(vocabulary: &Vocabulary, deal: &Deal) {
    let mut closures: FxHashMap<&Name, Vec<&Field>> = FxHashMap::default();
    for entity in vocabulary.types.values() {
        let is_closure = |field: &&Field| matches!(field.derived, Some(Derivation::Closure(_)));
        closures.insert(&entity.name, entity.fields.values().filter(is_closure).collect());
    }
    for nth in 0..deal.things.len() {
        let thing = deal.things.at(deal.things.arrived(nth));
        for field in closures.get(&thing.uid.ty).into_iter().flatten() {
            derived(vocabulary, deal, thing, field);
        }
    }
}

impl<'a> Facts<'a> {
    /// Facts of a deal; none before all that is written is known.
    pub fn of(vocabulary: &'a Vocabulary, deal: &'a Deal) -> Option<Self> {
        Some(Self { vocabulary, workings: deal.workings.as_ref()? })
    }

    /// The things that a path leads to, followed any number of times, each once and nearest first; the
    /// start too, when a circle leads back to it.
    pub fn closure(&self, deal: &Deal, start: &Uid, path: &[Name]) -> (Vec<Followed>, Option<Hole>) {
        let mut found: Vec<Followed> = Vec::new();
        let mut seen: FxHashSet<Uid> = FxHashSet::default();
        let mut hole = None;
        let mut next: Option<usize> = None;
        loop {
            let last = next.map(|index| &found[index]);
            let depth = last.map_or(1, |last| last.depth + 1);
            let at = last.and_then(|last| last.slot.entity()).unwrap_or(start).clone();
            let reached = follow(self.vocabulary, deal, &at, path);
            hole = hole.or(reached.hole);
            for slot in reached.slots {
                if slot.entity().is_some_and(|target| seen.insert(target.clone())) {
                    found.push(Followed { slot: slot.clone(), from: next, depth });
                }
            }
            let following = next.map_or(0, |index| index + 1);
            if following >= found.len() {
                return (found, hole);
            }
            let one_less = |steps: usize| steps.checked_sub(1);
            if self.workings.steps.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_err() {
                return (found, hole.or(Some(Hole::of(Why::Incomparable))));
            }
            next = Some(following);
        }
    }

    /// The things whose attribute names the target; computed once for each attribute.
    pub fn inverse(&self, deal: &Deal, ty: &Name, path: &[Name], target: &Uid) -> (Vec<Slot>, Option<Hole>) {
        let known = self.workings.inverse(ty, path);
        let inverse = known.get_or_init(|| self.index(deal, ty, path));
        (inverse.sources.get(target).cloned().unwrap_or_default(), inverse.hole.clone())
    }

    fn index(&self, deal: &Deal, ty: &Name, path: &[Name]) -> Inverse {
        let mut inverse = Inverse { sources: FxHashMap::default(), hole: self.workings.unread.clone() };
        for thing in deal.of_type(ty) {
            let reached = follow(self.vocabulary, deal, &thing.uid, path);
            inverse.hole = inverse.hole.or_else(|| reached.hole.clone());
            for slot in reached.slots {
                let Some(target) = slot.entity() else {
                    continue;
                };
                let back = Slot::new(Content::Value(Value::Entity(thing.uid.clone())), slot.place.clone())
                    .anchored(slot.anchor().cloned());
                let sources = inverse.sources.entry(target.clone()).or_default();
                if sources.is_empty() {
                    sources.reserve_exact(1); // most things are named once
                }
                sources.push(back);
            }
        }
        inverse
    }
}

/// Fills in `x_as` and `x_given` beside every attribute that may hold a word.
pub fn fill_siblings(vocabulary: &Vocabulary, needed: &Needed, deal: &mut Deal) {
    let of_type = |entity| concerns_siblings(entity).collect::<Vec<_>>();
    let concerned: FxHashMap<&Name, Vec<&Field>> =
        vocabulary.types.values().map(|entity| (&entity.name, of_type(&entity.fields))).collect();
    for nth in 0..deal.things.len() {
        let thing = deal.things.at_mut(deal.things.arrived(nth));
        if let Some(fields) = concerned.get(&thing.uid.ty) {
            thing.body.slots.reserve(fields.len());
            let siblings = Siblings { needed, thing: &thing.uid };
            siblings.of(fields.iter().copied(), &mut Vec::new(), &mut thing.body);
        }
    }
}

/// The fields that have siblings, or may hold blocks with fields that have.
fn concerns_siblings(fields: &Fields) -> impl Iterator<Item = &Field> {
    fields.values().filter(|field| field.has_siblings() || matches!(field.ty.element(), Type::Record(_)))
}

/// What is the same for all siblings of a thing.
struct Siblings<'a> {
    needed: &'a Needed,
    thing: &'a Uid,
}

impl Siblings<'_> {
    fn of<'f>(&self, fields: impl Iterator<Item = &'f Field>, path: &mut Vec<Name>, body: &mut Body) {
        for field in fields {
            if matches!(field.ty.element(), Type::Record(_))
                && let Some(slot) = body.slots.get_mut(&field.name)
            {
                path.push(Name::clone(&field.name));
                self.nested(&field.ty, path, slot);
                path.pop();
            }
            if field.has_siblings() {
                let [given, word] = self.needed.siblings(&field.name);
                // A block is read as a whole too: all it holds counts.
                if !path.is_empty() || self.needed.is_read(&given) || self.needed.is_read(&word) {
                    add_siblings(field, self.thing, path, body, [given, word]);
                }
            }
        }
    }

    fn nested(&self, ty: &Type, path: &mut Vec<Name>, slot: &mut Slot) {
        match (ty, &mut slot.content) {
            (Type::Record(record), Content::Value(Value::Record(body))) => {
                self.of(concerns_siblings(&record.fields), path, body);
            }
            (Type::Set(element), Content::Value(Value::Set(set))) => {
                for member in &mut set.members {
                    self.nested(element, path, member);
                }
            }
            _ => {}
        }
    }
}

fn add_siblings(field: &Field, thing: &Uid, path: &[Name], body: &mut Body, names: [Name; 2]) {
    let place = body.slots.get(&field.name).and_then(|slot| slot.place.clone());
    let (given, word) = match body.slots.get(&field.name).map(|slot| &slot.content) {
        Some(Content::Value(Value::Bool(yes))) => (Content::Value(Value::Bool(*yes)), None),
        Some(Content::Value(_)) => (Content::Value(Value::Bool(true)), None),
        Some(Content::Word(word)) => {
            let given = !matches!(&**word, "silent" | "excluded");
            let answer = Uid::new(known::ANSWER, Name::clone(word));
            (Content::Value(Value::Bool(given)), Some(Content::Value(Value::Entity(answer))))
        }
        Some(Content::Hole(hole)) => (Content::Hole(hole.clone()), Some(Content::Hole(hole.clone()))),
        None => match absent(field, body, thing, path) {
            Some(hole) => (Content::Hole(hole.clone()), Some(Content::Hole(hole))),
            None => (Content::Value(Value::Bool(false)), None),
        },
    };
    let [given_name, word_name] = names;
    if let Some(word) = word {
        body.slots.insert(word_name, Slot::new(word, place.clone()));
    }
    body.slots.insert(given_name, Slot::new(given, place));
}

/// The attribute that a name stands for: itself, or the one it is a sibling of.
pub fn base_field<'a>(fields: &'a Fields, name: &str) -> Option<(&'a Field, Option<Sibling>)> {
    if let Some(field) = fields.get(name) {
        return Some((field, None));
    }
    let (base, kind) = sibling(name)?;
    let field = fields.get(base).filter(|field| field.has_siblings())?;
    Some((field, Some(kind)))
}

/// The attributes along a path from an entity type, each with the sibling that is meant; none where the path
/// leads nowhere or through the parts of a scalar.
pub fn along<'v>(
    vocabulary: &'v Vocabulary,
    ty: &str,
    path: &[Name],
) -> Option<Vec<(&'v Field, Option<Sibling>)>> {
    let mut fields = Some(&vocabulary.entity(ty).fields);
    let mut steps = Vec::new();
    for name in path {
        let (field, sibling) = base_field(fields?, name)?;
        steps.push((field, sibling));
        fields = vocabulary.fields_of(&field.ty);
    }
    Some(steps)
}

fn unanswered(gate: Gate, thing: &Uid, path: Vec<Name>, place: Option<Place>) -> Hole {
    Hole::new(Why::Unanswered, gate, Some(Question { thing: thing.clone(), path, place }))
}

/// The gate from which a mark makes absence a hole.
pub fn asks(mark: &Mark) -> Option<Gate> {
    match mark {
        Mark::Asked(gate) => Some(*gate),
        Mark::Essential | Mark::Optional => None,
    }
}

//! Derived facts: what Cedar cannot compute, from a closed set of functions.
//!
//! Facts are computed in rounds after their dependencies, which [`crate::vocabulary::check`] has
//! proved to be free of circles. A hole in an input makes the fact a hole, except where it cannot
//! matter (`any` and `all` are Kleene's).

mod dates;
mod functions;
mod grounds;
mod reach;
mod sets;

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::deal::{Body, Content, Deal, Hole, Question, Slot, Uid, Value, Why};
use crate::source::Place;
use crate::vocabulary::dependencies::{Dependent, Fact};
use crate::vocabulary::needed::Needed;
use crate::vocabulary::{Field, Fields, Gate, Mark, Name, Sibling, Type, Vocabulary, known, sibling};

pub use grounds::{Gap, Grounds, grounds};
pub use reach::{Found, Reached, absent, follow, follow_role, is_absence, visit};

/// The outcome of a function: a slot, or not there.
type Outcome = Option<Slot>;

/// What a fact may look at beside its own thing.
pub struct Facts<'a> {
    vocabulary: &'a Vocabulary,
    today: Date,
    /// The parameters of the workspace.
    house: Uid,
    /// Set while a file of the workspace is not assessed: what points back may be in it.
    unread: Option<Hole>,
    inverses: FxHashMap<Name, Vec<(Vec<Name>, Inverse)>>,
    /// Steps of closures that are still allowed.
    steps: usize,
}

/// Most steps of all closures of a workspace. A real one takes some thousands; beyond, what was not
/// followed is a hole, so that a hostile file cannot make a check run for ever.
const STEPS: usize = 1_000_000;

/// A thing that a closure reached.
pub struct Followed {
    /// The reference to it.
    pub slot: Slot,
    /// Index of the one it was reached from; none for the start.
    pub from: Option<usize>,
    /// Steps from the start.
    pub depth: usize,
}

/// Things by what one of their attributes names.
struct Inverse {
    sources: FxHashMap<Uid, Vec<Slot>>,
    hole: Option<Hole>,
}

impl<'a> Facts<'a> {
    /// Facts as of a day; `unread` when a file could not be assessed.
    pub fn new(vocabulary: &'a Vocabulary, today: Date, unread: bool) -> Self {
        let hole = Hole::of(Why::Mistake);
        Self {
            vocabulary,
            today,
            house: Uid::new(known::HOUSE, known::HOUSE_ID),
            unread: unread.then_some(hole),
            inverses: FxHashMap::default(),
            steps: STEPS,
        }
    }

    /// Computes the derived attributes that are wanted, in their rounds.
    ///
    /// In each round a thing is looked at once, and after it its neighbours in the file: memory that was just read
    /// is read again soon.
    pub fn derive(&mut self, deal: &mut Deal, rounds: &[Vec<Dependent>], wanted: impl Fn(&Fact) -> bool) {
        for round in rounds {
            let mut fields: FxHashMap<&str, Vec<&Field>> = FxHashMap::default();
            for (ty, name) in round.iter().map(|dependent| &dependent.fact).filter(|fact| wanted(fact)) {
                fields.entry(ty).or_default().extend(self.vocabulary.field(ty, name));
            }
            for nth in 0..deal.things.len() {
                let at = deal.things.arrived(nth);
                let Some(of_type) = fields.get(&*deal.things.at(at).uid.ty) else { continue };
                deal.things.at_mut(at).body.slots.reserve(of_type.len());
                for field in of_type {
                    if let Some(slot) = self.fact(deal, &deal.things.at(at).uid, field) {
                        deal.things.at_mut(at).body.slots.insert(Name::clone(&field.name), slot);
                    }
                }
            }
        }
    }

    /// The things that a path leads to, followed any number of times, each once and nearest first; the
    /// start too, when a circle leads back to it.
    pub fn closure(&mut self, deal: &Deal, start: &Uid, path: &[Name]) -> (Vec<Followed>, Option<Hole>) {
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
            if self.steps == 0 {
                return (found, hole.or(Some(Hole::of(Why::Incomparable))));
            }
            self.steps -= 1;
            next = Some(following);
        }
    }

    /// The things whose attribute names the target; computed once for each attribute.
    pub fn inverse(
        &mut self,
        deal: &Deal,
        ty: &Name,
        path: &[Name],
        target: &Uid,
    ) -> (Vec<Slot>, Option<Hole>) {
        let answer = |inverse: &Inverse| {
            (inverse.sources.get(target).cloned().unwrap_or_default(), inverse.hole.clone())
        };
        let mut known = self.inverses.get(ty).into_iter().flatten();
        if let Some((_, inverse)) = known.find(|(known, _)| known == path) {
            return answer(inverse);
        }
        let inverse = self.index(deal, ty, path);
        let found = answer(&inverse);
        self.inverses.entry(Name::clone(ty)).or_default().push((path.to_vec(), inverse));
        found
    }

    fn index(&self, deal: &Deal, ty: &Name, path: &[Name]) -> Inverse {
        let mut inverse = Inverse { sources: FxHashMap::default(), hole: self.unread.clone() };
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
    let mut concerned: FxHashMap<&Name, (Vec<&Field>, usize)> = FxHashMap::default();
    for entity in vocabulary.types.values() {
        let fields: Vec<&Field> = concerns_siblings(&entity.fields).collect();
        let is_derived =
            |field: &&Field| needed.is_derived(&(Name::clone(&entity.name), Name::clone(&field.name)));
        let more = fields.len() + entity.fields.values().filter(is_derived).count();
        concerned.insert(&entity.name, (fields, more));
    }
    for nth in 0..deal.things.len() {
        let thing = deal.things.at_mut(deal.things.arrived(nth));
        if let Some((fields, more)) = concerned.get(&thing.uid.ty) {
            thing.body.slots.reserve(*more);
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

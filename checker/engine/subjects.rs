//! What a rule is asked about: things by themselves, and things that meet.
//!
//! A join never passes silently over what is not there: a hole on its way makes one *open* tuple,
//! which leaves every limb undecided; what is answered "none" makes no tuple and is counted.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::deal::{Body, Content, Deal, Hole, Slot, Thing, Uid, Value};
use crate::facts::{Facts, Followed, follow, leading};
use crate::vocabulary::derivation::{Derivation, Join, Step};
use crate::vocabulary::{EntityType, Field, Name, Sort, Vocabulary, known};

/// A subject of requests.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The thing or tuple.
    pub uid: Uid,
    /// The things it is made of, the root first.
    pub members: Vec<Uid>,
    /// How they are connected, for people; empty for a thing by itself.
    pub route: Vec<String>,
    /// The hole that stopped the join, for an open tuple.
    pub open: Option<Hole>,
}

/// Joins that found nothing to meet, with the title of what would have met.
pub type Empty = BTreeMap<Name, String>;

/// All tuples of all joins; their things are added to the deal.
pub fn tuples(vocabulary: &Vocabulary, deal: &mut Deal, wanted: &BTreeSet<Name>) -> (Vec<Subject>, Empty) {
    let mut joins: FxHashMap<&Name, Vec<(&EntityType, &Join)>> = FxHashMap::default();
    for entity in vocabulary.types.values().filter(|entity| wanted.contains(&entity.name)) {
        if let Sort::Join(join) = &entity.sort
            && let Some((_, Step::All(root))) = join.bindings.first()
        {
            joins.entry(root).or_default().push((entity, join));
        }
    }
    let (mut subjects, mut things) = (Vec::new(), Vec::new());
    let mut met: FxHashSet<&Name> = FxHashSet::default();
    for nth in 0..deal.things.len() {
        let facts = Facts::of(vocabulary, deal)
            .unwrap_or_else(|| unreachable!("joins are bound when all that is written is known"));
        let root = deal.things.at(deal.things.arrived(nth));
        for (entity, join) in joins.get(&root.uid.ty).into_iter().flatten() {
            // Two things that meet need no route: each is named by the other.
            let routed = join.bindings.len() > 2;
            for tuple in (Binder { vocabulary, facts, deal, routed }).bind(join, root) {
                met.insert(&entity.name);
                let (subject, thing) = tuple.finish(entity, deal);
                things.push(thing);
                subjects.push(subject);
            }
        }
    }
    let without = joins.values().flatten().filter(|(entity, _)| !met.contains(&entity.name));
    let empty = without.map(|(entity, _)| (Name::clone(&entity.name), entity.title.clone())).collect();
    things.into_iter().for_each(|thing| deal.things.insert(thing));
    deal.things.settle();
    (subjects, empty)
}

/// A tuple being bound.
#[derive(Clone)]
struct Tuple {
    bound: Vec<(Name, Slot)>,
    route: Vec<String>,
    open: Option<(Name, Hole)>,
}

struct Binder<'a> {
    vocabulary: &'a Vocabulary,
    facts: Facts<'a>,
    deal: &'a Deal,
    /// Is it told how the things are connected?
    routed: bool,
}

/// A thing that a variable can stand for.
struct Candidate {
    slot: Slot,
    route: Option<String>,
}

impl Binder<'_> {
    /// All that meets a thing, which is what the first variable stands for.
    fn bind(&self, join: &Join, root: &Thing) -> Vec<Tuple> {
        let Some(((first, _), rest)) = join.bindings.split_first() else {
            return Vec::new();
        };
        if &*root.uid.id == known::ANYONE {
            return Vec::new();
        }
        let bound = vec![(Name::clone(first), reference(root))];
        let mut tuples = vec![Tuple { bound, route: Vec::new(), open: None }];
        for (variable, step) in rest {
            let mut next = Vec::new();
            for tuple in tuples {
                if tuple.open.is_some() {
                    next.push(tuple);
                    continue;
                }
                self.extend(tuple, variable, step, &mut next);
            }
            tuples = next;
        }
        tuples
    }

    fn extend(&self, tuple: Tuple, variable: &Name, step: &Step, next: &mut Vec<Tuple>) {
        let (candidates, hole) = self.candidates(&tuple, step);
        let mut seen = FxHashSet::default();
        for candidate in candidates {
            // A set of records may name a thing twice: a party in two roles is met once.
            if !seen.insert(candidate.slot.entity().cloned()) {
                continue;
            }
            let mut more = tuple.clone();
            more.route.extend(candidate.route);
            more.bound.push((Name::clone(variable), candidate.slot));
            next.push(more);
        }
        if let Some(hole) = hole {
            next.push(Tuple { open: Some((Name::clone(variable), hole)), ..tuple });
        }
    }

    fn candidates(&self, tuple: &Tuple, step: &Step) -> (Vec<Candidate>, Option<Hole>) {
        match step {
            Step::All(ty) => {
                let things = self.deal.of_type(ty).filter(|thing| &*thing.uid.id != known::ANYONE);
                let all = things.map(|thing| Candidate { slot: reference(thing), route: None }).collect();
                (all, None)
            }
            Step::Along(path) => {
                let Some(start) = bound(tuple, &path[0]) else {
                    return (Vec::new(), None);
                };
                self.along(&start, &path[1..])
            }
            Step::Closure { from, path } => {
                let Some(start) = tuple.bound.iter().find(|(name, _)| name == from) else {
                    return (Vec::new(), None);
                };
                self.closure(&start.1, path)
            }
            Step::Inverse { from, ty, attribute } => {
                let Some(start) = bound(tuple, from) else {
                    return (Vec::new(), None);
                };
                let (slots, hole) = self.facts.inverse(self.deal, ty, attribute, &start);
                let candidates = slots.into_iter().map(|slot| {
                    let route = self.routed.then(|| self.named_by(&start, ty, &slot));
                    Candidate { slot, route }
                });
                (candidates.collect(), hole)
            }
        }
    }

    fn along(&self, start: &Uid, path: &[Name]) -> (Vec<Candidate>, Option<Hole>) {
        let reached = follow(self.vocabulary, self.deal, start, path);
        let candidates = reached.slots.into_iter().filter_map(|slot| {
            let target = slot.entity()?;
            let route = self.routed.then(|| {
                let last = path.last().map_or_else(String::new, |name| name.replace('_', " "));
                format!("{}: {last} {}", self.deal.name(start), self.deal.name(target))
            });
            Some(Candidate { slot: slot.clone(), route })
        });
        (candidates.collect(), reached.hole)
    }

    /// `X is named by the license Y`
    fn named_by(&self, thing: &Uid, ty: &Name, slot: &Slot) -> String {
        let title = self.vocabulary.entity(ty).title.to_lowercase();
        let by = slot.entity().map_or_else(String::new, |uid| self.deal.name(uid));
        let said = by.to_lowercase().starts_with(&title);
        let by = if said { by } else { format!("{title} {by}") };
        format!("{} is named by {by}", self.deal.name(thing))
    }

    /// The thing itself and all that the path leads to, nearest first; circles are walked once.
    fn closure(&self, start: &Slot, path: &[Name]) -> (Vec<Candidate>, Option<Hole>) {
        let Some(first) = start.entity() else {
            return (Vec::new(), None);
        };
        let (found, hole) = self.facts.closure(self.deal, first, path);
        let mut candidates = vec![Candidate { slot: start.clone(), route: None }];
        for (index, followed) in found.iter().enumerate() {
            let route = self.routed.then(|| self.chain(first, &found, index));
            candidates.push(Candidate { slot: followed.slot.clone(), route });
        }
        (candidates, hole)
    }

    /// `C comes from B, which comes from A`; of a long chain the steps in its middle are counted.
    fn chain(&self, first: &Uid, found: &[Followed], end: usize) -> String {
        let mut names = Vec::new();
        let mut at = Some(end);
        while let Some(index) = at.filter(|_| names.len() < CHAIN) {
            names.extend(found[index].slot.entity().map(|uid| self.deal.name(uid)));
            at = found[index].from;
        }
        names.reverse();
        let left_out = found[end].depth - names.len();
        let skipped = if left_out > 0 { format!(" (by {left_out} steps)") } else { String::new() };
        format!("{} comes{skipped} from {}", self.deal.name(first), names.join(", which comes from "))
    }
}

/// Steps of a chain that are named.
const CHAIN: usize = 5;

impl Tuple {
    fn finish(self, entity: &EntityType, deal: &Deal) -> (Subject, Thing) {
        let mut members: Vec<Uid> =
            self.bound.iter().filter_map(|(_, slot)| slot.entity().cloned()).collect();
        let mut ids: Vec<&str> = members.iter().map(|uid| &*uid.id).collect();
        if self.open.is_some() {
            ids.push("?");
        }
        let uid = Uid::new(Name::clone(&entity.name), ids.join("|"));
        let head = members.first().and_then(|root| deal.thing(root)).and_then(|root| root.body.head.clone());
        let mut body = Body::new(head);
        for (name, slot) in self.bound {
            body.slots.insert(name, slot);
        }
        let open = self.open.map(|(name, hole)| {
            body.slots.insert(name, Slot::new(Content::Hole(hole.clone()), None));
            hole
        });
        let thing = Thing::new(uid.clone(), None, body);
        let mut seen = FxHashSet::default();
        members.retain(|uid| seen.insert(uid.clone()));
        (Subject { uid, members, route: self.route, open }, thing)
    }
}

fn bound(tuple: &Tuple, name: &Name) -> Option<Uid> {
    let (_, slot) = tuple.bound.iter().find(|(variable, _)| variable == name)?;
    slot.entity().cloned()
}

fn reference(thing: &Thing) -> Slot {
    Slot::new(Content::Value(Value::Entity(thing.uid.clone())), thing.body.head.clone())
}

/// The things a deal reaches: along every attribute, derived ones included, up to the next deal.
///
/// Never back along the attribute by which a thing was reached: a safeguard or a license that many assets
/// share does not bring the others in.
pub fn reach<'d>(vocabulary: &'d Vocabulary, deal: &'d Deal, root: &'d Uid) -> FxHashSet<&'d Uid> {
    let mut reached = FxHashSet::default();
    let mut open: Vec<(&Uid, Option<(&Name, &Name)>)> = vec![(root, None)];
    open.extend(deal.header(root).map(|header| (header, None)));
    while let Some((uid, came_by)) = open.pop() {
        if !reached.insert(uid) {
            continue;
        }
        let Some(thing) = deal.thing(uid) else { continue };
        let fields = &vocabulary.entity(&uid.ty).fields;
        let known = open.len();
        for (name, slot) in leading(vocabulary, deal, thing) {
            slot.each_entity(&mut |target| {
                let leads_on = !reached.contains(target) && vocabulary.entity(&target.ty).within_a_deal();
                if leads_on && !leads_back(fields.get(name), came_by) {
                    open.push((target, Some((&uid.ty, name))));
                }
            });
        }
        open[known..].sort_by_key(|(_, by)| by.map(|(_, name)| name));
    }
    reached
}

fn leads_back(field: Option<&Field>, came_by: Option<(&Name, &Name)>) -> bool {
    match (field.and_then(|field| field.derived.as_ref()), came_by) {
        (Some(Derivation::Inverse(ty, attribute)), Some((from, by))) => {
            ty == from && attribute.first() == Some(by)
        }
        _ => false,
    }
}

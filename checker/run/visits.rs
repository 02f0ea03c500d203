//! Which things are looked at before which gate, and for whom.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Assessed, Check, Stage};
use crate::deal::{Deal, Uid, short};
use crate::engine::subjects::reach;
use crate::facts::{follow_role, leading};
use crate::finding::Mistake;
use crate::lower::Lowered;
use crate::vocabulary::{Gate, Sort, Vocabulary, known, role};

/// A round of requests about a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Gates, in order.
    pub gates: Vec<Gate>,
    /// All but contradictions are notes.
    pub draft: bool,
    /// The party we act for.
    pub principal: Uid,
    /// The deals it belongs to; none for what no deal reaches.
    pub deals: Vec<Uid>,
}

/// The visits of a check.
#[derive(Default)]
pub struct Plan {
    by_thing: FxHashMap<Uid, Visits>,
    /// Visits that all the things of one deal share.
    shared: Vec<Visit>,
    /// Deals that have ended.
    pub ended: BTreeSet<Uid>,
    /// Deals in which the party on the command line takes no part.
    pub of_others: BTreeSet<Uid>,
    /// Deals that do not stand before the gate that was asked for.
    pub elsewhere: BTreeSet<Uid>,
    /// Declared things that no deal reaches.
    pub strays: Vec<Uid>,
    /// Names in the call or the configuration that stand for nothing.
    pub mistakes: Vec<Mistake>,
}

/// The visits of one thing: most belong to one deal.
enum Visits {
    Shared(usize),
    Own(Vec<Visit>),
}

impl Plan {
    /// The visits of a thing, or of the kind that a header belongs to.
    pub fn visits(&self, uid: &Uid) -> &[Visit] {
        match self.by_thing.get(uid) {
            None => &[],
            Some(Visits::Shared(at)) => std::slice::from_ref(&self.shared[*at]),
            Some(Visits::Own(visits)) => visits,
        }
    }

    /// Every gate that something is looked at before.
    pub fn gates(&self) -> BTreeSet<Gate> {
        self.all().flat_map(|visit| visit.gates.iter().copied()).collect()
    }

    /// All visits, in any order.
    pub fn all(&self) -> impl Iterator<Item = &Visit> {
        let own = self.by_thing.values().flat_map(|visits| match visits {
            Visits::Shared(_) => &[],
            Visits::Own(visits) => visits.as_slice(),
        });
        self.shared.iter().chain(own)
    }

    /// Adds the visit of one deal to what it reaches.
    fn add<'u>(&mut self, uids: impl Iterator<Item = &'u Uid>, visit: Visit) {
        let at = self.shared.len();
        for uid in uids {
            match self.by_thing.entry(uid.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(Visits::Shared(at));
                }
                Entry::Occupied(mut entry) => {
                    if let Visits::Shared(first) = entry.get() {
                        let first = self.shared[*first].clone();
                        entry.insert(Visits::Own(vec![first]));
                    }
                    if let Visits::Own(visits) = entry.get_mut() {
                        unite(visits, &visit);
                    }
                }
            }
        }
        self.shared.push(visit);
    }
}

/// One visit before the same gates for the same party belongs to several deals.
fn unite(visits: &mut Vec<Visit>, visit: &Visit) {
    let same = visits.iter_mut().find(|known| {
        known.principal == visit.principal && known.draft == visit.draft && known.gates == visit.gates
    });
    match same {
        Some(known) => known.deals.extend(visit.deals.iter().cloned()),
        None => visits.push(visit.clone()),
    }
}

/// Plans all visits.
pub fn plan(check: &Check<'_>, assessed: &Assessed) -> Plan {
    let vocabulary = &check.library.vocabulary;
    let deal = &assessed.lowered.deal;
    let mut plan = Plan::default();
    let home = home(check, deal, &mut plan);
    let reader = check.acting_for.and_then(|name| party(deal, name));
    let planner = Planner { check, deal, home, reader };
    let mut reached: FxHashSet<&Uid> = FxHashSet::default();
    for declaration in &assessed.lowered.declarations {
        let uid = &declaration.uid;
        if !vocabulary.entity(&uid.ty).is_deal() {
            continue;
        }
        let near = reach(vocabulary, deal, uid);
        if let Some(visit) = planner.visit_of(uid, &mut plan) {
            plan.add(near.iter().copied(), visit);
        }
        reached.extend(near);
    }
    planner.strays(&reached, &mut plan);
    planner.packs(&mut plan);
    plan
}

/// What a plan is made from.
struct Planner<'a> {
    check: &'a Check<'a>,
    deal: &'a Deal,
    /// The party this workspace belongs to.
    home: Option<Uid>,
    /// The party on the command line.
    reader: Option<Uid>,
}

impl Planner<'_> {
    /// What no deal reaches is looked at by itself, as a draft.
    fn strays(&self, reached: &FxHashSet<&Uid>, plan: &mut Plan) {
        let principal = self.principal(None);
        let visit = Visit { gates: Gate::ALL.to_vec(), draft: true, principal, deals: Vec::new() };
        let mut left = Vec::new();
        for uid in self.deal.things.keys() {
            let sort = &self.check.library.vocabulary.entity(&uid.ty).sort;
            let looked_at = matches!(sort, Sort::Kind | Sort::Element);
            if looked_at && &*uid.id != known::ANYONE && !reached.contains(uid) {
                left.push(uid);
                if matches!(sort, Sort::Kind) {
                    plan.strays.push(uid.clone());
                }
            }
        }
        if !left.is_empty() {
            plan.add(left.into_iter(), visit);
        }
    }

    /// The rules themselves have an age: each pack is looked at once before every gate at which a deal
    /// is, for the party that all of them are read for.
    fn packs(&self, plan: &mut Plan) {
        let mut principals: FxHashSet<&Uid> = FxHashSet::default();
        let mut gates: Vec<&Vec<Gate>> = Vec::new();
        for visit in self.deal.things.keys().flat_map(|uid| plan.visits(uid)).filter(|visit| !visit.draft) {
            principals.insert(&visit.principal);
            if !gates.contains(&&visit.gates) {
                gates.push(&visit.gates);
            }
        }
        let one = if principals.len() == 1 { principals.into_iter().next() } else { None };
        let principal = one.cloned().unwrap_or_else(anyone);
        let visit = |gates: &Vec<Gate>| Visit {
            gates: gates.clone(),
            draft: false,
            principal: principal.clone(),
            deals: Vec::new(),
        };
        for visit in gates.into_iter().map(visit).collect::<Vec<_>>() {
            plan.add(self.deal.of_type(known::PACK).map(|pack| &pack.uid), visit);
        }
    }

    fn visit_of(&self, uid: &Uid, plan: &mut Plan) -> Option<Visit> {
        let vocabulary = &self.check.library.vocabulary;
        let entity = vocabulary.entity(&uid.ty);
        let header = entity.agreement.then(|| vocabulary.entity(known::AGREEMENT));
        let mut declared = entity.gates.clone();
        declared.extend(header.into_iter().flat_map(|header| header.gates.iter().copied()));
        if self.reader.as_ref().is_some_and(|reader| !takes_part(vocabulary, self.deal, uid, reader)) {
            plan.of_others.insert(uid.clone());
            return None;
        }
        let (gates, draft) = match self.check.stage {
            Stage::Draft => (declared.into_iter().collect(), true),
            Stage::Gate(gate) if declared.contains(&gate) => (vec![gate], false),
            Stage::Gate(_) => {
                plan.elsewhere.insert(uid.clone());
                return None;
            }
            Stage::Status => match status(vocabulary, self.deal, uid).as_deref() {
                Some("ended") => {
                    plan.ended.insert(uid.clone());
                    return None;
                }
                Some("drafting") => (declared.into_iter().collect(), true),
                Some("executed" | "effective") => (entity.gate.into_iter().collect(), false),
                _ => (first_gate(&declared, entity.gate), false),
            },
        };
        let acting_for = role_entity(vocabulary, self.deal, uid, role::ACTING_FOR);
        let principal = self.principal(self.reader.clone().or(acting_for));
        Some(Visit { gates, draft, principal, deals: vec![uid.clone()] })
    }

    fn principal(&self, acting_for: Option<Uid>) -> Uid {
        acting_for.or_else(|| self.home.clone()).unwrap_or_else(anyone)
    }
}

fn anyone() -> Uid {
    Uid::new(known::PARTY, known::ANYONE)
}

/// Is the party named anywhere in the deal?
fn takes_part(vocabulary: &Vocabulary, deal: &Deal, uid: &Uid, party: &Uid) -> bool {
    let mut found = false;
    for thing in [Some(uid), deal.header(uid)].into_iter().flatten().filter_map(|uid| deal.thing(uid)) {
        for (_, slot) in leading(vocabulary, deal, thing) {
            slot.each_entity(&mut |uid| found |= uid == party);
        }
    }
    found
}

/// Before signing; a deal that is never signed stands before its own gate.
fn first_gate(declared: &BTreeSet<Gate>, own: Option<Gate>) -> Vec<Gate> {
    if declared.contains(&Gate::Sign) { vec![Gate::Sign] } else { own.into_iter().collect() }
}

fn status(vocabulary: &Vocabulary, deal: &Deal, uid: &Uid) -> Option<String> {
    role_entity(vocabulary, deal, uid, role::STATUS).map(|status| status.id.to_string())
}

/// The thing named by the attribute with a role, of the deal or of its header.
pub fn role_entity(vocabulary: &Vocabulary, deal: &Deal, uid: &Uid, word: &str) -> Option<Uid> {
    let reached = follow_role(vocabulary, deal, uid, word, &[])?;
    reached.slots.first().and_then(|slot| slot.entity()).cloned()
}

/// The home party of the configuration; also checks the name on the command line.
fn home(check: &Check<'_>, deal: &Deal, plan: &mut Plan) -> Option<Uid> {
    if let Some(name) = check.acting_for
        && party(deal, name).is_none()
    {
        let known: Vec<String> = parties(deal).map(|uid| short(&uid.id)).collect();
        let mistake = Mistake::nowhere(format!("--for {name}: no party `{name}` is declared"))
            .help(format!("the parties are {}", known.join(", ")))
            .did_you_mean(name, known.iter().map(String::as_str));
        plan.mistakes.push(mistake);
    }
    let (name, place) = check.house.home.as_ref()?;
    let found = party(deal, name);
    if found.is_none() && parties(deal).next().is_some() {
        plan.mistakes.push(Mistake::at(place, format!("no party `{name}` is declared")));
    }
    found
}

fn parties(deal: &Deal) -> impl Iterator<Item = &Uid> {
    deal.of_type(known::PARTY).map(|thing| &thing.uid).filter(|uid| &*uid.id != known::ANYONE)
}

/// A party by its id, or by its name when only one folder declares it.
fn party(deal: &Deal, name: &str) -> Option<Uid> {
    let exact = parties(deal).find(|uid| &*uid.id == name);
    exact.or_else(|| parties(deal).find(|uid| short(&uid.id) == name)).cloned()
}

/// An agreement without parties cannot be read for anybody.
pub fn without_parties(vocabulary: &Vocabulary, lowered: &Lowered) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for declaration in &lowered.declarations {
        let uid = &declaration.uid;
        if !vocabulary.entity(&uid.ty).is_deal() {
            continue;
        }
        let Some((_, field)) = vocabulary.role(&uid.ty, role::PARTIES) else {
            continue;
        };
        let parties = follow_role(vocabulary, &lowered.deal, uid, role::PARTIES, &[]);
        let Some(reached) = parties else { continue };
        if reached.slots.is_empty() && reached.hole.is_none() {
            mistakes.push(
                Mistake::at(&declaration.place, format!("{} names no parties", lowered.deal.name(uid)))
                    .help(field.example.clone()),
            );
        }
    }
    mistakes
}

//! Which things are looked at before which gate, and for whom.

use std::collections::{BTreeMap, BTreeSet};

use super::{Assessed, Check, Stage};
use crate::deal::{Deal, Uid, short};
use crate::engine::subjects::reach;
use crate::facts::follow_role;
use crate::finding::Mistake;
use crate::lower::Lowered;
use crate::vocabulary::{Gate, Name, Sort, Vocabulary, known, role};

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
    by_thing: BTreeMap<Uid, Vec<Visit>>,
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

impl Plan {
    /// The visits of a thing, or of the kind that a header belongs to.
    pub fn visits(&self, uid: &Uid) -> &[Visit] {
        self.by_thing.get(uid).map_or(&[], Vec::as_slice)
    }

    /// Every gate that something is looked at before.
    pub fn gates(&self) -> BTreeSet<Gate> {
        self.by_thing.values().flatten().flat_map(|visit| visit.gates.iter().copied()).collect()
    }

    fn add(&mut self, uid: &Uid, visit: &Visit) {
        let visits = self.by_thing.entry(uid.clone()).or_default();
        let same = visits.iter_mut().find(|known| {
            known.gates == visit.gates && known.draft == visit.draft && known.principal == visit.principal
        });
        match same {
            Some(known) => known.deals.extend(visit.deals.iter().cloned()),
            None => visits.push(visit.clone()),
        }
    }
}

/// Plans all visits.
pub fn plan(check: &Check<'_>, assessed: &Assessed) -> Plan {
    let vocabulary = &check.library.vocabulary;
    let deal = &assessed.lowered.deal;
    let mut plan = Plan::default();
    let home = home(check, deal, &mut plan);
    let mut reached: BTreeSet<Uid> = BTreeSet::new();
    for declaration in &assessed.lowered.declarations {
        let uid = &declaration.uid;
        if !vocabulary.entity(&uid.ty).is_deal() {
            continue;
        }
        let near = reach(vocabulary, deal, uid);
        let visit = visit_of(check, deal, uid, home.as_ref(), &mut plan);
        if let Some(visit) = &visit {
            let header = uid.header();
            for thing in near.iter().filter(|thing| *thing != &header) {
                plan.add(thing, visit);
            }
            if vocabulary.entity(&uid.ty).agreement {
                plan.add(&header, visit);
            }
        }
        reached.extend(near);
    }
    strays(check, deal, &reached, home.as_ref(), &mut plan);
    packs(deal, &mut plan);
    plan
}

/// What no deal reaches is looked at by itself, as a draft.
fn strays(check: &Check<'_>, deal: &Deal, reached: &BTreeSet<Uid>, home: Option<&Uid>, plan: &mut Plan) {
    let visit = Visit {
        gates: Gate::ALL.to_vec(),
        draft: true,
        principal: check_principal(None, home),
        deals: Vec::new(),
    };
    for uid in deal.things.keys() {
        let sort = &check.library.vocabulary.entity(&uid.ty).sort;
        let looked_at = matches!(sort, Sort::Kind | Sort::Element);
        if looked_at && &*uid.id != known::ANYONE && !reached.contains(uid) {
            plan.add(uid, &visit);
            if matches!(sort, Sort::Kind) {
                plan.strays.push(uid.clone());
            }
        }
    }
}

/// The rules themselves have an age: each pack is looked at once before every gate at which a deal is.
fn packs(deal: &Deal, plan: &mut Plan) {
    let mut visits: Vec<Visit> = Vec::new();
    for visit in plan.by_thing.values().flatten().filter(|visit| !visit.draft) {
        let visit = Visit { deals: Vec::new(), ..visit.clone() };
        if !visits.contains(&visit) {
            visits.push(visit);
        }
    }
    for pack in deal.of_type(known::PACK) {
        for visit in &visits {
            plan.add(&pack.uid, visit);
        }
    }
}

fn visit_of(check: &Check<'_>, deal: &Deal, uid: &Uid, home: Option<&Uid>, plan: &mut Plan) -> Option<Visit> {
    let vocabulary = &check.library.vocabulary;
    let entity = vocabulary.entity(&uid.ty);
    let header = entity.agreement.then(|| vocabulary.entity(known::AGREEMENT));
    let mut declared = entity.gates.clone();
    declared.extend(header.into_iter().flat_map(|header| header.gates.iter().copied()));
    if let Some(reader) = check.acting_for.and_then(|name| party(deal, name))
        && !takes_part(vocabulary, deal, uid, &reader)
    {
        plan.of_others.insert(uid.clone());
        return None;
    }
    let (gates, draft) = match check.stage {
        Stage::Draft => (declared.into_iter().collect(), true),
        Stage::Gate(gate) if declared.contains(&gate) => (vec![gate], false),
        Stage::Gate(_) => {
            plan.elsewhere.insert(uid.clone());
            return None;
        }
        Stage::Status => match status(vocabulary, deal, uid).as_deref() {
            Some("ended") => {
                plan.ended.insert(uid.clone());
                return None;
            }
            Some("drafting") => (declared.into_iter().collect(), true),
            Some("executed" | "effective") => (entity.gate.into_iter().collect(), false),
            _ => (first_gate(&declared, entity.gate), false),
        },
    };
    let acting_for = role_entity(vocabulary, deal, uid, role::ACTING_FOR);
    let principal = check_principal(check.acting_for.and_then(|name| party(deal, name)).or(acting_for), home);
    Some(Visit { gates, draft, principal, deals: vec![uid.clone()] })
}

/// Is the party named anywhere in the deal?
fn takes_part(vocabulary: &Vocabulary, deal: &Deal, uid: &Uid, party: &Uid) -> bool {
    let named = |ty: &str| {
        let holder = Uid::new(ty, Name::clone(&uid.id));
        let thing = deal.thing(&holder);
        let mut found = false;
        for slot in thing.into_iter().flat_map(|thing| thing.body.slots.values()) {
            slot.each_entity(&mut |uid| found |= uid == party);
        }
        found
    };
    named(&uid.ty) || (vocabulary.entity(&uid.ty).agreement && named(known::AGREEMENT))
}

/// Before signing; a deal that is never signed stands before its own gate.
fn first_gate(declared: &BTreeSet<Gate>, own: Option<Gate>) -> Vec<Gate> {
    if declared.contains(&Gate::Sign) { vec![Gate::Sign] } else { own.into_iter().collect() }
}

fn check_principal(acting_for: Option<Uid>, home: Option<&Uid>) -> Uid {
    acting_for.or_else(|| home.cloned()).unwrap_or_else(|| Uid::new(known::PARTY, known::ANYONE))
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

//! One thing declared in two folders: whoever agrees on what tells them apart is the same.
//!
//! A party of two clients' folders is one party when register and law of organisation agree. All that
//! refers to the second declaration then means the first, which gains what only the second says.

use std::collections::{BTreeMap, HashMap};

use super::Lowered;
use crate::deal::{Content, Slot, Thing, Uid, Value, same};
use crate::finding::Mistake;
use crate::vocabulary::{EntityType, Sort, Vocabulary};

/// Unites declarations that mean one thing.
pub fn unite(vocabulary: &Vocabulary, out: &mut Lowered) {
    let mut twins: BTreeMap<Uid, Uid> = BTreeMap::new();
    for entity in vocabulary.types.values().filter(|entity| matches!(entity.sort, Sort::Kind)) {
        if entity.fields.values().any(|field| field.identity) {
            find(entity, out, &mut twins);
        }
    }
    if twins.is_empty() {
        return;
    }
    for second in out.deal.things.take(|uid| twins.contains_key(uid)) {
        take_over(out, &twins[&second.uid], second);
    }
    for thing in out.deal.things.values_mut() {
        for slot in thing.body.slots.values_mut() {
            rename(slot, &twins);
        }
    }
    out.declarations.retain(|declaration| !twins.contains_key(&declaration.uid));
    out.united.extend(twins);
}

/// Pairs of declarations of a kind that agree on all identity attributes.
fn find(entity: &EntityType, out: &Lowered, twins: &mut BTreeMap<Uid, Uid>) {
    // What shows the same may be the same; only these few are compared.
    let mut alike: HashMap<Vec<String>, Vec<&Thing>> = HashMap::new();
    for second in out.deal.of_type(&entity.name) {
        let Some(shown) = shown(entity, out, second) else {
            continue;
        };
        let known = alike.entry(shown).or_default();
        let elsewhere = |first: &&&Thing| folder(&first.uid) != folder(&second.uid);
        if let Some(first) = known.iter().filter(elsewhere).find(|first| agree(entity, first, second)) {
            let first = twins.get(&first.uid).unwrap_or(&first.uid).clone();
            twins.insert(second.uid.clone(), first);
        }
        known.push(second);
    }
}

/// How the identity attributes of a thing read; none when one of them is not there.
fn shown(entity: &EntityType, out: &Lowered, thing: &Thing) -> Option<Vec<String>> {
    let identity = entity.fields.values().filter(|field| field.identity);
    identity.map(|field| thing.body.slots.get(&field.name).map(|slot| out.deal.show_slot(slot))).collect()
}

fn folder(uid: &Uid) -> &str {
    uid.id.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn agree(entity: &EntityType, a: &Thing, b: &Thing) -> bool {
    entity.fields.values().filter(|field| field.identity).all(|field| {
        match (a.body.slots.get(&field.name), b.body.slots.get(&field.name)) {
            (Some(a), Some(b)) => same(&a.content, &b.content),
            _ => false,
        }
    })
}

/// Adds what only the second declaration says, and reports where the two differ.
fn take_over(out: &mut Lowered, first: &Uid, second: Thing) {
    let Some(thing) = out.deal.things.get_mut(first) else { return };
    for (name, slot) in second.body.slots {
        let Some(known) = thing.body.slots.get(&name) else {
            thing.body.slots.insert(name, slot);
            continue;
        };
        let differs = matches!((&known.content, &slot.content), (Content::Value(_), Content::Value(_)))
            && !same(&known.content, &slot.content);
        if let (true, Some(place), Some(other)) = (differs, &slot.place, &known.place) {
            let message = format!(
                "{} is declared in two folders, and they differ on `{name}`",
                thing.title.clone().unwrap_or_default()
            );
            out.mistakes.push(
                Mistake::at(place, message)
                    .help("one register entry is one party: say the same in both, or declare it once in a folder above")
                    .also(other, "the other says this"),
            );
        }
    }
}

fn rename(slot: &mut Slot, twins: &BTreeMap<Uid, Uid>) {
    match &mut slot.content {
        Content::Value(Value::Entity(uid)) => {
            if let Some(first) = twins.get(uid) {
                *uid = first.clone();
            }
        }
        Content::Value(Value::Record(body)) => body.slots.values_mut().for_each(|slot| rename(slot, twins)),
        Content::Value(Value::Set(set)) => set.members.iter_mut().for_each(|slot| rename(slot, twins)),
        _ => {}
    }
}

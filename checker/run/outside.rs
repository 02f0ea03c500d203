//! What may be told to somebody outside the house: an allow-list by attribute, `@outside` in the vocabulary.
//!
//! What no attribute of the list holds is not there to be told: accepted departures and their reasons,
//! severities, fallbacks, values, the side we act for, screening, incidents. Individuals are not named.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Assessed, Check};
use crate::deal::{Body, Content, Deal, Slot, Uid, Value, enumerate, uncapital};
use crate::facts::attribute;
use crate::finding::Mistake;
use crate::vocabulary::{EntityType, Field, Fields, Position, Record, Sort, Type, Vocabulary, known, role};

/// Everything that the files declare and that may be told.
#[derive(Debug)]
pub struct Outside {
    /// Things by kind, the parties first, then the deals.
    pub kinds: Vec<Kind>,
    /// Lines and files that could not be read, and are missing here.
    pub unread: usize,
}

/// The things of a kind.
#[derive(Debug)]
pub struct Kind {
    /// What people call one.
    pub title: String,
    /// The things, in the order of their names.
    pub things: Vec<Told>,
}

/// A thing with its facts.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// What people call it.
    pub title: String,
    /// Its facts, in the order of the vocabulary.
    pub facts: Vec<Fact>,
}

/// A fact.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// What people call it.
    pub title: String,
    /// What it is.
    pub value: String,
    /// Where the contract says it, as written after `§`.
    pub anchor: Option<String>,
}

/// What stands in the place of a party that is an individual, or may be one.
const UNNAMED: &str = "somebody who is not named here";

impl Check<'_> {
    /// What may be told outside.
    ///
    /// # Errors
    /// Packs or a configuration that cannot be used.
    pub fn outside(&self) -> Result<Outside, Vec<Mistake>> {
        let assessed = self.assess(self.lower());
        if !assessed.lowered.fatal.is_empty() {
            return Err(assessed.lowered.fatal);
        }
        let vocabulary = &self.library.vocabulary;
        let teller = Teller { vocabulary, deal: &assessed.lowered.deal };
        let mut kinds: Vec<&EntityType> =
            vocabulary.types.values().filter(|kind| teller.tells(kind)).collect();
        kinds.sort_by_key(|kind| (&*kind.name != known::PARTY, !kind.is_deal(), kind.title.clone()));
        let told = kinds.into_iter().map(|kind| teller.kind(kind, &assessed));
        Ok(Outside {
            kinds: told.filter(|kind| !kind.things.is_empty()).collect(),
            unread: assessed.lowered.mistakes.len() + assessed.lowered.not_assessed.len(),
        })
    }
}

struct Teller<'a> {
    vocabulary: &'a Vocabulary,
    deal: &'a Deal,
}

impl Teller<'_> {
    fn tells(&self, kind: &EntityType) -> bool {
        matches!(kind.sort, Sort::Kind) && kind.fields.values().any(|field| field.outside)
    }

    fn kind(&self, kind: &EntityType, assessed: &Assessed) -> Kind {
        let declared = assessed.lowered.declarations.iter().filter(|one| one.uid.ty == kind.name);
        let things = declared.map(|one| &one.uid).filter(|uid| self.may_name(uid));
        Kind { title: kind.title.clone(), things: things.map(|uid| self.thing(kind, uid)).collect() }
    }

    /// May a thing be named outside? A party only when it is declared to be no individual, and of what is
    /// declared only what has something that may be told.
    fn may_name(&self, uid: &Uid) -> bool {
        let thing = self.deal.thing(uid);
        if &*uid.ty == known::PARTY {
            let form = self.vocabulary.role(known::PARTY, role::LEGAL_FORM);
            let form = form.and_then(|(_, field)| attribute(self.vocabulary, self.deal, thing?, &field.name));
            let form = form.and_then(Slot::entity);
            return form.is_some_and(|form| &*form.id != "individual");
        }
        let header = thing.filter(|_| &*uid.ty == known::AGREEMENT).and_then(|thing| thing.parent.as_ref());
        let kind = self.vocabulary.entity(&header.unwrap_or(uid).ty);
        !matches!(kind.sort, Sort::Kind) || self.tells(kind)
    }

    fn thing(&self, kind: &EntityType, uid: &Uid) -> Told {
        let mut facts = self.facts(&kind.fields, uid);
        if kind.agreement
            && let Some(header) = self.vocabulary.types.get(known::AGREEMENT)
        {
            let own = std::mem::replace(&mut facts, self.facts(&header.fields, &uid.header()));
            facts.extend(own);
        }
        Told { title: self.deal.name(uid), facts }
    }

    fn facts(&self, fields: &Fields, uid: &Uid) -> Vec<Fact> {
        let Some(thing) = self.deal.thing(uid) else {
            return Vec::new();
        };
        let told = in_order(fields).into_iter().filter_map(|field| {
            let slot = attribute(self.vocabulary, self.deal, thing, &field.name)?;
            Some(Fact {
                title: field.title.clone(),
                value: self.slot(&field.ty, slot)?,
                anchor: slot.anchor().map(|anchor| anchor.to_string()),
            })
        });
        told.collect()
    }

    /// What is known: a value, or the word that stands instead. What nobody knows is not told.
    fn slot(&self, ty: &Type, slot: &Slot) -> Option<String> {
        match &slot.content {
            Content::Hole(_) => None,
            Content::Word(_) => Some(self.deal.show_slot(slot)),
            Content::Value(value) => Some(self.value(ty, value)).filter(|text| !text.is_empty()),
        }
    }

    fn value(&self, ty: &Type, value: &Value) -> String {
        match value {
            Value::Entity(uid) if &*uid.ty == known::PARTY && !self.may_name(uid) => UNNAMED.to_owned(),
            Value::Entity(uid) if !self.may_name(uid) => String::new(),
            Value::Entity(uid) => match ty.element() {
                Type::Entity(name) if matches!(self.vocabulary.entity(name).sort, Sort::Element) => {
                    let element = self.deal.thing(uid);
                    element.map_or_else(String::new, |thing| {
                        self.body(&self.vocabulary.entity(name).fields, &thing.body)
                    })
                }
                _ => self.deal.name(uid),
            },
            Value::Record(body) => match ty.element() {
                Type::Record(record) => self.record(record, body),
                _ => self.deal.show(value),
            },
            Value::Set(set) => {
                let members = set.members.iter().filter_map(|member| self.slot(ty.element(), member));
                let mut shown: Vec<String> = members.collect();
                let mut seen = BTreeSet::new();
                shown.retain(|text| seen.insert(text.clone()));
                let blocks = shown.iter().any(|member| member.contains(", "));
                match (set.members.is_empty(), blocks) {
                    (true, _) => "none".to_owned(),
                    (false, true) => shown.join("; "),
                    (false, false) => enumerate(&shown),
                }
            }
            _ => self.deal.show(value),
        }
    }

    /// A block as it is written: with the words that stand between its values, or line by line.
    fn record(&self, record: &Record, body: &Body) -> String {
        let words = record.positional.iter().any(|step| matches!(step, Position::Word(_)));
        if !words {
            return self.body(&record.fields, body);
        }
        let (mut text, mut between) = (String::new(), " ".to_owned());
        for step in &record.positional {
            match step {
                Position::Word(word) => between = format!(" {word} "),
                Position::Field { name, .. } => {
                    let field = record.fields.get(name).filter(|field| field.outside);
                    let slot = field.and_then(|field| self.slot(&field.ty, body.slots.get(name)?));
                    if let Some(shown) = slot {
                        text = if text.is_empty() { shown } else { format!("{text}{between}{shown}") };
                    }
                }
            }
        }
        text
    }

    /// The lines of a block that may be told.
    fn body(&self, fields: &Fields, body: &Body) -> String {
        let told = in_order(fields).into_iter().filter_map(|field| {
            let slot = body.slots.get(&field.name)?;
            let shown = self.slot(&field.ty, slot)?;
            let plain = matches!(field.ty.element(), Type::Entity(_) | Type::String | Type::Scalar(_));
            let by_itself = plain && slot.value().is_some();
            Some(if by_itself { shown } else { format!("{}: {shown}", uncapital(&field.title)) })
        });
        told.collect::<Vec<_>>().join(", ")
    }
}

/// Attributes that may be told, in the order in which the vocabulary declares them.
fn in_order(fields: &Fields) -> Vec<&Field> {
    let mut told: Vec<&Field> = fields.values().filter(|field| field.outside).collect();
    told.sort_by_key(|field| (field.place.source.path.clone(), field.place.start()));
    told
}

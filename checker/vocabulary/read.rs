//! Reads annotated Cedar schema texts of all packs into one vocabulary.
//!
//! Several texts may declare the same entity type: their attributes are united. The same attribute
//! with another type, and an enum or common type declared twice, is a mistake with both places.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::derivation::{Derivation, Join};
use super::notes::Notes;
use super::schema::{self, Attribute, Declared, Kind, Schema, Shape};
use super::{
    Cell, EntityType, Field, Fields, Gate, Mark, Name, Position, Record, Scalar, Sort, Type, Vocabulary,
    known,
};
use crate::finding::Mistake;
use crate::source::{Place, Source};

/// Reads the schema texts of all packs, in the order of the packs.
///
/// # Errors
/// Every mistake of every text.
pub fn read(sources: &[Arc<Source>]) -> Result<Vocabulary, Vec<Mistake>> {
    let mut reader = Reader::default();
    for source in sources {
        match schema::parse(source) {
            Ok(schema) => reader.gather(source, schema),
            Err(mistake) => reader.mistakes.push(mistake),
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader<'s> {
    commons: BTreeMap<&'s str, InText<'s, schema::Type<'s>>>,
    entities: Vec<InText<'s, Kind<'s>>>,
    entity_names: BTreeSet<&'s str>,
    /// Gates, with the entity types that are looked at before them.
    gates: Vec<(Gate, Vec<&'s str>)>,
    /// Common types that were read.
    known: BTreeMap<Name, Type>,
    /// Common types that are being read, to stop one that contains itself.
    open: Vec<Name>,
    mistakes: Vec<Mistake>,
}

/// A declaration with the text it stands in.
struct InText<'s, T> {
    source: &'s Arc<Source>,
    declared: Declared<'s, T>,
}

impl<'s, T> InText<'s, T> {
    fn place(&self) -> Place {
        Place::new(self.source, self.declared.span.clone())
    }

    fn notes<'n>(&'n self, at: &'n Place) -> Notes<'n> {
        Notes::new(&self.declared.annotations, self.source, at)
    }
}

impl<'s> Reader<'s> {
    fn gather(&mut self, source: &'s Arc<Source>, schema: Schema<'s>) {
        for declared in schema.types {
            let common = InText { source, declared };
            match self.commons.entry(common.declared.name) {
                Entry::Vacant(free) => {
                    free.insert(common);
                }
                Entry::Occupied(first) => {
                    let message = format!("type `{}` is declared twice", common.declared.name);
                    let mistake = Mistake::at(&common.place(), message)
                        .also(&first.get().place(), "first declared here");
                    self.mistakes.push(mistake);
                }
            }
        }
        self.entity_names.extend(schema.entities.iter().map(|entity| entity.name));
        self.entities.extend(schema.entities.into_iter().map(|declared| InText { source, declared }));
        let gates = schema.actions.into_iter().filter_map(|(name, types)| Some((Gate::parse(&name)?, types)));
        self.gates.extend(gates);
    }

    fn finish(mut self) -> Result<Vocabulary, Vec<Mistake>> {
        let mut types: BTreeMap<Name, EntityType> = BTreeMap::new();
        for entity in std::mem::take(&mut self.entities) {
            self.entity(&mut types, &entity);
        }
        let records = self.records();
        for (gate, names) in &self.gates {
            for name in names {
                if let Some(entity) = types.get_mut(*name) {
                    entity.gates.insert(*gate);
                }
            }
        }
        if !self.mistakes.is_empty() {
            return Err(self.mistakes);
        }
        let departures = types.contains_key(known::DEPARTURE);
        for entity in types.values_mut() {
            machine_fields(entity, departures);
            entity.fields = std::mem::take(&mut entity.fields).in_order();
            number_cells(entity);
        }
        lead_on(&mut types);
        let kinds = types
            .values()
            .filter(|entity| matches!(entity.sort, Sort::Kind))
            .map(|entity| (entity.keyword(), Name::clone(&entity.name)))
            .collect();
        let vocabulary = Vocabulary { types: types.into_iter().collect(), records, kinds };
        match super::check::check(&vocabulary) {
            mistakes if mistakes.is_empty() => Ok(vocabulary),
            mistakes => Err(mistakes),
        }
    }

    fn records(&mut self) -> BTreeMap<Name, Arc<Record>> {
        let names: Vec<&str> = self.commons.keys().copied().collect();
        let mut records = BTreeMap::new();
        for name in names {
            if let Ok(Type::Record(record)) = self.common(name) {
                records.insert(Name::from(name), record);
            }
        }
        records
    }

    fn entity(&mut self, types: &mut BTreeMap<Name, EntityType>, entity: &InText<'s, Kind<'s>>) {
        let (at, declared) = (entity.place(), &entity.declared);
        let fresh = match entity_shell(entity, &at) {
            Ok(fresh) => fresh,
            Err(mistake) => return self.mistakes.push(mistake),
        };
        let shell = match types.entry(declared.name.into()) {
            Entry::Vacant(entry) => entry.insert(fresh),
            Entry::Occupied(entry) => {
                let known = entry.into_mut();
                if let (Sort::Enum(_), _) | (_, Sort::Enum(_)) = (&known.sort, &fresh.sort) {
                    let mistake = Mistake::at(&at, format!("enum `{}` is declared twice", declared.name))
                        .also(&known.place, "first declared here");
                    return self.mistakes.push(mistake);
                }
                take_over(known, fresh);
                known
            }
        };
        let Kind::Standard(attributes) = &declared.what else {
            return;
        };
        for (name, field) in self.fields(entity.source, attributes) {
            match shell.fields.get(&name) {
                Some(known) if !same_type(&known.ty, &field.ty) => {
                    let message =
                        format!("attribute `{name}` of `{}` is declared with another type", declared.name);
                    let mistake = Mistake::at(&field.place, message)
                        .help("an attribute that a pack adds needs a name of its own, or the same type")
                        .also(&known.place, "first declared here");
                    self.mistakes.push(mistake);
                }
                Some(_) => {}
                None => {
                    shell.fields.insert(name, field);
                }
            }
        }
    }

    fn fields(&mut self, source: &'s Arc<Source>, attributes: &[Attribute<'s>]) -> Fields {
        let mut fields = Fields::default();
        for attribute in attributes {
            match self.field(source, attribute) {
                Ok(field) => fields.insert(Name::clone(&field.name), field),
                Err(mistake) => self.mistakes.push(mistake),
            }
        }
        fields
    }

    fn field(&mut self, source: &'s Arc<Source>, attribute: &Attribute<'s>) -> Result<Field, Mistake> {
        let name = &*attribute.name;
        let at = Place::new(source, attribute.span.clone());
        let notes = Notes::new(&attribute.annotations, source, &at);
        notes.only(&[
            "title",
            "doc",
            "example",
            "clause",
            "or",
            "essential",
            "asked",
            "absent",
            "heading",
            "identity",
            "outside",
            "label",
            "entries",
            "role",
            "derived",
        ])?;
        let derived = match notes.get("derived") {
            Some(text) => {
                Some(Derivation::parse(text).map_err(|message| Mistake::at(&notes.at("derived"), message))?)
            }
            None => None,
        };
        let mark = match (notes.has("essential"), notes.get("asked")) {
            (true, None) => Mark::Essential,
            (false, Some(word)) => Mark::Asked(notes.gate("asked", word)?),
            (false, None) => Mark::Optional,
            (true, Some(_)) => {
                return Err(Mistake::at(&at, format!("`{name}` carries both @essential and @asked")));
            }
        };
        Ok(Field {
            name: name.into(),
            ty: self.ty(source, &attribute.ty)?,
            title: notes.text("title").unwrap_or_else(|| name.replace('_', " ")),
            doc: notes.text("doc").unwrap_or_default(),
            example: notes.text("example").unwrap_or_default(),
            clause: notes.has("clause"),
            or: notes.words("or"),
            mark,
            absent: notes.text("absent"),
            heading: notes.has("heading"),
            identity: notes.has("identity"),
            outside: notes.has("outside"),
            label: notes.get("label").map(Name::from),
            entries: notes.has("entries"),
            role: notes.get("role").map(Name::from),
            derived,
            cell: Cell::default(),
            required: attribute.required,
            place: at,
        })
    }

    fn ty(&mut self, source: &'s Arc<Source>, ty: &schema::Type<'s>) -> Result<Type, Mistake> {
        Ok(match &ty.shape {
            Shape::Set(element) => Type::Set(Box::new(self.ty(source, element)?)),
            Shape::Record(attributes) => Type::Record(Arc::new(Record {
                name: String::new(),
                fields: self.fields(source, attributes),
                positional: Vec::new(),
            })),
            Shape::Named(name) => self.named(name, &Place::new(source, ty.span.clone()))?,
        })
    }

    fn named(&mut self, name: &str, at: &Place) -> Result<Type, Mistake> {
        match name {
            "Bool" | "Boolean" => return Ok(Type::Bool),
            "Long" => return Ok(Type::Long),
            "String" => return Ok(Type::String),
            "datetime" => return Ok(Type::Date),
            _ => {}
        }
        if self.commons.contains_key(name) {
            return self.common(name);
        }
        if self.entity_names.contains(name) {
            return Ok(Type::Entity(name.into()));
        }
        let candidates = self.commons.keys().chain(&self.entity_names).copied();
        let candidates = candidates.chain(["Bool", "Long", "String", "datetime"]);
        Err(Mistake::at(at, format!("no type `{name}`")).did_you_mean(name, candidates))
    }

    fn common(&mut self, name: &str) -> Result<Type, Mistake> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let Some(common) = self.commons.get(name) else {
            return Err(Mistake::nowhere(format!("no type `{name}`")));
        };
        let (at, source, what) = (common.place(), common.source, common.declared.what.clone());
        let notes = common.notes(&at);
        notes.only(&["title", "doc", "example", "reads", "positional"])?;
        if let Some(word) = notes.get("reads") {
            return Scalar::parse(word)
                .map(Type::Scalar)
                .ok_or_else(|| Mistake::at(&notes.at("reads"), format!("no reader `{word}`")));
        }
        let positional = positions(notes.get("positional"));
        if self.open.iter().any(|open| &**open == name) {
            return Err(Mistake::at(&at, format!("type `{name}` contains itself")));
        }
        self.open.push(name.into());
        let ty = match &what.shape {
            Shape::Record(attributes) => Ok(Type::Record(Arc::new(Record {
                name: name.to_owned(),
                fields: self.fields(source, attributes),
                positional,
            }))),
            _ => self.ty(source, &what),
        };
        self.open.pop();
        if let Ok(known) = &ty {
            self.known.insert(name.into(), known.clone());
        }
        ty
    }
}

/// An entity type before its attributes.
fn entity_shell(entity: &InText<'_, Kind<'_>>, at: &Place) -> Result<EntityType, Mistake> {
    let declared = &entity.declared;
    let notes = entity.notes(at);
    let agreement = notes.has("agreement");
    let gate = match notes.get("gate") {
        Some(word) => Some(notes.gate("gate", word)?),
        None => agreement.then_some(Gate::Share),
    };
    let sort = match &declared.what {
        Kind::Enum(choices) => Sort::Enum(choices.iter().map(|choice| Name::from(&**choice)).collect()),
        Kind::Standard(_) => sort_of(declared.name, &notes, agreement || gate.is_some())?,
    };
    notes.only(&[
        "title",
        "doc",
        "kind",
        "agreement",
        "gate",
        "table",
        "join",
        "key",
        "positional",
        "example",
    ])?;
    Ok(EntityType {
        title: notes.text("title").unwrap_or_else(|| super::keyword(declared.name).replace('_', " ")),
        doc: notes.text("doc").unwrap_or_default(),
        sort,
        fields: Fields::default(),
        agreement,
        gate,
        positional: positions(notes.get("positional")),
        key: notes.words("key"),
        gates: BTreeSet::new(),
        leads_on: Vec::new(),
        place: at.clone(),
        name: declared.name.into(),
    })
}

/// A type may be opened again, before or after the text that says what it is: what is said stays.
fn take_over(known: &mut EntityType, fresh: EntityType) {
    if !matches!(fresh.sort, Sort::Element) {
        known.sort = fresh.sort;
    }
    if !fresh.doc.is_empty() {
        known.title = fresh.title;
        known.doc = fresh.doc;
        known.place = fresh.place;
    }
    if !fresh.key.is_empty() {
        known.key = fresh.key;
    }
    if !fresh.positional.is_empty() {
        known.positional = fresh.positional;
    }
    known.agreement |= fresh.agreement;
    known.gate = known.gate.or(fresh.gate);
}

/// The attributes that no schema writes: the header of an agreement, accepted departures.
fn machine_fields(entity: &mut EntityType, departures: bool) {
    let mut add = |name: &str, title: &str, ty: Type, required: bool| {
        let field = Field {
            name: name.into(),
            ty,
            title: title.to_owned(),
            doc: String::new(),
            example: String::new(),
            clause: false,
            or: Vec::new(),
            mark: Mark::Optional,
            absent: None,
            heading: false,
            identity: false,
            outside: false,
            label: None,
            entries: false,
            role: None,
            derived: None,
            cell: Cell::default(),
            required,
            place: entity.place.clone(),
        };
        entity.fields.insert(name.into(), field);
    };
    if departures && matches!(entity.sort, Sort::Kind | Sort::Header) {
        let departures = Type::Set(Box::new(Type::Entity(known::DEPARTURE.into())));
        add(known::ACCEPT, "Accepted departures", departures, false);
    }
    if entity.agreement {
        add("agreement", "Agreement", Type::Entity(known::AGREEMENT.into()), true);
    }
}

/// Gives each derived attribute its room.
fn number_cells(entity: &mut EntityType) {
    let of = entity.fields.values().filter(|field| field.derived.is_some()).count();
    let derived = entity.fields.values_mut().filter(|field| field.derived.is_some());
    for (at, field) in derived.enumerate() {
        field.cell = Cell { at, of };
    }
}

/// Notes which derived attributes name things that can belong to a deal, or hold blocks that may.
fn lead_on(types: &mut BTreeMap<Name, EntityType>) {
    let within: BTreeSet<Name> = types
        .values()
        .filter(|entity| entity.within_a_deal())
        .map(|entity| Name::clone(&entity.name))
        .collect();
    for entity in types.values_mut() {
        let leads = |field: &&Field| match field.ty.element() {
            Type::Record(_) => true,
            Type::Entity(ty) => within.contains(ty),
            _ => false,
        };
        let derived = entity.fields.values().filter(|field| field.derived.is_some());
        entity.leads_on = derived.filter(leads).map(|field| Name::clone(&field.name)).collect();
    }
}

fn sort_of(name: &str, notes: &Notes<'_>, deal: bool) -> Result<Sort, Mistake> {
    if let Some(text) = notes.get("join") {
        let join = Join::parse(text).map_err(|message| Mistake::at(&notes.at("join"), message))?;
        return Ok(Sort::Join(join));
    }
    Ok(match name {
        known::AGREEMENT => Sort::Header,
        known::ANSWER | known::HOUSE | known::RULE => Sort::Machine,
        _ if notes.has("kind") || deal => Sort::Kind,
        _ if notes.has("table") => Sort::Table,
        _ => Sort::Element,
    })
}

fn positions(text: Option<&str>) -> Vec<Position> {
    text.unwrap_or("")
        .split_whitespace()
        .map(|word| match word.strip_prefix('\'') {
            Some(literal) => Position::Word(literal.trim_end_matches('\'').to_owned()),
            None => {
                Position::Field { name: word.trim_end_matches('?').into(), optional: word.ends_with('?') }
            }
        })
        .collect()
}

fn same_type(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Set(a), Type::Set(b)) => same_type(a, b),
        (Type::Entity(a), Type::Entity(b)) => a == b,
        (Type::Scalar(a), Type::Scalar(b)) => a == b,
        (Type::Record(a), Type::Record(b)) => {
            a.name == b.name
                && a.fields.len() == b.fields.len()
                && a.fields
                    .iter()
                    .zip(b.fields.iter())
                    .all(|((x, f), (y, g))| x == y && same_type(&f.ty, &g.ty))
        }
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

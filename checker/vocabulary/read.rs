//! Reads annotated Cedar schema texts of all packs into one vocabulary.
//!
//! Several texts may declare the same entity type: their attributes are united. The same attribute
//! with another type, and an enum or common type declared twice, is a mistake with both places.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::parser::Loc;
use cedar_policy_core::validator::RawName;
use cedar_policy_core::validator::json_schema::{
    self, CommonType, EntityTypeKind, NamespaceDefinition, RecordType, TypeOfAttribute, TypeVariant,
};
use miette::Diagnostic;
use rayon::prelude::*;

use super::cedar::Fragment;
use super::derivation::{Derivation, Join};
use super::notes::Notes;
use super::{
    EntityType, Field, Fields, Gate, Mark, Name, Position, Record, Scalar, Sort, Type, Vocabulary, known,
};
use crate::finding::Mistake;
use crate::source::{Place, Source};

type SchemaType = json_schema::Type<RawName>;

/// Reads the schema texts of all packs, in the order of the packs.
///
/// # Errors
/// Every mistake of every text.
pub fn read(sources: &[Arc<Source>]) -> Result<Vocabulary, Vec<Mistake>> {
    let mut reader = Reader::default();
    let parsed: Vec<_> = sources.par_iter().map(|source| (source, parse(source))).collect();
    for (source, parsed) in parsed {
        match parsed {
            Ok(definitions) => reader.gather(source, definitions),
            Err(mistakes) => reader.mistakes.extend(mistakes),
        }
    }
    reader.finish()
}

fn parse(source: &Arc<Source>) -> Result<Vec<NamespaceDefinition<RawName>>, Vec<Mistake>> {
    let parsed = json_schema::Fragment::from_cedarschema_str(&source.text, Extensions::all_available());
    match parsed {
        Ok((fragment, _)) if fragment.0.keys().all(Option::is_none) => Ok(fragment.0.into_values().collect()),
        Ok(_) => {
            Err(vec![Mistake::at(&Place::new(source, 0..0), "a vocabulary is written without a namespace")])
        }
        Err(error) => Err(vec![schema_mistake(source, &error)]),
    }
}

/// A Cedar error as our own mistake, at its place.
pub fn schema_mistake(source: &Arc<Source>, error: &dyn Diagnostic) -> Mistake {
    let mut diagnostic = error;
    while diagnostic.labels().is_none() {
        let Some(inner) =
            diagnostic.diagnostic_source().or_else(|| diagnostic.related().and_then(|mut all| all.next()))
        else {
            break;
        };
        diagnostic = inner;
    }
    let span = diagnostic
        .labels()
        .and_then(|mut labels| labels.next())
        .map_or(0..0, |label| label.offset()..label.offset() + label.len());
    let mistake = Mistake::at(&Place::new(source, span), diagnostic.to_string());
    match diagnostic.help() {
        Some(help) => mistake.help(help.to_string()),
        None => mistake,
    }
}

#[derive(Default)]
struct Reader {
    merged: Option<NamespaceDefinition<RawName>>,
    commons: BTreeMap<Name, (CommonType<RawName>, Arc<Source>)>,
    declared: Vec<Declared>,
    entity_names: BTreeSet<Name>,
    /// Common types that were read.
    known: BTreeMap<Name, Type>,
    /// Common types that are being read, to stop one that contains itself.
    open: Vec<Name>,
    mistakes: Vec<Mistake>,
}

/// One declaration of an entity type in one text.
struct Declared {
    name: Name,
    source: Arc<Source>,
    entity: json_schema::EntityType<RawName>,
}

impl Reader {
    fn gather(&mut self, source: &Arc<Source>, definitions: Vec<NamespaceDefinition<RawName>>) {
        for definition in definitions {
            for (id, common) in &definition.common_types {
                let name: Name = id.to_string().into();
                if let Some((first, at)) = self.commons.get(&name) {
                    let mistake = Mistake::at(
                        &place(source, common.loc.as_ref()),
                        format!("type `{name}` is declared twice"),
                    )
                    .also(&place(at, first.loc.as_ref()), "first declared here");
                    self.mistakes.push(mistake);
                } else {
                    self.commons.insert(name, (common.clone(), Arc::clone(source)));
                }
            }
            for (id, entity) in &definition.entity_types {
                self.entity_names.insert(id.to_string().into());
                self.declared.push(Declared {
                    name: id.to_string().into(),
                    source: Arc::clone(source),
                    entity: entity.clone(),
                });
            }
            match &mut self.merged {
                None => self.merged = Some(definition),
                Some(merged) => super::cedar::unite(merged, definition),
            }
        }
    }

    fn finish(mut self) -> Result<Vocabulary, Vec<Mistake>> {
        let Some(merged) = self.merged.take() else {
            self.mistakes.push(Mistake::nowhere("no pack declares a vocabulary"));
            return Err(self.mistakes);
        };
        let mut types: BTreeMap<Name, EntityType> = BTreeMap::new();
        for declared in std::mem::take(&mut self.declared) {
            self.entity(&mut types, &declared);
        }
        let records = self.records();
        for (action, apply) in &merged.actions {
            let Some(gate) = Gate::parse(action) else {
                continue;
            };
            for name in apply.applies_to.iter().flat_map(|apply| &apply.resource_types) {
                if let Some(entity) = types.get_mut(name.to_string().as_str()) {
                    entity.gates.insert(gate);
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
        }
        let kinds = types
            .values()
            .filter(|entity| matches!(entity.sort, Sort::Kind))
            .map(|entity| (entity.keyword(), Name::clone(&entity.name)))
            .collect();
        let fragment = Fragment::new(merged, &types);
        let vocabulary = Vocabulary { types: types.into_iter().collect(), records, kinds, fragment };
        match super::check::check(&vocabulary) {
            mistakes if mistakes.is_empty() => Ok(vocabulary),
            mistakes => Err(mistakes),
        }
    }

    fn records(&mut self) -> BTreeMap<Name, Arc<Record>> {
        let names: Vec<Name> = self.commons.keys().cloned().collect();
        let mut records = BTreeMap::new();
        for name in names {
            if let Ok(Type::Record(record)) = self.common(&name) {
                records.insert(name, record);
            }
        }
        records
    }

    fn entity(&mut self, types: &mut BTreeMap<Name, EntityType>, declared: &Declared) {
        let at = place(&declared.source, declared.entity.loc.as_ref());
        let fresh = match self.entity_shell(declared, &at) {
            Ok(fresh) => fresh,
            Err(mistake) => return self.mistakes.push(mistake),
        };
        let shell = match types.entry(Name::clone(&declared.name)) {
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(fresh),
            std::collections::btree_map::Entry::Occupied(entry) => {
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
        let EntityTypeKind::Standard(standard) = &declared.entity.kind else {
            return;
        };
        let SchemaType::Type { ty: TypeVariant::Record(shape), .. } = &standard.shape.0 else {
            return self
                .mistakes
                .push(Mistake::at(&at, "the shape of an entity type is written out as a record"));
        };
        let fields = self.fields(&declared.source, shape);
        for (name, field) in fields {
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

    fn entity_shell(&mut self, declared: &Declared, at: &Place) -> Result<EntityType, Mistake> {
        let notes = Notes::new(&declared.entity.annotations, &declared.source, at);
        let agreement = notes.has("agreement");
        let gate = match notes.get("gate") {
            Some(word) => Some(notes.gate("gate", word)?),
            None => agreement.then_some(Gate::Share),
        };
        let sort = match &declared.entity.kind {
            EntityTypeKind::Enum { choices } => {
                Sort::Enum(choices.iter().map(|choice| Name::from(AsRef::<str>::as_ref(choice))).collect())
            }
            EntityTypeKind::Standard(_) => sort_of(&declared.name, &notes, agreement || gate.is_some())?,
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
        let name = Name::clone(&declared.name);
        Ok(EntityType {
            title: notes.text("title").unwrap_or_else(|| super::keyword(&name).replace('_', " ")),
            doc: notes.text("doc").unwrap_or_default(),
            sort,
            fields: Fields::default(),
            agreement,
            gate,
            positional: positions(notes.get("positional")),
            key: notes.words("key"),
            gates: BTreeSet::new(),
            place: at.clone(),
            name,
        })
    }

    fn fields(&mut self, source: &Arc<Source>, shape: &RecordType<RawName>) -> Fields {
        let mut fields = Fields::default();
        for (name, attribute) in &shape.attributes {
            match self.field(source, name, attribute) {
                Ok(field) => {
                    fields.insert(Name::from(name.as_str()), field);
                }
                Err(mistake) => self.mistakes.push(mistake),
            }
        }
        fields
    }

    fn field(
        &mut self,
        source: &Arc<Source>,
        name: &str,
        attribute: &TypeOfAttribute<RawName>,
    ) -> Result<Field, Mistake> {
        let at = place(source, attribute.loc.as_ref().or(attribute.ty.loc()));
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
            ty: self.ty(source, &attribute.ty, &at)?,
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
            required: attribute.required,
            place: at,
        })
    }

    fn ty(&mut self, source: &Arc<Source>, ty: &SchemaType, at: &Place) -> Result<Type, Mistake> {
        let at = ty.loc().map_or_else(|| at.clone(), |loc| place(source, Some(loc)));
        match ty {
            SchemaType::CommonTypeRef { type_name, .. } => self.named(&type_name.to_string(), &at),
            SchemaType::Type { ty, .. } => match ty {
                TypeVariant::Boolean => Ok(Type::Bool),
                TypeVariant::Long => Ok(Type::Long),
                TypeVariant::String => Ok(Type::String),
                TypeVariant::Set { element } => Ok(Type::Set(Box::new(self.ty(source, element, &at)?))),
                TypeVariant::Record(shape) => Ok(Type::Record(Arc::new(Record {
                    name: String::new(),
                    fields: self.fields(source, shape),
                    positional: Vec::new(),
                }))),
                TypeVariant::Entity { name } => self.named(&name.to_string(), &at),
                TypeVariant::EntityOrCommon { type_name } => self.named(&type_name.to_string(), &at),
                TypeVariant::Extension { name } => self.named(name.as_ref(), &at),
            },
        }
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
        let candidates = self.commons.keys().chain(&self.entity_names).map(|known| &**known);
        let candidates = candidates.chain(["Bool", "Long", "String", "datetime"]);
        Err(Mistake::at(at, format!("no type `{name}`")).did_you_mean(name, candidates))
    }

    fn common(&mut self, name: &str) -> Result<Type, Mistake> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        let Some((common, source)) = self.commons.get(name).cloned() else {
            return Err(Mistake::nowhere(format!("no type `{name}`")));
        };
        let at = place(&source, common.loc.as_ref());
        let notes = Notes::new(&common.annotations, &source, &at);
        notes.only(&["title", "doc", "example", "reads", "positional"])?;
        if let Some(word) = notes.get("reads") {
            return Scalar::parse(word)
                .map(Type::Scalar)
                .ok_or_else(|| Mistake::at(&notes.at("reads"), format!("no reader `{word}`")));
        }
        if self.open.iter().any(|open| &**open == name) {
            return Err(Mistake::at(&at, format!("type `{name}` contains itself")));
        }
        self.open.push(name.into());
        let ty = match &common.ty {
            SchemaType::Type { ty: TypeVariant::Record(shape), .. } => Ok(Type::Record(Arc::new(Record {
                name: name.to_owned(),
                fields: self.fields(&source, shape),
                positional: positions(notes.get("positional")),
            }))),
            other => self.ty(&source, other, &at),
        };
        self.open.pop();
        if let Ok(known) = &ty {
            self.known.insert(name.into(), known.clone());
        }
        ty
    }
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

pub(super) fn place(source: &Arc<Source>, loc: Option<&Loc>) -> Place {
    Place::new(source, loc.map_or(0..0, |loc| loc.start()..loc.end()))
}

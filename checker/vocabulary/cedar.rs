//! The vocabulary as Cedar wants it: the schema that policies are validated against.

use std::collections::BTreeMap;
use std::sync::Arc;

use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::parser::unescape::to_unescaped_string;
use cedar_policy_core::validator::json_schema::{
    self, EntityTypeKind, NamespaceDefinition, RecordType, TypeOfAttribute, TypeVariant,
};
use cedar_policy_core::validator::{RawName, SchemaError, ValidatorSchema, ValidatorSchemaFragment};
use miette::Diagnostic;
use rayon::prelude::*;

use super::{Sort, Vocabulary, known};
use crate::finding::Mistake;
use crate::source::{Place, Source};

type SchemaType = json_schema::Type<RawName>;

/// The texts of all packs as Cedar read them, united.
#[derive(Debug)]
pub struct Definitions(NamespaceDefinition<RawName>);

impl Definitions {
    /// Lets Cedar read the texts of all packs.
    ///
    /// # Errors
    /// What Cedar says of each text that is not well formed.
    pub fn read(sources: &[Arc<Source>]) -> Result<Self, Vec<Mistake>> {
        let parsed: Vec<_> = sources.par_iter().map(parse).collect();
        let (mut definitions, mut mistakes) = (Vec::new(), Vec::new());
        for text in parsed {
            match text {
                Ok(more) => definitions.extend(more),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let nothing = || vec![Mistake::nowhere("no pack declares a vocabulary")];
        let united = definitions.into_iter().reduce(|mut united, more| {
            unite(&mut united, more);
            united
        });
        united.map(Self).ok_or_else(nothing)
    }

    /// The schema, with what the machine adds: the siblings `x_as` and `x_given`, the header of agreements and the
    /// accepted departures of every declaration.
    ///
    /// # Errors
    /// What Cedar says of a schema that does not hold together.
    pub fn with_machine(mut self, vocabulary: &Vocabulary) -> Result<ValidatorSchema, Box<SchemaError>> {
        for (id, entity) in &mut self.0.entity_types {
            let EntityTypeKind::Standard(standard) = &mut entity.kind else {
                continue;
            };
            let SchemaType::Type { ty: TypeVariant::Record(shape), .. } = &mut standard.shape.0 else {
                continue;
            };
            add_siblings(shape);
            let Some(ty) = vocabulary.types.get(id.to_string().as_str()) else {
                continue;
            };
            if ty.agreement {
                shape.attributes.insert(known::HEADER.into(), attribute(named(known::AGREEMENT), true));
            }
            let departs = matches!(ty.sort, Sort::Kind | Sort::Header);
            if departs && vocabulary.types.contains_key(known::DEPARTURE) {
                shape.attributes.insert(known::ACCEPT.into(), attribute(set_of(known::DEPARTURE), false));
            }
        }
        for common in self.0.common_types.values_mut() {
            if let SchemaType::Type { ty: TypeVariant::Record(shape), .. } = &mut common.ty {
                add_siblings(shape);
            }
        }
        let fragment = json_schema::Fragment(BTreeMap::from([(None, self.0)]));
        let fragment = ValidatorSchemaFragment::from_schema_fragment(fragment)?;
        Ok(ValidatorSchema::from_schema_fragments([fragment], Extensions::all_available())?)
    }
}

/// A text as Cedar reads it.
///
/// # Errors
/// What Cedar says of a text that is not well formed.
pub fn parse(source: &Arc<Source>) -> Result<Vec<NamespaceDefinition<RawName>>, Mistake> {
    let parsed = json_schema::Fragment::from_cedarschema_str(&source.text, Extensions::all_available());
    let (fragment, _) = parsed.map_err(|error| mistake(source, &error))?;
    Ok(fragment.0.into_values().collect())
}

/// What a text between quotes says; none if an escape in it means nothing.
pub fn unescaped(text: &str) -> Option<String> {
    to_unescaped_string(text).ok().map(|said| said.to_string())
}

/// A Cedar error as our own mistake, at its place.
pub fn mistake(source: &Arc<Source>, error: &dyn Diagnostic) -> Mistake {
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

fn add_siblings(shape: &mut RecordType<RawName>) {
    let mut added = Vec::new();
    for (name, field) in &mut shape.attributes {
        if let SchemaType::Type { ty: TypeVariant::Record(inner), .. } = &mut field.ty {
            add_siblings(inner);
        }
        let has = |key: &str| field.annotations.0.keys().any(|id| id.to_string() == key);
        if has("clause") || has("or") {
            added.push((format!("{name}_as"), attribute(named(known::ANSWER), false)));
            added.push((format!("{name}_given"), attribute(named("Bool"), true)));
        }
    }
    for (name, field) in added {
        shape.attributes.insert(name.into(), field);
    }
}

fn named(name: &str) -> SchemaType {
    let type_name =
        RawName::from_normalized_str(name).unwrap_or_else(|_| unreachable!("`{name}` is a plain identifier"));
    SchemaType::Type { ty: TypeVariant::EntityOrCommon { type_name }, loc: None }
}

fn set_of(name: &str) -> SchemaType {
    SchemaType::Type { ty: TypeVariant::Set { element: Box::new(named(name)) }, loc: None }
}

fn attribute(ty: SchemaType, required: bool) -> TypeOfAttribute<RawName> {
    TypeOfAttribute { ty, annotations: Default::default(), required, loc: None }
}

/// Unites a further definition into the merged one, for Cedar. Conflicts are reported elsewhere.
fn unite(merged: &mut NamespaceDefinition<RawName>, more: NamespaceDefinition<RawName>) {
    for (id, common) in more.common_types {
        merged.common_types.entry(id).or_insert(common);
    }
    for (id, entity) in more.entity_types {
        match merged.entity_types.get_mut(&id) {
            None => {
                merged.entity_types.insert(id, entity);
            }
            Some(known) => unite_entity(known, entity),
        }
    }
    for (id, action) in more.actions {
        match merged.actions.get_mut(&id) {
            None => {
                merged.actions.insert(id, action);
            }
            Some(known) => {
                if let (Some(known), Some(more)) = (&mut known.applies_to, action.applies_to) {
                    if known.context.is_empty_record() {
                        known.context = more.context;
                    }
                    known.resource_types.extend(more.resource_types);
                    known.principal_types.extend(more.principal_types);
                    known.resource_types.sort();
                    known.resource_types.dedup();
                    known.principal_types.sort();
                    known.principal_types.dedup();
                }
            }
        }
    }
}

fn unite_entity(known: &mut json_schema::EntityType<RawName>, more: json_schema::EntityType<RawName>) {
    let (EntityTypeKind::Standard(known), EntityTypeKind::Standard(more)) = (&mut known.kind, more.kind)
    else {
        return;
    };
    for parent in more.member_of_types {
        if !known.member_of_types.contains(&parent) {
            known.member_of_types.push(parent);
        }
    }
    let SchemaType::Type { ty: TypeVariant::Record(known), .. } = &mut known.shape.0 else {
        return;
    };
    if let SchemaType::Type { ty: TypeVariant::Record(more), .. } = more.shape.0 {
        for (name, attribute) in more.attributes {
            known.attributes.entry(name).or_insert(attribute);
        }
    }
}

//! The merged schema as Cedar wants it, with the attributes that the machine adds.

use std::collections::BTreeMap;

use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::json_schema::{
    self, EntityTypeKind, NamespaceDefinition, RecordType, TypeOfAttribute, TypeVariant,
};
use cedar_policy_core::validator::{RawName, SchemaError, ValidatorSchema, ValidatorSchemaFragment};

use super::{EntityType, Name, Sort, known};

type SchemaType = json_schema::Type<RawName>;

/// The merged schema of all packs.
#[derive(Debug)]
pub struct Fragment(NamespaceDefinition<RawName>);

impl Fragment {
    /// Adds the siblings `x_as` and `x_given`, the header of agreements and the accepted
    /// departures of every declaration.
    pub fn new(mut merged: NamespaceDefinition<RawName>, types: &BTreeMap<Name, EntityType>) -> Self {
        for (id, entity) in &mut merged.entity_types {
            let EntityTypeKind::Standard(standard) = &mut entity.kind else {
                continue;
            };
            let SchemaType::Type { ty: TypeVariant::Record(shape), .. } = &mut standard.shape.0 else {
                continue;
            };
            add_siblings(shape);
            let Some(ty) = types.get(id.to_string().as_str()) else {
                continue;
            };
            if ty.agreement {
                shape.attributes.insert("agreement".into(), attribute(named(known::AGREEMENT), true));
            }
            if matches!(ty.sort, Sort::Kind | Sort::Header) && types.contains_key(known::DEPARTURE) {
                shape.attributes.insert(known::ACCEPT.into(), attribute(set_of(known::DEPARTURE), false));
            }
        }
        for common in merged.common_types.values_mut() {
            if let SchemaType::Type { ty: TypeVariant::Record(shape), .. } = &mut common.ty {
                add_siblings(shape);
            }
        }
        Self(merged)
    }

    /// The schema that policies are validated against.
    ///
    /// # Errors
    /// What Cedar says of a schema that does not hold together.
    pub fn validator_schema(&self) -> Result<ValidatorSchema, Box<SchemaError>> {
        let fragment = json_schema::Fragment(BTreeMap::from([(None, self.0.clone())]));
        let fragment = ValidatorSchemaFragment::from_schema_fragment(fragment)?;
        Ok(ValidatorSchema::from_schema_fragments([fragment], Extensions::all_available())?)
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
pub fn unite(merged: &mut NamespaceDefinition<RawName>, more: NamespaceDefinition<RawName>) {
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

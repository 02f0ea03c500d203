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

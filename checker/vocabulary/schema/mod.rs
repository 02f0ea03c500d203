//! The text of a Cedar schema as a tree with places.
//!
//! Cedar has a reader of its own. It starts a parser for each identifier, which was half of the time that a check of
//! one file took, and is asked only where rules are validated ([`super::cedar`]). `tests/vocabulary.rs` holds the two
//! against each other: what is well formed, what it says, and where. `external` declarations are not taken.
//! Grammar: <https://docs.cedarpolicy.com/schema/human-readable-schema-grammar.html>.

mod parser;
mod tokens;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::finding::Mistake;
use crate::source::{Place, Source};

/// What a text declares, each kind in the order of names.
#[derive(Debug, Default)]
pub struct Schema<'s> {
    /// Entity types.
    pub entities: Vec<Declared<'s, Kind<'s>>>,
    /// Common types.
    pub types: Vec<Declared<'s, Type<'s>>>,
    /// Actions by name, each with the entity types that its resource may have.
    pub actions: Vec<(Cow<'s, str>, Vec<&'s str>)>,
}

/// A declaration with its annotations.
#[derive(Clone, Debug)]
pub struct Declared<'s, T> {
    /// Its name.
    pub name: &'s str,
    /// In the order of their keys.
    pub annotations: Vec<Annotation<'s>>,
    /// What it is.
    pub what: T,
    /// From its keyword to the semicolon.
    pub span: Range<usize>,
}

/// `@key("value")`, or `@key` alone.
#[derive(Clone, Debug)]
pub struct Annotation<'s> {
    /// What stands behind the `@`.
    pub key: &'s str,
    /// What the quoted text says, with its place.
    pub value: Option<(Cow<'s, str>, Range<usize>)>,
}

/// The two kinds of entity types.
#[derive(Clone, Debug)]
pub enum Kind<'s> {
    /// With attributes.
    Standard(Vec<Attribute<'s>>),
    /// With a closed list of ids.
    Enum(Vec<Cow<'s, str>>),
}

/// An attribute of an entity type or of a record.
#[derive(Clone, Debug)]
pub struct Attribute<'s> {
    /// Its name.
    pub name: Cow<'s, str>,
    /// In the order of their keys.
    pub annotations: Vec<Annotation<'s>>,
    /// No `?` stands behind the name.
    pub required: bool,
    /// Its type.
    pub ty: Type<'s>,
    /// From its first annotation to the comma.
    pub span: Range<usize>,
}

/// A type with its place.
#[derive(Clone, Debug)]
pub struct Type<'s> {
    /// What it is.
    pub shape: Shape<'s>,
    /// From its first to its last character.
    pub span: Range<usize>,
}

/// The forms of types.
#[derive(Clone, Debug)]
pub enum Shape<'s> {
    /// A name: of a primitive, an extension, an entity type or a common type.
    Named(&'s str),
    /// `Set<…>`
    Set(Box<Type<'s>>),
    /// `{ … }`, in the order of names.
    Record(Vec<Attribute<'s>>),
}

/// Reads a text.
///
/// # Errors
/// The first mistake, with its place.
pub fn parse(source: &Arc<Source>) -> Result<Schema<'_>, Mistake> {
    parser::schema(&source.text).map_err(|(span, message)| Mistake::at(&Place::new(source, span), message))
}

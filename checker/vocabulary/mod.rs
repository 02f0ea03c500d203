//! The vocabulary: what a `.deal` may say, read from the annotated Cedar schema of all packs.
//!
//! [`read`] turns schema texts into a [`Vocabulary`]; [`derivation`] reads the small languages of
//! `@derived` and `@join`; [`check`] proves that every path in them leads somewhere, and
//! [`dependencies`] says what each fact reads; [`cedar`] builds the one schema that policies are validated against.

mod by_name;
pub mod cedar;
pub mod check;
pub mod dependencies;
pub mod derivation;
pub mod needed;
mod notes;
pub mod read;
pub mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use crate::name::Name;
use crate::source::Place;
pub use by_name::ByName;
use derivation::{Derivation, Join};

/// Entity types the machine itself knows by name; all else comes from the packs.
pub mod known {
    /// Principal of every request.
    pub const PARTY: &str = "Party";
    /// What all agreements share.
    pub const AGREEMENT: &str = "Agreement";
    /// The attribute of an agreement that names its header.
    pub const HEADER: &str = "agreement";
    /// The words an attribute may hold instead of a value.
    pub const ANSWER: &str = "Answer";
    /// The parameters of the workspace.
    pub const HOUSE: &str = "House";
    /// The loaded rules, as a table.
    pub const RULE: &str = "Rule";
    /// The loaded packs, as a table.
    pub const PACK: &str = "Pack";
    /// An accepted departure.
    pub const DEPARTURE: &str = "Departure";
    /// The attribute and key under which a declaration keeps its accepted departures.
    pub const ACCEPT: &str = "accept";
    /// Id of the one house, and of the party nobody acts for.
    pub const HOUSE_ID: &str = "house";
    /// Id of the principal when we act for nobody.
    pub const ANYONE: &str = "anyone";
}

/// A gate: the moment before which a check is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// Before anybody signs.
    Sign,
    /// Before data, weights or secrets leave.
    Share,
    /// Before a transfer across a border.
    Export,
    /// Before a sale completes.
    Close,
}

impl Gate {
    /// All gates in order.
    pub const ALL: [Self; 4] = [Self::Sign, Self::Share, Self::Export, Self::Close];

    /// The word of the command line and of the Cedar action.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Share => "share",
            Self::Export => "export",
            Self::Close => "close",
        }
    }

    /// The moment in words, `before signing`.
    pub fn before(self) -> &'static str {
        match self {
            Self::Sign => "before signing",
            Self::Share => "before sharing",
            Self::Export => "before export",
            Self::Close => "before closing",
        }
    }

    /// The gate of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gate| gate.word() == word)
    }

    /// Is a question asked from `self` on also asked at `gate`? What is asked at signing is asked
    /// ever after; what is asked at a later gate is asked there only.
    pub fn asks_at(self, gate: Self) -> bool {
        self == Self::Sign || self == gate
    }
}

/// How a scalar value is read from words; the value of `@reads`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `USD 12_000_000`
    Money,
    /// `60%`, `1/3`
    Share,
    /// `18 months`
    Period,
    /// `sha256:…`
    Hash,
    /// `"weights/x"`
    Path,
    /// `Apache-2.0`
    Spdx,
    /// One word, kept as written.
    Code,
    /// `1e26`: a number of operations, as its decimal logarithm in millionths.
    Compute,
}

impl Scalar {
    /// The scalar of a word in `@reads`.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "money" => Self::Money,
            "share" => Self::Share,
            "period" => Self::Period,
            "hash" => Self::Hash,
            "path" => Self::Path,
            "spdx" => Self::Spdx,
            "code" => Self::Code,
            "compute" => Self::Compute,
            _ => return None,
        })
    }
}

/// The type of an attribute.
#[derive(Clone, Debug)]
pub enum Type {
    /// `yes` or `no`.
    Bool,
    /// A whole number.
    Long,
    /// A quoted text.
    String,
    /// A calendar date.
    Date,
    /// A value with a reader of its own.
    Scalar(Scalar),
    /// A declared thing, a row of a table, a member of an enum, or an element.
    Entity(Name),
    /// A nested block.
    Record(Arc<Record>),
    /// Several.
    Set(Box<Type>),
}

impl Type {
    /// What a set holds, or the type itself.
    pub fn element(&self) -> &Type {
        match self {
            Self::Set(inner) => inner,
            other => other,
        }
    }
}

/// What absence of an attribute means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Not there is decided, and the rule that reads it says so.
    Essential,
    /// Nobody answered: a hole at the gates that ask.
    Asked(Gate),
    /// Not there is decided, and never asked.
    Optional,
}

/// Words of `@role` that the machine knows. Any other word names a date from which periods run:
/// a member of the enum of a period's `start` finds its date by it.
pub mod role {
    /// Where the deal stands, from drafting to ended.
    pub const STATUS: &str = "status";
    /// The party we act for.
    pub const ACTING_FOR: &str = "acting_for";
    /// Who takes part.
    pub const PARTIES: &str = "parties";
    /// What sort of person a party is: individuals are not named outside the house.
    pub const LEGAL_FORM: &str = "legal_form";
    /// The prose it describes.
    pub const DOCUMENTS: &str = "documents";
}

/// An attribute of an entity type or a record.
#[derive(Clone, Debug)]
pub struct Field {
    /// The key in a `.deal`, the attribute in Cedar.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// What people call it.
    pub title: String,
    /// One or two sentences for a lawyer.
    pub doc: String,
    /// A line or block as written.
    pub example: String,
    /// A term of the contract fills it, so `silent` and `excluded` are answers.
    pub clause: bool,
    /// Words allowed instead of a value.
    pub or: Vec<Name>,
    /// What absence means.
    pub mark: Mark,
    /// Why absence means no, where a rule relies on that.
    pub absent: Option<String>,
    /// Filled by the quoted title of the declaration.
    pub heading: bool,
    /// It may be told to somebody outside the house.
    pub outside: bool,
    /// With the other such attributes of its kind it says who somebody is: two declarations that
    /// agree on all of them mean one thing.
    pub identity: bool,
    /// The attribute of the element that the word between key and block fills.
    pub label: Option<Name>,
    /// Fields of the nameless lines of a block.
    pub entries: bool,
    /// What the machine uses it for; see [`role`].
    pub role: Option<Name>,
    /// How it is computed, if it is.
    pub derived: Option<Derivation>,
    /// Where it is kept, if it is computed.
    pub cell: Cell,
    /// Required in Cedar: a variable of a join, or a machine-made attribute.
    pub required: bool,
    /// Where it is declared.
    pub place: Place,
}

/// The room of a derived attribute among those of its type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cell {
    /// Which it is.
    pub at: usize,
    /// How many there are.
    pub of: usize,
}

impl Field {
    /// Does the attribute have the siblings `x_as` and `x_given`?
    pub fn has_siblings(&self) -> bool {
        self.clause || !self.or.is_empty()
    }

    /// Words that may stand instead of a value.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let answers: &[&str] = if self.clause { &["silent", "excluded"] } else { &[] };
        self.or.iter().map(|word| &**word).chain(answers.iter().copied())
    }
}

/// Attributes by name.
pub type Fields = ByName<Field>;

/// Which attributes a block may have. Those of a type are looked up only when they are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// Those of an entity type.
    Type(&'a Name),
    /// These.
    Record(&'a Fields),
}

impl<'a> Shape<'a> {
    /// The attributes.
    pub fn fields(self, vocabulary: &'a Vocabulary) -> Option<&'a Fields> {
        match self {
            Self::Type(ty) => vocabulary.types.get(ty).map(|entity| &entity.fields),
            Self::Record(fields) => Some(fields),
        }
    }
}

/// A nested block, or a positional value of several words.
#[derive(Debug)]
pub struct Record {
    /// Name of the common type; empty for an inline record.
    pub name: String,
    /// Its attributes.
    pub fields: Fields,
    /// How its words stand side by side.
    pub positional: Vec<Position>,
}

/// One step of `@positional`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// A field; optional when it may be left out.
    Field { name: Name, optional: bool },
    /// A literal word, optional with all that follows it.
    Word(String),
}

/// What an entity type is for.
#[derive(Clone, Debug)]
pub enum Sort {
    /// Declared at the top of a file.
    Kind,
    /// The shared header of all agreements.
    Header,
    /// Repeated inside a block of its parent.
    Element,
    /// Rows of a reference table.
    Table,
    /// A closed list of words.
    Enum(Vec<Name>),
    /// Things that meet.
    Join(Join),
    /// Filled by the machine: answers, the house, the rules.
    Machine,
}

/// An entity type.
#[derive(Clone, Debug)]
pub struct EntityType {
    /// Its Cedar name.
    pub name: Name,
    /// What people call one.
    pub title: String,
    /// One or two sentences for a lawyer.
    pub doc: String,
    /// What it is for.
    pub sort: Sort,
    /// Its attributes.
    pub fields: Fields,
    /// It gains the header of agreements.
    pub agreement: bool,
    /// The gate of an executed deal of this kind; set for every deal.
    pub gate: Option<Gate>,
    /// How its words stand side by side, for an element.
    pub positional: Vec<Position>,
    /// Fields that tell unlabelled elements apart.
    pub key: Vec<Name>,
    /// Gates at which it may be a subject.
    pub gates: BTreeSet<Gate>,
    /// Its derived attributes that name what can belong to a deal.
    pub leads_on: Vec<Name>,
    /// Where it is declared first.
    pub place: Place,
}

impl EntityType {
    /// Is it a deal, with gates of its own?
    pub fn is_deal(&self) -> bool {
        self.gate.is_some()
    }

    /// Can a thing of the type belong to a deal? Another deal does not, nor a row of a table.
    pub fn within_a_deal(&self) -> bool {
        matches!(self.sort, Sort::Kind | Sort::Element | Sort::Join(_)) && !self.is_deal()
    }

    /// The keyword of a kind, `joint_development` for `JointDevelopment`.
    pub fn keyword(&self) -> String {
        keyword(&self.name)
    }
}

/// Everything a `.deal` may say.
#[derive(Debug)]
pub struct Vocabulary {
    /// Entity types by Cedar name.
    pub types: ByName<EntityType>,
    /// Common record types by name, for the reference pages.
    pub records: BTreeMap<Name, Arc<Record>>,
    /// Entity type by keyword of its kind.
    pub kinds: BTreeMap<String, Name>,
}

impl Vocabulary {
    /// The entity type of a name that the vocabulary itself uses.
    ///
    /// # Panics
    /// Never for a name taken from a checked vocabulary.
    pub fn entity(&self, name: &str) -> &EntityType {
        self.types.get(name).unwrap_or_else(|| unreachable!("`{name}` is checked to be an entity type"))
    }

    /// The field of an entity type, through the header for agreements.
    pub fn field(&self, ty: &str, name: &str) -> Option<&Field> {
        self.types.get(ty)?.fields.get(name)
    }

    /// The attributes that a value of a type has; through a set, those of its members.
    pub fn fields_of<'a>(&'a self, ty: &'a Type) -> Option<&'a Fields> {
        match ty.element() {
            Type::Entity(name) => Some(&self.entity(name).fields),
            Type::Record(record) => Some(&record.fields),
            _ => None,
        }
    }

    /// The attribute that has a role, and the type that declares it: the kind or the header.
    pub fn role(&self, ty: &str, word: &str) -> Option<(&EntityType, &Field)> {
        let entity = self.types.get(ty)?;
        let header = self.types.get(known::AGREEMENT).filter(|_| entity.agreement);
        std::iter::once(entity).chain(header).find_map(|entity| {
            let field = entity.fields.values().find(|field| field.role.as_deref() == Some(word))?;
            Some((entity, field))
        })
    }
}

/// `joint_development` for `JointDevelopment`.
pub fn keyword(name: &str) -> String {
    let mut word = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_uppercase() && index > 0 {
            word.push('_');
        }
        word.extend(letter.to_lowercase());
    }
    word
}

/// The attribute that a generated sibling belongs to, with its suffix.
pub fn sibling(attribute: &str) -> Option<(&str, Sibling)> {
    attribute
        .strip_suffix("_as")
        .map(|base| (base, Sibling::As))
        .or_else(|| attribute.strip_suffix("_given").map(|base| (base, Sibling::Given)))
}

/// A generated attribute beside one that may hold a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sibling {
    /// The word itself.
    As,
    /// True for a value or an `@or` word, false for silence and exclusion.
    Given,
}

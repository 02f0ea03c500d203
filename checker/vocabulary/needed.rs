//! Which attributes have to be worked out: those that something reads.
//!
//! A vocabulary has some hundreds of derived facts and siblings, and the rules of one check read a part of
//! them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::dependencies::{Dependent, Fact, chains};
use super::derivation::{Join, Step};
use super::{EntityType, Field, Fields, Name, Sort, Type, Vocabulary};

/// The derived attributes and the siblings that are read.
pub struct Needed {
    facts: FxHashSet<Fact>,
    /// Names of attributes that are read. Siblings are told apart by them alone: that is simple, and at worst
    /// works out too many.
    names: FxHashSet<Name>,
    /// `x_given` and `x_as` by `x`, made once.
    siblings: FxHashMap<Name, [Name; 2]>,
}

impl Needed {
    /// What these paths, the joins and the machine itself read, and the facts they rest on. A path is given with
    /// the entity type that it starts from.
    pub fn new(
        vocabulary: &Vocabulary,
        rounds: &[Vec<Dependent>],
        read: impl IntoIterator<Item = (Name, Vec<Name>)>,
    ) -> Self {
        let (facts, names, siblings) = Default::default();
        let mut needed = Self { facts, names, siblings };
        for (from, path) in read {
            needed.read(vocabulary, &from, &path);
        }
        for entity in vocabulary.types.values() {
            needed.of_type(vocabulary, entity);
        }
        for record in vocabulary.records.values() {
            needed.name_siblings(&record.fields);
        }
        needed.close(vocabulary, rounds);
        needed
    }

    /// Is the derived attribute read?
    pub fn is_derived(&self, fact: &Fact) -> bool {
        self.facts.contains(fact)
    }

    /// Is a sibling of this name read?
    pub fn is_read(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The names of `x_given` and `x_as`.
    pub fn siblings(&self, name: &Name) -> [Name; 2] {
        self.siblings.get(name).cloned().unwrap_or_else(|| siblings(name))
    }

    fn read(&mut self, vocabulary: &Vocabulary, from: &Name, path: &[Name]) {
        self.names.extend(path.iter().cloned());
        let derived = vocabulary.derived_on(&Type::Entity(Name::clone(from)), path);
        self.facts.extend(derived.into_iter().map(|(_, fact)| fact));
    }

    fn of_type(&mut self, vocabulary: &Vocabulary, entity: &EntityType) {
        if let Sort::Join(join) = &entity.sort {
            self.of_join(vocabulary, entity, join);
        }
        for field in entity.fields.values().filter(|field| field.derived.is_some()) {
            // The machine finds dates by their role, and what a deal reaches along derived facts too; a page
            // for those outside tells facts that no rule need read.
            if field.role.is_some() || field.outside || leads_on(vocabulary, field) {
                self.facts.insert((Name::clone(&entity.name), Name::clone(&field.name)));
            }
        }
        self.name_siblings(&entity.fields);
    }

    fn of_join(&mut self, vocabulary: &Vocabulary, entity: &EntityType, join: &Join) {
        for (_, step) in &join.bindings {
            match step {
                Step::All(_) => {}
                Step::Along(path) => self.read(vocabulary, &entity.name, path),
                Step::Closure { from, path } => {
                    let path: Vec<Name> = std::iter::once(from).chain(path).cloned().collect();
                    self.read(vocabulary, &entity.name, &path);
                }
                Step::Inverse { ty, attribute, .. } => self.read(vocabulary, ty, attribute),
            }
        }
    }

    fn name_siblings(&mut self, fields: &Fields) {
        for field in fields.values() {
            if field.has_siblings() {
                self.siblings.entry(Name::clone(&field.name)).or_insert_with(|| siblings(&field.name));
            }
            if let Type::Record(record) = field.ty.element() {
                self.name_siblings(&record.fields);
            }
        }
    }

    /// A fact that is read reads others, and they come before it.
    fn close(&mut self, vocabulary: &Vocabulary, rounds: &[Vec<Dependent>]) {
        for dependent in rounds.iter().rev().flat_map(|round| round.iter().rev()) {
            let (ty, name) = &dependent.fact;
            if !self.facts.contains(&dependent.fact) {
                continue;
            }
            self.facts.extend(dependent.needs().cloned());
            let derivation = vocabulary.field(ty, name).and_then(|field| field.derived.as_ref());
            for chain in derivation.into_iter().flat_map(|derivation| chains(ty, derivation)) {
                self.names.extend(chain.path);
            }
        }
    }
}

fn siblings(name: &str) -> [Name; 2] {
    ["given", "as"].map(|suffix| format!("{name}_{suffix}").into())
}

/// Does the attribute name things that can belong to a deal, or hold blocks that may?
fn leads_on(vocabulary: &Vocabulary, field: &Field) -> bool {
    match field.ty.element() {
        Type::Record(_) => true,
        Type::Entity(ty) => vocabulary.entity(ty).within_a_deal(),
        _ => false,
    }
}

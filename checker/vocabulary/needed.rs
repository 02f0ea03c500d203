//! Which siblings have to be filled in: those that something reads.
//!
//! They are told apart by their names alone: that is simple, and at worst fills in too many.

use rustc_hash::{FxHashMap, FxHashSet};

use super::dependencies::chains;
use super::derivation::Step;
use super::{EntityType, Fields, Name, Sort, Type, Vocabulary};

/// The siblings that are read.
pub struct Needed {
    /// Names of attributes that are read.
    names: FxHashSet<Name>,
    /// `x_given` and `x_as` by `x`, made once.
    siblings: FxHashMap<Name, [Name; 2]>,
}

impl Needed {
    /// What these names, the derived attributes and the joins read.
    pub fn new(vocabulary: &Vocabulary, read: impl IntoIterator<Item = Name>) -> Self {
        let mut needed = Self { names: read.into_iter().collect(), siblings: FxHashMap::default() };
        for entity in vocabulary.types.values() {
            needed.of_type(entity);
        }
        for record in vocabulary.records.values() {
            needed.name_siblings(&record.fields);
        }
        needed
    }

    /// Is a sibling of this name read?
    pub fn is_read(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The names of `x_given` and `x_as`.
    pub fn siblings(&self, name: &Name) -> [Name; 2] {
        self.siblings.get(name).cloned().unwrap_or_else(|| siblings(name))
    }

    fn of_type(&mut self, entity: &EntityType) {
        if let Sort::Join(join) = &entity.sort {
            for (_, step) in &join.bindings {
                match step {
                    Step::All(_) => {}
                    Step::Along(path) | Step::Closure { path, .. } => self.names.extend(path.iter().cloned()),
                    Step::Inverse { attribute, .. } => self.names.extend(attribute.iter().cloned()),
                }
            }
        }
        for derivation in entity.fields.values().filter_map(|field| field.derived.as_ref()) {
            self.names.extend(chains(&entity.name, derivation).into_iter().flat_map(|chain| chain.path));
        }
        self.name_siblings(&entity.fields);
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
}

fn siblings(name: &str) -> [Name; 2] {
    ["given", "as"].map(|suffix| format!("{name}_{suffix}").into())
}

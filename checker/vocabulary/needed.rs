//! Which attributes have to be worked out: those that something reads.
//!
//! A vocabulary has some hundreds of derived facts and siblings, and the rules of one check read a part of
//! them. They are told apart by their names alone: that is simple, and at worst works out too much.

use rustc_hash::{FxHashMap, FxHashSet};

use super::derivation::{Condition, Derivation, Length, Operand, Step, Term};
use super::{EntityType, Field, Fields, Name, Sort, Type, Vocabulary, sibling};

/// Names of attributes that are read, and those of siblings.
pub struct Needed {
    names: FxHashSet<Name>,
    /// `x_given` and `x_as` by `x`, made once.
    siblings: FxHashMap<Name, [Name; 2]>,
}

impl Needed {
    /// What these names, the joins and the machine itself read, and the facts they rest on.
    pub fn new(vocabulary: &Vocabulary, read: impl IntoIterator<Item = Name>) -> Self {
        let mut needed = Self { names: FxHashSet::default(), siblings: FxHashMap::default() };
        read.into_iter().for_each(|name| needed.read(&name));
        for entity in vocabulary.types.values() {
            needed.of_type(vocabulary, entity);
        }
        for record in vocabulary.records.values() {
            needed.name_siblings(&record.fields);
        }
        needed.close(vocabulary);
        needed
    }

    /// Is an attribute of this name read?
    pub fn is_read(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The names of `x_given` and `x_as`.
    pub fn siblings(&self, name: &Name) -> [Name; 2] {
        self.siblings.get(name).cloned().unwrap_or_else(|| siblings(name))
    }

    fn read(&mut self, name: &Name) {
        if let Some((base, _)) = sibling(name) {
            self.names.insert(base.into());
        }
        self.names.insert(Name::clone(name));
    }

    fn of_type(&mut self, vocabulary: &Vocabulary, entity: &EntityType) {
        if let Sort::Join(join) = &entity.sort {
            for (_, step) in &join.bindings {
                let path: &[Name] = match step {
                    Step::All(_) => &[],
                    Step::Along(path) | Step::Closure { path, .. } => path,
                    Step::Inverse { attribute, .. } => attribute,
                };
                path.iter().for_each(|name| self.read(name));
            }
        }
        for field in entity.fields.values() {
            // The machine finds dates by their role, and what a deal reaches along derived facts too; a page
            // for those outside tells facts that no rule need read.
            if field.role.is_some()
                || field.outside
                || (field.derived.is_some() && leads_on(vocabulary, field))
            {
                self.read(&field.name);
            }
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

    /// A fact that is read reads others.
    fn close(&mut self, vocabulary: &Vocabulary) {
        let all = || vocabulary.types.values().flat_map(|entity| entity.fields.values());
        let mut left: Vec<&Field> = all().filter(|field| field.derived.is_some()).collect();
        loop {
            let (ready, rest): (Vec<_>, Vec<_>) =
                left.into_iter().partition(|field| self.is_read(&field.name));
            if ready.is_empty() {
                return;
            }
            for derivation in ready.iter().filter_map(|field| field.derived.as_ref()) {
                names(derivation, &mut |name| self.read(name));
            }
            left = rest;
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
        Type::Entity(ty) => {
            let sort = &vocabulary.entity(ty).sort;
            matches!(sort, Sort::Kind | Sort::Element | Sort::Join(_))
        }
        _ => false,
    }
}

/// Every name in a derivation.
fn names(derivation: &Derivation, see: &mut dyn FnMut(&Name)) {
    match derivation {
        Derivation::Sum(path)
        | Derivation::Count(path)
        | Derivation::Digest(path)
        | Derivation::Closure(path)
        | Derivation::EndOf(path)
        | Derivation::Inverse(_, path) => path.iter().for_each(see),
        Derivation::Min(terms) | Derivation::Max(terms) => terms.iter().for_each(|term| of_term(term, see)),
        Derivation::Exceeds(left, right) => [left, right].into_iter().for_each(|term| of_term(term, see)),
        Derivation::Any(over, conditions) | Derivation::All(over, conditions) => {
            over.iter().for_each(&mut *see);
            of_conditions(conditions, see);
        }
        Derivation::Collect(what, over, conditions) => {
            what.iter().chain(over).for_each(&mut *see);
            of_conditions(conditions, see);
        }
        Derivation::Less(left, right) => left.iter().chain(right).for_each(see),
        Derivation::End(start, length) => {
            start.iter().for_each(&mut *see);
            of_length(length, see);
        }
        Derivation::Lookup(_, paths) => paths.iter().flatten().for_each(see),
    }
}

fn of_conditions(conditions: &[Condition], see: &mut dyn FnMut(&Name)) {
    for condition in conditions {
        condition.left.iter().for_each(&mut *see);
        if let Operand::Path(path) = &condition.right {
            path.iter().for_each(&mut *see);
        }
    }
}

fn of_term(term: &Term, see: &mut dyn FnMut(&Name)) {
    match term {
        Term::Path(path) | Term::House(path) => path.iter().for_each(see),
        Term::End(start, length) => {
            start.iter().for_each(&mut *see);
            of_length(length, see);
        }
        Term::Since(later, earlier) => {
            of_term(later, see);
            of_term(earlier, see);
        }
        Term::Today => {}
    }
}

fn of_length(length: &Length, see: &mut dyn FnMut(&Name)) {
    if let Length::Path(path) = length {
        path.iter().for_each(see);
    }
}

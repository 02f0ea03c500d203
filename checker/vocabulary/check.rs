//! Proves that the vocabulary holds together: every path in `@derived` and `@join` leads somewhere,
//! every function gets and gives the types it should, and no fact depends on itself.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::derivation::{Condition, Derivation, Length, Operand, Path, Step, Term};
use super::{EntityType, Field, Fields, Name, Scalar, Sibling, Sort, Type, Vocabulary, known, sibling};
use crate::finding::{Mistake, nearest};

/// A derived attribute: entity type and name.
type Fact = (Name, Name);

/// The facts that a fact reads.
#[derive(Default)]
struct Needs {
    /// Of its own thing.
    own: BTreeSet<Fact>,
    /// Of others.
    of_others: BTreeSet<Fact>,
}

impl Needs {
    fn add(&mut self, fact: Fact, own: bool) {
        if own { &mut self.own } else { &mut self.of_others }.insert(fact);
    }
}

/// The round of a fact, once all that it reads is known.
fn round(needs: &Needs, known: &FxHashMap<Fact, usize>) -> Option<usize> {
    let own = needs.own.iter().map(|fact| known.get(fact).copied());
    let of_others = needs.of_others.iter().map(|fact| known.get(fact).map(|round| round + 1));
    own.chain(of_others).try_fold(0, |latest, round| Some(latest.max(round?)))
}

impl Vocabulary {
    /// The type at the end of a path from an entity type; through a set it is that of the members.
    ///
    /// # Errors
    /// Which attribute is not there, with the nearest one that is.
    pub fn path_type(&self, from: &Type, path: &[Name]) -> Result<Type, String> {
        let Some((name, rest)) = path.split_first() else {
            return Ok(from.clone());
        };
        let (fields, owner) = match from.element() {
            Type::Entity(ty) => (&self.entity(ty).fields, &**ty),
            Type::Record(record) => (&record.fields, record.name.as_str()),
            _ => {
                return Err(format!("`{name}` is asked of something that has no attributes"));
            }
        };
        let ty = attribute_type(fields, name).ok_or_else(|| {
            let near = nearest(name, fields.keys().map(|key| &**key));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            format!("`{owner}` has no attribute `{name}`{hint}")
        })?;
        self.path_type(&ty, rest)
    }

    /// Derived attributes in rounds. What a fact reads of its own thing stands before it, in the same round or an
    /// earlier one; what it reads of other things, in an earlier round.
    pub fn rounds(&self) -> Vec<Vec<Fact>> {
        let mut rounds: Vec<Vec<Fact>> = Vec::new();
        for (fact, round) in self.order().unwrap_or_default() {
            rounds.resize_with(rounds.len().max(round + 1), Vec::new);
            rounds[round].push(fact);
        }
        rounds
    }

    /// Each derived attribute with its round, behind those it reads.
    fn order(&self) -> Result<Vec<(Fact, usize)>, Fact> {
        let mut open: BTreeMap<Fact, Needs> = BTreeMap::new();
        for entity in self.types.values() {
            for field in entity.fields.values().filter(|field| field.derived.is_some()) {
                let fact = (Name::clone(&entity.name), Name::clone(&field.name));
                open.insert(fact, self.needs(entity, field));
            }
        }
        let mut known: FxHashMap<Fact, usize> = FxHashMap::default();
        let mut ordered = Vec::new();
        while let Some((first, _)) = open.first_key_value() {
            let first = first.clone();
            let ready = |(fact, needs): (&Fact, &Needs)| Some((fact.clone(), round(needs, &known)?));
            let ready: Vec<(Fact, usize)> = open.iter().filter_map(ready).collect();
            if ready.is_empty() {
                return Err(first);
            }
            for (fact, round) in ready {
                open.remove(&fact);
                known.insert(fact.clone(), round);
                ordered.push((fact, round));
            }
        }
        Ok(ordered)
    }

    /// Does what stands at the end of a path from an entity type change from day to day?
    pub fn moves_with_today(&self, ty: &str, path: &[Name]) -> bool {
        let Some((last, owners)) = path.split_last() else {
            return false;
        };
        let from = Type::Entity(Name::from(ty));
        let Ok(Type::Entity(owner)) = self.path_type(&from, owners).map(|ty| ty.element().clone()) else {
            return false;
        };
        let Some(derivation) = self.field(&owner, last).and_then(|field| field.derived.as_ref()) else {
            return false;
        };
        derivation.reads_today() || paths(derivation).iter().any(|path| self.moves_with_today(&owner, path))
    }

    /// The derived attributes that a derivation reads.
    fn needs(&self, entity: &EntityType, field: &Field) -> Needs {
        let mut needs = Needs::default();
        let own = Type::Entity(Name::clone(&entity.name));
        let Some(derivation) = &field.derived else {
            return needs;
        };
        for path in paths(derivation).iter().chain(&paths_of_members(derivation)) {
            self.derived_on(&own, path, true, &mut needs);
        }
        match derivation {
            Derivation::Inverse(ty, attribute) => {
                self.derived_on(&Type::Entity(Name::clone(ty)), attribute, false, &mut needs);
            }
            // Every step of it but the first is read of another thing.
            Derivation::Closure(path) => self.derived_on(&own, path, false, &mut needs),
            Derivation::EndOf(_) => {
                // The start is named by the record: any date of the thing or its header.
                for ty in [&*entity.name, known::AGREEMENT] {
                    let fields = self.types.get(ty).into_iter().flat_map(|entity| entity.fields.values());
                    let dates = fields.filter(|other| {
                        let itself = ty == &*entity.name && other.name == field.name;
                        other.derived.is_some() && matches!(other.ty, Type::Date) && !itself
                    });
                    for date in dates {
                        needs.add((Name::from(ty), Name::clone(&date.name)), ty == &*entity.name);
                    }
                }
            }
            _ => {}
        }
        needs
    }

    /// Notes the derived attributes along a path; the first is read of the thing itself if it starts there.
    fn derived_on(&self, from: &Type, path: &[Name], starts_there: bool, needs: &mut Needs) {
        let mut ty = from.clone();
        for (index, name) in path.iter().enumerate() {
            if let Type::Entity(entity) = ty.element()
                && self.field(entity, name).is_some_and(|field| field.derived.is_some())
            {
                needs.add((Name::clone(entity), Name::clone(name)), starts_there && index == 0);
            }
            match self.path_type(&ty, std::slice::from_ref(name)) {
                Ok(next) => ty = next,
                Err(_) => return,
            }
        }
    }
}

/// The type of an attribute or of a generated sibling.
pub fn attribute_type(fields: &Fields, name: &str) -> Option<Type> {
    if let Some(field) = fields.get(name) {
        return Some(field.ty.clone());
    }
    let (base, kind) = sibling(name)?;
    fields.get(base).filter(|field| field.has_siblings())?;
    Some(match kind {
        Sibling::As => Type::Entity(known::ANSWER.into()),
        Sibling::Given => Type::Bool,
    })
}

/// All mistakes of a vocabulary that was read without one.
pub fn check(vocabulary: &Vocabulary) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for needed in [known::PARTY, known::HOUSE, known::ANSWER] {
        if !vocabulary.types.contains_key(needed) {
            mistakes.push(
                Mistake::nowhere(format!(
                    "the packs declare no entity type `{needed}`, which every check needs"
                ))
                .help("the pack `core` declares it"),
            );
        }
    }
    for entity in vocabulary.types.values() {
        header_keys(vocabulary, entity, &mut mistakes);
        if let Sort::Join(join) = &entity.sort {
            let mut bound = Vec::new();
            for (variable, step) in &join.bindings {
                if let Err(message) = binding(vocabulary, entity, variable, step, &bound) {
                    mistakes.push(Mistake::at(&entity.place, message));
                }
                bound.push(variable);
            }
        }
        for field in entity.fields.values() {
            fact(vocabulary, entity, field, &mut mistakes);
        }
    }
    for record in vocabulary.records.values() {
        for field in record.fields.values().filter(|field| field.derived.is_some()) {
            mistakes.push(Mistake::at(
                &field.place,
                "a record has no derived attribute: put it on the entity type",
            ));
        }
    }
    if mistakes.is_empty()
        && let Err((ty, name)) = vocabulary.order()
        && let Some(field) = vocabulary.field(&ty, &name)
    {
        mistakes.push(Mistake::at(&field.place, format!("`{ty}.{name}` depends on itself")));
    }
    mistakes
}

/// A key of an agreement's block belongs to the kind or to the header, never to both.
fn header_keys(vocabulary: &Vocabulary, entity: &EntityType, mistakes: &mut Vec<Mistake>) {
    let Some(header) = vocabulary.types.get(known::AGREEMENT).filter(|_| entity.agreement) else {
        return;
    };
    for field in entity.fields.values() {
        if &*field.name == known::ACCEPT {
            continue;
        }
        if let Some(twin) = header.fields.get(&field.name) {
            let message = format!(
                "`{}` is declared by `{}` and by the header of all agreements",
                field.name, entity.name
            );
            mistakes.push(Mistake::at(&field.place, message).also(&twin.place, "in the header"));
        }
    }
}

fn binding(
    vocabulary: &Vocabulary,
    entity: &EntityType,
    variable: &Name,
    step: &Step,
    bound: &[&Name],
) -> Result<(), String> {
    let declared = entity.fields.get(variable).ok_or_else(|| {
        format!("`@join` binds `{variable}`, which is not an attribute of `{}`", entity.name)
    })?;
    let Type::Entity(wanted) = &declared.ty else {
        return Err(format!("`{variable}` of `@join` is not an entity"));
    };
    let own = Type::Entity(Name::clone(&entity.name));
    let known = |name: &Name| match bound.contains(&name) {
        true => Ok(()),
        false => Err(format!("`{name}` is used before it is bound")),
    };
    let found = match step {
        Step::All(ty) => {
            vocabulary.types.get(ty).ok_or_else(|| format!("no entity type `{ty}`"))?;
            Type::Entity(Name::clone(ty))
        }
        Step::Along(path) => {
            known(&path[0])?;
            vocabulary.path_type(&own, path)?
        }
        Step::Closure { from, path } => {
            known(from)?;
            let start = vocabulary.path_type(&own, std::slice::from_ref(from))?;
            let end = vocabulary.path_type(&start, path)?;
            if !same_entity(&start, &end) {
                return Err(format!("`{}` does not lead back to its own type", path.join(".")));
            }
            start
        }
        Step::Inverse { from, ty, attribute } => {
            known(from)?;
            vocabulary.types.get(ty).ok_or_else(|| format!("no entity type `{ty}`"))?;
            let source = Type::Entity(Name::clone(ty));
            let target = vocabulary.path_type(&source, attribute)?;
            if !same_entity(&target, &vocabulary.path_type(&own, std::slice::from_ref(from))?) {
                return Err(format!("`{ty}.{}` does not name `{from}`", attribute.join(".")));
            }
            source
        }
    };
    if same_entity(&found, &Type::Entity(Name::clone(wanted))) {
        return Ok(());
    }
    Err(format!("`{variable}` is declared as `{wanted}`, and `@join` binds something else"))
}

fn same_entity(a: &Type, b: &Type) -> bool {
    matches!((a.element(), b.element()), (Type::Entity(a), Type::Entity(b)) if a == b)
}

fn fact(vocabulary: &Vocabulary, entity: &EntityType, field: &Field, mistakes: &mut Vec<Mistake>) {
    let Some(derivation) = &field.derived else {
        return;
    };
    let wrong = |message: String| Mistake::at(&field.place, message);
    if field.required {
        mistakes.push(wrong(format!(
            "derived attribute `{}` is optional: a hole in its inputs makes it a hole",
            field.name
        )));
    }
    let own = Type::Entity(Name::clone(&entity.name));
    for path in paths(derivation) {
        if let Err(message) = vocabulary.path_type(&own, &path) {
            mistakes.push(wrong(message));
            return;
        }
    }
    if let Err(message) = result(vocabulary, &own, derivation, &field.ty) {
        mistakes.push(wrong(format!("`{}`: {message}", field.name)));
    }
}

/// Does a function give the declared type, from inputs it can take?
fn result(
    vocabulary: &Vocabulary,
    own: &Type,
    derivation: &Derivation,
    declared: &Type,
) -> Result<(), String> {
    let of = |path: &Path| vocabulary.path_type(own, path).map(|ty| ty.element().clone());
    let gives = |wanted: &str, fits: bool| match fits {
        true => Ok(()),
        false => Err(format!("this function gives {wanted}")),
    };
    match derivation {
        Derivation::Sum(path) => gives("what it adds", like(&of(path)?, declared)),
        Derivation::Count(_) => gives("a Long", matches!(declared, Type::Long)),
        Derivation::Min(_) | Derivation::Max(_) => gives("one value", !matches!(declared, Type::Set(_))),
        Derivation::Any(over, conditions) | Derivation::All(over, conditions) => {
            wheres(vocabulary, &of(over)?, own, conditions)?;
            gives("a Bool", matches!(declared, Type::Bool))
        }
        Derivation::Less(left, _) => gives("a set of the same", like(&of(left)?, declared.element())),
        Derivation::Collect(what, over, conditions) => {
            let member = of(over)?;
            wheres(vocabulary, &member, own, conditions)?;
            let found = vocabulary.path_type(&member, what)?;
            gives("a set of what it collects", like(found.element(), declared.element()))
        }
        Derivation::Inverse(ty, attribute) => {
            if !vocabulary.types.contains_key(ty) {
                return Err(format!("no entity type `{ty}`"));
            }
            let source = Type::Entity(Name::clone(ty));
            let target = vocabulary.path_type(&source, attribute)?;
            if !same_entity(&target, own) {
                return Err(format!("`{ty}.{}` does not name this type", attribute.join(".")));
            }
            gives("a set of that type", matches!(declared, Type::Set(_)) && same_entity(&source, declared))
        }
        Derivation::Closure(path) => {
            gives("a set of its own type", same_entity(&of(path)?, own) && matches!(declared, Type::Set(_)))
        }
        Derivation::End(..) | Derivation::EndOf(_) => gives("a datetime", matches!(declared, Type::Date)),
        Derivation::Digest(_) => gives("a Hash", matches!(declared, Type::Scalar(Scalar::Hash))),
        Derivation::Lookup(table, _) => {
            gives("a row of the table", matches!(declared, Type::Entity(ty) if ty == table))
        }
        Derivation::Exceeds(..) => gives("a Bool", matches!(declared, Type::Bool)),
    }
}

fn wheres(
    vocabulary: &Vocabulary,
    member: &Type,
    own: &Type,
    conditions: &[Condition],
) -> Result<(), String> {
    for condition in conditions {
        let left = vocabulary.path_type(member, &condition.left)?;
        match &condition.right {
            Operand::Path(path) => {
                vocabulary.path_type(own, path)?;
            }
            Operand::Word(word) => known_word(vocabulary, left.element(), word)?,
            Operand::Today => {}
        }
    }
    Ok(())
}

/// A misspelt member would never be found.
fn known_word(vocabulary: &Vocabulary, ty: &Type, word: &str) -> Result<(), String> {
    let Type::Entity(name) = ty else {
        return Ok(());
    };
    let Sort::Enum(members) = &vocabulary.entity(name).sort else {
        return Ok(());
    };
    if members.iter().any(|member| **member == *word) {
        return Ok(());
    }
    Err(format!("`{word}` is not a member of `{name}`"))
}

fn like(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Entity(a), Type::Entity(b)) => a == b,
        (Type::Scalar(a), Type::Scalar(b)) => a == b,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// The paths of a derivation that start at the thing itself.
fn paths(derivation: &Derivation) -> Vec<Path> {
    let lengths = |length: &Length| match length {
        Length::Path(path) => Some(path.clone()),
        Length::Literal { .. } => None,
    };
    match derivation {
        Derivation::Sum(path)
        | Derivation::Count(path)
        | Derivation::Digest(path)
        | Derivation::Closure(path) => {
            vec![path.clone()]
        }
        Derivation::Min(terms) | Derivation::Max(terms) => terms.iter().flat_map(term_paths).collect(),
        Derivation::Exceeds(left, right) => term_paths(left).into_iter().chain(term_paths(right)).collect(),
        Derivation::Any(over, conditions)
        | Derivation::All(over, conditions)
        | Derivation::Collect(_, over, conditions) => {
            std::iter::once(over.clone()).chain(conditions.iter().filter_map(right_path)).collect()
        }
        Derivation::Less(left, right) => vec![left.clone(), right.clone()],
        Derivation::Inverse(..) => Vec::new(),
        Derivation::End(start, length) => std::iter::once(start.clone()).chain(lengths(length)).collect(),
        Derivation::EndOf(path) => ["length", "start"]
            .iter()
            .map(|part| path.iter().cloned().chain([Name::from(*part)]).collect())
            .collect(),
        Derivation::Lookup(_, paths) => paths.clone(),
    }
}

/// The paths that go on from the members of a set, from the thing itself.
fn paths_of_members(derivation: &Derivation) -> Vec<Path> {
    let (over, what, conditions) = match derivation {
        Derivation::Any(over, conditions) | Derivation::All(over, conditions) => (over, None, conditions),
        Derivation::Collect(what, over, conditions) => (over, Some(what), conditions),
        _ => return Vec::new(),
    };
    let rests = conditions.iter().map(|condition| &condition.left).chain(what);
    rests.map(|rest| over.iter().chain(rest).cloned().collect()).collect()
}

fn right_path(condition: &Condition) -> Option<Path> {
    match &condition.right {
        Operand::Path(path) => Some(path.clone()),
        _ => None,
    }
}

fn term_paths(term: &Term) -> Vec<Path> {
    match term {
        Term::Path(path) => vec![path.clone()],
        Term::End(start, Length::Path(length)) => vec![start.clone(), length.clone()],
        Term::End(start, Length::Literal { .. }) => vec![start.clone()],
        Term::Since(later, earlier) => term_paths(later).into_iter().chain(term_paths(earlier)).collect(),
        Term::House(_) | Term::Today => Vec::new(),
    }
}

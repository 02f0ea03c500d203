//! What each derived attribute reads, and the rounds in which they can be worked out.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::derivation::{Condition, Derivation, Length, Operand, Path, Term};
use super::{EntityType, Field, Name, Type, Vocabulary, known};

/// A derived attribute: entity type and name.
pub type Fact = (Name, Name);

/// A derived attribute with those that it reads.
#[derive(Clone, Debug)]
pub struct Dependent {
    /// The attribute.
    pub fact: Fact,
    /// What it reads of its own thing.
    own: BTreeSet<Fact>,
    /// What it reads of others.
    of_others: BTreeSet<Fact>,
}

impl Dependent {
    /// All that it reads.
    pub fn needs(&self) -> impl Iterator<Item = &Fact> {
        self.own.iter().chain(&self.of_others)
    }

    /// Its round, once all that it reads is known.
    fn round(&self, known: &FxHashMap<Fact, usize>) -> Option<usize> {
        let own = self.own.iter().map(|fact| known.get(fact).copied());
        let of_others = self.of_others.iter().map(|fact| known.get(fact).map(|round| round + 1));
        own.chain(of_others).try_fold(0, |latest, round| Some(latest.max(round?)))
    }
}

/// A path that a derivation follows.
pub struct Chain {
    /// The type that it starts from.
    pub from: Type,
    /// The attributes, one after the other.
    pub path: Path,
    /// Does it start at the thing that carries the fact?
    own: bool,
}

impl Vocabulary {
    /// Derived attributes in rounds. What a fact reads of its own thing stands before it, in the same round or an
    /// earlier one; what it reads of other things, in an earlier round.
    ///
    /// # Errors
    /// A fact that rests on itself.
    pub fn rounds(&self) -> Result<Vec<Vec<Dependent>>, Fact> {
        let mut open = self.dependents();
        let mut known: FxHashMap<Fact, usize> = FxHashMap::default();
        let mut rounds: Vec<Vec<Dependent>> = Vec::new();
        while let Some(first) = open.first() {
            let first = first.fact.clone();
            // What becomes ready in one sweep waits for the next, so that the order is that of the names.
            let ready: Vec<Option<usize>> = open.iter().map(|dependent| dependent.round(&known)).collect();
            if ready.iter().all(Option::is_none) {
                return Err(first);
            }
            let mut waiting = Vec::new();
            for (dependent, round) in open.into_iter().zip(ready) {
                let Some(round) = round else {
                    waiting.push(dependent);
                    continue;
                };
                known.insert(dependent.fact.clone(), round);
                rounds.resize_with(rounds.len().max(round + 1), Vec::new);
                rounds[round].push(dependent);
            }
            open = waiting;
        }
        Ok(rounds)
    }

    /// All derived attributes, in the order of their types and names.
    fn dependents(&self) -> Vec<Dependent> {
        let all =
            self.types.values().flat_map(|entity| entity.fields.values().map(move |field| (entity, field)));
        all.filter_map(|(entity, field)| self.dependent(entity, field)).collect()
    }

    fn dependent(&self, entity: &EntityType, field: &Field) -> Option<Dependent> {
        let derivation = field.derived.as_ref()?;
        let fact = (Name::clone(&entity.name), Name::clone(&field.name));
        let mut dependent = Dependent { fact, own: BTreeSet::new(), of_others: BTreeSet::new() };
        for Chain { from, path, own } in chains(&entity.name, derivation) {
            for (index, fact) in self.derived_on(&from, &path) {
                let of = if own && index == 0 { &mut dependent.own } else { &mut dependent.of_others };
                of.insert(fact);
            }
        }
        if let Derivation::EndOf(_) = derivation {
            self.dates(entity, field, &mut dependent);
        }
        Some(dependent)
    }

    /// The start of a period is named by a record: any date of the thing or its header.
    fn dates(&self, entity: &EntityType, field: &Field, dependent: &mut Dependent) {
        for ty in [&*entity.name, known::AGREEMENT] {
            let own = ty == &*entity.name;
            for other in self.types.get(ty).into_iter().flat_map(|entity| entity.fields.values()) {
                let itself = own && other.name == field.name;
                if other.derived.is_some() && matches!(other.ty, Type::Date) && !itself {
                    let of = if own { &mut dependent.own } else { &mut dependent.of_others };
                    of.insert((Name::from(ty), Name::clone(&other.name)));
                }
            }
        }
    }

    /// The derived attributes along a path from a type, each with its index on the path.
    pub fn derived_on(&self, from: &Type, path: &[Name]) -> Vec<(usize, Fact)> {
        let mut derived = Vec::new();
        let mut ty = from.clone();
        for (index, name) in path.iter().enumerate() {
            if let Type::Entity(entity) = ty.element()
                && self.field(entity, name).is_some_and(|field| field.derived.is_some())
            {
                derived.push((index, (Name::clone(entity), Name::clone(name))));
            }
            match self.path_type(&ty, std::slice::from_ref(name)) {
                Ok(next) => ty = next,
                Err(_) => break,
            }
        }
        derived
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
}

/// Every path that a derivation of a type follows.
pub fn chains(ty: &Name, derivation: &Derivation) -> Vec<Chain> {
    let from_own = |path: Path, own| Chain { from: Type::Entity(Name::clone(ty)), path, own };
    let mut chains: Vec<Chain> = paths(derivation).into_iter().map(|path| from_own(path, true)).collect();
    chains.extend(paths_of_members(derivation).into_iter().map(|path| from_own(path, true)));
    chains.extend(house_paths(derivation).into_iter().map(|path| Chain {
        from: Type::Entity(known::HOUSE.into()),
        path,
        own: false,
    }));
    match derivation {
        Derivation::Inverse(ty, attribute) => {
            let from = Type::Entity(Name::clone(ty));
            chains.push(Chain { from, path: attribute.clone(), own: false });
        }
        // Every step of it but the first is read of another thing.
        Derivation::Closure(path) => chains.push(from_own(path.clone(), false)),
        _ => {}
    }
    chains
}

/// The paths of a derivation that start at the thing itself.
pub(super) fn paths(derivation: &Derivation) -> Vec<Path> {
    match derivation {
        Derivation::Sum(path)
        | Derivation::Count(path)
        | Derivation::Digest(path)
        | Derivation::Closure(path) => {
            vec![path.clone()]
        }
        Derivation::Min(_) | Derivation::Max(_) | Derivation::Exceeds(..) => {
            terms(derivation).flat_map(term_paths).collect()
        }
        Derivation::Any(over, conditions)
        | Derivation::All(over, conditions)
        | Derivation::Collect(_, over, conditions) => {
            std::iter::once(over.clone()).chain(conditions.iter().filter_map(right_path)).collect()
        }
        Derivation::Less(left, right) => vec![left.clone(), right.clone()],
        Derivation::Inverse(..) => Vec::new(),
        Derivation::End(start, length) => end_paths(start, length),
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

/// The paths that start at the parameters of the workspace.
fn house_paths(derivation: &Derivation) -> Vec<Path> {
    let of_term = |term: &Term| match term {
        Term::House(path) => Some(path.clone()),
        _ => None,
    };
    terms(derivation).filter_map(of_term).collect()
}

/// The operands of a derivation, those of operands too.
fn terms(derivation: &Derivation) -> impl Iterator<Item = &Term> {
    let mut all: Vec<&Term> = match derivation {
        Derivation::Min(terms) | Derivation::Max(terms) => terms.iter().collect(),
        Derivation::Exceeds(left, right) => vec![left, right],
        _ => Vec::new(),
    };
    let mut at = 0;
    while let Some(term) = all.get(at) {
        if let Term::Since(later, earlier) = term {
            all.extend([&**later, &**earlier]);
        }
        at += 1;
    }
    all.into_iter()
}

fn term_paths(term: &Term) -> Vec<Path> {
    match term {
        Term::Path(path) => vec![path.clone()],
        Term::End(start, length) => end_paths(start, length),
        Term::House(_) | Term::Today | Term::Since(..) => Vec::new(),
    }
}

fn end_paths(start: &Path, length: &Length) -> Vec<Path> {
    match length {
        Length::Path(length) => vec![start.clone(), length.clone()],
        Length::Literal { .. } => vec![start.clone()],
    }
}

fn right_path(condition: &Condition) -> Option<Path> {
    match &condition.right {
        Operand::Path(path) => Some(path.clone()),
        _ => None,
    }
}

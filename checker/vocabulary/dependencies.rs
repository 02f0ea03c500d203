//! What each derived attribute reads.

use std::collections::{BTreeMap, BTreeSet};

use super::derivation::{Condition, Derivation, Length, Operand, Path, Term};
use super::{EntityType, Field, Name, Type, Vocabulary, known};

/// A derived attribute: entity type and name.
pub type Fact = (Name, Name);

/// A path that a derivation follows.
pub struct Chain {
    /// The type that it starts from.
    pub from: Type,
    /// The attributes, one after the other.
    pub path: Path,
}

impl Vocabulary {
    /// A derived attribute that rests on itself, if there is one. Facts are worked out when they are read, so that
    /// none may read itself on the way.
    pub fn circle(&self) -> Option<Fact> {
        let all = self.types.values();
        let all = all.flat_map(|entity| entity.fields.values().map(move |field| (entity, field)));
        let needs = all.filter_map(|(entity, field)| self.needs(entity, field));
        let mut open: BTreeMap<Fact, BTreeSet<Fact>> = needs.collect();
        loop {
            let ready = |needs: &BTreeSet<Fact>| needs.iter().all(|fact| !open.contains_key(fact));
            let done: Vec<Fact> =
                open.iter().filter(|(_, needs)| ready(needs)).map(|(fact, _)| fact.clone()).collect();
            if done.is_empty() {
                return open.into_keys().next();
            }
            for fact in done {
                open.remove(&fact);
            }
        }
    }

    /// A derived attribute with those that it reads.
    fn needs(&self, entity: &EntityType, field: &Field) -> Option<(Fact, BTreeSet<Fact>)> {
        let derivation = field.derived.as_ref()?;
        let chains = chains(&entity.name, derivation);
        let mut needs: BTreeSet<Fact> =
            chains.iter().flat_map(|chain| self.derived_on(&chain.from, &chain.path)).collect();
        if let Derivation::EndOf(_) = derivation {
            needs.extend(self.starts(entity));
        }
        Some(((Name::clone(&entity.name), Name::clone(&field.name)), needs))
    }

    /// The start of a period is named by a record: any attribute with a role, of the thing or its header.
    fn starts<'v>(&'v self, entity: &'v EntityType) -> impl Iterator<Item = Fact> {
        let types = [Some(entity), self.types.get(known::AGREEMENT)].into_iter().flatten();
        let all = types.flat_map(|ty| ty.fields.values().map(move |field| (ty, field)));
        let derived = all.filter(|(_, field)| field.derived.is_some() && field.role.is_some());
        derived.map(|(ty, field)| (Name::clone(&ty.name), Name::clone(&field.name)))
    }

    /// The derived attributes along a path from a type.
    fn derived_on(&self, from: &Type, path: &[Name]) -> Vec<Fact> {
        let mut derived = Vec::new();
        let mut ty = from.clone();
        for name in path {
            if let Type::Entity(entity) = ty.element()
                && self.field(entity, name).is_some_and(|field| field.derived.is_some())
            {
                derived.push((Name::clone(entity), Name::clone(name)));
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
    let chain = |from: &Name, path| Chain { from: Type::Entity(Name::clone(from)), path };
    let own = paths(derivation).into_iter().chain(paths_of_members(derivation));
    let mut chains: Vec<Chain> = own.map(|path| chain(ty, path)).collect();
    let house = Name::from(known::HOUSE);
    chains.extend(house_paths(derivation).into_iter().map(|path| chain(&house, path)));
    if let Derivation::Inverse(of, attribute) = derivation {
        chains.push(chain(of, attribute.clone()));
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

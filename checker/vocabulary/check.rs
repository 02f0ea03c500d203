//! Proves that the vocabulary holds together: every path in `@derived` and `@join` leads somewhere,
//! every function gets and gives the types it should, and no fact depends on itself.

use super::dependencies::paths;
use super::derivation::{Condition, Derivation, Operand, Path, Step};
use super::{EntityType, Field, Fields, Name, Scalar, Sibling, Sort, Type, Vocabulary, known, sibling};
use crate::finding::{Mistake, nearest};

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
        && let Some((ty, name)) = vocabulary.circle()
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
            source_of_inverse(vocabulary, ty)?;
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
            source_of_inverse(vocabulary, ty)?;
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

/// What points back is a thing of the files: when facts are read to bind joins, no tuple is there yet.
fn source_of_inverse(vocabulary: &Vocabulary, ty: &str) -> Result<(), String> {
    let entity = vocabulary.types.get(ty).ok_or_else(|| format!("no entity type `{ty}`"))?;
    if let Sort::Join(_) = entity.sort {
        return Err(format!("`{ty}` is a join, and nothing can be found back from one"));
    }
    Ok(())
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

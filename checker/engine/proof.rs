//! What is proved of a rule when it is loaded, beyond Cedar's own validation.
//!
//! Each check closes a way in which a rule could pass in silence: an attribute that does not exist,
//! a row that does not exist, and an absence that nobody was ever asked about.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cedar_policy_core::ast::EntityUID;
use cedar_policy_core::parser::Loc;

use super::condition::{Condition, Polarity, Read, Root, literals};
use crate::facts::base_field;
use crate::finding::Mistake;
use crate::source::{Place, Source};
use crate::vocabulary::{Field, Mark, Name, Sort, Type, Vocabulary, known};

/// All mistakes of a limb's condition.
pub fn check(
    vocabulary: &Vocabulary,
    rows: &Rows,
    subject: &Name,
    condition: &Condition,
    source: &Arc<Source>,
) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let place = |loc: Option<&Loc>| Place::new(source, loc.map_or(0..0, |loc| loc.start()..loc.end()));
    condition.node.visit(Polarity::Fires, &mut |read, polarity| {
        if let Err(mistake) = a_read(vocabulary, subject, read, polarity, &place(read.loc.as_ref())) {
            mistakes.push(mistake);
        }
    });
    literals(&condition.expr, &mut |at, uid| {
        if let Err(mistake) = literal(vocabulary, rows, uid, &place(at.source_loc())) {
            mistakes.push(mistake);
        }
    });
    mistakes
}

/// Every attribute of a chain exists, and absence of each is accounted for.
fn a_read(
    vocabulary: &Vocabulary,
    subject: &Name,
    read: &Read,
    polarity: Polarity,
    place: &Place,
) -> Result<(), Mistake> {
    let mut ty = match read.root {
        Root::Resource => Type::Entity(Name::clone(subject)),
        Root::Principal => Type::Entity(known::PARTY.into()),
        Root::House => Type::Entity(known::HOUSE.into()),
        Root::Date if read.path.len() == 1 && &*read.path[0] == "date" => return Ok(()),
        Root::Date => return Err(Mistake::at(place, "context holds `date` and `house`")),
    };
    for name in &read.path {
        let fields = match &ty {
            Type::Entity(entity) => &vocabulary.entity(entity).fields,
            Type::Record(record) => &record.fields,
            // The parts of a scalar, such as `minor` of a sum, are Cedar's to check.
            Type::Scalar(_) => return Ok(()),
            _ => {
                return Err(Mistake::at(
                    place,
                    format!("`{name}` is asked of something that has no attributes"),
                ));
            }
        };
        let Some((field, sibling)) = base_field(fields, name) else {
            let mistake = Mistake::at(place, format!("no attribute `{name}` on `{}`", describe(&ty)));
            return Err(mistake.did_you_mean(name, fields.keys().map(|key| &**key)));
        };
        if read.root == Root::Resource && polarity != Polarity::Passes {
            accounted_for(field, place)?;
        }
        ty = match sibling {
            None => field.ty.clone(),
            Some(_) => return Ok(()),
        };
    }
    Ok(())
}

/// Where the truth of a leaf makes the limb fire, absence makes it pass: somebody must have been
/// asked, or the vocabulary says why absence means no.
fn accounted_for(field: &Field, place: &Place) -> Result<(), Mistake> {
    let asked = field.mark != Mark::Optional || field.absent.is_some();
    if asked || field.required || field.derived.is_some() || field.heading || &*field.name == known::ACCEPT {
        return Ok(());
    }
    Err(Mistake::at(
        place,
        format!("`{}` is never asked, so that its absence would pass here in silence", field.name),
    )
    .help("read it in an exception, or mark the attribute @essential, @asked or @absent(\"why this is no\")")
    .also(&field.place, "declared here without a mark"))
}

/// Ids of the rows of all tables, by entity type.
pub type Rows = BTreeMap<Name, BTreeSet<String>>;

/// A reference to a row or member that is not there would be false in silence.
fn literal(vocabulary: &Vocabulary, rows: &Rows, uid: &EntityUID, place: &Place) -> Result<(), Mistake> {
    let (ty, id) = (uid.entity_type().to_string(), AsRef::<str>::as_ref(uid.eid()));
    let Some(entity) = vocabulary.types.get(ty.as_str()) else {
        return Ok(());
    };
    let words: Vec<&str> = match &entity.sort {
        Sort::Enum(members) => members.iter().map(|member| &**member).collect(),
        Sort::Machine if ty == known::ANSWER => answers(vocabulary),
        _ => rows.get(ty.as_str()).into_iter().flatten().map(String::as_str).collect(),
    };
    if words.contains(&id) {
        return Ok(());
    }
    let mistake = Mistake::at(place, format!("`{ty}` has no member `{id}`"));
    let mistake =
        if words.len() <= 20 { mistake.help(format!("they are {}", words.join(", "))) } else { mistake };
    Err(mistake.did_you_mean(id, words.iter().copied()))
}

/// Every word that an attribute of the vocabulary may hold instead of a value.
pub fn answers(vocabulary: &Vocabulary) -> Vec<&str> {
    let entities = vocabulary.types.values().flat_map(|entity| entity.fields.values());
    let records = vocabulary.records.values().flat_map(|record| record.fields.values());
    let mut words: Vec<&str> = entities.chain(records).flat_map(Field::words).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn describe(ty: &Type) -> String {
    match ty {
        Type::Entity(name) => name.to_string(),
        Type::Record(record) if !record.name.is_empty() => record.name.clone(),
        _ => "this block".to_owned(),
    }
}

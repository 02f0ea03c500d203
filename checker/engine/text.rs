//! Texts with paths in braces: messages, wording, descriptor lines.

use crate::deal::{Content, Deal, Uid, Value, enumerate, short, uncapital};
use crate::facts::{along, follow};
use crate::vocabulary::{Name, Type, Vocabulary};

/// A text of an annotation, split at its paths.
#[derive(Clone, Debug, Default)]
pub struct Text {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Words(String),
    /// Attributes from the subject.
    Path(Vec<Name>),
    /// The party we act for.
    Principal,
}

impl Text {
    /// Splits a text; `{resource.a.b}` is a path, `{principal}` the party we act for, and braces
    /// around anything else are themselves.
    ///
    /// # Errors
    /// A path that leads nowhere from the subject.
    pub fn parse(text: &str, vocabulary: &Vocabulary, subject: &Name) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = ["{resource", "{principal}"].iter().filter_map(|word| rest.find(word)).min() {
            let Some(length) = rest[open..].find('}') else { break };
            let inner = &rest[open + 1..open + length];
            parts.push(Part::Words(rest[..open].to_owned()));
            parts.push(match inner.strip_prefix("resource") {
                None => Part::Principal,
                Some("") => Part::Path(Vec::new()),
                Some(path) => {
                    let path: Vec<Name> = path.trim_start_matches('.').split('.').map(Name::from).collect();
                    vocabulary.path_type(&Type::Entity(Name::clone(subject)), &path)?;
                    Part::Path(path)
                }
            });
            rest = &rest[open + length + 1..];
        }
        parts.push(Part::Words(rest.to_owned()));
        Ok(Self { parts })
    }

    /// The paths in it, from the subject.
    pub fn paths(&self) -> impl Iterator<Item = &[Name]> {
        self.parts.iter().filter_map(|part| match part {
            Part::Path(path) => Some(path.as_slice()),
            _ => None,
        })
    }

    /// The text for one subject: titles, a set as "A, B and C", what is absent as "(not declared)".
    pub fn expand(&self, vocabulary: &Vocabulary, deal: &Deal, subject: &Uid, principal: &Uid) -> String {
        self.fill(&|uid| deal.name(uid), vocabulary, deal, subject, principal)
    }

    /// The same as lines of a descriptor: things by the names they are declared with.
    pub fn expand_lines(
        &self,
        vocabulary: &Vocabulary,
        deal: &Deal,
        subject: &Uid,
        principal: &Uid,
    ) -> String {
        self.fill(&|uid| short(&uid.id), vocabulary, deal, subject, principal)
    }

    /// The text for no subject in particular: what each path stands for in brackets, by its title.
    pub fn titled(&self, vocabulary: &Vocabulary, subject: &Name) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Principal => text.push_str("[the reader]"),
                Part::Path(path) => {
                    let end = along(vocabulary, subject, path).and_then(|steps| Some(steps.last()?.0));
                    let title = end.map_or_else(
                        || vocabulary.entity(subject).title.clone(),
                        |field| field.title.clone(),
                    );
                    text.push_str(&format!("[{}]", uncapital(&title)));
                }
            }
        }
        text
    }

    fn fill(
        &self,
        name: &dyn Fn(&Uid) -> String,
        vocabulary: &Vocabulary,
        deal: &Deal,
        subject: &Uid,
        principal: &Uid,
    ) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Principal => text.push_str(&name(principal)),
                Part::Path(path) if path.is_empty() => text.push_str(&name(subject)),
                Part::Path(path) => text.push_str(&show_path(name, vocabulary, deal, subject, path)),
            }
        }
        text
    }
}

fn show_path(
    name: &dyn Fn(&Uid) -> String,
    vocabulary: &Vocabulary,
    deal: &Deal,
    subject: &Uid,
    path: &[Name],
) -> String {
    let reached = follow(vocabulary, deal, subject, path);
    let mut shown: Vec<String> = reached
        .slots
        .iter()
        .map(|slot| match &slot.content {
            Content::Value(Value::Entity(uid)) => name(uid),
            // A date shows the date alone here; how it came about is a reason.
            Content::Value(value @ Value::Date(_)) => deal.show(value),
            _ => deal.show_slot(slot),
        })
        .collect();
    shown.extend(reached.words.iter().map(|word| word.replace('_', " ")));
    shown.dedup();
    if shown.is_empty() {
        return if reached.hole.is_some() { "(not known)" } else { "(not declared)" }.to_owned();
    }
    enumerate(&shown)
}

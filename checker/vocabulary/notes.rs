//! The annotations of a declaration, looked up by their text and with their places.

use std::sync::Arc;

use super::schema::Annotation;
use super::{Gate, Name};
use crate::finding::{Mistake, nearest};
use crate::source::{Place, Source};

/// The annotations of one declaration.
pub(super) struct Notes<'a> {
    annotations: &'a [Annotation<'a>],
    source: &'a Arc<Source>,
    owner: &'a Place,
}

impl<'a> Notes<'a> {
    pub(super) fn new(annotations: &'a [Annotation<'a>], source: &'a Arc<Source>, owner: &'a Place) -> Self {
        Self { annotations, source, owner }
    }

    fn annotation(&self, key: &str) -> Option<&'a Annotation<'a>> {
        self.annotations.iter().find(|annotation| annotation.key == key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        let annotation = self.annotation(key)?;
        Some(annotation.value.as_ref().map_or("", |(value, _)| value))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key).map(str::to_owned)
    }

    pub(super) fn words(&self, key: &str) -> Vec<Name> {
        self.get(key)
            .unwrap_or("")
            .split([',', ' '])
            .filter(|word| !word.is_empty())
            .map(Name::from)
            .collect()
    }

    pub(super) fn at(&self, key: &str) -> Place {
        let value = self.annotation(key).and_then(|annotation| annotation.value.as_ref());
        value.map_or_else(|| self.owner.clone(), |(_, span)| Place::new(self.source, span.clone()))
    }

    pub(super) fn gate(&self, key: &str, word: &str) -> Result<Gate, Mistake> {
        Gate::parse(word).ok_or_else(|| {
            Mistake::at(&self.at(key), format!("no gate `{word}`: it is sign, share, export or close"))
        })
    }

    /// A misspelt annotation would be ignored in silence.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<(), Mistake> {
        for key in self.annotations.iter().map(|annotation| annotation.key) {
            if !allowed.contains(&key) {
                let mistake = Mistake::at(&self.at(key), format!("no annotation `@{key}` here"));
                return Err(match nearest(key, allowed.iter().copied()) {
                    Some(near) => mistake.help(format!("did you mean `@{near}`?")),
                    None => mistake.help(format!("it is one of {}", allowed.join(", "))),
                });
            }
        }
        Ok(())
    }
}

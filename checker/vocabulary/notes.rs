//! The annotations of a declaration, looked up by their text and with their places.

use std::sync::Arc;

use cedar_policy_core::est::Annotations;

use super::read::place;
use super::{Gate, Name};
use crate::finding::{Mistake, nearest};
use crate::source::{Place, Source};

/// The annotations of one declaration.
pub(super) struct Notes<'a> {
    annotations: &'a Annotations,
    source: &'a Arc<Source>,
    owner: &'a Place,
}

impl<'a> Notes<'a> {
    pub(super) fn new(annotations: &'a Annotations, source: &'a Arc<Source>, owner: &'a Place) -> Self {
        Self { annotations, source, owner }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        // By its text: to parse the key as an id would run Cedar's parser for every look-up.
        let (_, annotation) = self.annotations.0.iter().find(|(id, _)| AsRef::<str>::as_ref(*id) == key)?;
        Some(annotation.as_ref().map_or("", |annotation| annotation.val.as_str()))
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
        let found = self.annotations.0.iter().find(|(id, _)| AsRef::<str>::as_ref(*id) == key);
        let loc = found.and_then(|(_, annotation)| annotation.as_ref()?.loc.as_ref());
        loc.map_or_else(|| self.owner.clone(), |loc| place(self.source, Some(loc)))
    }

    pub(super) fn gate(&self, key: &str, word: &str) -> Result<Gate, Mistake> {
        Gate::parse(word).ok_or_else(|| {
            Mistake::at(&self.at(key), format!("no gate `{word}`: it is sign, share, export or close"))
        })
    }

    /// A misspelt annotation would be ignored in silence.
    pub(super) fn only(&self, allowed: &[&str]) -> Result<(), Mistake> {
        for id in self.annotations.0.keys() {
            let key = id.to_string();
            if !allowed.contains(&key.as_str()) {
                let mistake = Mistake::at(&self.at(&key), format!("no annotation `@{key}` here"));
                return Err(match nearest(&key, allowed.iter().copied()) {
                    Some(near) => mistake.help(format!("did you mean `@{near}`?")),
                    None => mistake.help(format!("it is one of {}", allowed.join(", "))),
                });
            }
        }
        Ok(())
    }
}

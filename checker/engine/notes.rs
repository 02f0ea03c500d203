//! The annotations of a limb, each checked to be one that is known.

use std::sync::Arc;

use cedar_policy_core::ast;
use cedar_policy_core::parser::Loc;
use jiff::civil::Date;

use super::text::Text;
use crate::finding::{Mistake, nearest};
use crate::source::{Place, Source};
use crate::vocabulary::{Name, Type, Vocabulary};

/// Annotations of a limb.
const ANNOTATIONS: [&str; 19] = [
    "code",
    "id",
    "severity",
    "message",
    "clause",
    "record",
    "fallback",
    "escalate",
    "authority",
    "policy",
    "protects",
    "burden",
    "at",
    "contradiction",
    "stands",
    "final",
    "strength",
    "valid_from",
    "valid_until",
];

/// The annotations of a limb.
pub(super) struct Notes<'a> {
    policy: &'a ast::Policy,
    source: &'a Arc<Source>,
    pub(super) place: Place,
}

impl<'a> Notes<'a> {
    pub(super) fn new(policy: &'a ast::Policy, source: &'a Arc<Source>) -> Self {
        let span = policy.loc().map_or(0..0, |loc| loc.start()..loc.end());
        Self { policy, source, place: Place::new(source, span) }
    }

    pub(super) fn located(&self, loc: Option<&Loc>) -> Place {
        loc.map_or_else(|| self.place.clone(), |loc| Place::new(self.source, loc.start()..loc.end()))
    }

    fn annotation(&self, key: &str) -> Option<&'a ast::Annotation> {
        self.policy.annotations().find(|(id, _)| AsRef::<str>::as_ref(*id) == key).map(|(_, found)| found)
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.annotation(key).map(|annotation| annotation.val.as_str())
    }

    pub(super) fn at(&self, key: &str) -> Place {
        self.located(self.annotation(key).and_then(|annotation| annotation.loc.as_ref()))
    }

    pub(super) fn missing(&self, key: &str) -> Mistake {
        Mistake::at(&self.place, format!("a rule has `@{key}(\"…\")`"))
    }

    pub(super) fn required(&self, key: &str) -> Result<&'a str, Mistake> {
        self.get(key).filter(|text| !text.is_empty()).ok_or_else(|| self.missing(key))
    }

    pub(super) fn date(&self, key: &str) -> Result<Option<Date>, Mistake> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        let date = text.parse().map_err(|_| {
            Mistake::at(&self.at(key), format!("`@{key}` holds a date such as \"2026-12-31\""))
        })?;
        Ok(Some(date))
    }

    pub(super) fn only(&self) -> Result<(), Mistake> {
        for (id, _) in self.policy.annotations() {
            let key = id.to_string();
            if !ANNOTATIONS.contains(&key.as_str()) {
                let mistake = Mistake::at(&self.at(&key), format!("no annotation `@{key}` in a rule"));
                return Err(match nearest(&key, ANNOTATIONS) {
                    Some(near) => mistake.help(format!("did you mean `@{near}`?")),
                    None => mistake.help(format!("they are {}", ANNOTATIONS.join(", "))),
                });
            }
        }
        Ok(())
    }

    pub(super) fn expanding(
        &self,
        key: &str,
        vocabulary: &Vocabulary,
        subject: &Name,
    ) -> Result<Option<Text>, Mistake> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        Text::parse(text, vocabulary, subject)
            .map(Some)
            .map_err(|message| Mistake::at(&self.at(key), message))
    }

    pub(super) fn path(
        &self,
        key: &str,
        vocabulary: &Vocabulary,
        subject: &Name,
    ) -> Result<Option<Vec<Name>>, Mistake> {
        let Some(text) = self.get(key) else {
            return Ok(None);
        };
        let wrong = |message: String| Mistake::at(&self.at(key), message);
        let path: Vec<Name> = match text.strip_prefix("resource") {
            Some("") => Vec::new(),
            Some(rest) if rest.starts_with('.') => rest[1..].split('.').map(Name::from).collect(),
            _ => return Err(wrong("a path begins with `resource`".to_owned())),
        };
        let from = Type::Entity(Name::clone(subject));
        vocabulary.path_type(&from, &path).map_err(wrong)?;
        Ok(Some(path))
    }
}

//! TOML texts with places: packs, tables and the configuration of a workspace.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::Mistake;
use crate::source::{Place, Source};

/// A value of a TOML file with its place.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Key.
    pub key: String,
    /// Value.
    pub value: Toml,
    /// Place of the value.
    pub place: Place,
}

/// The values of TOML that a vocabulary can read.
#[derive(Clone, Debug)]
pub enum Toml {
    /// A text.
    Text(String),
    /// A number, truth value or date, as written.
    Word(String),
    /// An array.
    List(Vec<Toml>),
}

/// A TOML text with places.
pub struct Doc<'a> {
    source: Arc<Source>,
    table: DeTable<'a>,
}

impl<'a> Doc<'a> {
    /// Reads a TOML text.
    ///
    /// # Errors
    /// The first mistake of its syntax.
    pub fn parse(source: &'a Arc<Source>) -> Result<Self, Mistake> {
        let table = DeTable::parse(&source.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            Mistake::at(&Place::new(source, span), error.message().to_owned())
        })?;
        Ok(Self { source: Arc::clone(source), table: table.into_inner() })
    }

    /// The place of the whole text.
    pub fn whole(&self) -> Place {
        Place::new(&self.source, 0..0)
    }

    /// The place of a key's value, or of the whole.
    pub fn place(&self, key: &str) -> Place {
        self.table.get(key).map_or_else(|| self.whole(), |value| Place::new(&self.source, value.span()))
    }

    /// Refuses every key that is not in the list.
    ///
    /// # Errors
    /// The first unknown key, with the nearest known one.
    pub fn only(&self, keys: &[&str]) -> Result<(), Mistake> {
        for key in self.table.keys() {
            let word: &str = key.get_ref();
            if !keys.contains(&word) {
                let at = Place::new(&self.source, key.span());
                return Err(Mistake::at(&at, format!("no key `{word}` here"))
                    .help(format!("the keys are {}", keys.join(", ")))
                    .did_you_mean(word, keys.iter().copied()));
            }
        }
        Ok(())
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// It is missing or not a text.
    pub fn text(&self, key: &str) -> Result<String, Mistake> {
        self.optional_text(key)?.ok_or_else(|| Mistake::at(&self.whole(), format!("`{key}` is missing")))
    }

    /// A text that may be there.
    ///
    /// # Errors
    /// It is not a text.
    pub fn optional_text(&self, key: &str) -> Result<Option<String>, Mistake> {
        match self.table.get(key).map(Spanned::get_ref) {
            None => Ok(None),
            Some(DeValue::String(text)) => Ok(Some(text.to_string())),
            Some(_) => Err(Mistake::at(&self.place(key), format!("`{key}` is a text in quotes"))),
        }
    }

    pub(super) fn date(&self, key: &str) -> Result<Date, Mistake> {
        let written = match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::Datetime(date)) => date.to_string(),
            _ => String::new(),
        };
        written
            .parse()
            .map_err(|_| Mistake::at(&self.place(key), format!("`{key}` is a date such as 2026-11-22")))
    }

    pub(super) fn flag(&self, key: &str) -> Result<bool, Mistake> {
        match self.table.get(key).map(Spanned::get_ref) {
            None => Ok(false),
            Some(DeValue::Boolean(flag)) => Ok(*flag),
            Some(_) => Err(Mistake::at(&self.place(key), format!("`{key}` is true or false"))),
        }
    }

    /// A list of texts with their places; empty when it is missing.
    ///
    /// # Errors
    /// It is not a list of texts.
    pub fn texts(&self, key: &str) -> Result<Vec<(String, Place)>, Mistake> {
        let wrong = |at: Place| Mistake::at(&at, format!("`{key}` is a list of texts in quotes"));
        let Some(value) = self.table.get(key) else {
            return Ok(Vec::new());
        };
        let DeValue::Array(array) = value.get_ref() else {
            return Err(wrong(self.place(key)));
        };
        array
            .iter()
            .map(|item| {
                let at = Place::new(&self.source, item.span());
                match item.get_ref() {
                    DeValue::String(text) => Ok((text.to_string(), at)),
                    _ => Err(wrong(at)),
                }
            })
            .collect()
    }

    /// Is the key written?
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The settings of a table; empty when it is missing.
    ///
    /// # Errors
    /// It is not a table of plain values.
    pub fn table(&self, key: &str) -> Result<Vec<Setting>, Mistake> {
        match self.table.get(key).map(Spanned::get_ref) {
            None => Ok(Vec::new()),
            Some(DeValue::Table(table)) => self.settings(table),
            Some(_) => Err(Mistake::at(&self.place(key), format!("`{key}` is a table"))),
        }
    }

    pub(super) fn tables(&self, key: &str) -> Result<Vec<(String, Place, Vec<Setting>)>, Mistake> {
        let Some(DeValue::Table(table)) = self.table.get(key).map(Spanned::get_ref) else {
            return Err(Mistake::at(&self.whole(), format!("table `[{key}]` is missing")));
        };
        let mut by_place = BTreeMap::new();
        for (name, value) in table {
            let at = Place::new(&self.source, name.span());
            let DeValue::Table(inner) = value.get_ref() else {
                return Err(Mistake::at(&at, format!("`{}` is a table {{ … }}", name.get_ref())));
            };
            let settings = self.settings(inner)?;
            by_place.insert(at.start(), (name.get_ref().to_string(), at, settings));
        }
        Ok(by_place.into_values().collect())
    }

    fn settings(&self, table: &DeTable<'_>) -> Result<Vec<Setting>, Mistake> {
        let mut settings = Vec::new();
        for (name, value) in table {
            let place = Place::new(&self.source, value.span());
            let value = read_value(value.get_ref())
                .ok_or_else(|| Mistake::at(&place, "a text, number, date, truth value or list of these"))?;
            settings.push(Setting { key: name.get_ref().to_string(), value, place });
        }
        settings.sort_by_key(|setting| setting.place.start());
        Ok(settings)
    }
}

fn read_value(value: &DeValue<'_>) -> Option<Toml> {
    Some(match value {
        DeValue::String(text) => Toml::Text(text.to_string()),
        DeValue::Integer(number) => Toml::Word(number.to_string()),
        DeValue::Float(number) => Toml::Word(number.to_string()),
        DeValue::Boolean(true) => Toml::Word("yes".to_owned()),
        DeValue::Boolean(false) => Toml::Word("no".to_owned()),
        DeValue::Datetime(date) => Toml::Word(date.to_string()),
        DeValue::Array(items) => {
            Toml::List(items.iter().map(|item| read_value(item.get_ref())).collect::<Option<_>>()?)
        }
        DeValue::Table(_) => return None,
    })
}

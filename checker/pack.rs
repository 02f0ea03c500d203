//! Packs: folders of vocabulary, rules and reference tables.
//!
//! A pack of a law firm has the same shape and the same rights as a built-in one.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::finding::{Mistake, Severity, nearest};
use crate::source::{Place, Source};
use crate::vocabulary::Name;

/// The files of a pack, as they were found.
#[derive(Clone, Debug)]
pub struct PackFiles {
    /// The folder's name or path, as the configuration names it.
    pub name: String,
    /// `pack.toml`, `*.cedarschema`, `rules/**/*.cedar`, `data/*.toml`.
    pub files: Vec<Arc<Source>>,
}

/// A pack that was read.
#[derive(Debug)]
pub struct Pack {
    /// The name that others depend on.
    pub name: String,
    /// What it is, in a line.
    pub title: String,
    /// Day a human last held it against the law.
    pub as_of: Date,
    /// Names of packs it needs.
    pub depends: Vec<(String, Place)>,
    /// Is it loaded when the configuration names no packs?
    pub default: bool,
    /// Severities it sets on rules of packs it depends on.
    pub raise: Vec<(String, Severity, Place)>,
    /// Parameters it sets, as written in TOML.
    pub set: Vec<Setting>,
    /// Schema texts.
    pub schema: Vec<Arc<Source>>,
    /// Rule texts.
    pub rules: Vec<Arc<Source>>,
    /// Reference tables.
    pub tables: Vec<Table>,
}

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

/// A reference table, or the titles of an enum's members.
#[derive(Debug)]
pub struct Table {
    /// Entity type it fills.
    pub ty: Name,
    /// Place of that type.
    pub place: Place,
    /// Day the facts were last looked at.
    pub as_of: Date,
    /// Where the facts come from.
    pub source: String,
    /// Rows in order.
    pub rows: Vec<Row>,
}

/// A row of a reference table.
#[derive(Debug)]
pub struct Row {
    /// Id of the entity.
    pub id: String,
    /// What people call it.
    pub title: Option<String>,
    /// One or two sentences.
    pub doc: Option<String>,
    /// Other names.
    pub also: Vec<String>,
    /// Rows it lies under.
    pub parents: Vec<String>,
    /// Further columns.
    pub columns: Vec<Setting>,
    /// Where it stands.
    pub place: Place,
}

impl Pack {
    /// Reads the files of a pack.
    ///
    /// # Errors
    /// Every mistake in `pack.toml` and the tables; and a pack that holds nothing.
    pub fn read(files: &PackFiles) -> Result<Self, Vec<Mistake>> {
        let mut manifest = None;
        let (mut schema, mut rules, mut tables) = (Vec::new(), Vec::new(), Vec::new());
        let mut mistakes = Vec::new();
        for file in &files.files {
            let path = file.path.as_str();
            if path.ends_with("pack.toml") {
                manifest = Some(file);
            } else if path.ends_with(".cedarschema") {
                schema.push(Arc::clone(file));
            } else if path.ends_with(".cedar") {
                rules.push(Arc::clone(file));
            } else if path.ends_with(".toml") {
                match table(file) {
                    Ok(table) => tables.push(table),
                    Err(mistake) => mistakes.push(mistake),
                }
            }
        }
        let Some(manifest) = manifest else {
            mistakes.push(Mistake::nowhere(format!("pack `{}` has no pack.toml", files.name)));
            return Err(mistakes);
        };
        match manifest_of(manifest, schema, rules, tables) {
            Ok(pack) if pack.is_empty() && mistakes.is_empty() => Err(vec![
                Mistake::nowhere(format!(
                    "pack `{}` holds no vocabulary, no rule and no table, and sets nothing",
                    files.name
                ))
                .help("a pack is a folder with pack.toml, *.cedarschema, rules/**/*.cedar and data/*.toml"),
            ]),
            Ok(pack) if mistakes.is_empty() => Ok(pack),
            Ok(_) => Err(mistakes),
            Err(mistake) => {
                mistakes.push(mistake);
                Err(mistakes)
            }
        }
    }
}

impl Pack {
    fn is_empty(&self) -> bool {
        self.schema.is_empty()
            && self.rules.is_empty()
            && self.tables.is_empty()
            && self.raise.is_empty()
            && self.set.is_empty()
    }
}

fn manifest_of(
    source: &Arc<Source>,
    schema: Vec<Arc<Source>>,
    rules: Vec<Arc<Source>>,
    tables: Vec<Table>,
) -> Result<Pack, Mistake> {
    let doc = Doc::parse(source)?;
    doc.only(&["name", "title", "as_of", "depends", "default", "raise", "set"])?;
    let mut raise = Vec::new();
    for setting in doc.table("raise")? {
        let severity = match &setting.value {
            Toml::Text(word) => Severity::parse(word),
            _ => None,
        };
        let severity = severity
            .ok_or_else(|| Mistake::at(&setting.place, "a severity is \"error\", \"warning\" or \"note\""))?;
        raise.push((setting.key, severity, setting.place));
    }
    Ok(Pack {
        name: doc.text("name")?,
        title: doc.text("title")?,
        as_of: doc.date("as_of")?,
        depends: doc.texts("depends")?,
        default: doc.flag("default")?,
        raise,
        set: doc.table("set")?,
        schema,
        rules,
        tables,
    })
}

fn table(source: &Arc<Source>) -> Result<Table, Mistake> {
    let doc = Doc::parse(source)?;
    doc.only(&["type", "as_of", "source", "notice", "entries"])?;
    let mut rows = Vec::new();
    for (id, place, columns) in doc.tables("entries")? {
        let mut row = Row {
            id,
            title: None,
            doc: None,
            also: Vec::new(),
            parents: Vec::new(),
            columns: Vec::new(),
            place,
        };
        for column in columns {
            match (column.key.as_str(), &column.value) {
                ("title", Toml::Text(text)) => row.title = Some(text.clone()),
                ("doc", Toml::Text(text)) => row.doc = Some(text.clone()),
                ("cue", _) => {}
                ("also", Toml::List(all)) => row.also = plain(all),
                ("parents", Toml::List(all)) => row.parents = plain(all),
                ("title" | "doc" | "also" | "parents", _) => {
                    return Err(Mistake::at(&column.place, format!("`{}` has the wrong type", column.key)));
                }
                _ => row.columns.push(column),
            }
        }
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(Mistake::at(&doc.whole(), "a table without rows"));
    }
    Ok(Table {
        ty: doc.text("type")?.into(),
        place: doc.place("type"),
        as_of: doc.date("as_of")?,
        source: doc.text("source")?,
        rows,
    })
}

fn plain(values: &[Toml]) -> Vec<String> {
    values
        .iter()
        .filter_map(|value| match value {
            Toml::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
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
                let mistake = Mistake::at(&at, format!("no key `{word}` here"));
                return Err(match nearest(word, keys.iter().copied()) {
                    Some(near) => mistake.help(format!("did you mean `{near}`?")),
                    None => mistake.help(format!("the keys are {}", keys.join(", "))),
                });
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

    fn date(&self, key: &str) -> Result<Date, Mistake> {
        let written = match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::Datetime(date)) => date.to_string(),
            _ => String::new(),
        };
        written
            .parse()
            .map_err(|_| Mistake::at(&self.place(key), format!("`{key}` is a date such as 2026-11-22")))
    }

    fn flag(&self, key: &str) -> Result<bool, Mistake> {
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

    fn tables(&self, key: &str) -> Result<Vec<(String, Place, Vec<Setting>)>, Mistake> {
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
            by_place.insert(at.start, (name.get_ref().to_string(), at, settings));
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
        settings.sort_by_key(|setting| setting.place.start);
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

/// Packs in the order of their dependencies, those named and those they depend on.
///
/// # Errors
/// A pack that is not there, or packs that depend on each other in a circle.
pub fn in_order(packs: Vec<Pack>, wanted: &[(String, Option<Place>)]) -> Result<Vec<Pack>, Mistake> {
    let mut left: BTreeMap<String, Pack> = packs.into_iter().map(|pack| (pack.name.clone(), pack)).collect();
    let mut ordered = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for (name, place) in wanted {
        visit(name, place.as_ref(), &mut left, &mut ordered, &mut open)?;
    }
    Ok(ordered)
}

fn visit(
    name: &str,
    place: Option<&Place>,
    left: &mut BTreeMap<String, Pack>,
    ordered: &mut Vec<Pack>,
    open: &mut Vec<String>,
) -> Result<(), Mistake> {
    if ordered.iter().any(|pack| pack.name == name) {
        return Ok(());
    }
    let mistake = |message: String| Mistake { place: place.cloned(), ..Mistake::nowhere(message) };
    if open.iter().any(|pack| pack == name) {
        return Err(mistake(format!("pack `{name}` depends on itself")));
    }
    let Some(pack) = left.remove(name) else {
        let missing = mistake(format!("no pack `{name}`"));
        return Err(match nearest(name, left.keys().map(String::as_str)) {
            Some(near) => missing.help(format!("did you mean `{near}`?")),
            None => missing,
        });
    };
    open.push(name.to_owned());
    for (needed, at) in &pack.depends {
        visit(needed, Some(at), left, ordered, open)?;
    }
    open.pop();
    ordered.push(pack);
    Ok(())
}

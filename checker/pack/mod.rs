//! Packs: folders of vocabulary, rules and reference tables.
//!
//! A pack of a law firm has the same shape and the same rights as a built-in one.

mod doc;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::{Mistake, Severity};
use crate::source::{Place, Source};
use crate::vocabulary::{Name, known};
pub use doc::{Doc, Setting, Toml};

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
    /// Where its manifest says so.
    pub place: Place,
    /// Version of the pack, `1.2.0`.
    pub version: Option<String>,
    /// Age from which it should be held against the law again, as written: `6 months`.
    pub stale_after: Option<(String, Place)>,
    /// Day on which the examples of its rules take place.
    pub examples_on: Date,
    /// Names of packs it needs.
    pub depends: Vec<(String, Place)>,
    /// Is it loaded when the configuration names no packs?
    pub default: bool,
    /// Severities it sets on rules of packs it depends on.
    pub raise: Vec<(String, Severity, Place)>,
    /// Rules of packs it depends on in whose place its own rules of the same id stand.
    pub replaces: Vec<(String, Place)>,
    /// Rules of packs it depends on that are switched off, each with the reason.
    pub disable: Vec<(String, String, Place)>,
    /// Rules of packs it depends on from which no departure can be accepted.
    pub stands: Vec<(String, Place)>,
    /// Parameters it sets, as written in TOML.
    pub set: Vec<Setting>,
    /// Schema texts.
    pub schema: Vec<Arc<Source>>,
    /// Rule texts.
    pub rules: Vec<Arc<Source>>,
    /// Reference tables.
    pub tables: Vec<Table>,
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
    /// The pack as a row of a table, so that a rule can be about its age.
    pub fn about_itself(&self) -> Option<Table> {
        let place = self.place.clone();
        let as_of = Setting {
            key: "as_of".to_owned(),
            value: Toml::Word(self.as_of.to_string()),
            place: place.clone(),
        };
        let stale_after = self.stale_after.as_ref().map(|(age, at)| Setting {
            key: "stale_after".to_owned(),
            value: Toml::Text(age.clone()),
            place: at.clone(),
        });
        let depends = self.depends.iter().map(|(name, _)| Toml::Text(name.clone())).collect();
        let depends = Setting { key: "depends".to_owned(), value: Toml::List(depends), place: place.clone() };
        let row = Row {
            id: self.name.clone(),
            title: Some(self.name.clone()),
            doc: None,
            also: Vec::new(),
            parents: Vec::new(),
            columns: [as_of, depends].into_iter().chain(stale_after).collect(),
            place: place.clone(),
        };
        let ty = known::PACK.into();
        Some(Table { ty, place, as_of: self.as_of, source: self.title.clone(), rows: vec![row] })
    }

    fn is_empty(&self) -> bool {
        self.schema.is_empty()
            && self.rules.is_empty()
            && self.tables.is_empty()
            && self.raise.is_empty()
            && self.disable.is_empty()
            && self.stands.is_empty()
            && self.set.is_empty()
    }
}

/// Keys of `pack.toml`.
const MANIFEST: [&str; 13] = [
    "name",
    "title",
    "version",
    "as_of",
    "stale_after",
    "examples_on",
    "depends",
    "default",
    "raise",
    "replaces",
    "disable",
    "stands",
    "set",
];

fn manifest_of(
    source: &Arc<Source>,
    schema: Vec<Arc<Source>>,
    rules: Vec<Arc<Source>>,
    tables: Vec<Table>,
) -> Result<Pack, Mistake> {
    let doc = Doc::parse(source)?;
    doc.only(&MANIFEST)?;
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
    let mut disable = Vec::new();
    for setting in doc.table("disable")? {
        match setting.value {
            Toml::Text(because) if !because.trim().is_empty() => {
                disable.push((setting.key, because, setting.place));
            }
            _ => {
                return Err(Mistake::at(
                    &setting.place,
                    "a rule is switched off for a reason, a text in quotes",
                ));
            }
        }
    }
    Ok(Pack {
        name: doc.text("name")?,
        title: doc.text("title")?,
        as_of: doc.date("as_of")?,
        place: doc.place("as_of"),
        version: doc.optional_text("version")?,
        stale_after: doc.optional_text("stale_after")?.map(|age| (age, doc.place("stale_after"))),
        examples_on: doc.date(if doc.has("examples_on") { "examples_on" } else { "as_of" })?,
        depends: doc.texts("depends")?,
        default: doc.flag("default")?,
        raise,
        replaces: doc.texts("replaces")?,
        disable,
        stands: doc.texts("stands")?,
        set: doc.table("set")?,
        schema,
        rules,
        tables,
    })
}

fn table(source: &Arc<Source>) -> Result<Table, Mistake> {
    let doc = Doc::parse(source)?;
    doc.only(&["type", "as_of", "source", "entries"])?;
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
        return Err(missing.did_you_mean(name, left.keys().map(String::as_str)));
    };
    open.push(name.to_owned());
    for (needed, at) in &pack.depends {
        visit(needed, Some(at), left, ordered, open)?;
    }
    open.pop();
    ordered.push(pack);
    Ok(())
}

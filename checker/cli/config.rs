//! `countersign.toml`: the configuration of a workspace.

use std::sync::Arc;

use countersign::finding::{Mistake, Severity};
use countersign::pack::{Doc, Setting, Toml};
use countersign::run::House;
use countersign::source::{Place, Source};

/// Name of the file.
pub const NAME: &str = "countersign.toml";

/// A configuration that was read.
#[derive(Default)]
pub struct Config {
    /// Packs by name or path, with their places; None for the default ones.
    pub packs: Option<Vec<(String, Place)>>,
    /// Parameters, severities and home.
    pub house: House,
    /// Patterns of paths that are left out, as in a .gitignore.
    pub exclude: Vec<(String, Place)>,
    /// Patterns of Markdown files whose deal blocks are read.
    pub include: Vec<(String, Place)>,
}

/// Reads a configuration.
///
/// # Errors
/// The first mistake.
pub fn read(source: &Arc<Source>) -> Result<Config, Mistake> {
    let doc = Doc::parse(source)?;
    doc.only(&["packs", "home", "parameters", "severities", "exclude", "include"])?;
    let mut severities = Vec::new();
    for setting in doc.table("severities")? {
        severities.push((setting.key.clone(), severity(&setting)?, setting.place));
    }
    Ok(Config {
        packs: if doc.has("packs") { Some(doc.texts("packs")?) } else { None },
        house: House {
            parameters: doc.table("parameters")?,
            severities,
            home: doc.optional_text("home")?.map(|home| (home, doc.place("home"))),
        },
        exclude: doc.texts("exclude")?,
        include: doc.texts("include")?,
    })
}

fn severity(setting: &Setting) -> Result<Option<Severity>, Mistake> {
    let word = match &setting.value {
        Toml::Text(word) => word.as_str(),
        _ => "",
    };
    match (word, Severity::parse(word)) {
        ("off", _) => Ok(None),
        (_, Some(severity)) => Ok(Some(severity)),
        _ => Err(Mistake::at(&setting.place, "a severity is \"error\", \"warning\", \"note\" or \"off\"")),
    }
}

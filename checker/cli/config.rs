//! `countersign.toml`: the configuration of a workspace.

use std::fmt::Write as _;
use std::sync::Arc;

use countersign::finding::{Mistake, Severity};
use countersign::pack::{Doc, Setting, Toml};
use countersign::run::{House, Library};
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
    doc.only(&["packs", "home", "parameters", "severities", "stands", "exclude", "include"])?;
    let mut severities = Vec::new();
    for setting in doc.table("severities")? {
        severities.push((setting.key.clone(), severity(&setting)?, setting.place));
    }
    Ok(Config {
        packs: if doc.has("packs") { Some(doc.texts("packs")?) } else { None },
        house: House {
            parameters: doc.table("parameters")?,
            parameters_alone: false,
            severities,
            stands: doc.texts("stands")?,
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

impl Config {
    /// Every value with the place it comes from, one line each.
    pub fn show(&self, library: &Library, root: &str) -> String {
        let mut text = format!("root = {root:?}\n");
        let mut line = |name: &str, value: String, from: String| {
            let _ = writeln!(text, "{name} = {value}   # {from}");
        };
        for pack in &library.packs {
            let named = self.packs.iter().flatten().find(|(name, _)| name.ends_with(&pack.name));
            let from = named.map_or_else(
                || "default, or needed by another pack".to_owned(),
                |(_, place)| place.to_string(),
            );
            line("pack", format!("{:?} of {}", pack.name, pack.as_of), from);
        }
        if let Some((home, place)) = &self.house.home {
            line("home", format!("{home:?}"), place.to_string());
        }
        for setting in library.parameters.iter().chain(&self.house.parameters) {
            line(&format!("parameters.{}", setting.key), shown(&setting.value), setting.place.to_string());
        }
        for (rule, severity, place) in &library.raise {
            line(&format!("severities.{rule}"), format!("{:?}", severity.word()), place.to_string());
        }
        for (rule, severity, place) in &self.house.severities {
            let word = severity.map_or("off", Severity::word);
            line(&format!("severities.{rule}"), format!("{word:?}"), place.to_string());
        }
        for (rule, place) in library.stands.iter().chain(&self.house.stands) {
            line("stands", format!("{rule:?}"), place.to_string());
        }
        for (name, patterns) in [("exclude", &self.exclude), ("include", &self.include)] {
            for (pattern, place) in patterns {
                line(name, format!("{pattern:?}"), place.to_string());
            }
        }
        text
    }
}

fn shown(value: &Toml) -> String {
    match value {
        Toml::Text(text) => format!("{text:?}"),
        Toml::Word(word) => word.clone(),
        Toml::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
    }
}

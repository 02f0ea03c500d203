//! The packs of a workspace, read and proved together.

use std::sync::Arc;

use jiff::civil::Date;

use crate::engine::proof::Rows;
use crate::engine::rule::{self, Rule};
use crate::finding::{Mistake, Severity};
use crate::pack::{Pack, Setting, Table};
use crate::source::{Place, Source};
use crate::vocabulary::{Vocabulary, read};

/// What the packs give.
pub struct Library {
    /// What a deal may say.
    pub vocabulary: Vocabulary,
    /// What must be said, by id.
    pub rules: Vec<Rule>,
    /// Reference tables.
    pub tables: Vec<Table>,
    /// Parameters that packs set.
    pub parameters: Vec<Setting>,
    /// Severities that packs set on rules of others.
    pub raise: Vec<(String, Severity, Place)>,
    /// The packs themselves, for reports.
    pub packs: Vec<PackInfo>,
}

/// A pack, for reports.
#[derive(Clone, Debug)]
pub struct PackInfo {
    /// Its name.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Day a human last held it against the law.
    pub as_of: Date,
    /// Day on which the examples of its rules take place.
    pub examples_on: Date,
}

impl Library {
    /// Reads packs in their order. Built-in packs are validated by the tests; `validate` does it here,
    /// as every other pack needs.
    ///
    /// # Errors
    /// Every mistake of every pack.
    pub fn load(packs: Vec<Pack>, validate: bool) -> Result<Self, Vec<Mistake>> {
        let schema: Vec<Arc<Source>> = packs.iter().flat_map(|pack| pack.schema.iter().cloned()).collect();
        let vocabulary = read::read(&schema)?;
        let files: Vec<(String, Arc<Source>)> = packs
            .iter()
            .flat_map(|pack| pack.rules.iter().map(|source| (pack.name.clone(), Arc::clone(source))))
            .collect();
        let mut rows = Rows::new();
        for table in packs.iter().flat_map(|pack| &pack.tables) {
            let ids = table.rows.iter().map(|row| row.id.clone());
            rows.entry(Arc::clone(&table.ty)).or_default().extend(ids);
        }
        let rules = rule::load(&vocabulary, &rows, &files, validate)?;
        if rules.is_empty() {
            return Err(vec![Mistake::nowhere("the packs hold no rule: nothing would be checked")]);
        }
        let mut library = Self {
            vocabulary,
            rules,
            tables: Vec::new(),
            parameters: Vec::new(),
            raise: Vec::new(),
            packs: Vec::new(),
        };
        for pack in packs {
            library.packs.push(PackInfo {
                name: pack.name,
                title: pack.title,
                as_of: pack.as_of,
                examples_on: pack.examples_on,
            });
            library.tables.extend(pack.tables);
            library.parameters.extend(pack.set);
            library.raise.extend(pack.raise);
        }
        library.know_rules(library.raise.iter().map(|(name, _, place)| (name.as_str(), place)))?;
        Ok(library)
    }

    /// A rule by its id or code.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| &*rule.id == name || &*rule.code == name)
    }

    /// Does every name that stands in a file stand for a rule or a limb?
    ///
    /// # Errors
    /// Each name that does not.
    pub fn know_rules<'n>(
        &self,
        named: impl Iterator<Item = (&'n str, &'n Place)>,
    ) -> Result<(), Vec<Mistake>> {
        let unknown: Vec<Mistake> = named
            .filter(|(name, _)| !self.names_rule(name))
            .map(|(name, place)| Mistake { place: Some(place.clone()), ..self.no_rule(name) })
            .collect();
        if unknown.is_empty() { Ok(()) } else { Err(unknown) }
    }

    fn names_rule(&self, name: &str) -> bool {
        self.rule(name).is_some()
            || self.rules.iter().flat_map(|rule| &rule.limbs).any(|limb| &*limb.id == name)
    }

    /// The mistake of naming a rule that is not there.
    pub fn no_rule(&self, name: &str) -> Mistake {
        Mistake::nowhere(format!("no rule `{name}`"))
            .help("`countersign rules` lists them")
            .did_you_mean(name, self.rules.iter().flat_map(|rule| [&*rule.id, &*rule.code]))
    }
}

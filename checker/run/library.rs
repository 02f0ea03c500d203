//! The packs of a workspace, read and proved together.

use std::sync::Arc;

use jiff::civil::Date;

use crate::engine::proof::Rows;
use crate::engine::rule::{self, Rule};
use crate::finding::{Mistake, Severity};
use crate::pack::{Pack, Setting, Table};
use crate::run::report::{CLOSED, RuleChange, SWITCHED_OFF};
use crate::source::{Place, Source};
use crate::vocabulary::cedar::Definitions;
use crate::vocabulary::{Name, Vocabulary, known, read};

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
    /// Rules from which no departure can be accepted, by the word of a pack.
    pub stands: Vec<(String, Place)>,
    /// What packs changed in rules of others.
    pub changes: Vec<RuleChange>,
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
    /// Version of the pack, `1.2.0`.
    pub version: Option<String>,
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
        // After our own reader, which bounds how deep types may nest: Cedar's would overflow the stack.
        let definitions = if validate { Some(Definitions::read(&schema)?) } else { None };
        let (files, mut changes) = rule_files(&packs)?;
        let mut rows = Rows::new();
        for table in packs.iter().flat_map(|pack| &pack.tables) {
            let ids = table.rows.iter().map(|row| row.id.clone());
            rows.entry(Name::clone(&table.ty)).or_default().extend(ids);
        }
        let mut rules = rule::load(&vocabulary, &rows, &files, definitions)?;
        changes.extend(switched_off(&packs, &mut rules)?);
        if rules.is_empty() {
            return Err(vec![Mistake::nowhere("the packs hold no rule: nothing would be checked")]);
        }
        let mut library = Self {
            vocabulary,
            rules,
            tables: Vec::new(),
            parameters: Vec::new(),
            raise: Vec::new(),
            stands: Vec::new(),
            changes,
            packs: Vec::new(),
        };
        for pack in packs {
            library.take(pack);
        }
        let raised = library.raise.iter().map(|(name, _, place)| (name.as_str(), place));
        library
            .know_rules(raised.chain(library.stands.iter().map(|(name, place)| (name.as_str(), place))))?;
        Ok(library)
    }

    fn take(&mut self, pack: Pack) {
        // A vocabulary that stands alone may know nothing of packs.
        if self.vocabulary.types.contains_key(known::PACK) {
            self.tables.extend(pack.about_itself());
        }
        let change = |rule: &str, what: String, place| RuleChange::new(&pack.name, rule, what, place);
        self.changes.extend(
            pack.raise
                .iter()
                .map(|(rule, severity, place)| change(rule, format!("raised to {}", severity.word()), place)),
        );
        let stands = pack.stands.iter();
        self.changes.extend(stands.map(|(rule, place)| change(rule, CLOSED.to_owned(), place)));
        self.packs.push(PackInfo {
            name: pack.name,
            title: pack.title,
            version: pack.version,
            as_of: pack.as_of,
            examples_on: pack.examples_on,
        });
        self.tables.extend(pack.tables);
        self.parameters.extend(pack.set);
        self.raise.extend(pack.raise);
        self.stands.extend(pack.stands);
    }

    /// A rule by its id or code.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.is_named(name))
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

type RuleFiles = Vec<(String, Arc<Source>)>;

/// The rule files of all packs, each with its pack, less those that another pack replaces.
fn rule_files(packs: &[Pack]) -> Result<(RuleFiles, Vec<RuleChange>), Vec<Mistake>> {
    let mut files: RuleFiles = Vec::new();
    let (mut changes, mut mistakes) = (Vec::new(), Vec::new());
    for pack in packs {
        for (id, place) in &pack.replaces {
            let before = files.len();
            files.retain(|(_, source)| rule::stem(&source.path) != id);
            let own = pack.rules.iter().any(|source| rule::stem(&source.path) == id);
            if before == files.len() || !own {
                let message = if own {
                    format!("no pack that `{}` depends on has a rule `{id}` to replace", pack.name)
                } else {
                    format!("`{}` replaces `{id}` and has no rule of that name", pack.name)
                };
                mistakes.push(
                    Mistake::at(place, message).help("a rule is switched off under [disable], with a reason"),
                );
            }
            changes.push(RuleChange::new(&pack.name, id, "replaced", place));
        }
        files.extend(pack.rules.iter().map(|source| (pack.name.clone(), Arc::clone(source))));
    }
    if mistakes.is_empty() { Ok((files, changes)) } else { Err(mistakes) }
}

/// Takes out the rules that packs switch off.
fn switched_off(packs: &[Pack], rules: &mut Vec<Rule>) -> Result<Vec<RuleChange>, Vec<Mistake>> {
    let (mut changes, mut mistakes) = (Vec::new(), Vec::new());
    for (pack, (name, because, place)) in
        packs.iter().flat_map(|pack| pack.disable.iter().map(move |one| (pack, one)))
    {
        let Some(at) = rules.iter().position(|rule| rule.is_named(name)) else {
            mistakes.push(Mistake::at(place, format!("no rule `{name}` to switch off")));
            continue;
        };
        let rule = rules.remove(at);
        changes.push(RuleChange {
            because: Some(because.clone()),
            ..RuleChange::new(&pack.name, &rule.id, SWITCHED_OFF, place)
        });
    }
    if mistakes.is_empty() { Ok(changes) } else { Err(mistakes) }
}

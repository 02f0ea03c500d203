//! The whole line: from files, packs and a date to a report.

pub mod baseline;
mod findings;
mod library;
pub mod outside;
mod overview;
mod questions;
mod report;
mod rounds;
pub mod sides;
mod visits;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::deal::{Deal, Workings};
use crate::engine::judge::{Judge, Outcome, Slices};
use crate::engine::rule::{self, Limb, Rule};
use crate::engine::store::Store;
use crate::engine::subjects::{Empty, Subject, tuples};
use crate::facts::{closures, fill_siblings};
use crate::finding::{Mistake, Severity};
use crate::lower::{DealFile, Lowered, lower};
use crate::pack::{Setting, Table};
use crate::source::Place;
use crate::vocabulary::needed::Needed;
use crate::vocabulary::{Gate, Name, Sort, known};

pub use baseline::Baseline;
pub use findings::MISTAKE;
pub use library::{Library, PackInfo};
pub use overview::{listed, plural};
pub use questions::UNANSWERED;
use report::{CLOSED, SWITCHED_OFF};
pub use report::{DealInfo, Report, RuleChange, Summary};
pub use rounds::{Decided, Decision};
pub use visits::{Plan, Visit};

/// Which gate a check stands before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// By the status of each deal.
    Status,
    /// An unfinished text: every gate, and all but contradictions as notes.
    Draft,
    /// One gate for all.
    Gate(Gate),
}

/// What the configuration of a workspace decides.
#[derive(Debug, Default)]
pub struct House {
    /// Parameters, later ones over earlier ones.
    pub parameters: Vec<Setting>,
    /// Only these parameters count, and not those that packs set.
    pub parameters_alone: bool,
    /// Severities by rule; None switches a rule off.
    pub severities: Vec<(String, Option<Severity>, Place)>,
    /// Rules from which this house accepts no departure.
    pub stands: Vec<(String, Place)>,
    /// The party this workspace belongs to.
    pub home: Option<(String, Place)>,
}

/// A check to make.
pub struct Check<'a> {
    /// Packs.
    pub library: &'a Library,
    /// The configuration.
    pub house: &'a House,
    /// Files of the workspace, in order.
    pub files: &'a [DealFile],
    /// The gate.
    pub stage: Stage,
    /// The party to read for, over what the deals say.
    pub acting_for: Option<&'a str>,
    /// Findings that are known, and not listed again.
    pub baseline: Option<&'a Baseline>,
    /// The date.
    pub today: Date,
    /// Threads to use.
    pub threads: usize,
}

/// Everything between the files and the findings; the oracle of the tests looks at it too.
pub struct Assessed {
    /// What was lowered, with facts and tuples.
    pub lowered: Lowered,
    /// Subjects in order.
    pub subjects: Vec<Subject>,
    /// Joins without a tuple.
    pub empty: Empty,
    /// The deal for Cedar.
    pub store: Store,
}

impl Check<'_> {
    /// Gives the words of all files their meaning.
    pub fn lower(&self) -> Lowered {
        let tables: Vec<&Table> = self.library.tables.iter().collect();
        let of_packs = self.library.parameters.iter().filter(|_| !self.house.parameters_alone);
        let parameters: Vec<Setting> = of_packs.chain(&self.house.parameters).cloned().collect();
        let rules = rule::rows(&self.library.rules, |rule| self.stands(rule));
        lower(&self.library.vocabulary, &tables, rules, &parameters, self.files)
    }

    /// Derives facts, finds what meets, and builds the store for Cedar.
    pub fn assess(&self, mut lowered: Lowered) -> Assessed {
        let vocabulary = &self.library.vocabulary;
        let needed = Needed::new(vocabulary, rule::names(&self.library.rules));
        fill_siblings(vocabulary, &needed, &mut lowered.deal);
        lowered.deal.workings = Some(Workings::new(self.today, !lowered.not_assessed.is_empty()));
        closures(vocabulary, &lowered.deal);
        let is_join = |ty: &str| matches!(vocabulary.entity(ty).sort, Sort::Join(_));
        let slices = Slices::new(&self.library.rules);
        let wanted: BTreeSet<Name> = slices.subjects().cloned().collect();
        let (mut subjects, empty) = tuples(vocabulary, &mut lowered.deal, &wanted);
        closures(vocabulary, &lowered.deal);
        subjects.extend(plain(&lowered.deal, &wanted, is_join));
        subjects.sort_by(|a, b| a.uid.cmp(&b.uid));
        let store = Store::new(&lowered.deal, self.today, rule::reads(&self.library.rules));
        Assessed { lowered, subjects, empty, store }
    }

    /// Makes the check.
    ///
    /// # Errors
    /// A rule that Cedar cannot evaluate, or entities that do not fit together: never a clean result.
    pub fn run(&self) -> Result<Report, Vec<Mistake>> {
        self.report(&self.assess(self.lower()))
    }

    /// Decides what was assessed, and says what was found.
    ///
    /// # Errors
    /// The same as of [`Self::run`].
    pub fn report(&self, assessed: &Assessed) -> Result<Report, Vec<Mistake>> {
        let internal = |message: String| vec![Mistake::nowhere(format!("internal error: {message}"))];
        if !assessed.lowered.fatal.is_empty() {
            return Err(assessed.lowered.fatal.clone());
        }
        let mut mistakes = assessed.lowered.mistakes.clone();
        mistakes.extend(visits::without_parties(&self.library.vocabulary, &assessed.lowered));
        let plan = visits::plan(self, assessed);
        mistakes.extend(plan.mistakes.iter().cloned());
        let judge = self.judge(assessed);
        let told = |outcome: &Outcome| !matches!(outcome, Outcome::Passes);
        let decided = rounds::decide(&judge, self, assessed, &plan, told).map_err(internal)?;
        let broken: Vec<Mistake> =
            decided.decisions.iter().filter_map(|decision| self.broken(decision)).collect();
        if !broken.is_empty() {
            return Err(broken);
        }
        Ok(findings::report(self, &judge, assessed, &plan, &decided, mistakes))
    }

    /// The gate of a visit at which a limb is asked, if it is asked on that visit at all.
    pub fn asked(&self, limb: &Limb, visit: &Visit) -> Option<Gate> {
        if visit.draft && limb.of_final_text || !limb.in_force(self.today) {
            return None;
        }
        visit.gates.iter().copied().find(|gate| limb.gates.contains(gate))
    }

    /// Can no departure from a rule be accepted: by its own word, a pack's or the house's?
    pub fn stands(&self, rule: &Rule) -> bool {
        let mut named = self.library.stands.iter().chain(&self.house.stands);
        rule.stands || named.any(|(name, _)| rule.is_named(name))
    }

    /// What packs and the house changed in rules.
    pub fn changes(&self) -> Vec<RuleChange> {
        let change = |rule: &str, what: String, place| RuleChange::new("this workspace", rule, what, place);
        let set = self.house.severities.iter().map(|(rule, severity, place)| {
            let what = severity.map_or(SWITCHED_OFF.to_owned(), |to| format!("set to {}", to.word()));
            change(rule, what, place)
        });
        let stands = self.house.stands.iter();
        let closed = stands.map(|(rule, place)| change(rule, CLOSED.to_owned(), place));
        self.library.changes.iter().cloned().chain(set).chain(closed).collect()
    }

    /// The visits of what was assessed.
    pub fn plan(&self, assessed: &Assessed) -> Plan {
        visits::plan(self, assessed)
    }

    /// The deals of the files, before anything is decided.
    pub fn deals(&self) -> Vec<DealInfo> {
        overview::deals(&self.library.vocabulary, &self.lower(), &Plan::default())
    }

    /// What became of each limb of a rule on each subject, with the message it would carry.
    pub fn outcomes(&self, rule: &Rule) -> Vec<(String, Outcome, String)> {
        let assessed = self.assess(self.lower());
        let plan = visits::plan(self, &assessed);
        let judge = self.judge(&assessed);
        let deal = &assessed.lowered.deal;
        let Ok(decided) = rounds::decide(&judge, self, &assessed, &plan, |_| true) else {
            return Vec::new();
        };
        let of_rule = decided
            .decisions
            .into_iter()
            .filter(|decision| self.library.rules[decision.limb.0].id == rule.id);
        of_rule
            .map(|decision| {
                let limb = &self.library.rules[decision.limb.0].limbs[decision.limb.1];
                let (subject, principal) = (&decision.subject.uid, &decision.visit.principal);
                let message = limb.message.expand(&self.library.vocabulary, deal, subject, principal);
                (limb.id.to_string(), decision.outcome, message)
            })
            .collect()
    }

    /// The judge of what was assessed.
    pub fn judge<'a>(&'a self, assessed: &'a Assessed) -> Judge<'a> {
        Judge {
            vocabulary: &self.library.vocabulary,
            rules: &self.library.rules,
            deal: &assessed.lowered.deal,
            store: &assessed.store,
        }
    }

    fn broken(&self, decision: &Decision<'_>) -> Option<Mistake> {
        let Outcome::Broken(error) = &decision.outcome else {
            return None;
        };
        let limb = &self.library.rules[decision.limb.0].limbs[decision.limb.1];
        let message =
            format!("rule `{}` could not be evaluated on `{}`: {error}", limb.id, decision.subject.uid.id);
        Some(Mistake::at(&limb.place, message))
    }
}

/// Things that are subjects by themselves.
fn plain<'a>(
    deal: &'a Deal,
    wanted: &'a BTreeSet<Name>,
    is_join: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = Subject> + 'a {
    wanted.iter().filter(move |ty| !is_join(ty)).flat_map(|ty| {
        deal.of_type(ty).filter(|thing| &*thing.uid.id != known::ANYONE).map(|thing| Subject {
            uid: thing.uid.clone(),
            members: vec![thing.uid.clone()],
            route: Vec::new(),
            open: None,
        })
    })
}

//! The deals in the headers of rules, as tests of these rules.
//!
//! [`Example::of`] reads them; [`test`] runs them, and says which outcomes of a condition no example has
//! seen and which change of it no example would notice.

mod coverage;
mod expectation;
mod trial;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::engine::mutants::mutants;
use crate::engine::rule::Rule;
use crate::lower::DealFile;
use crate::lower::markdown::fences;
use crate::pack::{Doc, Setting};
use crate::run::Library;
use crate::source::{Place, Source};
use crate::vocabulary::Gate;
use trial::Trial;

/// Name of the file that an example is checked as.
const FILE: &str = "example.deal";

/// What an example shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shows {
    /// A deal that breaks the rule.
    Breaks,
    /// A deal that keeps it: nothing fires, and nothing is left undecided.
    Keeps,
    /// A deal that leaves it undecided.
    Undecided,
}

/// A deal in the header of a rule.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub shows: Shows,
    /// What stands after its fence.
    pub info: String,
    /// The gate it is checked before.
    pub gate: Gate,
    /// The party it is read for.
    pub acting_for: Option<String>,
    /// The day it takes place, where it is not that of the pack.
    pub on: Option<Date>,
    /// Parameters of the house.
    pub parameters: Vec<Setting>,
    /// The parties and assets that all examples of the rule share.
    pub cast: String,
    /// The example itself.
    pub text: String,
    /// Limbs that fire, by the last part of their id, with the line of the example they point at.
    pub arrows: BTreeSet<(String, usize)>,
}

impl Example {
    /// The examples of a rule.
    ///
    /// # Errors
    /// A sentence, for the first that cannot be read.
    pub fn of(rule: &Rule) -> Result<Vec<Self>, String> {
        let mut cast = String::new();
        let mut examples = Vec::new();
        for block in fences(&rule.prose, |info| info.split_whitespace().next() == Some("deal")) {
            match block.info.split_whitespace().nth(1) {
                Some("cast") => cast = block.text,
                _ => examples.push(example(rule, &cast, block.info, block.text)?),
            }
        }
        for (shows, word) in [(Shows::Breaks, "breaks"), (Shows::Keeps, "keeps")] {
            if !examples.iter().any(|example| example.shows == shows) {
                return Err(format!("no ```deal {word}``` in its header"));
            }
        }
        Ok(examples)
    }

    /// The whole deal: the cast and the example.
    pub fn deal(&self) -> String {
        format!("{}{}", self.cast, self.text)
    }

    /// The deal as a file, alone in its workspace.
    fn file(&self) -> DealFile {
        let source = Source::new(FILE, self.deal());
        DealFile { text: Arc::clone(&source.text), source, folder: String::new() }
    }
}

/// `deal breaks [at GATE] [for PARTY] [on DATE] [with PARAMETER = VALUE; PARAMETER = VALUE]`
fn example(rule: &Rule, cast: &str, info: String, text: String) -> Result<Example, String> {
    let (head, parameters) = info.split_once(" with ").unwrap_or((&info, ""));
    let words: Vec<&str> = head.split_whitespace().collect();
    let after =
        |word: &str| words.iter().position(|found| *found == word).and_then(|at| words.get(at + 1)).copied();
    let shows = match words.get(1) {
        Some(&"breaks") => Shows::Breaks,
        Some(&"keeps") => Shows::Keeps,
        Some(&"undecided") => Shows::Undecided,
        other => {
            return Err(format!(
                "a block is `deal cast`, `deal breaks`, `deal keeps` or `deal undecided`, not {other:?}"
            ));
        }
    };
    let gate = match after("at") {
        Some(word) => Gate::parse(word).ok_or_else(|| format!("`at {word}` names no gate"))?,
        None => rule.limbs[0].gates.iter().next().copied().unwrap_or(Gate::Sign),
    };
    let on =
        after("on").map(|word| word.parse().map_err(|_| format!("`on {word}` is no date"))).transpose()?;
    let settings =
        Source::new("countersign.toml", format!("[parameters]\n{}\n", parameters.replace("; ", "\n")));
    let parameters = Doc::parse(&settings).and_then(|doc| doc.table("parameters"));
    Ok(Example {
        shows,
        gate,
        acting_for: after("for").map(str::to_owned),
        on,
        parameters: parameters.map_err(|mistake| format!("`{info}`: {}", mistake.message))?,
        cast: cast.to_owned(),
        arrows: arrows(&text),
        text,
        info,
    })
}

/// `# ← limb, limb`: here the findings of these limbs point.
fn arrows(text: &str) -> BTreeSet<(String, usize)> {
    let mut found = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let Some((_, limbs)) = line.split_once("# ←") else {
            continue;
        };
        found.extend(limbs.split(',').map(|limb| (limb.trim().to_owned(), index + 1)));
    }
    found
}

/// What the examples of a rule show, and what they leave open.
#[derive(Debug)]
pub struct Tested {
    /// Id of the rule.
    pub rule: String,
    /// Pack it belongs to.
    pub pack: String,
    /// How many examples it has.
    pub examples: usize,
    /// Examples that do not show what they say.
    pub failures: Vec<String>,
    /// Outcomes of leaves that can be seen: true and false of each.
    pub outcomes: usize,
    /// Those that no example has seen.
    pub unseen: Vec<(Place, String)>,
    /// Changes of conditions that were tried.
    pub mutants: usize,
    /// Those that no example noticed.
    pub unnoticed: Vec<(Place, String)>,
}

/// Part of the changes that examples should notice, in percent.
pub const NOTICED: usize = 95;

/// Tests the rules that are wanted on their own examples, on the day on which those of their pack take place.
pub fn test(library: &Library, wanted: impl Fn(&Rule) -> bool + Sync) -> Vec<Tested> {
    let rules: Vec<usize> = (0..library.rules.len()).filter(|index| wanted(&library.rules[*index])).collect();
    rules.into_par_iter().map(|index| test_rule(library, index)).collect()
}

fn test_rule(library: &Library, index: usize) -> Tested {
    let rule = &library.rules[index];
    let pack = library.packs.iter().find(|pack| pack.name == rule.pack);
    let today = pack.map_or(Date::MIN, |pack| pack.examples_on);
    let mut tested = Tested {
        rule: rule.id.to_string(),
        pack: rule.pack.clone(),
        examples: 0,
        failures: Vec::new(),
        outcomes: 0,
        unseen: Vec::new(),
        mutants: 0,
        unnoticed: Vec::new(),
    };
    let examples = match Example::of(rule) {
        Ok(examples) => examples,
        Err(message) => {
            tested.failures.push(message);
            return tested;
        }
    };
    tested.examples = examples.len();
    let set: Vec<_> = examples.into_iter().map(trial::Setting::new).collect();
    let checks: Vec<_> = set.iter().map(|setting| setting.check(library, today)).collect();
    let mut trials = Vec::new();
    for (check, setting) in checks.iter().zip(&set) {
        match Trial::new(check, &setting.example, index) {
            Ok(trial) => trials.push(trial),
            Err(message) => tested.failures.push(format!("`{}`: {message}", setting.example.info)),
        }
    }
    for trial in &trials {
        if let Err(message) = trial.as_expected() {
            tested.failures.push(format!("`{}`: {message}", trial.example.info));
        }
    }
    for limb in rule.limbs.iter().filter(|limb| !trials.iter().any(|trial| trial.fires(limb))) {
        tested.failures.push(format!("no example makes `{}` fire", limb.id));
    }
    coverage::measure(&library.vocabulary, rule, &trials, &mut tested);
    if tested.failures.is_empty() {
        try_mutants(library, rule, &trials, &mut tested);
    }
    tested
}

fn try_mutants(library: &Library, rule: &Rule, trials: &[Trial<'_>], tested: &mut Tested) {
    for (index, limb) in rule.limbs.iter().enumerate() {
        for mutant in mutants(&library.vocabulary, limb, &rule.source) {
            tested.mutants += 1;
            if !trials.iter().any(|trial| trial.notices(index, &mutant.condition)) {
                let words = coverage::words(&mutant.place);
                tested.unnoticed.push((mutant.place, format!("no example notices {}: {words}", mutant.what)));
            }
        }
    }
}

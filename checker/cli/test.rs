//! `countersign test`: a pack's rules on their own examples.

use std::collections::BTreeSet;
use std::io::{self, Write as _};

use countersign::engine::rule::Rule;
use countersign::examples::{NOTICED, Tested, test};
use countersign::finding::Mistake;
use countersign::report::rules;
use countersign::run::Library;

use crate::Exit;
use crate::args::TestArguments;
use crate::check::complain;
use crate::packs::Which;
use crate::reference::library;

/// Runs the command.
pub fn run(arguments: &TestArguments) -> Exit {
    match tests(&arguments.names) {
        Ok(tested) => {
            let _ = io::stdout().write_all(rules::tested(&tested).as_bytes());
            if tested.is_empty() {
                eprintln!("nothing was tested: these packs hold no rule");
                return Exit::NothingAssessed;
            }
            if good(&tested, arguments.strict) { Exit::Nothing } else { Exit::Findings }
        }
        Err(mistakes) => complain(&mistakes),
    }
}

/// Tests the rules that are named, or those of the packs that are, or all; each pack loaded with those it
/// depends on and no other, so that its examples stand by themselves.
fn tests(names: &[String]) -> Result<Vec<Tested>, Vec<Mistake>> {
    let configured = library(Which::Configured)?;
    // Packs that are not loaded are at hand too; but a pack of one's own need not go together with all of them.
    let all =
        if names.iter().all(|name| knows(&configured, name)) { configured } else { library(Which::All)? };
    known(&all, names)?;
    let named =
        |rule: &Rule| names.is_empty() || names.iter().any(|name| *name == rule.pack || rule.is_named(name));
    let packs: BTreeSet<&str> =
        all.rules.iter().filter(|rule| named(rule)).map(|rule| rule.pack.as_str()).collect();
    let mut tested = Vec::new();
    for pack in packs {
        let library = library(Which::One(pack))?;
        tested.extend(test(&library, |rule| rule.pack == pack && named(rule)));
    }
    Ok(tested)
}

/// Is it the name of a pack or of a rule?
fn knows(library: &Library, name: &str) -> bool {
    library.rule(name).is_some() || library.packs.iter().any(|pack| pack.name == name)
}

/// Is each name known?
fn known(library: &Library, names: &[String]) -> Result<(), Vec<Mistake>> {
    let unknown = names.iter().filter(|name| !knows(library, name));
    let mistakes: Vec<Mistake> = unknown
        .map(|name| {
            let packs = library.packs.iter().map(|pack| pack.name.as_str());
            let rules = library.rules.iter().flat_map(|rule| [&*rule.id, &*rule.code]);
            Mistake::nowhere(format!("no pack and no rule `{name}`"))
                .help("`countersign rules` lists the rules with their packs")
                .did_you_mean(name, packs.chain(rules))
        })
        .collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

fn good(tested: &[Tested], strict: bool) -> bool {
    let shown = tested.iter().all(|rule| rule.failures.is_empty());
    let seen = tested.iter().all(|rule| rule.unseen.is_empty());
    let sum = |of: fn(&Tested) -> usize| tested.iter().map(of).sum::<usize>();
    let (mutants, unnoticed) = (sum(|rule| rule.mutants), sum(|rule| rule.unnoticed.len()));
    shown && (!strict || (seen && (mutants - unnoticed) * 100 >= mutants * NOTICED))
}

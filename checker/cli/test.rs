//! `countersign test`: a pack's rules on their own examples.

use std::io::{self, Write as _};

use countersign::examples::{Tested, test};
use countersign::finding::Mistake;
use countersign::report::pages;
use countersign::run::Library;

use crate::Exit;
use crate::args::TestArguments;
use crate::check::complain;
use crate::reference::library;

/// Part of the changes that examples have to notice under `--strict`, in percent.
const NOTICED: usize = 95;

/// Runs the command.
pub fn run(arguments: &TestArguments) -> Exit {
    let tested = library().and_then(|library| wanted(&library, &arguments.names).map(|names| tests(&library, &names)));
    match tested {
        Ok(tested) => {
            let _ = io::stdout().write_all(pages::tested(&tested).as_bytes());
            if tested.is_empty() {
                eprintln!("nothing was tested: these packs hold no rule");
                return Exit::NothingAssessed;
            }
            if good(&tested, arguments.strict) { Exit::Nothing } else { Exit::Findings }
        }
        Err(mistakes) => complain(&mistakes),
    }
}

/// The names, each known to be a pack or a rule.
fn wanted(library: &Library, names: &[String]) -> Result<Vec<String>, Vec<Mistake>> {
    let unknown = names.iter().filter(|name| {
        library.rule(name).is_none() && !library.packs.iter().any(|pack| pack.name == **name)
    });
    let mistakes: Vec<Mistake> = unknown
        .map(|name| {
            let packs = library.packs.iter().map(|pack| pack.name.as_str());
            let rules = library.rules.iter().flat_map(|rule| [&*rule.id, &*rule.code]);
            Mistake::nowhere(format!("no pack and no rule `{name}` is loaded"))
                .help("`countersign rules` lists them")
                .did_you_mean(name, packs.chain(rules))
        })
        .collect();
    if mistakes.is_empty() { Ok(names.to_vec()) } else { Err(mistakes) }
}

fn tests(library: &Library, names: &[String]) -> Vec<Tested> {
    test(library, |rule| {
        names.is_empty() || names.iter().any(|name| *name == rule.pack || *name == *rule.id || *name == *rule.code)
    })
}

fn good(tested: &[Tested], strict: bool) -> bool {
    let shown = tested.iter().all(|rule| rule.failures.is_empty());
    let seen = tested.iter().all(|rule| rule.unseen.is_empty());
    let sum = |of: fn(&Tested) -> usize| tested.iter().map(of).sum::<usize>();
    let (mutants, unnoticed) = (sum(|rule| rule.mutants), sum(|rule| rule.unnoticed.len()));
    shown && (!strict || (seen && (mutants - unnoticed) * 100 >= mutants * NOTICED))
}

//! What can be looked up: rules, vocabulary, skeletons, completions.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::CommandFactory;
use countersign::builtin;
use countersign::finding::Mistake;
use countersign::pack::Pack;
use countersign::report::{json, kinds, rules};
use countersign::run::Library;

use crate::args::{Arguments, Format};
use crate::check::complain;
use crate::packs::Which;
use crate::workspace::group;
use crate::{Exit, packs};

/// Packs of the workspace one stands in.
pub fn library(which: Which<'_>) -> Result<Library, Vec<Mistake>> {
    let (packs, foreign) = at_hand(which)?;
    Library::load(packs, foreign)
}

fn at_hand(which: Which<'_>) -> Result<(Vec<Pack>, bool), Vec<Mistake>> {
    let here = env::current_dir().unwrap_or_default();
    let spaces = group(&[PathBuf::from(".")], &here, None)?;
    let space = spaces.first().ok_or_else(Vec::new)?;
    let config = space.config(&here).map_err(|mistake| vec![mistake])?;
    packs::at_hand(config.packs.as_deref(), which, &space.root, &here)
}

fn with_library(print: impl FnOnce(&Library) -> Result<String, Mistake>) -> Exit {
    match library(Which::All).and_then(|library| print(&library).map_err(|mistake| vec![mistake])) {
        Ok(text) => {
            let _ = io::stdout().write_all(text.as_bytes());
            Exit::Nothing
        }
        Err(mistakes) => complain(&mistakes),
    }
}

/// `countersign explain RULE`
pub fn explain(name: &str) -> Exit {
    with_library(|library| match library.rule(name) {
        Some(rule) => Ok(rules::page(library, rule)),
        None => Err(library.no_rule(name)),
    })
}

/// `countersign vocabulary [KIND]`
pub fn vocabulary(kind: Option<&str>) -> Exit {
    with_library(|library| {
        let vocabulary = &library.vocabulary;
        let Some(kind) = kind else {
            let lines = vocabulary.kinds.iter().map(|(word, name)| {
                let entity = vocabulary.entity(name);
                format!("{word:<20} {}\n", entity.doc)
            });
            return Ok(lines.collect());
        };
        match vocabulary.kinds.get(kind) {
            Some(name) => Ok(kinds::kind(vocabulary, vocabulary.entity(name))),
            None => Err(no_kind(kind, vocabulary.kinds.keys().map(String::as_str))),
        }
    })
}

fn no_kind<'a>(kind: &str, known: impl Iterator<Item = &'a str>) -> Mistake {
    let known: Vec<&str> = known.collect();
    let mistake = Mistake::nowhere(format!("no kind `{kind}`"));
    mistake.help(format!("the kinds are {}", known.join(", "))).did_you_mean(kind, known)
}

/// `countersign new KIND`
pub fn new(kind: &str) -> Exit {
    with_library(|library| {
        let vocabulary = &library.vocabulary;
        let Some(name) = vocabulary.kinds.get(kind) else {
            return Err(no_kind(kind, vocabulary.kinds.keys().map(String::as_str)));
        };
        let template = builtin::template(&format!("{kind}/deal.deal"));
        Ok(template.map_or_else(|| kinds::skeleton(vocabulary, vocabulary.entity(name)), str::to_owned))
    })
}

/// `countersign rules`
pub fn rules(format: Format) -> Exit {
    let loaded: Vec<String> = match at_hand(Which::Configured) {
        Ok((packs, _)) => packs.into_iter().map(|pack| pack.name).collect(),
        Err(mistakes) => return complain(&mistakes),
    };
    with_library(|library| {
        Ok(match format {
            Format::Text => rules::list(library, &loaded),
            Format::Json => json::rules(library),
        })
    })
}

/// `countersign completions SHELL`
pub fn completions(shell: clap_complete::Shell) -> Exit {
    clap_complete::generate(shell, &mut Arguments::command(), "countersign", &mut io::stdout());
    Exit::Nothing
}

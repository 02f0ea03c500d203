//! What can be looked up: rules, vocabulary, skeletons, completions.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::CommandFactory;
use countersign::builtin;
use countersign::finding::{Mistake, nearest};
use countersign::report::pages;
use countersign::run::Library;
use serde::Serialize;

use crate::args::{Arguments, Format};
use crate::check::complain;
use crate::workspace::group;
use crate::{Exit, packs};

/// The packs of the workspace one stands in.
fn library() -> Result<Library, Vec<Mistake>> {
    let here = env::current_dir().unwrap_or_default();
    let spaces = group(&[PathBuf::from(".")], &here, None)?;
    let space = spaces.first().ok_or_else(Vec::new)?;
    let config = space.config(&here).map_err(|mistake| vec![mistake])?;
    packs::load(config.packs.as_deref(), &space.root, &here)
}

fn with_library(print: impl FnOnce(&Library) -> Result<String, Mistake>) -> Exit {
    match library().and_then(|library| print(&library).map_err(|mistake| vec![mistake])) {
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
        Some(rule) => Ok(pages::rule(rule)),
        None => {
            let mistake = Mistake::nowhere(format!("no rule `{name}`"));
            Err(match library.nearest_rule(name) {
                Some(near) => mistake.help(format!("did you mean `{near}`?")),
                None => mistake.help("`countersign rules` lists them"),
            })
        }
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
            Some(name) => Ok(pages::kind(vocabulary, vocabulary.entity(name))),
            None => Err(no_kind(kind, vocabulary.kinds.keys().map(String::as_str))),
        }
    })
}

fn no_kind<'a>(kind: &str, known: impl Iterator<Item = &'a str>) -> Mistake {
    let known: Vec<&str> = known.collect();
    let mistake = Mistake::nowhere(format!("no kind `{kind}`"));
    match nearest(kind, known.iter().copied()) {
        Some(near) => mistake.help(format!("did you mean `{near}`?")),
        None => mistake.help(format!("the kinds are {}", known.join(", "))),
    }
}

/// `countersign new KIND`
pub fn new(kind: &str) -> Exit {
    with_library(|library| {
        let vocabulary = &library.vocabulary;
        let Some(name) = vocabulary.kinds.get(kind) else {
            return Err(no_kind(kind, vocabulary.kinds.keys().map(String::as_str)));
        };
        let template = builtin::template(&format!("{kind}/deal.deal"));
        Ok(template.map_or_else(|| pages::skeleton(vocabulary, vocabulary.entity(name)), str::to_owned))
    })
}

/// `countersign rules`
pub fn rules(format: Format) -> Exit {
    with_library(|library| {
        Ok(match format {
            Format::Text => pages::rules(library),
            Format::Json => rules_json(library),
        })
    })
}

#[derive(Serialize)]
struct RuleOut<'a> {
    rule: &'a str,
    code: &'a str,
    title: &'a str,
    pack: &'a str,
    limbs: Vec<LimbOut<'a>>,
}

#[derive(Serialize)]
struct LimbOut<'a> {
    id: &'a str,
    severity: &'static str,
    gates: Vec<&'static str>,
    subject: &'a str,
    authority: Option<&'a str>,
    policy: Option<&'a str>,
}

fn rules_json(library: &Library) -> String {
    let rules: Vec<RuleOut<'_>> = library
        .rules
        .iter()
        .map(|rule| RuleOut {
            rule: &rule.id,
            code: &rule.code,
            title: &rule.title,
            pack: &rule.pack,
            limbs: rule
                .limbs
                .iter()
                .map(|limb| LimbOut {
                    id: &limb.id,
                    severity: limb.severity.word(),
                    gates: limb.gates.iter().map(|gate| gate.word()).collect(),
                    subject: &limb.subject,
                    authority: limb.authority.as_deref(),
                    policy: limb.policy_note.as_deref(),
                })
                .collect(),
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&rules).unwrap_or_default();
    text.push('\n');
    text
}

/// `countersign completions SHELL`
pub fn completions(shell: clap_complete::Shell) -> Exit {
    clap_complete::generate(shell, &mut Arguments::command(), "countersign", &mut io::stdout());
    Exit::Nothing
}

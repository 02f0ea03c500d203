//! Every rule runs on the deals of its own header: one breaks it, one keeps it, and where a question can
//! stay open, one leaves it undecided.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::support::{ALL, TODAY, file, house};
use countersign::engine::judge::Outcome;
use countersign::engine::rule::Rule;
use countersign::lower::markdown::{Fence, fences};
use countersign::run::{Check, Stage};
use countersign::vocabulary::Gate;

/// What became of a rule on the deal of a header.
#[derive(Default)]
struct Seen {
    fired: BTreeSet<String>,
    undecided: BTreeSet<String>,
    decided: usize,
    messages: Vec<String>,
}

#[test]
fn every_rule_fires_and_passes_on_its_own_examples() {
    let mut wrong = String::new();
    for rule in &ALL.rules {
        if let Err(message) = examples(rule) {
            let _ = writeln!(wrong, "{}: {message}", rule.id);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn examples(rule: &Rule) -> Result<(), String> {
    let blocks = fences(&rule.prose, |info| info.starts_with("deal"));
    let mut fired = BTreeSet::new();
    let mut kinds = BTreeSet::new();
    for block in &blocks {
        let words: Vec<&str> = block.info.split_whitespace().collect();
        let seen = see(rule, block)?;
        let kind = *words.get(1).ok_or("a block says `breaks`, `keeps` or `undecided`")?;
        kinds.insert(kind);
        match kind {
            "breaks" if seen.fired.is_empty() => {
                return Err(format!(
                    "a deal that should break it does not ({} decided, undecided {:?})",
                    seen.decided, seen.undecided
                ));
            }
            "breaks" => fired.extend(seen.fired),
            "keeps" if !seen.fired.is_empty() || !seen.undecided.is_empty() || seen.decided == 0 => {
                return Err(format!(
                    "a deal that should keep it: fired {:?}, undecided {:?}, decided {}",
                    seen.messages, seen.undecided, seen.decided
                ));
            }
            "undecided" if seen.undecided.is_empty() => {
                return Err("a deal that should leave it undecided does not".to_owned());
            }
            "keeps" | "undecided" => {}
            other => return Err(format!("`{other}` is not breaks, keeps or undecided")),
        }
    }
    for kind in ["breaks", "keeps"] {
        if !kinds.contains(kind) {
            return Err(format!("no ```deal {kind}``` in its header"));
        }
    }
    let silent: Vec<&str> =
        rule.limbs.iter().map(|limb| &*limb.id).filter(|id| !fired.contains(*id)).collect();
    if silent.is_empty() {
        Ok(())
    } else {
        Err(format!("no deal of its header makes these limbs fire: {silent:?}"))
    }
}

/// `deal breaks [at GATE] [for PARTY] [with PARAMETER = VALUE; PARAMETER = VALUE]`
fn see(rule: &Rule, block: &Fence) -> Result<Seen, String> {
    let (head, parameters) = block.info.split_once(" with ").unwrap_or((&block.info, ""));
    let words: Vec<&str> = head.split_whitespace().collect();
    let after =
        |word: &str| words.iter().position(|found| *found == word).and_then(|at| words.get(at + 1)).copied();
    let first = rule.limbs[0].gates.iter().next().copied().unwrap_or(Gate::Sign);
    let gate = after("at").and_then(Gate::parse).unwrap_or(first);
    let files = [file("", "example.deal", &block.text)];
    let house = house(&parameters.replace("; ", "\n"));
    let check = Check {
        library: &ALL,
        house: &house,
        files: &files,
        stage: Stage::Gate(gate),
        acting_for: after("for"),
        today: TODAY,
        threads: 1,
    };
    let report = check.run().map_err(|mistakes| format!("{mistakes:?}"))?;
    let mistakes: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| &*finding.rule == "mistake")
        .map(|finding| format!("{:?}: {}", finding.place, finding.message))
        .collect();
    if !mistakes.is_empty() && !block.info.contains("undecided") {
        return Err(format!("mistakes in an example: {mistakes:?}"));
    }
    let mut seen = Seen::default();
    for (limb, outcome, message) in check.outcomes(rule) {
        match outcome {
            Outcome::Fires(_) => {
                seen.fired.insert(limb);
                seen.messages.push(message);
            }
            Outcome::Undecided(_) => {
                seen.undecided.insert(limb);
            }
            Outcome::Passes => seen.decided += 1,
            Outcome::Broken(error) => return Err(error),
        }
    }
    Ok(seen)
}

#[test]
fn messages_expand_for_every_subject() {
    // A brace that is left over would be a path that nobody checked.
    for rule in &ALL.rules {
        for block in fences(&rule.prose, |info| info.starts_with("deal breaks")) {
            let Ok(seen) = see(rule, &block) else {
                continue;
            };
            for message in seen.messages {
                assert!(!message.contains("{resource"), "{}: {message}", rule.id);
                assert!(!message.contains("(not known)"), "{}: {message}", rule.id);
            }
        }
    }
}

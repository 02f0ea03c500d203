//! What a report says beside its findings: counts, the deals, and what was not looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{DealInfo, Summary};
use super::visits::Plan;
use super::{Assessed, Check, Decided, Stage};
use crate::deal::{Deal, Uid, uncapital};
use crate::engine::judge::Outcome;
use crate::engine::rule::Limb;
use crate::facts::follow_role;
use crate::finding::Finding;
use crate::lower::{Lowered, is_declared};
use crate::vocabulary::{Vocabulary, known, role};

pub(super) fn counts(
    check: &Check<'_>,
    assessed: &Assessed,
    decided: &Decided<'_>,
    findings: &[Finding],
    agreements: usize,
) -> Summary {
    let asked = &decided.rules;
    let undecided: BTreeSet<usize> = decided
        .decisions
        .iter()
        .filter(|decision| matches!(decision.outcome, Outcome::Undecided(_)))
        .map(|decision| decision.limb.0)
        .collect();
    let mut summary = Summary {
        files: check.files.len(),
        agreements,
        rules_decided: asked.len() - undecided.len(),
        undecided: undecided.len(),
        no_subject: check.library.rules.len() - asked.len(),
        not_assessed: assessed.lowered.not_assessed.len(),
        ..Summary::default()
    };
    summary.count(findings);
    summary
}

pub(super) fn deals(vocabulary: &Vocabulary, lowered: &Lowered, plan: &Plan) -> Vec<DealInfo> {
    let deal = &lowered.deal;
    let mut infos = Vec::new();
    for declaration in &lowered.declarations {
        let uid = &declaration.uid;
        let entity = vocabulary.entity(&uid.ty);
        if !entity.is_deal() {
            continue;
        }
        let path = |word: &str, part: &str| -> Vec<String> {
            let reached = follow_role(vocabulary, deal, uid, word, &[part.into()]).unwrap_or_default();
            let mut shown: Vec<String> = reached.slots.iter().map(|slot| deal.show_slot(slot)).collect();
            let mut seen = BTreeSet::new();
            shown.retain(|text| seen.insert(text.clone()));
            shown
        };
        infos.push(DealInfo {
            id: uid.id.to_string(),
            title: deal.name(uid),
            kind: entity.title.clone(),
            parties: path(role::PARTIES, "party"),
            stage: stage_of(plan, uid),
            path: declaration.place.source.path.clone(),
            documents: path(role::DOCUMENTS, "path"),
        });
    }
    infos
}

fn stage_of(plan: &Plan, uid: &Uid) -> String {
    let Some(visit) = plan.visits(uid).first() else {
        let why = match () {
            () if plan.ended.contains(uid) => "ended, not checked",
            () if plan.of_others.contains(uid) => "of others, not checked",
            () => "does not stand before this gate",
        };
        return why.to_owned();
    };
    if visit.draft {
        return "draft".to_owned();
    }
    let gates: Vec<String> = visit.gates.iter().map(|gate| gate.before().to_owned()).collect();
    gates.join(", ")
}

pub(super) fn stage_word(stage: Stage) -> String {
    match stage {
        Stage::Status => "by status".to_owned(),
        Stage::Draft => "draft".to_owned(),
        Stage::Gate(gate) => gate.word().to_owned(),
    }
}

/// The one party for which all deals were looked at.
pub(super) fn acting_for(decided: &Decided<'_>, deal: &Deal) -> Option<(String, String)> {
    match decided.principals.iter().collect::<Vec<_>>().as_slice() {
        [one] if &*one.id != known::ANYONE => Some((one.id.to_string(), deal.name(one))),
        _ => None,
    }
}

pub(super) fn not_assessed(assessed: &Assessed) -> Vec<(String, String)> {
    let files = assessed.lowered.not_assessed.iter();
    files.map(|(source, reason)| (source.path.clone(), reason.clone())).collect()
}

/// Names in a sentence; the rest are counted.
const LISTED: usize = 12;

/// Names in a row, the first of them if they are many.
pub fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let shown: Vec<String> = names.take(LISTED).collect();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

/// What was not looked at, in sentences.
pub(super) fn not_looked_at(
    check: &Check<'_>,
    assessed: &Assessed,
    plan: &Plan,
    decided: &Decided<'_>,
) -> Vec<String> {
    let deal = &assessed.lowered.deal;
    let list = |uids: &[&Uid]| listed(uids.iter().map(|uid| deal.name(uid)));
    let mut sentences = Vec::new();
    let mut add = |uids: Vec<&Uid>, what: &str| {
        if !uids.is_empty() {
            sentences.push(sentence(&format!("{what}: {}", list(&uids))));
        }
    };
    add(plan.ended.iter().collect(), "Ended, not checked");
    add(plan.of_others.iter().collect(), "Deals in which the reader takes no part, not checked");
    add(plan.elsewhere.iter().collect(), "Not before this gate");
    add(plan.strays.iter().collect(), "Reached by no deal, looked at as drafts");
    for (second, first) in &assessed.lowered.united {
        sentences.push(format!(
            "{} and {} are one: {}, by their registration.",
            first.id,
            second.id,
            deal.name(first)
        ));
    }
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    let gates = plan.gates();
    for (join, missing) in &assessed.empty {
        let asked = |limb: &Limb| limb.subject == *join && !limb.gates.is_disjoint(&gates);
        let rules = check.library.rules.iter().filter(|rule| rule.limbs.iter().any(asked)).count();
        if rules > 0 {
            *waiting.entry(missing).or_default() += rules;
        }
    }
    if !waiting.is_empty() {
        let total: usize = waiting.values().sum();
        let each: Vec<String> =
            waiting.iter().map(|(missing, rules)| format!("{} ({rules})", uncapital(missing))).collect();
        sentences.push(format!(
            "{} had no subject, for there was none of these: {}.",
            plural(total, "rule"),
            each.join(", ")
        ));
    }
    for (kind, uids) in unvisited(check, assessed, plan, decided) {
        let what = format!("Not assessed, no rule is about {} before this gate", uncapital(&kind));
        sentences.push(sentence(&format!("{what}: {}", list(&uids))));
    }
    sentences
}

/// Declared things that were looked at and that no request was about, by kind.
fn unvisited<'a>(
    check: &Check<'_>,
    assessed: &'a Assessed,
    plan: &Plan,
    decided: &Decided<'_>,
) -> BTreeMap<String, Vec<&'a Uid>> {
    let mut left: BTreeMap<String, Vec<&Uid>> = BTreeMap::new();
    for declaration in &assessed.lowered.declarations {
        let entity = check.library.vocabulary.entity(&declaration.uid.ty);
        let header = assessed.lowered.deal.header(&declaration.uid);
        let asked =
            [Some(&declaration.uid), header].into_iter().flatten().any(|uid| decided.seen.contains(uid));
        if is_declared(&entity.sort) && !asked && !plan.visits(&declaration.uid).is_empty() {
            left.entry(entity.title.clone()).or_default().push(&declaration.uid);
        }
    }
    left
}

/// The words with one full stop, even after a name that ends in one.
fn sentence(words: &str) -> String {
    format!("{}.", words.trim_end_matches('.'))
}

/// `3 rules`, `1 rule`.
pub fn plural(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

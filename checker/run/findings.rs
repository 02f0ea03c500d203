//! From decisions to findings: severity, sides, departures, grouping.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::baseline::digest;
use super::overview::{acting_for, counts, deals, not_assessed, not_looked_at, stage_word};
use super::questions::UNANSWERED;
use super::report::Report;
use super::sides::{Side, place};
use super::visits::{Plan, Visit};
use super::{Assessed, Check, Decided, Decision};
use crate::deal::{Deal, Slot, Thing, Uid, Value, short};
use crate::engine::judge::{Judge, Outcome};
use crate::engine::rule::{Limb, Protects, Rule};
use crate::engine::subjects::Subject;
use crate::finding::{Accepted, Because, Elsewhere, Finding, Mistake, Severity};
use crate::source::Place;
use crate::vocabulary::{Gate, Name, known};

/// Name of the finding about a departure that covers nothing.
pub const UNUSED: &str = "unused-departure";
/// Name of a mistake among the findings.
pub const MISTAKE: &str = "mistake";

/// Builds the report.
pub fn report(
    check: &Check<'_>,
    judge: &Judge<'_>,
    assessed: &Assessed,
    plan: &Plan,
    decided: &Decided<'_>,
    mistakes: Vec<Mistake>,
) -> Report {
    let decisions = &decided.decisions;
    let mut writer = Writer { check, judge, assessed, used: BTreeSet::new(), known: BTreeSet::new() };
    let mut findings: Vec<Finding> = mistakes.iter().map(mistake_finding).collect();
    findings.extend(writer.fired(decisions));
    findings.extend(writer.unanswered(decisions));
    findings.extend(writer.unused_departures(plan));
    findings.retain(|finding| !writer.is_known(finding));
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    let deals = deals(&check.library.vocabulary, &assessed.lowered, plan);
    let mut summary = counts(check, assessed, decided, &findings, deals.len());
    summary.known = writer.known.len();
    Report {
        gate: stage_word(check.stage),
        acting_for: acting_for(decided, &assessed.lowered.deal),
        as_of: check.today,
        root: String::new(),
        deals,
        findings,
        summary,
        not_assessed: not_assessed(assessed),
        not_looked_at: not_looked_at(check, assessed, plan, decided),
        packs: check.library.packs.clone(),
        changes: check.changes(),
        known: writer.known,
        recognised: assessed.lowered.recognised > 0,
    }
}

/// What comes first in a report: mistakes, which leave other rules undecided, then weight and place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Order<'a> {
    not_a_mistake: bool,
    weight: std::cmp::Reverse<Severity>,
    questions: bool,
    place: Option<Place>,
    rule: &'a str,
    subject: &'a [String],
}

fn order(finding: &Finding) -> Order<'_> {
    Order {
        not_a_mistake: &*finding.rule != MISTAKE,
        weight: std::cmp::Reverse(finding.severity),
        questions: &*finding.rule == UNANSWERED,
        place: finding.place.clone(),
        rule: &finding.rule,
        subject: &finding.subject,
    }
}

pub(super) struct Writer<'a> {
    check: &'a Check<'a>,
    pub(super) judge: &'a Judge<'a>,
    assessed: &'a Assessed,
    /// Departures that covered something.
    used: BTreeSet<Uid>,
    /// Fingerprints of what the baseline knows already.
    pub(super) known: BTreeSet<String>,
}

/// Limbs of one rule that fired on one subject in one visit.
struct Fired<'a> {
    rule: &'a Rule,
    subject: &'a Subject,
    visit: &'a Visit,
    limbs: Vec<(&'a Limb, Severity, &'a [Because])>,
}

impl<'a> Writer<'a> {
    pub(super) fn deal(&self) -> &'a Deal {
        &self.assessed.lowered.deal
    }

    /// Is the finding in the baseline? What is accepted is listed all the same.
    fn is_known(&mut self, finding: &Finding) -> bool {
        let known = finding.accepted.is_none() && self.knows(&finding.fingerprint);
        if known {
            self.known.insert(finding.fingerprint.clone());
        }
        known
    }

    pub(super) fn knows(&self, fingerprint: &str) -> bool {
        self.check.baseline.is_some_and(|baseline| baseline.knows(fingerprint))
    }

    fn fired(&mut self, decisions: &'a [Decision<'a>]) -> Vec<Finding> {
        let mut grouped: BTreeMap<(String, Vec<&str>), Vec<Finding>> = BTreeMap::new();
        for fired in self.gather(decisions) {
            let Some(finding) = self.finding(&fired).filter(|finding| !self.is_known(finding)) else {
                continue;
            };
            let limbs: Vec<&str> = fired.limbs.iter().map(|(limb, ..)| &*limb.id).collect();
            let root = &fired.subject.members[0];
            let vocabulary = &self.check.library.vocabulary;
            let of_deal = vocabulary.entity(&root.ty).is_deal() || &*root.ty == known::AGREEMENT;
            let owner = if of_deal { root.id.to_string() } else { String::new() };
            let covered = finding.accepted.as_ref().map(|accepted| accepted.place.to_string());
            let group = format!("{owner} {} {}", finding.severity.word(), covered.unwrap_or_default());
            grouped.entry((group, limbs)).or_default().push(finding);
        }
        same_twice(grouped.into_values().map(merge).collect())
    }

    /// Limbs that fired, by rule, subject and visit.
    fn gather(&self, decisions: &'a [Decision<'a>]) -> Vec<Fired<'a>> {
        let mut gathered: Vec<Fired<'a>> = Vec::new();
        for decision in decisions {
            let Outcome::Fires(because) = &decision.outcome else {
                continue;
            };
            let rule = &self.judge.rules[decision.limb.0];
            let limb = &rule.limbs[decision.limb.1];
            let Some(severity) = self.severity(rule, limb, decision.visit) else {
                continue;
            };
            let same = |fired: &Fired<'_>| {
                fired.rule.id == rule.id
                    && fired.subject.uid == decision.subject.uid
                    && std::ptr::eq(fired.visit, decision.visit)
            };
            // Limbs of a rule are asked one after the other.
            match gathered.last_mut().filter(|fired| same(fired)) {
                Some(fired) => fired.limbs.push((limb, severity, because)),
                None => gathered.push(Fired {
                    rule,
                    subject: decision.subject,
                    visit: decision.visit,
                    limbs: vec![(limb, severity, because)],
                }),
            }
        }
        gathered
    }

    /// Severity after pack, house and gate; None when the house switched the rule off.
    pub(super) fn severity(&self, rule: &Rule, limb: &Limb, visit: &Visit) -> Option<Severity> {
        let named = |name: &str| rule.is_named(name) || name == &*limb.id;
        let raised = self.check.library.raise.iter().rev().find(|(name, ..)| named(name));
        let mut severity = raised.map_or(limb.severity, |(_, severity, _)| limb.severity.max(*severity));
        if let Some((_, set, _)) = self.check.house.severities.iter().rev().find(|(name, ..)| named(name)) {
            severity = (*set)?;
        }
        Some(if visit.draft && !limb.contradiction { Severity::Note } else { severity })
    }

    fn finding(&mut self, fired: &Fired<'a>) -> Option<Finding> {
        // Looked for first: a departure covers what fires, whoever reads.
        let accepted = self.accepted(fired);
        let vocabulary = &self.check.library.vocabulary;
        let side =
            |limb: &Limb| Side::of(vocabulary, self.deal(), limb, &fired.subject.uid, &fired.visit.principal);
        let heard: Vec<_> = fired.limbs.iter().filter(|(limb, ..)| !side(limb).silences(limb)).collect();
        let (limb, severity, reasons) =
            **heard.iter().rev().max_by_key(|(limb, severity, _)| (side(limb) != Side::Other, *severity))?;
        let side = side(limb);
        let text = |text: &crate::engine::text::Text| {
            text.expand(vocabulary, self.deal(), &fired.subject.uid, &fired.visit.principal)
        };
        let lines = |text: &crate::engine::text::Text| {
            text.expand_lines(vocabulary, self.deal(), &fired.subject.uid, &fired.visit.principal)
        };
        let ours = side != Side::Other;
        let offered =
            |wording: &Option<crate::engine::text::Text>| wording.as_ref().filter(|_| ours).map(text);
        let message = match &limb.burden {
            Some(burden) if !ours => text(burden),
            _ => text(&limb.message),
        };
        let further = heard.iter().filter(|(other, ..)| other.id != limb.id && ours);
        let mut because: Vec<Because> = Vec::new();
        for more in std::iter::once(reasons).chain(heard.iter().map(|(_, _, more)| *more)) {
            for reason in more {
                if !because.iter().any(|known| known.fact == reason.fact) {
                    because.push(reason.clone());
                }
            }
        }
        let finding = Finding {
            rule: Name::clone(&fired.rule.id),
            code: Name::clone(&fired.rule.code),
            severity: if ours { severity } else { Severity::Note },
            for_others: !ours,
            message,
            clause: offered(&limb.clause),
            record: limb.record.as_ref().filter(|_| ours).map(lines),
            fallback: offered(&limb.fallback),
            escalate: limb.escalate.clone().filter(|_| ours && limb.fallback.is_some()),
            authority: limb.authority.clone(),
            policy: limb.policy_note.clone(),
            subject: names(&fired.subject.members),
            route: fired.subject.route.clone(),
            deals: fired.visit.deals.iter().map(|deal| self.deal().name(deal)).collect(),
            place: place(vocabulary, self.deal(), limb, &fired.subject.uid, &because),
            because: with_side(because, side, limb),
            further: further.map(|(other, ..)| text(&other.message)).collect(),
            elsewhere: Vec::new(),
            accepted,
            fingerprint: self.fingerprint(fired, reasons),
        };
        Some(finding)
    }

    /// Rule, subject and facts, digested. What a fact shows is left out where it changes from day to day.
    fn fingerprint(&self, fired: &Fired<'_>, reasons: &[Because]) -> String {
        let subject = &fired.subject.uid.ty;
        let mut facts: Vec<String> = reasons
            .iter()
            .map(|reason| {
                let path: Vec<Name> = reason.fact.split('.').map(Name::from).collect();
                let moves = self.check.library.vocabulary.moves_with_today(subject, &path);
                if moves { reason.fact.clone() } else { format!("{}: {}", reason.fact, reason.shown) }
            })
            .collect();
        facts.sort_unstable();
        digest(&format!(
            "{}\n{}\n{}",
            fired.rule.id,
            names(&fired.subject.members).join("\n"),
            facts.join("\n")
        ))
    }

    /// The departure that covers what fired: of this rule, in a declaration of the subject, for every
    /// subject it names, and not lapsed.
    fn accepted(&mut self, fired: &Fired<'_>) -> Option<Accepted> {
        if self.check.stands(fired.rule) {
            return None;
        }
        for (uid, named) in &self.assessed.lowered.departures {
            let Some(departure) = self.deal().thing(uid) else {
                continue;
            };
            let slot = |name: &str| departure.body.slots.get(name).and_then(Slot::value);
            let of_rule = matches!(slot("rule"), Some(Value::Entity(rule)) if rule.id == fired.rule.id);
            let within = departure.parent.as_ref().is_some_and(|parent| self.contains(fired, parent));
            if !of_rule || !within || !named.iter().all(|uid| self.contains(fired, uid)) {
                continue;
            }
            self.used.insert(uid.clone());
            let until = match slot("until") {
                Some(Value::Date(until)) => *until,
                _ => continue,
            };
            let (Some(Value::Text(because)), Some(Value::Text(by)), Some(place)) =
                (slot("because"), slot("by"), departure.body.head.clone())
            else {
                continue;
            };
            if until < self.check.today {
                continue;
            }
            return Some(Accepted {
                because: because.to_string(),
                by: by.to_string(),
                until: Some(until.to_string()),
                place,
            });
        }
        None
    }

    /// Is the thing part of the subject: a member, the parent of a member, or the kind of its header?
    fn contains(&self, fired: &Fired<'_>, uid: &Uid) -> bool {
        fired.subject.members.iter().any(|member| {
            let parent = self.deal().thing(member).and_then(|thing| thing.parent.as_ref());
            member == uid || parent == Some(uid) || parent.is_some_and(|parent| parent.id == uid.id)
        })
    }

    /// Was the rule that is departed from asked before a gate at which the declaration is looked at?
    fn was_asked(&self, plan: &Plan, departure: &Thing) -> bool {
        let rule = departure.body.slots.get("rule").and_then(Slot::entity);
        let Some(rule) = rule.and_then(|uid| self.check.library.rule(&uid.id)) else { return false };
        let visits = departure.parent.iter().flat_map(|parent| plan.visits(parent));
        let gates: BTreeSet<Gate> = visits.flat_map(|visit| visit.gates.iter().copied()).collect();
        // A departure from a rule that stands is a finding of its own.
        !self.check.stands(rule) && rule.limbs.iter().any(|limb| !limb.gates.is_disjoint(&gates))
    }

    /// A departure that covered nothing is a leftover, or hides a slip in a name.
    fn unused_departures(&self, plan: &Plan) -> Vec<Finding> {
        let mut findings = Vec::new();
        for uid in self.assessed.lowered.departures.keys() {
            let Some(departure) = self.deal().thing(uid) else {
                continue;
            };
            let asked = self.was_asked(plan, departure);
            if self.used.contains(uid) || !asked {
                continue;
            }
            let rule = departure.body.slots.get("rule").and_then(Slot::entity);
            let rule = rule.map_or_else(String::new, |rule| rule.id.to_string());
            let parent =
                departure.parent.as_ref().map_or_else(String::new, |parent| self.deal().name(parent));
            findings.push(Finding {
                severity: Severity::Note,
                message: format!(
                    "the departure from {rule} in {parent} covers nothing that was found before this gate"
                ),
                policy: Some("delete it, or name the rule and subjects it is meant for".to_owned()),
                place: departure.body.head.clone(),
                fingerprint: digest(&format!("{UNUSED}\n{}", uid.id)),
                ..machine_finding(UNUSED, vec![short(&uid.id)])
            });
        }
        findings
    }
}

fn with_side(mut because: Vec<Because>, side: Side, limb: &Limb) -> Vec<Because> {
    if let (Side::Unclear, Protects::Path(path)) = (side, &limb.protects) {
        because.push(Because {
            fact: path.join("."),
            title: "The side this speaks for".to_owned(),
            shown: "could not be told".to_owned(),
            place: None,
            anchor: None,
            missing: false,
            exception: false,
            from: Vec::new(),
        });
    }
    because
}

/// Findings of the same limbs on several subjects, as one with its further places.
fn merge(mut findings: Vec<Finding>) -> Finding {
    let mut first = findings.remove(0);
    let mut deals: FxHashSet<String> = first.deals.iter().cloned().collect();
    let mut subjects: FxHashSet<Vec<String>> = FxHashSet::default();
    for other in findings {
        first.deals.extend(other.deals.into_iter().filter(|deal| deals.insert(deal.clone())));
        if other.fingerprint != first.fingerprint && subjects.insert(other.subject.clone()) {
            first.elsewhere.push(Elsewhere {
                subject: other.subject,
                message: other.message,
                place: other.place,
                fingerprint: other.fingerprint,
            });
        }
    }
    first
}

/// One thing looked at for several deals, with the same words: one finding that concerns them all.
fn same_twice(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    let mut by_fingerprint: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for finding in findings {
        let alike = by_fingerprint.entry(finding.fingerprint.clone()).or_default();
        let twin = alike
            .iter()
            .copied()
            .find(|at| kept[*at].message == finding.message && kept[*at].accepted == finding.accepted);
        match twin {
            None => {
                alike.push(kept.len());
                kept.push(finding);
            }
            Some(at) => {
                let known = &mut kept[at];
                known.severity = known.severity.max(finding.severity);
                let more = finding.deals.into_iter().filter(|deal| !known.deals.contains(deal));
                known.deals.extend(more.collect::<Vec<_>>());
            }
        }
    }
    kept
}

/// A mistake among the findings.
fn mistake_finding(mistake: &Mistake) -> Finding {
    let because = mistake.also.iter().map(|(place, label)| Because {
        fact: String::new(),
        title: label.clone(),
        shown: String::new(),
        place: Some(place.clone()),
        anchor: None,
        missing: false,
        exception: false,
        from: Vec::new(),
    });
    let at = mistake
        .place
        .as_ref()
        .map_or_else(String::new, |place| format!("{}\n{}", place.source.path, place.text()));
    Finding {
        severity: Severity::Error,
        message: mistake.message.clone(),
        record: mistake.help.clone(),
        place: mistake.place.clone(),
        because: because.collect(),
        fingerprint: digest(&format!("{MISTAKE}\n{at}\n{}", mistake.message)),
        ..machine_finding(MISTAKE, Vec::new())
    }
}

pub(super) fn machine_finding(rule: &str, subject: Vec<String>) -> Finding {
    Finding {
        rule: rule.into(),
        code: "".into(),
        severity: Severity::Note,
        for_others: false,
        message: String::new(),
        clause: None,
        record: None,
        fallback: None,
        escalate: None,
        authority: None,
        policy: None,
        subject,
        route: Vec::new(),
        deals: Vec::new(),
        place: None,
        because: Vec::new(),
        further: Vec::new(),
        elsewhere: Vec::new(),
        accepted: None,
        fingerprint: String::new(),
    }
}

fn names(uids: &[Uid]) -> Vec<String> {
    uids.iter().map(|uid| uid.id.to_string()).collect()
}

//! What nobody has answered: one finding a deal, with the rules that wait for each answer.

use std::collections::{BTreeMap, BTreeSet};

use super::Decision;
use super::baseline::of_question;
use super::findings::{Writer, machine_finding};
use super::overview::plural;
use crate::deal::Uid;
use crate::engine::because::Asked;
use crate::engine::judge::Outcome;
use crate::engine::rule::Rule;
use crate::finding::{Because, Finding, Severity};
use crate::vocabulary::Gate;

/// Name of the finding that gathers what nobody has answered.
pub const UNANSWERED: &str = "unanswered-facts";

impl Writer<'_> {
    /// One finding a deal: what nobody has answered, and the rules that wait.
    pub(super) fn unanswered(&mut self, decisions: &[Decision<'_>]) -> Vec<Finding> {
        let mut by_deal: BTreeMap<Option<&Uid>, Waiting<'_>> = BTreeMap::new();
        for decision in decisions {
            let Outcome::Undecided(asked) = &decision.outcome else {
                continue;
            };
            let rule = &self.judge.rules[decision.limb.0];
            let limb = &rule.limbs[decision.limb.1];
            let Some(severity) = self.severity(rule, limb, decision.visit) else {
                continue;
            };
            let deals: Vec<Option<&Uid>> = match decision.visit.deals.as_slice() {
                [] => vec![None],
                deals => deals.iter().map(Some).collect(),
            };
            for deal in deals {
                let waiting = by_deal.entry(deal).or_default();
                waiting.add(decision, asked, rule, severity);
            }
        }
        by_deal.into_iter().filter_map(|(deal, waiting)| self.questions(deal, &waiting)).collect()
    }

    /// Is the question in the baseline?
    fn known_question(&mut self, subject: &[String], asked: &Asked) -> bool {
        let fingerprint = of_question(subject, &asked.title);
        let known = self.knows(&fingerprint);
        if known {
            self.known.insert(fingerprint);
        }
        known
    }

    fn questions(&mut self, deal: Option<&Uid>, waiting: &Waiting<'_>) -> Option<Finding> {
        let subject: Vec<String> = deal.iter().map(|uid| uid.id.to_string()).collect();
        let mut questions: Vec<(&Asked, &Rules<'_>)> =
            waiting.questions.iter().filter(|(asked, _)| !asked.mistaken).collect();
        questions.retain(|(asked, _)| !self.known_question(&subject, asked));
        if questions.is_empty() {
            return None;
        }
        let weight = |rules: &Rules<'_>| {
            rules.iter().map(|(severity, _)| 10_usize.pow(severity.0 as u32)).sum::<usize>()
        };
        questions.sort_by(|a, b| weight(b.1).cmp(&weight(a.1)).then_with(|| a.0.cmp(b.0)));
        let rules: BTreeSet<&str> =
            questions.iter().flat_map(|(_, rules)| rules.iter().map(|(_, rule)| *rule)).collect();
        let because = questions.iter().map(|(asked, rules)| question(asked, rules)).collect();
        let name = deal.map_or_else(|| "what no deal reaches".to_owned(), |uid| self.deal().name(uid));
        let message = format!(
            "{name}: {} nobody has answered; {} {} for {}",
            plural(questions.len(), "question"),
            plural(rules.len(), "rule"),
            if rules.len() == 1 { "waits" } else { "wait" },
            if questions.len() == 1 { "it" } else { "them" },
        );
        Some(Finding {
            severity: waiting.severity(),
            message,
            deals: deal.map(|uid| self.deal().name(uid)).into_iter().collect(),
            place: deal.and_then(|uid| self.deal().thing(uid)).and_then(|thing| thing.body.head.clone()),
            because,
            policy: Some("a rule that waits for an answer is not a rule that found nothing".to_owned()),
            fingerprint: of_question(&subject, ""),
            ..machine_finding(UNANSWERED, subject)
        })
    }
}

/// Codes of rules, the heaviest first.
type Rules<'a> = BTreeSet<(std::cmp::Reverse<Severity>, &'a str)>;

/// Questions of one deal, each with the rules that wait.
#[derive(Default)]
struct Waiting<'a> {
    questions: BTreeMap<Asked, Rules<'a>>,
    gates: BTreeSet<Gate>,
    draft: bool,
}

impl<'a> Waiting<'a> {
    fn add(&mut self, decision: &Decision<'_>, asked: &[Asked], rule: &'a Rule, severity: Severity) {
        self.gates.insert(decision.gate);
        self.draft |= decision.visit.draft;
        for question in asked {
            let rules = self.questions.entry(question.clone()).or_default();
            rules.insert((std::cmp::Reverse(severity), &rule.code));
        }
    }

    fn severity(&self) -> Severity {
        match (self.draft, self.gates.iter().all(|gate| *gate == Gate::Sign)) {
            (true, _) => Severity::Note,
            (false, true) => Severity::Warning,
            (false, false) => Severity::Error,
        }
    }
}

fn question(asked: &Asked, rules: &Rules<'_>) -> Because {
    let waits: BTreeSet<&str> = rules.iter().map(|(_, rule)| *rule).collect();
    let waits: Vec<&str> = waits.into_iter().collect();
    let state = if asked.incomparable { "could not be worked out" } else { "not answered" };
    Because {
        fact: asked.question.as_ref().map_or_else(String::new, |question| question.path.join(".")),
        title: asked.title.clone(),
        shown: format!("{state}; waits: {}", waits.join(", ")),
        place: asked.question.as_ref().and_then(|question| question.place.clone()),
        anchor: None,
        missing: true,
        exception: false,
        from: Vec::new(),
    }
}

//! Decides limbs on subjects.

use std::collections::HashMap;

use cedar_policy_core::ast::{EntityUIDEntry, Request as CedarRequest};

use super::because::{Asked, asked, because, questions};
use super::condition::Condition;
use super::rule::Rule;
use super::store::{self, Cedar, Store};
use super::subjects::Subject;
use super::walk::{Request, Truth};
use crate::deal::{Deal, Uid};
use crate::finding::Because;
use crate::vocabulary::{Gate, Name, Vocabulary};

/// Index of a limb: rule and limb.
pub type LimbIx = (usize, usize);

/// Limbs by the gate and type of their subject, so that a request asks only those that can apply.
pub struct Slices {
    by_subject: HashMap<Name, Vec<LimbIx>>,
}

impl Slices {
    /// Slices the limbs of all rules.
    pub fn new(rules: &[Rule]) -> Self {
        let mut by_subject: HashMap<Name, Vec<LimbIx>> = HashMap::new();
        for (index, rule) in rules.iter().enumerate() {
            for (limb, of) in rule.limbs.iter().enumerate() {
                by_subject.entry(Name::clone(&of.subject)).or_default().push((index, limb));
            }
        }
        Self { by_subject }
    }

    /// Limbs about a type.
    pub fn about(&self, ty: &str) -> &[LimbIx] {
        self.by_subject.get(ty).map_or(&[], Vec::as_slice)
    }

    /// Types that limbs are about.
    pub fn subjects(&self) -> impl Iterator<Item = &Name> {
        self.by_subject.keys()
    }
}

/// What became of a limb on a subject.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It applies, for these reasons.
    Fires(Vec<Because>),
    /// It does not.
    Passes,
    /// Nobody can say before these are answered.
    Undecided(Vec<Asked>),
    /// Cedar could not evaluate it; never clean.
    Broken(String),
}

/// Everything that decisions need.
pub struct Judge<'a> {
    /// Vocabulary.
    pub vocabulary: &'a Vocabulary,
    /// Rules.
    pub rules: &'a [Rule],
    /// The deal with all facts and tuples.
    pub deal: &'a Deal,
    /// The same for Cedar.
    pub store: &'a Store,
}

impl Judge<'_> {
    /// Decides one limb on one subject at one gate.
    pub fn decide(&self, limb: LimbIx, subject: &Subject, gate: Gate, principal: &Uid) -> Outcome {
        let condition = &self.rules[limb.0].limbs[limb.1].condition;
        self.decide_condition(condition, subject, gate, principal)
    }

    /// Decides limbs on one subject at one gate, one after the other.
    pub fn decide_all(
        &self,
        limbs: impl Iterator<Item = LimbIx>,
        subject: &Subject,
        gate: Gate,
        principal: &Uid,
        mut tell: impl FnMut(LimbIx, Outcome),
    ) {
        self.ask(&subject.uid, gate, principal, |request| {
            for limb in limbs {
                tell(limb, answer(request, subject, &self.rules[limb.0].limbs[limb.1].condition));
            }
        });
    }

    /// Decides a condition on one subject at one gate.
    pub fn decide_condition(
        &self,
        condition: &Condition,
        subject: &Subject,
        gate: Gate,
        principal: &Uid,
    ) -> Outcome {
        self.ask(&subject.uid, gate, principal, |request| answer(request, subject, condition))
    }

    /// Makes a request about a subject, and answers from it.
    pub fn ask<T>(
        &self,
        subject: &Uid,
        gate: Gate,
        principal: &Uid,
        answer: impl FnOnce(&Request<'_>) -> T,
    ) -> T {
        let cedar = Cedar::new(|| {
            let (subjects, principals) = (std::iter::once(subject), std::iter::once(principal));
            let entities = self.store.entities(self.vocabulary, self.deal, subjects, principals)?;
            Ok((self.cedar_request(subject, gate, principal), entities))
        });
        answer(&Request {
            vocabulary: self.vocabulary,
            deal: self.deal,
            principal,
            subject,
            house: &self.store.house,
            today: self.store.today,
            gate,
            cedar: &cedar,
        })
    }

    /// The request as Cedar's `Authorizer` would be asked it.
    pub fn cedar_request(&self, subject: &Uid, gate: Gate, principal: &Uid) -> CedarRequest {
        let entry = |uid| EntityUIDEntry::known(uid, None);
        CedarRequest::new_unchecked(
            entry(self.store.uid(&principal.ty, &principal.id)),
            entry(self.store.uid("Action", gate.word())),
            entry(self.store.uid(&subject.ty, &subject.id)),
            Some(self.store.context.clone()),
        )
    }
}

fn answer(request: &Request<'_>, subject: &Subject, condition: &Condition) -> Outcome {
    match &subject.open {
        Some(hole) => {
            let question = asked(request, hole, || "which things meet here".to_owned());
            Outcome::Undecided(vec![question])
        }
        None => decide(request, condition),
    }
}

fn decide(request: &Request<'_>, condition: &Condition) -> Outcome {
    match request.decide(&condition.node) {
        Ok(Truth::True) => Outcome::Fires(because(request, &condition.node)),
        Ok(Truth::False) => Outcome::Passes,
        Ok(Truth::Unknown) => {
            let mut found = Vec::new();
            questions(request, &condition.node, &mut found);
            found.sort();
            Outcome::Undecided(found)
        }
        Err(error) if error == store::OVERFLOW => Outcome::Undecided(vec![Asked {
            title: "Sums or numbers that are too large to reckon with".to_owned(),
            question: None,
            mistaken: false,
            incomparable: true,
        }]),
        Err(error) => Outcome::Broken(error),
    }
}

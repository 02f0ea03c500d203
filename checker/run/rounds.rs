//! Asking: which limbs are asked on which visit, and what became of them.
//!
//! Most limbs pass on most subjects, and nothing is said of them: only what does not pass is kept, beside
//! what was asked at all.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::visits::{Plan, Visit};
use super::{Assessed, Check};
use crate::deal::Uid;
use crate::engine::judge::{Judge, LimbIx, Outcome, Slices};
use crate::engine::subjects::Subject;
use crate::vocabulary::{Gate, Name};

/// One decision.
pub struct Decision<'a> {
    /// The limb.
    pub limb: LimbIx,
    /// The subject.
    pub subject: &'a Subject,
    /// The visit on which it was asked.
    pub visit: &'a Visit,
    /// The gate it was asked at.
    pub gate: Gate,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a check decided.
pub struct Decided<'a> {
    /// Decisions in order, less those that passed.
    pub decisions: Vec<Decision<'a>>,
    /// Rules that were asked of something.
    pub rules: BTreeSet<usize>,
    /// The parties for which something of a deal was asked.
    pub principals: FxHashSet<&'a Uid>,
    /// Things that something was asked of.
    pub seen: FxHashSet<&'a Uid>,
}

/// Limbs with the gate at which they are asked, by the type of their subject.
type ByType = FxHashMap<Name, Vec<(LimbIx, Gate)>>;

/// The limbs that are asked on each kind of visit.
struct Rounds {
    /// Kinds of visits are few: a draft or not, and its gates.
    kinds: Vec<(bool, Vec<Gate>, ByType)>,
}

impl Rounds {
    fn new(check: &Check<'_>, plan: &Plan) -> Self {
        let slices = Slices::new(&check.library.rules);
        let mut kinds: Vec<(bool, Vec<Gate>, ByType)> = Vec::new();
        for visit in plan.all() {
            if kinds.iter().any(|(draft, gates, _)| *draft == visit.draft && *gates == visit.gates) {
                continue;
            }
            let limbs = |ty: &Name| -> Vec<(LimbIx, Gate)> {
                let about = slices.about(ty).iter();
                let asked = |limb: &LimbIx| check.asked(&check.library.rules[limb.0].limbs[limb.1], visit);
                about.filter_map(|limb| Some((*limb, asked(limb)?))).collect()
            };
            let by_type = slices.subjects().map(|ty| (Name::clone(ty), limbs(ty))).collect();
            kinds.push((visit.draft, visit.gates.clone(), by_type));
        }
        Self { kinds }
    }

    fn limbs(&self, ty: &Name, visit: &Visit) -> &[(LimbIx, Gate)] {
        let mut kinds = self.kinds.iter();
        let kind = kinds.find(|(draft, gates, _)| *draft == visit.draft && *gates == visit.gates);
        kind.and_then(|(.., by_type)| by_type.get(ty)).map_or(&[], Vec::as_slice)
    }
}

/// Asks all that is planned, and keeps what is wanted.
///
/// # Errors
/// Threads that the machine does not give.
pub fn decide<'a>(
    judge: &Judge<'_>,
    check: &Check<'_>,
    assessed: &'a Assessed,
    plan: &'a Plan,
    wanted: fn(&Outcome) -> bool,
) -> Result<Decided<'a>, String> {
    let rounds = Rounds::new(check, plan);
    let one = |subject: &'a Subject| {
        let visits = plan.visits(&subject.members[0]).iter();
        visits.flat_map(|visit| round(judge, subject, visit, rounds.limbs(&subject.uid.ty, visit), wanted))
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(check.threads)
        .build()
        .map_err(|error| error.to_string())?;
    let decisions = pool.install(|| assessed.subjects.par_iter().flat_map_iter(one).collect());
    let mut decided = Decided {
        decisions,
        rules: BTreeSet::new(),
        principals: FxHashSet::default(),
        seen: FxHashSet::default(),
    };
    for subject in &assessed.subjects {
        for visit in plan.visits(&subject.members[0]) {
            let limbs = rounds.limbs(&subject.uid.ty, visit);
            if !limbs.is_empty() {
                decided.rules.extend(limbs.iter().map(|(limb, _)| limb.0));
                if !visit.deals.is_empty() {
                    decided.principals.insert(&visit.principal);
                }
                decided.seen.extend(&subject.members);
            }
        }
    }
    Ok(decided)
}

/// Asks about one subject on one visit: one request for each gate, and the limbs in their order.
fn round<'a>(
    judge: &Judge<'_>,
    subject: &'a Subject,
    visit: &'a Visit,
    limbs: &[(LimbIx, Gate)],
    wanted: fn(&Outcome) -> bool,
) -> Vec<Decision<'a>> {
    let mut decisions = Vec::new();
    for &gate in &visit.gates {
        let mut at_gate = limbs.iter().filter(|(_, at)| *at == gate).peekable();
        if at_gate.peek().is_none() {
            continue;
        }
        let at_gate = at_gate.map(|(limb, _)| *limb);
        judge.decide_all(at_gate, subject, gate, &visit.principal, |limb, outcome| {
            if wanted(&outcome) {
                decisions.push(Decision { limb, subject, visit, gate, outcome });
            }
        });
    }
    decisions.sort_by_key(|decision| decision.limb);
    decisions
}

//! One example, assessed: what each limb of its rule does there.

use jiff::civil::Date;

use super::expectation::{Seen, Sight, hold};
use super::{Example, FILE, Shows};
use crate::deal::Uid;
use crate::engine::condition::Condition;
use crate::engine::judge::{Judge, Outcome};
use crate::engine::rule::{Limb, Rule};
use crate::engine::subjects::Subject;
use crate::engine::walk::Request;
use crate::lower::DealFile;
use crate::run::sides::{Side, place};
use crate::run::{Assessed, Check, House, Library, Plan, Stage};
use crate::vocabulary::Gate;

/// An example with what its check borrows.
pub struct Setting {
    pub example: Example,
    house: House,
    files: [DealFile; 1],
}

impl Setting {
    pub fn new(example: Example) -> Self {
        let parameters = example.parameters.clone();
        let house = House { parameters, parameters_alone: true, ..House::default() };
        Self { files: [example.file()], house, example }
    }

    pub fn check<'a>(&'a self, library: &'a Library, today: Date) -> Check<'a> {
        Check {
            library,
            house: &self.house,
            files: &self.files,
            stage: Stage::Gate(self.example.gate),
            acting_for: self.example.acting_for.as_deref(),
            baseline: None,
            today: self.example.on.unwrap_or(today),
            threads: 1,
        }
    }
}

/// An example that was assessed, and what every limb of its rule did.
pub struct Trial<'a> {
    check: &'a Check<'a>,
    pub example: &'a Example,
    rule: &'a Rule,
    assessed: Assessed,
    plan: Plan,
    /// What was seen, by limb.
    seen: Vec<Vec<Seen>>,
}

impl<'a> Trial<'a> {
    /// Assesses an example of the rule with this index.
    pub fn new(check: &'a Check<'a>, example: &'a Example, rule: usize) -> Result<Self, String> {
        let assessed = check.assess(check.lower());
        let mistakes = assessed.lowered.mistakes.iter().chain(&assessed.lowered.fatal);
        let told: Vec<&str> = mistakes.map(|mistake| mistake.message.as_str()).collect();
        if !told.is_empty() && example.shows != Shows::Undecided {
            return Err(format!("it holds mistakes: {}", told.join("; ")));
        }
        let plan = check.plan(&assessed);
        let rule = &check.library.rules[rule];
        let mut trial = Self { check, example, rule, assessed, plan, seen: Vec::new() };
        trial.seen = rule.limbs.iter().map(|limb| trial.see(limb, &limb.condition)).collect();
        Ok(trial)
    }

    /// Does the example show what it says?
    pub fn as_expected(&self) -> Result<(), String> {
        hold(self.example, self.seen.iter().flatten())
    }

    /// Would the example still show what it says, if a limb had another condition?
    pub fn notices(&self, limb: usize, changed: &Condition) -> bool {
        let seen = self.see(&self.rule.limbs[limb], changed);
        let others = self.seen.iter().enumerate().filter(|(index, _)| *index != limb);
        hold(self.example, others.flat_map(|(_, seen)| seen).chain(&seen)).is_err()
    }

    /// Does a limb fire here?
    pub fn fires(&self, limb: &Limb) -> bool {
        let name = short(limb);
        self.seen.iter().flatten().any(|seen| seen.limb == name && matches!(seen.sight, Sight::Fires { .. }))
    }

    fn see(&self, limb: &Limb, condition: &Condition) -> Vec<Seen> {
        let judge = self.check.judge(&self.assessed);
        let mut seen = Vec::new();
        for (subject, gate, principal) in self.requests(limb) {
            let outcome = judge.decide_condition(condition, subject, gate, principal);
            let sight = self.sight(&judge, limb, subject, principal, outcome);
            seen.push(Seen { limb: short(limb), sight });
        }
        seen
    }

    fn sight(
        &self,
        judge: &Judge<'_>,
        limb: &Limb,
        subject: &Subject,
        reader: &Uid,
        outcome: Outcome,
    ) -> Sight {
        match outcome {
            Outcome::Passes => Sight::Passes,
            Outcome::Undecided(_) => Sight::Undecided,
            Outcome::Broken(error) => Sight::Broken(error),
            Outcome::Fires(because) => {
                let (vocabulary, deal) = (judge.vocabulary, judge.deal);
                if Side::of(vocabulary, deal, limb, &subject.uid, reader).silences(limb) {
                    return Sight::Silent;
                }
                let place = place(vocabulary, deal, limb, &subject.uid, &because);
                let own = place.filter(|place| place.source.path == FILE);
                let line = own.map_or(0, |place| place.line_column().0);
                let message = limb.message.expand(vocabulary, deal, &subject.uid, reader);
                Sight::Fires { line: line.checked_sub(self.example.cast.lines().count()), message }
            }
        }
    }

    /// What a limb is asked in this example.
    fn requests(&self, limb: &Limb) -> Vec<(&Subject, Gate, &Uid)> {
        let mut requests = Vec::new();
        for subject in self.assessed.subjects.iter().filter(|subject| subject.uid.ty == limb.subject) {
            for visit in self.plan.visits(&subject.members[0]) {
                if let Some(gate) = self.check.asked(limb, visit) {
                    requests.push((subject, gate, &visit.principal));
                }
            }
        }
        requests
    }

    /// Makes every request of a limb again, to look at its parts.
    pub fn watch(&self, limb: &Limb, see: &mut dyn FnMut(&Request<'_>)) {
        let judge = self.check.judge(&self.assessed);
        for (subject, gate, principal) in
            self.requests(limb).into_iter().filter(|(subject, ..)| subject.open.is_none())
        {
            judge.ask(&subject.uid, gate, principal, |request| see(request));
        }
    }
}

/// The last part of a limb's id.
fn short(limb: &Limb) -> String {
    limb.id.rsplit('/').next().unwrap_or(&limb.id).to_owned()
}

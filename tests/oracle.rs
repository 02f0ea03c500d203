//! Cedar's `Authorizer` as oracle of the fast engine and of the three-valued walk.
//!
//! What is decided without a hole, the `Authorizer` decides alike. What is decided in spite of holes, it
//! decides alike however the holes are filled: each is filled with values of a small domain, drawn by seed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use cedar_policy_core::ast::{Effect, Policy, PolicyID, PolicySet};
use cedar_policy_core::authorizer::Authorizer;
use cedar_policy_core::parser::parse_policy;
use countersign::deal::{Body, Content, Set, Share, Slot, Uid, Value};
use countersign::engine::judge::{Outcome, Slices};
use countersign::examples::Example;
use countersign::lower::{DealFile, Lowered};
use countersign::run::{Assessed, Check, House, Stage};
use countersign::vocabulary::{Field, Fields, Gate, Mark, Name, Scalar, Sort, Type, Vocabulary};
use jiff::civil::date;
use rayon::prelude::*;

use crate::support::{ALL, TODAY, deal_folders, file};

/// Whether a limb fired on a subject at a gate.
type Decided = BTreeMap<(String, Uid, Gate), bool>;

#[test]
fn the_authorizer_agrees_on_every_example() {
    examples().par_iter().enumerate().for_each(|(index, text)| {
        agrees(&[file("", "example.deal", text)], index as u64, 1);
    });
}

#[test]
fn the_authorizer_agrees_on_every_bundled_deal() {
    for folder in deal_folders() {
        agrees(&folder.files, 7, 16);
    }
}

#[test]
fn the_authorizer_agrees_on_deals_with_lines_taken_out_or_in_doubt() {
    // Every second: with all of them the test would outlast the patience of whoever runs it.
    examples().par_iter().enumerate().filter(|(index, _)| index % 2 == 0).for_each(|(index, text)| {
        let mut draw = Draw(index as u64 + 1);
        let altered: Vec<String> = text.lines().map(|line| altered(line, &mut draw)).collect();
        agrees(&[file("", "altered.deal", &altered.join("\n"))], index as u64, 1);
    });
}

#[test]
fn plain_leaves_are_decided_as_cedar_decides_them() {
    let examples = examples();
    let compared = examples.par_iter().map(|text| leaf_by_leaf(&[file("", "example.deal", text)]));
    let compared: usize = compared.sum();
    assert!(compared > 10_000, "only {compared} leaves were compared");
}

/// Holds each leaf that is decided without Cedar against Cedar; says how many there were.
fn leaf_by_leaf(files: &[DealFile]) -> usize {
    let house = House::default();
    let check = checked(files, &house);
    let assessed = check.assess(check.lower());
    let (judge, slices) = (check.judge(&assessed), Slices::new(&check.library.rules));
    let anyone = Uid::new("Party", "anyone");
    let mut compared = 0;
    for subject in &assessed.subjects {
        for &limb in slices.about(&subject.uid.ty) {
            let of = &check.library.rules[limb.0].limbs[limb.1];
            let Some(&gate) = of.gates.first() else { continue };
            judge.ask(&subject.uid, gate, &anyone, |request| {
                of.condition.node.leaves(&mut |leaf| {
                    let Some(truth) = leaf.plain.as_ref().and_then(|plain| plain.decide(request)) else {
                        return;
                    };
                    assert_eq!(request.cedar.truth(&leaf.expr), Ok(truth), "{}: {}", of.id, leaf.expr);
                    compared += 1;
                });
            });
        }
    }
    compared
}

/// A line of a block, now and then taken out or put in doubt.
fn altered(line: &str, draw: &mut Draw) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let simple = words.len() > 1 && !line.contains(['{', '}', ';']);
    match draw.below(6) {
        0 if simple => String::new(),
        1 if simple => format!("{} unknown", words[0]),
        2 if simple => format!("{} silent", words[0]),
        _ => line.to_owned(),
    }
}

/// The deals of the headers of all rules.
fn examples() -> Vec<String> {
    let all = ALL.rules.iter().flat_map(|rule| Example::of(rule).expect("its examples can be read"));
    all.map(|example| example.deal()).collect()
}

/// Holds the engine against the oracle, as the deal stands and with its holes filled `rounds` times for each
/// gate: what is a hole depends on the gate that asks.
fn agrees(files: &[DealFile], seed: u64, rounds: u64) {
    let house = House::default();
    let check = checked(files, &house);
    let ours = check.assess(check.lower());
    let decided = ours_decided(&check, &ours);
    compare(&decided, &oracle(&check, &ours), files, "as it stands");
    for gate in Gate::ALL {
        let at_gate: Decided = decided
            .iter()
            .filter(|(key, _)| key.2 == gate)
            .map(|(key, fired)| (key.clone(), *fired))
            .collect();
        for round in 0..rounds {
            let mut lowered = check.lower();
            let mut draw = Draw(seed.wrapping_mul(1_000) + round + 1);
            match complete(&ALL.vocabulary, &mut lowered, gate, &mut draw) {
                Some(0) => break,
                Some(_) => {}
                None => continue,
            }
            let completed = check.assess(lowered);
            compare(&at_gate, &oracle(&check, &completed), files, &format!("completion {round}"));
        }
    }
}

fn checked<'a>(files: &'a [DealFile], house: &'a House) -> Check<'a> {
    Check {
        library: &ALL,
        house,
        files,
        stage: Stage::Status,
        acting_for: None,
        baseline: None,
        today: TODAY,
        threads: 1,
    }
}

fn compare(ours: &Decided, theirs: &Decided, files: &[DealFile], what: &str) {
    for (key, fired) in ours {
        let Some(oracle) = theirs.get(key) else { continue };
        assert_eq!(fired, oracle, "{what}: {key:?} in\n{}", files[0].source.text);
    }
}

/// What the engine decides, on every subject at every gate of its limbs.
fn ours_decided(check: &Check<'_>, assessed: &Assessed) -> Decided {
    let judge = check.judge(assessed);
    let slices = Slices::new(&check.library.rules);
    let anyone = Uid::new("Party", "anyone");
    let mut decided = Decided::new();
    for subject in &assessed.subjects {
        for &limb in slices.about(&subject.uid.ty) {
            let of = &check.library.rules[limb.0].limbs[limb.1];
            for &gate in &of.gates {
                let fired = match judge.decide(limb, subject, gate, &anyone) {
                    Outcome::Fires(_) => true,
                    Outcome::Passes => false,
                    Outcome::Undecided(_) => continue,
                    Outcome::Broken(error) => panic!("{}: {error}", of.id),
                };
                decided.insert((of.id.to_string(), subject.uid.clone(), gate), fired);
            }
        }
    }
    decided
}

/// The limbs about each type of subject, beside one policy that permits everything. A limb about another type
/// could never apply: its scope says `resource is Kind`.
static POLICIES: LazyLock<BTreeMap<Name, PolicySet>> = LazyLock::new(|| {
    let base = parse_policy(Some(PolicyID::from_string("base")), "permit (principal, action, resource);")
        .expect("it parses");
    let mut by_subject: BTreeMap<Name, Vec<Policy>> = BTreeMap::new();
    for limb in ALL.rules.iter().flat_map(|rule| &rule.limbs) {
        assert_eq!(limb.policy.effect(), Effect::Forbid);
        by_subject.entry(Name::clone(&limb.subject)).or_default().push(limb.policy.clone());
    }
    let set = |policies: Vec<Policy>| {
        let all = policies.into_iter().chain([Policy::from(base.clone())]);
        PolicySet::try_from_iter(all).expect("ids are unique")
    };
    by_subject.into_iter().map(|(subject, policies)| (subject, set(policies))).collect()
});

/// What the `Authorizer` decides.
fn oracle(check: &Check<'_>, assessed: &Assessed) -> Decided {
    let limbs: Vec<_> = check.library.rules.iter().flat_map(|rule| &rule.limbs).collect();
    let judge = check.judge(assessed);
    let anyone = Uid::new("Party", "anyone");
    let subjects = assessed.subjects.iter().map(|subject| &subject.uid);
    let entities = assessed.store.entities(
        &check.library.vocabulary,
        &assessed.lowered.deal,
        subjects,
        [&anyone].into_iter(),
    );
    let entities = entities.expect("they fit together");
    let mut decided = Decided::new();
    for subject in assessed.subjects.iter().filter(|subject| subject.open.is_none()) {
        let about: Vec<_> = limbs.iter().filter(|limb| limb.subject == subject.uid.ty).collect();
        let gates: BTreeSet<Gate> = about.iter().flat_map(|limb| limb.gates.iter().copied()).collect();
        for gate in gates {
            let request = judge.cedar_request(&subject.uid, gate, &anyone);
            let policies = &POLICIES[&subject.uid.ty];
            let response = Authorizer::new().is_authorized(request, policies, &entities);
            let errors: Vec<String> = response.diagnostics.errors.iter().map(ToString::to_string).collect();
            assert_eq!(errors, Vec::<String>::new(), "an error of Cedar would be a silent pass");
            for limb in about.iter().filter(|limb| limb.gates.contains(&gate)) {
                let fired = response.diagnostics.reason.contains(limb.policy.id());
                decided.insert((limb.id.to_string(), subject.uid.clone(), gate), fired);
            }
        }
    }
    decided
}

/// Numbers drawn by seed.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}

/// Fills everything that is a hole at the gate; gives their number, or nothing where the deal has no thing to
/// fill one with.
fn complete(vocabulary: &Vocabulary, lowered: &mut Lowered, gate: Gate, draw: &mut Draw) -> Option<usize> {
    let things: BTreeMap<Name, Vec<Uid>> =
        lowered.deal.things.keys().fold(BTreeMap::new(), |mut all, uid| {
            all.entry(Name::clone(&uid.ty)).or_insert_with(Vec::new).push(uid.clone());
            all
        });
    lowered.not_assessed.clear();
    let mut filler = Filler { vocabulary, things: &things, gate, draw, filled: 0, unfilled: false };
    for thing in lowered.deal.things.values_mut() {
        let entity = vocabulary.entity(&thing.uid.ty);
        if matches!(entity.sort, Sort::Kind | Sort::Header | Sort::Element) && &*thing.uid.id != "anyone" {
            filler.body(&entity.fields, &mut thing.body);
        }
    }
    (!filler.unfilled).then_some(filler.filled)
}

struct Filler<'a> {
    vocabulary: &'a Vocabulary,
    things: &'a BTreeMap<Name, Vec<Uid>>,
    gate: Gate,
    draw: &'a mut Draw,
    filled: usize,
    /// There was nothing to fill a hole with.
    unfilled: bool,
}

impl Filler<'_> {
    fn body(&mut self, fields: &Fields, body: &mut Body) {
        let unreadable = !body.unreadable.is_empty();
        body.unreadable.clear();
        for field in fields.values().filter(|field| field.derived.is_none() && !field.required) {
            match body.slots.get_mut(&field.name) {
                Some(slot) => self.slot(field, slot),
                None if self.asked(field) || (unreadable && self.draw.below(2) == 0) => {
                    self.filled += 1;
                    let content = self.answer(field);
                    body.slots.insert(Name::clone(&field.name), Slot::new(content, None));
                }
                None => self.filled += usize::from(unreadable),
            }
        }
    }

    fn asked(&self, field: &Field) -> bool {
        matches!(field.mark, Mark::Asked(gate) if gate.asks_at(self.gate))
    }

    fn slot(&mut self, field: &Field, slot: &mut Slot) {
        match (&mut slot.content, &field.ty) {
            (Content::Hole(_), _) => {
                self.filled += 1;
                slot.content = self.answer(field);
            }
            (Content::Value(Value::Record(body)), Type::Record(record)) => self.body(&record.fields, body),
            (Content::Value(Value::Set(set)), Type::Set(element)) => {
                if set.partial.take().is_some() {
                    self.filled += 1;
                    if let Some(value) = self.value(element) {
                        set.members.push(Slot::new(Content::Value(value), None));
                    }
                }
                if let Type::Record(record) = &**element {
                    for member in &mut set.members {
                        if let Content::Value(Value::Record(body)) = &mut member.content {
                            self.body(&record.fields, body);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// A value, or one of the words that the field allows.
    fn answer(&mut self, field: &Field) -> Content {
        let words: Vec<&str> =
            field.words().filter(|word| !(*word == "excluded" && matches!(field.ty, Type::Bool))).collect();
        if !words.is_empty() && self.draw.below(3) == 0 {
            return Content::Word(words[self.draw.below(words.len())].into());
        }
        let value = self.value(&field.ty).unwrap_or_else(|| {
            self.unfilled = true;
            Value::Bool(false)
        });
        Content::Value(value)
    }

    fn value(&mut self, ty: &Type) -> Option<Value> {
        Some(match ty {
            Type::Bool => Value::Bool(self.draw.below(2) == 0),
            Type::Long => Value::Long([0, 1, 2, 3, 1_000][self.draw.below(5)]),
            Type::String | Type::Scalar(Scalar::Path | Scalar::Hash | Scalar::Spdx | Scalar::Code) => {
                Value::Text(["", "a", "sha256:aa"][self.draw.below(3)].into())
            }
            Type::Date => Value::Date([date(2020, 1, 1), TODAY, date(2030, 1, 1)][self.draw.below(3)]),
            Type::Scalar(Scalar::Compute) => Value::Long(26_000_000),
            Type::Scalar(Scalar::Share) => {
                Value::Share(Box::new(Share::new([0, 1, 2][self.draw.below(3)], 2)))
            }
            Type::Scalar(Scalar::Period) => {
                let months = [1, 12, 60][self.draw.below(3)];
                Value::Period(Box::new(countersign::deal::Period::new(months, 0, "filled in")))
            }
            Type::Scalar(Scalar::Money) => {
                let (minor, currency) = ([0, 5_000][self.draw.below(2)], self.thing("Currency")?);
                Value::Money(Box::new(countersign::deal::Money { minor, currency }))
            }
            Type::Entity(name) => Value::Entity(self.thing(name)?),
            Type::Record(record) => {
                let mut body = Body::new(None);
                self.body(&record.fields, &mut body);
                Value::Record(Box::new(body))
            }
            Type::Set(element) => {
                let mut set = Set::default();
                if self.draw.below(3) > 0 {
                    set.members
                        .extend(self.value(element).map(|value| Slot::new(Content::Value(value), None)));
                }
                Value::Set(set)
            }
        })
    }

    /// A thing of the type; elements are not made up.
    fn thing(&mut self, ty: &str) -> Option<Uid> {
        if matches!(self.vocabulary.entity(ty).sort, Sort::Element) {
            return None;
        }
        let all: Vec<&Uid> = self.things.get(ty)?.iter().filter(|uid| &*uid.id != "anyone").collect();
        all.get(self.draw.below(all.len())).map(|uid| (*uid).clone())
    }
}

#[test]
fn the_oracle_sees_bundled_deals() {
    assert!(
        Path::new("tests/real").is_dir() && fs::read_dir("tests/real").is_ok_and(|folder| folder.count() > 4)
    );
    assert!(deal_folders().len() > 4);
}

//! Functions over sets: `any`, `all`, `less`, `collect`, `closure`.

use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::functions::hole_slot;
use super::{Facts, Found, Outcome, asks, follow, visit};
use crate::deal::{Content, Deal, Hole, Set, Slot, Uid, Value, Why, equal};
use crate::vocabulary::derivation::{Condition, Operand, Path, Test};
use crate::vocabulary::{Fields, Gate, Name};

/// A set as a slot, each member once.
pub(super) fn set(members: Vec<Slot>, partial: Option<Hole>) -> Slot {
    let place = members.first().and_then(|member| member.place.clone());
    Slot::new(Content::Value(Value::Set(Set::new(once(members), partial))), place)
}

fn once(members: Vec<Slot>) -> Vec<Slot> {
    if members.len() < 2 {
        return members;
    }
    let mut unique: Vec<Slot> = Vec::new();
    let mut seen: FxHashSet<Uid> = FxHashSet::default();
    for member in members {
        let twin = match member.entity() {
            Some(uid) => !seen.insert(uid.clone()),
            None => unique.iter().any(|known| same(known, &member)),
        };
        if !twin {
            unique.push(member);
        }
    }
    unique
}

/// `any` (and `all`, its mirror): a member that fits decides, a hole among the rest does not.
pub(super) fn quantified(
    facts: &Facts<'_>,
    deal: &Deal,
    uid: &Uid,
    over: &Path,
    conditions: &[Condition],
    wanted: bool,
) -> Outcome {
    let reached = follow(facts.vocabulary, deal, uid, over);
    let fields = fields_of_members(facts, uid, over, &reached.slots);
    let tests = Tests::new(facts, deal, uid, conditions, &reached.slots);
    let mut hole = reached.hole;
    for slot in &reached.slots {
        match tests.fit((slot, fields)) {
            Ok(fitting) if fitting == wanted => {
                return Some(Slot::new(Content::Value(Value::Bool(wanted)), slot.place.clone()));
            }
            Ok(_) => {}
            Err(unknown) => hole = hole.or(Some(unknown)),
        }
    }
    Some(match hole {
        Some(hole) => hole_slot(hole),
        None => Slot::new(Content::Value(Value::Bool(!wanted)), None),
    })
}

/// `A less B`
pub(super) fn less(facts: &Facts<'_>, deal: &Deal, uid: &Uid, left: &Path, right: &Path) -> Outcome {
    let right = follow(facts.vocabulary, deal, uid, right);
    if let Some(hole) = right.hole {
        return Some(hole_slot(hole));
    }
    let mut without = Vec::new();
    let left = visit(facts.vocabulary, deal, uid, left, &mut |slot| {
        if !right.slots.iter().any(|other| same(slot, other)) {
            without.push(slot.clone());
        }
    });
    Some(set(without, left.hole))
}

/// `collect WHAT of OVER where …`
pub(super) fn collect(
    facts: &Facts<'_>,
    deal: &Deal,
    uid: &Uid,
    what: &Path,
    over: &Path,
    conditions: &[Condition],
) -> Outcome {
    let reached = follow(facts.vocabulary, deal, uid, over);
    let fields = fields_of_members(facts, uid, over, &reached.slots);
    let tests = Tests::new(facts, deal, uid, conditions, &reached.slots);
    let mut partial = reached.hole;
    let mut members = Vec::new();
    for slot in &reached.slots {
        match tests.fit((slot, fields)) {
            Ok(true) => {
                let see = &mut |value: &Slot| members.push(value.clone());
                partial = partial.or(from_member(facts, deal, (slot, fields), what, see));
            }
            Ok(false) => {}
            Err(hole) => partial = partial.or(Some(hole)),
        }
    }
    Some(set(members, partial))
}

/// `closure PATH`
pub(super) fn closure(facts: &Facts<'_>, deal: &Deal, uid: &Uid, path: &Path) -> Outcome {
    let (found, hole) = facts.closure(deal, uid, path);
    Some(set(found.into_iter().map(|followed| followed.slot).collect(), hole))
}

/// Conditions with their right sides, which are the same for every member.
struct Tests<'a, 'd> {
    facts: &'a Facts<'a>,
    deal: &'d Deal,
    conditions: SmallVec<[(&'a Condition, Right<'a, 'd>, Option<Hole>); 2]>,
}

enum Right<'a, 'd> {
    Word(&'a str),
    Today(Slot),
    Slots(Found<'d>),
}

impl<'a, 'd> Tests<'a, 'd> {
    fn new(
        facts: &'a Facts<'a>,
        deal: &'d Deal,
        uid: &Uid,
        conditions: &'a [Condition],
        members: &[&Slot],
    ) -> Self {
        // Of nothing, nothing is tested.
        let conditions = if members.is_empty() { &[] } else { conditions };
        let with_right = |condition: &'a Condition| match &condition.right {
            Operand::Word(word) => (condition, Right::Word(word), None),
            Operand::Today => {
                let today = Slot::new(Content::Value(Value::Date(facts.workings.today)), None);
                (condition, Right::Today(today), None)
            }
            Operand::Path(path) => {
                let reached = follow(facts.vocabulary, deal, uid, path);
                (condition, Right::Slots(reached.slots), reached.hole)
            }
        };
        Self { facts, deal, conditions: conditions.iter().map(with_right).collect() }
    }

    /// Does a member fit all conditions? A hole is an answer nobody has.
    fn fit(&self, member: Member<'_, '_>) -> Result<bool, Hole> {
        let mut hole = None;
        for (condition, right, right_hole) in &self.conditions {
            let (any, left_hole) = self.any(member, condition, right);
            let unknown = left_hole.or_else(|| right_hole.clone()).filter(|_| !any);
            match unknown {
                Some(unknown) => hole = hole.or(Some(unknown)),
                None if any == (condition.test == Test::Differs) => return Ok(false),
                None => {}
            }
        }
        hole.map_or(Ok(true), Err)
    }

    /// Does any value of the left side go with any of the right?
    fn any(
        &self,
        member: Member<'_, '_>,
        condition: &Condition,
        right: &Right<'_, '_>,
    ) -> (bool, Option<Hole>) {
        let Condition { left, test: how, .. } = condition;
        let mut any = false;
        let hole = from_member(self.facts, self.deal, member, left, &mut |left| {
            any = any
                || match right {
                    Right::Word(word) => {
                        says(left, word) || (*how == Test::In && under(self.deal, left, word))
                    }
                    Right::Today(today) => test(self.deal, left, today, *how),
                    Right::Slots(slots) => slots.iter().any(|right| test(self.deal, left, right, *how)),
                };
        });
        (any, hole)
    }
}

/// A member of a set, with its fields if it is a record; things know theirs.
type Member<'d, 'v> = (&'d Slot, Option<&'v Fields>);

/// The fields of the members, if they are records.
fn fields_of_members<'v>(facts: &Facts<'v>, uid: &Uid, over: &Path, members: &[&Slot]) -> Option<&'v Fields> {
    if !members.iter().any(|slot| matches!(slot.value(), Some(Value::Record(_)))) {
        return None;
    }
    let own = &facts.vocabulary.entity(&uid.ty).fields;
    over.iter().try_fold(own, |fields, name| facts.vocabulary.fields_of(&fields.get(name)?.ty))
}

/// Values reached from a member, or from each of several: the member itself for an empty path, else from the
/// thing it names or the record it is. What a record leaves out and is asked is a hole here too.
fn from_member<'d>(
    facts: &Facts<'_>,
    deal: &'d Deal,
    member: Member<'d, '_>,
    path: &[Name],
    see: &mut dyn FnMut(&'d Slot),
) -> Option<Hole> {
    let (slot, fields) = member;
    if let Some(Value::Set(set)) = slot.value() {
        let mut hole = set.partial.clone();
        for member in &set.members {
            let more = from_member(facts, deal, (member, fields), path, see);
            hole = hole.or(more);
        }
        return hole;
    }
    let Some((name, rest)) = path.split_first() else {
        see(slot);
        return None;
    };
    match (slot.value()?, fields) {
        (Value::Entity(uid), _) => visit(facts.vocabulary, deal, uid, path, see).hole,
        (Value::Record(body), Some(fields)) => {
            let field = fields.get(name);
            match (body.slots.get(name), field) {
                (Some(Slot { content: Content::Hole(hole), .. }), _) => Some(hole.clone()),
                (Some(slot), Some(field)) => {
                    let part = (slot, facts.vocabulary.fields_of(&field.ty));
                    from_member(facts, deal, part, rest, see)
                }
                (Some(slot), None) => {
                    see(slot);
                    None
                }
                (None, _) if !body.unreadable.is_empty() => Some(Hole::of(Why::Incomparable)),
                (None, field) => field.and_then(|field| asks(&field.mark)).map(unanswered_part),
            }
        }
        _ => None,
    }
}

fn unanswered_part(asked: Gate) -> Hole {
    Hole::new(Why::Unanswered, asked, None)
}

fn test(deal: &Deal, left: &Slot, right: &Slot, test: Test) -> bool {
    match test {
        Test::Equal | Test::Differs => same(left, right),
        Test::In => match (left.entity(), right.entity()) {
            (Some(left), Some(right)) => deal.lies_under(left, right),
            _ => same(left, right),
        },
        Test::Before => {
            matches!((left.value(), right.value()), (Some(Value::Date(a)), Some(Value::Date(b))) if a < b)
        }
        Test::After => {
            matches!((left.value(), right.value()), (Some(Value::Date(a)), Some(Value::Date(b))) if a > b)
        }
    }
}

fn same(a: &Slot, b: &Slot) -> bool {
    a.value().zip(b.value()).is_some_and(|(a, b)| equal(a, b))
}

/// Is the value the word: a member of an enum, a row, a code, `yes` or `no`?
fn says(slot: &Slot, word: &str) -> bool {
    match &slot.content {
        Content::Value(Value::Entity(uid)) => &*uid.id == word,
        Content::Value(Value::Text(text)) => &**text == word,
        Content::Value(Value::Bool(yes)) => (word == "yes") == *yes && matches!(word, "yes" | "no"),
        Content::Word(found) => &**found == word,
        _ => false,
    }
}

fn under(deal: &Deal, slot: &Slot, word: &str) -> bool {
    slot.entity()
        .is_some_and(|uid| deal.lies_under_one(uid, |above| *above.id == *word && above.ty == uid.ty))
}

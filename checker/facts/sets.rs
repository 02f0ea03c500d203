//! Functions over sets: `any`, `all`, `less`, `collect`, `closure`.

use rustc_hash::FxHashSet;

use super::functions::{hole_slot, places};
use super::{Fact, Facts, asks, follow};
use crate::deal::{Content, Deal, Hole, Set, Slot, Uid, Value, Why, equal};
use crate::vocabulary::derivation::{Condition, Operand, Path, Test};
use crate::vocabulary::{Gate, Name, Type};

/// A set as a slot, each member once.
pub(super) fn set(members: Vec<Slot>, partial: Option<Hole>) -> Slot {
    let place = members.first().and_then(|member| member.place.clone());
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
    let from = places(&unique.iter().collect::<Vec<_>>());
    let set = Set { members: unique, partial };
    Slot::new(Content::Value(Value::Set(Box::new(set))), place).drawn_from(from)
}

/// `any` (and `all`, its mirror): a member that fits decides, a hole among the rest does not.
pub(super) fn quantified(
    facts: &Facts<'_>,
    deal: &Deal,
    uid: &Uid,
    over: &Path,
    conditions: &[Condition],
    wanted: bool,
) -> Fact {
    let reached = follow(facts.vocabulary, deal, uid, over);
    let ty = member_type(facts, uid, over, &reached.slots);
    let mut hole = reached.hole.clone();
    for slot in &reached.slots {
        match fits(facts, deal, uid, (slot, &ty), conditions) {
            Ok(fitting) if fitting == wanted => {
                let found = Slot::new(Content::Value(Value::Bool(wanted)), slot.place.clone());
                return Some(found.drawn_from(places(&[slot])));
            }
            Ok(_) => {}
            Err(unknown) => hole = hole.or(Some(unknown)),
        }
    }
    Some(match hole {
        Some(hole) => hole_slot(hole),
        None => {
            let slot = Slot::new(Content::Value(Value::Bool(!wanted)), None);
            let gap = reached.missing.filter(|_| reached.slots.is_empty());
            slot.drawn_from(places(&reached.slots)).lacking(gap)
        }
    })
}

/// `A less B`
pub(super) fn less(facts: &Facts<'_>, deal: &Deal, uid: &Uid, left: &Path, right: &Path) -> Fact {
    let (left, right) =
        (follow(facts.vocabulary, deal, uid, left), follow(facts.vocabulary, deal, uid, right));
    if let Some(hole) = right.hole {
        return Some(hole_slot(hole));
    }
    let without = left
        .slots
        .into_iter()
        .filter(|slot| !right.slots.iter().any(|other| same(slot, other)))
        .cloned()
        .collect();
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
) -> Fact {
    let reached = follow(facts.vocabulary, deal, uid, over);
    let ty = member_type(facts, uid, over, &reached.slots);
    let mut partial = reached.hole.clone();
    let mut members = Vec::new();
    for slot in &reached.slots {
        match fits(facts, deal, uid, (slot, &ty), conditions) {
            Ok(true) => {
                let (values, hole) = from_member(facts, deal, (slot, &ty), what);
                members.extend(values);
                partial = partial.or(hole);
            }
            Ok(false) => {}
            Err(hole) => partial = partial.or(Some(hole)),
        }
    }
    Some(set(members, partial))
}

/// `closure PATH`
pub(super) fn closure(facts: &mut Facts<'_>, deal: &Deal, uid: &Uid, path: &Path) -> Fact {
    let (found, hole) = facts.closure(deal, uid, path);
    Some(set(found.into_iter().map(|followed| followed.slot).collect(), hole))
}

/// Does a member fit all conditions? A hole is an answer nobody has.
fn fits(
    facts: &Facts<'_>,
    deal: &Deal,
    uid: &Uid,
    member: Member<'_>,
    conditions: &[Condition],
) -> Result<bool, Hole> {
    let mut hole = None;
    for condition in conditions {
        match holds(facts, deal, uid, member, condition) {
            Ok(false) => return Ok(false),
            Ok(true) => {}
            Err(unknown) => hole = hole.or(Some(unknown)),
        }
    }
    hole.map_or(Ok(true), Err)
}

fn holds(
    facts: &Facts<'_>,
    deal: &Deal,
    uid: &Uid,
    member: Member<'_>,
    condition: &Condition,
) -> Result<bool, Hole> {
    let (left, hole) = from_member(facts, deal, member, &condition.left);
    let (right, right_hole) = operand(facts, deal, uid, &condition.right);
    let any = left.iter().any(|left| match &right {
        Right::Word(word) => says(left, word) || (condition.test == Test::In && under(deal, left, word)),
        Right::Slots(slots) => slots.iter().any(|right| test(deal, left, right, condition.test)),
    });
    let decided = match condition.test {
        Test::Differs => !any,
        _ => any,
    };
    match hole.or(right_hole) {
        Some(hole) if !any => Err(hole),
        _ => Ok(decided),
    }
}

enum Right<'a> {
    Word(&'a str),
    Slots(Vec<Slot>),
}

fn operand<'a>(facts: &Facts<'_>, deal: &Deal, uid: &Uid, right: &'a Operand) -> (Right<'a>, Option<Hole>) {
    match right {
        Operand::Word(word) => (Right::Word(word), None),
        Operand::Today => {
            let today = Slot::new(Content::Value(Value::Date(facts.today)), None);
            (Right::Slots(vec![today]), None)
        }
        Operand::Path(path) => {
            let reached = follow(facts.vocabulary, deal, uid, path);
            (Right::Slots(reached.slots.into_iter().cloned().collect()), reached.hole)
        }
    }
}

/// A member of a set, with its type.
type Member<'a> = (&'a Slot, &'a Type);

/// The type of the members; it tells nothing of things, which know theirs.
fn member_type(facts: &Facts<'_>, uid: &Uid, over: &Path, members: &[&Slot]) -> Type {
    let own = Type::Entity(Name::clone(&uid.ty));
    if !members.iter().any(|slot| matches!(slot.value(), Some(Value::Record(_)))) {
        return own;
    }
    facts.vocabulary.path_type(&own, over).map_or(own, |ty| ty.element().clone())
}

/// Values reached from a member: the member itself for an empty path, else from the thing it names
/// or the record it is. What a record leaves out and is asked is a hole here too.
fn from_member(
    facts: &Facts<'_>,
    deal: &Deal,
    member: Member<'_>,
    path: &[Name],
) -> (Vec<Slot>, Option<Hole>) {
    let (slot, ty) = member;
    let Some((name, rest)) = path.split_first() else {
        return (vec![slot.clone()], None);
    };
    match (slot.value(), ty) {
        (Some(Value::Entity(uid)), _) => {
            let reached = follow(facts.vocabulary, deal, uid, path);
            (reached.slots.into_iter().cloned().collect(), reached.hole)
        }
        (Some(Value::Record(body)), Type::Record(record)) => {
            let field = record.fields.get(name);
            match (body.slots.get(name), field) {
                (Some(Slot { content: Content::Hole(hole), .. }), _) => (Vec::new(), Some(hole.clone())),
                (Some(slot), Some(field)) => from_parts(facts, deal, (slot, field.ty.element()), rest),
                (Some(slot), None) => (vec![slot.clone()], None),
                (None, _) if !body.unreadable.is_empty() => (Vec::new(), Some(Hole::of(Why::Incomparable))),
                (None, field) => (Vec::new(), field.and_then(|field| asks(&field.mark)).map(unanswered_part)),
            }
        }
        _ => (Vec::new(), None),
    }
}

/// The same for an attribute that may hold several.
fn from_parts(facts: &Facts<'_>, deal: &Deal, part: Member<'_>, rest: &[Name]) -> (Vec<Slot>, Option<Hole>) {
    let Some(Value::Set(set)) = part.0.value() else {
        return from_member(facts, deal, part, rest);
    };
    let mut found = Vec::new();
    let mut hole = set.partial.clone();
    for member in &set.members {
        let (values, more) = from_member(facts, deal, (member, part.1), rest);
        found.extend(values);
        hole = hole.or(more);
    }
    (found, hole)
}

fn unanswered_part(asked: Gate) -> Hole {
    Hole { why: Why::Unanswered, asked, question: None }
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
    slot.entity().is_some_and(|uid| deal.lies_under(uid, &Uid::new(Name::clone(&uid.ty), word)))
}

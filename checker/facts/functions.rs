//! The functions of `@derived`, each a few lines.

use sha2::{Digest as _, Sha256};

use super::{Facts, Outcome, follow, sets};
use crate::deal::{Content, Deal, Hole, Money, Share, Slot, Uid, Value, Why};
use crate::source::Place;
use crate::vocabulary::derivation::{Derivation, Path};
use crate::vocabulary::{Name, Scalar, Type};

impl Facts<'_> {
    /// Computes one derived attribute of one thing.
    pub(super) fn fact(&self, deal: &Deal, uid: &Uid, derivation: &Derivation, ty: &Type) -> Outcome {
        match derivation {
            Derivation::Sum(path) => self.sum(deal, uid, path, ty),
            Derivation::Count(path) => self.count(deal, uid, path),
            Derivation::Min(terms) => self.extreme(deal, uid, terms, false),
            Derivation::Max(terms) => self.extreme(deal, uid, terms, true),
            Derivation::Any(path, conditions) => sets::quantified(self, deal, uid, path, conditions, true),
            Derivation::All(path, conditions) => sets::quantified(self, deal, uid, path, conditions, false),
            Derivation::Less(left, right) => sets::less(self, deal, uid, left, right),
            Derivation::Collect(what, over, conditions) => {
                sets::collect(self, deal, uid, what, over, conditions)
            }
            Derivation::Inverse(of, attribute) => {
                let (members, hole) = self.inverse(deal, of, attribute, uid);
                Some(sets::set(members, hole))
            }
            Derivation::Closure(path) => sets::closure(self, deal, uid, path),
            Derivation::End(start, length) => self.end(deal, uid, start, length),
            Derivation::EndOf(path) => self.end_of(deal, uid, path),
            Derivation::Digest(path) => self.digest(deal, uid, path),
            Derivation::Lookup(table, paths) => self.lookup(deal, uid, table, paths),
            Derivation::Exceeds(left, right) => self.exceeds(deal, uid, left, right),
        }
    }

    fn sum(&self, deal: &Deal, uid: &Uid, path: &Path, ty: &Type) -> Outcome {
        let reached = follow(self.vocabulary, deal, uid, path);
        if let Some(hole) = reached.hole {
            return Some(hole_slot(hole));
        }
        let values: Vec<&Value> = reached.slots.iter().filter_map(|slot| slot.value()).collect();
        // No sums have no currency, and so no sum.
        if values.is_empty() && matches!(ty, Type::Scalar(Scalar::Money)) {
            return None;
        }
        let total = match add(&values, ty) {
            Some(total) => total,
            None => return Some(hole_slot(Hole::of(Why::Incomparable))),
        };
        let sum = (values.len() > 1).then(|| {
            let parts: Vec<String> = values.iter().map(|value| deal.show(value)).collect();
            format!("{} = {}", parts.join(" + "), deal.show(&total))
        });
        let slot = Slot::new(Content::Value(total), first_place(&reached.slots));
        Some(slot.drawn_from(places(&reached.slots)).showing(sum))
    }

    fn count(&self, deal: &Deal, uid: &Uid, path: &Path) -> Outcome {
        let reached = follow(self.vocabulary, deal, uid, path);
        if let Some(hole) = reached.hole {
            return Some(hole_slot(hole));
        }
        let number = i64::try_from(reached.slots.len()).unwrap_or(i64::MAX);
        let slot = Slot::new(Content::Value(Value::Long(number)), first_place(&reached.slots));
        Some(slot.drawn_from(places(&reached.slots)))
    }

    fn digest(&self, deal: &Deal, uid: &Uid, path: &Path) -> Outcome {
        let reached = follow(self.vocabulary, deal, uid, path);
        if let Some(hole) = reached.hole {
            return Some(hole_slot(hole));
        }
        let mut lines: Vec<String> = Vec::new();
        for slot in &reached.slots {
            let Some(thing) = slot.entity().and_then(|uid| deal.thing(uid)) else {
                continue;
            };
            let text = |name: &str| match thing.body.slots.get(name).and_then(Slot::value) {
                Some(Value::Text(text)) => text.to_string(),
                _ => "-".to_owned(),
            };
            lines.push(format!("{} {} {}\n", thing.uid.id, text("version"), text("hash")));
        }
        if lines.is_empty() {
            return None;
        }
        lines.sort();
        let digest = Sha256::digest(lines.concat().as_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let slot = Slot::new(Content::Value(Value::Text(format!("sha256:{hex}").into())), None);
        Some(slot.drawn_from(places(&reached.slots)))
    }

    fn lookup(&self, deal: &Deal, uid: &Uid, table: &Name, paths: &[Path]) -> Outcome {
        let mut ids = Vec::new();
        for path in paths {
            let reached = follow(self.vocabulary, deal, uid, path);
            if let Some(hole) = reached.hole {
                return Some(hole_slot(hole));
            }
            match reached.slots.first()?.value()? {
                Value::Entity(uid) => ids.push(uid.id.to_string()),
                Value::Text(text) => ids.push(text.to_string()),
                _ => return None,
            }
        }
        let row = Uid::new(Name::clone(table), ids.join("/"));
        Some(match deal.thing(&row) {
            Some(_) => Slot::new(Content::Value(Value::Entity(row)), None),
            None => hole_slot(Hole::of(Why::Incomparable)),
        })
    }
}

fn add(values: &[&Value], ty: &Type) -> Option<Value> {
    let zero = match (values.first(), ty) {
        (Some(Value::Money(first)), _) => {
            Value::Money(Box::new(Money { minor: 0, currency: first.currency.clone() }))
        }
        (Some(Value::Long(_)), _) | (None, Type::Long) => Value::Long(0),
        (Some(Value::Share(_)) | None, _) => Value::Share(Box::new(Share::new(0, 1))),
        _ => return None,
    };
    values.iter().try_fold(zero, |total, value| match (total, value) {
        (Value::Long(a), Value::Long(b)) => a.checked_add(*b).map(Value::Long),
        (Value::Share(a), Value::Share(b)) => a.plus(**b).map(|sum| Value::Share(Box::new(sum))),
        (Value::Money(mut total), Value::Money(more)) if total.currency == more.currency => {
            total.minor = total.minor.checked_add(more.minor)?;
            Some(Value::Money(total))
        }
        _ => None,
    })
}

/// A slot that is a hole.
pub(super) fn hole_slot(hole: Hole) -> Slot {
    let place = hole.question.as_ref().and_then(|question| question.place.clone());
    Slot::new(Content::Hole(hole), place)
}

/// Where slots stand.
pub(super) fn places<'s>(slots: &[&'s Slot]) -> impl Iterator<Item = &'s Place> {
    slots.iter().filter_map(|slot| slot.place.as_ref())
}

fn first_place(slots: &[&Slot]) -> Option<Place> {
    slots.first().and_then(|slot| slot.place.clone())
}

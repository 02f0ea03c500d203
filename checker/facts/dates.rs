//! Dates, periods and comparisons.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::functions::{hole_slot, places};
use super::{Facts, Outcome, visit};
use crate::deal::{Content, Deal, Hole, Period, Slot, Uid, Value, Why, show_date};
use crate::source::Place;
use crate::vocabulary::Name;
use crate::vocabulary::derivation::{Length, Path, Term};

/// An operand: a slot, not there, or a hole.
type Operand<'d> = Result<Option<Cow<'d, Slot>>, Hole>;

impl Facts<'_> {
    /// `end START + PERIOD`
    pub(super) fn end(&self, deal: &Deal, uid: &Uid, start: &Path, length: &Length) -> Outcome {
        let start = match self.one(deal, uid, start) {
            Ok(slot) => slot?,
            Err(hole) => return Some(hole_slot(hole)),
        };
        let (period, place) = match length {
            Length::Literal { months, days } => {
                let shown = if *months > 0 { format!("{months} months") } else { format!("{days} days") };
                (Period::new(*months, *days, shown), None)
            }
            Length::Path(path) => match self.one(deal, uid, path) {
                Ok(slot) => {
                    let slot = slot?;
                    let Some(Value::Period(period)) = slot.value() else { return None };
                    (Period::clone(period), slot.place.clone())
                }
                Err(hole) => return Some(hole_slot(hole)),
            },
        };
        ending(start, &period, place)
    }

    /// `end RECORD`: the record holds a `length`, and a `start` that is the role of a date of the
    /// thing or its header. From an event, such as each disclosure, it runs to no one date.
    pub(super) fn end_of(&self, deal: &Deal, uid: &Uid, path: &Path) -> Outcome {
        let part = |name: &str| path.iter().cloned().chain([Name::from(name)]).collect::<Path>();
        let from = match self.one(deal, uid, &part("start")) {
            Ok(slot) => slot?.entity()?.clone(),
            Err(hole) => return Some(hole_slot(hole)),
        };
        let (owner, field) = self.vocabulary.role(&uid.ty, &from.id)?;
        let mut start = vec![Name::clone(&field.name)];
        if owner.name != uid.ty {
            start.insert(0, "agreement".into());
        }
        self.end(deal, uid, &start, &Length::Path(part("length")))
    }

    /// `min …` and `max …`
    pub(super) fn extreme(&self, deal: &Deal, uid: &Uid, terms: &[Term], largest: bool) -> Outcome {
        let mut best: Option<Cow<'_, Slot>> = None;
        for term in terms {
            let operands = match self.operands(deal, uid, term) {
                Ok(operands) => operands,
                Err(hole) => return Some(hole_slot(hole)),
            };
            for slot in operands {
                let wins = match best.as_ref().and_then(|best| best.value()).zip(slot.value()) {
                    None => true,
                    Some((known, value)) => match compare(value, known) {
                        Some(Ordering::Less) => !largest,
                        Some(Ordering::Greater) => largest,
                        Some(Ordering::Equal) => false,
                        None => return Some(hole_slot(Hole::of(Why::Incomparable))),
                    },
                };
                if wins {
                    best = Some(slot);
                }
            }
        }
        best.map(Cow::into_owned)
    }

    /// `exceeds A, B`
    pub(super) fn exceeds(&self, deal: &Deal, uid: &Uid, left: &Term, right: &Term) -> Outcome {
        let (left, right) = match (self.operand(deal, uid, left), self.operand(deal, uid, right)) {
            (Ok(Some(left)), Ok(Some(right))) => (left, right),
            (Ok(None), _) | (_, Ok(None)) => return None,
            (Err(hole), _) | (_, Err(hole)) => return Some(hole_slot(hole)),
        };
        let Some(order) = compare(left.value()?, right.value()?) else {
            return Some(hole_slot(Hole::of(Why::Incomparable)));
        };
        let more = order == Ordering::Greater;
        let slot = Slot::new(Content::Value(Value::Bool(more)), left.place.clone());
        let dates = matches!(left.value(), Some(Value::Date(_)));
        let word = match (order, dates) {
            (Ordering::Greater, true) => "later than",
            (Ordering::Less, true) => "earlier than",
            (Ordering::Greater, false) => "more than",
            (Ordering::Less, false) => "less than",
            (Ordering::Equal, _) => "the same as",
        };
        let shown = format!("{} is {word} {}", deal.show_slot(&left), deal.show_slot(&right));
        Some(slot.showing(Some(shown)).drawn_from(places(&[&*left, &*right])))
    }

    fn operand<'d>(&self, deal: &'d Deal, uid: &Uid, term: &Term) -> Operand<'d> {
        Ok(self.operands(deal, uid, term)?.into_iter().next())
    }

    fn operands<'d>(&self, deal: &'d Deal, uid: &Uid, term: &Term) -> Result<Vec<Cow<'d, Slot>>, Hole> {
        match term {
            Term::Path(path) => self.several(deal, uid, path),
            Term::House(path) => self.several(deal, &self.workings.house, path),
            Term::Today => {
                Ok(vec![Cow::Owned(Slot::new(Content::Value(Value::Date(self.workings.today)), None))])
            }
            Term::End(start, length) => match self.end(deal, uid, start, length) {
                Some(Slot { content: Content::Hole(hole), .. }) => Err(hole),
                other => Ok(other.into_iter().map(Cow::Owned).collect()),
            },
            Term::Since(later, earlier) => {
                let (later, earlier) = (self.operand(deal, uid, later)?, self.operand(deal, uid, earlier)?);
                let days = later.zip(earlier).and_then(|(later, earlier)| between(&later, &earlier));
                Ok(days.into_iter().map(Cow::Owned).collect())
            }
        }
    }

    fn several<'d>(&self, deal: &'d Deal, uid: &Uid, path: &Path) -> Result<Vec<Cow<'d, Slot>>, Hole> {
        let mut slots = Vec::new();
        let see = &mut |slot| slots.push(Cow::Borrowed(slot));
        match visit(self.vocabulary, deal, uid, path, see).hole {
            Some(hole) => Err(hole),
            None => Ok(slots),
        }
    }

    fn one<'d>(&self, deal: &'d Deal, uid: &Uid, path: &Path) -> Result<Option<&'d Slot>, Hole> {
        let mut first = None;
        match visit(self.vocabulary, deal, uid, path, &mut |slot| first = first.or(Some(slot))).hole {
            Some(hole) => Err(hole),
            None => Ok(first),
        }
    }
}

/// The end of a period, at the place of its length: that is what one would write otherwise.
fn ending(start: &Slot, period: &Period, length: Option<Place>) -> Outcome {
    let Some(Value::Date(from)) = start.value() else {
        return None;
    };
    if period.min_days != period.max_days && period.months == 0 {
        return Some(hole_slot(Hole::of(Why::Incomparable))); // business days and hours end on no one date
    }
    let end = period.end(*from)?;
    let slot = Slot::new(Content::Value(Value::Date(end)), length.or_else(|| start.place.clone()));
    let shown = format!("{} ({} + {})", show_date(end), show_date(*from), period.shown);
    Some(slot.showing(Some(shown)).drawn_from(&start.place))
}

fn between(later: &Slot, earlier: &Slot) -> Option<Slot> {
    let (Value::Date(later_date), Value::Date(earlier_date)) = (later.value()?, earlier.value()?) else {
        return None;
    };
    let days = i64::from(earlier_date.until(*later_date).ok()?.get_days());
    let shown = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    let period = Period::new(0, days, shown);
    let slot = Slot::new(Content::Value(Value::Period(Box::new(period))), earlier.place.clone());
    Some(slot.drawn_from(places(&[later, earlier])))
}

/// The order of two values; None where they cannot be compared.
pub(super) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Long(a), Value::Long(b)) => Some(a.cmp(b)),
        (Value::Money(a), Value::Money(b)) if a.currency == b.currency => Some(a.minor.cmp(&b.minor)),
        (Value::Share(a), Value::Share(b)) => {
            Some((a.numerator.checked_mul(b.denominator)?).cmp(&b.numerator.checked_mul(a.denominator)?))
        }
        (Value::Period(a), Value::Period(b)) => compare_periods(a, b),
        _ => None,
    }
}

/// Whole months by months, else by the bounds in days, where an overlap cannot be decided.
fn compare_periods(a: &Period, b: &Period) -> Option<Ordering> {
    if a.days == 0 && b.days == 0 && a.months > 0 && b.months > 0 {
        return Some(a.months.cmp(&b.months));
    }
    if a.min_days > b.max_days {
        return Some(Ordering::Greater);
    }
    if a.max_days < b.min_days {
        return Some(Ordering::Less);
    }
    let exact = a.min_days == a.max_days && b.min_days == b.max_days;
    exact.then_some(Ordering::Equal)
}

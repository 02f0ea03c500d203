//! Leaves that need no Cedar: comparisons and sets of plain values, as most leaves are.
//!
//! Cedar decides on entities, and to make them costs more than to look at two values. Whatever is not plain is
//! left to it: arithmetic, records, and values that are not there. The tests hold what is decided
//! here against Cedar's `Authorizer`.

use std::cmp::Ordering;
use std::str::FromStr as _;

use cedar_policy_core::ast::{
    BinaryOp, EntityType, EntityUID, Expr, ExprKind, Literal, Pattern, UnaryOp, Var,
};
use jiff::civil::Date;

use super::condition::{Read, Root, read};
use super::walk::{Reading, Request};
use crate::deal::{Set, Slot, Uid, Value};
use crate::vocabulary::{Gate, Name};

/// A leaf that is plain.
#[derive(Debug)]
pub enum Plain {
    /// An attribute that is true or false.
    Truth(Operand),
    /// `a == b`
    Equal(Operand, Operand),
    /// `a < b`
    Less(Operand, Operand),
    /// `a <= b`
    AtMost(Operand, Operand),
    /// `a.contains(b)`
    Contains(Operand, Operand),
    /// `a.containsAny(b)`
    ContainsAny(Operand, Operand),
    /// `a.containsAll(b)`
    ContainsAll(Operand, Operand),
    /// `a.isEmpty()`
    IsEmpty(Operand),
    /// `a in b`
    In(Operand, Operand),
    /// `a is T`
    Is(Operand, Name),
    /// `a like "…*"`
    Like(Operand, Pattern),
    /// `action == Action::"close"`
    At(Gate),
}

/// What a plain leaf looks at.
#[derive(Debug)]
pub enum Operand {
    /// A chain of attributes.
    Read(Read),
    /// The subject or the party we act for, by itself.
    Root(Root),
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Long(i64),
    /// A text.
    Text(Name),
    /// A thing.
    Entity(Uid),
    /// `datetime("2026-11-26")`
    Date(Date),
    /// `context.date`
    Today,
    /// A list in brackets.
    List(Vec<Operand>),
}

/// What an operand comes to.
#[derive(Clone, Copy, Debug)]
enum Datum<'a> {
    Bool(bool),
    Long(i64),
    Text(&'a str),
    Date(Date),
    Entity(&'a Uid),
    Set(&'a Set),
    List(&'a [Operand]),
}

impl Plain {
    /// The plain leaf that an expression is, if it is one.
    pub fn of(expr: &Expr) -> Option<Self> {
        Some(match expr.expr_kind() {
            ExprKind::UnaryApp { op: UnaryOp::IsEmpty, arg } => Self::IsEmpty(operand(arg)?),
            ExprKind::Like { expr, pattern } => Self::Like(operand(expr)?, pattern.clone()),
            ExprKind::BinaryApp { op: BinaryOp::Eq, arg1, arg2 } if is_action(arg1) => {
                let Operand::Entity(action) = operand(arg2)? else { return None };
                Self::At(Gate::parse(&action.id)?)
            }
            ExprKind::BinaryApp { op, arg1, arg2 } => {
                let (a, b) = (operand(arg1)?, operand(arg2)?);
                match op {
                    BinaryOp::Eq => Self::Equal(a, b),
                    BinaryOp::Less => Self::Less(a, b),
                    BinaryOp::LessEq => Self::AtMost(a, b),
                    BinaryOp::Contains => Self::Contains(a, b),
                    BinaryOp::ContainsAny => Self::ContainsAny(a, b),
                    BinaryOp::ContainsAll => Self::ContainsAll(a, b),
                    BinaryOp::In => Self::In(a, b),
                    _ => return None,
                }
            }
            ExprKind::Is { expr, entity_type } => Self::Is(operand(expr)?, name_of(entity_type)),
            ExprKind::GetAttr { .. } => Self::Truth(operand(expr)?),
            _ => return None,
        })
    }

    /// Decides it; None where Cedar has to.
    pub fn decide(&self, request: &Request<'_>) -> Option<bool> {
        let datum = |operand| value(request, operand);
        match self {
            Self::Truth(a) => match datum(a)? {
                Datum::Bool(truth) => Some(truth),
                _ => None,
            },
            Self::Equal(a, b) => equal(datum(a)?, datum(b)?),
            Self::Less(a, b) => order(datum(a)?, datum(b)?).map(Ordering::is_lt),
            Self::AtMost(a, b) => order(datum(a)?, datum(b)?).map(Ordering::is_le),
            Self::Contains(a, b) => has_member(request, datum(a)?, datum(b)?),
            Self::ContainsAny(a, b) => {
                let (a, b) = (datum(a)?, datum(b)?);
                any(request, b, &mut |member| has_member(request, a, member))
            }
            Self::ContainsAll(a, b) => {
                let (a, b) = (datum(a)?, datum(b)?);
                let mut lacks = |member| has_member(request, a, member).map(|has| !has);
                any(request, b, &mut lacks).map(|one_is_lacking| !one_is_lacking)
            }
            Self::IsEmpty(a) => any(request, datum(a)?, &mut |_| Some(true)).map(|some| !some),
            Self::In(a, b) => {
                let (Datum::Entity(a), b) = (datum(a)?, datum(b)?) else { return None };
                let mut under = |above| match above {
                    Datum::Entity(above) => Some(request.deal.lies_under(a, above)),
                    _ => None,
                };
                if let Datum::Entity(_) = b { under(b) } else { any(request, b, &mut under) }
            }
            Self::At(gate) => Some(request.gate == *gate),
            Self::Like(a, pattern) => match datum(a)? {
                Datum::Text(text) => Some(pattern.wildcard_match(text)),
                _ => None,
            },
            Self::Is(a, ty) => match datum(a)? {
                Datum::Entity(uid) => Some(uid.ty == *ty),
                _ => None,
            },
        }
    }
}

fn operand(expr: &Expr) -> Option<Operand> {
    Some(match expr.expr_kind() {
        ExprKind::Lit(Literal::Bool(truth)) => Operand::Bool(*truth),
        ExprKind::Lit(Literal::Long(number)) => Operand::Long(*number),
        ExprKind::Lit(Literal::String(text)) => Operand::Text(text.as_str().into()),
        ExprKind::Lit(Literal::EntityUID(uid)) => Operand::Entity(uid_of(uid)),
        ExprKind::Var(Var::Resource) => Operand::Root(Root::Resource),
        ExprKind::Var(Var::Principal) => Operand::Root(Root::Principal),
        ExprKind::ExtensionFunctionApp { fn_name, args } if fn_name.to_string() == "datetime" => {
            let [arg] = args.as_slice() else { return None };
            let ExprKind::Lit(Literal::String(text)) = arg.expr_kind() else { return None };
            let day = (text.len() == "2026-11-26".len()).then(|| Date::from_str(text).ok());
            Operand::Date(day??)
        }
        ExprKind::GetAttr { .. } => {
            let read = read(expr)?;
            if read.root == Root::Date { Operand::Today } else { Operand::Read(read) }
        }
        ExprKind::Set(parts) => Operand::List(parts.iter().map(operand).collect::<Option<_>>()?),
        _ => return None,
    })
}

fn is_action(expr: &Expr) -> bool {
    matches!(expr.expr_kind(), ExprKind::Var(Var::Action))
}

fn name_of(ty: &EntityType) -> Name {
    ty.to_string().into()
}

fn uid_of(uid: &EntityUID) -> Uid {
    Uid::new(name_of(uid.entity_type()), AsRef::<str>::as_ref(uid.eid()))
}

/// What an operand comes to, where it is plain and known.
fn value<'r>(request: &'r Request<'_>, operand: &'r Operand) -> Option<Datum<'r>> {
    Some(match operand {
        Operand::Read(read) => {
            let Reading::There(slot) = request.read(read) else { return None };
            datum(slot).or_else(|| part(request, read, slot))?
        }
        Operand::Root(root) => Datum::Entity(request.start(*root)?),
        Operand::Bool(truth) => Datum::Bool(*truth),
        Operand::Long(number) => Datum::Long(*number),
        Operand::Text(text) => Datum::Text(text),
        Operand::Entity(uid) => Datum::Entity(uid),
        Operand::Date(date) => Datum::Date(*date),
        Operand::Today => Datum::Date(request.today),
        Operand::List(list) => Datum::List(list),
    })
}

fn datum(slot: &Slot) -> Option<Datum<'_>> {
    Some(match slot.value()? {
        Value::Bool(truth) => Datum::Bool(*truth),
        Value::Long(number) => Datum::Long(*number),
        Value::Text(text) => Datum::Text(text),
        Value::Date(date) => Datum::Date(*date),
        Value::Entity(uid) => Datum::Entity(uid),
        Value::Set(set) => Datum::Set(set),
        Value::Money(_) | Value::Share(_) | Value::Period(_) | Value::Record(_) => return None,
    })
}

/// The part of a scalar that the last attribute of a chain names, such as `minor` of a sum.
fn part<'r>(request: &'r Request<'_>, read: &Read, slot: &'r Slot) -> Option<Datum<'r>> {
    let (name, before) = read.path.split_last()?;
    let Reading::There(whole) = request.follow(request.start(read.root)?, before) else { return None };
    if !std::ptr::eq(whole, slot) {
        return None;
    }
    Some(match (slot.value()?, &**name) {
        (Value::Money(money), "minor") => Datum::Long(money.minor),
        (Value::Money(money), "currency") => Datum::Entity(&money.currency),
        (Value::Share(share), "ppm") => Datum::Long(share.ppm()),
        (Value::Share(share), "whole") => Datum::Bool(share.whole()),
        (Value::Period(period), "months") => Datum::Long(period.months),
        (Value::Period(period), "days") => Datum::Long(period.days),
        (Value::Period(period), "min_days") => Datum::Long(period.min_days),
        (Value::Period(period), "max_days") => Datum::Long(period.max_days),
        _ => return None,
    })
}

fn equal(a: Datum<'_>, b: Datum<'_>) -> Option<bool> {
    Some(match (a, b) {
        (Datum::Bool(a), Datum::Bool(b)) => a == b,
        (Datum::Long(a), Datum::Long(b)) => a == b,
        (Datum::Text(a), Datum::Text(b)) => a == b,
        (Datum::Date(a), Datum::Date(b)) => a == b,
        (Datum::Entity(a), Datum::Entity(b)) => a == b,
        _ => return None,
    })
}

fn order(a: Datum<'_>, b: Datum<'_>) -> Option<Ordering> {
    match (a, b) {
        (Datum::Long(a), Datum::Long(b)) => Some(a.cmp(&b)),
        (Datum::Date(a), Datum::Date(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}

fn has_member(request: &Request<'_>, set: Datum<'_>, wanted: Datum<'_>) -> Option<bool> {
    any(request, set, &mut |member| equal(member, wanted))
}

/// Does any member fit? None as soon as one cannot be told.
fn any<'r>(
    request: &'r Request<'_>,
    set: Datum<'r>,
    fits: &mut dyn FnMut(Datum<'r>) -> Option<bool>,
) -> Option<bool> {
    let mut found = false;
    match set {
        Datum::Set(set) => {
            if request.hole_in(set).is_some() {
                return None;
            }
            for member in set.members.iter().filter(|member| member.value().is_some()) {
                found |= fits(datum(member)?)?;
            }
        }
        Datum::List(list) => {
            for member in list {
                found |= fits(value(request, member)?)?;
            }
        }
        _ => return None,
    }
    Some(found)
}

//! Small changes of a condition that some example has to notice: a leaf negated, a clause dropped, a
//! constant moved.

use std::sync::Arc;

use cedar_policy_core::ast::{Eid, EntityUID, Expr, ExprKind, Literal};

use super::condition::{Condition, direct_parts, is_connective, split};
use super::guards::always_there;
use super::rule::Limb;
use crate::source::{Place, Source};
use crate::vocabulary::{Sort, Vocabulary};

/// A changed condition.
pub struct Mutant {
    /// The condition as changed.
    pub condition: Condition,
    /// What was done to the text at the place.
    pub what: &'static str,
    /// The part that was changed.
    pub place: Place,
}

/// Every change of a limb's condition.
pub fn mutants(vocabulary: &Vocabulary, limb: &Limb, source: &Arc<Source>) -> Vec<Mutant> {
    let mut all = Vec::new();
    changes(&limb.condition.expr, vocabulary, limb, &mut |expr, what, at| {
        // A change that no rule could say is no mutant.
        if let Ok(condition) = Condition::new(&expr) {
            let place = at
                .source_loc()
                .map_or_else(|| limb.place.clone(), |loc| Place::new(source, loc.start()..loc.end()));
            all.push(Mutant { condition, what, place });
        }
    });
    all
}

type Found<'f> = &'f mut dyn FnMut(Expr, &'static str, &Expr);

/// Every change of an expression, each as the whole expression.
fn changes(expr: &Expr, vocabulary: &Vocabulary, limb: &Limb, found: Found<'_>) {
    if !is_connective(expr) {
        if !is_guard(expr, vocabulary, limb) {
            found(Expr::not(expr.clone()), "the opposite of", expr);
            constants(expr, vocabulary, found);
        }
        return;
    }
    if let ExprKind::And { left, right } | ExprKind::Or { left, right } = expr.expr_kind() {
        for (dropped, kept) in [(left, right), (right, left)] {
            // Of a chain of clauses each is dropped by itself, where the walk comes to it.
            let longer =
                std::mem::discriminant(dropped.expr_kind()) == std::mem::discriminant(expr.expr_kind());
            if !longer && !is_guard(dropped, vocabulary, limb) {
                found((**kept).clone(), "the rule without", dropped);
            }
        }
    }
    for (index, part) in direct_parts(expr).into_iter().enumerate() {
        changes(part, vocabulary, limb, &mut |changed, what, at| {
            if let Some(whole) = with_operand(expr, index, changed) {
                found(whole, what, at);
            }
        });
    }
}

/// A `has` that only Cedar's types ask for.
fn is_guard(expr: &Expr, vocabulary: &Vocabulary, limb: &Limb) -> bool {
    split(expr).is_ok_and(|node| always_there(vocabulary, limb, &node))
}

/// The expression with one of its operands changed; none for what holds no constants.
fn with_operand(expr: &Expr, index: usize, changed: Expr) -> Option<Expr> {
    let mut parts: Vec<Expr> = direct_parts(expr).into_iter().cloned().collect();
    *parts.get_mut(index)? = changed;
    let mut parts = parts.into_iter();
    Some(match expr.expr_kind() {
        ExprKind::And { .. } => Expr::and(parts.next()?, parts.next()?),
        ExprKind::Or { .. } => Expr::or(parts.next()?, parts.next()?),
        ExprKind::If { .. } => Expr::ite(parts.next()?, parts.next()?, parts.next()?),
        ExprKind::UnaryApp { op, .. } => Expr::unary_app(*op, parts.next()?),
        ExprKind::BinaryApp { op, .. } => Expr::binary_app(*op, parts.next()?, parts.next()?),
        ExprKind::Set(_) => Expr::set(parts),
        ExprKind::ExtensionFunctionApp { fn_name, .. } => {
            Expr::call_extension_fn(fn_name.clone(), parts.collect())
        }
        _ => return None,
    })
}

/// Every constant in a leaf, moved.
fn constants(expr: &Expr, vocabulary: &Vocabulary, found: Found<'_>) {
    if let ExprKind::Lit(literal) = expr.expr_kind() {
        for moved in moved(literal, vocabulary) {
            found(Expr::val(moved), "another constant for", expr);
        }
        return;
    }
    for (index, part) in direct_parts(expr).into_iter().enumerate() {
        constants(part, vocabulary, &mut |changed, what, at| {
            if let Some(whole) = with_operand(expr, index, changed) {
                found(whole, what, at);
            }
        });
    }
}

/// A number one more and one less, a date one day earlier and later, the next member of an enum.
fn moved(literal: &Literal, vocabulary: &Vocabulary) -> Vec<Literal> {
    match literal {
        Literal::Long(number) => vec![Literal::Long(number + 1), Literal::Long(number - 1)],
        Literal::String(text) => {
            let date = text.parse::<jiff::civil::Date>().ok();
            let near = date.into_iter().flat_map(|date| [date.yesterday(), date.tomorrow()]);
            near.filter_map(Result::ok).map(|date| Literal::String(date.to_string().into())).collect()
        }
        Literal::EntityUID(uid) => next_member(uid, vocabulary).into_iter().collect(),
        Literal::Bool(_) => Vec::new(),
    }
}

fn next_member(uid: &EntityUID, vocabulary: &Vocabulary) -> Option<Literal> {
    let entity = vocabulary.types.get(uid.entity_type().to_string().as_str())?;
    let Sort::Enum(members) = &entity.sort else {
        return None;
    };
    let id: &str = uid.eid().as_ref();
    let at = members.iter().position(|member| &**member == id)?;
    let next = &members[(at + 1) % members.len()];
    let moved = EntityUID::from_components(uid.entity_type().clone(), Eid::new(&**next), None);
    Some(Literal::EntityUID(Arc::new(moved)))
}

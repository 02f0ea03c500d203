//! Conditions, split at their connectives.
//!
//! What a leaf reads is known beforehand, so that a hole is seen before it is evaluated.

use std::sync::Arc;

use cedar_policy_core::ast::{BinaryOp, Expr, ExprKind, Literal, UnaryOp, Var};
use cedar_policy_core::parser::Loc;

use super::plain::Plain;
use crate::vocabulary::Name;

/// When a limb fires.
#[derive(Debug)]
pub struct Condition {
    /// The whole, as Cedar has it.
    pub expr: Expr,
    /// Its parts.
    pub node: Node,
}

impl Condition {
    /// Splits an expression.
    ///
    /// # Errors
    /// A place and a sentence, for what a rule cannot say.
    pub fn new(expr: &Expr) -> Result<Self, (Option<Loc>, String)> {
        Ok(Self { expr: expr.clone(), node: split(expr)? })
    }
}

/// A condition or a part of one.
#[derive(Debug)]
pub enum Node {
    /// `!a`
    Not(Box<Node>),
    /// `a && b`
    And(Box<Node>, Box<Node>),
    /// `a || b`
    Or(Box<Node>, Box<Node>),
    /// `if a then b else c`
    If(Box<Node>, Box<Node>, Box<Node>),
    /// `a has b.c`
    Has(Read),
    /// Anything else.
    Leaf(Box<Leaf>),
}

/// A part that is evaluated as a whole.
#[derive(Debug)]
pub struct Leaf {
    /// The expression.
    pub expr: Expr,
    /// What it reads.
    pub reads: Vec<Read>,
    /// How far it can be decided while a set is partial.
    pub partial: Option<Partial>,
    /// The same without Cedar, if it is plain enough.
    pub plain: Option<Plain>,
}

/// A leaf over a set of which some members are not known: the result that more members cannot change.
#[derive(Debug)]
pub struct Partial {
    /// Index of the set among the reads.
    pub read: usize,
    /// The result that stands.
    pub stands: bool,
}

/// A chain of attributes from a variable.
#[derive(Clone, Debug)]
pub struct Read {
    /// Where the chain starts.
    pub root: Root,
    /// Attributes in order.
    pub path: Vec<Name>,
    /// Its place in the rule, for the author.
    pub loc: Option<Loc>,
}

/// Where a chain starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// The subject.
    Resource,
    /// The party we act for.
    Principal,
    /// `context.house`: the parameters of the workspace.
    House,
    /// `context.date`: never a hole.
    Date,
}

/// Splits a condition.
///
/// # Errors
/// A place and a sentence, for what a rule cannot say.
pub fn split(expr: &Expr) -> Result<Node, (Option<Loc>, String)> {
    let both = |a: &Arc<Expr>, b: &Arc<Expr>| Ok((Box::new(split(a)?), Box::new(split(b)?)));
    match expr.expr_kind() {
        ExprKind::UnaryApp { op: UnaryOp::Not, arg } => Ok(Node::Not(Box::new(split(arg)?))),
        ExprKind::And { left, right } => both(left, right).map(|(a, b)| Node::And(a, b)),
        ExprKind::Or { left, right } => both(left, right).map(|(a, b)| Node::Or(a, b)),
        ExprKind::If { test_expr, then_expr, else_expr } => {
            let (then, other) = both(then_expr, else_expr)?;
            Ok(Node::If(Box::new(split(test_expr)?), then, other))
        }
        ExprKind::HasAttr { expr: base, attr } => has(expr, base, &[attr.as_str()]),
        ExprKind::ExtHasAttr { expr: base, attrs } => {
            let attrs: Vec<&str> = attrs.iter().map(|attr| attr.as_str()).collect();
            has(expr, base, &attrs)
        }
        _ => leaf(expr).map(|leaf| Node::Leaf(Box::new(leaf))),
    }
}

fn has(expr: &Expr, base: &Expr, attributes: &[&str]) -> Result<Node, (Option<Loc>, String)> {
    let loc = expr.source_loc().cloned();
    let Some(mut read) = chain(base) else {
        return Err((
            loc,
            "`has` is asked of a chain of attributes from resource, principal or context".to_owned(),
        ));
    };
    read.path.extend(attributes.iter().map(|attribute| Name::from(*attribute)));
    read.loc = loc;
    Ok(Node::Has(normal(read)))
}

fn leaf(expr: &Expr) -> Result<Leaf, (Option<Loc>, String)> {
    let mut reads = Vec::new();
    gather(expr, &mut reads)?;
    let partial = partial(expr, &reads);
    Ok(Leaf { expr: expr.clone(), reads, partial, plain: Plain::of(expr) })
}

fn gather(expr: &Expr, reads: &mut Vec<Read>) -> Result<(), (Option<Loc>, String)> {
    match expr.expr_kind() {
        ExprKind::GetAttr { .. } => match read(expr) {
            Some(read) => reads.push(read),
            None => {
                let message = "an attribute is read along a chain from resource, principal or context";
                return Err((expr.source_loc().cloned(), message.to_owned()));
            }
        },
        ExprKind::HasAttr { .. } | ExprKind::ExtHasAttr { .. } => {
            let message = "`has` stands by itself or under !, &&, ||, if";
            return Err((expr.source_loc().cloned(), message.to_owned()));
        }
        ExprKind::Var(Var::Context) => {
            return Err((
                expr.source_loc().cloned(),
                "context is read as context.date or context.house".to_owned(),
            ));
        }
        _ => {
            for part in direct_parts(expr) {
                gather(part, reads)?;
            }
        }
    }
    Ok(())
}

/// Is the expression split here, and not left to Cedar?
pub fn is_connective(expr: &Expr) -> bool {
    matches!(
        expr.expr_kind(),
        ExprKind::And { .. }
            | ExprKind::Or { .. }
            | ExprKind::If { .. }
            | ExprKind::UnaryApp { op: UnaryOp::Not, .. }
    )
}

/// The operands of an expression.
pub fn direct_parts(expr: &Expr) -> Vec<&Expr> {
    match expr.expr_kind() {
        ExprKind::UnaryApp { arg, .. } => vec![arg],
        ExprKind::BinaryApp { arg1, arg2, .. } => vec![arg1, arg2],
        ExprKind::And { left, right } | ExprKind::Or { left, right } => vec![left, right],
        ExprKind::If { test_expr, then_expr, else_expr } => vec![test_expr, then_expr, else_expr],
        ExprKind::ExtensionFunctionApp { args, .. } => args.iter().collect(),
        ExprKind::GetAttr { expr, .. }
        | ExprKind::HasAttr { expr, .. }
        | ExprKind::ExtHasAttr { expr, .. }
        | ExprKind::Like { expr, .. }
        | ExprKind::Is { expr, .. } => vec![expr],
        ExprKind::Set(parts) => parts.iter().collect(),
        ExprKind::Record(parts) => parts.values().collect(),
        _ => Vec::new(),
    }
}

/// The chain of attributes that an expression is, if it is one.
fn chain(expr: &Expr) -> Option<Read> {
    match expr.expr_kind() {
        ExprKind::Var(Var::Resource) => Some(Read { root: Root::Resource, path: Vec::new(), loc: None }),
        ExprKind::Var(Var::Principal) => Some(Read { root: Root::Principal, path: Vec::new(), loc: None }),
        ExprKind::Var(Var::Context) => Some(Read { root: Root::Date, path: Vec::new(), loc: None }),
        ExprKind::GetAttr { expr: base, attr } => {
            let mut read = chain(base)?;
            read.path.push(attr.as_str().into());
            read.loc = expr.source_loc().cloned();
            Some(read)
        }
        _ => None,
    }
}

/// What an expression reads, if it is a chain of attributes.
pub fn read(expr: &Expr) -> Option<Read> {
    chain(expr).map(normal)
}

/// `context.house.x` starts at the house.
fn normal(mut read: Read) -> Read {
    if read.root == Root::Date && read.path.first().is_some_and(|first| &**first == "house") {
        read.root = Root::House;
        read.path.remove(0);
    }
    read
}

/// Which result of a leaf over sets stands, however many members are still to come.
fn partial(expr: &Expr, reads: &[Read]) -> Option<Partial> {
    let at = |operand: &Expr| {
        let read = read(operand)?;
        reads.iter().position(|other| other.root == read.root && other.path == read.path)
    };
    let stands = |read: Option<usize>, stands: bool| read.map(|read| Partial { read, stands });
    match expr.expr_kind() {
        ExprKind::UnaryApp { op: UnaryOp::IsEmpty, arg } => stands(at(arg), false),
        ExprKind::BinaryApp { op: BinaryOp::Contains, arg1, .. } => stands(at(arg1), true),
        ExprKind::BinaryApp { op: BinaryOp::In, arg2, .. } => stands(at(arg2), true),
        ExprKind::BinaryApp { op: BinaryOp::ContainsAny, arg1, arg2 } => stands(at(arg1).or(at(arg2)), true),
        ExprKind::BinaryApp { op: BinaryOp::ContainsAll, arg1, arg2 } => {
            stands(at(arg1), true).or_else(|| stands(at(arg2), false))
        }
        _ => None,
    }
}

impl Node {
    /// Where a leaf stands in the text of its rule, in bytes.
    pub fn span(&self) -> Option<std::ops::Range<usize>> {
        let loc = match self {
            Self::Has(read) => read.loc.as_ref(),
            Self::Leaf(leaf) => leaf.expr.source_loc(),
            _ => None,
        };
        loc.map(|loc| loc.start()..loc.end())
    }

    /// Visits every read with its polarity: does truth of the part make the whole true, false, or either?
    pub fn visit<'a>(&'a self, polarity: Polarity, see: &mut dyn FnMut(&'a Read, Polarity)) {
        match self {
            Self::Not(inner) => inner.visit(polarity.flipped(), see),
            Self::And(a, b) | Self::Or(a, b) => {
                a.visit(polarity, see);
                b.visit(polarity, see);
            }
            Self::If(test, then, other) => {
                test.visit(Polarity::Either, see);
                then.visit(polarity, see);
                other.visit(polarity, see);
            }
            Self::Has(read) => see(read, polarity),
            Self::Leaf(leaf) => {
                for read in &leaf.reads {
                    see(read, polarity);
                }
            }
        }
    }

    /// Visits every leaf.
    pub fn leaves<'a>(&'a self, see: &mut dyn FnMut(&'a Leaf)) {
        match self {
            Self::Not(inner) => inner.leaves(see),
            Self::And(a, b) | Self::Or(a, b) => {
                a.leaves(see);
                b.leaves(see);
            }
            Self::If(test, then, other) => {
                test.leaves(see);
                then.leaves(see);
                other.leaves(see);
            }
            Self::Has(_) => {}
            Self::Leaf(leaf) => see(leaf),
        }
    }
}

/// What truth of a part does to the limb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polarity {
    /// It helps the limb to fire.
    Fires,
    /// It helps the limb to pass: an exception.
    Passes,
    /// Either.
    Either,
}

impl Polarity {
    fn flipped(self) -> Self {
        match self {
            Self::Fires => Self::Passes,
            Self::Passes => Self::Fires,
            Self::Either => Self::Either,
        }
    }
}

/// The entity ids that an expression names.
pub fn literals<'a>(expr: &'a Expr, see: &mut dyn FnMut(&'a Expr, &'a cedar_policy_core::ast::EntityUID)) {
    if let ExprKind::Lit(Literal::EntityUID(uid)) = expr.expr_kind() {
        see(expr, uid);
    }
    for part in direct_parts(expr) {
        literals(part, see);
    }
}

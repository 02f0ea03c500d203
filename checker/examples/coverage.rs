//! Which outcomes of the leaves of a condition some example has seen.

use super::Tested;
use super::trial::Trial;
use crate::engine::condition::Node;
use crate::engine::guards::always_there;
use crate::engine::rule::{Limb, Rule};
use crate::engine::walk::{Request, Truth};
use crate::source::Place;
use crate::vocabulary::Vocabulary;

/// Adds what the examples of a rule have seen, and what they have not.
pub fn measure(vocabulary: &Vocabulary, rule: &Rule, trials: &[Trial<'_>], tested: &mut Tested) {
    for limb in &rule.limbs {
        let mut leaves = Vec::new();
        gather(&limb.condition.node, &mut leaves);
        let mut seen = vec![[false; 2]; leaves.len()];
        for trial in trials {
            trial.watch(limb, &mut |request| {
                watch(request, &limb.condition.node, &mut 0, &mut seen);
            });
        }
        for (leaf, [yes, no]) in leaves.into_iter().zip(seen) {
            let place = place_of(rule, limb, leaf);
            let exempt = always_there(vocabulary, limb, leaf);
            tested.outcomes += if exempt { 1 } else { 2 };
            for (seen, truth) in [(yes, "true"), (no || exempt, "false")] {
                if !seen {
                    tested.unseen.push((place.clone(), format!("never seen {truth}: {}", words(&place))));
                }
            }
        }
    }
}

/// The leaves of a condition, from left to right.
fn gather<'n>(node: &'n Node, leaves: &mut Vec<&'n Node>) {
    match node {
        Node::Not(inner) => gather(inner, leaves),
        Node::And(a, b) | Node::Or(a, b) => [a, b].into_iter().for_each(|part| gather(part, leaves)),
        Node::If(test, then, other) => [test, then, other].into_iter().for_each(|part| gather(part, leaves)),
        Node::Has(_) | Node::Leaf(_) => leaves.push(node),
    }
}

/// Decides a condition as Cedar would, from left to right, and notes what each leaf that is reached gives.
fn watch(request: &Request<'_>, node: &Node, next: &mut usize, seen: &mut [[bool; 2]]) -> Option<bool> {
    match node {
        Node::Not(inner) => watch(request, inner, next, seen).map(|truth| !truth),
        Node::And(a, b) | Node::Or(a, b) => {
            let stops = matches!(node, Node::Or(..));
            match watch(request, a, next, seen) {
                Some(truth) if truth != stops => watch(request, b, next, seen),
                decided => {
                    skip(b, next);
                    decided
                }
            }
        }
        Node::If(test, then, other) => match watch(request, test, next, seen) {
            Some(true) => {
                let truth = watch(request, then, next, seen);
                skip(other, next);
                truth
            }
            Some(false) => {
                skip(then, next);
                watch(request, other, next, seen)
            }
            None => {
                skip(then, next);
                skip(other, next);
                None
            }
        },
        Node::Has(_) | Node::Leaf(_) => {
            let truth = match request.decide(node) {
                Ok(Truth::True) => Some(true),
                Ok(Truth::False) => Some(false),
                Ok(Truth::Unknown) | Err(_) => None,
            };
            if let Some(truth) = truth {
                seen[*next][usize::from(!truth)] = true;
            }
            *next += 1;
            truth
        }
    }
}

fn skip(node: &Node, next: &mut usize) {
    let mut leaves = Vec::new();
    gather(node, &mut leaves);
    *next += leaves.len();
}

/// Where a leaf stands in its rule.
fn place_of(rule: &Rule, limb: &Limb, leaf: &Node) -> Place {
    leaf.span().map_or_else(|| limb.place.clone(), |span| Place::new(&rule.source, span))
}

/// What stands at a place, on one line.
pub fn words(place: &Place) -> String {
    place.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

//! Which `has` of a condition only Cedar's types ask for.

use super::condition::{Node, Root};
use super::rule::Limb;
use crate::facts::along;
use crate::vocabulary::derivation::Derivation;
use crate::vocabulary::{Field, Mark, Scalar, Sibling, Type, Vocabulary, known};

/// Is the leaf a guard that only Cedar's types ask for, since what it guards is there or is a question?
pub fn always_there(vocabulary: &Vocabulary, limb: &Limb, leaf: &Node) -> bool {
    let Node::Has(read) = leaf else {
        return false;
    };
    let start = match read.root {
        Root::Resource => &*limb.subject,
        Root::Principal => known::PARTY,
        Root::House | Root::Date => return false,
    };
    along(vocabulary, start, &read.path).is_some_and(|steps| {
        steps.iter().all(|(field, sibling)| match sibling {
            Some(Sibling::As) => false,
            Some(Sibling::Given) => true,
            None => is_always_there(field, limb),
        })
    })
}

fn is_always_there(field: &Field, limb: &Limb) -> bool {
    if let Some(derivation) = &field.derived {
        let of_sums = matches!(field.ty, Type::Scalar(Scalar::Money));
        return matches!(derivation, Derivation::Sum(_) if !of_sums)
            || matches!(
                derivation,
                Derivation::Count(_)
                    | Derivation::Any(..)
                    | Derivation::All(..)
                    | Derivation::Less(..)
                    | Derivation::Collect(..)
                    | Derivation::Inverse(..)
                    | Derivation::Closure(_)
            );
    }
    let asked = matches!(field.mark, Mark::Asked(from) if limb.gates.iter().all(|gate| from.asks_at(*gate)));
    field.required || (asked && !field.has_siblings())
}

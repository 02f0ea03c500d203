//! Every rule runs on the deals of its own header: they show what they say, they see every outcome of every
//! condition, and they notice a change of it.

use std::fmt::Write as _;

use countersign::examples::{Example, NOTICED, Shows, Tested, test};
use countersign::vocabulary::Sort;

use crate::support::{ALL, of_pack};

/// The rules of every built-in pack, each pack with those it depends on and no other.
fn tested() -> Vec<Tested> {
    let packs = ALL.packs.iter().map(|pack| pack.name.as_str());
    packs.flat_map(|pack| test(&of_pack(pack), |rule| rule.pack == pack)).collect()
}

#[test]
fn examples_show_what_they_say_see_every_outcome_and_notice_changes() {
    let tested = tested();
    let mut wrong = String::new();
    for rule in &tested {
        for failure in &rule.failures {
            let _ = writeln!(wrong, "{}: {failure}", rule.rule);
        }
        for (place, message) in &rule.unseen {
            let _ = writeln!(wrong, "{place}: {message}");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let mutants: usize = tested.iter().map(|rule| rule.mutants).sum();
    let unnoticed: usize = tested.iter().map(|rule| rule.unnoticed.len()).sum();
    assert!(
        (mutants - unnoticed) * 100 >= mutants * NOTICED,
        "{unnoticed} of {mutants} changes are not noticed: countersign test shows them"
    );
}

/// Arrows say where a finding points; only what is no part of the deal has none.
#[test]
fn every_breaking_example_points_at_its_lines() {
    for rule in &ALL.rules {
        let of_a_table = matches!(ALL.vocabulary.entity(&rule.limbs[0].subject).sort, Sort::Table);
        for example in Example::of(rule).expect("its examples can be read") {
            let points = !example.arrows.is_empty() || of_a_table || example.shows != Shows::Breaks;
            assert!(points, "{}: `{}` has no arrow", rule.id, example.info);
        }
    }
}

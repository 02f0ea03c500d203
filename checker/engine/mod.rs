//! Rules, subjects and decisions. The only room, beside the vocabulary's reader, that knows Cedar.
//!
//! A [`rule::Rule`] is one file; each of its limbs is a `forbid`. [`subjects`] finds what a limb is
//! asked about; [`walk`] decides it in three values; [`because`] says why. The walk splits a condition at
//! its connectives, so that a hole stays a hole; [`plain`] decides the leaves that compare plain values as
//! Cedar would, and Cedar decides the rest.

pub mod because;
pub mod condition;
pub mod guards;
pub mod judge;
pub mod mutants;
mod notes;
pub mod plain;
pub mod proof;
pub mod rule;
pub mod store;
pub mod subjects;
pub mod text;
pub mod walk;

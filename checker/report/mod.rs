//! Reports for people and machines: one file a format.

pub mod json;
pub mod people;

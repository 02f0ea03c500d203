//! What is printed: reports for people and machines, one file a format, and reference pages.

pub mod json;
pub mod kinds;
pub mod page;
pub mod people;
mod quote;
pub mod rules;

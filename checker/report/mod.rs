//! What is printed: reports for people and machines, one file a format, and reference pages.

pub mod json;
pub mod pages;
pub mod people;
mod quote;

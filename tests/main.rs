//! All tests of the package, in one program: each module is one subject.

#![allow(clippy::disallowed_methods, reason = "tests read files")]

mod bad_input;
mod baseline;
mod commands;
mod docs;
mod foreign_pack;
mod house_rules;
mod oracle;
mod packs;
mod pages;
mod reports;
mod rules;
mod silent_passes;
mod support;
mod templates;
mod three_values;
mod vocabulary;

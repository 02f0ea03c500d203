//! Countersign checks a deal before anybody signs it, shares under it, exports under it or sells
//! the company that made it.
//!
//! The library does no IO and reads no clock and no environment: files, packs and the date come in
//! as values, and a [`run::Report`] comes out. Each module sees only those above it in this list:
//!
//! 1. [`source`], [`finding`]: places, mistakes, findings
//! 2. [`vocabulary`]: what a `.deal` may say, read from annotated Cedar schema
//! 3. [`pack`], [`builtin`]: folders of vocabulary, rules and tables
//! 4. [`deal`]: what the files say, as typed things with places
//! 5. [`lower`]: from the tree of the parser to a deal
//! 6. [`facts`]: what Cedar cannot compute
//! 7. [`engine`]: rules, subjects, the three-valued walk
//! 8. [`run`]: the whole line
//! 9. [`report`]: for people and machines

pub mod builtin;
pub mod deal;
pub mod engine;
pub mod examples;
pub mod facts;
pub mod finding;
pub mod lower;
pub mod name;
pub mod pack;
pub mod report;
pub mod run;
pub mod source;
pub mod vocabulary;

//! All tests of the package, in one program: each module is one subject.

mod bad_input;
mod foreign_pack;
mod oracle;
mod rules;
mod silent_passes;
mod support;
mod three_values;

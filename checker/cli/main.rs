//! The command line: reads files and the clock, calls the library, prints, and says how it went.

#![allow(clippy::disallowed_methods, reason = "this is where IO, the clock and the environment belong")]

mod args;
mod check;
mod config;
mod files;
mod format;
mod packs;
mod reference;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

/// A check makes millions of small things and gives them back: the system's allocator is slow at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a run tells the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing at or above the wanted severity.
    Nothing,
    /// Findings.
    Findings,
    /// Nothing was assessed.
    NothingAssessed,
    /// It could not run.
    CouldNotRun,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Nothing => 0,
            Exit::Findings => 1,
            Exit::CouldNotRun => 2,
            Exit::NothingAssessed => 3,
        })
    }
}

fn main() -> ExitCode {
    // Cedar's parser recurses; a rule of a pack may nest as deep as we allow.
    let run = std::thread::Builder::new().stack_size(32 * 1024 * 1024).spawn(run);
    run.ok().and_then(|thread| thread.join().ok()).unwrap_or(Exit::CouldNotRun).into()
}

fn run() -> Exit {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Fmt(arguments) => format::run(&arguments),
        Command::New { kind } => reference::new(&kind),
        Command::Explain { rule } => reference::explain(&rule),
        Command::Rules { format } => reference::rules(format),
        Command::Test(arguments) => test::run(&arguments),
        Command::Vocabulary { kind } => reference::vocabulary(kind.as_deref()),
        Command::Completions { shell } => reference::completions(shell),
    }
}

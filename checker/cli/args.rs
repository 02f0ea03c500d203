//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use countersign::run::Stage;
use countersign::vocabulary::Gate;

/// Checks a deal before anybody signs, shares, exports or sells.
#[derive(Parser)]
#[command(name = "countersign", version, about, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check deals: files, folders, or the folder one stands in.
    Check(CheckArguments),
    /// Lay out deal files: layout, digit groups and quotes change, words and comments never do.
    Fmt(FormatArguments),
    /// Print a skeleton of a deal of some kind.
    New {
        /// The kind, such as `nda`.
        kind: String,
    },
    /// Explain a rule: what it asks, why, on whose authority, with a deal that breaks it and one that keeps it.
    Explain {
        /// Its id or code.
        rule: String,
    },
    /// List the rules.
    Rules {
        /// How to print them.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Test packs on the examples of their rules: what fires and where, what no example has seen, what none notices.
    Test(TestArguments),
    /// Say what can be said of a kind.
    Vocabulary {
        /// The kind; without it, the kinds are listed.
        kind: Option<String>,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Args)]
pub struct FormatArguments {
    /// Files, and folders with all deal files in them. `-` reads standard input and prints.
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Change nothing; exit with 1 if a file would change.
    #[arg(long)]
    pub check: bool,
}

#[derive(Args)]
pub struct TestArguments {
    /// Packs or rules; without one, the packs of the workspace.
    pub names: Vec<String>,
    /// Fail also when an outcome was never seen, or when less than 95 % of the changes are noticed.
    #[arg(long)]
    pub strict: bool,
}

#[derive(Args)]
pub struct CheckArguments {
    /// Files and folders to report on; their whole workspace is read. `-` reads standard input.
    pub paths: Vec<PathBuf>,
    /// The gate to check for; without it, by the status of each deal.
    #[arg(long, value_enum)]
    pub gate: Option<GateWord>,
    /// Read for this party, over what the deals say.
    #[arg(long = "for", value_name = "PARTY")]
    pub acting_for: Option<String>,
    /// The date of the check, year-month-day; without it, today.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<jiff::civil::Date>,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    /// Who will read it. Outside the house only what was declared of parties, agreements and assets is told.
    #[arg(long, value_enum, default_value_t = Audience::Internal)]
    pub audience: Audience,
    /// The least severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    pub fail_on: FailOn,
    /// Threads to use; the report is the same for any number.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The path under which standard input is reported, and in whose folder its names are looked up.
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    /// Report only what is not in this file: findings are known by rule, subject and facts, never by a line.
    #[arg(long, value_name = "FILE", conflicts_with = "audience")]
    pub baseline: Option<PathBuf>,
    /// Write the findings of today into the baseline, and stop.
    #[arg(long, requires = "baseline", conflicts_with_all = ["format", "audience", "stdin_filename"])]
    pub write_baseline: bool,
    /// Print where each value of the configuration comes from, and stop.
    #[arg(long)]
    pub show_config: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum GateWord {
    Draft,
    Sign,
    Share,
    Export,
    Close,
}

impl From<GateWord> for Stage {
    fn from(word: GateWord) -> Self {
        match word {
            GateWord::Draft => Self::Draft,
            GateWord::Sign => Self::Gate(Gate::Sign),
            GateWord::Share => Self::Gate(Gate::Share),
            GateWord::Export => Self::Gate(Gate::Export),
            GateWord::Close => Self::Gate(Gate::Close),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One object for machines.
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people at a terminal.
    Text,
    /// One object for machines.
    Json,
    /// A page for people, as text.
    Markdown,
    /// A page for people, as one file for a browser or a printer.
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// The house itself.
    Internal,
    /// Somebody else: no finding, no reason, no side, no value.
    Outside,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum FailOn {
    Error,
    Warning,
    None,
}

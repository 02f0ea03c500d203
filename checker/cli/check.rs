//! `countersign check`.

use std::collections::HashSet;
use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use countersign::finding::{Finding, Mistake, Severity};
use countersign::lower::DealFile;
use countersign::report::{json, page, people};
use countersign::run::{Baseline, Check, DealInfo, Library, Report, Stage, listed, plural};
use countersign::source::{Place, Source};

use crate::args::{Audience, CheckArguments, FailOn, ReportFormat};
use crate::config::Config;
use crate::packs::Libraries;
use crate::workspace::{Found, Workspace, group, is_markdown};
use crate::{Exit, files};

/// Runs the command.
pub fn run(arguments: &CheckArguments) -> Exit {
    if arguments.show_config {
        return match shown_config(arguments) {
            Ok(text) => {
                let _ = io::stdout().write_all(text.as_bytes());
                Exit::Nothing
            }
            Err(mistakes) => complain(&mistakes),
        };
    }
    if arguments.audience == Audience::Outside {
        return outside(arguments).unwrap_or_else(|mistakes| complain(&mistakes));
    }
    if arguments.write_baseline {
        return write_baseline(arguments).unwrap_or_else(|mistakes| complain(&mistakes));
    }
    match checked_against(arguments) {
        Ok(exit) => exit,
        Err(mistakes) => complain(&mistakes),
    }
}

/// Reports what the baseline does not know, and says which of its entries are over.
fn checked_against(arguments: &CheckArguments) -> Result<Exit, Vec<Mistake>> {
    let Some(path) = &arguments.baseline else {
        return Ok(finish(arguments, &reports(arguments, None)?));
    };
    let text = files::text(path).map_err(|mistake| vec![mistake])?;
    let source = Source::new(path.to_string_lossy(), text);
    let baseline = Baseline::read(&source).map_err(|mistake| vec![mistake])?;
    let reports = reports(arguments, Some(&baseline))?;
    let seen = |fingerprint: &str| reports.iter().any(|report| report.known.contains(fingerprint));
    let stale: Vec<_> = baseline.stale(seen).collect();
    for entry in &stale {
        eprintln!("{}: no longer found: {} [{}]", path.display(), entry.message, entry.rule);
    }
    if !stale.is_empty() {
        eprintln!("{}: write it anew with --write-baseline", path.display());
    }
    Ok(finish(arguments, &reports))
}

/// Prints what may be told outside the house.
fn outside(arguments: &CheckArguments) -> Result<Exit, Vec<Mistake>> {
    let here = here()?;
    let mut told = Vec::new();
    let mut libraries = Libraries::default();
    for space in group(&arguments.paths, &here, arguments.stdin_filename.as_deref())? {
        let workspace = Opened::new(&space, &here, &mut libraries)?;
        let mut files = space.deal_files(&workspace.config, &here)?.files;
        let deals = workspace.check(arguments, None, &files).deals();
        add_prose(&space, &deals, &mut files, &here)?;
        told.push(workspace.check(arguments, None, &files).outside()?);
    }
    let as_of = as_of(arguments);
    let page = page::outside(&told, as_of);
    let text = match arguments.format {
        ReportFormat::Json => page::outside_json(&page, as_of),
        ReportFormat::Html => page::html(&page),
        ReportFormat::Text | ReportFormat::Markdown => page::markdown(&page),
    };
    let _ = io::stdout().write_all(text.as_bytes());
    if page.sections.is_empty() {
        eprintln!("nothing was told: no declaration was found");
        return Ok(Exit::NothingAssessed);
    }
    Ok(Exit::Nothing)
}

/// Writes what is found today into the baseline.
fn write_baseline(arguments: &CheckArguments) -> Result<Exit, Vec<Mistake>> {
    let Some(path) = &arguments.baseline else {
        return Ok(Exit::CouldNotRun);
    };
    let reports = reports(arguments, None)?;
    if reports.iter().all(Report::assessed_nothing) {
        eprintln!("nothing was assessed: there is nothing to write");
        return Ok(Exit::NothingAssessed);
    }
    let baseline = Baseline::of(reports.iter().flat_map(|report| &report.findings));
    fs::write(path, baseline.text())
        .map_err(|error| vec![Mistake::nowhere(format!("{}: {}", path.display(), files::plain(&error)))])?;
    eprintln!("{}: {} written", path.display(), plural(baseline.len(), "known finding"));
    Ok(Exit::Nothing)
}

/// Where each value of the configuration comes from.
fn shown_config(arguments: &CheckArguments) -> Result<String, Vec<Mistake>> {
    let here = here()?;
    let (mut text, mut libraries) = (String::new(), Libraries::default());
    for space in group(&arguments.paths, &here, arguments.stdin_filename.as_deref())? {
        let config = space.config(&here).map_err(|mistake| vec![mistake])?;
        let library = libraries.load(config.packs.as_deref(), &space.root, &here)?;
        text.push_str(&config.show(&library, &files::shown(&space.root, &here)));
    }
    Ok(text)
}

/// Prints mistakes that stop a command.
pub fn complain(mistakes: &[Mistake]) -> Exit {
    eprint!("{}", people::mistakes(mistakes, colored(&io::stderr())));
    Exit::CouldNotRun
}

/// Is it a terminal, and are colors welcome (<https://no-color.org>)?
fn colored(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("NO_COLOR").is_none()
}

fn here() -> Result<PathBuf, Vec<Mistake>> {
    env::current_dir().map_err(|error| vec![Mistake::nowhere(files::plain(&error))])
}

fn as_of(arguments: &CheckArguments) -> jiff::civil::Date {
    arguments.as_of.unwrap_or_else(|| jiff::Zoned::now().date())
}

fn reports(arguments: &CheckArguments, baseline: Option<&Baseline>) -> Result<Vec<Report>, Vec<Mistake>> {
    let here = here()?;
    let spaces = group(&arguments.paths, &here, arguments.stdin_filename.as_deref())?;
    let mut libraries = Libraries::default();
    let mut left = spaces.len();
    let one = |space| {
        left -= 1;
        let workspace = Opened::new(space, &here, &mut libraries)?;
        let (mut report, mut others) = report(arguments, baseline, space, &workspace, &here, left == 0)?;
        others.retain(|other| spaces.iter().all(|space| space.root != *other));
        report.not_looked_at.extend(told_of_others(&others, &here));
        Ok(report)
    };
    spaces.iter().map(one).collect()
}

/// A workspace whose configuration and packs were read.
struct Opened {
    config: Config,
    library: Rc<Library>,
}

impl Opened {
    fn new(space: &Workspace, here: &Path, libraries: &mut Libraries) -> Result<Self, Vec<Mistake>> {
        let config = space.config(here).map_err(|mistake| vec![mistake])?;
        let library = libraries.load(config.packs.as_deref(), &space.root, here)?;
        let set = config.house.severities.iter().map(|(name, _, place)| (name.as_str(), place));
        let stands = config.house.stands.iter().map(|(name, place)| (name.as_str(), place));
        library.know_rules(set.chain(stands))?;
        Ok(Self { config, library })
    }

    fn check<'a>(
        &'a self,
        arguments: &'a CheckArguments,
        baseline: Option<&'a Baseline>,
        files: &'a [DealFile],
    ) -> Check<'a> {
        let threads =
            arguments.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        Check {
            library: &self.library,
            house: &self.config.house,
            files,
            stage: arguments.gate.map_or(Stage::Status, Stage::from),
            acting_for: arguments.acting_for.as_deref(),
            baseline,
            today: as_of(arguments),
            threads,
        }
    }
}

/// The report on a workspace, and the folders in what was named that are others.
fn report(
    arguments: &CheckArguments,
    baseline: Option<&Baseline>,
    space: &Workspace,
    workspace: &Opened,
    here: &Path,
    last: bool,
) -> Result<(Report, Vec<PathBuf>), Vec<Mistake>> {
    let Found { mut files, others } = space.deal_files(&workspace.config, here)?;
    let mut report = checked(&workspace.check(arguments, baseline, &files), last)?;
    // A deal may stand in the prose it describes, which is known only now.
    if add_prose(space, &report.deals, &mut files, here)? {
        report = checked(&workspace.check(arguments, baseline, &files), last)?;
    }
    report.root = files::shown(&space.root, here);
    // A baseline holds what the whole workspace shows, whatever is named.
    if !space.whole() && !arguments.write_baseline {
        narrow(&mut report, space, here);
    }
    Ok((report, others))
}

/// Workspaces of their own in what was named, in a sentence.
fn told_of_others(others: &[PathBuf], here: &Path) -> Option<String> {
    let shown = listed(others.iter().map(|other| files::shown(other, here)));
    (!others.is_empty())
        .then(|| format!("Workspaces of their own, not looked at unless they are named: {shown}."))
}

/// Makes a check. What the last one assessed is left to the end of the process, which is near: to give back each of
/// some million pieces would take a tenth of the time.
fn checked(check: &Check<'_>, last: bool) -> Result<Report, Vec<Mistake>> {
    let assessed = ManuallyDrop::new(check.assess(check.lower()));
    let report = check.report(&assessed);
    if !last {
        ManuallyDrop::into_inner(assessed);
    }
    report
}

/// Adds the Markdown documents of the deals that hold deals themselves; says whether there were any.
fn add_prose(
    space: &Workspace,
    deals: &[DealInfo],
    files: &mut Vec<DealFile>,
    here: &Path,
) -> Result<bool, Vec<Mistake>> {
    let before = files.len();
    let mut read: HashSet<String> = files.iter().map(|file| file.source.path.clone()).collect();
    for path in deals.iter().flat_map(|deal| document_paths(deal, here)) {
        if !is_markdown(&path) || !read.insert(files::shown(&path, here)) || !path.is_file() {
            continue;
        }
        let text = files::text(&path).map_err(|mistake| vec![mistake])?;
        files.extend(space.deal_file(&path, text, here));
    }
    files.sort_by(|a, b| a.source.path.cmp(&b.source.path));
    Ok(files.len() > before)
}

fn document_paths<'a>(deal: &'a DealInfo, here: &'a Path) -> impl Iterator<Item = PathBuf> + 'a {
    let folder = here.join(&deal.path);
    let folder = folder.parent().map(Path::to_owned).unwrap_or_default();
    deal.documents.iter().map(move |document| files::absolute(Path::new(document), &folder))
}

/// Keeps what concerns the named paths, and says which of them belong to no deal.
fn narrow(report: &mut Report, space: &Workspace, here: &Path) {
    let near = |path: &Path| space.named.iter().any(|named| path.starts_with(named));
    let of_deal = |name: &String| {
        let deal = report.deals.iter().find(|deal| deal.title == *name);
        deal.is_some_and(|deal| document_paths(deal, here).any(|path| near(&path)))
    };
    let kept: Vec<Finding> = report
        .findings
        .iter()
        .filter(|finding| {
            places(finding).any(|place| near(&here.join(&place.source.path)))
                || finding.deals.iter().any(of_deal)
        })
        .cloned()
        .collect();
    for named in &space.named {
        let concerned = report.deals.iter().any(|deal| {
            here.join(&deal.path).starts_with(named)
                || document_paths(deal, here).any(|path| path.starts_with(named))
        });
        let shares = kept
            .iter()
            .filter(|finding| !finding.deals.is_empty())
            .any(|finding| places(finding).any(|place| here.join(&place.source.path).starts_with(named)));
        if !concerned && !shares {
            eprintln!("{} belongs to no deal", files::shown(named, here));
        }
    }
    report.summary.count(&kept);
    report.findings = kept;
}

fn places(finding: &Finding) -> impl Iterator<Item = &Place> {
    let reasons = finding.because.iter().flat_map(|reason| reason.place.iter().chain(&reason.from));
    let elsewhere = finding.elsewhere.iter().filter_map(|other| other.place.as_ref());
    finding.place.iter().chain(reasons).chain(elsewhere)
}

fn finish(arguments: &CheckArguments, reports: &[Report]) -> Exit {
    let color = colored(&io::stdout());
    let text = match arguments.format {
        ReportFormat::Json => json::render(reports),
        ReportFormat::Markdown => page::markdown(&page::inside(reports)),
        ReportFormat::Html => page::html(&page::inside(reports)),
        ReportFormat::Text => {
            reports.iter().map(|report| people::render(report, color)).collect::<Vec<_>>().join("\n")
        }
    };
    // A reader that closed the pipe has seen enough.
    let _ = io::stdout().write_all(text.as_bytes());
    let exits = reports.iter().map(|report| exit(arguments.fail_on, report));
    let exits: Vec<Exit> = exits.collect();
    if exits.iter().all(|exit| *exit == Exit::NothingAssessed) {
        eprintln!("nothing was assessed: no deal was found, or no rule had a subject");
        return Exit::NothingAssessed;
    }
    exits.into_iter().filter(|exit| *exit != Exit::NothingAssessed).max().unwrap_or(Exit::NothingAssessed)
}

fn exit(fail_on: FailOn, report: &Report) -> Exit {
    let least = match fail_on {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::None => None,
    };
    if !report.recognised {
        return Exit::NothingAssessed;
    }
    let found = least.is_some_and(|least| report.heaviest().is_some_and(|heaviest| heaviest >= least));
    if found {
        return Exit::Findings;
    }
    if report.assessed_nothing() { Exit::NothingAssessed } else { Exit::Nothing }
}

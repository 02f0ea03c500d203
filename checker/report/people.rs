//! The report for people: few findings, each with its place, its reasons and one way to write it.

use std::fmt::{self, Write as _};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use crate::deal::show_date;
use crate::finding::{Because, Finding, Mistake, Severity};
use crate::report::quote::Quotes;
use crate::run::{MISTAKE, Report, UNANSWERED, plural};
use crate::source::Place;

/// Findings drawn with their lines; the rest is listed, one line each.
const DRAWN: usize = 50;
/// Widest line of prose.
const WIDTH: usize = 100;

/// Renders a report.
pub fn render(report: &Report, color: bool) -> String {
    let handler = handler(color);
    let mut out = String::new();
    header(report, &mut out);
    let open: Vec<&Finding> = report.open().collect();
    let mut heading = None;
    for (index, finding) in open.iter().enumerate() {
        let group = group(finding);
        if heading != Some(group) {
            let _ = writeln!(out, "{group}\n");
            heading = Some(group);
        }
        if index < DRAWN {
            draw(&handler, finding, &mut out);
        } else {
            one_line(finding, &mut out);
        }
    }
    footer(report, open.is_empty(), &mut out);
    out
}

/// Renders mistakes of packs and configuration, for standard error.
pub fn mistakes(mistakes: &[Mistake], color: bool) -> String {
    let handler = handler(color);
    let mut out = String::new();
    for mistake in mistakes {
        let own = mistake.place.iter().map(|place| (place.clone(), String::new()));
        let drawn = Drawn {
            code: None,
            severity: Severity::Error,
            message: mistake.message.clone(),
            help: mistake.help.clone(),
            quotes: Quotes::new(own.chain(mistake.also.iter().cloned()).collect()),
        };
        let _ = handler.render_report(&mut out, &drawn);
    }
    out
}

fn handler(color: bool) -> GraphicalReportHandler {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme).with_links(false).with_width(WIDTH).with_context_lines(0)
}

fn header(report: &Report, out: &mut String) {
    for deal in &report.deals {
        let _ = writeln!(out, "{}   {}", deal.title, deal.parties.join(" / "));
        let _ = writeln!(out, "  {}, {}, {}", deal.kind, deal.stage, deal.path);
        if !deal.documents.is_empty() {
            let _ = writeln!(
                out,
                "  describes {}; the text itself was not read, clause numbers are as declared",
                deal.documents.join(", ")
            );
        }
    }
    let reader = report
        .acting_for
        .as_ref()
        .map_or("Read for no side".to_owned(), |(_, name)| format!("Read for {name}"));
    let _ = writeln!(out, "{reader}, as of {}. Internal.", show_date(report.as_of));
    let _ = writeln!(out, "Workspace {}: {} read.", report.root, plural(report.summary.files, "file"));
    let _ = writeln!(out, "\n{}\n", tally(report));
}

/// The counts that matter, in one line.
pub fn tally(report: &Report) -> String {
    let summary = &report.summary;
    let questions: usize = report
        .open()
        .filter(|finding| &*finding.rule == UNANSWERED)
        .map(|finding| finding.because.len())
        .sum();
    let parts = [
        (summary.error, "to settle"),
        (summary.warning, "to consider"),
        (summary.note, "to note"),
        (questions, if questions == 1 { "question" } else { "questions" }),
    ];
    let shown: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    match (shown.is_empty(), report.assessed_nothing()) {
        (true, true) => "Nothing was assessed.".to_owned(),
        (true, false) => "Nothing to settle.".to_owned(),
        (false, _) => shown.join(" · "),
    }
}

fn group(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "TO SETTLE",
        Severity::Warning => "TO CONSIDER",
        Severity::Note => "TO NOTE",
    }
}

fn draw(handler: &GraphicalReportHandler, finding: &Finding, out: &mut String) {
    let mut labels: Vec<(Place, String)> = Vec::new();
    for reason in &finding.because {
        if &*finding.rule == UNANSWERED {
            break;
        }
        if let Some(place) = &reason.place {
            labels.push((place.clone(), label(reason)));
        }
        labels.extend(reason.from.iter().map(|place| (place.clone(), String::new())));
    }
    if let Some(place) = &finding.place {
        let at = labels.iter().position(|(known, _)| known == place);
        let own = at.map_or_else(|| (place.clone(), String::new()), |at| labels.remove(at));
        labels.insert(0, own);
    }
    let drawn = Drawn {
        code: Some(titled(finding)),
        severity: finding.severity,
        message: finding.message.clone(),
        help: Some(help(finding)).filter(|help| !help.is_empty()),
        quotes: Quotes::new(labels),
    };
    let _ = handler.render_report(out, &drawn);
    out.push('\n');
}

fn one_line(finding: &Finding, out: &mut String) {
    let place = finding.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
    let _ = writeln!(out, "{place}{} [{}]", finding.message, name(finding));
}

/// The name of a finding with the place to look at first.
fn titled(finding: &Finding) -> String {
    match &finding.place {
        Some(place) => format!("{}   {place}", name(finding)),
        None => name(finding),
    }
}

/// Code and id of a finding's rule.
pub fn name(finding: &Finding) -> String {
    if finding.code.is_empty() {
        finding.rule.to_string()
    } else {
        format!("{} {}", finding.code, finding.rule)
    }
}

/// What stands at a place: the value, or what is not there.
fn label(reason: &Because) -> String {
    match (reason.missing, reason.shown.as_str()) {
        (true, "not declared") => {
            let key = reason.fact.rsplit('.').next().unwrap_or(&reason.fact);
            format!("no `{key}` here")
        }
        (_, "") => reason.title.clone(),
        (_, shown) => format!("{}: {shown}", reason.title),
    }
}

/// What to do, in a fixed order: wording, lines, fallback, basis.
fn help(finding: &Finding) -> String {
    if &*finding.rule == MISTAKE {
        return finding.record.clone().unwrap_or_default();
    }
    let mut page = Page::default();
    if &*finding.rule == UNANSWERED {
        for (number, reason) in finding.because.iter().enumerate() {
            page.add(&letters(number), &format!("{} ({})", reason.title, reason.shown));
        }
        return page.lines.join("\n");
    }
    for reason in finding.because.iter().filter(|reason| reason.place.is_none()) {
        page.add("Because", &format!("{}: {}", reason.title, reason.shown));
    }
    for step in &finding.route {
        page.add("Route", step);
    }
    for further in &finding.further {
        page.add("Also", further);
    }
    for other in &finding.elsewhere {
        let place = other.place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
        page.add("Elsewhere", &format!("{}{place}", other.message));
    }
    advice(finding, &mut page);
    if finding.deals.len() > 1 {
        page.add("Concerns", &finding.deals.join(", "));
    }
    page.lines.join("\n")
}

/// `a` to `z`, then `aa`, `ab` and so on.
fn letters(number: usize) -> String {
    let last = char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
    match number / 26 {
        0 => last.to_string(),
        more => format!("{}{last}", letters(more - 1)),
    }
}

fn advice(finding: &Finding, page: &mut Page) {
    let quoted = finding.clause.as_ref().map(|clause| format!("\"{clause}\""));
    let fallback = finding.fallback_and_below();
    let lines = [
        ("One way to write it", &quoted),
        ("In the descriptor", &finding.record),
        ("Fallback", &fallback),
        ("Authority", &finding.authority),
        ("Basis", &finding.policy),
    ];
    for (title, text) in lines {
        if let Some(text) = text {
            page.add(title, text);
        }
    }
}

/// Titled lines, wrapped beside their titles.
#[derive(Default)]
struct Page {
    lines: Vec<String>,
}

impl Page {
    fn add(&mut self, title: &str, text: &str) {
        let indent = if title.len() <= 2 { 4 } else { 21 };
        let (first, rest) = (format!("{title:<indent$}"), " ".repeat(indent));
        let options = textwrap::Options::new(WIDTH - 10).initial_indent(&first).subsequent_indent(&rest);
        self.lines.push(textwrap::fill(text, options));
    }
}

fn footer(report: &Report, none: bool, out: &mut String) {
    for (path, reason) in &report.not_assessed {
        let _ = writeln!(out, "Not assessed: {path}: {reason}.");
    }
    for finding in report.findings.iter() {
        if let Some(accepted) = &finding.accepted {
            let until = accepted.until.as_ref().map_or_else(String::new, |until| format!(", until {until}"));
            let _ = writeln!(
                out,
                "Accepted: {} ({}{until}): {} [{}]",
                finding.message,
                accepted.by,
                accepted.because,
                name(finding)
            );
        }
    }
    for sentence in &report.not_looked_at {
        let _ = writeln!(out, "{}", textwrap::fill(sentence, WIDTH));
    }
    for sentence in report.change_sentences() {
        let _ = writeln!(out, "{}", textwrap::fill(&sentence, WIDTH));
    }
    let opening = match (report.assessed_nothing(), none) {
        (true, _) => "Nothing was assessed. ",
        (false, true) => "No findings. ",
        (false, false) => "",
    };
    let _ = writeln!(out, "{opening}{}", textwrap::fill(&report.decided(), WIDTH));
    let _ = writeln!(out, "{}", textwrap::fill(&report.rules_of(), WIDTH));
    let _ = writeln!(out, "A reading aid for counsel, not an opinion.");
}

/// A finding or a mistake as miette draws it.
struct Drawn {
    code: Option<String>,
    severity: Severity,
    message: String,
    help: Option<String>,
    quotes: Quotes,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.quotes.labels()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.quotes)
    }
}

//! Reference pages of the rules: the page of one, the list of all, and what their examples show.

use std::fmt::Write as _;

use crate::deal::{capital, enumerate, show_date, uncapital};
use crate::engine::rule::{Limb, Protects, Rule};
use crate::examples::{Example, Shows, Tested};
use crate::facts::along;
use crate::run::{Library, PackInfo, plural};
use crate::vocabulary::{Name, Vocabulary};

/// The page of a rule, in Markdown: what it asks and why, what each limb says and on what it rests, what
/// a result is worth, and a deal that breaks it beside one that keeps it.
pub fn page(library: &Library, rule: &Rule) -> String {
    let mut page = format!("# {} {}\n\n", rule.code, rule.title);
    let pack = library.packs.iter().find(|pack| pack.name == rule.pack);
    let _ = writeln!(page, "`{}` · {}\n", rule.id, pack.map_or_else(|| rule.pack.clone(), of_pack));
    let _ = writeln!(page, "{}\n", without_deals(&rule.prose));
    let _ = writeln!(page, "## What it says\n");
    for (index, limb) in rule.limbs.iter().enumerate() {
        limb_lines(
            &library.vocabulary,
            limb,
            index.checked_sub(1).map(|before| &rule.limbs[before]),
            &mut page,
        );
    }
    let _ = writeln!(page, "\n## What a result is worth\n");
    let mut strengths: Vec<_> = rule.limbs.iter().map(|limb| limb.strength).collect();
    strengths.sort_unstable();
    strengths.dedup();
    for strength in strengths {
        let _ = writeln!(page, "{}: the rule {}.", capital(strength.word()), strength.meaning());
    }
    if rule.stands {
        page.push_str("No departure from this rule can be accepted.\n");
    }
    for_example(rule, &mut page);
    page
}

fn of_pack(pack: &PackInfo) -> String {
    format!("pack {}, held against the law on {}", pack.name, show_date(pack.as_of))
}

/// What a limb says; what it shares with the limb before is not said twice.
fn limb_lines(vocabulary: &Vocabulary, limb: &Limb, before: Option<&Limb>, page: &mut String) {
    let gates: Vec<String> = limb.gates.iter().map(|gate| gate.before().to_owned()).collect();
    let contradiction = if limb.contradiction { ", a contradiction" } else { "" };
    let _ = writeln!(
        page,
        "- **{}{contradiction}**, {}, of each {} ({}): {}",
        capital(limb.severity.word()),
        enumerate(&gates),
        limb.subject_title,
        speaks_for(vocabulary, limb),
        limb.message.titled(vocabulary, &limb.subject),
    );
    let mut line = |title: &str, text: Option<String>, known: Option<Option<String>>| {
        if let Some(text) = text.filter(|text| known.flatten().as_ref() != Some(text)) {
            let _ = writeln!(page, "  - {title}: {text}");
        }
    };
    let titled = |text: &crate::engine::text::Text, of: &Limb| text.titled(vocabulary, &of.subject);
    let clause = |limb: &Limb| limb.clause.as_ref().map(|text| format!("\"{}\"", titled(text, limb)));
    let record = |limb: &Limb| limb.record.as_ref().map(|text| format!("`{}`", titled(text, limb)));
    let fallback = |limb: &Limb| {
        let who = limb.escalate.as_ref().map_or_else(String::new, |who| format!(". Below: {who}"));
        limb.fallback.as_ref().map(|text| format!("{}{who}", titled(text, limb)))
    };
    line("One way to write it", clause(limb), before.map(clause));
    line("In the descriptor", record(limb), before.map(record));
    line("Fallback", fallback(limb), before.map(fallback));
    line("For the other side", limb.burden.as_ref().map(|text| titled(text, limb)), None);
    line("Authority", limb.authority.clone(), before.map(|limb| limb.authority.clone()));
    line("Basis", limb.policy_note.clone(), before.map(|limb| limb.policy_note.clone()));
    line("In force", days(limb), before.map(days));
}

fn days(limb: &Limb) -> Option<String> {
    match limb.in_force {
        (None, None) => None,
        (Some(from), None) => Some(format!("checks from {} on", show_date(from))),
        (None, Some(until)) => Some(format!("checks until {}", show_date(until))),
        (Some(from), Some(until)) => {
            Some(format!("checks from {} until {}", show_date(from), show_date(until)))
        }
    }
}

/// `speaks for every party`, `speaks for: owner of the asset`
fn speaks_for(vocabulary: &Vocabulary, limb: &Limb) -> String {
    match &limb.protects {
        Protects::Both => "speaks for every party".to_owned(),
        Protects::Path(path) => format!("speaks for: {}", path_words(vocabulary, &limb.subject, path)),
    }
}

/// A path in words: the title of its end, then of what that belongs to.
fn path_words(vocabulary: &Vocabulary, subject: &Name, path: &[Name]) -> String {
    let steps = along(vocabulary, subject, path).unwrap_or_default();
    let titles: Vec<String> = steps.iter().rev().map(|(field, _)| uncapital(&field.title)).collect();
    if titles.is_empty() { "it".to_owned() } else { titles.join(" of the ") }
}

/// The first deal that breaks a rule and the first that keeps it, with their cast.
fn for_example(rule: &Rule, page: &mut String) {
    let Ok(examples) = Example::of(rule) else {
        return;
    };
    let _ = writeln!(page, "\n## For example");
    if let Some(cast) = examples.first().map(|example| &example.cast).filter(|cast| !cast.is_empty()) {
        let _ = writeln!(page, "\nWith these parties and assets:\n\n```deal\n{}```", cast);
    }
    for (shows, words) in [(Shows::Breaks, "this breaks the rule"), (Shows::Keeps, "this keeps it")] {
        if let Some(example) = examples.iter().find(|example| example.shows == shows) {
            let _ = writeln!(
                page,
                "\n{} {words}{}:\n\n```deal\n{}```",
                capital(example.gate.before()),
                circumstances(example),
                example.text
            );
        }
    }
    let further = examples.len().saturating_sub(2);
    if further > 0 {
        let are = if further == 1 { "is" } else { "are" };
        let _ = writeln!(page, "\n{} {are} in the file of the rule.", plural(further, "further example"));
    }
}

fn circumstances(example: &Example) -> String {
    let mut words = String::new();
    if let Some(party) = &example.acting_for {
        let _ = write!(words, ", read for {party}");
    }
    if let Some(on) = example.on {
        let _ = write!(words, ", on {}", show_date(on));
    }
    for setting in &example.parameters {
        let _ = write!(words, ", with `{} = {}`", setting.key, setting.place.text());
    }
    words
}

/// The prose without its fenced deals and without the sentences that only lead to them.
fn without_deals(prose: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut fenced = false;
    for line in prose.lines() {
        if line.starts_with("```") {
            if !fenced {
                drop_lead(&mut kept);
            }
            fenced = !fenced;
        } else if !fenced {
            kept.push(line);
        }
    }
    kept.join("\n").trim().to_owned()
}

/// Takes out a last paragraph that ends in a colon: it leads to a deal that is not shown.
fn drop_lead(lines: &mut Vec<&str>) {
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    if lines.last().is_some_and(|line| line.ends_with(':')) {
        while lines.last().is_some_and(|line| !line.trim().is_empty()) {
            lines.pop();
        }
    }
    lines.push("");
}

/// The list of rules, one line each; `loaded` are the packs that a check here would ask.
pub fn list(library: &Library, loaded: &[String]) -> String {
    let mut page = String::new();
    let mut ordered: Vec<&Rule> = library.rules.iter().collect();
    ordered.sort_by(|a, b| a.code.cmp(&b.code));
    let _ = writeln!(
        page,
        "{:<7} {:<7} {:<13} {:<23} {:<14} {:<9} {:<16} RULE",
        "CODE", "WEIGHT", "PACK", "GATES", "STRENGTH", "BASIS", "SPEAKS FOR"
    );
    for rule in ordered {
        let row = Row::of(rule);
        let _ = writeln!(
            page,
            "{:<7} {:<7} {:<13} {:<23} {:<14} {:<9} {:<16} {}",
            rule.code, row.weight, rule.pack, row.gates, row.strength, row.basis, row.sides, rule.id
        );
    }
    let is_loaded = |pack: &&PackInfo| loaded.contains(&pack.name);
    let names = |wanted: bool| {
        let packs = library.packs.iter().filter(|pack| is_loaded(pack) == wanted);
        enumerate(&packs.map(|pack| pack.name.clone()).collect::<Vec<_>>())
    };
    let _ =
        write!(page, "{}. A check here asks those of {}", plural(library.rules.len(), "rule"), names(true));
    let _ = match names(false).as_str() {
        "" => writeln!(page, "."),
        others => writeln!(page, ", and not those of {others}: countersign.toml names the packs."),
    };
    page
}

/// What the limbs of a rule have in common, in words.
struct Row {
    weight: &'static str,
    gates: String,
    strength: String,
    basis: &'static str,
    sides: String,
}

impl Row {
    fn of(rule: &Rule) -> Self {
        let mut gates: Vec<_> = rule.limbs.iter().flat_map(|limb| &limb.gates).collect();
        gates.sort_unstable();
        gates.dedup();
        let mut strengths: Vec<_> = rule.limbs.iter().map(|limb| limb.strength).collect();
        strengths.sort_unstable();
        let law = rule.limbs.iter().filter(|limb| limb.authority.is_some()).count();
        let mut sides: Vec<&str> = rule
            .limbs
            .iter()
            .map(|limb| match &limb.protects {
                Protects::Both => "both",
                Protects::Path(path) => path.last().map_or("both", |name| name),
            })
            .collect();
        sides.sort_unstable();
        sides.dedup();
        Self {
            weight: rule.limbs.iter().map(|limb| limb.severity).max().map_or("", |severity| severity.word()),
            gates: gates.iter().map(|gate| gate.word()).collect::<Vec<_>>().join(" "),
            strength: strengths.last().map_or_else(String::new, |strength| strength.word().to_owned()),
            basis: match law {
                0 => "policy",
                law if law == rule.limbs.len() => "authority",
                _ => "mixed",
            },
            sides: sides.join(" "),
        }
    }
}

/// What the examples of rules show and leave open, a paragraph a pack.
pub fn tested(tested: &[Tested]) -> String {
    let mut page = String::new();
    let mut packs: Vec<&str> = tested.iter().map(|rule| rule.pack.as_str()).collect();
    packs.sort_unstable();
    packs.dedup();
    for pack in packs {
        let rules: Vec<&Tested> = tested.iter().filter(|rule| rule.pack == pack).collect();
        for rule in &rules {
            for failure in &rule.failures {
                let _ = writeln!(page, "{}: {failure}", rule.rule);
            }
            for (place, message) in rule.unseen.iter().chain(&rule.unnoticed) {
                let _ = writeln!(page, "{place}: {message}");
            }
        }
        let sum = |of: fn(&Tested) -> usize| rules.iter().map(|rule| of(rule)).sum::<usize>();
        let (outcomes, unseen) = (sum(|rule| rule.outcomes), sum(|rule| rule.unseen.len()));
        let (mutants, unnoticed) = (sum(|rule| rule.mutants), sum(|rule| rule.unnoticed.len()));
        let _ = writeln!(
            page,
            "{pack}: {}, {}, {} not as they say; {} of {outcomes} outcomes seen; {} of {mutants} changes noticed",
            plural(rules.len(), "rule"),
            plural(sum(|rule| rule.examples), "example"),
            sum(|rule| rule.failures.len()),
            outcomes - unseen,
            mutants - unnoticed,
        );
    }
    page
}

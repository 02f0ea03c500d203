//! The book and the documents at the root: derived pages are fresh, examples do what they say, and what is
//! named exists. A page that is derived is written anew when it is stale, and the test asks for another run.
//!
//! Fenced blocks are read by their info string:
//! - ```` ```deal ```` is a whole deal without a mistake; `deal fragment` is lines of a block, parsed only;
//!   `deal breaks CODE [at GATE]` gives that finding.
//! - ```` ```LANGUAGE path/of.file ```` is a file of the folder that the page is about.
//! - ```` ```console ```` runs `$ countersign …` in that folder. What follows is the output: exact and
//!   refreshed, or an excerpt with `…` for what is left out, where a finding that begins with its code is refreshed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use countersign::engine::rule::Rule;
use countersign::finding::Severity;
use countersign::lower::markdown::{Fence, fences};
use countersign::report::{kinds, rules};
use countersign::run::{House, Stage};
use countersign::vocabulary::{Gate, known};
use serde_json::Value;

use crate::bad_input::run;
use crate::support::{ALL, check, file};

const BOOK: &str = "book/src";
const DERIVED: &str = "<!-- Derived by tests/docs.rs from the packs: do not edit. -->";

/// A hand-written document.
struct Page {
    path: PathBuf,
    text: String,
}

/// The pages of the book that are not derived, and the documents at the root.
fn written() -> Vec<Page> {
    let mut paths: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].iter().map(PathBuf::from).collect();
    let mut open = vec![PathBuf::from(BOOK)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("the book is there") {
            let path = entry.expect("the book can be listed").path();
            if path.is_dir() && !path.ends_with("reference") {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = |path: PathBuf| fs::read_to_string(&path).ok().map(|text| Page { path, text });
    paths.into_iter().filter_map(read).collect()
}

/// Writes what is stale and keeps its path.
fn refresh(path: &Path, text: &str, stale: &mut Vec<String>) {
    if fs::read_to_string(path).is_ok_and(|known| known == text) {
        return;
    }
    fs::create_dir_all(path.parent().expect("a page has a folder")).expect("the folder can be made");
    fs::write(path, text).expect("the page can be written");
    stale.push(path.display().to_string());
}

#[test]
fn derived_pages_are_fresh() {
    let reference = Path::new(BOOK).join("reference");
    let mut stale = Vec::new();
    refresh(&reference.join("rules.md"), &all_rules(), &mut stale);
    refresh(&reference.join("vocabulary.md"), &vocabulary(), &mut stale);
    refresh(&reference.join("parameters.md"), &parameters(), &mut stale);
    refresh(&reference.join("tables.md"), &tables(), &mut stale);
    let vocabulary = &ALL.vocabulary;
    let mut lines = String::new();
    for (keyword, name) in &vocabulary.kinds {
        let entity = vocabulary.entity(name);
        let (_, body) =
            kinds::kind(vocabulary, entity).split_once('\n').map(owned).expect("a page has a heading");
        let page = format!("# {} `{keyword}`\n\n{DERIVED}\n{body}", entity.title);
        refresh(&reference.join(format!("vocabulary-{keyword}.md")), &page, &mut stale);
        let _ = writeln!(lines, "  - [{}](reference/vocabulary-{keyword}.md)", entity.title);
    }
    let summary = Path::new(BOOK).join("SUMMARY.md");
    let text = fs::read_to_string(&summary).expect("the book has a summary");
    refresh(
        &summary,
        &between(&text, "- [Vocabulary](reference/vocabulary.md)\n", "- [", &lines),
        &mut stale,
    );
    assert!(stale.is_empty(), "refreshed; run again and commit: {stale:?}");
}

fn owned((head, rest): (&str, &str)) -> (String, String) {
    (head.to_owned(), rest.to_owned())
}

/// Replaces what stands between a line and the next line that begins with `end`.
fn between(text: &str, start: &str, end: &str, new: &str) -> String {
    let from = text.find(start).unwrap_or_else(|| panic!("no line {start:?}")) + start.len();
    let length = text[from..]
        .lines()
        .take_while(|line| !line.starts_with(end))
        .map(|line| line.len() + 1)
        .sum::<usize>();
    format!("{}{new}{}", &text[..from], &text[from + length..])
}

/// All rules on one page, after a table of them.
fn all_rules() -> String {
    let mut ordered: Vec<_> = ALL.rules.iter().collect();
    ordered.sort_by(|a, b| a.code.cmp(&b.code));
    let mut page = format!(
        "# Rules\n\n{DERIVED}\n\n{} rules. In a terminal: `countersign explain CODE`.\n\n",
        ordered.len()
    );
    page.push_str("| Code | Weight | What it finds | Pack |\n|---|---|---|---|\n");
    for rule in &ordered {
        let (code, id) = (&rule.code, &rule.id);
        let weight = rule.limbs.iter().map(|limb| limb.severity).max().map_or("", Severity::word);
        let link = format!("[{code}](#{})", anchor(rule));
        let _ = writeln!(page, "| {link} `{id}` | {weight} | {} | {} |", rule.title, rule.pack);
    }
    for rule in ordered {
        rule_section(&rules::page(&ALL, rule), &anchor(rule), &mut page);
    }
    page
}

/// The anchor of a rule's section. It stays when the title changes.
fn anchor(rule: &Rule) -> String {
    format!("{}-{}", rule.code.to_lowercase(), rule.id)
}

/// A rule's page as a section, its headings one or two deeper.
fn rule_section(text: &str, anchor: &str, page: &mut String) {
    page.push('\n');
    let mut fenced = false;
    for line in text.trim_end().lines() {
        fenced ^= line.starts_with("```");
        let _ = match line.strip_prefix("## ").filter(|_| !fenced) {
            Some(heading) => writeln!(page, "**{heading}**"),
            None if line.starts_with("# ") && !fenced => writeln!(page, "#{line} {{#{anchor}}}"),
            None => writeln!(page, "{line}"),
        };
    }
}

/// The kinds, each with its page.
fn vocabulary() -> String {
    let mut page = format!(
        "# Vocabulary\n\n{DERIVED}\n\nWhat a `.deal` file can declare. In a terminal: `countersign vocabulary KIND`.\n\n"
    );
    page.push_str("| Kind | What it is |\n|---|---|\n");
    for (keyword, name) in &ALL.vocabulary.kinds {
        let doc = &ALL.vocabulary.entity(name).doc;
        let _ = writeln!(page, "| [`{keyword}`](vocabulary-{keyword}.md) | {doc} |");
    }
    page
}

/// The numbers that a house may set.
fn parameters() -> String {
    let mut page = format!(
        "# Parameters\n\n{DERIVED}\n\nWhat a house may set under `[parameters]` of `countersign.toml`. Until it does, the rules that read a parameter are off.\n\n"
    );
    page.push_str("| Parameter | What it says | Set by a pack |\n|---|---|---|\n");
    for field in ALL.vocabulary.entity(known::HOUSE).fields.values() {
        let set = ALL.parameters.iter().find(|setting| *setting.key == *field.name);
        let by = set.map_or_else(String::new, |setting| {
            let pack = setting.place.source.path.split('/').nth(1).unwrap_or("");
            format!("`{}` in {pack}", setting.place.text().trim_matches('"'))
        });
        let _ = writeln!(page, "| `{}` | {} | {by} |", field.example, field.doc);
    }
    page
}

/// The reference tables, with their sources and dates.
fn tables() -> String {
    let mut page = format!(
        "# Tables\n\n{DERIVED}\n\nThe reference data of the packs: where it comes from and when it was last looked at.\n\n"
    );
    page.push_str("| Table | Entries | Source | As of |\n|---|---|---|---|\n");
    for table in &ALL.tables {
        let title = ALL.vocabulary.types.get(&table.ty).map_or(&*table.ty, |entity| entity.title.as_str());
        let _ = writeln!(page, "| {title} | {} | {} | {} |", table.rows.len(), table.source, table.as_of);
    }
    page
}

/// Fills `<!-- rules: CODE CODE … -->` with a line for each of these rules that is built in;
/// `stands` is all from which no departure can be accepted, `rest` all that the page has not listed.
fn rule_lists(text: &str) -> String {
    let mut page = text.to_owned();
    let marks: String = text.lines().filter(|line| line.starts_with("<!-- rules: ")).collect();
    for line in text.lines().filter(|line| line.starts_with("<!-- rules: ")) {
        let mut lines = String::from("\n");
        let wanted = |rule: &&Rule| match line {
            "<!-- rules: stands -->" => rule.stands,
            "<!-- rules: rest -->" => !marks.contains(&*rule.code),
            _ => line.contains(&*rule.code),
        };
        let mut listed: Vec<&Rule> = ALL.rules.iter().filter(wanted).collect();
        listed.sort_by(|a, b| a.code.cmp(&b.code));
        for rule in listed {
            let link = format!("../reference/rules.md#{}", anchor(rule));
            let _ = writeln!(lines, "- [{}]({link}) {}", rule.code, rule.title);
        }
        lines.push('\n');
        page = between(&page, &format!("{line}\n"), "<!-- end -->", &lines);
    }
    page
}

#[test]
fn every_deal_says_what_it_claims() {
    let mut wrong = String::new();
    let mut seen = 0;
    for page in written() {
        for fence in fences(&page.text, |info| info.split_whitespace().next() == Some("deal")) {
            seen += 1;
            if let Err(message) = deal(&fence) {
                let _ = writeln!(wrong, "{}: {message}\n{}", page.path.display(), fence.text);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(seen > 10, "the book shows deals");
}

fn deal(fence: &Fence) -> Result<(), String> {
    let words: Vec<&str> = fence.info.split_whitespace().skip(1).collect();
    let (code, gate) = match words.as_slice() {
        [] => (None, Gate::Sign),
        ["fragment"] => {
            let mistakes = countersign_dsl::parse(&fence.text).mistakes;
            return if mistakes.is_empty() { Ok(()) } else { Err(format!("{mistakes:?}")) };
        }
        ["breaks", code] => (Some(*code), Gate::Sign),
        ["breaks", code, "at", gate] => (Some(*code), Gate::parse(gate).ok_or("no such gate")?),
        [path] if path.contains('.') => return Ok(()), // a file of the page's folder
        _ => return Err(format!("`{}` is no info string of a deal", fence.info)),
    };
    let report = check(&ALL, &House::default(), &[file("", "example.deal", &fence.text)], Stage::Gate(gate));
    let found =
        |name: &str| report.findings.iter().any(|finding| *finding.code == *name || *finding.rule == *name);
    match code {
        Some(code) if !found(code) => Err(format!("{code} is not among its findings")),
        None if found("mistake") => Err(format!("{:#?}", report.findings)),
        _ => Ok(()),
    }
}

#[test]
fn the_folder_of_each_page_works() {
    let mut stale = Vec::new();
    let mut wrong = String::new();
    for page in written() {
        match played(&rule_lists(&page.text)) {
            Ok(fresh) => refresh(&page.path, &fresh, &mut stale),
            Err(message) => {
                let _ = writeln!(wrong, "{}: {message}", page.path.display());
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(stale.is_empty(), "refreshed; run again and commit: {stale:?}");
}

/// Writes the files of a page and runs its commands, in order; the page with fresh output.
fn played(text: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut page = text.to_owned();
    for fence in fences(text, |_| true) {
        let words: Vec<&str> = fence.info.split_whitespace().collect();
        match words.as_slice() {
            ["console"] => {
                let fresh = session(folder.path(), &fence.text)?;
                page = page.replacen(&fence.text, &fresh, 1);
            }
            [_, path] if path.contains('.') => {
                let path = folder.path().join(path);
                fs::create_dir_all(path.parent().expect("a file has a folder")).expect("it can be made");
                fs::write(path, &fence.text).expect("the file can be written");
            }
            _ => {}
        }
    }
    Ok(page)
}

/// Runs the commands of a console block and gives the block as it should be.
fn session(folder: &Path, text: &str) -> Result<String, String> {
    let mut fresh = String::new();
    let mut code = None;
    for part in format!("\n{}", text.trim_end()).split("\n$ ").skip(1) {
        let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
        let _ = writeln!(fresh, "$ {command}");
        let mut words: Vec<&str> = command.split_whitespace().collect();
        let output = match words.remove(0) {
            "echo" => format!("{}\n", code.unwrap_or(0)),
            "countersign" => {
                if words.first() == Some(&"check") && !words.contains(&"--as-of") {
                    words.extend(["--as-of", "2026-11-22"]);
                }
                let output = run(folder, &words);
                code = output.status.code();
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
            }
            other => return Err(format!("`{other}` is not a command of a book")),
        };
        let output: String = output.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        if output.contains("\nmistake   ") && !shown.contains("\nmistake   ") {
            return Err(format!("a mistake in an example:\n{output}"));
        }
        if shown.lines().any(|line| line == "…") {
            let shown = excerpt(shown, &output);
            fresh += &shown.map_err(|piece| format!("`{command}` does not print\n{piece}\nbut\n{output}"))?;
        } else {
            fresh.push_str(&output);
        }
    }
    Ok(fresh)
}

/// The pieces between `…`: a finding that begins with its code is refreshed, others stand in the output.
fn excerpt(shown: &str, output: &str) -> Result<String, String> {
    let mut pieces = Vec::new();
    for piece in format!("{shown}\n").split("…\n").map(str::trim_end) {
        let code = piece.split(' ').next().filter(|word| is_code(word));
        pieces.push(match code.map(|code| finding(output, code)) {
            Some(Some(fresh)) => format!("{fresh}\n"),
            None if piece.is_empty() => String::new(),
            None if output.contains(piece) => format!("{piece}\n"),
            _ => return Err(piece.to_owned()),
        });
    }
    Ok(pieces.join("…\n"))
}

/// A whole finding of a report: its name, and all that is indented below.
fn finding(output: &str, code: &str) -> Option<String> {
    let mut lines = output.lines().skip_while(|line| !line.starts_with(code));
    let name = lines.next()?;
    let below: Vec<&str> = lines.take_while(|line| line.is_empty() || line.starts_with(' ')).collect();
    Some(format!("{name}\n{}", below.join("\n")).trim_end().to_owned())
}

#[test]
fn each_line_of_the_playbook_has_an_answer() {
    let path = Path::new(BOOK).join("for-exit-desks/playbook.md");
    let text = fs::read_to_string(path).expect("the page is there");
    let (mut wrong, mut steps) = (Vec::new(), BTreeSet::new());
    for line in text.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let Some(step) = cells[0].parse::<u32>().ok().filter(|_| line.starts_with('|')) else {
            continue;
        };
        steps.insert(step);
        let answer = match cells.as_slice() {
            [_, asked, answer] if !asked.is_empty() && !answer.is_empty() => answer_of(answer),
            _ => Err("it has an empty cell, or not three".to_owned()),
        };
        wrong.extend(answer.err().map(|message| format!("{message}: {line}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(steps.into_iter().eq(1..=7), "a step of the playbook has no line");
}

/// Where a line of the playbook is looked at: rules and fields that are there, or the reason why it is not.
fn answer_of(answer: &str) -> Result<(), String> {
    let mut found = answer.contains("not checked, because ");
    for code in answer.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| is_code(word)) {
        let rule = ALL.rule(code).ok_or_else(|| format!("no rule {code}"))?;
        let named = format!("[{code}](../reference/rules.md#{}) {}", anchor(rule), rule.id);
        if !answer.contains(&named) {
            return Err(format!("it does not say {named}"));
        }
        found = true;
    }
    for word in code_words(answer) {
        let there = match word.split_once('.') {
            Some((kind, attribute)) => is_attribute(kind, attribute),
            None => ALL.vocabulary.entity(known::HOUSE).fields.contains_key(word),
        };
        if !there {
            return Err(format!("no attribute or parameter `{word}`"));
        }
        found |= word.contains('.');
    }
    if found { Ok(()) } else { Err("no rule, no field, and no `not checked, because`".to_owned()) }
}

/// Can a declaration of this kind say this?
fn is_attribute(kind: &str, attribute: &str) -> bool {
    let Some(name) = ALL.vocabulary.kinds.get(kind) else {
        return false;
    };
    let entity = ALL.vocabulary.entity(name);
    let header = entity.agreement.then(|| ALL.vocabulary.entity(known::AGREEMENT));
    [Some(entity), header].into_iter().flatten().any(|entity| entity.fields.contains_key(attribute))
}

#[test]
fn every_path_and_rule_that_is_named_exists() {
    let folders = ["checker", "dsl", "policies", "templates", "tests", "book"];
    let mut missing = Vec::new();
    for page in written() {
        for word in code_words(&page.text) {
            let first = word.split('/').next().unwrap_or("");
            let capitals = |part: &str| part.len() > 2 && part.chars().all(|c| c.is_ascii_uppercase());
            let pattern =
                word.contains(['<', '*', '…', '{', ' ']) || word.split(['/', '.', '-']).any(capitals);
            if word.contains('/') && folders.contains(&first) && !pattern && !Path::new(word).exists() {
                missing.push(format!("{}: {word}", page.path.display()));
            }
        }
        for code in page.text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| is_code(word)) {
            let own = page.text.contains(&format!("@code(\"{code}\")"));
            let listed =
                page.text.lines().any(|line| line.starts_with("<!-- rules: ") && line.contains(code));
            if ALL.rule(code).is_none() && !own && !listed {
                missing.push(format!("{}: {code}", page.path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// What stands in single backticks, outside fenced blocks.
fn code_words(text: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut words = Vec::new();
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        if !fenced {
            words.extend(line.split('`').skip(1).step_by(2));
        }
    }
    words
}

/// Three letters and three digits.
fn is_code(word: &str) -> bool {
    let (letters, digits) = word.split_at_checked(3).unwrap_or(("", ""));
    digits.len() == 3
        && letters.chars().all(|c| c.is_ascii_uppercase())
        && digits.chars().all(|c| c.is_ascii_digit())
}

#[test]
fn every_page_is_listed_and_every_link_leads_somewhere() {
    let summary = fs::read_to_string(Path::new(BOOK).join("SUMMARY.md")).expect("the book has a summary");
    let listed: BTreeSet<&str> = targets(&summary).collect();
    let mut wrong = Vec::new();
    for page in written().iter().filter(|page| page.path.starts_with(BOOK)) {
        let inside = page.path.strip_prefix(BOOK).expect("it starts with it").to_string_lossy();
        if inside != "SUMMARY.md" && !listed.contains(&*inside) {
            wrong.push(format!("{inside} is not in SUMMARY.md"));
        }
        let folder = page.path.parent().expect("a page has a folder");
        for target in targets(&page.text) {
            let path = target.split('#').next().unwrap_or("");
            if !target.contains("://") && !path.is_empty() && !folder.join(path).exists() {
                wrong.push(format!("{inside} links to {target}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The targets of the links of a page.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

#[test]
fn json_follows_its_schema() {
    let schema = fs::read_to_string(Path::new(BOOK).join("report.schema.json")).expect("the schema is there");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a JSON Schema");
    let holds = |name: &str, text: &[u8]| {
        let report: Value = serde_json::from_slice(text).expect("one JSON object");
        let told = validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path()));
        let errors: Vec<String> = told.collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    };
    for folder in
        ["tests/workspaces/exit", "tests/workspaces/first", "tests/real/common-paper-nda", "dsl/tests"]
    {
        let output = run(Path::new(folder), &["check", "--as-of", "2026-11-22", "--format", "json"]);
        holds(folder, &output.stdout);
    }
    let page = Path::new(BOOK).join("for-engineers/json.md");
    let text = fs::read_to_string(page).expect("the page is there");
    for fence in fences(&text, |info| info == "json") {
        holds("the page", fence.text.as_bytes());
    }
}

//! `--format markdown`.

use std::fmt::Write as _;

use super::{Entry, Page, Section};

/// The page in Markdown.
pub fn render(page: &Page) -> String {
    let mut out = format!("# {}\n\n", plain(&page.title));
    for line in &page.lines {
        let _ = writeln!(out, "{}  ", plain(line));
    }
    if let Some(tally) = &page.tally {
        let _ = writeln!(out, "\n**{tally}**");
    }
    for part in &page.sections {
        section(part, &mut out);
    }
    out.push_str("\n---\n");
    for line in &page.foot {
        let _ = writeln!(out, "\n{}", plain(line));
    }
    out
}

fn section(section: &Section, out: &mut String) {
    let _ = writeln!(out, "\n## {}\n", plain(&section.heading));
    for line in &section.lines {
        let _ = writeln!(out, "{}  ", plain(line));
    }
    for told in &section.things {
        let _ = writeln!(out, "\n### {}\n", plain(&told.title));
        if told.facts.is_empty() {
            continue;
        }
        out.push_str("| | | |\n|---|---|---|\n");
        for row in &told.facts {
            let anchor = row.anchor.as_ref().map_or_else(String::new, |anchor| format!("§{}", plain(anchor)));
            let _ = writeln!(out, "| {} | {} | {anchor} |", plain(&row.title), plain(&row.value));
        }
    }
    for group in &section.groups {
        let _ = writeln!(out, "\n### {}\n", group.heading);
        group.entries.iter().for_each(|one| entry(one, out));
    }
}

fn entry(entry: &Entry, out: &mut String) {
    let number = entry.number.map_or_else(|| "-".to_owned(), |number| format!("{number}."));
    let place = entry.place.as_ref().map_or_else(String::new, |place| format!(", `{place}`"));
    let _ = writeln!(out, "{number} **{}** ({}{place})", plain(&entry.message), entry.name);
    for reason in &entry.reasons {
        let anchor = reason.anchor.as_ref().map_or_else(String::new, |anchor| format!(" §{anchor}"));
        let shown =
            if reason.shown.is_empty() { String::new() } else { format!(": {}", plain(&reason.shown)) };
        let _ = writeln!(out, "   - {}{shown}{}", plain(&reason.title), plain(&anchor));
    }
    for quote in &entry.quotes {
        let _ = writeln!(out, "\n   `{}`\n\n   ```text", quote.path);
        for line in &quote.lines {
            let text: String = line.pieces.iter().map(|(piece, _)| piece.as_str()).collect();
            let _ = writeln!(out, "   {:>4}  {text}", line.number);
        }
        out.push_str("   ```\n");
    }
    if !entry.quotes.is_empty() {
        out.push('\n');
    }
    for (title, text) in &entry.advice {
        let _ = match *title {
            "In the descriptor" => writeln!(out, "   - {title}: `{}`", text.replace('\n', " ")),
            _ => writeln!(out, "   - {title}: {}", plain(text)),
        };
    }
    out.push('\n');
}

/// A text of which Markdown makes nothing else.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '\\' | '|' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}

//! `--format html`: one file that needs nothing else, for a screen, a telephone and paper.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Entry, Page, Quote, Section};
use crate::run::outside::Told;

const STYLE: &str = include_str!("page.css");
const FILTERS: &str = include_str!("filters.css");
/// With fewer sections a list of contents is in the way.
const CONTENTS_FROM: usize = 4;

/// The page as one HTML document.
pub fn render(page: &Page) -> String {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) }
                style { (PreEscaped(STYLE)) @if page.filters { (PreEscaped(FILTERS)) } }
            }
            body {
                header {
                    h1 { (page.title) }
                    div.lines { @for line in &page.lines { p { (line) } } }
                    @if let Some(tally) = &page.tally { p.tally { (tally) } }
                    @if page.filters { (filters()) }
                    @if page.sections.len() >= CONTENTS_FROM { (contents(&page.sections)) }
                }
                main {
                    @for (index, part) in page.sections.iter().enumerate() { (section(index, part)) }
                }
                footer.foot { @for line in &page.foot { p { (line) } } }
            }
        }
    };
    format!("{}\n", document.into_string())
}

fn filters() -> Markup {
    let choices = [
        ("all", "everything"),
        ("mine", "what is ours to settle"),
        ("unanswered", "unanswered"),
        ("accepted", "accepted"),
    ];
    html! {
        fieldset.filters {
            legend { "Show" }
            @for (id, words) in choices {
                label { input type="radio" name="show" id=(id) checked[id == "all"]; " " (words) }
            }
        }
    }
}

fn contents(sections: &[Section]) -> Markup {
    html! {
        nav aria-label="Contents" {
            ol { @for (index, part) in sections.iter().enumerate() {
                li { a href={ "#s" (index + 1) } { (part.heading) } }
            } }
        }
    }
}

fn section(index: usize, section: &Section) -> Markup {
    html! {
        section id={ "s" (index + 1) } {
            h2 { (section.heading) }
            div.lines { @for line in &section.lines { p { (line) } } }
            @for one in &section.things { (table(one)) }
            @for group in &section.groups {
                div.group {
                    h3 { (group.heading) }
                    @for one in &group.entries { (entry(one)) }
                }
            }
        }
    }
}

fn table(told: &Told) -> Markup {
    html! {
        h4.thing { (told.title) }
        @if !told.facts.is_empty() {
            table {
                @for row in &told.facts {
                    tr {
                        th scope="row" { (row.title) }
                        td { (row.value) }
                        td.anchor { @if let Some(anchor) = &row.anchor { "§" (anchor) } }
                    }
                }
            }
        }
    }
}

fn entry(entry: &Entry) -> Markup {
    html! {
        article.entry.mine[entry.mine].unanswered[entry.unanswered].accepted[entry.accepted] {
            div.number { @if let Some(number) = entry.number { (number) } }
            div {
                h4 { (entry.message) }
                p.name { (entry.name) @if let Some(place) = &entry.place { " · " (place) } }
                @if !entry.reasons.is_empty() {
                    ul.reasons { @for reason in &entry.reasons {
                        li {
                            (reason.title)
                            @if !reason.shown.is_empty() { ": " span.shown { (reason.shown) } }
                            @if let Some(anchor) = &reason.anchor { " " span.anchor { "§" (anchor) } }
                        }
                    } }
                }
                @if !entry.quotes.is_empty() {
                    details {
                        summary { "What the files say" }
                        @for one in &entry.quotes { (quote(one)) }
                    }
                }
                @if !entry.advice.is_empty() {
                    dl { @for (title, text) in &entry.advice {
                        dt { (title) }
                        dd { @if *title == "In the descriptor" { code { (text) } } @else { (text) } }
                    } }
                }
            }
        }
    }
}

fn quote(quote: &Quote) -> Markup {
    html! {
        p.name { (quote.path) }
        pre { @for line in &quote.lines {
            span.n { (line.number) }
            @for (piece, marked) in &line.pieces { @if *marked { mark { (piece) } } @else { (piece) } }
            "\n"
        } }
    }
}

//! The page for somebody outside the house: what the files declare of parties, agreements and assets, and
//! nothing of what the house thinks of it.

use serde::Serialize;

use super::{Page, Section};
use crate::deal::show_date;
use crate::run::outside::Outside;
use crate::run::plural;
use jiff::civil::Date;

/// Lays out what may be told.
pub fn page(workspaces: &[Outside], as_of: Date) -> Page {
    let kinds = workspaces.iter().flat_map(|workspace| &workspace.kinds);
    let sections = kinds.map(|kind| Section {
        heading: many(&kind.title),
        things: kind.things.clone(),
        ..Section::default()
    });
    let unread: usize = workspaces.iter().map(|workspace| workspace.unread).sum();
    let mut foot = vec![
        "This sheet lists what was declared of each agreement, asset, license and filing. The contracts \
         themselves were not read for it: clause numbers are as declared."
            .to_owned(),
        "Individuals are not named. What is not listed was not declared, or is not part of this sheet."
            .to_owned(),
    ];
    if unread > 0 {
        foot.push(format!("{} could not be read and may be missing here.", plural(unread, "declaration")));
    }
    foot.push("It is information, not an opinion, and no warranty.".to_owned());
    Page {
        title: "Parties, agreements and assets".to_owned(),
        lines: vec![format!("As declared on {}.", show_date(as_of))],
        sections: sections.collect(),
        foot,
        ..Page::default()
    }
}

/// The title of a kind for several of its things.
fn many(title: &str) -> String {
    match title.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{title}s"),
    }
}

#[derive(Serialize)]
struct Output<'a> {
    tool: &'static str,
    version: &'static str,
    audience: &'static str,
    as_of: String,
    #[serde(flatten)]
    page: &'a Page,
}

/// The page as one JSON object.
pub fn json(page: &Page, as_of: Date) -> String {
    let output = Output {
        tool: "countersign",
        version: env!("CARGO_PKG_VERSION"),
        audience: "outside",
        as_of: as_of.to_string(),
        page,
    };
    crate::report::json::written(&output)
}

//! The built-in packs and templates, as they stood when the program was built.

use std::collections::BTreeMap;

use crate::pack::PackFiles;
use crate::source::Source;

mod listing {
    include!(concat!(env!("OUT_DIR"), "/builtin.rs"));
}

/// The built-in packs, by the name of their folder.
pub fn packs() -> Vec<PackFiles> {
    let mut packs: BTreeMap<&str, PackFiles> = BTreeMap::new();
    for (path, text) in listing::POLICIES {
        let Some(name) =
            path.strip_prefix("policies/").and_then(|rest| rest.split_once('/')).map(|(name, _)| name)
        else {
            continue;
        };
        let pack =
            packs.entry(name).or_insert_with(|| PackFiles { name: name.to_owned(), files: Vec::new() });
        pack.files.push(Source::new(*path, *text));
    }
    packs.into_values().collect()
}

/// The template of a kind: a file below `templates/`, such as `nda/deal.deal`.
pub fn template(path: &str) -> Option<&'static str> {
    let wanted = format!("templates/{path}");
    listing::TEMPLATES.iter().find(|(found, _)| *found == wanted).map(|(_, text)| *text)
}

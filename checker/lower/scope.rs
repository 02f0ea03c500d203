//! Names: declarations by folder, rows of tables by id and title.

use std::collections::{BTreeMap, HashMap};

use crate::deal::{Thing, Uid};
use crate::source::Place;

/// What a name can mean.
#[derive(Debug, Default)]
pub struct Scope {
    /// Declarations by their path from the root, `deals/acme`.
    declared: BTreeMap<String, (Uid, Place)>,
    /// Rows by type and id.
    rows: HashMap<(String, String), Uid>,
    /// Rows by type and title or other name in lower case, with the name as it is written.
    titles: HashMap<(String, String), (Uid, String)>,
}

impl Scope {
    /// Notes a declaration; gives the place of an earlier one with the same name.
    pub fn declare(&mut self, folder: &str, name: &str, uid: &Uid, place: &Place) -> Option<Place> {
        let path = join(folder, name);
        if let Some((_, first)) = self.declared.get(&path) {
            return Some(first.clone());
        }
        self.declared.insert(path, (uid.clone(), place.clone()));
        None
    }

    /// Notes a row with its other names.
    pub fn add_row(&mut self, row: &Thing, also: &[String]) {
        let ty = row.uid.ty.to_string();
        self.rows.insert((ty.clone(), row.uid.id.to_string()), row.uid.clone());
        for name in row.title.iter().chain(also) {
            let key = (ty.clone(), name.to_lowercase());
            self.titles.entry(key).or_insert_with(|| (row.uid.clone(), name.clone()));
        }
    }

    /// A name is looked up in its own folder, then in each folder above.
    pub fn find(&self, folder: &str, name: &str) -> Option<&(Uid, Place)> {
        let mut folder = folder;
        loop {
            if let Some(found) = self.declared.get(&join(folder, name)) {
                return Some(found);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    /// Names that can be seen from a folder, for a did-you-mean.
    pub fn visible<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.declared.keys().filter_map(move |path| {
            let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
            let seen = above.is_empty() || folder == above || folder.starts_with(&format!("{above}/"));
            seen.then_some(name)
        })
    }

    /// A row by its id, title or another of its names.
    pub fn row(&self, ty: &str, word: &str) -> Option<&Uid> {
        let by_title = || self.titles.get(&(ty.to_owned(), word.to_lowercase())).map(|(uid, _)| uid);
        self.rows.get(&(ty.to_owned(), word.to_owned())).or_else(by_title)
    }

    /// Ids and titles of a table, for a did-you-mean.
    pub fn row_names<'a>(&'a self, ty: &'a str) -> impl Iterator<Item = &'a str> {
        let ids = self.rows.keys().filter(move |(of, _)| of == ty).map(|(_, id)| id.as_str());
        let titles =
            self.titles.iter().filter(move |((of, _), _)| of == ty).map(|(_, (_, name))| name.as_str());
        ids.chain(titles)
    }
}

/// The path of a name in a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

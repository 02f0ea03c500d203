//! Names: declarations by folder, rows of tables by id and title.

use rustc_hash::FxHashMap;

use crate::deal::{Thing, Uid};
use crate::source::Place;
use crate::vocabulary::Name;

/// What a name can mean.
#[derive(Debug, Default)]
pub struct Scope {
    /// Declarations by folder and name.
    declared: FxHashMap<String, FxHashMap<String, (Uid, Place)>>,
    /// Tables by type.
    tables: FxHashMap<Name, Rows>,
}

/// The rows of a table.
#[derive(Debug, Default)]
struct Rows {
    /// By id.
    ids: FxHashMap<Name, Uid>,
    /// By title or other name in lower case, with the name as it is written.
    titles: FxHashMap<String, (Uid, String)>,
}

impl Scope {
    /// Notes a declaration; gives the place of an earlier one with the same name.
    pub fn declare(&mut self, folder: &str, name: &str, uid: &Uid, place: &Place) -> Option<Place> {
        if let Some((_, first)) = self.in_folder(folder, name) {
            return Some(first.clone());
        }
        let names = self.declared.entry(folder.to_owned()).or_default();
        names.insert(name.to_owned(), (uid.clone(), place.clone()));
        None
    }

    /// Notes a row with its other names.
    pub fn add_row(&mut self, row: &Thing, also: &[String]) {
        let rows = self.tables.entry(Name::clone(&row.uid.ty)).or_default();
        rows.ids.insert(Name::clone(&row.uid.id), row.uid.clone());
        for name in row.title.iter().chain(also) {
            rows.titles.entry(name.to_lowercase()).or_insert_with(|| (row.uid.clone(), name.clone()));
        }
    }

    /// A name is looked up in its own folder, then in each folder above. It may be a path from there.
    pub fn find(&self, folder: &str, name: &str) -> Option<&(Uid, Place)> {
        let mut folder = folder;
        loop {
            if let Some(found) = self.in_folder(folder, name) {
                return Some(found);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }

    fn in_folder(&self, folder: &str, name: &str) -> Option<&(Uid, Place)> {
        match name.rsplit_once('/') {
            Some((below, name)) => self.declared.get(&join(folder, below))?.get(name),
            None => self.declared.get(folder)?.get(name),
        }
    }

    /// Names that can be seen from a folder, for a did-you-mean.
    pub fn visible<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        let seen = move |above: &str| {
            above.is_empty() || folder == above || folder.starts_with(&format!("{above}/"))
        };
        let folders = self.declared.iter().filter(move |(above, _)| seen(above));
        folders.flat_map(|(_, names)| names.keys().map(String::as_str))
    }

    /// A row by its id, title or another of its names.
    pub fn row(&self, ty: &str, word: &str) -> Option<&Uid> {
        let rows = self.tables.get(ty)?;
        rows.ids.get(word).or_else(|| rows.titles.get(&word.to_lowercase()).map(|(uid, _)| uid))
    }

    /// Ids and titles of a table, for a did-you-mean.
    pub fn row_names<'a>(&'a self, ty: &str) -> impl Iterator<Item = &'a str> {
        let rows = self.tables.get(ty);
        let ids = rows.into_iter().flat_map(|rows| rows.ids.keys().map(|id| &**id));
        ids.chain(rows.into_iter().flat_map(|rows| rows.titles.values().map(|(_, name)| name.as_str())))
    }
}

/// The path of a name in a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

//! What the tests share: the built-in packs, and a check of texts in memory.

use std::sync::{Arc, LazyLock};

use countersign::builtin;
use countersign::finding::Mistake;
use countersign::lower::DealFile;
use countersign::pack::{Doc, Pack, Setting, in_order};
use countersign::run::{Check, House, Library, Report, Stage};
use countersign::source::Source;
use jiff::civil::{Date, date};

/// The day on which all tests take place.
pub const TODAY: Date = date(2026, 11, 22);

/// All built-in packs, validated.
pub static ALL: LazyLock<Library> = LazyLock::new(|| library(|_| true));
/// The packs of a first run.
pub static DEFAULT: LazyLock<Library> = LazyLock::new(|| library(|pack| pack.default));

fn library(wanted: impl Fn(&Pack) -> bool) -> Library {
    let packs: Vec<Pack> = builtin::packs().iter().map(|files| read(Pack::read(files))).collect();
    let names: Vec<_> = packs.iter().filter(|pack| wanted(pack)).map(|pack| (pack.name.clone(), None)).collect();
    let ordered = read(in_order(packs, &names).map_err(|mistake| vec![mistake]));
    read(Library::load(ordered, true))
}

fn read<T>(result: Result<T, Vec<Mistake>>) -> T {
    result.unwrap_or_else(|mistakes| panic!("{}", countersign::report::people::mistakes(&mistakes, false)))
}

/// A deal file in a folder of the workspace.
pub fn file(folder: &str, name: &str, text: &str) -> DealFile {
    let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let source = Source::new(path, text);
    DealFile { text: Arc::clone(&source.text), source, folder: folder.to_owned() }
}

/// Parameters of the house, as in the `[parameters]` of a countersign.toml.
pub fn house(parameters: &str) -> House {
    let source = Source::new("countersign.toml", format!("[parameters]\n{parameters}\n"));
    let settings: Vec<Setting> = Doc::parse(&source).and_then(|doc| doc.table("parameters")).expect("parameters are TOML");
    House { parameters: settings, ..House::default() }
}

/// Checks files with the given packs and house.
pub fn check(library: &Library, house: &House, files: &[DealFile], stage: Stage) -> Report {
    let check = Check { library, house, files, stage, acting_for: None, today: TODAY, threads: 1 };
    read(check.run())
}

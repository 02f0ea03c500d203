//! What the tests share: the built-in packs, and a check of texts in memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use countersign::builtin;
use countersign::engine::judge::Outcome;
use countersign::finding::Mistake;
use countersign::lower::DealFile;
use countersign::pack::{Pack, PackFiles, in_order};
use countersign::run::{Check, House, Library, Report, Stage};
use countersign::source::Source;
use countersign::vocabulary::Gate;
use jiff::civil::{Date, date};

/// The day on which all tests take place.
pub const TODAY: Date = date(2026, 11, 22);

/// All built-in packs, validated.
pub static ALL: LazyLock<Library> = LazyLock::new(|| library(|_| true));

/// A built-in pack with those it depends on.
pub fn of_pack(name: &str) -> Library {
    library(|pack| pack.name == name)
}

fn library(wanted: impl Fn(&Pack) -> bool) -> Library {
    let packs: Vec<Pack> = builtin::packs().iter().map(|files| read(Pack::read(files))).collect();
    let names: Vec<_> =
        packs.iter().filter(|pack| wanted(pack)).map(|pack| (pack.name.clone(), None)).collect();
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

/// Checks files with the given packs and house, read for nobody.
pub fn check(library: &Library, house: &House, files: &[DealFile], stage: Stage) -> Report {
    let check =
        Check { library, house, files, stage, acting_for: None, baseline: None, today: TODAY, threads: 1 };
    read(check.run())
}

/// A pack from texts: paths and contents.
pub fn pack(name: &str, files: &[(&str, &str)]) -> Result<Pack, Vec<Mistake>> {
    let manifest = format!("name = \"{name}\"\ntitle = \"{name}\"\nas_of = 2026-11-22\n");
    let mut sources = vec![Source::new(format!("{name}/pack.toml"), manifest)];
    sources.extend(files.iter().map(|(path, text)| Source::new(format!("{name}/{path}"), *text)));
    Pack::read(&PackFiles { name: name.to_owned(), files: sources })
}

/// A library of one small pack.
pub fn small(files: &[(&str, &str)]) -> Result<Library, Vec<Mistake>> {
    Library::load(vec![pack("small", files)?], true)
}

/// What happened to each limb on each subject: `limb: fires`, `passes` or `undecided`.
pub fn outcomes(library: &Library, text: &str) -> Vec<String> {
    let files = [file("", "test.deal", text)];
    let house = House::default();
    let check = Check {
        library,
        house: &house,
        files: &files,
        stage: Stage::Gate(Gate::Sign),
        acting_for: None,
        baseline: None,
        today: TODAY,
        threads: 1,
    };
    let mut shown: Vec<String> = library
        .rules
        .iter()
        .flat_map(|rule| check.outcomes(rule))
        .map(|(limb, outcome, _)| {
            let word = match outcome {
                Outcome::Fires(_) => "fires",
                Outcome::Passes => "passes",
                Outcome::Undecided(_) => "undecided",
                Outcome::Broken(_) => "broken",
            };
            format!("{limb}: {word}")
        })
        .collect();
    shown.sort();
    shown
}

/// The messages of mistakes, with line and column.
pub fn told(mistakes: &[Mistake]) -> Vec<String> {
    mistakes
        .iter()
        .map(|mistake| {
            let place = mistake.place.as_ref().map_or_else(String::new, |place| format!("{place}: "));
            format!("{place}{}", mistake.message)
        })
        .collect()
}

/// A bundled workspace: its name and its deal files.
pub struct Folder {
    /// Path from the root of the repository.
    pub path: PathBuf,
    /// Files in order.
    pub files: Vec<DealFile>,
}

/// Every folder directly below `tests/real` and `tests/workspaces`.
pub fn deal_folders() -> Vec<Folder> {
    let mut folders = Vec::new();
    for above in ["tests/real", "tests/workspaces"] {
        for entry in fs::read_dir(above).into_iter().flatten() {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                folders.push(Folder { files: deal_files(&path), path });
            }
        }
    }
    folders.sort_by(|a, b| a.path.cmp(&b.path));
    folders
}

/// The deal files of a folder and its subfolders.
fn deal_files(root: &Path) -> Vec<DealFile> {
    let mut files = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be listed") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "deal") {
                let inner = path.parent().and_then(|parent| parent.strip_prefix(root).ok()).unwrap_or(root);
                let name =
                    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
                let text = fs::read_to_string(&path).expect("the file can be read");
                files.push(file(&inner.to_string_lossy(), &name, &text));
            }
        }
    }
    files.sort_by(|a, b| a.source.path.cmp(&b.source.path));
    files
}

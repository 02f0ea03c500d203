//! Packs from the program and from folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use countersign::builtin;
use countersign::finding::Mistake;
use countersign::pack::{Pack, PackFiles, in_order};
use countersign::run::Library;
use countersign::source::{Place, Source};

use crate::files;

/// Which of the packs at hand are loaded; those they depend on always are.
#[derive(Clone, Copy)]
pub enum Which<'a> {
    /// Those that the configuration names, or the default ones.
    Configured,
    /// Every built-in one too.
    All,
    /// One pack.
    One(&'a str),
}

/// What was loaded, so that workspaces with the same built-in packs share it.
#[derive(Default)]
pub struct Libraries(Vec<(Option<Vec<String>>, Rc<Library>)>);

impl Libraries {
    /// The packs that a configuration names, or the default ones.
    ///
    /// # Errors
    /// Every mistake in them, and a name that stands for nothing.
    pub fn load(
        &mut self,
        wanted: Option<&[(String, Place)]>,
        root: &Path,
        here: &Path,
    ) -> Result<Rc<Library>, Vec<Mistake>> {
        let names = wanted.map(|wanted| wanted.iter().map(|(name, _)| name.clone()).collect());
        if let Some((_, known)) = self.0.iter().find(|(known, _)| *known == names) {
            return Ok(Rc::clone(known));
        }
        let (packs, foreign) = at_hand(wanted, Which::Configured, root, here)?;
        let library = Rc::new(Library::load(packs, foreign)?);
        // A folder with the same name is another one in another workspace.
        if !foreign {
            self.0.push((names, Rc::clone(&library)));
        }
        Ok(library)
    }
}

/// The packs themselves, in the order of their dependencies, and whether one comes from a folder; `wanted` are those
/// that a configuration names.
///
/// # Errors
/// Every mistake in them, and a name that stands for nothing.
pub fn at_hand(
    wanted: Option<&[(String, Place)]>,
    which: Which<'_>,
    root: &Path,
    here: &Path,
) -> Result<(Vec<Pack>, bool), Vec<Mistake>> {
    let mut packs = Vec::new();
    let mut mistakes = Vec::new();
    for pack in builtin::packs() {
        match Pack::read(&pack) {
            Ok(pack) => packs.push(pack),
            Err(more) => mistakes.extend(more),
        }
    }
    let mut names: Vec<(String, Option<Place>)> = Vec::new();
    let mut foreign = false;
    match wanted {
        None => names.extend(packs.iter().filter(|pack| pack.default).map(|pack| (pack.name.clone(), None))),
        Some(wanted) => {
            for (name, place) in wanted {
                if packs.iter().any(|pack| pack.name == *name) {
                    names.push((name.clone(), Some(place.clone())));
                    continue;
                }
                match from_folder(name, place, root, here, &packs) {
                    Ok(pack) => {
                        names.push((pack.name.clone(), Some(place.clone())));
                        // A folder may hold a newer state of a built-in pack: it stands in its place.
                        packs.retain(|known| known.name != pack.name);
                        packs.push(pack);
                        foreign = true;
                    }
                    Err(more) => mistakes.extend(more),
                }
            }
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    match which {
        Which::Configured => {}
        Which::All => names.extend(packs.iter().map(|pack| (pack.name.clone(), None))),
        Which::One(name) => names = vec![(name.to_owned(), None)],
    }
    let ordered = in_order(packs, &names).map_err(|mistake| vec![mistake])?;
    Ok((ordered, foreign))
}

fn from_folder(
    name: &str,
    place: &Place,
    root: &Path,
    here: &Path,
    known: &[Pack],
) -> Result<Pack, Vec<Mistake>> {
    let folder = files::absolute(Path::new(name), root);
    if !folder.is_dir() {
        let names: Vec<&str> = known.iter().map(|pack| pack.name.as_str()).collect();
        let mistake = Mistake::at(place, format!("`{name}` is neither a built-in pack nor a folder"))
            .help(format!("built-in packs are {}", names.join(", ")))
            .did_you_mean(name, names);
        return Err(vec![mistake]);
    }
    let mut paths = Vec::new();
    walk(&folder, &mut paths).map_err(|mistake| vec![mistake])?;
    paths.sort();
    let mut pack = PackFiles { name: name.to_owned(), files: Vec::new() };
    for path in paths {
        let text = files::text(&path).map_err(|mistake| vec![mistake])?;
        pack.files.push(Source::new(files::shown(&path, here), text));
    }
    Pack::read(&pack)
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Mistake> {
    let fail =
        |error: std::io::Error| Mistake::nowhere(format!("{}: {}", folder.display(), files::plain(&error)));
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            walk(&path, paths)?;
        } else if path.extension().is_some_and(|end| end == "toml" || end == "cedar" || end == "cedarschema")
        {
            paths.push(path);
        }
    }
    Ok(())
}

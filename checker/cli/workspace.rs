//! A workspace: the folder of the nearest `countersign.toml`, else the folder that was named, or the
//! folder of the file that was named without its subfolders. Never the root of a repository: two
//! clients in one repository share nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::finding::Mistake;
use countersign::lower::{DealFile, markdown};
use countersign::source::Source;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{WalkBuilder, WalkState};

use crate::config::{self, Config};
use crate::files;

/// A workspace with the paths that were named in it.
pub struct Workspace {
    /// Its folder.
    pub root: PathBuf,
    /// Are its subfolders a part of it?
    pub deep: bool,
    /// Paths that were named; all of it is reported on when one of them is the root.
    pub named: Vec<PathBuf>,
    /// The text of standard input under the path it stands for.
    pub input: Option<(PathBuf, String)>,
}

/// Groups the named paths by workspace.
///
/// # Errors
/// A path that is not there.
pub fn group(
    paths: &[PathBuf],
    here: &Path,
    stdin_filename: Option<&Path>,
) -> Result<Vec<Workspace>, Vec<Mistake>> {
    let mut spaces: BTreeMap<(PathBuf, bool), Workspace> = BTreeMap::new();
    let mut mistakes = Vec::new();
    let current = [PathBuf::from(".")];
    for path in if paths.is_empty() { &current[..] } else { paths } {
        let stdin = path.as_os_str() == "-";
        let named = files::absolute(
            if stdin { stdin_filename.unwrap_or(Path::new("standard-input.deal")) } else { path },
            here,
        );
        if !stdin && let Err(error) = std::fs::metadata(&named) {
            mistakes.push(Mistake::nowhere(format!("{}: {}", path.display(), files::plain(&error))));
            continue;
        }
        let (root, deep) = root_of(&named);
        let space = spaces.entry((root.clone(), deep)).or_insert_with(|| Workspace {
            root,
            deep,
            named: Vec::new(),
            input: None,
        });
        if stdin {
            match files::standard_input() {
                Ok(text) => space.input = Some((named.clone(), text)),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        space.named.push(named);
    }
    if mistakes.is_empty() { Ok(spaces.into_values().collect()) } else { Err(mistakes) }
}

fn root_of(named: &Path) -> (PathBuf, bool) {
    let folder = if named.is_dir() { named } else { named.parent().unwrap_or(named) };
    for above in folder.ancestors() {
        if above.join(config::NAME).is_file() {
            return (above.to_owned(), true);
        }
    }
    (folder.to_owned(), named.is_dir())
}

impl Workspace {
    /// The configuration, or an empty one.
    ///
    /// # Errors
    /// A file that cannot be read, or a mistake in it.
    pub fn config(&self, here: &Path) -> Result<Config, Mistake> {
        let path = self.root.join(config::NAME);
        if !path.is_file() {
            return Ok(Config::default());
        }
        let source = Source::new(files::shown(&path, here), files::text(&path)?);
        config::read(&source)
    }

    /// Every deal file, and the Markdown files that are named or included, in order of their paths.
    ///
    /// # Errors
    /// A file or folder that cannot be read, a circle of links, a pattern that means nothing.
    pub fn deal_files(&self, config: &Config, here: &Path) -> Result<Vec<DealFile>, Vec<Mistake>> {
        let exclude = patterns(&self.root, &config.exclude).map_err(|mistake| vec![mistake])?;
        let include = patterns(&self.root, &config.include).map_err(|mistake| vec![mistake])?;
        let mut paths = self.walk(&exclude, &include)?;
        paths.extend(self.named.iter().filter(|path| is_markdown(path) && path.is_file()).cloned());
        paths.extend(self.input.iter().map(|(path, _)| path.clone()));
        paths.sort();
        paths.dedup();
        let mut found = Vec::new();
        let mut mistakes = Vec::new();
        for path in paths {
            let text = match &self.input {
                Some((input, text)) if *input == path => Ok(text.clone()),
                _ => files::text(&path),
            };
            match text {
                Ok(text) => found.extend(self.deal_file(&path, text, here)),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() { Ok(found) } else { Err(mistakes) }
    }

    /// A file as the library takes it; None for Markdown without a deal block.
    pub fn deal_file(&self, path: &Path, text: String, here: &Path) -> Option<DealFile> {
        let source = Source::new(files::shown(path, here), text);
        let text =
            if is_markdown(path) { markdown::mask(&source.text)?.into() } else { Arc::clone(&source.text) };
        let folder =
            path.parent().and_then(|parent| parent.strip_prefix(&self.root).ok()).unwrap_or(Path::new(""));
        let folder = folder.to_string_lossy().replace('\\', "/");
        Some(DealFile { source, folder, text })
    }

    fn walk(&self, exclude: &Gitignore, include: &Gitignore) -> Result<Vec<PathBuf>, Vec<Mistake>> {
        let mut builder = WalkBuilder::new(&self.root);
        builder.standard_filters(false).hidden(true).follow_links(true).threads(1);
        if !self.deep {
            builder.max_depth(Some(1));
        }
        let root = self.root.clone();
        let left_out = exclude.clone();
        builder.filter_entry(move |entry| {
            let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            let other_workspace = folder && entry.path() != root && entry.path().join(config::NAME).is_file();
            !other_workspace && !left_out.matched(entry.path(), folder).is_ignore()
        });
        let found = std::sync::Mutex::new((Vec::new(), Vec::new()));
        builder.build_parallel().run(|| {
            Box::new(|entry| {
                if let Ok(mut found) = found.lock() {
                    match entry {
                        Ok(entry) => {
                            let path = entry.into_path();
                            let wanted = is_deal(&path)
                                || (is_markdown(&path) && include.matched(&path, false).is_ignore());
                            if wanted && !path.is_dir() {
                                found.0.push(path);
                            }
                        }
                        Err(error) => found.1.push(Mistake::nowhere(unreadable(&error))),
                    }
                }
                WalkState::Continue
            })
        });
        let (paths, mistakes) = found.into_inner().unwrap_or_default();
        if mistakes.is_empty() { Ok(paths) } else { Err(mistakes) }
    }

    /// Is the whole workspace reported on?
    pub fn whole(&self) -> bool {
        self.named.contains(&self.root)
    }
}

fn unreadable(error: &ignore::Error) -> String {
    match error {
        ignore::Error::WithPath { path, err } => match err.as_ref() {
            ignore::Error::Io(error) => format!("{}: {}", path.display(), files::plain(error)),
            other => format!("{}: {}", path.display(), unreadable(other)),
        },
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => unreadable(err),
        ignore::Error::Loop { ancestor, child } => {
            format!("{}: this link leads back to {}, a circle", child.display(), ancestor.display())
        }
        ignore::Error::Io(error) => files::plain(error),
        other => other.to_string(),
    }
}

fn patterns(root: &Path, patterns: &[(String, countersign::source::Place)]) -> Result<Gitignore, Mistake> {
    let mut builder = GitignoreBuilder::new(root);
    for (pattern, place) in patterns {
        builder
            .add_line(None, pattern)
            .map_err(|error| Mistake::at(place, format!("`{pattern}` is not a pattern: {error}")))?;
    }
    builder.build().map_err(|error| Mistake::nowhere(error.to_string()))
}

fn is_deal(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "deal")
}

/// Is it a Markdown file?
pub fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "md" || end == "markdown")
}

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
use ignore::{DirEntry, WalkBuilder, WalkState};

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

/// What lies in a workspace.
pub struct Found {
    /// Its files, in order of their paths.
    pub files: Vec<DealFile>,
    /// Folders in what was named that are workspaces of their own.
    pub others: Vec<PathBuf>,
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

    /// Every deal file, and the Markdown files that are named or included.
    ///
    /// # Errors
    /// A file or folder that cannot be read, a circle of links, a pattern that means nothing.
    pub fn deal_files(&self, config: &Config, here: &Path) -> Result<Found, Vec<Mistake>> {
        let exclude = patterns(&self.root, &config.exclude).map_err(|mistake| vec![mistake])?;
        let include = patterns(&self.root, &config.include).map_err(|mistake| vec![mistake])?;
        let Walked { mut paths, mut others, .. } = self.walk(&exclude, &include)?;
        others.retain(|other| self.named.iter().any(|named| other.starts_with(named)));
        others.sort();
        paths.extend(self.named.iter().filter(|path| is_markdown(path) && path.is_file()).cloned());
        paths.extend(self.input.iter().map(|(path, _)| path.clone()));
        paths.sort();
        paths.dedup();
        let mut files = Vec::new();
        let mut mistakes = Vec::new();
        for path in paths {
            let text = match &self.input {
                Some((input, text)) if *input == path => Ok(text.clone()),
                _ => files::text(&path),
            };
            match text {
                Ok(text) => files.extend(self.deal_file(&path, text, here)),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        if mistakes.is_empty() { Ok(Found { files, others }) } else { Err(mistakes) }
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

    fn walk(&self, exclude: &Gitignore, include: &Gitignore) -> Result<Walked, Vec<Mistake>> {
        let mut builder = WalkBuilder::new(&self.root);
        builder.standard_filters(false).hidden(true).follow_links(true).threads(1);
        if !self.deep {
            builder.max_depth(Some(1));
        }
        let left_out = exclude.clone();
        builder.filter_entry(move |entry| {
            let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            !left_out.matched(entry.path(), folder).is_ignore()
        });
        let walked = std::sync::Mutex::new(Walked::default());
        builder.build_parallel().run(|| {
            Box::new(|entry| {
                let Ok(mut walked) = walked.lock() else { return WalkState::Quit };
                match entry {
                    Ok(entry) => walked.take(&self.root, entry, include),
                    Err(error) => {
                        walked.mistakes.push(Mistake::nowhere(unreadable(&error)));
                        WalkState::Continue
                    }
                }
            })
        });
        let walked = walked.into_inner().unwrap_or_default();
        if walked.mistakes.is_empty() { Ok(walked) } else { Err(walked.mistakes) }
    }

    /// Is the whole workspace reported on?
    pub fn whole(&self) -> bool {
        self.named.contains(&self.root)
    }
}

/// What a walk through a workspace met.
#[derive(Default)]
struct Walked {
    paths: Vec<PathBuf>,
    others: Vec<PathBuf>,
    mistakes: Vec<Mistake>,
}

impl Walked {
    /// Takes a file that is read; another workspace is noted, and not entered.
    fn take(&mut self, root: &Path, entry: DirEntry, include: &Gitignore) -> WalkState {
        let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let path = entry.into_path();
        if folder {
            if path != root && path.join(config::NAME).is_file() {
                self.others.push(path);
                return WalkState::Skip;
            }
        } else if is_deal(&path) || (is_markdown(&path) && include.matched(&path, false).is_ignore()) {
            self.paths.push(path);
        }
        WalkState::Continue
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

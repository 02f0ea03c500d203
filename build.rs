//! Lists the built-in packs and templates, so that a file dropped into their folders is a part of the
//! program without another edit.

#![allow(clippy::disallowed_methods, reason = "a build script reads files")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let mut listing = String::new();
    for folder in ["policies", "templates"] {
        println!("cargo:rerun-if-changed={folder}");
        let mut files = Vec::new();
        walk(Path::new(folder), &mut files)?;
        files.sort();
        let constant = folder.to_uppercase();
        let _ = writeln!(listing, "/// Files below `{folder}/`: path and text.");
        let _ = writeln!(listing, "pub const {constant}: &[(&str, &str)] = &[");
        for file in files {
            let path = file.to_string_lossy().replace('\\', "/");
            let absolute = fs::canonicalize(&file)?;
            let _ = writeln!(listing, "    ({path:?}, include_str!({absolute:?})),");
        }
        let _ = writeln!(listing, "];");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("builtin.rs"), listing)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    println!("cargo:rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

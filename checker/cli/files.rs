//! Reading files, with their size looked at first.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use countersign::finding::Mistake;
use countersign_dsl::MAX_BYTES;

/// Reads a text of at most [`MAX_BYTES`]. A larger file is refused before it is read.
///
/// # Errors
/// One sentence with the path.
pub fn text(path: &Path) -> Result<String, Mistake> {
    let fail = |error: &io::Error| Mistake::nowhere(format!("{}: {}", path.display(), plain(error)));
    let size = fs::metadata(path).map_err(|error| fail(&error))?.len();
    if size > MAX_BYTES as u64 {
        return Err(Mistake::nowhere(format!(
            "{}: {} MiB is more than the {} MiB that a file may have",
            path.display(),
            size >> 20,
            MAX_BYTES >> 20
        )));
    }
    let file = File::open(path).map_err(|error| fail(&error))?;
    decode(read_limited(file).map_err(|error| fail(&error))?, &path.display().to_string())
}

/// Reads standard input, and stops after [`MAX_BYTES`].
///
/// # Errors
/// One sentence.
pub fn standard_input() -> Result<String, Mistake> {
    let bytes = read_limited(io::stdin().lock())
        .map_err(|error| Mistake::nowhere(format!("standard input: {}", plain(&error))))?;
    decode(bytes, "standard input")
}

fn read_limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn decode(bytes: Vec<u8>, name: &str) -> Result<String, Mistake> {
    if bytes.len() > MAX_BYTES {
        return Err(Mistake::nowhere(format!(
            "{name}: more than the {} MiB that a file may have",
            MAX_BYTES >> 20
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        Mistake::nowhere(format!("{name}:{line}: not a text in UTF-8 (byte {at})"))
            .help("save the file as UTF-8; a .deal is plain text")
    })
}

/// What went wrong, without the words of the operating system's programmers.
pub fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => error.to_string(),
    }
}

/// The path as a person would open it from here, with `/` between its parts.
pub fn shown(path: &Path, here: &Path) -> String {
    let near = path.strip_prefix(here).unwrap_or(path);
    let text = near.to_string_lossy().replace('\\', "/");
    if text.is_empty() { ".".to_owned() } else { text }
}

/// An absolute path without `.` and `..`, without asking the file system.
pub fn absolute(path: &Path, here: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in here.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    whole
}

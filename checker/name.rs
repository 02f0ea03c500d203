//! Names: shared, as wide as one pointer, and with their digest worked out once.
//!
//! A check looks up attributes by name some thousand times a deal. Names that differ differ in their digest, save by
//! chance, so that few texts are compared.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxHasher;

/// The name of an attribute, a type or a thing; or another text that is shared.
#[derive(Clone)]
pub struct Name(Arc<Text>);

struct Text {
    digest: u64,
    text: Box<str>,
}

/// What can be looked up as a name.
pub trait Named {
    /// The digest by which it is found.
    fn digest(&self) -> u64;

    /// Is it this name?
    fn is(&self, name: &Name) -> bool;
}

impl Named for str {
    fn digest(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.hash(&mut hasher);
        hasher.finish()
    }

    fn is(&self, name: &Name) -> bool {
        *self == **name
    }
}

impl Named for Name {
    fn digest(&self) -> u64 {
        self.0.digest
    }

    fn is(&self, name: &Name) -> bool {
        self == name
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.text
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self
    }
}

impl From<Box<str>> for Name {
    fn from(text: Box<str>) -> Self {
        Self(Arc::new(Text { digest: text.digest(), text }))
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Box::<str>::from(text).into()
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        text.into_boxed_str().into()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.digest == other.0.digest && self.0.text == other.0.text)
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.text.cmp(&other.0.text) }
    }
}

/// As a text is hashed, so that a map by name is asked with a text too.
impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

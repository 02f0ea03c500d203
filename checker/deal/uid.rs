//! Names of things: type and id, shared, with their hash computed once.
//!
//! A check looks up things some millions of times. Two uids are mostly the same allocation or differ in
//! their hash, so that texts are hardly ever compared.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::vocabulary::{Name, known};

/// Type and id of a thing. The id is its path from the root of the workspace, `deals/acme`.
#[derive(Clone)]
pub struct Uid(Arc<Parts>);

/// What a [`Uid`] is made of.
pub struct Parts {
    /// Entity type.
    pub ty: Name,
    /// Id within the type.
    pub id: Name,
    hash: u64,
}

impl Uid {
    /// A uid from its parts.
    pub fn new(ty: impl Into<Name>, id: impl Into<Name>) -> Self {
        let (ty, id) = (ty.into(), id.into());
        let mut hasher = FxHasher::default();
        (&ty, &id).hash(&mut hasher);
        Self(Arc::new(Parts { ty, id, hash: hasher.finish() }))
    }

    /// The header of the agreement with this id.
    pub fn header(&self) -> Self {
        Self::new(known::AGREEMENT, Name::clone(&self.id))
    }
}

impl Deref for Uid {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{:?}", self.ty, self.id)
    }
}

impl PartialEq for Uid {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.hash == other.hash && self.id == other.id && self.ty == other.ty)
    }
}

impl Eq for Uid {}

impl PartialOrd for Uid {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Uid {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        self.ty.cmp(&other.ty).then_with(|| self.id.cmp(&other.id))
    }
}

impl Hash for Uid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

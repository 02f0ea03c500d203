//! The three-valued walk: Kleene's logic over a condition, Cedar at the leaves that are not plain.

use jiff::civil::Date;

use super::condition::{Leaf, Node, Read, Root};
use super::store::Cedar;
use crate::deal::{Body, Content, Deal, Hole, Set, Slot, Thing, Uid, Value, Why};
use crate::facts::{absent, asks, base_field, derived, is_absence};
use crate::source::Place;
use crate::vocabulary::{Field, Gate, Name, Shape, Type, Vocabulary};

/// True, false, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Nobody knows.
    Unknown,
}

impl Truth {
    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// One request: who asks, about what, at which gate.
pub struct Request<'a> {
    /// Vocabulary.
    pub vocabulary: &'a Vocabulary,
    /// The deal.
    pub deal: &'a Deal,
    /// The party we act for.
    pub principal: &'a Uid,
    /// The subject.
    pub subject: &'a Uid,
    /// The parameters of the workspace.
    pub house: &'a Uid,
    /// The date.
    pub today: Date,
    /// The gate.
    pub gate: Gate,
    /// Cedar, for this request.
    pub cedar: &'a Cedar<'a>,
}

/// What a chain of attributes leads to.
#[derive(Clone, Debug)]
pub enum Reading<'a> {
    /// A value; a set may be partial.
    There(&'a Slot),
    /// Not there, silent or excluded: decided.
    NotThere(Missing<'a>),
    /// Nobody knows.
    Hole(Open<'a>),
}

/// A hole that is written or derived, or one that absence makes.
#[derive(Clone, Debug)]
pub enum Open<'a> {
    /// It stands in a slot.
    Stored(&'a Hole),
    /// An attribute is not there that should be: of which thing, in which block, along which attributes.
    Absent(&'a Field, &'a Body, &'a Uid, Vec<Name>),
}

impl Open<'_> {
    /// The hole with its question.
    pub fn hole(&self) -> Hole {
        match self {
            Self::Stored(hole) => (*hole).clone(),
            Self::Absent(field, body, thing, inner) => {
                absent(field, body, thing, inner).unwrap_or_else(|| Hole::of(Why::Mistake))
            }
        }
    }
}

/// Where something would stand if it were there.
#[derive(Clone, Debug)]
pub struct Missing<'a> {
    /// The word that stands instead, with its slot.
    pub word: Option<&'a Slot>,
    /// Head of the innermost written block on the way.
    pub head: Option<&'a Place>,
    /// Where the thing that lacks it was referred to, if it is not the subject itself.
    pub reference: Option<&'a Place>,
}

impl<'a> Request<'a> {
    /// Decides a condition.
    ///
    /// # Errors
    /// An error of Cedar on decided facts.
    pub fn decide(&self, node: &Node) -> Result<Truth, String> {
        Ok(match node {
            Node::Not(inner) => self.decide(inner)?.not(),
            Node::And(a, b) => match self.decide(a)? {
                Truth::False => Truth::False,
                Truth::True => self.decide(b)?,
                Truth::Unknown => match self.unguarded(b) {
                    Truth::False => Truth::False,
                    _ => Truth::Unknown,
                },
            },
            Node::Or(a, b) => match self.decide(a)? {
                Truth::True => Truth::True,
                Truth::False => self.decide(b)?,
                Truth::Unknown => match self.unguarded(b) {
                    Truth::True => Truth::True,
                    _ => Truth::Unknown,
                },
            },
            Node::If(test, then, other) => match self.decide(test)? {
                Truth::True => self.decide(then)?,
                Truth::False => self.decide(other)?,
                Truth::Unknown => match (self.unguarded(then), self.unguarded(other)) {
                    (a, b) if a == b => a,
                    _ => Truth::Unknown,
                },
            },
            Node::Has(read) => self.has(read),
            Node::Leaf(leaf) => self.leaf(leaf)?,
        })
    }

    /// A part whose guard is not known: an error only says that the guard was needed.
    fn unguarded(&self, node: &Node) -> Truth {
        self.decide(node).unwrap_or(Truth::Unknown)
    }

    /// `has`: undecided on a hole; false on what is silent, excluded or not there, and below it.
    fn has(&self, read: &Read) -> Truth {
        match self.read(read) {
            Reading::There(_) => Truth::True,
            Reading::NotThere(_) => Truth::False,
            Reading::Hole(_) => Truth::Unknown,
        }
    }

    fn leaf(&self, leaf: &Leaf) -> Result<Truth, String> {
        if let Some(truth) = leaf.plain.as_ref().and_then(|plain| plain.decide(self)) {
            return Ok(truth.into());
        }
        let mut partial = None;
        for (index, read) in leaf.reads.iter().enumerate() {
            match self.read(read) {
                Reading::Hole(_) => return Ok(Truth::Unknown),
                Reading::There(slot) if self.hole_within(slot).is_some() => {
                    let set = matches!(slot.value(), Some(Value::Set(_)));
                    if !set || partial.replace(index).is_some() {
                        return Ok(Truth::Unknown);
                    }
                }
                _ => {}
            }
        }
        let truth = self.cedar.truth(&leaf.expr)?;
        Ok(match (partial, &leaf.partial) {
            (None, _) => truth.into(),
            (Some(index), Some(known)) if known.read == index && known.stands == truth => truth.into(),
            (Some(_), _) => Truth::Unknown,
        })
    }

    /// A hole at this gate inside a value: a partial set, or a block that is half filled.
    pub fn hole_within<'s>(&self, slot: &'s Slot) -> Option<&'s Hole> {
        match &slot.content {
            Content::Hole(hole) => Some(hole).filter(|hole| self.is_active(hole)),
            Content::Word(_) => None,
            Content::Value(Value::Set(set)) => self.hole_in(set),
            Content::Value(Value::Record(body)) => {
                body.slots.values().find_map(|slot| self.hole_within(slot))
            }
            Content::Value(_) => None,
        }
    }

    /// A hole at this gate in a set.
    pub fn hole_in<'s>(&self, set: &'s Set) -> Option<&'s Hole> {
        let partial = set.partial.as_ref().filter(|hole| self.is_active(hole));
        partial.or_else(|| set.members.iter().find_map(|member| self.hole_within(member)))
    }

    /// Follows a chain of attributes.
    pub fn read(&self, read: &Read) -> Reading<'a> {
        match self.start(read.root) {
            Some(start) => self.follow(start, &read.path),
            None => Reading::NotThere(Missing { word: None, head: None, reference: None }),
        }
    }

    /// The thing at which a chain starts; none for the date, which is no thing.
    pub fn start(&self, root: Root) -> Option<&'a Uid> {
        match root {
            Root::Resource => Some(self.subject),
            Root::Principal => Some(self.principal),
            Root::House => Some(self.house),
            Root::Date => None,
        }
    }

    /// Follows a path without sets from a thing.
    pub fn follow(&self, start: &Uid, path: &[Name]) -> Reading<'a> {
        let mut at = Position::default();
        if !at.enter(self, start, 0) {
            return Reading::NotThere(at.missing(None));
        }
        for (index, name) in path.iter().enumerate() {
            let last = index + 1 == path.len();
            let (Some(body), Some(shape)) = (at.body, at.shape) else {
                // The parts of a scalar, such as `minor` of a sum: what was read so far.
                return at.last.map_or_else(|| Reading::NotThere(at.missing(None)), Reading::There);
            };
            let written = body.slots.get(name);
            let fields = || shape.fields(self.vocabulary);
            let worked_out = || derived(self.vocabulary, self.deal, at.own?, fields()?.get(name)?);
            let Some(slot) = written.or_else(worked_out) else {
                // A sibling is not there because its attribute holds a value: that is decided.
                let unsaid = fields()
                    .and_then(|fields| base_field(fields, name))
                    .filter(|(field, sibling)| sibling.is_none() || !body.slots.contains_key(&field.name));
                let open =
                    unsaid.and_then(|(field, _)| self.absence(field, body, &at, &path[at.entered..index]));
                return open.map_or_else(|| Reading::NotThere(at.missing(None)), Reading::Hole);
            };
            match &slot.content {
                Content::Hole(hole) if self.is_active(hole) => return Reading::Hole(Open::Stored(hole)),
                Content::Hole(_) => return Reading::NotThere(at.missing(None)),
                Content::Word(_) => return Reading::NotThere(at.missing(Some(slot))),
                Content::Value(_) if last => return Reading::There(slot),
                Content::Value(Value::Entity(uid)) => {
                    at.reference = slot.place.as_ref();
                    if !at.enter(self, uid, index + 1) {
                        return Reading::NotThere(at.missing(None));
                    }
                }
                Content::Value(Value::Record(inner)) => at.nest(self.vocabulary, name, inner),
                Content::Value(_) => {
                    at.body = None;
                    at.last = Some(slot);
                }
            }
        }
        Reading::NotThere(at.missing(None))
    }

    /// The hole that absence of a field is at this gate.
    fn absence(
        &self,
        field: &'a Field,
        body: &'a Body,
        at: &Position<'a>,
        inner: &[Name],
    ) -> Option<Open<'a>> {
        let thing = at.thing.filter(|thing| is_absence(field, body, thing))?;
        let asked =
            !body.unreadable.is_empty() || asks(&field.mark).is_some_and(|gate| gate.asks_at(self.gate));
        asked.then(|| Open::Absent(field, body, thing, inner.to_vec()))
    }

    fn is_active(&self, hole: &Hole) -> bool {
        hole.why != Why::Unanswered || hole.asked.asks_at(self.gate)
    }
}

/// Where a walk along a chain stands.
#[derive(Default)]
struct Position<'a> {
    thing: Option<&'a Uid>,
    /// The same, as long as the walk is in none of its blocks.
    own: Option<&'a Thing>,
    /// Attributes of the chain up to the thing.
    entered: usize,
    shape: Option<Shape<'a>>,
    body: Option<&'a Body>,
    head: Option<&'a Place>,
    reference: Option<&'a Place>,
    last: Option<&'a Slot>,
}

impl<'a> Position<'a> {
    fn enter(&mut self, request: &Request<'a>, uid: &Uid, after: usize) -> bool {
        let Some(thing) = request.deal.thing(uid) else {
            return false;
        };
        self.thing = Some(&thing.uid);
        self.own = Some(thing);
        self.entered = after;
        self.shape = Some(Shape::Type(&thing.uid.ty));
        self.body = Some(&thing.body);
        self.head = thing.body.head.as_ref();
        true
    }

    fn nest(&mut self, vocabulary: &'a Vocabulary, name: &Name, body: &'a Body) {
        let fields = self.shape.and_then(|shape| shape.fields(vocabulary));
        self.shape = match fields.and_then(|fields| fields.get(name)).map(|field| &field.ty) {
            Some(Type::Record(record)) => Some(Shape::Record(&record.fields)),
            _ => None,
        };
        self.own = None;
        self.body = Some(body);
        self.head = body.head.as_ref().or(self.head);
    }

    fn missing(&self, word: Option<&'a Slot>) -> Missing<'a> {
        Missing { word, head: self.head, reference: self.reference }
    }
}

//! What the files say, as typed things with places.
//!
//! Every attribute is a [`Slot`]: a value, a word that stands instead of one, or a hole. What is
//! not there has no slot; whether that is a hole too depends on its mark and on the gate.

mod derived;
mod quantity;
mod things;
mod uid;

use std::fmt::Write as _;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use jiff::civil::Date;
use smallvec::{SmallVec, smallvec};

use crate::source::Place;
use crate::vocabulary::{ByName, Gate, Name, known, sibling};
pub use derived::{Inverse, Memo, Workings};
pub use quantity::{Money, Period, Share};
pub use things::Things;
pub use uid::Uid;

/// The path one attribute further.
pub fn extended(path: &[Name], name: &Name) -> Vec<Name> {
    path.iter().chain([name]).cloned().collect()
}

/// A declared thing, a row of a table, an element, or a tuple of a join.
#[derive(Debug)]
pub struct Thing {
    /// Type and id.
    pub uid: Uid,
    /// The quoted title, or the title of a row.
    pub title: Option<String>,
    /// Attributes.
    pub body: Body,
    /// The thing it is an element of, or the kind a header belongs to.
    pub parent: Option<Uid>,
    /// Rows it lies under.
    pub parents: Vec<Uid>,
    /// Derived attributes.
    pub memo: Memo,
}

impl Thing {
    /// A thing that belongs to none and lies under none.
    pub fn new(uid: Uid, title: Option<String>, body: Body) -> Self {
        Self { uid, title, body, parent: None, parents: Vec::new(), memo: Memo::default() }
    }

    /// What people call it: its title, else the last part of its id.
    pub fn name(&self) -> String {
        self.title.clone().unwrap_or_else(|| short(&self.uid.id))
    }
}

/// A text as the beginning of a sentence.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A title inside a sentence: its first letter small, unless a shortening such as NDA begins it.
pub fn uncapital(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain([second]).chain(letters).collect()
        }
        _ => title.to_owned(),
    }
}

/// The last part of an id, as written in a file.
pub fn short(id: &str) -> String {
    id.rsplit('/').find(|part| !part.is_empty()).unwrap_or(id).to_owned()
}

/// Attributes by name.
pub type Slots = ByName<Slot>;

/// Attributes with the place of the block they stand in.
#[derive(Clone, Debug)]
pub struct Body {
    /// Attributes that are there.
    pub slots: Slots,
    /// Head of the block.
    pub head: Option<Place>,
    /// Lines of the block that could not be read: what is not there may be in one of them.
    pub unreadable: Vec<Place>,
}

impl Body {
    /// An empty body with a head.
    pub fn new(head: Option<Place>) -> Self {
        Self { slots: Slots::default(), head, unreadable: Vec::new() }
    }
}

/// What an attribute holds.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Value, word or hole.
    pub content: Content,
    /// Where it stands; absent for what the machine made without a text.
    pub place: Option<Place>,
    /// What few slots have, apart, so that all the others stay small.
    more: Option<Box<More>>,
}

/// What few slots have.
#[derive(Clone, Debug, Default)]
struct More {
    /// Where the contract says it, as written after `§`.
    anchor: Option<Name>,
    /// What a derived value shows, such as `60% + 30% = 90%`.
    shown: Option<Box<str>>,
    /// Where a derived value came from, besides where it stands.
    from: Box<[Place]>,
}

impl Slot {
    /// A slot with a place and nothing else.
    pub fn new(content: Content, place: Option<Place>) -> Self {
        Self { content, place, more: None }
    }

    /// The same, with where the contract says it, as written after `§`.
    pub fn anchored(mut self, anchor: Option<Name>) -> Self {
        if anchor.is_some() || self.more.is_some() {
            self.more.get_or_insert_default().anchor = anchor;
        }
        self
    }

    /// The same, with what it shows instead of its value.
    pub fn showing(mut self, shown: Option<String>) -> Self {
        if let Some(shown) = shown {
            self.more.get_or_insert_default().shown = Some(shown.into());
        }
        self
    }

    /// The same, with the places it was derived from.
    pub fn drawn_from<'p>(mut self, places: impl IntoIterator<Item = &'p Place>) -> Self {
        let from = apart(self.place.as_ref(), places);
        if !from.is_empty() {
            self.more.get_or_insert_default().from = from.into();
        }
        self
    }

    /// Where the contract says it.
    pub fn anchor(&self) -> Option<&Name> {
        self.more.as_ref()?.anchor.as_ref()
    }

    /// What it shows instead of its value.
    pub fn shown(&self) -> Option<&str> {
        self.more.as_ref()?.shown.as_deref()
    }

    /// Where a derived value came from, besides where it stands, as far as it was kept: [`crate::facts::grounds`]
    /// knows it all.
    pub fn from(&self) -> &[Place] {
        self.more.as_ref().map_or(&[], |more| &more.from)
    }

    /// Its value, if it has one.
    pub fn value(&self) -> Option<&Value> {
        match &self.content {
            Content::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The thing it refers to, if it refers to one.
    pub fn entity(&self) -> Option<&Uid> {
        match self.value() {
            Some(Value::Entity(uid)) => Some(uid),
            _ => None,
        }
    }

    /// Shows every thing it refers to, in its records and sets too.
    pub fn each_entity<'a>(&'a self, see: &mut dyn FnMut(&'a Uid)) {
        match self.value() {
            Some(Value::Entity(uid)) => see(uid),
            Some(Value::Record(body)) => body.slots.values().for_each(|slot| slot.each_entity(see)),
            Some(Value::Set(set)) => set.members.iter().for_each(|slot| slot.each_entity(see)),
            _ => {}
        }
    }
}

/// Places without the one where the value itself stands, and each once.
pub fn apart<'p>(own: Option<&Place>, places: impl IntoIterator<Item = &'p Place>) -> Vec<Place> {
    let mut apart: Vec<Place> = Vec::new();
    let mut before = None;
    for place in places {
        if before != Some(place) && own != Some(place) {
            apart.push(place.clone());
        }
        before = Some(place);
    }
    apart
}

/// Value, word or hole.
#[derive(Clone, Debug)]
pub enum Content {
    /// A value.
    Value(Value),
    /// A word instead of a value: `silent`, `excluded`, `indefinite`.
    Word(Name),
    /// Nobody knows.
    Hole(Hole),
}

/// Why nobody knows; shared, since a hole passes from fact to fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole(Arc<Unknown>);

/// What a hole is about.
#[derive(Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The kind of hole.
    pub why: Why,
    /// The first gate that asks; a hole is one from then on.
    pub asked: Gate,
    /// The question that would close it.
    pub question: Option<Question>,
}

impl Hole {
    /// A hole from a gate on.
    pub fn new(why: Why, asked: Gate, question: Option<Question>) -> Self {
        Self(Arc::new(Unknown { why, asked, question }))
    }

    /// A hole before every gate, which no question would close.
    pub fn of(why: Why) -> Self {
        Self::new(why, Gate::Sign, None)
    }
}

impl Deref for Hole {
    type Target = Unknown;

    fn deref(&self) -> &Unknown {
        &self.0
    }
}

/// The kinds of holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// `unknown` was written.
    Unknown,
    /// The line has a mistake, which is reported by itself.
    Mistake,
    /// Nobody answered what is asked.
    Unanswered,
    /// Two values cannot be compared.
    Incomparable,
}

/// A question for a person: which attribute of which thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The thing it is asked of.
    pub thing: Uid,
    /// Attributes from the thing.
    pub path: Vec<Name>,
    /// Where an answer would be written.
    pub place: Option<Place>,
}

/// A value.
#[derive(Clone, Debug)]
pub enum Value {
    /// `yes` or `no`.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// A text, hash, path, licence id or code.
    Text(Name),
    /// A date.
    Date(Date),
    /// A sum in the smallest unit of its currency.
    Money(Box<Money>),
    /// An exact fraction.
    Share(Box<Share>),
    /// A length of time.
    Period(Box<Period>),
    /// A thing.
    Entity(Uid),
    /// A nested block.
    Record(Box<Body>),
    /// Several.
    Set(Set),
}

/// A set. Most that are derived are empty, and take no room.
#[derive(Clone, Debug, Default)]
pub struct Set(Option<Box<Members>>);

/// Members of a set, with what could not be read.
#[derive(Clone, Debug, Default)]
pub struct Members {
    /// Members with their places.
    pub members: Vec<Slot>,
    /// Set when some members are not known: the set is partial.
    pub partial: Option<Hole>,
}

impl Set {
    /// A set of members.
    pub fn new(members: Vec<Slot>, partial: Option<Hole>) -> Self {
        let empty = members.is_empty() && partial.is_none();
        Self((!empty).then(|| Box::new(Members { members, partial })))
    }
}

impl Deref for Set {
    type Target = Members;

    fn deref(&self) -> &Members {
        static EMPTY: Members = Members { members: Vec::new(), partial: None };
        self.0.as_deref().unwrap_or(&EMPTY)
    }
}

impl DerefMut for Set {
    fn deref_mut(&mut self) -> &mut Members {
        self.0.get_or_insert_default()
    }
}

/// Do two values say the same?
pub fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Long(a), Value::Long(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Date(a), Value::Date(b)) => a == b,
        (Value::Money(a), Value::Money(b)) => a == b,
        (Value::Share(a), Value::Share(b)) => a == b,
        (Value::Period(a), Value::Period(b)) => (a.months, a.days) == (b.months, b.days),
        (Value::Entity(a), Value::Entity(b)) => a == b,
        (Value::Record(a), Value::Record(b)) => {
            a.slots.len() == b.slots.len()
                && a.slots
                    .iter()
                    .zip(b.slots.iter())
                    .all(|((x, s), (y, t))| x == y && same(&s.content, &t.content))
        }
        (Value::Set(a), Value::Set(b)) => {
            let within = |a: &Set, b: &Set| {
                a.members.iter().all(|x| b.members.iter().any(|y| same(&x.content, &y.content)))
            };
            within(a, b) && within(b, a)
        }
        _ => false,
    }
}

/// Do two contents say the same? A hole never does.
pub fn same(a: &Content, b: &Content) -> bool {
    match (a, b) {
        (Content::Value(a), Content::Value(b)) => equal(a, b),
        (Content::Word(a), Content::Word(b)) => a == b,
        _ => false,
    }
}

/// All things of a workspace.
#[derive(Debug, Default)]
pub struct Deal {
    /// Things by type and id.
    pub things: Things,
    /// What derived attributes are worked out from; none before all that is written is known.
    pub workings: Option<Workings>,
}

impl Deal {
    /// A thing that is known to be there.
    pub fn thing(&self, uid: &Uid) -> Option<&Thing> {
        self.things.get(uid)
    }

    /// All things of a type, in order.
    pub fn of_type(&self, ty: &str) -> std::slice::Iter<'_, Thing> {
        self.things.of_type(ty).iter()
    }

    /// The header of an agreement.
    pub fn header(&self, agreement: &Uid) -> Option<&Uid> {
        self.thing(agreement)?.body.slots.get(known::HEADER)?.entity()
    }

    /// The thing or one that it lies under is `ancestor`.
    pub fn lies_under(&self, uid: &Uid, ancestor: &Uid) -> bool {
        self.lies_under_one(uid, |above| above == ancestor)
    }

    /// The thing or one that it lies under is wanted.
    pub fn lies_under_one(&self, uid: &Uid, wanted: impl Fn(&Uid) -> bool) -> bool {
        let mut open: SmallVec<[&Uid; 8]> = smallvec![uid];
        let mut seen: SmallVec<[&Uid; 8]> = SmallVec::new();
        while let Some(next) = open.pop() {
            if wanted(next) {
                return true;
            }
            if !seen.contains(&next) {
                seen.push(next);
                open.extend(self.thing(next).into_iter().flat_map(|thing| &thing.parents));
            }
        }
        false
    }

    /// What people call the thing.
    pub fn name(&self, uid: &Uid) -> String {
        self.thing(uid).map_or_else(|| short(&uid.id), Thing::name)
    }

    /// The value as people read it: titles, never keys.
    pub fn show(&self, value: &Value) -> String {
        match value {
            Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Long(number) => grouped(*number),
            Value::Text(text) => text.to_string(),
            Value::Date(date) => show_date(*date),
            Value::Money(money) => self.show_money(money),
            Value::Share(share) => share.show(),
            Value::Period(period) => period.shown.to_string(),
            Value::Entity(uid) => self.name(uid),
            Value::Record(body) => {
                let said = body.slots.iter().filter(|(name, _)| sibling(name).is_none());
                let parts: Vec<String> = said.map(|(_, slot)| self.show_slot(slot)).collect();
                parts.join(", ")
            }
            Value::Set(set) if set.members.is_empty() => "none".to_owned(),
            Value::Set(set) => {
                let mut parts: Vec<String> =
                    set.members.iter().map(|member| self.show_slot(member)).collect();
                parts.sort();
                enumerate(&parts)
            }
        }
    }

    /// What a slot shows: a derived one shows how it came about.
    pub fn show_slot(&self, slot: &Slot) -> String {
        match (slot.shown(), &slot.content) {
            (Some(shown), _) => shown.to_owned(),
            (None, Content::Value(value)) => self.show(value),
            (None, Content::Word(word)) => match &**word {
                "silent" => "the text is silent".to_owned(),
                "excluded" => "excluded by the text".to_owned(),
                word => word.replace('_', " "),
            },
            (None, Content::Hole(_)) => "not known".to_owned(),
        }
    }

    fn show_money(&self, Money { minor, currency }: &Money) -> String {
        let minor = *minor;
        let digits = self.currency_digits(currency);
        let unit = 10_i64.pow(digits);
        let mut text = format!("{} {}", currency.id, grouped(minor / unit));
        if digits > 0 && minor % unit != 0 {
            let _ = write!(text, ".{:0width$}", (minor % unit).abs(), width = digits as usize);
        }
        text
    }

    /// Digits after the point of a currency, 2 where its row does not say.
    pub fn currency_digits(&self, currency: &Uid) -> u32 {
        let slot = self.thing(currency).and_then(|row| row.body.slots.get("digits"));
        match slot.and_then(Slot::value) {
            Some(Value::Long(digits)) => u32::try_from(*digits).unwrap_or(2).min(4),
            _ => 2,
        }
    }
}

/// `2 October 2026`.
pub fn show_date(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `A, B and C`.
pub fn enumerate(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

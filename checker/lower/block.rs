//! Blocks: keys, and entries without a key.

use std::sync::Arc;

use countersign_dsl::{self as dsl, Atom, Entry, Group};

use super::{Here, Lowerer, Trail};
use crate::deal::{Body, Content, Hole, Set, Slot, Value, Why, same};
use crate::finding::Mistake;
use crate::vocabulary::{Field, Fields, Gate, Name, Record, Type, known};

impl Lowerer<'_> {
    /// Lowers the block of a declaration into the kind's own body and that of the header of an
    /// agreement, whose keys stand in the same block.
    pub(super) fn block(
        &mut self,
        here: &Here<'_>,
        kind: Name,
        header: Option<Name>,
        entries: &[Entry],
        own: &mut Body,
        second: &mut Body,
    ) {
        let vocabulary = self.vocabulary;
        let fields = &vocabulary.entity(&kind).fields;
        let header_uid = here.thing.header();
        let header_here = Here { thing: &header_uid, ..*here };
        let header_fields = header.map(|name| &vocabulary.entity(&name).fields);
        let keys = Keys { first: fields, second: header_fields, accept: fields.contains_key(known::ACCEPT) };
        own.slots.reserve(entries.len());
        second.slots.reserve(entries.len());
        for entry in entries {
            match key_of(entry) {
                Some((known::ACCEPT, _)) if fields.contains_key(known::ACCEPT) => {
                    self.accept(here, entry, own)
                }
                Some((key, _)) if header_fields.is_some_and(|all| writable(all, key).is_some()) => {
                    self.entry(&header_here, &keys, header_fields.unwrap_or(fields), entry, second);
                }
                _ => self.entry(here, &keys, fields, entry, own),
            }
        }
        // A line that could not be read may have been meant for either body.
        let unreadable: Vec<_> = own.unreadable.iter().chain(&second.unreadable).cloned().collect();
        own.unreadable.clone_from(&unreadable);
        second.unreadable = unreadable;
    }

    /// Lowers the block of a record or an element.
    pub(super) fn inner_block(
        &mut self,
        here: &Here<'_>,
        fields: &Fields,
        entries: &[Entry],
        body: &mut Body,
    ) {
        let keys = Keys { first: fields, second: None, accept: false };
        body.slots.reserve(entries.len());
        for entry in entries {
            self.entry(here, &keys, fields, entry, body);
        }
    }

    fn entry(&mut self, here: &Here<'_>, keys: &Keys<'_>, fields: &Fields, entry: &Entry, body: &mut Body) {
        let key = key_of(entry);
        let field = key.as_ref().and_then(|(key, _)| writable(fields, key));
        if entry.mistakes > 0 || self.swallows_a_line(here, keys, entry) {
            // The words cannot be trusted: one mistake is told, and what they were about is a hole.
            body.unreadable.push(here.place(entry.head.clone()));
            if let Some(field) = field {
                let hole = Content::Hole(Hole::of(Why::Mistake));
                body.slots
                    .insert(Name::clone(&field.name), Slot::new(hole, Some(here.place(entry.head.clone()))));
            }
            return;
        }
        if let Some(field) = field {
            let slot = self.field(here, field, entry);
            return self.place_slot(here, field, slot, entry, body);
        }
        if let Some(field) = fields.values().find(|field| field.entries) {
            let slot = self.nameless(here, field, entry);
            return self.place_slot(here, field, slot, entry, body);
        }
        self.out.mistakes.push(unknown_key(here, keys, fields, entry, key));
        body.unreadable.push(here.place(entry.head.clone()));
    }

    /// A trailing comma continues the entry; when the next line begins with a key of this block,
    /// that line was meant to stand by itself.
    fn swallows_a_line(&mut self, here: &Here<'_>, keys: &Keys<'_>, entry: &Entry) -> bool {
        for pair in entry.groups.windows(2) {
            let [before, after] = pair else { continue };
            let (Some(comma), true) = (&before.comma, before.broke_line) else {
                continue;
            };
            let Some(Atom::Word { text, span }) = after.atoms.first() else {
                continue;
            };
            if after.atoms.len() > 1 && keys.has(text) {
                let mistake =
                    Mistake::at(&here.place(comma.clone()), "a comma at the end of a line continues it")
                        .help(format!("delete the comma: the next line begins with the key `{text}`"))
                        .also(&here.place(span.clone()), "this line was read as part of the one above");
                self.out.mistakes.push(mistake);
                return true;
            }
        }
        false
    }

    fn nameless(&mut self, here: &Here<'_>, field: &Field, entry: &Entry) -> Slot {
        let step = (here.path, &field.name);
        let here = Here { path: Trail(Some(&step)), ..*here };
        let set = self.members(&here, field, field.ty.element(), &words(&entry.groups), entry);
        Slot::new(Content::Value(Value::Set(set)), Some(here.place(entry.span.clone())))
    }

    /// Puts a slot into a body: a set grows, a single value given twice is a mistake.
    fn place_slot(&mut self, here: &Here<'_>, field: &Field, mut slot: Slot, entry: &Entry, body: &mut Body) {
        slot = slot.anchored(entry.anchor.as_ref().map(|anchor| Name::from(anchor.text.as_str())));
        let Some(first) = body.slots.get_mut(&field.name) else {
            body.slots.insert(Name::clone(&field.name), slot);
            return;
        };
        if let (Content::Value(Value::Set(known)), Content::Value(Value::Set(more))) =
            (&mut first.content, &slot.content)
            && !is_none(known)
            && !is_none(more)
        {
            known.members.extend(more.members.iter().cloned());
            known.partial = known.partial.take().or_else(|| more.partial.clone());
            return refuse_equal_lines(known, &mut self.out.mistakes);
        }
        let at = here.place(entry.head.clone());
        let mut mistake = Mistake::at(&at, format!("`{}` is given twice", field.name))
            .help("keep the line that is right; until then what reads it is undecided");
        if let Some(place) = &first.place {
            mistake = mistake.also(place, "first given here");
        }
        self.out.mistakes.push(mistake);
        first.content = Content::Hole(Hole::of(Why::Mistake));
    }

    /// One keyed line.
    fn field(&mut self, here: &Here<'_>, field: &Field, entry: &Entry) -> Slot {
        let place = here.place(entry.span.start..entry.head.end);
        let step = (here.path, &field.name);
        let here = Here { path: Trail(Some(&step)), ..*here };
        match self.field_content(&here, field, entry) {
            Ok(content) => {
                let shown = as_written(&here, &content, entry);
                Slot::new(content, Some(place)).showing(shown)
            }
            Err(mistake) => {
                self.out.mistakes.push(mistake);
                Slot::new(Content::Hole(Hole::of(Why::Mistake)), Some(place))
            }
        }
    }

    fn field_content(&mut self, here: &Here<'_>, field: &Field, entry: &Entry) -> Result<Content, Mistake> {
        let mut groups = words(&entry.groups);
        let mut key = None;
        if let Some((first, rest)) = groups.first().and_then(|atoms| atoms.split_first()) {
            key = Some(first);
            groups[0] = rest;
        }
        if matches!(groups.as_slice(), [[]]) {
            groups.clear();
        }
        let at = here.place(key.map_or_else(|| entry.head.clone(), Atom::span));
        if let Some(content) = self.word_content(here, field, &groups, entry)? {
            return Ok(content);
        }
        if let Type::Set(element) = &field.ty {
            if groups.is_empty() && entry.block.is_none() {
                return Err(missing_value(field, &at));
            }
            let set = self.members(here, field, element, &groups, entry);
            return Ok(Content::Value(Value::Set(set)));
        }
        match groups.as_slice() {
            [] if entry.block.is_none() => match field.ty {
                Type::Bool => Ok(Content::Value(Value::Bool(true))),
                _ => Err(missing_value(field, &at)),
            },
            [] => self.value(here, field, &field.ty, &[], entry, &at).map(Content::Value),
            [atoms] => self.value(here, field, &field.ty, atoms, entry, &at).map(Content::Value),
            [_, second, ..] => {
                let span = second.first().map_or(entry.head.clone(), Atom::span);
                Err(Mistake::at(&here.place(span), format!("`{}` takes one value", field.name)).help(
                    "a comma separates the members of a list; the parts of one value stand side by side",
                ))
            }
        }
    }

    /// A word instead of a value: `unknown`, `silent`, `excluded`, `none`, or one the field allows.
    fn word_content(
        &mut self,
        here: &Here<'_>,
        field: &Field,
        groups: &[&[Atom]],
        entry: &Entry,
    ) -> Result<Option<Content>, Mistake> {
        let ([[Atom::Word { text, span }]], None) = (groups, &entry.block) else {
            return Ok(None);
        };
        let place = here.place(span.clone());
        Ok(match &**text {
            "unknown" => {
                let question = here.question_about(Some(place));
                Some(Content::Hole(Hole::new(Why::Unknown, Gate::Sign, Some(question))))
            }
            "none" if matches!(field.ty, Type::Set(_)) => Some(Content::Value(Value::Set(Set::default()))),
            "no" | "false" if field.clause && matches!(field.ty, Type::Bool) => {
                return Err(Mistake::at(
                    &place,
                    format!("`{}` is a term of the contract: `no` can mean two things", field.name),
                )
                .help("write `excluded` if the text says the opposite, `silent` if it says nothing"));
            }
            "excluded" if field.clause && matches!(field.ty, Type::Bool) => {
                Some(Content::Value(Value::Bool(false)))
            }
            word if field.words().any(|known| known == word) => Some(Content::Word(word.into())),
            "silent" | "excluded" => {
                return Err(Mistake::at(
                    &place,
                    format!(
                        "`{}` is a fact, not a term of the contract: a text cannot be {text} on it",
                        field.name
                    ),
                )
                .help("write `unknown` if it was asked and is not known, or leave the line out"));
            }
            _ => None,
        })
    }

    /// Members of a list, or the lines of a block of entries.
    pub(super) fn members(
        &mut self,
        here: &Here<'_>,
        field: &Field,
        element: &Type,
        groups: &[&[Atom]],
        entry: &Entry,
    ) -> Set {
        let mut set = Set::default();
        let lines = matches!(element, Type::Record(record) if !record.positional.is_empty());
        if groups.is_empty()
            && lines
            && let Some(block) = &entry.block
        {
            for line in &block.entries {
                let mut more = self.members(here, field, element, &words(&line.groups), line);
                set.members.append(&mut more.members);
                set.partial = set.partial.take().or(more.partial.take());
            }
            refuse_equal_lines(&mut set, &mut self.out.mistakes);
            return set;
        }
        if groups.is_empty() {
            let at = here.place(entry.head.clone());
            self.member(here, field, element, &[], entry, &at, &mut set);
        }
        if let (Some(_), [_, second, ..]) = (&entry.block, groups) {
            let span = second.first().map_or(entry.head.clone(), Atom::span);
            let mistake = Mistake::at(&here.place(span), "a block belongs to one member")
                .help("write a line for each member that has a block");
            self.out.mistakes.push(mistake);
            set.partial = Some(Hole::of(Why::Mistake));
        }
        for atoms in groups.iter().copied().flat_map(without_brackets) {
            let span = atoms.first().map_or(entry.head.clone(), Atom::span);
            let end = atoms.last().map_or(span.end, |atom| atom.span().end);
            let at = here.place(span.start..end);
            self.member(here, field, element, atoms, entry, &at, &mut set);
        }
        refuse_equal_lines(&mut set, &mut self.out.mistakes);
        set
    }

    #[expect(clippy::too_many_arguments, reason = "the element, what surrounds it, and where it goes")]
    fn member(
        &mut self,
        here: &Here<'_>,
        field: &Field,
        element: &Type,
        atoms: &[Atom],
        entry: &Entry,
        at: &crate::source::Place,
        set: &mut Set,
    ) {
        match self.value(here, field, element, atoms, entry, at) {
            Ok(value) => {
                let anchor = entry.anchor.as_ref().map(|anchor| Name::from(anchor.text.as_str()));
                set.members.push(Slot::new(Content::Value(value), Some(at.clone())).anchored(anchor));
            }
            Err(mistake) => {
                self.out.mistakes.push(mistake);
                set.partial = Some(Hole::of(Why::Mistake));
            }
        }
    }

    /// A nested record: its words, then its block.
    pub(super) fn record(
        &mut self,
        here: &Here<'_>,
        record: &Arc<Record>,
        atoms: &[Atom],
        entry: &Entry,
        at: &crate::source::Place,
    ) -> Result<Value, Mistake> {
        let mut body = Body::new(Some(at.clone()));
        if !atoms.is_empty() {
            self.positional(here, &record.positional, &record.fields, atoms, &mut body, at)?;
        }
        if let Some(block) = &entry.block {
            self.inner_block(here, &record.fields, &block.entries, &mut body);
        }
        Ok(Value::Record(Box::new(body)))
    }
}

/// A record of several words shows as it is written, `5 years from term_end`.
fn as_written(here: &Here<'_>, content: &Content, entry: &Entry) -> Option<String> {
    let [group] = entry.groups.as_slice() else { return None };
    let (first, last) = (group.atoms.get(1)?, group.atoms.last()?);
    let written = matches!(content, Content::Value(Value::Record(_))) && here.fixed.is_none();
    let text = here.source.text.get(first.span().start..last.span().end)?;
    written.then(|| text.split_whitespace().collect::<Vec<_>>().join(" ").replace('_', " "))
}

/// Two equal lines say nothing more than one; one of them was meant otherwise.
fn refuse_equal_lines(set: &mut Set, mistakes: &mut Vec<Mistake>) {
    for (index, member) in set.members.iter().enumerate() {
        let twin = set.members[..index].iter().find(|other| same(&other.content, &member.content));
        if let (Some(twin), Some(place)) = (twin, &member.place) {
            let mistake = Mistake::at(place, "the same line twice");
            mistakes.push(match &twin.place {
                Some(first) => mistake.also(first, "first written here"),
                None => mistake,
            });
            set.partial = Some(Hole::of(Why::Mistake));
            return;
        }
    }
}

/// The answered empty set, beside which no member can stand.
fn is_none(set: &Set) -> bool {
    set.members.is_empty() && set.partial.is_none()
}

/// The keys that a block knows.
struct Keys<'a> {
    first: &'a Fields,
    second: Option<&'a Fields>,
    accept: bool,
}

impl Keys<'_> {
    fn has(&self, word: &str) -> bool {
        self.all().any(|key| key == word)
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.first
            .values()
            .chain(self.second.into_iter().flat_map(|fields| fields.values()))
            .filter(|field| is_writable(field))
            .map(|field| &*field.name)
            .chain(self.accept.then_some(known::ACCEPT))
    }
}

fn is_writable(field: &Field) -> bool {
    field.derived.is_none() && !field.required && !field.heading && &*field.name != known::ACCEPT
}

fn writable<'a>(fields: &'a Fields, key: &str) -> Option<&'a Field> {
    fields.get(key).filter(|field| is_writable(field))
}

fn key_of<'a>(entry: &'a Entry<'_>) -> Option<(&'a str, dsl::Span)> {
    match entry.groups.first()?.atoms.first()? {
        Atom::Word { text, span } => Some((text, span.clone())),
        _ => None,
    }
}

fn unknown_key(
    here: &Here<'_>,
    keys: &Keys<'_>,
    fields: &Fields,
    entry: &Entry,
    key: Option<(&str, dsl::Span)>,
) -> Mistake {
    let Some((key, span)) = key else {
        return Mistake::at(&here.place(entry.head.clone()), "a line begins with a key");
    };
    let at = here.place(span);
    if let Some(field) = fields.get(key) {
        let why = if field.heading {
            "is the title, in quotes after the name"
        } else {
            "is computed, never written"
        };
        return Mistake::at(&at, format!("`{key}` {why}"));
    }
    Mistake::at(&at, format!("`{key}` cannot be said here"))
        .help(format!("what can be said: {}", keys.all().collect::<Vec<_>>().join(", ")))
        .did_you_mean(key, keys.all())
}

fn missing_value(field: &Field, at: &crate::source::Place) -> Mistake {
    let mistake = Mistake::at(at, format!("the value of `{}` is missing", field.name));
    if field.example.is_empty() { mistake } else { mistake.help(format!("for example: {}", field.example)) }
}

/// The words of groups.
fn words<'g, 'a>(groups: &'g [Group<'a>]) -> Vec<&'g [Atom<'a>]> {
    groups.iter().map(|group| group.atoms.as_slice()).collect()
}

/// The groups of a list, or the group itself.
fn without_brackets<'g, 'a>(atoms: &'g [Atom<'a>]) -> Vec<&'g [Atom<'a>]> {
    match atoms {
        [Atom::List { groups, .. }] => words(groups),
        _ => vec![atoms],
    }
}

//! Values: from the words of a line to what the type of the field makes of them.

use countersign_dsl::{Atom, Entry};

use super::scalar;
use super::{Here, Lowerer, Trail};
use crate::deal::{Body, Content, Hole, Money, Set, Slot, Thing, Uid, Value, Why, short};
use crate::finding::Mistake;
use crate::pack::Toml;
use crate::source::Place;
use crate::vocabulary::{Field, Fields, Gate, Name, Position, Scalar, Sort, Type, known};

/// The words of one value, taken from the front.
pub(super) struct Cursor<'a> {
    atoms: &'a [Atom<'a>],
}

impl<'a> Cursor<'a> {
    fn new(atoms: &'a [Atom<'a>]) -> Self {
        Self { atoms }
    }

    pub(super) fn next(&mut self) -> Option<&'a Atom<'a>> {
        let (first, rest) = self.atoms.split_first()?;
        self.atoms = rest;
        Some(first)
    }

    pub(super) fn peek_word(&self) -> Option<&'a str> {
        match self.atoms.first()? {
            Atom::Word { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == Some(word);
        if found {
            self.next();
        }
        found
    }
}

impl Lowerer<'_> {
    /// A whole value: its words, and the block that adds to them.
    pub(super) fn value(
        &mut self,
        here: &Here<'_>,
        field: &Field,
        ty: &Type,
        atoms: &[Atom],
        entry: &Entry,
        at: &Place,
    ) -> Result<Value, Mistake> {
        let vocabulary = self.vocabulary;
        match ty {
            Type::Record(record) => return self.record(here, record, atoms, entry, at),
            Type::Entity(name) if matches!(vocabulary.entity(name).sort, Sort::Element) => {
                return self.element(here, field, name, atoms, entry, at);
            }
            _ => {}
        }
        if let Some(block) = &entry.block {
            let at = here.place(block.open.clone());
            return Err(Mistake::at(&at, format!("`{}` has no block of its own", field.name)));
        }
        let mut cursor = Cursor::new(atoms);
        let value = self.simple(here, ty, &mut cursor, at)?;
        match cursor.next() {
            None => Ok(value),
            Some(extra) => Err(Mistake::at(
                &here.place(extra.span()),
                format!("`{}` is more than `{}` takes", shown(extra), field.name),
            )
            .help(if field.example.is_empty() {
                "delete it".to_owned()
            } else {
                format!("for example: {}", field.example)
            })),
        }
    }

    /// A value without a block; each type takes its own number of words.
    fn simple(
        &mut self,
        here: &Here<'_>,
        ty: &Type,
        cursor: &mut Cursor<'_>,
        at: &Place,
    ) -> Result<Value, Mistake> {
        match ty {
            Type::Bool => scalar::boolean(here, cursor, at),
            Type::Long => scalar::long(here, cursor, at),
            Type::String => scalar::text(here, cursor, at),
            Type::Date => scalar::date(here, cursor, at),
            Type::Scalar(Scalar::Money) => self.money(here, cursor, at),
            Type::Scalar(Scalar::Period) => self.period(here, cursor, at),
            Type::Scalar(reader) => scalar::read(*reader, here, cursor, at),
            Type::Entity(name) => self.reference(here, name, cursor, at),
            Type::Record(record) => {
                let mut body = Body::new(Some(at.clone()));
                self.positions(here, &record.positional, &record.fields, cursor, &mut body, at)?;
                Ok(Value::Record(Box::new(body)))
            }
            Type::Set(element) => {
                let value = self.simple(here, element, cursor, at)?;
                let members = vec![Slot::new(Content::Value(value), Some(at.clone()))];
                Ok(Value::Set(Set::new(members, None)))
            }
        }
    }

    fn period(&mut self, here: &Here<'_>, cursor: &mut Cursor<'_>, at: &Place) -> Result<Value, Mistake> {
        let (period, calendar) = scalar::period(here, cursor, at)?;
        if let Some((word, place)) = calendar {
            self.row("Place", &word, &place)?;
        }
        Ok(Value::Period(Box::new(period)))
    }

    fn money(&mut self, here: &Here<'_>, cursor: &mut Cursor<'_>, at: &Place) -> Result<Value, Mistake> {
        let wrong = || Mistake::at(at, "a sum is a currency and a number").help("for example: USD 2_500_000");
        let (Some(Atom::Word { text: code, span }), Some(Atom::Word { text: number, .. })) =
            (cursor.next(), cursor.next())
        else {
            return Err(wrong());
        };
        if code.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(wrong());
        }
        let currency = self.row("Currency", code, &here.place(span.clone()))?;
        let digits = self.out.deal.currency_digits(&currency);
        let minor = scalar::minor(number, digits).ok_or_else(|| {
            Mistake::at(at, format!("`{number}` is not a sum in {code}"))
                .help(format!("digits, and at most {digits} of them after the point, up to 10^15"))
        })?;
        Ok(Value::Money(Box::new(Money { minor, currency })))
    }

    /// A reference: an enum member, a row of a table, or a declared name, in this order.
    fn reference(
        &mut self,
        here: &Here<'_>,
        ty: &Name,
        cursor: &mut Cursor<'_>,
        at: &Place,
    ) -> Result<Value, Mistake> {
        let atom = cursor.next().ok_or_else(|| Mistake::at(at, "a name is missing here"))?;
        let place = here.place(atom.span());
        let (Atom::Word { text: word, .. } | Atom::Text { value: word, .. }) = atom else {
            return Err(Mistake::at(&place, "a name belongs here, not a list"));
        };
        let entity = self.vocabulary.entity(ty);
        match &entity.sort {
            Sort::Enum(members) => {
                if let Some(uid) = self.scope.row(ty, word) {
                    return Ok(Value::Entity(uid.clone()));
                }
                let words: Vec<&str> = members.iter().map(|member| &**member).collect();
                Err(Mistake::at(&place, format!("`{word}` is not one of the words allowed here"))
                    .help(format!("one of {}", words.join(", ")))
                    .did_you_mean(word, words))
            }
            Sort::Table | Sort::Machine => self.row(ty, word, &place).map(Value::Entity),
            _ => self.declared_reference(here, ty, word, &place).map(Value::Entity),
        }
    }

    /// A row of a table.
    pub(super) fn row(&self, ty: &str, word: &str, place: &Place) -> Result<Uid, Mistake> {
        if let Some(uid) = self.scope.row(ty, word) {
            return Ok(uid.clone());
        }
        let title = self.vocabulary.types.get(ty).map_or(ty, |entity| entity.title.as_str()).to_lowercase();
        Err(Mistake::at(place, format!("`{word}` is not a known {title}"))
            .help("a pack can add it to a table in data/")
            .did_you_mean(word, self.scope.row_names(ty)))
    }

    fn declared_reference(
        &self,
        here: &Here<'_>,
        ty: &Name,
        word: &str,
        place: &Place,
    ) -> Result<Uid, Mistake> {
        let wanted = &self.vocabulary.entity(ty).title;
        let Some((uid, declared)) = self.scope.find(here.folder, word) else {
            return Err(self.not_declared(here, word, place));
        };
        if uid.ty == *ty {
            return Ok(uid.clone());
        }
        let kind = self.vocabulary.entity(&uid.ty);
        if &**ty == known::AGREEMENT && kind.agreement {
            return Ok(uid.header());
        }
        let message = format!(
            "`{word}` is declared as {}, and {} is wanted here",
            kind.title.to_lowercase(),
            wanted.to_lowercase()
        );
        Err(Mistake::at(place, message).also(declared, "declared here"))
    }

    fn not_declared(&self, here: &Here<'_>, word: &str, place: &Place) -> Mistake {
        if !self.out.not_assessed.is_empty() {
            return Mistake::at(place, format!("`{word}` is not declared in any file that could be read"));
        }
        Mistake::at(place, format!("`{word}` is not declared"))
            .help("a name is looked up in this folder and the folders above it")
            .did_you_mean(word, self.scope.visible(here.folder))
    }

    /// Any declared thing, whatever its kind.
    pub(super) fn any_declared(&self, here: &Here<'_>, word: &str, place: &Place) -> Result<Uid, Mistake> {
        let found = self.scope.find(here.folder, word);
        found.map(|(uid, _)| uid.clone()).ok_or_else(|| self.not_declared(here, word, place))
    }

    /// An element: a thing of its own inside a block of its parent.
    fn element(
        &mut self,
        here: &Here<'_>,
        field: &Field,
        ty: &Name,
        atoms: &[Atom],
        entry: &Entry,
        at: &Place,
    ) -> Result<Value, Mistake> {
        let vocabulary = self.vocabulary;
        let entity = vocabulary.entity(ty);
        let mut body = Body::new(Some(at.clone()));
        let mut cursor = Cursor::new(atoms);
        let mut label = String::new();
        if let Some(name) = &field.label
            && let Some(labelled) = entity.fields.get(name)
        {
            let value = self.simple(here, &labelled.ty, &mut cursor, at)?;
            label = id_part(&value);
            body.slots.insert(Name::clone(name), Slot::new(Content::Value(value), Some(at.clone())));
        }
        self.positions(here, &entity.positional, &entity.fields, &mut cursor, &mut body, at)?;
        if let Some(extra) = cursor.next() {
            return Err(Mistake::at(
                &here.place(extra.span()),
                format!("`{}` is more than `{}` takes", shown(extra), field.name),
            ));
        }
        let prefix = format!("{}/{}", here.thing.id, field.name);
        let provisional = Uid::new(Name::clone(ty), format!("{prefix}/{label}"));
        let inner = Here { thing: &provisional, path: Trail::default(), ..*here };
        if let Some(block) = &entry.block {
            self.inner_block(&inner, &entity.fields, &block.entries, &mut body);
        }
        let uid = self.element_id(entity.key.as_slice(), ty, &prefix, &label, &body);
        if let Some(first) = self.out.deal.things.get(&uid) {
            let mistake = Mistake::at(
                at,
                format!(
                    "`{}` is given twice for the same {}",
                    field.name,
                    if label.is_empty() { "key" } else { label.as_str() }
                ),
            );
            return Err(match &first.body.head {
                Some(place) => mistake.also(place, "first given here"),
                None => mistake,
            });
        }
        self.untitled.push((uid.clone(), field.label.clone()));
        let thing = Thing { parent: Some(here.thing.clone()), ..Thing::new(uid.clone(), None, body) };
        self.out.deal.things.insert(thing);
        Ok(Value::Entity(uid))
    }

    fn element_id(&self, key: &[Name], ty: &Name, prefix: &str, label: &str, body: &Body) -> Uid {
        let mut id = format!("{prefix}/{label}");
        if label.is_empty() {
            let parts: Vec<String> = key
                .iter()
                .filter_map(|name| body.slots.get(name).and_then(Slot::value).map(id_part))
                .collect();
            id.push_str(&parts.join("-"));
        }
        Uid::new(Name::clone(ty), id)
    }

    /// Gives elements their titles, once everything that they name is there.
    pub(super) fn title_elements(&mut self) {
        for (uid, label) in std::mem::take(&mut self.untitled) {
            let title = self.out.deal.thing(&uid).map(|thing| match &label {
                Some(label) => self.labelled_title(thing, label),
                None => self.keyed_title(thing),
            });
            if let Some(thing) = self.out.deal.things.get_mut(&uid) {
                thing.title = title;
            }
        }
    }

    /// What its label names, for an element with one.
    fn labelled_title(&self, thing: &Thing, label: &Name) -> String {
        let named = thing.body.slots.get(label).map(|slot| self.out.deal.show_slot(slot));
        named.unwrap_or_else(|| short(&thing.uid.id))
    }

    /// `Disclosure (3 June 2026, Borealis Labs GmbH)` for an element that is told apart by its key.
    fn keyed_title(&self, thing: &Thing) -> String {
        let entity = self.vocabulary.entity(&thing.uid.ty);
        let slots = entity.key.iter().filter_map(|name| thing.body.slots.get(name));
        let parts: Vec<String> = slots.map(|slot| self.out.deal.show_slot(slot)).collect();
        if parts.is_empty() {
            entity.title.clone()
        } else {
            format!("{} ({})", entity.title, parts.join(", "))
        }
    }

    /// Words side by side, all of them taken.
    pub(super) fn positional(
        &mut self,
        here: &Here<'_>,
        positions: &[Position],
        fields: &Fields,
        atoms: &[Atom],
        body: &mut Body,
        at: &Place,
    ) -> Result<(), Mistake> {
        let mut cursor = Cursor::new(atoms);
        self.positions(here, positions, fields, &mut cursor, body, at)?;
        match cursor.next() {
            None => Ok(()),
            Some(extra) => Err(Mistake::at(
                &here.place(extra.span()),
                format!("`{}` is more than belongs here", shown(extra)),
            )),
        }
    }

    fn positions(
        &mut self,
        here: &Here<'_>,
        positions: &[Position],
        fields: &Fields,
        cursor: &mut Cursor<'_>,
        body: &mut Body,
        at: &Place,
    ) -> Result<(), Mistake> {
        for (index, position) in positions.iter().enumerate() {
            if cursor.atoms.is_empty() {
                return Ok(());
            }
            match position {
                Position::Word(word) => {
                    if !cursor.take_word(word) {
                        return Ok(());
                    }
                }
                Position::Field { name, optional } => {
                    let Some(field) = fields.get(name) else {
                        continue;
                    };
                    let fewer = cursor.atoms.len() < positions.len() - index;
                    if *optional && (fewer || !fits(&field.ty, cursor)) {
                        continue;
                    }
                    let span = cursor.atoms.first().map(Atom::span);
                    let slot = self.positioned(here, field, cursor, at)?;
                    let place = span.map_or_else(|| at.clone(), |span| here.place(span));
                    body.slots.insert(Name::clone(name), Slot::new(slot, Some(place)));
                }
            }
        }
        Ok(())
    }

    fn positioned(
        &mut self,
        here: &Here<'_>,
        field: &Field,
        cursor: &mut Cursor<'_>,
        at: &Place,
    ) -> Result<Content, Mistake> {
        match cursor.peek_word() {
            Some("unknown") => {
                cursor.next();
                let step = (here.path, &field.name);
                let here = Here { path: Trail(Some(&step)), ..*here };
                let question = here.question_about(Some(at.clone()));
                Ok(Content::Hole(Hole::new(Why::Unknown, Gate::Sign, Some(question))))
            }
            Some(word) if field.words().any(|known| known == word) => {
                cursor.next();
                Ok(Content::Word(word.into()))
            }
            _ => self.simple(here, &field.ty, cursor, at).map(Content::Value),
        }
    }

    /// A value of a TOML file, read like the words of a line.
    pub(super) fn column(&mut self, here: &Here<'_>, ty: &Type, value: &Toml) -> Result<Value, Mistake> {
        let at = here.place(0..0);
        if let (Type::Set(element), Toml::List(items)) = (ty, value) {
            let mut set = Set::default();
            for item in items {
                let value = self.column(here, element, item)?;
                set.members.push(Slot::new(Content::Value(value), Some(at.clone())));
            }
            return Ok(Value::Set(set));
        }
        let atoms = match value {
            Toml::Word(word) => vec![Atom::Word { text: word.into(), span: 0..0 }],
            Toml::Text(text) if matches!(ty, Type::String | Type::Entity(_) | Type::Scalar(Scalar::Path)) => {
                vec![Atom::Text { value: text.into(), span: 0..0 }]
            }
            Toml::Text(text) => {
                text.split_whitespace().map(|word| Atom::Word { text: word.into(), span: 0..0 }).collect()
            }
            Toml::List(_) => return Err(Mistake::at(&at, "one value belongs here, not a list")),
        };
        let mut cursor = Cursor::new(&atoms);
        let value = self.simple(here, ty, &mut cursor, &at)?;
        match cursor.next() {
            None => Ok(value),
            Some(extra) => Err(Mistake::at(&at, format!("`{}` is more than belongs here", shown(extra)))),
        }
    }
}

/// Could the next word begin a value of the type? Only where a field may be left out.
fn fits(ty: &Type, cursor: &Cursor<'_>) -> bool {
    match (ty, cursor.atoms.first()) {
        (Type::Scalar(Scalar::Path) | Type::String, Some(atom)) => {
            matches!(atom, Atom::Text { .. })
        }
        (_, Some(atom)) => matches!(atom, Atom::Word { .. }),
        (_, None) => false,
    }
}

fn shown(atom: &Atom) -> String {
    match atom {
        Atom::Word { text, .. } => text.to_string(),
        Atom::Text { value, .. } => format!("\"{value}\""),
        Atom::List { .. } => "[…]".to_owned(),
    }
}

/// A value as part of an id.
fn id_part(value: &Value) -> String {
    match value {
        Value::Entity(uid) => short(&uid.id),
        Value::Text(text) => text.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Long(number) => number.to_string(),
        _ => String::new(),
    }
}

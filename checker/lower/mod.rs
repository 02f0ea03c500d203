//! From trees to a deal: the vocabulary gives the words their meaning.
//!
//! Every mistake of meaning is reported with its place, and leaves a hole: what reads it is
//! undecided, never "not declared". Declarations are gathered first, so that order and files do
//! not matter.

mod block;
mod departure;
mod identity;
pub mod markdown;
mod read;
mod scalar;
mod scope;
mod tables;

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_dsl::{self as dsl, Atom, Entry, Tree};

use crate::deal::{Body, Content, Deal, Question, Slot, Thing, Uid, Value};
use crate::finding::Mistake;
use crate::pack::{Setting, Table};
use crate::source::{Place, Source};
use crate::vocabulary::{EntityType, Name, Sort, Vocabulary, known};
use scope::Scope;

/// A file of deals, with the folder in which its names live.
#[derive(Clone, Debug)]
pub struct DealFile {
    /// The text, blank outside the deals if it came from Markdown.
    pub source: Arc<Source>,
    /// Folder below the root of the workspace, without slashes at its ends.
    pub folder: String,
    /// The text to parse: the source's own, or the masked one of a Markdown file.
    pub text: Arc<str>,
}

/// A declaration at the top of a file.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The thing it declares.
    pub uid: Uid,
    /// Its head.
    pub place: Place,
}

/// What lowering gives.
#[derive(Debug, Default)]
pub struct Lowered {
    /// All things.
    pub deal: Deal,
    /// All mistakes of the deals.
    pub mistakes: Vec<Mistake>,
    /// Mistakes of packs and configuration: with one of them no check can be trusted.
    pub fatal: Vec<Mistake>,
    /// Entries that look like a declaration; none means that there is nothing to assess.
    pub recognised: usize,
    /// Declarations in the order of files and lines.
    pub declarations: Vec<Declaration>,
    /// Files that could not be assessed, with the reason.
    pub not_assessed: Vec<(Arc<Source>, String)>,
    /// Declarations that mean a thing declared elsewhere, with that thing.
    pub united: BTreeMap<Uid, Uid>,
    /// Subjects named by accepted departures, by the id of the departure.
    pub departures: BTreeMap<Uid, Vec<Uid>>,
}

/// Lowers files against a vocabulary, tables and the parameters of the house.
pub fn lower(
    vocabulary: &Vocabulary,
    tables: &[&Table],
    rules: Vec<Thing>,
    parameters: &[Setting],
    files: &[DealFile],
) -> Lowered {
    let mut lowerer =
        Lowerer { vocabulary, scope: Scope::default(), out: Lowered::default(), untitled: Vec::new() };
    let with_rules = vocabulary.types.contains_key(known::RULE);
    for rule in rules.into_iter().filter(|_| with_rules) {
        lowerer.scope.add_row(&rule, &[]);
        lowerer.out.deal.things.insert(rule);
    }
    lowerer.tables(tables);
    lowerer.house(parameters);
    lowerer.out.fatal = std::mem::take(&mut lowerer.out.mistakes);
    let trees: Vec<(&DealFile, Tree<'_>)> = files.iter().map(|file| (file, dsl::parse(&file.text))).collect();
    for (file, tree) in &trees {
        lowerer.gather(file, tree);
    }
    // Each tree is given back as soon as it is lowered: trees are large.
    for (file, tree) in trees {
        if !tree.is_broken() {
            lowerer.file(file, &tree);
        }
    }
    lowerer.title_elements();
    let mut out = lowerer.out;
    out.deal.things.settle();
    identity::unite(vocabulary, &mut out);
    out
}

/// The state of lowering.
pub struct Lowerer<'a> {
    vocabulary: &'a Vocabulary,
    scope: Scope,
    out: Lowered,
    /// Elements whose title waits for what they name, with the attribute of their label.
    untitled: Vec<(Uid, Option<Name>)>,
}

/// Where a value stands: its file, its folder and the thing it belongs to.
#[derive(Clone, Copy)]
pub struct Here<'a> {
    source: &'a Arc<Source>,
    folder: &'a str,
    /// Place of every part, for values that do not come from a `.deal`.
    fixed: Option<&'a Place>,
    /// The thing a question would be asked of.
    thing: &'a Uid,
    /// Attributes from the thing to the block being read.
    path: Trail<'a>,
}

/// Attributes from a thing, the last one first.
#[derive(Clone, Copy, Default)]
pub struct Trail<'a>(Option<&'a (Trail<'a>, &'a Name)>);

impl Trail<'_> {
    fn names(self) -> Vec<Name> {
        let mut names = Vec::new();
        let mut at = self;
        while let Trail(Some((before, name))) = at {
            names.push(Name::clone(name));
            at = *before;
        }
        names.reverse();
        names
    }
}

impl Here<'_> {
    fn place(&self, span: dsl::Span) -> Place {
        self.fixed.cloned().unwrap_or_else(|| Place::new(self.source, span))
    }

    /// The question for the attribute that is being read.
    fn question_about(&self, place: Option<Place>) -> Question {
        Question { thing: self.thing.clone(), path: self.path.names(), place }
    }
}

impl<'a> Lowerer<'a> {
    /// Reports the syntax mistakes of a file and notes what it declares.
    fn gather(&mut self, file: &DealFile, tree: &Tree) {
        for mistake in &tree.mistakes {
            let mut ours =
                Mistake::at(&Place::new(&file.source, mistake.span.clone()), mistake.message.clone());
            ours.help.clone_from(&mistake.help);
            if let Some((span, label)) = &mistake.also {
                ours = ours.also(&Place::new(&file.source, span.clone()), label.clone());
            }
            self.out.mistakes.push(ours);
        }
        let kinds =
            tree.entries.iter().filter(|entry| entry.block.is_some() || self.begins_with_kind(entry)).count();
        self.out.recognised += kinds + usize::from(tree.is_broken() && tree.entries.is_empty());
        if tree.is_broken() {
            let reason = tree
                .mistakes
                .iter()
                .find(|mistake| mistake.structural)
                .map_or_else(String::new, |mistake| mistake.message.clone());
            self.out.not_assessed.push((Arc::clone(&file.source), reason));
            return;
        }
        for entry in &tree.entries {
            let Some((kind, name)) = self.declared(entry) else {
                continue;
            };
            let place = Place::new(&file.source, entry.head.clone());
            let id = scope::join(&file.folder, &name);
            let uid = Uid::new(Name::clone(&kind.name), id);
            if let Some(first) = self.scope.declare(&file.folder, &name, &uid, &place) {
                let mistake = Mistake::at(&place, format!("`{name}` is declared twice in this folder"))
                    .help("a name stands for one thing in a folder, whatever its kind")
                    .also(&first, "first declared here");
                self.out.mistakes.push(mistake);
            }
        }
    }

    fn begins_with_kind(&self, entry: &Entry) -> bool {
        let first = entry.groups.first().and_then(|group| group.atoms.first());
        matches!(first, Some(Atom::Word { text, .. }) if self.vocabulary.kinds.contains_key(&**text))
    }

    /// The kind and name of a declaration, if the entry is one.
    fn declared(&self, entry: &Entry) -> Option<(&'a EntityType, String)> {
        let [Atom::Word { text: keyword, .. }, Atom::Word { text: name, .. }, ..] =
            entry.groups.first()?.atoms.as_slice()
        else {
            return None;
        };
        let ty = self.vocabulary.kinds.get(&**keyword)?;
        dsl::check_name(name).ok()?;
        Some((self.vocabulary.entity(ty), name.to_string()))
    }

    fn file(&mut self, file: &DealFile, tree: &Tree) {
        for entry in &tree.entries {
            if let Err(mistake) = self.declaration(file, entry)
                && entry.mistakes == 0
            {
                self.out.mistakes.push(mistake);
            }
        }
    }

    /// Lowers one declaration; an error is a declaration that cannot be made at all.
    fn declaration(&mut self, file: &DealFile, entry: &Entry) -> Result<(), Mistake> {
        let head = Place::new(&file.source, entry.head.clone());
        let Some((kind, name)) = self.declared(entry) else {
            return Err(self.not_a_declaration(file, entry, &head));
        };
        let kind_name = Name::clone(&kind.name);
        let uid = Uid::new(Name::clone(&kind_name), scope::join(&file.folder, &name));
        if self.out.deal.things.contains_key(&uid) {
            return Ok(()); // declared twice: reported when it was gathered
        }
        let title = self.title(file, entry)?;
        let here = Here {
            source: &file.source,
            folder: &file.folder,
            fixed: None,
            thing: &uid,
            path: Trail::default(),
        };
        self.out.declarations.push(Declaration { uid: uid.clone(), place: head.clone() });
        let mut own = Body::new(Some(head.clone()));
        let mut header = Body::new(Some(head.clone()));
        if let Some(heading) = kind.fields.values().find(|field| field.heading)
            && let Some((text, place)) = &title
        {
            let content = Content::Value(Value::Text(text.as_str().into()));
            own.slots.insert(Name::clone(&heading.name), Slot::new(content, Some(place.clone())));
        }
        if let Some(block) = &entry.block {
            let second = kind.agreement.then(|| self.vocabulary.entity(known::AGREEMENT));
            self.block(
                &here,
                kind_name,
                second.map(|ty| Name::clone(&ty.name)),
                &block.entries,
                &mut own,
                &mut header,
            );
        }
        let title = title.map(|(text, _)| text);
        self.insert_declared(uid, title, own, header, &head);
        Ok(())
    }

    fn insert_declared(
        &mut self,
        uid: Uid,
        title: Option<String>,
        mut own: Body,
        header: Body,
        head: &Place,
    ) {
        if self.vocabulary.entity(&uid.ty).agreement {
            let header_uid = uid.header();
            let reference = Content::Value(Value::Entity(header_uid.clone()));
            own.slots.insert(known::HEADER.into(), Slot::new(reference, Some(head.clone())));
            let header = Thing::new(header_uid, title.clone(), header);
            self.out.deal.things.insert(Thing { parent: Some(uid.clone()), ..header });
        }
        self.out.deal.things.insert(Thing::new(uid, title, own));
    }

    fn title(&mut self, file: &DealFile, entry: &Entry) -> Result<Option<(String, Place)>, Mistake> {
        let place = |span: dsl::Span| Place::new(&file.source, span);
        if entry.groups.len() > 1 {
            return Err(Mistake::at(
                &place(entry.head.clone()),
                "a declaration is one kind, one name and one title",
            )
            .help("kind name \"Title\" { … }"));
        }
        let rest = entry.groups.first().map_or(&[][..], |group| &group.atoms[2..]);
        let title = match rest {
            [] => None,
            [Atom::Text { value, span }] => Some((value.to_string(), place(span.clone()))),
            [other, ..] => {
                return Err(Mistake::at(&place(other.span()), "a title in quotes belongs here")
                    .help("kind name \"Title\" { … }"));
            }
        };
        if entry.block.is_none() && title.is_none() {
            return Err(Mistake::at(&place(entry.head.clone()), "a declaration needs a block `{ … }`"));
        }
        Ok(title)
    }

    fn not_a_declaration(&self, file: &DealFile, entry: &Entry, head: &Place) -> Mistake {
        let kinds = || self.vocabulary.kinds.keys().map(String::as_str);
        let first = entry.groups.first().and_then(|group| group.atoms.first());
        let Some(Atom::Word { text, span }) = first else {
            return Mistake::at(head, "a declaration begins with its kind")
                .help(format!("one of {}", kinds().collect::<Vec<_>>().join(", ")));
        };
        let at = Place::new(&file.source, span.clone());
        if !self.vocabulary.kinds.contains_key(&**text) {
            return Mistake::at(&at, format!("`{text}` is not a kind of declaration"))
                .help(format!("one of {}", kinds().collect::<Vec<_>>().join(", ")))
                .did_you_mean(text, kinds());
        }
        match entry.groups.first().and_then(|group| group.atoms.get(1)) {
            Some(Atom::Word { text: name, span }) => {
                let reason = dsl::check_name(name).err().unwrap_or_default();
                Mistake::at(&Place::new(&file.source, span.clone()), reason)
            }
            _ => Mistake::at(&at, format!("this `{text}` has no name"))
                .help(format!("{text} some-name \"Title\" {{ … }}")),
        }
    }

    /// The parameters of the house, from packs and configuration.
    fn house(&mut self, parameters: &[Setting]) {
        let Some(ty) = self.vocabulary.types.get(known::HOUSE) else {
            return;
        };
        let uid = Uid::new(known::HOUSE, known::HOUSE_ID);
        let mut body = Body::new(None);
        for setting in parameters {
            let here = Here {
                source: &setting.place.source,
                folder: "",
                fixed: Some(&setting.place),
                thing: &uid,
                path: Trail::default(),
            };
            let Some(field) = ty.fields.get(setting.key.as_str()) else {
                let mistake = Mistake::at(&setting.place, format!("no parameter `{}`", setting.key));
                let parameters = ty.fields.keys().map(|key| &**key);
                self.out.mistakes.push(mistake.did_you_mean(&setting.key, parameters));
                continue;
            };
            match self.column(&here, &field.ty, &setting.value) {
                Ok(value) => {
                    let slot = Slot::new(Content::Value(value), Some(setting.place.clone()));
                    body.slots.insert(Name::clone(&field.name), slot);
                }
                Err(mistake) => self.out.mistakes.push(mistake),
            }
        }
        let title = Some("house parameters".to_owned());
        self.out.deal.things.insert(Thing::new(uid, title, body));
    }
}

/// Is the type one whose things are declared at the top of a file?
pub fn is_declared(sort: &Sort) -> bool {
    matches!(sort, Sort::Kind | Sort::Header)
}

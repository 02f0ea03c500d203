//! Accepted departures: `accept RULE [SUBJECT…] { because "…"; by "…"; on DATE; until DATE }`.

use countersign_dsl::{Atom, Entry};

use super::{Here, Lowerer, Trail};
use crate::deal::{Body, Content, Set, Slot, Thing, Uid, Value};
use crate::finding::Mistake;
use crate::vocabulary::known;

impl Lowerer<'_> {
    /// `accept RULE [SUBJECT…] { because "…"; by "…"; on DATE; until DATE }`
    pub(super) fn accept(&mut self, here: &Here<'_>, entry: &Entry, own: &mut Body) {
        if let Err(mistake) = self.departure(here, entry, own) {
            own.unreadable.push(here.place(entry.head.clone()));
            self.out.mistakes.push(mistake);
        }
    }

    fn departure(&mut self, here: &Here<'_>, entry: &Entry, own: &mut Body) -> Result<(), Mistake> {
        let head = here.place(entry.head.clone());
        let atoms: Vec<&Atom> = entry.groups.iter().flat_map(|group| &group.atoms).skip(1).collect();
        let Some((Atom::Word { text, span }, subjects)) = atoms.split_first() else {
            return Err(Mistake::at(&head, "which rule is departed from?")
                .help("accept RULE { because \"…\"; by \"…\"; on DATE; until DATE }"));
        };
        let rule = self.row(known::RULE, text, &here.place(span.clone()))?;
        let mut named = Vec::new();
        for atom in subjects {
            let Atom::Word { text, span } = atom else {
                return Err(Mistake::at(&here.place(atom.span()), "a subject is the name of a declaration"));
            };
            named.push(self.any_declared(here, text, &here.place(span.clone()))?);
        }
        let names: Vec<&str> = named.iter().map(|uid| &*uid.id).collect();
        let id = format!("{}/accept/{}/{}", here.thing.id, rule.id, names.join("+"));
        let uid = Uid::new(known::DEPARTURE, id);
        if self.out.deal.things.contains_key(&uid) {
            return Err(Mistake::at(&head, format!("a departure from `{}` is recorded twice here", rule.id)));
        }
        let mut body = Body::new(Some(head.clone()));
        let departure_here = Here { thing: &uid, path: Trail::default(), ..*here };
        if let Some(block) = &entry.block {
            let fields = &self.vocabulary.entity(known::DEPARTURE).fields;
            self.inner_block(&departure_here, fields, &block.entries, &mut body);
        }
        let title = format!("departure from {}", rule.id);
        body.slots.insert("rule".into(), Slot::new(Content::Value(Value::Entity(rule)), Some(head.clone())));
        let reference = Slot::new(Content::Value(Value::Entity(uid.clone())), Some(head.clone()));
        push_member(own, known::ACCEPT, reference);
        let parent = Some(here.thing.clone());
        let thing = Thing { parent, ..Thing::new(uid.clone(), Some(title), body) };
        self.out.deal.things.insert(thing);
        self.out.departures.insert(uid, named);
        Ok(())
    }
}

/// Adds a member to a set, making the set if it is not there.
fn push_member(body: &mut Body, key: &str, member: Slot) {
    let place = member.place.clone();
    let slot = body
        .slots
        .or_insert_with(&key.into(), || Slot::new(Content::Value(Value::Set(Set::default())), place));
    if let Content::Value(Value::Set(set)) = &mut slot.content {
        set.members.push(member);
    }
}

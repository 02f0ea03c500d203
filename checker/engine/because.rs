//! Why a limb fired: the leaves that made it fire, with what they show and where.

use super::condition::{Node, Read, Root};
use super::walk::{Missing, Reading, Request, Truth};
use crate::deal::{Content, Question, Slot, Uid, Value, Why};
use crate::facts::{Gap, Grounds, base_field, grounds};
use crate::finding::Because;
use crate::source::Place;
use crate::vocabulary::{Mark, Name, Sort, Type, known};

/// A read that made the condition what it is.
pub struct Decisive<'n> {
    /// The read.
    pub read: &'n Read,
    /// It only asks whether something is there.
    pub has: bool,
    /// It is an exception that does not hold.
    pub exception: bool,
}

/// Reads whose truth made the condition what it is.
fn decisive<'n>(request: &Request<'_>, node: &'n Node, want: bool, found: &mut Vec<Decisive<'n>>) {
    match node {
        Node::Not(inner) => decisive(request, inner, !want, found),
        Node::And(a, b) if want => {
            decisive(request, a, true, found);
            decisive(request, b, true, found);
        }
        Node::Or(a, b) if !want => {
            decisive(request, a, false, found);
            decisive(request, b, false, found);
        }
        Node::And(a, b) | Node::Or(a, b) => {
            let deciding = if request.decide(a) == Ok(want.into()) { a } else { b };
            decisive(request, deciding, want, found);
        }
        Node::If(test, then, other) => {
            let taken = request.decide(test) == Ok(Truth::True);
            decisive(request, test, taken, found);
            decisive(request, if taken { then } else { other }, want, found);
        }
        Node::Has(read) => found.push(Decisive { read, has: true, exception: !want }),
        Node::Leaf(leaf) => {
            found.extend(leaf.reads.iter().map(|read| Decisive { read, has: false, exception: !want }));
        }
    }
}

/// The reasons of a limb that fired: what is missing first, then what is there, exceptions last.
pub fn because(request: &Request<'_>, node: &Node) -> Vec<Because> {
    let mut found = Vec::new();
    decisive(request, node, true, &mut found);
    found.sort_by_key(|one| one.exception);
    let mut reasons: Vec<(bool, Because)> = Vec::new();
    for one in &found {
        if guards(one, &found) && matches!(request.read(one.read), Reading::There(_)) {
            continue;
        }
        if let Some(reason) = reason(request, one.read)
            && !reasons.iter().any(|(_, known)| known.fact == reason.fact || says_the_same(known, &reason))
        {
            reasons.push((one.exception, reason));
        }
    }
    // An exception that nobody claims says nothing beside a reason that does.
    if reasons.iter().any(|(_, reason)| !reason.exception) {
        reasons.retain(|(_, reason)| !reason.exception);
    }
    reasons.sort_by_key(|(exception, reason)| (!reason.missing, *exception));
    reasons.into_iter().map(|(_, reason)| reason).collect()
}

/// The smallest of some dates shows what that date shows.
fn says_the_same(known: &Because, other: &Because) -> bool {
    !other.missing && known.shown == other.shown && known.place.is_some() && known.place == other.place
}

/// A guard says nothing beside the fact it guards.
fn guards(one: &Decisive<'_>, found: &[Decisive<'_>]) -> bool {
    one.has
        && found.iter().any(|other| {
            let longer = other.read.path.len() > one.read.path.len();
            other.read.root == one.read.root
                && other.read.path.starts_with(&one.read.path)
                && (!other.has || longer)
        })
}

fn reason(request: &Request<'_>, read: &Read) -> Option<Because> {
    let read = without_sibling(request, read);
    if read.root == Root::Date {
        return None;
    }
    let fact = fact_name(&read.path, read.root);
    let title = title(request, &read);
    Some(match request.read(&read) {
        Reading::There(slot) => {
            let Grounds { from, gap } = grounds_of(request, &read, slot);
            if let Some(gap) = gap {
                return gap_reason(request, &read, gap);
            }
            Because {
                fact,
                title,
                shown: request.deal.show_slot(slot),
                place: slot.place.clone().or_else(|| from.first().cloned()),
                anchor: slot.anchor().map(|anchor| anchor.to_string()),
                missing: false,
                exception: slot.place.is_none() && says_no(slot),
                from,
            }
        }
        Reading::NotThere(missing) => Because {
            exception: missing.word.is_none() && is_optional(request, &read),
            ..missing_reason(request, fact, title, &missing)
        },
        Reading::Hole(_) => return None,
    })
}

/// `no`, or nothing at all.
fn says_no(slot: &Slot) -> bool {
    match slot.value() {
        Some(Value::Bool(yes)) => !yes,
        Some(Value::Set(set)) => set.members.is_empty(),
        _ => false,
    }
}

/// What the slot of an attribute rests on. What is no attribute of a thing, such as `minor` of a sum, is looked up
/// nowhere else.
fn grounds_of<'r>(request: &Request<'r>, read: &Read, slot: &'r Slot) -> Grounds<'r> {
    let attribute = || {
        let (name, before) = read.path.split_last()?;
        let start = request.start(read.root)?;
        let owner = match request.follow(start, before) {
            _ if before.is_empty() => start,
            Reading::There(slot) => slot.entity()?,
            _ => return None,
        };
        Some((owner, request.vocabulary.entity(&owner.ty).fields.get(name)?))
    };
    let of = |(owner, field)| grounds(request.vocabulary, request.deal, owner, field, slot);
    attribute().map_or_else(|| Grounds::kept(slot), of)
}

/// A derived fact that rests on something that is not there: that is the reason.
fn gap_reason(request: &Request<'_>, read: &Read, gap: Gap<'_>) -> Option<Because> {
    let (_, owner) = read.path.split_last()?;
    let path: Vec<Name> = owner.iter().chain(gap.path).cloned().collect();
    let read = Read { root: read.root, path, loc: None };
    let word = gap.word.map(|word| Slot::new(Content::Word(Name::clone(word)), None));
    Some(Because {
        fact: fact_name(&read.path, read.root),
        title: title(request, &read),
        shown: word.map_or_else(|| "not declared".to_owned(), |word| request.deal.show_slot(&word)),
        place: gap.place.cloned(),
        anchor: None,
        missing: true,
        exception: false,
        from: Vec::new(),
    })
}

fn missing_reason(request: &Request<'_>, fact: String, title: String, missing: &Missing<'_>) -> Because {
    let word = missing.word.filter(|slot| matches!(slot.content, Content::Word(_)));
    let own = word.and_then(|slot| slot.place.clone());
    let places: Vec<Place> = match (&own, missing.reference) {
        (Some(place), _) => vec![place.clone()],
        (None, Some(reference)) => std::iter::once(reference).chain(missing.head).cloned().collect(),
        (None, None) => missing.head.cloned().into_iter().collect(),
    };
    Because {
        fact,
        title,
        shown: word.map_or_else(|| "not declared".to_owned(), |slot| request.deal.show_slot(slot)),
        place: places.first().cloned(),
        anchor: word.and_then(|slot| slot.anchor()).map(|anchor| anchor.to_string()),
        missing: true,
        exception: false,
        from: places.into_iter().skip(1).collect(),
    }
}

/// Is the attribute one that nobody is asked about?
fn is_optional(request: &Request<'_>, read: &Read) -> bool {
    let Some((last, parent)) = read.path.split_last() else { return false };
    let fields = match request.vocabulary.path_type(&root_type(request, read.root), parent) {
        Ok(Type::Entity(ty)) => &request.vocabulary.entity(&ty).fields,
        Ok(Type::Record(record)) => {
            return record.fields.get(last).is_some_and(|field| field.mark == Mark::Optional);
        }
        _ => return false,
    };
    fields.get(last).is_some_and(|field| field.mark == Mark::Optional)
}

/// `x_given` and `x_as` are about `x`.
fn without_sibling(request: &Request<'_>, read: &Read) -> Read {
    let mut read = read.clone();
    let Some((last, parent)) = read.path.split_last() else {
        return read;
    };
    let owner = request.vocabulary.path_type(&root_type(request, read.root), parent);
    let Some(fields) = owner.as_ref().ok().and_then(|owner| request.vocabulary.fields_of(owner)) else {
        return read;
    };
    if let Some((field, Some(_))) = base_field(fields, last) {
        let base = Name::clone(&field.name);
        read.path.pop();
        read.path.push(base);
    }
    read
}

fn root_type(request: &Request<'_>, root: Root) -> Type {
    Type::Entity(match root {
        Root::Resource => Name::clone(&request.subject.ty),
        Root::Principal => known::PARTY.into(),
        Root::House | Root::Date => known::HOUSE.into(),
    })
}

fn fact_name(path: &[Name], root: Root) -> String {
    let prefix = match root {
        Root::Resource => "",
        Root::Principal => "principal.",
        Root::House => "house.",
        Root::Date => "context.",
    };
    format!("{prefix}{}", path.join("."))
}

/// What people call the fact: its title, with the thing it belongs to when that is not the subject.
fn title(request: &Request<'_>, read: &Read) -> String {
    let root = root_type(request, read.root);
    let start = match read.root {
        Root::Resource => Some(request.subject.clone()),
        Root::Principal => Some(request.principal.clone()),
        _ => None,
    };
    path_title(request, &root, start.as_ref(), &read.path)
}

fn path_title(request: &Request<'_>, root: &Type, start: Option<&Uid>, path: &[Name]) -> String {
    let mut titles = Vec::new();
    let mut owner: Option<String> = None;
    let mut ty = root.clone();
    for (index, name) in path.iter().enumerate() {
        let fields = request.vocabulary.fields_of(&ty);
        let Some((field, _)) = fields.and_then(|fields| base_field(fields, name)) else {
            break;
        };
        if index + 1 < path.len()
            && let (Type::Entity(_), Some(start)) = (&field.ty, start)
            && let Reading::There(slot) = request.follow(start, &path[..=index])
            && let Some(uid) = slot.entity()
        {
            // What belongs to the deal itself needs no owner: the deal stands above the finding.
            let entity = request.vocabulary.entity(&uid.ty);
            let own = entity.is_deal() || matches!(entity.sort, Sort::Header);
            owner = (!own).then(|| request.deal.name(uid));
            titles.clear();
        } else {
            titles.push(field.title.clone());
        }
        ty = field.ty.clone();
    }
    let title = titles.join(", ");
    match owner {
        Some(owner) if !title.is_empty() => format!("{title} of {owner}"),
        Some(owner) => owner,
        None => title,
    }
}

/// Holes that leave a condition undecided, each as a question.
pub fn questions(request: &Request<'_>, node: &Node, found: &mut Vec<Asked>) {
    match node {
        Node::Not(inner) => questions(request, inner, found),
        Node::And(a, b) | Node::Or(a, b) => {
            for part in [a, b] {
                if !matches!(request.decide(part), Ok(Truth::True | Truth::False)) {
                    questions(request, part, found);
                }
            }
        }
        Node::If(test, then, other) => {
            for part in [test, then, other] {
                if request.decide(part) == Ok(Truth::Unknown) {
                    questions(request, part, found);
                }
            }
        }
        Node::Has(read) => ask(request, read, found),
        Node::Leaf(leaf) => leaf.reads.iter().for_each(|read| ask(request, read, found)),
    }
}

/// A question and what kind of hole asks it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// The title of the fact, for people.
    pub title: String,
    /// Which attribute of which thing, where that is known.
    pub question: Option<Question>,
    /// True when a line with a mistake is the reason: the mistake is reported by itself.
    pub mistaken: bool,
    /// True when two values are there and cannot be compared.
    pub incomparable: bool,
}

fn ask(request: &Request<'_>, read: &Read, found: &mut Vec<Asked>) {
    let hole = match request.read(read) {
        Reading::Hole(open) => Some(open.hole()),
        Reading::There(slot) => request.hole_within(slot).cloned(),
        Reading::NotThere(_) => None,
    };
    if let Some(hole) = hole {
        let asked = asked(request, &hole, || title(request, &without_sibling(request, read)));
        if !found.contains(&asked) {
            found.push(asked);
        }
    }
}

/// A hole as a question.
pub fn asked(request: &Request<'_>, hole: &crate::deal::Hole, otherwise: impl FnOnce() -> String) -> Asked {
    let title = match &hole.question {
        Some(question) => {
            let root = Type::Entity(Name::clone(&question.thing.ty));
            let title = path_title(request, &root, None, &question.path);
            format!("{title} of {}", request.deal.name(&question.thing))
        }
        None => otherwise(),
    };
    Asked {
        title,
        question: hole.question.clone(),
        mistaken: hole.why == Why::Mistake,
        incomparable: hole.why == Why::Incomparable,
    }
}

//! The deal as Cedar entities.
//!
//! Of a deal, Cedar gets what the rules about one subject can read, for as long as that subject is asked
//! about: entities are large. Values are built directly, never through JSON. A hole and a word are attributes
//! that are not there; what is not in the store cannot be referred to, since lowering resolved every name.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use cedar_policy_core::ast::{
    Context, Eid, Entity, EntityType, EntityUID, Expr, Literal, Name as CedarName, PartialValue, Request,
    RestrictedExpr, SlotEnv, Value as CedarValue, ValueKind,
};
use cedar_policy_core::entities::{Entities, TCComputation};
use cedar_policy_core::evaluator::{EvaluationError, Evaluator, RestrictedEvaluator};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::CoreSchema;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::deal::{Body, Content, Deal, Slot, Thing, Uid, Value};
use crate::facts::attribute;
use crate::vocabulary::{Name, Vocabulary, known};

/// What is the same for the requests of a whole workspace.
pub struct Store {
    /// Date and house.
    pub context: Context,
    /// The parameters of the workspace.
    pub house: Uid,
    /// The date.
    pub today: Date,
    reads: Reads,
    /// Cedar's names of the entity types, parsed once.
    types: FxHashMap<Name, EntityType>,
    /// Dates as Cedar has them, each made once.
    dates: Mutex<FxHashMap<Date, CedarValue>>,
}

impl Store {
    /// Builds the store.
    pub fn new(deal: &Deal, today: Date, reads: Reads) -> Self {
        let mut types: FxHashMap<Name, EntityType> = FxHashMap::default();
        types.insert("Action".into(), entity_type("Action"));
        let mut last: Option<&Name> = None;
        for ty in deal.things.keys().map(|uid| &uid.ty) {
            if last != Some(ty) {
                types.insert(Name::clone(ty), entity_type(ty));
                last = Some(ty);
            }
        }
        let house = Uid::new(known::HOUSE, known::HOUSE_ID);
        let context = Context::Value(Arc::new(BTreeMap::new()));
        let mut store = Self { context, house, today, reads, types, dates: Mutex::default() };
        let house = CedarValue::from(store.uid(&store.house.ty, &store.house.id));
        let parts = [("date".into(), store.date(today)), ("house".into(), house)];
        store.context = Context::Value(Arc::new(BTreeMap::from(parts)));
        store
    }

    /// The Cedar id of a thing.
    pub fn uid(&self, ty: &str, id: &str) -> EntityUID {
        let ty = self.types.get(ty).cloned().unwrap_or_else(|| entity_type(ty));
        EntityUID::from_components(ty, Eid::new(id), None)
    }

    /// The entities that rules about these subjects can read, asked for these principals.
    ///
    /// # Errors
    /// What Cedar says of entities that do not fit together; it should never happen.
    pub fn entities<'u>(
        &self,
        vocabulary: &'u Vocabulary,
        deal: &'u Deal,
        subjects: impl Iterator<Item = &'u Uid>,
        principals: impl Iterator<Item = &'u Uid>,
    ) -> Result<Entities, String> {
        let mut gathered = Gathered { vocabulary, deal, found: FxHashMap::default() };
        gathered.thing(&self.house, &self.reads.house);
        principals.for_each(|principal| gathered.thing(principal, &self.reads.principal));
        for subject in subjects {
            if let Some(paths) = self.reads.subjects.get(&subject.ty) {
                gathered.thing(subject, paths);
            }
        }
        let builder = Builder { vocabulary, deal, store: self };
        let all = gathered.found.into_values().map(|(thing, names)| builder.entity(thing, &names));
        // Ancestors are computed here, from rows alone; things of a deal have none.
        Entities::from_entities(
            all,
            None::<&CoreSchema<'_>>,
            TCComputation::AssumeAlreadyComputed,
            Extensions::all_available(),
        )
        .map_err(|error| error.to_string())
    }

    fn date(&self, date: Date) -> CedarValue {
        let mut known = self.dates.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(date).or_insert_with(|| datetime(date)).clone()
    }
}

/// What rules read, by where a path starts.
#[derive(Default)]
pub struct Reads {
    /// From subjects, by their type.
    pub subjects: FxHashMap<Name, Paths>,
    /// From the party we act for.
    pub principal: Paths,
    /// From the parameters of the workspace.
    pub house: Paths,
}

/// Paths that are read, as a tree of attributes.
#[derive(Debug, Default)]
pub struct Paths(BTreeMap<Name, Paths>);

impl Paths {
    /// Adds a path.
    pub fn add(&mut self, path: &[Name]) {
        if let Some((first, rest)) = path.split_first() {
            self.0.entry(Name::clone(first)).or_default().add(rest);
        }
    }
}

/// Things with the attributes that are read of them.
struct Gathered<'d> {
    vocabulary: &'d Vocabulary,
    deal: &'d Deal,
    found: FxHashMap<&'d Uid, (&'d Thing, BTreeSet<&'d Name>)>,
}

impl<'d> Gathered<'d> {
    /// Follows what is read from a thing: what lies on the way, and rows for what they lie under.
    fn thing(&mut self, uid: &Uid, paths: &'d Paths) {
        let thing = self.deal.thing(uid);
        let Some(thing) = thing.filter(|thing| !paths.0.is_empty() || !thing.parents.is_empty()) else {
            return;
        };
        self.found.entry(&thing.uid).or_insert_with(|| (thing, BTreeSet::new()));
        for (name, next) in &paths.0 {
            if let Some(slot) = attribute(self.vocabulary, self.deal, thing, name) {
                self.found.entry(&thing.uid).and_modify(|(_, names)| {
                    names.insert(name);
                });
                self.value(slot, next);
            }
        }
    }

    fn value(&mut self, slot: &'d Slot, next: &'d Paths) {
        match slot.value() {
            Some(Value::Entity(uid)) => self.thing(uid, next),
            Some(Value::Money(money)) => self.thing(&money.currency, next),
            Some(Value::Set(set)) => set.members.iter().for_each(|slot| self.value(slot, next)),
            Some(Value::Record(body)) => {
                for (name, slot) in body.slots.iter() {
                    self.value(slot, next.0.get(name).unwrap_or(&NONE));
                }
            }
            _ => {}
        }
    }
}

/// Nothing is read any further.
static NONE: Paths = Paths(BTreeMap::new());

fn entity_type(name: &str) -> EntityType {
    let name: CedarName =
        name.parse().unwrap_or_else(|_| unreachable!("`{name}` was read from Cedar schema"));
    EntityType::from(name)
}

/// Makes entities of things.
struct Builder<'a> {
    vocabulary: &'a Vocabulary,
    deal: &'a Deal,
    store: &'a Store,
}

impl Builder<'_> {
    fn uid(&self, uid: &Uid) -> EntityUID {
        self.store.uid(&uid.ty, &uid.id)
    }

    fn entity(&self, thing: &Thing, names: &BTreeSet<&Name>) -> Entity {
        let mut attributes = Vec::new();
        for name in names {
            let slot = attribute(self.vocabulary, self.deal, thing, name);
            let value = slot.and_then(|slot| self.attribute(name, slot));
            attributes.extend(value.map(|value| (name.as_ref().into(), PartialValue::Value(value))));
        }
        let parents: HashSet<EntityUID> = thing.parents.iter().map(|parent| self.uid(parent)).collect();
        let mut indirect = HashSet::new();
        let mut open: Vec<&Uid> = thing.parents.iter().collect();
        while let Some(next) = open.pop() {
            for above in self.deal.thing(next).into_iter().flat_map(|row| &row.parents) {
                if indirect.insert(self.uid(above)) {
                    open.push(above);
                }
            }
        }
        indirect.retain(|ancestor| !parents.contains(ancestor));
        Entity::new_with_attr_partial_value(self.uid(&thing.uid), attributes, indirect, parents, [])
    }

    fn body(&self, body: &Body) -> BTreeMap<String, CedarValue> {
        let all = body.slots.iter();
        all.filter_map(|(name, slot)| Some((name.to_string(), self.attribute(name, slot)?))).collect()
    }

    fn attribute(&self, name: &str, slot: &Slot) -> Option<CedarValue> {
        match (&slot.content, name.ends_with("_given")) {
            // The schema requires it. The walk never lets Cedar read one that is a hole.
            (Content::Hole(_), true) => Some(CedarValue::from(false)),
            _ => self.slot(slot),
        }
    }

    fn slot(&self, slot: &Slot) -> Option<CedarValue> {
        match &slot.content {
            Content::Value(value) => Some(self.value(value)),
            Content::Word(_) | Content::Hole(_) => None,
        }
    }

    fn value(&self, value: &Value) -> CedarValue {
        match value {
            Value::Bool(yes) => CedarValue::from(*yes),
            Value::Long(number) => CedarValue::from(*number),
            Value::Text(text) => CedarValue::from(&**text),
            Value::Date(date) => self.store.date(*date),
            Value::Money(money) => record([
                ("minor", CedarValue::from(money.minor)),
                ("currency", CedarValue::from(self.uid(&money.currency))),
            ]),
            Value::Share(share) => {
                record([("ppm", CedarValue::from(share.ppm())), ("whole", CedarValue::from(share.whole()))])
            }
            Value::Period(period) => record([
                ("months", CedarValue::from(period.months)),
                ("days", CedarValue::from(period.days)),
                ("min_days", CedarValue::from(period.min_days)),
                ("max_days", CedarValue::from(period.max_days)),
            ]),
            Value::Entity(uid) => CedarValue::from(self.uid(uid)),
            Value::Record(body) => CedarValue::record(self.body(body), None),
            Value::Set(set) => CedarValue::set(
                set.members.iter().filter_map(|member| self.slot(member)).collect::<Vec<_>>(),
                None,
            ),
        }
    }
}

fn record<const N: usize>(fields: [(&str, CedarValue); N]) -> CedarValue {
    CedarValue::record(fields, None)
}

fn datetime(date: Date) -> CedarValue {
    let constructor: CedarName = "datetime".parse().unwrap_or_else(|_| unreachable!("a plain identifier"));
    let call = RestrictedExpr::call_extension_fn(constructor, [RestrictedExpr::val(date.to_string())]);
    RestrictedEvaluator::new(Extensions::all_available())
        .interpret(call.as_borrowed())
        .unwrap_or_else(|error| unreachable!("dates lie between 1900 and 2300: {error}"))
}

/// What [`Cedar::truth`] says of numbers that are too large to reckon with.
pub const OVERFLOW: &str = "the numbers are too large";

/// Cedar for one request: asked only where the walk cannot tell, and made when it is first asked.
pub struct Cedar<'a> {
    make: Box<dyn Fn() -> Result<(Request, Entities), String> + 'a>,
    made: OnceCell<Result<(Request, Entities), String>>,
}

impl<'a> Cedar<'a> {
    /// Cedar for what is made later.
    pub fn new(make: impl Fn() -> Result<(Request, Entities), String> + 'a) -> Self {
        Self { make: Box::new(make), made: OnceCell::new() }
    }

    /// Evaluates an expression to a truth value.
    ///
    /// # Errors
    /// What Cedar says; a rule that was validated never errs on a decided fact, save by
    /// [`OVERFLOW`].
    pub fn truth(&self, expr: &Expr) -> Result<bool, String> {
        let (request, entities) = self.made.get_or_init(&self.make).as_ref().map_err(String::clone)?;
        truth(&Evaluator::new(request.clone(), entities, Extensions::all_available()), expr)
    }
}

fn truth(evaluator: &Evaluator<'_>, expr: &Expr) -> Result<bool, String> {
    let value = evaluator.interpret(expr, &SlotEnv::new()).map_err(|error| match error {
        EvaluationError::IntegerOverflow(_) => OVERFLOW.to_owned(),
        other => other.to_string(),
    })?;
    match value.value_kind() {
        ValueKind::Lit(Literal::Bool(truth)) => Ok(*truth),
        _ => Err("a condition gave something else than a truth value".to_owned()),
    }
}

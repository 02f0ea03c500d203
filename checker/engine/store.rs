//! The deal as Cedar entities.
//!
//! Values are built directly, never through JSON. A hole and a word are attributes that are not
//! there; what is not in the store cannot be referred to, since lowering resolved every name.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use cedar_policy_core::ast::{
    Context, Eid, Entity, EntityType, EntityUID, Expr, Literal, Name as CedarName, PartialValue,
    RestrictedExpr, SlotEnv, Value as CedarValue, ValueKind,
};
use cedar_policy_core::entities::{Entities, TCComputation};
use cedar_policy_core::evaluator::RestrictedEvaluator;
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::CoreSchema;
use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::deal::{Body, Content, Deal, Slot, Thing, Uid, Value};
use crate::vocabulary::{Name, known};

/// Entities of a whole workspace, and the context of every request.
pub struct Store {
    /// The entities.
    pub entities: Entities,
    /// Date and house.
    pub context: Context,
    /// The parameters of the workspace.
    pub house: Uid,
    /// Cedar's names of the entity types, parsed once.
    types: HashMap<String, EntityType>,
}

impl Store {
    /// Builds the store.
    ///
    /// # Errors
    /// What Cedar says of entities that do not fit together; it should never happen.
    pub fn new(deal: &Deal, today: Date, reads: &Reads) -> Result<Self, String> {
        let mut builder =
            Builder { deal, reads, types: HashMap::new(), uids: FxHashMap::default(), dates: HashMap::new() };
        // Of what no rule reads and nothing lies under, Cedar needs to know no more than its name.
        let read = |thing: &&Thing| reads.contains_key(&thing.uid.ty) || !thing.parents.is_empty();
        let all: Vec<Entity> = deal.things.values().filter(read).map(|thing| builder.entity(thing)).collect();
        // Ancestors are computed here, from rows alone; things of a deal have none.
        let entities = Entities::from_entities(
            all,
            None::<&CoreSchema<'_>>,
            TCComputation::AssumeAlreadyComputed,
            Extensions::all_available(),
        )
        .map_err(|error| error.to_string())?;
        builder.types.insert("Action".to_owned(), entity_type("Action"));
        let house_uid = Uid::new(known::HOUSE, known::HOUSE_ID);
        let house = builder.uid(&house_uid);
        let context = Context::Value(Arc::new(BTreeMap::from([
            ("date".into(), builder.date(today)),
            ("house".into(), CedarValue::from(house)),
        ])));
        Ok(Self { entities, context, house: house_uid, types: builder.types })
    }
}

impl Store {
    /// The Cedar id of a thing.
    pub fn uid(&self, ty: &str, id: &str) -> EntityUID {
        let ty = self.types.get(ty).cloned().unwrap_or_else(|| entity_type(ty));
        EntityUID::from_components(ty, Eid::new(id), None)
    }
}

fn entity_type(name: &str) -> EntityType {
    let name: CedarName =
        name.parse().unwrap_or_else(|_| unreachable!("`{name}` was read from Cedar schema"));
    EntityType::from(name)
}

/// Attributes that some rule reads, by entity type.
pub type Reads = BTreeMap<Name, BTreeSet<Name>>;

struct Builder<'a> {
    deal: &'a Deal,
    reads: &'a Reads,
    types: HashMap<String, EntityType>,
    /// Ids as values, shared by all that name the same thing.
    uids: FxHashMap<Uid, CedarValue>,
    dates: HashMap<Date, CedarValue>,
}

impl Builder<'_> {
    fn uid(&mut self, uid: &Uid) -> EntityUID {
        let ty = match self.types.get(&*uid.ty) {
            Some(ty) => ty.clone(),
            None => {
                let ty = entity_type(&uid.ty);
                self.types.insert(uid.ty.to_string(), ty.clone());
                ty
            }
        };
        EntityUID::from_components(ty, Eid::new(&*uid.id), None)
    }

    fn reference(&mut self, uid: &Uid) -> CedarValue {
        if let Some(known) = self.uids.get(uid) {
            return known.clone();
        }
        let made = CedarValue::from(self.uid(uid));
        self.uids.insert(uid.clone(), made.clone());
        made
    }

    fn entity(&mut self, thing: &Thing) -> Entity {
        let reads = self.reads.get(&thing.uid.ty);
        let mut attributes = Vec::new();
        for (name, slot) in
            thing.body.slots.iter().filter(|(name, _)| reads.is_some_and(|all| all.contains(*name)))
        {
            if let Some(value) = self.attribute(name, slot) {
                attributes.push((name.as_ref().into(), PartialValue::Value(value)));
            }
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

    fn body(&mut self, body: &Body) -> BTreeMap<String, CedarValue> {
        let all = body.slots.iter();
        all.filter_map(|(name, slot)| Some((name.to_string(), self.attribute(name, slot)?))).collect()
    }

    fn attribute(&mut self, name: &str, slot: &Slot) -> Option<CedarValue> {
        match (&slot.content, name.ends_with("_given")) {
            // The schema requires it. The walk never lets Cedar read one that is a hole.
            (Content::Hole(_), true) => Some(CedarValue::from(false)),
            _ => self.slot(slot),
        }
    }

    fn slot(&mut self, slot: &Slot) -> Option<CedarValue> {
        match &slot.content {
            Content::Value(value) => Some(self.value(value)),
            Content::Word(_) | Content::Hole(_) => None,
        }
    }

    fn value(&mut self, value: &Value) -> CedarValue {
        match value {
            Value::Bool(yes) => CedarValue::from(*yes),
            Value::Long(number) => CedarValue::from(*number),
            Value::Text(text) => CedarValue::from(&**text),
            Value::Date(date) => self.date(*date),
            Value::Money { minor, currency } => {
                record([("minor", CedarValue::from(*minor)), ("currency", self.reference(currency))])
            }
            Value::Share(share) => {
                record([("ppm", CedarValue::from(share.ppm())), ("whole", CedarValue::from(share.whole()))])
            }
            Value::Period(period) => record([
                ("months", CedarValue::from(period.months)),
                ("days", CedarValue::from(period.days)),
                ("min_days", CedarValue::from(period.min_days)),
                ("max_days", CedarValue::from(period.max_days)),
            ]),
            Value::Entity(uid) => self.reference(uid),
            Value::Record(body) => CedarValue::record(self.body(body), None),
            Value::Set(set) => CedarValue::set(
                set.members.iter().filter_map(|member| self.slot(member)).collect::<Vec<_>>(),
                None,
            ),
        }
    }

    /// A date at midnight, made once.
    fn date(&mut self, date: Date) -> CedarValue {
        if let Some(known) = self.dates.get(&date) {
            return known.clone();
        }
        let made = datetime(date);
        self.dates.insert(date, made.clone());
        made
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

/// Evaluates an expression to a truth value.
///
/// # Errors
/// What Cedar says; a rule that was validated never errs on a decided fact.
pub fn truth(evaluator: &cedar_policy_core::evaluator::Evaluator<'_>, expr: &Expr) -> Result<bool, String> {
    let value = evaluator.interpret(expr, &SlotEnv::new()).map_err(|error| error.to_string())?;
    match value.value_kind() {
        ValueKind::Lit(Literal::Bool(truth)) => Ok(*truth),
        _ => Err("a condition gave something else than a truth value".to_owned()),
    }
}

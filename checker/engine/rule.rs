//! Rules: one file each, read with all that a lawyer and the machine need.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cedar_policy_core::ast::{self, ActionConstraint, Effect, PolicyID, PrincipalOrResourceConstraint};
use cedar_policy_core::parser::{Loc, parse_policyset};
use cedar_policy_core::validator::{ValidationMode, Validator};
use jiff::civil::Date;
use rayon::prelude::*;

use super::condition::{Condition, Polarity, Root};
use super::notes::Notes;
use super::proof::{self, Rows};
use super::store::Reads;
use super::text::Text;
use crate::deal::{Body, Content, Slot, Thing, Uid, Value, uncapital};
use crate::finding::{Mistake, Severity};
use crate::source::{Place, Source};
use crate::vocabulary::cedar::{self, Definitions};
use crate::vocabulary::{Gate, Name, Vocabulary, known};

/// Deepest nesting of brackets in a rule: beyond it Cedar's parser could run out of stack.
const MAX_BRACKETS: usize = 64;

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Id, the name of its file.
    pub id: Name,
    /// Short code for memos.
    pub code: Name,
    /// The heading of its file.
    pub title: String,
    /// The prose of its file, in Markdown.
    pub prose: String,
    /// No departure from it can be accepted.
    pub stands: bool,
    /// Pack it belongs to.
    pub pack: String,
    /// Its limbs, in order.
    pub limbs: Vec<Limb>,
    /// Its file.
    pub source: Arc<Source>,
}

impl Rule {
    /// Is this its id or its code?
    pub fn is_named(&self, name: &str) -> bool {
        name == &*self.id || name == &*self.code
    }
}

/// One `forbid` of a rule.
#[derive(Debug)]
pub struct Limb {
    /// Id, `rule/limb`.
    pub id: Name,
    /// Gates it is asked at.
    pub gates: BTreeSet<Gate>,
    /// Entity type of its subject.
    pub subject: Name,
    /// What people call such a subject.
    pub subject_title: String,
    /// When it fires.
    pub condition: Condition,
    /// The policy, for the oracle.
    pub policy: ast::Policy,
    /// Weight before gate and house.
    pub severity: Severity,
    /// The text or the records contradict themselves: shown at its weight even in a draft.
    pub contradiction: bool,
    /// Asked of a text that is meant to be final, never of a draft: whether it is signed, say.
    pub of_final_text: bool,
    /// One sentence.
    pub message: Text,
    /// Wording for the contract.
    pub clause: Option<Text>,
    /// Lines for the descriptor.
    pub record: Option<Text>,
    /// Next best position.
    pub fallback: Option<Text>,
    /// Who may go below it.
    pub escalate: Option<String>,
    /// Law, with pin cite and date read.
    pub authority: Option<String>,
    /// House, playbook or market reason.
    pub policy_note: Option<String>,
    /// For whom it speaks.
    pub protects: Protects,
    /// The note for the other side.
    pub burden: Option<Text>,
    /// Where to look first.
    pub at: Option<Vec<Name>>,
    /// What a result of it is worth.
    pub strength: Strength,
    /// First and last day of checks on which it is asked, where the law it rests on has such days.
    pub in_force: (Option<Date>, Option<Date>),
    /// Its place in the file.
    pub place: Place,
}

impl Limb {
    /// Is it asked on this day?
    pub fn in_force(&self, today: Date) -> bool {
        self.in_force.0.is_none_or(|from| from <= today) && self.in_force.1.is_none_or(|until| today <= until)
    }
}

/// What a result of a limb is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// It sees that a term was declared, never whether the wording does what it should.
    Presence,
    /// It is computed from declared values, and is as right as they are.
    Computed,
    /// It joins what several declarations say.
    CrossDocument,
    /// It rests on a legal fact that somebody declared, and sees only that it was decided and fits.
    DeclaredFact,
    /// It raises a question for counsel, and decides nothing.
    Heuristic,
}

impl Strength {
    /// All of them, from what reads one declaration to what only asks.
    pub const ALL: [Self; 5] =
        [Self::Presence, Self::Computed, Self::CrossDocument, Self::DeclaredFact, Self::Heuristic];

    /// The word of `@strength`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Computed => "computed",
            Self::CrossDocument => "cross-document",
            Self::DeclaredFact => "declared-fact",
            Self::Heuristic => "heuristic",
        }
    }

    /// What a result is worth, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Presence => "sees that a term was declared, never whether its wording does what it should",
            Self::Computed => "is computed from declared values, and is as right as they are",
            Self::CrossDocument => "joins what several declarations say, and is as right as they are",
            Self::DeclaredFact => {
                "rests on a legal fact that somebody declared, and sees only that it was decided and fits the rest"
            }
            Self::Heuristic => "raises a question for counsel, and decides nothing",
        }
    }
}

/// For whom a limb speaks.
#[derive(Debug, PartialEq, Eq)]
pub enum Protects {
    /// Every party.
    Both,
    /// The parties at the end of a path from the subject.
    Path(Vec<Name>),
}

impl Protects {
    /// As written in `@protects`.
    pub fn word(&self) -> String {
        match self {
            Self::Both => "both".to_owned(),
            Self::Path(path) => format!("resource.{}", path.join(".")),
        }
    }
}

/// Reads the rule files of all packs and proves them against the vocabulary.
///
/// # Errors
/// Every mistake of every file.
pub fn load(
    vocabulary: &Vocabulary,
    rows: &Rows,
    files: &[(String, Arc<Source>)],
    definitions: Option<Definitions>,
) -> Result<Vec<Rule>, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut rules = Vec::new();
    let read: Vec<_> = files.par_iter().map(|(pack, source)| read(vocabulary, rows, pack, source)).collect();
    for rule in read {
        match rule {
            Ok(rule) => rules.push(rule),
            Err(more) => mistakes.extend(more),
        }
    }
    unique(&rules, &mut mistakes);
    if mistakes.is_empty() {
        mistakes.extend(definitions.into_iter().flat_map(|known| validated(vocabulary, known, &rules)));
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
}

/// Strict validation by Cedar; its warnings, such as a policy that can never apply, are mistakes.
fn validated(vocabulary: &Vocabulary, definitions: Definitions, rules: &[Rule]) -> Vec<Mistake> {
    let schema = match definitions.with_machine(vocabulary) {
        Ok(schema) => schema,
        Err(error) => {
            return vec![Mistake::nowhere(format!("the vocabulary does not hold together: {error}"))];
        }
    };
    let validator = Validator::new(schema);
    let mut mistakes = Vec::new();
    for rule in rules {
        let policies = rule.limbs.iter().map(|limb| limb.policy.clone());
        let Ok(set) = ast::PolicySet::try_from_iter(policies) else {
            continue;
        };
        let result = validator.validate(&set, ValidationMode::Strict);
        mistakes.extend(result.validation_errors().map(|error| cedar::mistake(&rule.source, error)));
        mistakes.extend(result.validation_warnings().map(|warning| cedar::mistake(&rule.source, warning)));
    }
    mistakes
}

fn unique(rules: &[Rule], mistakes: &mut Vec<Mistake>) {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    for rule in rules {
        let names = [&*rule.id, &*rule.code].into_iter().chain(rule.limbs.iter().map(|limb| &*limb.id));
        let own: BTreeSet<&str> = names.collect();
        for name in own {
            let place = &rule.limbs[0].place;
            if let Some(first) = seen.insert(name, place) {
                mistakes
                    .push(Mistake::at(place, format!("`{name}` names two rules")).also(first, "the other"));
            }
        }
    }
}

fn read(
    vocabulary: &Vocabulary,
    rows: &Rows,
    pack: &str,
    source: &Arc<Source>,
) -> Result<Rule, Vec<Mistake>> {
    let whole = Place::new(source, 0..0);
    brackets(source)?;
    let set = parse_policyset(&source.text)
        .map_err(|errors| errors.iter().map(|error| cedar::mistake(source, error)).collect::<Vec<_>>())?;
    let mut policies: Vec<&ast::Policy> = set.policies().collect();
    policies.sort_by_key(|policy| policy.loc().map(Loc::start));
    if policies.is_empty() {
        return Err(vec![Mistake::at(&whole, "a rule file without a rule")]);
    }
    let id: Name = stem(&source.path).into();
    let mut mistakes = Vec::new();
    let mut limbs = Vec::new();
    let mut code: Option<String> = None;
    let mut stands = false;
    for policy in policies {
        match limb(vocabulary, rows, &id, policy, source) {
            Ok(limb) => limbs.push(limb),
            Err(more) => mistakes.extend(more),
        }
        let notes = Notes::new(policy, source);
        stands |= notes.get("stands").is_some();
        match (notes.get("code"), &code) {
            (None, _) => mistakes.push(notes.missing("code")),
            (Some(found), None) => code = Some(found.to_owned()),
            (Some(found), Some(known)) if found != known => {
                mistakes.push(Mistake::at(
                    &notes.at("code"),
                    format!("the limbs of a rule share one code, `{known}`"),
                ));
            }
            _ => {}
        }
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let (title, prose) = header(&source.text);
    let code = code.unwrap_or_default().into();
    Ok(Rule { id, code, title, prose, stands, pack: pack.to_owned(), limbs, source: Arc::clone(source) })
}

fn limb(
    vocabulary: &Vocabulary,
    rows: &Rows,
    rule: &Name,
    policy: &ast::Policy,
    source: &Arc<Source>,
) -> Result<Limb, Vec<Mistake>> {
    let notes = Notes::new(policy, source);
    let one = |mistake: Mistake| vec![mistake];
    notes.only().map_err(one)?;
    if policy.effect() != Effect::Forbid {
        return Err(one(Mistake::at(
            &notes.place,
            "a rule forbids: `forbid (principal, action == Action::\"sign\", resource is Kind)`",
        )));
    }
    let id = notes.required("id").map_err(one)?;
    if id.split('/').next() != Some(rule) {
        return Err(one(Mistake::at(
            &notes.at("id"),
            format!("the id begins with the name of the file: \"{rule}/…\""),
        )));
    }
    let (gates, subject) = scope(vocabulary, policy, &notes).map_err(one)?;
    let severity = notes.required("severity").map_err(one)?;
    let severity = Severity::parse(severity).ok_or_else(|| {
        one(Mistake::at(&notes.at("severity"), "a severity is \"error\", \"warning\" or \"note\""))
    })?;
    let condition = condition(policy, &notes).map_err(one)?;
    let mistakes = proof::check(vocabulary, rows, &subject, &condition, source);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let text = |key: &str| notes.expanding(key, vocabulary, &subject).map_err(one);
    Ok(Limb {
        id: id.into(),
        gates,
        severity,
        contradiction: notes.get("contradiction").is_some(),
        of_final_text: notes.get("final").is_some(),
        message: text("message")?.ok_or_else(|| one(notes.missing("message")))?,
        clause: text("clause")?,
        record: text("record")?,
        fallback: text("fallback")?,
        burden: text("burden")?,
        escalate: notes.get("escalate").map(str::to_owned),
        authority: notes.get("authority").map(str::to_owned),
        policy_note: notes.get("policy").map(str::to_owned),
        protects: protects(vocabulary, &subject, &notes).map_err(one)?,
        at: notes.path("at", vocabulary, &subject).map_err(one)?,
        policy: policy.new_id(PolicyID::from_string(id)),
        place: notes.place.clone(),
        subject_title: uncapital(&vocabulary.entity(&subject).title),
        subject,
        condition,
        strength: strength(&notes).map_err(one)?,
        in_force: (notes.date("valid_from").map_err(one)?, notes.date("valid_until").map_err(one)?),
    })
}

/// The gates and the subject of a limb, from its scope.
fn scope(
    vocabulary: &Vocabulary,
    policy: &ast::Policy,
    notes: &Notes<'_>,
) -> Result<(BTreeSet<Gate>, Name), Mistake> {
    let wrong = |message: String| {
        Mistake::at(&notes.place, message)
            .help("forbid (principal, action == Action::\"sign\", resource is Kind) or action in [Action::\"sign\", Action::\"share\"]")
    };
    if !matches!(policy.principal_constraint().as_inner(), PrincipalOrResourceConstraint::Any) {
        return Err(wrong("a rule leaves the principal open: @protects says for whom it speaks".to_owned()));
    }
    let actions: Vec<_> = match policy.action_constraint() {
        ActionConstraint::Eq(action) => vec![action],
        ActionConstraint::In(actions) => actions.iter().collect(),
        _ => return Err(wrong("a rule names its gates".to_owned())),
    };
    let mut gates = BTreeSet::new();
    for action in actions {
        let word: &str = action.eid().as_ref();
        gates.insert(
            Gate::parse(word)
                .ok_or_else(|| wrong(format!("no gate `{word}`: it is sign, share, export or close")))?,
        );
    }
    let constraint = policy.resource_constraint();
    let PrincipalOrResourceConstraint::Is(ty) = constraint.as_inner() else {
        return Err(wrong("a rule has one kind of subject: `resource is Kind`".to_owned()));
    };
    let name = ty.to_string();
    let Some(entity) = vocabulary.types.get(name.as_str()) else {
        let mistake = wrong(format!("no entity type `{name}`"));
        return Err(mistake.did_you_mean(&name, vocabulary.types.keys().map(|key| &**key)));
    };
    for gate in &gates {
        if !entity.gates.contains(gate) {
            let message = format!(
                "`{name}` is never a subject at {}: no action `{}` applies to it",
                gate.word(),
                gate.word()
            );
            return Err(Mistake::at(&notes.place, message)
                .help("add it to `appliesTo` of the action in the vocabulary, or take the gate out"));
        }
    }
    Ok((gates, Name::clone(&entity.name)))
}

fn condition(policy: &ast::Policy, notes: &Notes<'_>) -> Result<Condition, Mistake> {
    let Some(expr) = policy.non_scope_constraints() else {
        return Err(Mistake::at(&notes.place, "a rule says when it applies: `when { … }` or `unless { … }`"));
    };
    Condition::new(expr).map_err(|(loc, message)| Mistake::at(&notes.located(loc.as_ref()), message))
}

fn strength(notes: &Notes<'_>) -> Result<Strength, Mistake> {
    let word = notes.required("strength")?;
    Strength::ALL.into_iter().find(|strength| strength.word() == word).ok_or_else(|| {
        let words = Strength::ALL.map(Strength::word);
        Mistake::at(&notes.at("strength"), format!("no strength `{word}`"))
            .help(format!("it is one of {}", words.join(", ")))
            .did_you_mean(word, words)
    })
}

fn protects(vocabulary: &Vocabulary, subject: &Name, notes: &Notes<'_>) -> Result<Protects, Mistake> {
    match notes.required("protects")? {
        "both" => Ok(Protects::Both),
        _ => Ok(Protects::Path(notes.path("protects", vocabulary, subject)?.unwrap_or_default())),
    }
}

/// The paths that limbs read: nothing else goes to Cedar.
pub fn reads(rules: &[Rule]) -> Reads {
    let mut all = Reads::default();
    for limb in rules.iter().flat_map(|rule| &rule.limbs) {
        limb.condition.node.visit(Polarity::Fires, &mut |read, _| match read.root {
            Root::Resource => all.subjects.entry(Name::clone(&limb.subject)).or_default().add(&read.path),
            Root::Principal => all.principal.add(&read.path),
            Root::House => all.house.add(&read.path),
            Root::Date => {}
        });
    }
    all
}

/// The names of all attributes that rules read: in conditions and in texts.
pub fn names(rules: &[Rule]) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    for limb in rules.iter().flat_map(|rule| &rule.limbs) {
        limb.condition.node.visit(Polarity::Fires, &mut |read, _| names.extend(read.path.iter().cloned()));
        let texts = [&limb.clause, &limb.record, &limb.fallback, &limb.burden].into_iter().flatten();
        names.extend(texts.chain([&limb.message]).flat_map(Text::paths).flatten().cloned());
        names.extend(limb.at.iter().flatten().cloned());
        if let Protects::Path(path) = &limb.protects {
            names.extend(path.iter().cloned());
        }
    }
    names
}

/// The rules as rows of a table, so that a rule can be about accepted departures.
pub fn rows(rules: &[Rule], stands: impl Fn(&Rule) -> bool) -> Vec<Thing> {
    rules
        .iter()
        .map(|rule| {
            let place = rule.limbs[0].place.clone();
            let mut body = Body::new(Some(place.clone()));
            let stands = Content::Value(Value::Bool(stands(rule)));
            body.slots.insert("stands".into(), Slot::new(stands, Some(place)));
            Thing::new(Uid::new(known::RULE, Name::clone(&rule.id)), Some(rule.code.to_string()), body)
        })
        .collect()
}

/// The heading and the prose of a rule's file: the comment at its top, as Markdown.
fn header(text: &str) -> (String, String) {
    let lines = text.lines().take_while(|line| line.starts_with("//"));
    let prose: Vec<&str> =
        lines.map(|line| line.trim_start_matches("//").strip_prefix(' ').unwrap_or("")).collect();
    let title = prose.iter().find_map(|line| line.strip_prefix("# ")).unwrap_or("").to_owned();
    let rest: Vec<&str> = prose.into_iter().filter(|line| !line.starts_with("# ")).collect();
    (title, rest.join("\n").trim().to_owned())
}

/// The id of the rule in a file of this path.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".cedar").unwrap_or(name)
}

/// Refuses what would overflow the stack of Cedar's parser.
fn brackets(source: &Arc<Source>) -> Result<(), Vec<Mistake>> {
    let mut depth = 0_usize;
    for (at, byte) in source.text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_BRACKETS {
            let place = Place::new(source, at..at + 1);
            return Err(vec![Mistake::at(&place, format!("brackets nested more than {MAX_BRACKETS} deep"))]);
        }
    }
    Ok(())
}

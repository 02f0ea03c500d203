//! The reader of schema texts, held against Cedar's own.

use std::fmt::Write as _;
use std::sync::Arc;

use cedar_policy_core::est::Annotations;
use cedar_policy_core::parser::Loc;
use cedar_policy_core::validator::RawName;
use cedar_policy_core::validator::json_schema::{
    self, EntityTypeKind, NamespaceDefinition, RecordType, TypeVariant,
};
use countersign::builtin;
use countersign::source::Source;
use countersign::vocabulary::cedar;
use countersign::vocabulary::schema::{self, Annotation, Attribute, Kind, Schema, Shape, Type};

/// Every schema text that is at hand.
fn texts() -> Vec<Arc<Source>> {
    let packs = builtin::packs();
    let built_in = packs.into_iter().flat_map(|pack| pack.files);
    let on_disk = crate::house_rules::files("tests", &["cedarschema"]).into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        Source::new(path.to_string_lossy(), text)
    });
    built_in.chain(on_disk).filter(|source| source.path.ends_with(".cedarschema")).collect()
}

/// What a text declares, with every place, as Cedar reads it; none if it does not.
fn cedars(source: &Arc<Source>) -> Result<String, String> {
    let definitions = cedar::parse(source).map_err(|mistake| mistake.message)?;
    let mut lines: Vec<String> = definitions.iter().flat_map(cedars_lines).collect();
    lines.sort();
    Ok(lines.join("\n"))
}

fn cedars_lines(definition: &NamespaceDefinition<RawName>) -> Vec<String> {
    let entities = definition.entity_types.iter().map(|(name, entity)| {
        let kind = match &entity.kind {
            EntityTypeKind::Enum { choices } => {
                format!("enum {:?}", choices.iter().map(AsRef::<str>::as_ref).collect::<Vec<_>>())
            }
            EntityTypeKind::Standard(standard) => cedars_type(&standard.shape.0, false),
        };
        format!("entity {name} {} {} {kind}", at(entity.loc.as_ref()), cedars_notes(&entity.annotations))
    });
    let types = definition.common_types.iter().map(|(name, common)| {
        let notes = cedars_notes(&common.annotations);
        format!("type {name} {} {notes} {}", at(common.loc.as_ref()), cedars_type(&common.ty, true))
    });
    let actions = definition.actions.iter().map(|(name, action)| {
        let types = action.applies_to.iter().flat_map(|apply| &apply.resource_types);
        format!("action {name:?} {:?}", types.map(ToString::to_string).collect::<Vec<_>>())
    });
    entities.chain(types).chain(actions).collect()
}

fn at(loc: Option<&Loc>) -> String {
    loc.map_or_else(|| "nowhere".to_owned(), |loc| format!("{}..{}", loc.start(), loc.end()))
}

fn cedars_notes(annotations: &Annotations) -> String {
    let mut shown = String::new();
    for (key, value) in &annotations.0 {
        let _ = write!(shown, "@{key}");
        // Cedar gives an annotation without a value an empty one, which stands nowhere.
        if let Some(value) = value.as_ref().filter(|value| value.loc.is_some()) {
            let _ = write!(shown, "({:?} {})", value.val, at(value.loc.as_ref()));
        }
    }
    shown
}

fn cedars_type(ty: &json_schema::Type<RawName>, placed: bool) -> String {
    let shape = match ty {
        json_schema::Type::CommonTypeRef { type_name, .. } => type_name.to_string(),
        json_schema::Type::Type { ty, .. } => match ty {
            TypeVariant::String => "String".to_owned(),
            TypeVariant::Long => "Long".to_owned(),
            TypeVariant::Boolean => "Bool".to_owned(),
            TypeVariant::Set { element } => format!("Set<{}>", cedars_type(element, true)),
            TypeVariant::Record(record) => cedars_record(record),
            TypeVariant::Entity { name } => name.to_string(),
            TypeVariant::EntityOrCommon { type_name } => type_name.to_string(),
            TypeVariant::Extension { name } => name.to_string(),
        },
    };
    if placed { format!("{} {shape}", at(ty.loc())) } else { shape }
}

fn cedars_record(record: &RecordType<RawName>) -> String {
    let attributes = record.attributes.iter().map(|(name, attribute)| {
        let mark = if attribute.required { "" } else { "?" };
        let notes = cedars_notes(&attribute.annotations);
        let place = at(attribute.loc.as_ref());
        format!("{name:?}{mark} {place} {notes} {}", cedars_type(&attribute.ty, true))
    });
    format!("{{{}}}", attributes.collect::<Vec<_>>().join(", "))
}

/// The same as our own reader reads it.
fn ours(source: &Arc<Source>) -> Result<String, String> {
    let Schema { entities, types, actions } = schema::parse(source).map_err(|mistake| mistake.message)?;
    let entities = entities.iter().map(|entity| {
        let kind = match &entity.what {
            Kind::Enum(choices) => format!("enum {choices:?}"),
            Kind::Standard(attributes) => record(attributes),
        };
        format!("entity {} {:?} {} {kind}", entity.name, entity.span, notes(&entity.annotations))
    });
    let types = types.iter().map(|common| {
        let what = ty(&common.what);
        format!("type {} {:?} {} {what}", common.name, common.span, notes(&common.annotations))
    });
    let actions = actions.iter().map(|(name, types)| format!("action {name:?} {types:?}"));
    let mut lines: Vec<String> = entities.chain(types).chain(actions).collect();
    lines.sort();
    Ok(lines.join("\n"))
}

fn notes(annotations: &[Annotation<'_>]) -> String {
    let mut shown = String::new();
    for Annotation { key, value } in annotations {
        let _ = write!(shown, "@{key}");
        if let Some((value, span)) = value {
            let _ = write!(shown, "({value:?} {span:?})");
        }
    }
    shown
}

fn ty(ty: &Type<'_>) -> String {
    let shape = match &ty.shape {
        Shape::Named(name) => (*name).to_owned(),
        Shape::Set(element) => format!("Set<{}>", self::ty(element)),
        Shape::Record(attributes) => record(attributes),
    };
    format!("{:?} {shape}", ty.span)
}

fn record(attributes: &[Attribute<'_>]) -> String {
    let attributes = attributes.iter().map(|attribute| {
        let mark = if attribute.required { "" } else { "?" };
        let Attribute { name, annotations, span, .. } = attribute;
        format!("{name:?}{mark} {span:?} {} {}", notes(annotations), ty(&attribute.ty))
    });
    format!("{{{}}}", attributes.collect::<Vec<_>>().join(", "))
}

/// The same declarations, attributes, types, annotations and places.
#[test]
fn every_schema_text_reads_as_cedar_reads_it() {
    let texts = texts();
    assert!(texts.len() > 50, "{} texts", texts.len());
    for source in texts {
        let cedars = cedars(&source).unwrap_or_else(|message| panic!("{}: {message}", source.path));
        assert_eq!(ours(&source), Ok(cedars), "{}", source.path);
    }
}

/// Pieces with which a text is damaged: signs, keywords, and what is none of both.
const PIECES: [&str; 30] = [
    ",", ";", ":", "::", "{", "}", "[", "]", "<", ">", "=", "?", "@", "(", ")", "@title", "\"", "\"a\"",
    "\\", "\\n", "//", "\n", " in ", " enum ", "Set", "entity A", "é", "0", " ", "\r",
];

/// A text with some pieces taken out or put in, cut to few declarations.
fn damaged(text: &str, draw: &mut Draw) -> String {
    let declarations: Vec<&str> = text.split_inclusive(";\n").collect();
    let first = draw.below(declarations.len());
    let mut letters: Vec<char> = declarations[first..].iter().take(2).flat_map(|one| one.chars()).collect();
    for _ in 0..=draw.below(2) {
        let at = draw.below(letters.len() + 1);
        let until = (at + draw.below(4)).min(letters.len());
        let piece = if draw.below(2) == 0 { PIECES[draw.below(PIECES.len())] } else { "" };
        letters.splice(at..until, piece.chars());
    }
    letters.into_iter().collect()
}

/// What Cedar minds in a text that is well formed, each with such a text. Our reader takes them; where rules are
/// validated Cedar reads the texts too, and their author is told.
const MEANING: [(&str, &str); 6] = [
    ("reserved", "type Long = String;"),
    ("is declared twice", "entity A; entity A;"),
    ("missing `", "action a appliesTo { principal: P };"),
    ("which is invalid", "action a appliesTo { principal: P, resource: [] };"),
    ("duplicate `", "action a appliesTo { principal: P, principal: P, resource: R };"),
    ("duplicate context", "action a appliesTo { principal: P, resource: R, context: {}, context: {} };"),
];

fn is_about_meaning(message: &str) -> bool {
    MEANING.iter().any(|(words, _)| message.contains(words))
}

#[test]
fn what_a_text_means_is_left_to_cedar() {
    for (words, text) in MEANING {
        let source = Source::new("meaning.cedarschema", text);
        let message = cedars(&source).expect_err(text);
        assert!(message.contains(words), "{message}: {text}");
        assert!(ours(&source).is_ok(), "{text}");
    }
}

/// A damaged text is taken as Cedar takes it, or refused if Cedar refuses it; of two attributes with one name Cedar
/// drops the first in silence.
#[test]
fn damaged_schema_texts_are_judged_as_cedar_judges_them() {
    let texts = texts();
    let mut draw = Draw(0x9E37_79B9);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..3_000 {
        let text = damaged(&texts[draw.below(texts.len())].text, &mut draw);
        let source = Source::new("damaged.cedarschema", text.as_str());
        match (cedars(&source), ours(&source)) {
            (Ok(_), Err(message)) => assert!(message.contains("is declared twice"), "{message}: {text}"),
            (Ok(cedars), Ok(ours)) => {
                assert_eq!(ours, cedars, "{text}");
                taken += 1;
            }
            (Err(_), Err(_)) => refused += 1,
            (Err(message), Ok(_)) => assert!(is_about_meaning(&message), "{message}: {text}"),
        }
    }
    assert!(taken > 500 && refused > 500, "{taken} taken, {refused} refused");
}

/// Corners of the grammar that damage seldom reaches.
#[test]
fn what_cedar_cannot_read_is_refused() {
    for text in [
        "action a in [];",
        "action a in N::b;",
        "action a appliesTo {};",
        "entity A enum [];",
        "@doc(\"a\\\nb\") entity A;",
        "@doc(\"\\q\") entity A;",
    ] {
        let source = Source::new("corner.cedarschema", text);
        cedars(&source).expect_err(text);
        ours(&source).expect_err(text);
    }
}

#[test]
fn an_attribute_is_declared_once() {
    let mistake =
        schema::parse(&Source::new("x", "entity A { a: Long, b: Bool, a: String };")).expect_err("twice");
    assert_eq!(mistake.message, "attribute `a` is declared twice");
    assert_eq!(mistake.place.expect("a place").text(), "a: String");
}

/// Types that nest without end are refused, and no stack runs over.
#[test]
fn types_nest_so_deep_and_no_deeper() {
    let nested = |depth: usize| format!("type T = {}Long{};", "Set<".repeat(depth), ">".repeat(depth));
    assert!(schema::parse(&Source::new("x", nested(60))).is_ok());
    let mistake = schema::parse(&Source::new("x", nested(100_000))).expect_err("too deep");
    assert_eq!(mistake.message, "types are nested more than 64 deep");
}

/// A row of numbers that look drawn, the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

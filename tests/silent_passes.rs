//! Ways in which a rule could pass in silence, each closed when packs are loaded.

use crate::support::{small, told};

const SCHEMA: &str = r#"
    entity Party = { @heading legal_name?: String };
    entity House = {};
    entity Answer;
    @table entity Color = {};
    @kind @gate("export") entity Thing = {
      @essential name?: String,
      hint?: String,
      @clause @essential tone?: Tone,
      @essential color?: Color,
      @essential inner?: Inner,
    };
    type Inner = { @essential depth?: Long };
    entity Tone enum ["soft", "loud"];
    @kind entity Other = { @essential size?: Long };
    action sign, export appliesTo { principal: Party, resource: [Thing], context: { date: datetime, house: House } };
"#;

const COLORS: &str =
    "type = \"Color\"\nas_of = 2026-11-22\nsource = \"made up\"\n[entries]\nred = { title = \"Red\" }\n";

/// The mistakes of a pack whose one rule has this scope and condition.
fn mistakes(scope: &str, condition: &str) -> Vec<String> {
    let rule = format!(
        "@code(\"T1\") @id(\"rule/limb\") @severity(\"error\") @strength(\"presence\") @protects(\"both\") @message(\"m\")\nforbid ({scope}) {condition};"
    );
    let files =
        [("world.cedarschema", SCHEMA), ("data/colors.toml", COLORS), ("rules/rule.cedar", rule.as_str())];
    small(&files).err().map(|mistakes| told(&mistakes)).unwrap_or_default()
}

const SIGN: &str = "principal, action == Action::\"sign\", resource is Thing";

#[track_caller]
fn refused(scope: &str, condition: &str, because: &str) {
    let told = mistakes(scope, condition);
    assert!(told.iter().any(|message| message.contains(because)), "expected `{because}` in {told:#?}");
    assert!(
        told.iter().all(|message| message.starts_with("small/rules/rule.cedar:")),
        "a place in the rule: {told:#?}"
    );
}

#[test]
fn a_sound_rule_loads() {
    assert_eq!(mistakes(SIGN, "unless { resource has name }"), Vec::<String>::new());
}

#[test]
fn a_misspelt_attribute_is_refused_wherever_it_stands() {
    refused(SIGN, "unless { resource has nmae }", "no attribute `nmae`");
    refused(SIGN, "when { !(resource has nmae) }", "no attribute `nmae`");
    refused(
        SIGN,
        "when { resource has name && !(resource has nmae && resource.name == \"a\") }",
        "no attribute `nmae`",
    );
    refused(SIGN, "when { if resource has nmae then false else true }", "no attribute `nmae`");
    refused(SIGN, "unless { resource has inner.depht }", "no attribute `depht`");
    refused(SIGN, "unless { resource has inner && resource.inner has depht }", "no attribute `depht`");
    refused(
        SIGN,
        "unless { resource has name } unless { resource has color && resource.colour == Color::\"red\" }",
        "no attribute `colour`",
    );
    refused(SIGN, "unless { context.house has limitt }", "no attribute `limitt`");
}

#[test]
fn an_optional_attribute_read_without_has_is_refused() {
    refused(SIGN, "when { resource.name == \"a\" }", "optional attribute");
}

#[test]
fn a_member_or_row_that_is_not_there_is_refused() {
    refused(SIGN, "unless { resource has tone && resource.tone == Tone::\"lowd\" }", "no member `lowd`");
    refused(SIGN, "unless { resource has color && resource.color == Color::\"rde\" }", "no member `rde`");
    refused(
        SIGN,
        "when { resource has tone_as && resource.tone_as == Answer::\"exluded\" }",
        "no member `exluded`",
    );
}

#[test]
fn an_absence_nobody_is_asked_about_is_refused() {
    refused(SIGN, "when { resource has hint && resource.hint == \"bad\" }", "`hint` is never asked");
    assert_eq!(
        mistakes(SIGN, "when { resource has name } unless { resource has hint }"),
        Vec::<String>::new()
    );
}

#[test]
fn a_rule_that_can_never_match_is_refused() {
    refused(
        "principal, action == Action::\"share\", resource is Thing",
        "unless { resource has name }",
        "never a subject at share",
    );
    refused(
        "principal, action == Action::\"sign\", resource is Other",
        "unless { resource has size }",
        "never a subject at sign",
    );
    refused(
        "principal, action == Action::\"sign\", resource is Thingy",
        "unless { true }",
        "no entity type `Thingy`",
    );
    refused(
        "principal, action == Action::\"sing\", resource is Thing",
        "unless { resource has name }",
        "no gate `sing`",
    );
    refused("principal, action, resource is Thing", "unless { resource has name }", "names its gates");
    refused("principal, action == Action::\"sign\", resource", "unless { true }", "one kind of subject");
    refused(
        SIGN,
        "when { resource has name && resource.name == \"a\" && !(resource has name) }",
        "impossible",
    );
    refused(SIGN, "", "says when it applies");
}

#[test]
fn a_rule_without_what_a_reader_needs_is_refused() {
    let bare =
        "forbid (principal, action == Action::\"sign\", resource is Thing) unless { resource has name };";
    for (annotations, because) in [
        (
            "@code(\"T1\") @id(\"rule/limb\") @severity(\"error\") @strength(\"presence\") @protects(\"both\")",
            "@message",
        ),
        (
            "@code(\"T1\") @id(\"rule/limb\") @severity(\"error\") @strength(\"presence\") @message(\"m\")",
            "@protects",
        ),
        (
            "@code(\"T1\") @id(\"rule/limb\") @severity(\"grave\") @protects(\"both\") @message(\"m\")",
            "a severity is",
        ),
        (
            "@code(\"T1\") @id(\"other/limb\") @severity(\"error\") @strength(\"presence\") @protects(\"both\") @message(\"m\")",
            "name of the file",
        ),
        (
            "@code(\"T1\") @id(\"rule/limb\") @sevrity(\"error\") @protects(\"both\") @message(\"m\")",
            "no annotation `@sevrity`",
        ),
        (
            "@code(\"T1\") @id(\"rule/limb\") @severity(\"error\") @strength(\"presence\") @protects(\"both\") @message(\"{resource.nme}\")",
            "no attribute `nme`",
        ),
    ] {
        let text = format!("{annotations}\n{bare}");
        let files = [
            ("world.cedarschema", SCHEMA),
            ("data/colors.toml", COLORS),
            ("rules/rule.cedar", text.as_str()),
        ];
        let told = small(&files).err().map(|mistakes| told(&mistakes)).unwrap_or_default();
        assert!(told.iter().any(|message| message.contains(because)), "expected `{because}` in {told:#?}");
    }
}

#[test]
fn the_vocabulary_refuses_what_would_be_ignored() {
    for (text, because) in [
        ("@kindd entity T = {};", "no annotation `@kindd`"),
        ("@kind entity T = { @askd(\"sign\") a?: Long };", "no annotation `@askd`"),
        ("@kind entity T = { @asked(\"sing\") a?: Long };", "no gate `sing`"),
        ("@kind entity T = { a?: Lnog };", "no type `Lnog`"),
        ("@kind entity T = { a?: Long, @derived(\"sum b.c\") s?: Long };", "no attribute `b`"),
        ("@kind entity T = { a?: Set<Long>, @derived(\"smu a\") s?: Long };", "no function"),
        ("@kind entity T = { @derived(\"sum s\") s?: Long };", "depends on itself"),
        (
            "@kind entity T = { u?: U, @derived(\"count u.back\") n?: Long }; @kind entity U = { @derived(\"inverse T.u\") back?: Set<T>, @derived(\"sum back.n\") s?: Long, @derived(\"min s, house.most\") m?: Long }; entity House = { @derived(\"min others.m\") most?: Long, others?: Set<U> };",
            "depends on itself",
        ),
        (
            "@kind entity T = { @role(\"from\") @derived(\"end rest\") to?: datetime, rest?: R }; type R = { start: S, length: P }; entity S enum [\"from\"]; @reads(\"period\") type P = { months: Long };",
            "depends on itself",
        ),
        (
            "@kind entity T = { a?: Set<T>, @derived(\"inverse J.t\") j?: Set<J> }; @join(\"t: T, u: t.a\") entity J = { t: T, u: T };",
            "`J` is a join",
        ),
        (
            "@kind entity T = { a?: Set<T> }; @join(\"t: T, u: t.a\") entity J = { t: T, u: T }; @join(\"t: T, j: t^J.t\") entity K = { t: T, j: J };",
            "`J` is a join",
        ),
        (
            "@kind entity T = { a?: Set<T> }; @join(\"t: T, u: t.b\") entity J = { t: T, u: T };",
            "no attribute `b`",
        ),
        ("@kind entity T = { a?: Set<T> }; @join(\"t: T, v: t.a\") entity J = { t: T, u: T };", "binds `v`"),
        (
            "@kind entity T = { a?: Set<E>, @derived(\"any a where it == 'blue'\") s?: Bool }; entity E enum [\"red\"];",
            "`blue` is not a member",
        ),
    ] {
        let all = format!("entity Party = {{}}; entity House = {{}}; entity Answer; {text}");
        let told =
            small(&[("world.cedarschema", &all)]).err().map(|mistakes| told(&mistakes)).unwrap_or_default();
        assert!(
            told.iter().any(|message| message.contains(because)),
            "expected `{because}` for `{text}` in {told:#?}"
        );
    }
}

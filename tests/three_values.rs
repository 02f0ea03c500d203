//! The three-valued walk: when a limb fires, passes, and when nobody can say.

use countersign::run::Library;

use crate::support::{outcomes, small};

/// A small world: things with an optional block, a set, a derived date, things that refer to others.
const WORLD: &str = r#"
    entity Party = { @heading legal_name?: String };
    entity House = {};
    entity Answer;
    @kind @gate("export") entity Thing = {
      @role("parties") @essential parties?: Set<Party>,
      @essential box?: Box,
      @clause @asked("sign") flag?: Bool,
      @clause @asked("sign") other?: Bool,
      spare?: Bool,
      @asked("sign") kinds?: Set<Sort>,
      @asked("sign") parts?: Set<Part>,
      @derived("min parts.made") first_made?: datetime,
      @essential rows?: Set<Row>,
      @derived("any rows where sort == 'red'") any_red?: Bool,
    };
    @positional("part sort") type Row = { part?: Part, @asked("sign") sort?: Sort };
    type Box = { @essential lid?: Bool, @asked("sign") size?: Long };
    entity Sort enum ["red", "green"];
    @kind entity Part = { @asked("sign") made?: datetime };
    @join("thing: Thing, part: thing.parts")
    entity Fitted = { thing: Thing, part: Part };
    action sign, export appliesTo { principal: Party, resource: [Thing, Fitted], context: { date: datetime, house: House } };
"#;

fn world(condition: &str) -> Library {
    about("Thing", condition)
}

fn about(subject: &str, condition: &str) -> Library {
    let rule = format!(
        "@code(\"T1\") @id(\"rule/limb\") @severity(\"error\") @strength(\"presence\") @protects(\"both\") @message(\"m\")\n\
         forbid (principal, action == Action::\"sign\", resource is {subject}) {condition};"
    );
    small(&[("world.cedarschema", WORLD), ("rules/rule.cedar", &rule)])
        .unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// What happens to the limb for a thing with these lines.
fn outcome(library: &Library, lines: &str) -> String {
    let text = format!(
        "party p \"P\"\npart a {{ made 2026-01-01 }}\npart b {{ made unknown }}\nthing t \"T\" {{ parties p\n{lines}\n}}\n"
    );
    let shown = outcomes(library, &text);
    shown.iter().map(|line| line.trim_start_matches("rule/limb: ")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_nested_block_silent_unknown_absent_half_filled() {
    let lid = world("unless { resource has box.lid && resource.box.lid }");
    assert_eq!(outcome(&lid, "box { lid yes }"), "passes");
    assert_eq!(outcome(&lid, "box { lid no }"), "fires");
    assert_eq!(outcome(&lid, "box unknown"), "undecided");
    assert_eq!(outcome(&lid, ""), "fires", "essential and absent is decided");
    assert_eq!(outcome(&lid, "box { size 3 }"), "fires", "the block is there, the lid is not");
    let size = world("when { resource has box && !(resource.box has size && resource.box.size > 2) }");
    assert_eq!(outcome(&size, "box { lid yes }"), "undecided", "half filled: nobody said how large");
    assert_eq!(outcome(&size, "box { size 1 }"), "fires");
    assert_eq!(outcome(&size, ""), "passes");
}

#[test]
fn silence_is_decided_and_a_question_is_not() {
    let flag = world("unless { resource has flag && resource.flag }");
    assert_eq!(outcome(&flag, "flag silent"), "fires");
    assert_eq!(outcome(&flag, "flag excluded"), "fires");
    assert_eq!(outcome(&flag, "flag unknown"), "undecided");
    assert_eq!(outcome(&flag, ""), "undecided", "asked, and nobody answered");
    assert_eq!(outcome(&flag, "flag yes"), "passes");
}

#[test]
fn an_exception_with_one_side_a_hole() {
    let either = world(
        "when { resource has parties } unless { resource has flag && resource.flag || resource has other && resource.other }",
    );
    assert_eq!(outcome(&either, "flag unknown\nother yes"), "passes", "the other side decides");
    assert_eq!(outcome(&either, "flag unknown\nother silent"), "undecided");
    assert_eq!(outcome(&either, "flag silent\nother silent"), "fires");
}

#[test]
fn a_set_with_a_mistaken_member() {
    let red = world("unless { resource has kinds && resource.kinds.contains(Sort::\"red\") }");
    assert_eq!(outcome(&red, "kinds red, blue"), "passes", "the known member decides");
    assert_eq!(outcome(&red, "kinds green, blue"), "undecided", "the mistaken one may be red");
    assert_eq!(outcome(&red, "kinds green"), "fires");
    let empty = world("when { resource has kinds && resource.kinds.isEmpty() }");
    assert_eq!(outcome(&empty, "kinds blue"), "undecided");
    assert_eq!(outcome(&empty, "kinds green, blue"), "passes");
    assert_eq!(outcome(&empty, "kinds none"), "fires");
}

#[test]
fn a_derived_minimum_over_a_hole() {
    let early = world("when { resource has first_made && resource.first_made < datetime(\"2026-06-01\") }");
    assert_eq!(outcome(&early, "parts a"), "fires");
    assert_eq!(outcome(&early, "parts a, b"), "undecided", "one date is not known");
    assert_eq!(outcome(&early, "parts none"), "passes", "the minimum of nothing is not there");
}

#[test]
fn a_line_that_leaves_out_what_is_asked() {
    let red = world("when { resource has any_red && resource.any_red }");
    assert_eq!(outcome(&red, "rows { a red; b green }"), "fires");
    assert_eq!(outcome(&red, "rows { a green; b green }"), "passes");
    assert_eq!(outcome(&red, "rows { a green; b }"), "undecided", "nobody said which sort b is");
    assert_eq!(outcome(&red, "rows { a red; b }"), "fires", "one that fits decides");
}

#[test]
fn a_join_over_what_is_not_there() {
    let fitted =
        about("Fitted", "unless { resource.part has made && resource.part.made < datetime(\"2026-06-01\") }");
    assert_eq!(outcome(&fitted, "parts a"), "passes");
    assert_eq!(outcome(&fitted, "parts none"), "", "answered none: no tuple");
    assert_eq!(outcome(&fitted, ""), "undecided", "nobody answered: an open tuple");
    assert_eq!(outcome(&fitted, "parts unknown"), "undecided");
    assert_eq!(
        outcome(&fitted, "parts a, c"),
        "passes undecided",
        "good members, and one open tuple for the rest"
    );
}

#[test]
fn an_exception_that_nobody_answered_does_not_make_a_limb_undecided() {
    let spare = world("when { resource has parties } unless { resource has spare && resource.spare }");
    assert_eq!(outcome(&spare, ""), "fires");
    assert_eq!(outcome(&spare, "spare yes"), "passes");
    assert_eq!(outcome(&spare, "spare unknown"), "undecided", "it was asked, and is not known");
}

#[test]
fn a_line_with_a_mistake_is_a_hole() {
    let flag = world("unless { resource has box && resource.box has lid && resource.box.lid }");
    assert_eq!(outcome(&flag, "box { lid perhaps }"), "undecided");
    assert_eq!(
        outcome(&flag, "box { lidd yes }"),
        "undecided",
        "a key that nobody knows may have been this one"
    );
    assert_eq!(outcome(&flag, "bax { lid yes }"), "undecided");
    assert_eq!(outcome(&flag, "box { lid yes }\nbox { lid no }"), "undecided", "given twice");
}

//! The yardstick of the benchmark: a tree built from the pairs of `words.pest`.

use countersign_dsl::{Anchor, Atom, Block, Entry, Group, Span};
use pest::Parser;
use pest::iterators::{Pair, Pairs};

#[derive(pest_derive::Parser)]
#[grammar = "../benches/words.pest"]
struct Grammar;

/// Reads a source without mistakes.
pub fn parse(source: &str) -> Vec<Entry<'_>> {
    pairs(source).next().map(|file| entries(file.into_inner())).unwrap_or_default()
}

/// Only the pairs.
pub fn pairs(source: &str) -> Pairs<'_, Rule> {
    Grammar::parse(Rule::file, source).expect("a source without mistakes")
}

fn entries(pairs: Pairs<Rule>) -> Vec<Entry> {
    pairs.filter(|pair| pair.as_rule() == Rule::entry).map(entry).collect()
}

fn entry(pair: Pair<Rule>) -> Entry {
    let span = span_of(&pair);
    let source = pair.get_input();
    let (mut groups, mut anchor, mut block) = (Vec::new(), None, None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::group => groups.push(group(part)),
            Rule::anchor => {
                let text = part.as_str()['§'.len_utf8()..].trim().to_owned();
                anchor = Some(Anchor { text, span: span_of(&part) });
            }
            Rule::block => {
                let place = span_of(&part);
                let (open, close) = (place.start..place.start + 1, Some(place.end - 1..place.end));
                block = Some(Block { entries: entries(part.into_inner()), open, close });
            }
            _ => {}
        }
    }
    commas(source, &mut groups);
    Entry {
        groups,
        anchor: anchor.map(Box::new),
        block: block.map(Box::new),
        head: span.clone(),
        span,
        mistakes: 0,
    }
}

/// Adds the commas between groups, which pest left out as they have no rule.
fn commas(source: &str, groups: &mut [Group]) {
    for number in 1..groups.len() {
        let (Some(last), Some(next)) = (groups[number - 1].atoms.last(), groups[number].atoms.first()) else {
            continue;
        };
        let (from, to) = (last.span().end, next.span().start);
        let comma = source[from..to].find(',').map(|at| from + at..from + at + 1);
        groups[number - 1].broke_line = source[from..to].contains('\n');
        groups[number - 1].comma = comma;
    }
}

fn group(pair: Pair<'_, Rule>) -> Group<'_> {
    Group { atoms: pair.into_inner().map(atom).collect(), comma: None, broke_line: false }
}

fn atom(pair: Pair<'_, Rule>) -> Atom<'_> {
    let span = span_of(&pair);
    match pair.as_rule() {
        Rule::list => {
            let source = pair.get_input();
            let mut groups: Vec<Group> = pair.into_inner().map(group).collect();
            commas(source, &mut groups);
            Atom::List { groups, span }
        }
        Rule::text => {
            let inner = pair.as_str();
            Atom::Text { value: inner[1..inner.len() - 1].into(), span }
        }
        _ => Atom::Word { text: pair.as_str().into(), span },
    }
}

fn span_of(pair: &Pair<Rule>) -> Span {
    pair.as_span().start()..pair.as_span().end()
}

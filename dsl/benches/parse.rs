//! How fast deals are read, beside a pest grammar with a rule for every word that builds the same tree.
//!
//! `cargo bench -p countersign-dsl`; seconds are those of the processor where the system tells them.

#![allow(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::hint::black_box;
use std::time::Instant;

use countersign_dsl::{Entry, parse};

mod words;

/// Ten files of one megabyte: a single one of ten would be over the limit.
const FILES: usize = 10;
const BYTES: usize = 1_000_000;
const RUNS: usize = 7;

fn main() {
    let files: Vec<String> = (0..FILES).map(deals).collect();
    for source in &files {
        let tree = parse(source);
        assert!(tree.mistakes.is_empty(), "{:?}", tree.mistakes.first());
        assert!(same(&tree.entries, &words::parse(source)), "the two parsers disagree");
    }
    let megabytes = files.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    let coarse = fastest(|| files.iter().for_each(|source| drop(black_box(parse(source)))));
    let by_word = fastest(|| files.iter().for_each(|source| drop(black_box(words::parse(source)))));
    let pairs = fastest(|| files.iter().for_each(|source| drop(black_box(words::pairs(source)))));
    println!("{megabytes:.1} MB of deals, fastest of {RUNS} runs, tree built and dropped");
    println!("coarse tokens, words by hand  {:7.1} MB/s", megabytes / coarse);
    println!("a pest rule for every word    {:7.1} MB/s", megabytes / by_word);
    println!("  the same without a tree     {:7.1} MB/s", megabytes / pairs);
    println!("ratio {:.2}, without its tree {:.2}", by_word / coarse, pairs / coarse);
}

/// The least time of several runs, in seconds.
fn fastest(mut work: impl FnMut()) -> f64 {
    let times = (0..RUNS).map(|_| {
        let (wall, cpu) = (Instant::now(), cpu_seconds());
        work();
        match (cpu, cpu_seconds()) {
            (Some(before), Some(after)) => after - before,
            _ => wall.elapsed().as_secs_f64(),
        }
    });
    times.fold(f64::INFINITY, f64::min)
}

/// What this process has used of the processor, where Linux tells it in nanoseconds.
fn cpu_seconds() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    told.split(' ').next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
}

/// Whether two trees say the same. Spans of heads differ in what they count in.
fn same(left: &[Entry], right: &[Entry]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            let blocks = (left.block.as_ref(), right.block.as_ref());
            left.groups == right.groups
                && left.anchor.as_ref().map(|anchor| &anchor.text)
                    == right.anchor.as_ref().map(|anchor| &anchor.text)
                && match blocks {
                    (Some(left), Some(right)) => same(&left.entries, &right.entries),
                    (left, right) => left.is_none() && right.is_none(),
                }
        })
}

/// A megabyte of deals as they are written, no two alike.
fn deals(seed: usize) -> String {
    let mut source = String::with_capacity(BYTES + 4096);
    let mut number = seed * 7919;
    while source.len() < BYTES {
        number += 1;
        let (place, years, tier) =
            (["Delaware", "Germany", "New York"][number % 3], number % 7 + 1, number % 4);
        source.push_str(&format!(
            r#"
party party-{number} "Party {number}, Inc." {{
  legal_form      company
  organised_under "{place}"                   # a name or a code wherever a law or place is wanted
  registration    company_no "{number}"
  restricted_party_screening {{
    lists    us_csl, eu_consolidated
    date     2026-11-10
    result   no_match
    evidence "evidence/party-{number}-screening.pdf"
  }}
}}

asset model-{number} "Diffusion XL {number}, weights" {{
  type       model_weights
  version    "2026.{tier}"
  hash       sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
  owner      party-{number}
  tier       {tier}
  derived_from captions-2b trained_on
  value      USD 12,{number:03},000 "relief from royalty" {{ as_of 2026-10-01 }}
}}

asset captions-{number} "Caption set" {{ type dataset; owner party-{number}; class confidential }}

nda deal-{number} "Mutual NDA: diffusion evaluation" {{
  acting_for     party-{number}
  status         drafting
  parties        {{ party-{number} discloser; borealis discloser; borealis recipient }}
  effective_date 2026-12-01
  term           {years} years                                              §4
  governing_law  "New York"                                           §11
  covers         model_weights, dataset, source_code
  amounts        [USD 5, EUR 99.50, [a, b]]
  confidentiality_period {years} years from term_end                        §5.{years}
  exclusions     publicly_available, already_known,
                 independently_developed, rightfully_received
  compelled_disclosure {{ notice yes; minimum yes }}                    # a permitted disclosure
  disputes §12 {{
    mode arbitration
    arbitration {{
      rules       icc
      seat        "Geneva" CH
      arbitrators 3
    }}
  }}
  accept NDA112 {{
    because "the price of a fast evaluation; damages under the later agreement"
    until   2027-06-30
  }}
}}
"#,
            number = number % 1000
        ));
    }
    source
}

//! Reference pages of the vocabulary in Markdown: for `vocabulary`, `new` and the book.

use std::fmt::Write as _;

use crate::vocabulary::{EntityType, Field, Fields, Gate, Mark, Scalar, Sort, Type, Vocabulary, known};

/// The page of a kind: what can be said, how it is written, and what absence means.
pub fn kind(vocabulary: &Vocabulary, entity: &EntityType) -> String {
    let mut page = format!("# {} `{}`\n\n{}\n", entity.title, entity.keyword(), entity.doc);
    fields(vocabulary, &entity.fields, 2, &mut page);
    if entity.agreement
        && let Some(header) = vocabulary.types.get(known::AGREEMENT)
    {
        let _ = writeln!(page, "\n## What every agreement says\n\n{}", header.doc);
        fields(vocabulary, &header.fields, 2, &mut page);
    }
    page
}

fn fields(vocabulary: &Vocabulary, fields: &Fields, level: usize, page: &mut String) {
    let mut ordered: Vec<&Field> = fields.values().filter(|field| &*field.name != known::ACCEPT).collect();
    ordered
        .sort_by_key(|field| (field.derived.is_some(), field.place.source.path.clone(), field.place.start()));
    for field in ordered.into_iter().filter(|field| !field.required) {
        let _ = writeln!(page, "\n{} `{}`\n\n{}: {}", "#".repeat(level), field.name, field.title, field.doc);
        if field.derived.is_some() {
            let _ = writeln!(page, "\nComputed, never written.");
            continue;
        }
        if field.heading {
            let _ = writeln!(page, "\nThe title in quotes after the name.");
            continue;
        }
        let _ = writeln!(page, "\n```deal-line\n{}\n```\n", field.example);
        let _ = writeln!(page, "- Holds: {}", describe(vocabulary, &field.ty));
        let words: Vec<String> = field.words().map(|word| format!("`{word}`")).collect();
        if !words.is_empty() {
            let _ = writeln!(page, "- Instead of a value: {}", words.join(", "));
        }
        let _ = writeln!(page, "- {}", absence(field));
        if field.outside {
            let _ = writeln!(page, "- May be told outside the house");
        }
        if let Some(inner) = nested(vocabulary, &field.ty)
            && level < 5
        {
            self::fields(vocabulary, inner, level + 1, page);
        }
    }
}

fn nested<'a>(vocabulary: &'a Vocabulary, ty: &'a Type) -> Option<&'a Fields> {
    match ty.element() {
        Type::Record(record) => Some(&record.fields),
        Type::Entity(name) => {
            let entity = vocabulary.entity(name);
            matches!(entity.sort, Sort::Element).then_some(&entity.fields)
        }
        _ => None,
    }
}

fn absence(field: &Field) -> String {
    match (&field.mark, &field.absent) {
        (Mark::Essential, _) => "Left out: not declared, and a rule says so".to_owned(),
        (Mark::Asked(Gate::Sign), _) => "Left out: asked before signing and ever after".to_owned(),
        (Mark::Asked(gate), _) => format!("Left out: asked {}", gate.before()),
        (Mark::Optional, Some(reason)) => format!("Left out: {reason}"),
        (Mark::Optional, None) => "May be left out".to_owned(),
    }
}

fn describe(vocabulary: &Vocabulary, ty: &Type) -> String {
    match ty {
        Type::Bool => "yes or no".to_owned(),
        Type::Long => "a whole number".to_owned(),
        Type::String => "a text in quotes".to_owned(),
        Type::Date => "a date, `2026-12-01`".to_owned(),
        Type::Scalar(scalar) => scalar_words(*scalar).to_owned(),
        Type::Set(inner) => format!("one or more: {}", describe(vocabulary, inner)),
        Type::Record(_) => "a block".to_owned(),
        Type::Entity(name) => {
            let entity = vocabulary.entity(name);
            match &entity.sort {
                Sort::Enum(members) => {
                    members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(", ")
                }
                Sort::Table => format!("a {} of the tables, by code or name", entity.title.to_lowercase()),
                Sort::Element => "a line or a block each".to_owned(),
                _ => format!("the name of a declared {}", entity.title.to_lowercase()),
            }
        }
    }
}

fn scalar_words(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Money => "a sum, `USD 2_500_000`",
        Scalar::Share => "a share, `60%` or `1/3`",
        Scalar::Period => "a length of time, `18 months`",
        Scalar::Hash => "a digest, `sha256:…`",
        Scalar::Path => "a path in quotes, from the folder of the file",
        Scalar::Spdx => "a license identifier of SPDX, or `LicenseRef-…`",
        Scalar::Code => "one word",
        Scalar::Compute => "a number of operations, `3.8e25`",
    }
}

/// A skeleton of a kind that has no template: every key in doubt, with how an answer is written.
pub fn skeleton(vocabulary: &Vocabulary, entity: &EntityType) -> String {
    let mut page = format!("{} some-name \"Title\" {{\n", entity.keyword());
    let header = entity.agreement.then(|| vocabulary.types.get(known::AGREEMENT)).flatten();
    let all = entity.fields.values().chain(header.into_iter().flat_map(|header| header.fields.values()));
    let open = all.filter(|field| field.mark != Mark::Optional && field.derived.is_none() && !field.heading);
    for field in open.filter(|field| !field.required) {
        let _ = writeln!(page, "  {} unknown  # {}", field.name, field.example.replace('\n', " "));
    }
    page.push_str("}\n");
    page
}

//! Scalar values: dates, sums, shares, periods, hashes, paths, licence ids.

use countersign_dsl::Atom;
use jiff::civil::Date;

use super::Here;
use super::read::Cursor;
use crate::deal::{Period, Share, Value};
use crate::finding::Mistake;
use crate::source::Place;
use crate::vocabulary::{Name, Scalar};

/// Years that a date may lie in: outside them it is a slip, and arithmetic could overflow.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2200;
/// Longest period, in years.
const LONGEST: i64 = 100;
/// Largest number and sum, in the smallest unit: 10^15.
const LARGEST: i64 = 1_000_000_000_000_000;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Reads a scalar that is one word or one text.
pub(super) fn read(
    reader: Scalar,
    here: &Here<'_>,
    cursor: &mut Cursor<'_>,
    at: &Place,
) -> Result<Value, Mistake> {
    let atom = cursor.next().ok_or_else(|| Mistake::at(at, "a value is missing here"))?;
    let place = here.place(atom.span());
    let (Atom::Word { text, .. } | Atom::Text { value: text, .. }) = atom else {
        return Err(Mistake::at(&place, "one value belongs here, not a list"));
    };
    let read = match reader {
        Scalar::Share => share(text).map(|share| Value::Share(Box::new(share))),
        Scalar::Hash => hash(text).map(|text| Value::Text(text.into())),
        Scalar::Path => path(text).map(|text| Value::Text(text.into())),
        Scalar::Spdx => spdx(text).map(Value::Text),
        Scalar::Code => Ok(Value::Text((&**text).into())),
        Scalar::Compute => compute(text).map(Value::Long),
        Scalar::Money | Scalar::Period => unreachable!("read with more than one word"),
    };
    read.map_err(|(message, help)| Mistake::at(&place, message).help(help))
}

type Wrong = (String, String);

pub(super) fn boolean(here: &Here<'_>, cursor: &mut Cursor<'_>, at: &Place) -> Result<Value, Mistake> {
    match cursor.next() {
        Some(Atom::Word { text, .. }) if text == "yes" || text == "true" => Ok(Value::Bool(true)),
        Some(Atom::Word { text, .. }) if text == "no" || text == "false" => Ok(Value::Bool(false)),
        Some(other) => Err(Mistake::at(&here.place(other.span()), "the answer is `yes` or `no`")),
        None => Err(Mistake::at(at, "the answer is `yes` or `no`")),
    }
}

pub(super) fn text(here: &Here<'_>, cursor: &mut Cursor<'_>, at: &Place) -> Result<Value, Mistake> {
    match cursor.next() {
        Some(Atom::Text { value, .. }) => Ok(Value::Text((&**value).into())),
        Some(Atom::Word { text, span }) if countersign_dsl::is_reserved_name(text) => {
            Err(Mistake::at(&here.place(span.clone()), format!("`{text}` is not an answer here"))
                .help(format!("put it in quotes if it is the text itself: \"{text}\"")))
        }
        Some(Atom::Word { text, .. }) => Ok(Value::Text((&**text).into())),
        _ => Err(Mistake::at(at, "a text in quotes belongs here")),
    }
}

pub(super) fn long(here: &Here<'_>, cursor: &mut Cursor<'_>, at: &Place) -> Result<Value, Mistake> {
    let Some(Atom::Word { text, span }) = cursor.next() else {
        return Err(Mistake::at(at, "a whole number belongs here"));
    };
    let number = digits(text).and_then(|digits| digits.parse::<i64>().ok());
    match number {
        Some(number) if number <= LARGEST => Ok(Value::Long(number)),
        _ => {
            Err(Mistake::at(&here.place(span.clone()), format!("`{text}` is not a whole number up to 10^15")))
        }
    }
}

/// `2026-12-01` or `1 December 2026`.
pub(super) fn date(here: &Here<'_>, cursor: &mut Cursor<'_>, at: &Place) -> Result<Value, Mistake> {
    let Some(Atom::Word { text, span }) = cursor.next() else {
        return Err(Mistake::at(at, "a date belongs here").help("for example: 2026-12-01"));
    };
    let place = here.place(span.clone());
    if text.len() <= 2 && text.parse::<i8>().is_ok() {
        return long_date(here, text, cursor, &place);
    }
    if text.contains('/') || text.matches('.').count() == 2 {
        return Err(two_readings(text, &place));
    }
    let well_formed = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let parsed = if well_formed { text.parse::<Date>().ok() } else { None };
    in_range(parsed, text, &place)
}

fn long_date(here: &Here<'_>, day: &str, cursor: &mut Cursor<'_>, place: &Place) -> Result<Value, Mistake> {
    let (Some(Atom::Word { text: month, span }), Some(Atom::Word { text: year, .. })) =
        (cursor.next(), cursor.next())
    else {
        return Err(Mistake::at(place, "a date belongs here").help("for example: 1 December 2026"));
    };
    let lower = month.to_lowercase();
    let number = MONTHS.iter().position(|name| lower.len() >= 3 && name.starts_with(&lower));
    let Some(number) = number else {
        return Err(Mistake::at(&here.place(span.clone()), format!("`{month}` is not a month")));
    };
    let parsed = match (day.parse(), year.parse(), i8::try_from(number + 1)) {
        (Ok(day), Ok(year), Ok(month)) => Date::new(year, month, day).ok(),
        _ => None,
    };
    in_range(parsed, &format!("{day} {month} {year}"), place)
}

fn in_range(date: Option<Date>, text: &str, place: &Place) -> Result<Value, Mistake> {
    match date {
        Some(date) if YEARS.contains(&date.year()) => Ok(Value::Date(date)),
        Some(_) => Err(Mistake::at(place, format!("`{text}` lies outside the years 1900 to 2200"))),
        None => Err(Mistake::at(place, format!("`{text}` is not a date"))
            .help("write year-month-day with two-digit month and day, for example 2026-12-01")),
    }
}

fn two_readings(text: &str, place: &Place) -> Mistake {
    let parts: Vec<i16> = text.split(['/', '.']).filter_map(|part| part.parse().ok()).collect();
    let mistake = Mistake::at(place, format!("`{text}` can be read in two ways"));
    let [a, b, year] = parts.as_slice() else {
        return mistake.help("write year-month-day, for example 2026-12-01");
    };
    let reading = |month: i16, day: i16| {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        Date::new(*year, month, day).ok().map(|date| date.to_string())
    };
    match (reading(*b, *a), reading(*a, *b)) {
        (Some(first), Some(second)) => mistake.help(format!("write {first} or {second}")),
        (Some(only), None) | (None, Some(only)) => mistake.help(format!("write {only}")),
        (None, None) => Mistake::at(place, format!("`{text}` is not a date"))
            .help("write year-month-day, for example 2026-12-01"),
    }
}

/// A period, and the word of the place whose calendar counts its business days.
pub(super) fn period(
    here: &Here<'_>,
    cursor: &mut Cursor<'_>,
    at: &Place,
) -> Result<(Period, Option<(String, Place)>), Mistake> {
    let Some(Atom::Word { text, span }) = cursor.next() else {
        return Err(Mistake::at(at, "a length of time belongs here").help("for example: 18 months"));
    };
    let place = here.place(span.clone());
    let Some(number) = digits(text).and_then(|digits| digits.parse::<i64>().ok()) else {
        return Err(Mistake::at(&place, format!("`{text}` is not a number"))
            .help("for example: 18 months, 30 days, 2 years"));
    };
    let Some(Atom::Word { text: unit, span: unit_span }) = cursor.next() else {
        return Err(Mistake::at(&place, format!("{number} of what? a unit is missing"))
            .help(format!("write {number} days, {number} months or {number} years")));
    };
    let name = |one: &str| {
        if number == 1 { one.to_owned() } else { format!("{one}s") }
    };
    let period = match &**unit {
        "year" | "years" if number <= LONGEST => {
            Period::new(number * 12, 0, format!("{number} {}", name("year")))
        }
        "month" | "months" if number <= LONGEST * 12 => {
            Period::new(number, 0, format!("{number} {}", name("month")))
        }
        "week" | "weeks" if number <= LONGEST * 53 => {
            Period::new(0, number * 7, format!("{number} {}", name("week")))
        }
        "day" | "days" if number <= LONGEST * 366 => {
            Period::new(0, number, format!("{number} {}", name("day")))
        }
        "hour" | "hours" if number <= LONGEST * 8784 => {
            let days = number.div_euclid(24);
            let mut period = Period::new(0, days, format!("{number} {}", name("hour")));
            period.max_days = (number + 23).div_euclid(24);
            period
        }
        "business" if number <= LONGEST * 260 => {
            return business_days(here, number, cursor, &place);
        }
        "year" | "years" | "month" | "months" | "week" | "weeks" | "day" | "days" | "hour" | "hours"
        | "business" => {
            return Err(Mistake::at(&place, format!("more than {LONGEST} years")));
        }
        _ => {
            return Err(Mistake::at(
                &here.place(unit_span.clone()),
                format!("`{unit}` is not a unit of time"),
            )
            .help("hours, days, business days, weeks, months or years"));
        }
    };
    Ok((period, None))
}

fn business_days(
    here: &Here<'_>,
    number: i64,
    cursor: &mut Cursor<'_>,
    place: &Place,
) -> Result<(Period, Option<(String, Place)>), Mistake> {
    match cursor.next() {
        Some(Atom::Word { text, .. }) if text == "day" || text == "days" => {}
        _ => return Err(Mistake::at(place, format!("write {number} business days"))),
    }
    let mut shown = format!("{number} business days");
    let mut calendar = None;
    if cursor.take_word("in") {
        let Some(Atom::Word { text, span } | Atom::Text { value: text, span }) = cursor.next() else {
            return Err(Mistake::at(place, "business days in which place?"));
        };
        shown.push_str(&format!(" in {text}"));
        calendar = Some((text.to_string(), here.place(span.clone())));
    }
    let mut period = Period::new(0, number, shown);
    // Five of seven days, and no calendar loses more than a month of them a year to holidays.
    period.max_days = number * 7 / 5 + 7 + number / 8;
    period.months = 0;
    Ok((period, calendar.filter(|(word, _)| word.len() <= 6)))
}

fn digits(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '_' | ',')).collect();
    (!plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit())).then_some(plain)
}

/// A sum in the smallest unit of its currency.
pub(super) fn minor(text: &str, places: u32) -> Option<i64> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let cents_length = u32::try_from(cents.len()).ok()?;
    if cents_length > places || (!cents.is_empty() && !cents.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let whole: i64 = digits(whole)?.parse().ok()?;
    let cents: i64 = if cents.is_empty() { 0 } else { cents.parse().ok()? };
    let sum =
        whole.checked_mul(10_i64.pow(places))?.checked_add(cents * 10_i64.pow(places - cents_length))?;
    (sum <= LARGEST).then_some(sum)
}

fn share(text: &str) -> Result<Share, Wrong> {
    let wrong =
        || (format!("`{text}` is not a share"), "for example: 60% or 1/3, from 0% to 100%".to_owned());
    let share = match (text.strip_suffix('%'), text.split_once('/')) {
        (Some(percent), _) => {
            let (whole, rest) = percent.split_once('.').unwrap_or((percent, ""));
            let plain = !whole.is_empty() && whole.len() <= 3 && rest.len() <= 12;
            if !plain || !format!("{whole}{rest}").bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong());
            }
            let scale = 10_i128.pow(u32::try_from(rest.len()).unwrap_or(0));
            let digits: i128 = format!("{whole}{rest}").parse().map_err(|_| wrong())?;
            Share::new(digits, 100 * scale)
        }
        (None, Some((upper, lower))) => {
            let parse = |text: &str| text.parse::<u32>().map(i128::from).map_err(|_| wrong());
            let (upper, lower) = (parse(upper)?, parse(lower)?);
            if lower == 0 {
                return Err(wrong());
            }
            Share::new(upper, lower)
        }
        (None, None) => return Err(wrong()),
    };
    if share.numerator > share.denominator { Err(wrong()) } else { Ok(share) }
}

/// Digests by algorithm, with the number of hexadecimal digits.
const DIGESTS: [(&str, usize); 6] =
    [("sha256", 64), ("sha384", 96), ("sha512", 128), ("blake3", 64), ("sha1", 40), ("md5", 32)];

fn hash(text: &str) -> Result<String, Wrong> {
    let names: Vec<&str> = DIGESTS.iter().map(|(name, _)| *name).collect();
    let help = format!("an algorithm, a colon and the digits: one of {}", names.join(", "));
    let Some((algorithm, digits)) = text.split_once(':') else {
        return Err((format!("`{text}` is not a digest"), help));
    };
    let lower = algorithm.to_lowercase();
    let Some((name, length)) = DIGESTS.iter().find(|(name, _)| *name == lower) else {
        return Err((format!("`{algorithm}` is not a known digest"), help));
    };
    if digits.len() != *length || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let message =
            format!("a {name} digest has {length} hexadecimal digits; this one has {}", digits.len());
        return Err((message, "copy it again from where it was computed".to_owned()));
    }
    Ok(format!("{name}:{}", digits.to_lowercase()))
}

/// `1e26` as 26,000,000: the decimal logarithm in millionths, since the number is too long to count with.
fn compute(text: &str) -> Result<i64, Wrong> {
    let number =
        text.replace('_', "").parse::<f64>().ok().filter(|number| *number >= 1.0 && number.is_finite());
    let Some(number) = number else {
        return Err((format!("`{text}` is not a number of operations"), "for example: 3.8e25".to_owned()));
    };
    #[expect(clippy::cast_possible_truncation, reason = "at most 308 million")]
    Ok((number.log10() * 1_000_000.0).round() as i64)
}

fn path(text: &str) -> Result<String, Wrong> {
    let path = text.replace('\\', "/");
    let absolute = path.starts_with('/') || path.chars().nth(1) == Some(':');
    if absolute || path.is_empty() {
        let help = "write the path from the folder of this file".to_owned();
        return Err((format!("`{text}` is not a relative path"), help));
    }
    Ok(path)
}

fn spdx(text: &str) -> Result<Name, Wrong> {
    match ::spdx::Expression::parse(text) {
        Ok(_) => Ok(text.into()),
        Err(_) => {
            let help = match ::spdx::imprecise_license_id(text) {
                Some((id, _)) => format!("did you mean `{}`?", id.name),
                None => format!(
                    "write the SPDX identifier, or LicenseRef- and a name: `LicenseRef-{}`",
                    text.replace([' ', '_'], "-")
                ),
            };
            Err((format!("`{text}` is not a license identifier"), help))
        }
    }
}

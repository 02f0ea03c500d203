//! Sums of money, shares and periods: exact fractions, and lengths of time with their bounds in days.

use jiff::civil::Date;

use super::Uid;
use crate::vocabulary::Name;

/// A sum of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// The sum in the smallest unit of its currency.
    pub minor: i64,
    /// The currency.
    pub currency: Uid,
}

/// An exact fraction, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Upper number.
    pub numerator: i128,
    /// Lower number, above 0.
    pub denominator: i128,
}

impl Share {
    /// A fraction in lowest terms.
    pub fn new(numerator: i128, denominator: i128) -> Self {
        let divisor = gcd(numerator.abs(), denominator).max(1);
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// The sum, unless the numbers grow out of range.
    pub fn plus(self, other: Self) -> Option<Self> {
        let numerator = self
            .numerator
            .checked_mul(other.denominator)?
            .checked_add(other.numerator.checked_mul(self.denominator)?)?;
        Some(Self::new(numerator, self.denominator.checked_mul(other.denominator)?))
    }

    /// Is it exactly the whole?
    pub fn whole(self) -> bool {
        self.numerator == self.denominator
    }

    /// Parts per million, rounded down.
    pub fn ppm(self) -> i64 {
        let ppm = self.numerator.saturating_mul(1_000_000) / self.denominator;
        i64::try_from(ppm).unwrap_or(i64::MAX)
    }

    /// `60%`, or `1/3` where the percentage does not end.
    pub fn show(self) -> String {
        let mut rest = self.denominator;
        for factor in [2, 5] {
            while rest % factor == 0 {
                rest /= factor;
            }
        }
        if rest != 1 {
            return format!("{}/{}", self.numerator, self.denominator);
        }
        let scaled = self.numerator.saturating_mul(100 * 1_000_000) / self.denominator;
        let text = format!("{}.{:06}", scaled / 1_000_000, scaled % 1_000_000);
        format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A length of time: whole months, days on top, and bounds in days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Whole months.
    pub months: i64,
    /// Days on top.
    pub days: i64,
    /// Fewest days it can be.
    pub min_days: i64,
    /// Most days it can be.
    pub max_days: i64,
    /// As written, normalised: `18 months`.
    pub shown: Name,
}

impl Period {
    /// A period of months and days. Twelve months are 365 or 366 days, one month 28 to 31.
    pub fn new(months: i64, days: i64, shown: impl Into<Name>) -> Self {
        let (years, rest) = (months / 12, months % 12);
        Self {
            months,
            days,
            min_days: years * 365 + rest * 28 + days,
            max_days: years * 366 + (rest * 31).min(366) + days,
            shown: shown.into(),
        }
    }

    /// The last day of a period that begins on `start`, the end of a month clipped.
    pub fn end(&self, start: Date) -> Option<Date> {
        let months = start.checked_add(jiff::Span::new().try_months(self.months).ok()?).ok()?;
        months.checked_add(jiff::Span::new().try_days(self.days).ok()?).ok()
    }
}

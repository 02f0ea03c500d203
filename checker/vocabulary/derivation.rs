//! The small languages inside `@derived` and `@join`.
//!
//! Both are sequences of words and a few signs; a path is words joined by dots.

use super::Name;

/// Attributes from a thing, one after the other.
pub type Path = Vec<Name>;

/// How a fact is computed; the value of `@derived`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Derivation {
    /// `sum PATH`: of shares, money or numbers; of nothing, 0.
    Sum(Path),
    /// `count PATH`: how many; of nothing, 0.
    Count(Path),
    /// `min TERM, TERM…`: the earliest or smallest; of nothing, not there.
    Min(Vec<Term>),
    /// `max TERM, TERM…`
    Max(Vec<Term>),
    /// `any PATH where …`: is there a member that fits?
    Any(Path, Vec<Condition>),
    /// `all PATH where …`: does every member fit? Of nothing, yes.
    All(Path, Vec<Condition>),
    /// `PATH less PATH`: members of the first that are not in the second.
    Less(Path, Path),
    /// `collect PATH of PATH where …`: the first path, from the members of the second that fit.
    Collect(Path, Path, Vec<Condition>),
    /// `inverse Type.attribute`: the things whose attribute names this one.
    Inverse(Name, Path),
    /// `end START + PERIOD`: the date on which a period ends.
    End(Path, Length),
    /// `end RECORD`: the same for a record of a length and the name of the date it runs from.
    EndOf(Path),
    /// `digest PATH`: SHA-256 over names, versions and hashes, sorted.
    Digest(Path),
    /// `lookup Table by PATH, PATH`: the row of that id, ids of the paths joined by `/`.
    Lookup(Name, Vec<Path>),
    /// `exceeds TERM, TERM`: is the first longer, later or more? A hole where they cannot be compared.
    Exceeds(Term, Term),
    /// `closure PATH`: the things reached by following the path any number of times.
    Closure(Path),
}

/// An operand of `min`, `max` and `exceeds`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A path.
    Path(Path),
    /// `end START + PERIOD`.
    End(Path, Length),
    /// `house.PATH`: a parameter of the workspace.
    House(Path),
    /// `today`: the date of the check.
    Today,
    /// `DATE since DATE`: the days between, as a period.
    Since(Box<Term>, Box<Term>),
}

/// A length of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// Read from a path.
    Path(Path),
    /// Written out: `12 months`, `30 days`, `1 years`.
    Literal { months: i64, days: i64 },
}

/// `FIELD == PATH` and the like, for members of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Path from the member; empty for the member itself (`it`).
    pub left: Path,
    /// How the sides are compared.
    pub test: Test,
    /// What it is compared with.
    pub right: Operand,
}

/// A comparison of `where`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Any value of the left is a value of the right.
    Equal,
    /// No value of the left is a value of the right.
    Differs,
    /// Any value of the left is, or lies under, a value of the right.
    In,
    /// A date of the left is before the right.
    Before,
    /// A date of the left is after the right.
    After,
}

/// The right side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A path from the thing that carries the fact.
    Path(Path),
    /// A word: a member of an enum, a row of a table, `yes` or `no`.
    Word(String),
    /// `today`.
    Today,
}

/// Things that meet; the value of `@join`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// Variables in order, each bound from those before it.
    pub bindings: Vec<(Name, Step)>,
}

/// How a variable of a join is bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Every thing of the type.
    All(Name),
    /// Along a path.
    Along(Path),
    /// Zero or more times along a path that leads back to its own type.
    Closure { from: Name, path: Path },
    /// Back along a reference: the things of the type whose attribute names the variable.
    Inverse { from: Name, ty: Name, attribute: Path },
}

impl Term {
    fn reads_today(&self) -> bool {
        match self {
            Self::Today => true,
            Self::Since(left, right) => left.reads_today() || right.reads_today(),
            Self::Path(_) | Self::End(..) | Self::House(_) => false,
        }
    }
}

impl Derivation {
    /// Does it look at the date of the check?
    pub fn reads_today(&self) -> bool {
        match self {
            Self::Min(terms) | Self::Max(terms) => terms.iter().any(Term::reads_today),
            Self::Exceeds(left, right) => left.reads_today() || right.reads_today(),
            Self::Any(_, conditions) | Self::All(_, conditions) | Self::Collect(_, _, conditions) => {
                conditions.iter().any(|condition| condition.right == Operand::Today)
            }
            _ => false,
        }
    }

    /// Reads a derivation.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words::new(text);
        let derivation = words.derivation()?;
        words.finish()?;
        Ok(derivation)
    }
}

impl Join {
    /// Reads a join.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Words::new(text);
        let mut bindings = Vec::new();
        loop {
            let name = words.word()?;
            words.expect(":")?;
            bindings.push((name.into(), words.step(bindings.is_empty())?));
            if !words.take(",") {
                break;
            }
        }
        words.finish()?;
        Ok(Self { bindings })
    }
}

/// Words and signs of one annotation.
struct Words<'a> {
    text: &'a str,
    rest: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        let mut rest = Vec::new();
        let mut tail = text.trim_start();
        while let Some(first) = tail.chars().next() {
            let length = match first {
                letter if is_word(letter) => tail.find(|c| !is_word(c)).unwrap_or(tail.len()),
                '=' if tail.starts_with("==") => 2,
                '!' if tail.starts_with("!=") => 2,
                sign => sign.len_utf8(),
            };
            let (token, after) = tail.split_at(length);
            rest.push(token);
            tail = after.trim_start();
        }
        rest.reverse();
        Self { text, rest }
    }

    fn peek(&self) -> &'a str {
        self.rest.last().copied().unwrap_or("")
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.peek() == token;
        if found {
            self.rest.pop();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.take(token) {
            return Ok(());
        }
        Err(self.expected(&format!("`{token}`")))
    }

    fn expected(&self, what: &str) -> String {
        match self.peek() {
            "" => format!("expected {what} at the end of `{}`", self.text),
            found => format!("expected {what}, found `{found}` in `{}`", self.text),
        }
    }

    fn finish(&self) -> Result<(), String> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(self.expected("the end"))
    }

    fn word(&mut self) -> Result<&'a str, String> {
        if self.peek().starts_with(is_word) {
            return Ok(self.rest.pop().unwrap_or(""));
        }
        Err(self.expected("a name"))
    }

    fn path(&mut self) -> Result<Path, String> {
        let mut path = vec![Name::from(self.word()?)];
        while self.take(".") {
            path.push(self.word()?.into());
        }
        Ok(path)
    }

    fn derivation(&mut self) -> Result<Derivation, String> {
        let path = self.path()?;
        let [function] = path.as_slice() else {
            return self.less(path);
        };
        Ok(match &**function {
            "sum" => Derivation::Sum(self.path()?),
            "count" => Derivation::Count(self.path()?),
            "min" => Derivation::Min(self.terms()?),
            "max" => Derivation::Max(self.terms()?),
            "any" => Derivation::Any(self.path()?, self.conditions()?),
            "all" => Derivation::All(self.path()?, self.conditions()?),
            "collect" => {
                let what = self.path()?;
                self.expect("of")?;
                Derivation::Collect(what, self.path()?, self.conditions()?)
            }
            "inverse" => {
                let mut path = self.path()?;
                if path.len() < 2 {
                    return Err(self.expected("`Type.attribute`"));
                }
                Derivation::Inverse(path.remove(0), path)
            }
            "end" => {
                let start = self.path()?;
                if self.peek().is_empty() {
                    return Ok(Derivation::EndOf(start));
                }
                Derivation::End(start, self.length()?)
            }
            "digest" => Derivation::Digest(self.path()?),
            "closure" => Derivation::Closure(self.path()?),
            "lookup" => {
                let table = self.word()?.into();
                self.expect("by")?;
                let mut paths = vec![self.path()?];
                while self.take(",") {
                    paths.push(self.path()?);
                }
                Derivation::Lookup(table, paths)
            }
            "exceeds" => {
                let left = self.term()?;
                self.expect(",")?;
                Derivation::Exceeds(left, self.term()?)
            }
            _ => return self.less(path),
        })
    }

    fn less(&mut self, left: Path) -> Result<Derivation, String> {
        if self.take("less") {
            return Ok(Derivation::Less(left, self.path()?));
        }
        let functions =
            "sum, count, min, max, any, all, collect, inverse, end, digest, closure, lookup, exceeds or less";
        Err(format!("no function in `{}`: it is one of {functions}", self.text))
    }

    /// `+ PERIOD`
    fn length(&mut self) -> Result<Length, String> {
        self.expect("+")?;
        if self.peek().starts_with(|c: char| c.is_ascii_digit()) {
            return self.literal_length();
        }
        Ok(Length::Path(self.path()?))
    }

    fn literal_length(&mut self) -> Result<Length, String> {
        let number: i64 = self.word()?.parse().map_err(|_| self.expected("a whole number"))?;
        match self.word()? {
            "days" => Ok(Length::Literal { months: 0, days: number }),
            "months" => Ok(Length::Literal { months: number, days: 0 }),
            "years" => Ok(Length::Literal { months: number * 12, days: 0 }),
            _ => Err(self.expected("`days`, `months` or `years`")),
        }
    }

    fn terms(&mut self) -> Result<Vec<Term>, String> {
        let mut terms = vec![self.term()?];
        while self.take(",") {
            terms.push(self.term()?);
        }
        Ok(terms)
    }

    fn term(&mut self) -> Result<Term, String> {
        let first = self.simple_term()?;
        if self.take("since") {
            return Ok(Term::Since(Box::new(first), Box::new(self.simple_term()?)));
        }
        Ok(first)
    }

    fn simple_term(&mut self) -> Result<Term, String> {
        if self.take("end") {
            let start = self.path()?;
            return Ok(Term::End(start, self.length()?));
        }
        if self.take("today") {
            return Ok(Term::Today);
        }
        let mut path = self.path()?;
        if path.len() > 1 && &*path[0] == "house" {
            path.remove(0);
            return Ok(Term::House(path));
        }
        Ok(Term::Path(path))
    }

    fn conditions(&mut self) -> Result<Vec<Condition>, String> {
        let mut conditions = Vec::new();
        if !self.take("where") {
            return Ok(conditions);
        }
        loop {
            conditions.push(self.condition()?);
            if !self.take("and") {
                return Ok(conditions);
            }
        }
    }

    fn condition(&mut self) -> Result<Condition, String> {
        let mut left = self.path()?;
        if left.len() == 1 && &*left[0] == "it" {
            left.clear();
        }
        let test = match self.rest.pop().unwrap_or("") {
            "==" => Test::Equal,
            "!=" => Test::Differs,
            "in" => Test::In,
            "before" => Test::Before,
            "after" => Test::After,
            _ => return Err(self.expected("`==`, `!=`, `in`, `before` or `after`")),
        };
        let right = if self.take("'") {
            let word = self.word()?.to_owned();
            self.expect("'")?;
            Operand::Word(word)
        } else if self.take("today") {
            Operand::Today
        } else {
            Operand::Path(self.path()?)
        };
        Ok(Condition { left, test, right })
    }

    fn step(&mut self, first: bool) -> Result<Step, String> {
        let mut path = self.path()?;
        if first {
            return match path.as_slice() {
                [ty] => Ok(Step::All(Name::clone(ty))),
                _ => Err(self.expected("an entity type")),
            };
        }
        if self.take("(") {
            self.expect(".")?;
            let along = self.path()?;
            self.expect(")")?;
            self.expect("*")?;
            return Ok(Step::Closure { from: path.remove(0), path: along });
        }
        if self.take("^") {
            let mut back = self.path()?;
            if back.len() < 2 {
                return Err(self.expected("`^Type.attribute`"));
            }
            return Ok(Step::Inverse { from: path.remove(0), ty: back.remove(0), attribute: back });
        }
        Ok(Step::Along(path))
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '-'
}

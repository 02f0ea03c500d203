//! From tokens to declarations.

use std::borrow::Cow;

use super::tokens::{Token, Tokens, Wrong, unquoted};
use super::{Annotation, Attribute, Declared, Kind, Schema, Shape, Type};

/// How deep types may nest: no stack runs over.
const MAX_DEPTH: usize = 64;

/// Reads all declarations of a text.
pub(super) fn schema(text: &str) -> Result<Schema<'_>, Wrong> {
    let mut parser = Parser { tokens: Tokens::new(text)?, depth: 0 };
    let mut schema = Schema::default();
    loop {
        let annotations = parser.annotations()?;
        if parser.tokens.ahead == Token::End && annotations.is_empty() {
            break;
        }
        parser.declaration(annotations, &mut schema)?;
    }
    schema.entities.sort_by_key(|entity| entity.name);
    schema.types.sort_by_key(|common| common.name);
    schema.actions.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(schema)
}

struct Parser<'s> {
    tokens: Tokens<'s>,
    depth: usize,
}

impl<'s> Parser<'s> {
    fn declaration(
        &mut self,
        annotations: Vec<Annotation<'s>>,
        schema: &mut Schema<'s>,
    ) -> Result<(), Wrong> {
        match self.tokens.ahead {
            Token::Word("entity") => self.entity(annotations, schema),
            Token::Word("type") => self.common(annotations, schema),
            Token::Word("action") => self.action(schema),
            Token::Word("namespace") => Err((0..0, "a vocabulary is written without a namespace".to_owned())),
            _ => Err(self.expected("`entity`, `type` or `action`")),
        }
    }

    fn entity(&mut self, annotations: Vec<Annotation<'s>>, schema: &mut Schema<'s>) -> Result<(), Wrong> {
        let start = self.tokens.span.start;
        self.tokens.advance()?;
        let names = self.several(Self::word)?;
        let kind = if self.took_word("enum")? {
            self.sign("[")?;
            let choices = self.several(Self::quoted)?;
            self.sign("]")?;
            Kind::Enum(choices)
        } else {
            Kind::Standard(self.standard()?)
        };
        self.sign(";")?;
        let span = start..self.tokens.end;
        schema.entities.extend(names.into_iter().map(|name| Declared {
            name,
            annotations: annotations.clone(),
            what: kind.clone(),
            span: span.clone(),
        }));
        Ok(())
    }

    /// Parents and tags are Cedar's business; here they only have to be well formed.
    fn standard(&mut self) -> Result<Vec<Attribute<'s>>, Wrong> {
        if self.took_word("in")? {
            self.entity_types()?;
        }
        let shaped = self.took_sign("=")? || self.tokens.ahead == Token::Sign("{");
        let attributes = if shaped { self.record()? } else { Vec::new() };
        if self.took_word("tags")? {
            self.ty()?;
        }
        Ok(attributes)
    }

    fn common(&mut self, annotations: Vec<Annotation<'s>>, schema: &mut Schema<'s>) -> Result<(), Wrong> {
        let start = self.tokens.span.start;
        self.tokens.advance()?;
        let name = self.word()?;
        self.sign("=")?;
        let what = self.ty()?;
        self.sign(";")?;
        schema.types.push(Declared { name, annotations, what, span: start..self.tokens.end });
        Ok(())
    }

    fn action(&mut self, schema: &mut Schema<'s>) -> Result<(), Wrong> {
        self.tokens.advance()?;
        let names = self.several(Self::name)?;
        if self.took_word("in")? {
            let span = self.tokens.span.clone();
            if self.in_brackets(Self::qualified_name)?.is_empty() {
                return Err((span, "expected an action, found an empty list".to_owned()));
            }
        }
        let resources = if self.took_word("appliesTo")? { self.applies_to()? } else { Vec::new() };
        if self.took_word("attributes")? {
            self.sign("{")?;
            self.sign("}")?;
        }
        self.sign(";")?;
        schema.actions.extend(names.into_iter().map(|name| (name, resources.clone())));
        Ok(())
    }

    /// The entity types of the resource; those of the principal and the context are Cedar's business.
    fn applies_to(&mut self) -> Result<Vec<&'s str>, Wrong> {
        self.sign("{")?;
        let mut resources = Vec::new();
        loop {
            let span = self.tokens.span.clone();
            let part = self.word()?;
            self.sign(":")?;
            match part {
                "resource" => resources = self.entity_types()?,
                "principal" => drop(self.entity_types()?),
                "context" if self.tokens.ahead == Token::Sign("{") => drop(self.record()?),
                "context" => drop(self.path()?),
                _ => return Err((span, "expected `principal`, `resource` or `context`".to_owned())),
            }
            let more = self.took_sign(",")?;
            if self.took_sign("}")? {
                return Ok(resources);
            }
            if !more {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn entity_types(&mut self) -> Result<Vec<&'s str>, Wrong> {
        self.in_brackets(Self::path)
    }

    fn ty(&mut self) -> Result<Type<'s>, Wrong> {
        let start = self.tokens.span.start;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err((self.tokens.span.clone(), format!("types are nested more than {MAX_DEPTH} deep")));
        }
        let shape = match self.tokens.ahead {
            Token::Sign("{") => Shape::Record(self.record()?),
            _ => match self.path()? {
                "Set" if self.took_sign("<")? => Shape::Set(Box::new(self.element()?)),
                name => Shape::Named(name),
            },
        };
        self.depth -= 1;
        Ok(Type { shape, span: start..self.tokens.end })
    }

    fn element(&mut self) -> Result<Type<'s>, Wrong> {
        let element = self.ty()?;
        self.sign(">")?;
        Ok(element)
    }

    fn record(&mut self) -> Result<Vec<Attribute<'s>>, Wrong> {
        self.sign("{")?;
        let mut attributes = Vec::new();
        while !self.took_sign("}")? {
            let start = self.tokens.span.start;
            let annotations = self.annotations()?;
            let name = self.name()?;
            let required = !self.took_sign("?")?;
            self.sign(":")?;
            let ty = self.ty()?;
            let more = self.took_sign(",")?;
            attributes.push(Attribute { name, annotations, required, ty, span: start..self.tokens.end });
            if !more && self.tokens.ahead != Token::Sign("}") {
                return Err(self.expected("`,` or `}`"));
            }
        }
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        match attributes.windows(2).find(|pair| pair[0].name == pair[1].name) {
            // Cedar would take the last of them in silence.
            Some(pair) => {
                Err((pair[1].span.clone(), format!("attribute `{}` is declared twice", pair[1].name)))
            }
            None => Ok(attributes),
        }
    }

    fn annotations(&mut self) -> Result<Vec<Annotation<'s>>, Wrong> {
        let mut annotations: Vec<Annotation<'s>> = Vec::new();
        while self.took_sign("@")? {
            let span = self.tokens.span.clone();
            let key = self.word()?;
            if annotations.iter().any(|known| known.key == key) {
                return Err((span, format!("`@{key}` stands here twice")));
            }
            let mut value = None;
            if self.took_sign("(")? {
                let span = self.tokens.span.clone();
                value = Some((self.quoted()?, span));
                self.sign(")")?;
            }
            annotations.push(Annotation { key, value });
        }
        annotations.sort_by_key(|annotation| annotation.key);
        Ok(annotations)
    }

    /// An identifier, with what qualifies it.
    fn path(&mut self) -> Result<&'s str, Wrong> {
        let start = self.tokens.span.start;
        self.word()?;
        while self.took_sign("::")? {
            self.word()?;
        }
        Ok(self.tokens.between(start))
    }

    /// The name of an action, or a text that a type qualifies.
    fn qualified_name(&mut self) -> Result<(), Wrong> {
        let mut qualified = false;
        loop {
            if let Token::Text(_) = self.tokens.ahead {
                return self.quoted().map(drop);
            }
            self.word()?;
            if !self.took_sign("::")? {
                return if qualified { Err(self.expected("`::` and a text")) } else { Ok(()) };
            }
            qualified = true;
        }
    }

    fn name(&mut self) -> Result<Cow<'s, str>, Wrong> {
        match self.tokens.ahead {
            Token::Text(_) => self.quoted(),
            _ => self.word().map(Cow::Borrowed),
        }
    }

    fn quoted(&mut self) -> Result<Cow<'s, str>, Wrong> {
        let span = self.tokens.span.clone();
        let Token::Text(text) = self.tokens.ahead else { return Err(self.expected("a text in quotes")) };
        self.tokens.advance()?;
        unquoted(text).ok_or_else(|| (span, "this text holds an escape that means nothing".to_owned()))
    }

    fn word(&mut self) -> Result<&'s str, Wrong> {
        let Token::Word(word) = self.tokens.ahead else { return Err(self.expected("a name")) };
        self.tokens.advance()?;
        Ok(word)
    }

    /// One or several in brackets, or one without.
    fn in_brackets<T>(&mut self, one: fn(&mut Self) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        if !self.took_sign("[")? {
            return Ok(vec![one(self)?]);
        }
        if self.took_sign("]")? {
            return Ok(Vec::new());
        }
        let all = self.several(one)?;
        self.sign("]")?;
        Ok(all)
    }

    fn several<T>(&mut self, one: fn(&mut Self) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        let mut all = vec![one(self)?];
        while self.took_sign(",")? {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), Wrong> {
        if self.took_sign(sign)? { Ok(()) } else { Err(self.expected(&format!("`{sign}`"))) }
    }

    fn took_sign(&mut self, sign: &'static str) -> Result<bool, Wrong> {
        self.took(Token::Sign(sign))
    }

    fn took_word(&mut self, word: &'static str) -> Result<bool, Wrong> {
        self.took(Token::Word(word))
    }

    fn took(&mut self, token: Token<'s>) -> Result<bool, Wrong> {
        let there = self.tokens.ahead == token;
        if there {
            self.tokens.advance()?;
        }
        Ok(there)
    }

    fn expected(&self, what: &str) -> Wrong {
        let found = match self.tokens.ahead {
            Token::Word(text) | Token::Sign(text) => format!("`{text}`"),
            Token::Text(_) => "a text".to_owned(),
            Token::End => "the end of the file".to_owned(),
        };
        (self.tokens.span.clone(), format!("expected {what}, found {found}"))
    }
}

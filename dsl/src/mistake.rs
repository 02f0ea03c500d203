//! A mistake of form, and the list in which the parser collects them.

use crate::Span;

/// Something a reader of the file must put right before it can be understood in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is.
    pub span: Span,
    /// What is wrong: lower case, no full stop, the author's words in backticks.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// A second place, and what is to be seen there.
    pub also: Option<(Span, String)>,
    /// Whether it leaves open where blocks or texts end.
    pub structural: bool,
}

impl Mistake {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, also: None, structural: false }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn also(mut self, span: Span, label: impl Into<String>) -> Self {
        self.also = Some((span, label.into()));
        self
    }

    pub(crate) fn structural(mut self) -> Self {
        self.structural = true;
        self
    }
}

/// How many mistakes of one file are told. A file with more is not a deal, and memory is not to be had for the asking.
const MAX_TOLD: usize = 1000;

/// Collects mistakes: counts all, keeps the first thousand.
#[derive(Default)]
pub(crate) struct Mistakes {
    told: Vec<Mistake>,
    count: usize,
    first_untold: Option<Span>,
}

impl Mistakes {
    pub(crate) fn push(&mut self, mistake: Mistake) {
        self.count += 1;
        if self.told.len() < MAX_TOLD {
            self.told.push(mistake);
        } else if self.first_untold.is_none() {
            self.first_untold = Some(mistake.span);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// All that is told, in the order of the source. A cut list says so, and may have cut a structural mistake.
    pub(crate) fn into_sorted(mut self) -> Vec<Mistake> {
        self.told.sort_by_key(|mistake| (mistake.span.start, mistake.span.end));
        if let Some(span) = self.first_untold {
            let rest = self.count - MAX_TOLD;
            self.told.push(
                Mistake::new(span, format!("the file has {rest} more mistakes, which are not listed"))
                    .structural(),
            );
        }
        self.told
    }
}

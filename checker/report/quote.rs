//! Lines of several sources as one source, for a drawing that shows them in the order of their weight.
//!
//! miette draws labels in the order of one text. Here each stretch of lines has a room of its own in a made-up
//! text, with its true path and line numbers: the place to look at first comes first, in whatever file it lies.

use std::sync::Arc;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use crate::source::{Place, Source};

/// Room of a stretch in the made-up text; larger than any file that is read.
const ROOM: usize = 1 << 30;
/// Labels this many lines apart share a stretch.
const NEAR: usize = 2;

/// Stretches of lines with their labels, the first one first.
#[derive(Debug, Default)]
pub struct Quotes {
    stretches: Vec<Stretch>,
}

#[derive(Debug)]
struct Stretch {
    source: Arc<Source>,
    labels: Vec<(Place, String)>,
}

impl Quotes {
    /// Gathers labels into stretches. The first label is the place to look at first.
    pub fn new(labels: Vec<(Place, String)>) -> Self {
        let Some((first, _)) = labels.first().cloned() else { return Self::default() };
        let mut sorted: Vec<(Place, String)> = Vec::new();
        for (place, text) in labels {
            add(&mut sorted, place, text);
        }
        sorted.sort_by_key(|(place, _)| place.clone());
        let mut stretches: Vec<Stretch> = Vec::new();
        for (place, text) in sorted {
            match stretches.last_mut() {
                Some(stretch) if stretch.reaches(&place) => stretch.labels.push((place, text)),
                _ => {
                    stretches.push(Stretch { source: Arc::clone(&place.source), labels: vec![(place, text)] })
                }
            }
        }
        stretches.sort_by_key(|stretch| !stretch.labels.iter().any(|(place, _)| *place == first));
        Self { stretches }
    }

    /// The labels as miette wants them.
    pub fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.stretches.is_empty() {
            return None;
        }
        let all = self.stretches.iter().enumerate().flat_map(|(room, stretch)| {
            stretch.labels.iter().map(move |(place, text)| {
                let text = Some(text.clone()).filter(|text| !text.is_empty());
                LabeledSpan::new(text, room * ROOM + place.start(), place.end() - place.start())
            })
        });
        Some(Box::new(all))
    }
}

/// One label a place, its texts joined.
fn add(labels: &mut Vec<(Place, String)>, place: Place, text: String) {
    match labels.iter_mut().find(|(known, _)| *known == place) {
        Some((_, known)) if known.is_empty() => *known = text,
        Some((_, known)) if !text.is_empty() && !known.contains(&text) => {
            known.push_str("; ");
            known.push_str(&text);
        }
        Some(_) => {}
        None => labels.push((place, text)),
    }
}

impl Stretch {
    fn reaches(&self, place: &Place) -> bool {
        let last = self.labels.iter().map(|(place, _)| place.end_line_column().0).max().unwrap_or(0);
        Arc::ptr_eq(&self.source, &place.source) && place.line_column().0 <= last + NEAR
    }

    /// The bytes of all its lines.
    fn lines(&self) -> std::ops::Range<usize> {
        let text = &self.source.text;
        let start = self.labels.iter().map(|(place, _)| place.start()).min().unwrap_or(0);
        let end = self.labels.iter().map(|(place, _)| place.end()).max().unwrap_or(0);
        let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
        start..end
    }
}

impl SourceCode for Quotes {
    /// The whole stretch, whatever part of it is meant; a span over two stretches is refused, so that
    /// they are drawn one after the other.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let room = span.offset() / ROOM;
        let crosses = (span.offset() + span.len()) / ROOM != room;
        let stretch = self.stretches.get(room).filter(|_| !crosses).ok_or(MietteError::OutOfBounds)?;
        let lines = stretch.lines();
        let text = &stretch.source.text;
        let first = text[..lines.start].matches('\n').count();
        let count = text[lines.clone()].matches('\n').count();
        Ok(Box::new(MietteSpanContents::new_named(
            stretch.source.path.clone(),
            &text.as_bytes()[lines.clone()],
            SourceSpan::from(room * ROOM + lines.start..room * ROOM + lines.end),
            first,
            0,
            count,
        )))
    }
}

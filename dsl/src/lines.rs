//! From a byte offset to the line and column a reader looks for.

/// The starts of all lines of a source.
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Notes where each line of the source begins.
    pub fn new(source: &str) -> Self {
        let breaks = source.bytes().filter(|byte| *byte == b'\n').count();
        let mut starts = Vec::with_capacity(1 + breaks);
        starts.push(0);
        starts.extend(source.match_indices('\n').map(|(at, _)| at + 1));
        Self { starts }
    }

    /// Line and column of an offset into the same source, both from 1; the column counts characters
    /// (Unicode scalar values). An offset inside a character means that character, one behind the end
    /// means the end.
    pub fn place(&self, source: &str, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(source.len());
        while !source.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset);
        let column = source[self.starts[line - 1]..offset].chars().filter(|c| *c != '\u{FEFF}').count();
        (line, column + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_from_one() {
        let source = "a §é b\r\n\ncd";
        let lines = Lines::new(source);
        let places: Vec<_> = [0, 2, 4, 3, 7, 10, 11, 13, 99].map(|offset| lines.place(source, offset)).into();
        assert_eq!(places, [(1, 1), (1, 3), (1, 4), (1, 3), (1, 6), (2, 1), (3, 1), (3, 3), (3, 3)]);
    }
}

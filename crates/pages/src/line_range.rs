use shelf_runtime::page;

/// Consecutive lines of a block of `ocr`, counted from 0 across its paragraphs.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRange {
    /// The first line.
    pub first: u32,
    /// How many lines.
    #[garde(range(min = 1))]
    pub count: u32,
}

impl LineRange {
    /// The line after the last.
    #[must_use]
    pub fn end(self) -> u32 {
        self.first.saturating_add(self.count)
    }

    /// The lines that both ranges contain; `None` if there are none.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let first = self.first.max(other.first);
        let count = self.end().min(other.end()).saturating_sub(first);
        (count > 0).then_some(Self { first, count })
    }
}

#[cfg(test)]
mod tests {
    use super::LineRange;

    #[test]
    fn intersection_has_the_common_lines() {
        let range = |first, count| LineRange { first, count };
        assert_eq!(range(0, 3).intersection(range(2, 5)), Some(range(2, 1)));
        assert_eq!(range(0, 3).intersection(range(3, 1)), None);
    }
}

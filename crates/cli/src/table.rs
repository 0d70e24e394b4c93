use super::terminal::{columns, wrap};

/// A column of a table for people.
#[derive(Debug, Clone)]
pub(super) struct Column {
    title: String,
    kind: Kind,
    rank: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Numbers: aligned on the right, never broken.
    Number,
    /// Ids, names and other words: never broken.
    Word,
    /// Sentences and lists: broken between words if space is short.
    Prose,
}

impl Column {
    pub(super) fn number(title: impl AsRef<str>) -> Self {
        Self::new(title.as_ref(), Kind::Number)
    }

    pub(super) fn word(title: impl AsRef<str>) -> Self {
        Self::new(title.as_ref(), Kind::Word)
    }

    pub(super) fn prose(title: impl AsRef<str>) -> Self {
        Self::new(title.as_ref(), Kind::Prose)
    }

    fn new(title: &str, kind: Kind) -> Self {
        Self { title: title.replace(['_', '.'], " "), kind, rank: 0 }
    }

    /// Priority for omitting the column if space is short: the highest rank first, the last column within a rank; 0 means never.
    pub(super) fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }
}

/// Rows under titles.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A formatted table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) lines: Vec<String>,
    /// Titles of the columns that are omitted.
    pub(super) omitted: Vec<String>,
}

/// Spaces between two columns of a table.
const GAP: usize = 2;
/// Minimum width of prose that is at least that long.
const PROSE_MIN: usize = 24;

impl Table {
    pub(super) fn new(columns: impl IntoIterator<Item = Column>, rows: Vec<Vec<String>>) -> Self {
        Self { columns: columns.into_iter().collect(), rows }
    }

    /// Formats the table in lines of at most `width` columns; `None` means unlimited.
    pub(super) fn printed(&self, width: Option<usize>) -> Printed {
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let widths = loop {
            if let Some(widths) = self.widths(&shown, width) {
                break widths;
            }
            let last_to_keep = |at: &usize| (self.columns[*at].rank, *at);
            match shown.iter().copied().filter(|at| self.columns[*at].rank > 0).max_by_key(last_to_keep) {
                Some(omitted) => shown.retain(|at| *at != omitted),
                None => break shown.iter().map(|at| self.min_width(*at)).collect(),
            }
        };
        let titles: Vec<String> = self.columns.iter().map(|column| column.title.to_uppercase()).collect();
        let mut lines = lines_of(&titles, &shown, &widths, &self.columns, true);
        for row in &self.rows {
            lines.extend(lines_of(row, &shown, &widths, &self.columns, false));
        }
        let is_omitted = |at: &usize| !shown.contains(at);
        let omitted = (0..self.columns.len()).filter(is_omitted).map(|at| self.columns[at].title.clone());
        Printed { lines, omitted: omitted.collect() }
    }

    /// The widths of the columns `shown`; `None` if they do not fit.
    fn widths(&self, shown: &[usize], width: Option<usize>) -> Option<Vec<usize>> {
        let natural: Vec<usize> = shown.iter().map(|at| self.natural_width(*at)).collect();
        let Some(width) = width else { return Some(natural) };
        let room = width.checked_sub(GAP * shown.len().saturating_sub(1))?;
        if natural.iter().sum::<usize>() <= room {
            return Some(natural);
        }
        let mut widths: Vec<usize> = shown.iter().map(|at| self.min_width(*at)).collect();
        let mut spare = room.checked_sub(widths.iter().sum())?;
        for (width, natural) in widths.iter_mut().zip(natural) {
            let more = spare.min(natural - *width);
            *width += more;
            spare -= more;
        }
        Some(widths)
    }

    fn cells(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(at)).map(String::as_str)
    }

    fn natural_width(&self, at: usize) -> usize {
        let title = columns(&self.columns[at].title.to_uppercase());
        self.cells(at).map(columns).chain([title]).max().unwrap_or_default()
    }

    /// The width at which no number, id or word is broken.
    fn min_width(&self, at: usize) -> usize {
        let longest_word = |text: &str| text.split_whitespace().map(columns).max().unwrap_or_default();
        let title = longest_word(&self.columns[at].title.to_uppercase());
        let of_cell = |cell: &str| match self.columns[at].kind {
            Kind::Number | Kind::Word => columns(cell),
            Kind::Prose => longest_word(cell).max(columns(cell).min(PROSE_MIN)),
        };
        self.cells(at).map(of_cell).chain([title]).max().unwrap_or_default()
    }
}

/// The lines of a row, as many as its tallest cell has.
fn lines_of(row: &[String], shown: &[usize], widths: &[usize], all: &[Column], is_title: bool) -> Vec<String> {
    let cells: Vec<Vec<String>> = shown
        .iter()
        .zip(widths)
        .map(|(at, width)| match row.get(*at) {
            Some(cell) if columns(cell) <= *width => vec![cell.clone()],
            Some(cell) if is_title || all[*at].kind == Kind::Prose => wrap(cell, *width),
            Some(cell) => vec![cell.clone()],
            None => Vec::new(),
        })
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or_default().max(1);
    let line = |number: usize| {
        let mut line = String::new();
        for ((cell, at), width) in cells.iter().zip(shown).zip(widths) {
            let text = cell.get(number).map_or("", String::as_str);
            let space = " ".repeat(width.saturating_sub(columns(text)));
            let (before, after) =
                if all[*at].kind == Kind::Number { (space, String::new()) } else { (String::new(), space) };
            line.extend([&before, text, &after, &" ".repeat(GAP)]);
        }
        line.trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn report() -> Table {
        let columns = [
            Column::word("page"),
            Column::number("words").rank(1),
            Column::number("confidence_mean").rank(2),
            Column::prose("what it is").rank(3),
        ];
        let row = ["12", "1234", "0.9312", "Finds the text of a page and where it is, word for word"];
        Table::new(columns, vec![row.map(ToOwned::to_owned).to_vec()])
    }

    #[test]
    fn titles_and_prose_are_wrapped_before_a_column_is_omitted() {
        insta::assert_snapshot!(report().printed(None).lines.join("\n"), @r"
        PAGE  WORDS  CONFIDENCE MEAN  WHAT IT IS
        12     1234           0.9312  Finds the text of a page and where it is, word for word
        ");
        insta::assert_snapshot!(report().printed(Some(56)).lines.join("\n"), @r"
        PAGE  WORDS  CONFIDENCE MEAN  WHAT IT IS
        12     1234           0.9312  Finds the text of a page
                                      and where it is, word for
                                      word
        ");
        let narrow = report().printed(Some(30));
        assert_eq!(narrow.omitted, ["what it is"]);
        insta::assert_snapshot!(narrow.lines.join("\n"), @r"
        PAGE  WORDS  CONFIDENCE MEAN
        12     1234           0.9312
        ");
        assert_eq!(report().printed(Some(12)).omitted, ["confidence mean", "what it is"]);
    }

    proptest! {
        #[test]
        fn a_table_fits_and_no_word_is_broken(width in 10usize..140, cells in proptest::collection::vec("[a-z]{1,9}( [a-z]{1,9}){0,5}", 6)) {
            let columns = [Column::word("id"), Column::number("of pages").rank(2), Column::prose("title").rank(1)];
            let rows: Vec<Vec<String>> = cells.chunks(3).map(|row| vec![row[0].replace(' ', ""), row[1].replace(' ', ""), row[2].clone()]).collect();
            let table = Table::new(columns, rows);
            let printed = table.printed(Some(width));
            let ids_alone = printed.omitted.len() == 2;
            prop_assert!(ids_alone || printed.lines.iter().all(|line| crate::terminal::columns(line) <= width));
            let words: Vec<&str> = printed.lines.iter().flat_map(|line| line.split_whitespace()).collect();
            for row in &table.rows {
                prop_assert!(words.contains(&row[0].as_str()));
                if !printed.omitted.contains(&"title".to_owned()) {
                    prop_assert!(row[2].split(' ').all(|word| words.contains(&word)));
                }
            }
        }
    }
}

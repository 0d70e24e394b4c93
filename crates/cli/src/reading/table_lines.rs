use crate::terminal::{columns, wrap};

/// Spaces between two columns.
const GAP: usize = 2;

/// A table as lines of at most `width` columns. Rows are lines, with tabs between the cells. Columns of numbers are aligned on the right; where
/// the table is too wide, the widest columns are wrapped.
pub(super) fn table_lines(text: &str, width: Option<usize>) -> Vec<String> {
    let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split('\t').map(str::trim).collect()).collect();
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let cells = |at: usize| rows.iter().map(move |row| row.get(at).copied().unwrap_or_default());
    let widest = |at: usize| cells(at).map(columns).max().unwrap_or_default().max(1);
    let mut widths: Vec<usize> = (0..count).map(widest).collect();
    if let Some(width) = width {
        narrow(&mut widths, width.saturating_sub(GAP * count.saturating_sub(1)));
    }
    let are_numbers: Vec<bool> = (0..count).map(|at| is_of_numbers(cells(at).skip(1))).collect();
    rows.iter().flat_map(|row| row_lines(row, &widths, &are_numbers)).collect()
}

/// Narrows the widest columns until all fit.
fn narrow(widths: &mut [usize], width: usize) {
    while widths.iter().sum::<usize>() > width {
        match widths.iter_mut().max() {
            Some(widest) if *widest > 1 => *widest -= 1,
            _ => break,
        }
    }
}

/// Whether most cells, other than empty ones, are numbers: `1,892`, `3½`, `12 %`, `—`. One may have been misread.
fn is_of_numbers<'c>(cells: impl Iterator<Item = &'c str>) -> bool {
    let is_number = |cell: &str| cell.chars().all(|c| !c.is_alphabetic());
    let (numbers, others): (Vec<_>, Vec<_>) = cells.filter(|cell| !cell.is_empty()).partition(|cell| is_number(cell));
    numbers.len() > 2 * others.len()
}

fn row_lines(row: &[&str], widths: &[usize], are_numbers: &[bool]) -> Vec<String> {
    let cells: Vec<Vec<String>> = row.iter().zip(widths).map(|(cell, width)| wrap(cell, *width)).collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    let line = |at: usize| {
        let cells = cells.iter().zip(widths.iter().zip(are_numbers));
        let padded = cells.map(|(cell, (width, is_number))| {
            let text = cell.get(at).map_or("", String::as_str);
            let space = " ".repeat(width.saturating_sub(columns(text)));
            if *is_number { format!("{space}{text}") } else { format!("{text}{space}") }
        });
        padded.collect::<Vec<_>>().join(&" ".repeat(GAP))
    };
    (0..height).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "Wood\tPrice\tRemarks\nOak\t12\tfor heavy books and light readers\nFir\t3½\t";

    fn set(width: Option<usize>) -> Vec<String> {
        table_lines(TABLE, width).iter().map(|line| line.trim_end().to_owned()).collect()
    }

    #[test]
    fn columns_are_aligned_and_numbers_on_the_right() {
        let expected = ["Wood  Price  Remarks", "Oak      12  for heavy books and light readers", "Fir      3½"];
        assert_eq!(set(None), expected);
        assert_eq!(set(Some(80)), expected);
    }

    #[test]
    fn wide_column_is_wrapped() {
        let lines = set(Some(30));
        assert_eq!(lines[1..], ["Oak      12  for heavy books", "             and light readers", "Fir      3½"]);
        assert!(table_lines("\n", Some(1)).len() <= 1, "an empty table has no columns");
    }
}

//! Tables: rows and cells from the positions of words. A table whose columns are uncertain keeps its lines.

use shelf_pages::{Bbox, TableCell, TableRow};

use super::piece::{Piece, PieceLine, passage};
use crate::page_layout::gutters;

/// Minimum white space between two columns, in heights of a line.
const MIN_GUTTER_HEIGHTS: f64 = 0.9;
/// At least this fraction of rows has more than one cell, 0..=1.
const MIN_SPLIT_RATIO: f64 = 0.7;
/// The rows of adjacent pieces of a table; `None` if its columns are uncertain.
pub(super) fn table_rows(pieces: &[Piece]) -> Option<Vec<TableRow>> {
    let rows = text_rows(pieces)?;
    let height_px =
        median(rows.iter().flatten().filter_map(|line| line.bbox).map(|bbox| f64::from(bbox.height)).collect())?;
    let words: Vec<Vec<Bbox>> =
        rows.iter().map(|row| row.iter().flat_map(|line| line.words.clone()).collect()).collect();
    let gutters = gutters(&words, MIN_GUTTER_HEIGHTS * height_px);
    if rows.len() < 2 || gutters.is_empty() {
        return None;
    }
    let cells: Vec<Vec<Vec<PieceLine>>> = rows.iter().map(|row| cells_of(row, &gutters)).collect();
    let split = cells.iter().filter(|row| row.iter().filter(|cell| !cell.is_empty()).count() > 1).count();
    let is_certain = split as f64 >= MIN_SPLIT_RATIO * cells.len() as f64;
    let row = |cells: Vec<Vec<PieceLine>>| TableRow {
        cells: cells.iter().map(|cell| TableCell { text: passage(cell) }).collect(),
    };
    is_certain.then(|| cells.into_iter().map(row).collect())
}

/// The lines of the table by rows; `None` if a line's words have no positions.
fn text_rows(pieces: &[Piece]) -> Option<Vec<Vec<&PieceLine>>> {
    let mut lines: Vec<(&PieceLine, Bbox)> = Vec::new();
    for line in pieces.iter().flat_map(|piece| &piece.lines) {
        if line.words.is_empty() {
            return None;
        }
        lines.push((line, line.bbox?));
    }
    lines.sort_by_key(|(_, bbox)| (bbox.y + bbox.height / 2, bbox.x));
    let mut rows: Vec<(Bbox, Vec<&PieceLine>)> = Vec::new();
    for (line, bbox) in lines {
        match rows.last_mut() {
            Some((row, lines))
                if 2 * row.bottom().min(bbox.bottom()).saturating_sub(row.y.max(bbox.y))
                    >= row.height.min(bbox.height) =>
            {
                lines.push(line);
            }
            _ => rows.push((bbox, vec![line])),
        }
    }
    let mut rows: Vec<Vec<&PieceLine>> = rows.into_iter().map(|(_, lines)| lines).collect();
    for row in &mut rows {
        row.sort_by_key(|line| line.bbox.map(|bbox| bbox.x));
    }
    Some(rows)
}

/// The words of a row by columns.
fn cells_of(row: &[&PieceLine], gutters: &[u32]) -> Vec<Vec<PieceLine>> {
    let mut cells: Vec<Vec<PieceLine>> = vec![Vec::new(); gutters.len() + 1];
    for line in row {
        let mut words: Vec<(usize, u32, u32)> = Vec::new();
        for ((start, end), bbox) in word_ranges(&line.text).into_iter().zip(&line.words) {
            let middle = bbox.x + bbox.width / 2;
            let column = gutters.iter().filter(|gutter| **gutter < middle).count();
            match words.last_mut() {
                Some((last, _, last_end)) if *last == column => *last_end = end,
                _ => words.push((column, start, end)),
            }
        }
        for (column, start, end) in words {
            cells[column].push(line.part(start, end));
        }
    }
    cells
}

/// The characters of every word.
fn word_ranges(text: &str) -> Vec<(u32, u32)> {
    let mut ranges = Vec::new();
    let mut start = None;
    for (at, c) in text.chars().chain([' ']).enumerate() {
        match (c.is_whitespace(), start) {
            (false, None) => start = Some(at as u32),
            (true, Some(from)) => {
                ranges.push((from, at as u32));
                start = None;
            }
            _ => {}
        }
    }
    ranges
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;
    use shelf_pages::{Classification, span_text};

    use super::super::page_pieces::page_pieces;
    use super::*;

    /// Moves the words of every line to these places.
    fn rows(text: &str, places: &[u32]) -> Option<Vec<Vec<String>>> {
        let page = TestPage::new(text).label(1, Classification::Table);
        let merged = page.merged();
        let mut pieces = page_pieces(&merged, &page.ocr()).pieces;
        for line in &mut pieces[0].lines {
            for (word, x) in line.words.iter_mut().zip(places) {
                word.x = *x;
            }
        }
        let cell = |cell: &TableCell| {
            cell.text.spans.iter().filter_map(|span| span_text(&merged, span)).collect::<Vec<_>>().join(" ")
        };
        Some(table_rows(&pieces)?.iter().map(|row| row.cells.iter().map(cell).collect()).collect())
    }

    #[test]
    fn rows_have_their_cells() {
        let found = rows("Corn 12 345\nWheat 7 90\nRye 1 2", &[100, 300, 500]).unwrap();
        assert_eq!(found, [["Corn", "12", "345"], ["Wheat", "7", "90"], ["Rye", "1", "2"]]);
        let empty = rows("Red corn 12\nWheat of spring 9\nRye", &[100, 160, 400]);
        assert_eq!(empty, None, "`of` crosses the gap, and a row has one cell");
    }

    #[test]
    fn lines_of_prose_are_not_a_table() {
        assert_eq!(rows("the long line of text\nthat has no columns at", &[100, 140, 190, 240, 290]), None);
    }
}

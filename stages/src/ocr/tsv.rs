use crate::bbox::Bbox;

/// A word as Tesseract found it, and where it stands in its layout.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundWord {
    /// Numbers of its block, paragraph and line; each starts again in what is around it.
    pub(super) place: Place,
    /// Where it lies on the picture that was recognised.
    pub(super) bbox: Bbox,
    /// How sure the reading is, 0..=1.
    pub(super) confidence: f64,
    /// The word.
    pub(super) text: String,
}

/// Where a word stands in Tesseract's layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) block: u32,
    pub(super) paragraph: u32,
    pub(super) line: u32,
}

/// A line of Tesseract's table that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of Tesseract's table has {problem}: `{text}`")]
pub(super) struct TsvError {
    line: usize,
    problem: &'static str,
    text: String,
}

const COLUMNS: usize = 12;
const WORD_LEVEL: &str = "5";

/// Reads Tesseract's table (`level page block paragraph line word left top width height confidence text`): the words with a
/// text, in reading order.
pub(super) fn parse_tsv(table: &str) -> Result<Vec<FoundWord>, TsvError> {
    table
        .lines()
        .enumerate()
        .filter(|(_, row)| row.split('\t').next() == Some(WORD_LEVEL))
        .map(|(index, row)| {
            parse_word(row).map_err(|problem| TsvError { line: index + 1, problem, text: row.to_owned() })
        })
        .filter(|word| word.as_ref().map_or(true, |word| !word.text.is_empty()))
        .collect()
}

fn parse_word(row: &str) -> Result<FoundWord, &'static str> {
    let cells: Vec<&str> = row.splitn(COLUMNS, '\t').collect();
    let [_, _, block, paragraph, line, _, left, top, width, height, confidence, text] =
        cells[..].try_into().map_err(|_| "less than 12 columns")?;
    let number = |cell: &str| cell.parse().map_err(|_| "a number that is none");
    // Boxes of skewed words may begin a little outside the picture.
    let [left, top, width, height] = [left, top, width, height].map(str::parse::<i64>);
    let (Ok(left), Ok(top), Ok(width), Ok(height)) = (left, top, width, height) else {
        return Err("a box that is none");
    };
    let inside = |px: i64| u32::try_from(px.max(0)).unwrap_or(u32::MAX);
    let confidence: f64 = confidence.parse().map_err(|_| "a confidence that is none")?;
    Ok(FoundWord {
        place: Place { block: number(block)?, paragraph: number(paragraph)?, line: number(line)? },
        bbox: Bbox::between(inside(left), inside(top), inside(left + width), inside(top + height)),
        confidence: (confidence / 100.0).clamp(0.0, 1.0),
        text: text.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "1\t1\t0\t0\t0\t0\t0\t0\t1375\t2292\t-1\t\n\
        4\t1\t1\t1\t1\t0\t508\t660\t416\t37\t-1\t\n\
        5\t1\t1\t1\t1\t1\t508\t660\t250\t37\t96.5\tCHAPTER\n\
        5\t1\t1\t1\t1\t2\t-3\t660\t40\t37\t88.25\ta\tb\n\
        5\t1\t2\t1\t1\t1\t10\t20\t30\t40\t0\t  \n";

    #[test]
    fn words_with_a_text_are_read_in_order() {
        let words = parse_tsv(TABLE).unwrap();
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["CHAPTER", "a\tb"]);
        assert_eq!(words[0].place, Place { block: 1, paragraph: 1, line: 1 });
        assert_eq!(words[0].bbox, Bbox { x: 508, y: 660, width: 250, height: 37 });
        assert!((words[0].confidence - 0.965).abs() < 1e-9);
    }

    #[test]
    fn a_box_that_begins_outside_is_cut_at_the_edge() {
        assert_eq!(parse_tsv(TABLE).unwrap()[1].bbox, Bbox { x: 0, y: 660, width: 37, height: 37 });
    }

    #[test]
    fn a_broken_line_is_named() {
        let problem = |row: &str| parse_tsv(&format!("1\t1\n{row}")).unwrap_err().to_string();
        assert_eq!(problem("5\t1\t1"), "line 2 of Tesseract's table has less than 12 columns: `5\t1\t1`");
        assert!(problem("5\t1\t1\t1\t1\t1\t0\tx\t9\t9\t90\tword").contains("a box that is none"));
        assert!(problem("5\t1\t1\t1\t1\t1\t0\t0\t9\t9\thigh\tword").contains("a confidence that is none"));
        assert!(problem("5\t1\tone\t1\t1\t1\t0\t0\t9\t9\t90\tword").contains("a number that is none"));
    }
}

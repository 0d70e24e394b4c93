use shelf_pages::{AlternativeReading, Bbox};

/// A word as Tesseract recognised it, with its position in the layout.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RecognisedWord {
    /// The numbers of its block, paragraph and line.
    pub(super) position: LayoutPosition,
    /// Its bounding box, px of the recognised image.
    pub(super) bbox: Bbox,
    /// Confidence, 0..=1.
    pub(super) confidence: f64,
    /// The word.
    pub(super) text: String,
    /// What else it may be; none if it is not in doubt.
    pub(super) alternatives: Vec<AlternativeReading>,
}

/// A position in Tesseract's layout; paragraphs are numbered within their block, lines within their paragraph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LayoutPosition {
    pub(super) block: u32,
    pub(super) paragraph: u32,
    pub(super) line: u32,
}

/// A row of Tesseract's TSV output that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid TSV from Tesseract, line {line}: {problem}: `{text}`")]
pub(super) struct TsvError {
    line: usize,
    problem: &'static str,
    text: String,
}

const COLUMNS: usize = 12;
const WORD_LEVEL: &str = "5";

/// Parses Tesseract's TSV (`level page block paragraph line word left top width height confidence text`): its non-empty words, in
/// reading order.
pub(super) fn parse_tsv(tsv: &str) -> Result<Vec<RecognisedWord>, TsvError> {
    tsv.lines()
        .enumerate()
        .filter(|(_, row)| row.split('\t').next() == Some(WORD_LEVEL))
        .map(|(index, row)| {
            parse_word(row).map_err(|problem| TsvError { line: index + 1, problem, text: row.to_owned() })
        })
        .filter(|word| word.as_ref().map_or(true, |word| !word.text.is_empty()))
        .collect()
}

fn parse_word(row: &str) -> Result<RecognisedWord, &'static str> {
    let cells: Vec<&str> = row.splitn(COLUMNS, '\t').collect();
    let [_, _, block, paragraph, line, _, left, top, width, height, confidence, text] =
        cells[..].try_into().map_err(|_| "expected 12 columns")?;
    let number = |cell: &str| cell.parse().map_err(|_| "invalid number");
    // Boxes of skewed words may begin slightly outside the image.
    let [left, top, width, height] = [left, top, width, height].map(str::parse::<i64>);
    let (Ok(left), Ok(top), Ok(width), Ok(height)) = (left, top, width, height) else {
        return Err("invalid bounding box");
    };
    let clamped = |px: i64| u32::try_from(px.max(0)).unwrap_or(u32::MAX);
    let confidence: f64 = confidence.parse().map_err(|_| "invalid confidence")?;
    Ok(RecognisedWord {
        position: LayoutPosition { block: number(block)?, paragraph: number(paragraph)?, line: number(line)? },
        bbox: Bbox::from_edges(clamped(left), clamped(top), clamped(left + width), clamped(top + height)),
        confidence: (confidence / 100.0).clamp(0.0, 1.0),
        text: text.trim().to_owned(),
        alternatives: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TSV: &str = "1\t1\t0\t0\t0\t0\t0\t0\t1375\t2292\t-1\t\n\
        4\t1\t1\t1\t1\t0\t508\t660\t416\t37\t-1\t\n\
        5\t1\t1\t1\t1\t1\t508\t660\t250\t37\t96.5\tCHAPTER\n\
        5\t1\t1\t1\t1\t2\t-3\t660\t40\t37\t88.25\ta\tb\n\
        5\t1\t2\t1\t1\t1\t10\t20\t30\t40\t0\t  \n";

    #[test]
    fn parses_non_empty_words_in_reading_order() {
        let words = parse_tsv(TSV).unwrap();
        let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(texts, ["CHAPTER", "a\tb"]);
        assert_eq!(words[0].position, LayoutPosition { block: 1, paragraph: 1, line: 1 });
        assert_eq!(words[0].bbox, Bbox { x: 508, y: 660, width: 250, height: 37 });
        assert!((words[0].confidence - 0.965).abs() < 1e-9);
    }

    #[test]
    fn boxes_are_clipped_to_the_image() {
        assert_eq!(parse_tsv(TSV).unwrap()[1].bbox, Bbox { x: 0, y: 660, width: 37, height: 37 });
    }

    #[test]
    fn error_names_line_and_problem() {
        let problem = |row: &str| parse_tsv(&format!("1\t1\n{row}")).unwrap_err().to_string();
        assert_eq!(problem("5\t1\t1"), "invalid TSV from Tesseract, line 2: expected 12 columns: `5\t1\t1`");
        assert!(problem("5\t1\t1\t1\t1\t1\t0\tx\t9\t9\t90\tword").contains("invalid bounding box"));
        assert!(problem("5\t1\t1\t1\t1\t1\t0\t0\t9\t9\thigh\tword").contains("invalid confidence"));
        assert!(problem("5\t1\tone\t1\t1\t1\t0\t0\t9\t9\t90\tword").contains("invalid number"));
    }
}

use shelf_pages::{Bbox, Line, MergedBlock, MergedParagraph, OcrPage, Word};

use super::align::{Claim, align};
use super::direction::Direction;
use super::page::{PlacedLine, PlacedParagraph, PlacedWord, WordPart, clipped};

/// Places the words of a paragraph of `merged` on the lines of `ocr` that it was made from.
pub(super) fn place_paragraph(
    block: &MergedBlock,
    paragraph: &MergedParagraph,
    ocr: &OcrPage,
    direction: Direction,
    page: Bbox,
) -> PlacedParagraph {
    let read: Vec<&Line> = block.origin_of(paragraph).lines_in(ocr).into_iter().map(|(_, line)| line).collect();
    let lines = if read.iter().all(|line| line.words.is_empty()) {
        spread(paragraph, direction, page)
    } else {
        place_on_lines(&paragraph.text, &read, direction, page)
    };
    PlacedParagraph { par_num: paragraph.par_num, bbox: clipped(paragraph.bbox, page), lines }
}

/// A final word, or a part of one, on one line, with its claims.
struct Piece {
    line: usize,
    text: String,
    part: WordPart,
    claims: Vec<Claim>,
}

fn place_on_lines(text: &str, lines: &[&Line], direction: Direction, page: Bbox) -> Vec<PlacedLine> {
    let read: Vec<(usize, &Word)> =
        lines.iter().enumerate().flat_map(|(at, line)| line.words.iter().map(move |word| (at, word))).collect();
    let read_texts: Vec<&str> = read.iter().map(|(_, word)| word.text.as_str()).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let claims = align(&read_texts, &words);
    let pieces: Vec<Piece> = words
        .iter()
        .zip(claims)
        .flat_map(|(word, claims)| pieces_of(word, claims, &|claim| read[claim.read].0, &read_texts))
        .collect();
    let boxes = share_boxes(&pieces, &read.iter().map(|(_, word)| word.bbox).collect::<Vec<_>>(), direction);
    let mut placed: Vec<(usize, PlacedLine)> = Vec::new();
    for (piece, bbox) in pieces.into_iter().zip(boxes) {
        let weight: usize = piece.claims.iter().map(|claim| claim.chars.max(1)).sum();
        let sum: f64 = piece.claims.iter().map(|claim| read[claim.read].1.confidence * claim.chars.max(1) as f64).sum();
        let confidence = (sum / weight.max(1) as f64).clamp(0.0, 1.0);
        let word = PlacedWord { text: piece.text, bbox: clipped(bbox, page), confidence, part: piece.part };
        match placed.last_mut() {
            Some((line, last)) if *line == piece.line => last.words.push(word),
            _ => {
                let bbox = clipped(lines[piece.line].bbox, page);
                placed.push((piece.line, PlacedLine { bbox, words: vec![word] }));
            }
        }
    }
    placed.into_iter().map(|(_, line)| line).collect()
}

/// A word in one piece, or in two if it was printed on two lines.
fn pieces_of(word: &str, claims: Vec<Claim>, line_of: &dyn Fn(&Claim) -> usize, read: &[&str]) -> Vec<Piece> {
    let first_line = claims.first().map_or(0, line_of);
    let (begins, ends): (Vec<Claim>, Vec<Claim>) = claims.into_iter().partition(|claim| line_of(claim) == first_line);
    let chars = |claims: &[Claim]| claims.iter().map(|claim| claim.chars).sum::<usize>();
    let (begin_chars, end_chars) = (chars(&begins), chars(&ends));
    let whole = |line, claims| vec![Piece { line, text: word.to_owned(), part: WordPart::Whole, claims }];
    let Some(next_line) = ends.first().map(line_of) else { return whole(first_line, begins) };
    let is_hyphenated = begins.last().is_some_and(|claim| read[claim.read].ends_with(['-', '‐', '\u{ad}', '¬', '=']));
    if !is_hyphenated && (begin_chars < 2 || end_chars < 2) {
        return if begin_chars < end_chars {
            whole(next_line, on_line(ends, next_line, line_of))
        } else {
            whole(first_line, begins)
        };
    }
    let split = word.char_indices().nth(begin_chars).map_or(word.len(), |(at, _)| at);
    let whole = word.to_owned();
    let (first, rest) = word.split_at(split);
    vec![
        Piece {
            line: first_line,
            text: first.to_owned(),
            part: WordPart::Begins { whole: whole.clone() },
            claims: begins,
        },
        Piece {
            line: next_line,
            text: rest.to_owned(),
            part: WordPart::Ends { whole },
            claims: on_line(ends, next_line, line_of),
        },
    ]
}

fn on_line(mut claims: Vec<Claim>, line: usize, line_of: &dyn Fn(&Claim) -> usize) -> Vec<Claim> {
    claims.retain(|claim| line_of(claim) == line);
    claims
}

/// The box of each piece: the union of its shares of the boxes of the words that it claims.
fn share_boxes(pieces: &[Piece], read: &[Bbox], direction: Direction) -> Vec<Bbox> {
    let mut claimed = vec![0; read.len()];
    for claim in pieces.iter().flat_map(|piece| &piece.claims) {
        claimed[claim.read] += claim.chars.max(1);
    }
    let mut used = vec![0; read.len()];
    let mut share = |claim: &Claim| {
        let from = used[claim.read];
        used[claim.read] += claim.chars.max(1);
        direction.slice(read[claim.read], from, used[claim.read], claimed[claim.read])
    };
    let boxes = pieces.iter().map(|piece| Bbox::bounding(piece.claims.iter().map(&mut share)));
    boxes.map(|bbox| bbox.expect("each piece has claims")).collect()
}

/// Spreads a paragraph's words evenly over its box.
fn spread(paragraph: &MergedParagraph, direction: Direction, page: Bbox) -> Vec<PlacedLine> {
    let lines: Vec<Vec<&str>> = paragraph.text.lines().map(|line| line.split_whitespace().collect()).collect();
    let lines: Vec<Vec<&str>> = lines.into_iter().filter(|words: &Vec<&str>| !words.is_empty()).collect();
    let bbox = clipped(paragraph.bbox, page);
    let longest = lines.iter().map(|words| steps(words)).max().unwrap_or(1);
    let count = lines.len();
    let line = |(at, words): (usize, Vec<&str>)| {
        let of_line = direction.of_lines().slice(bbox, at, at + 1, count);
        let mut from = 0;
        let word = |text: &str| {
            let to = from + text.chars().count();
            let bbox = clipped(direction.slice(of_line, from, to, longest), page);
            from = to + 1;
            PlacedWord { text: text.to_owned(), bbox, confidence: paragraph.original_confidence, part: WordPart::Whole }
        };
        PlacedLine { bbox: clipped(of_line, page), words: words.into_iter().map(word).collect() }
    };
    lines.into_iter().enumerate().map(line).collect()
}

/// Characters of a line, spaces included.
fn steps(words: &[&str]) -> usize {
    words.iter().map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1).max(1)
}

/// The words of one page of a file, in the units of that file, origin top left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ParsedText {
    /// Width and height of the page, where the file states them.
    pub(super) size: Option<(f64, f64)>,
    /// Units per inch; `None` if they are px.
    pub(super) per_inch: Option<f64>,
    /// Words in lines, in paragraphs, in blocks; nothing is empty.
    pub(super) blocks: Vec<ParsedBlock>,
}

pub(super) type ParsedBlock = Vec<Vec<Vec<ParsedWord>>>;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ParsedWord {
    pub(super) text: String,
    pub(super) edges: Edges,
    /// 0..=1
    pub(super) confidence: Option<f64>,
}

/// A box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edges {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

/// The most words on a page, and letters in a word: a page of a newspaper has 15,000 words.
const MAX_WORDS: usize = 100_000;
const MAX_WORD_CHARS: usize = 1_000;
/// The largest coordinate.
const MAX_COORDINATE: f64 = 10_000_000.0;
/// Characters that formats write for a hyphen at the end of a line.
const LINE_END_HYPHENS: [char; 3] = ['\u{ad}', '¬', '\u{2010}'];

impl Edges {
    /// The box with these edges; an error if it is not a box.
    pub(super) fn new(left: f64, top: f64, right: f64, bottom: f64) -> Result<Self, String> {
        let edges = [left, top, right, bottom];
        if edges.iter().all(|edge| edge.abs() <= MAX_COORDINATE) && left <= right && top <= bottom {
            Ok(Self { left, top, right, bottom })
        } else {
            Err(format!("invalid bounding box {left} {top} {right} {bottom}"))
        }
    }

    fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// Collects what a parser finds on a page.
#[derive(Debug, Default)]
pub(super) struct TextBuilder {
    /// Blocks with their places in the reading order.
    blocks: Vec<(Vec<u32>, ParsedBlock)>,
    words: usize,
}

impl TextBuilder {
    /// Begins a block. Blocks are sorted by `place`; those of the same place stay in the order of the file.
    pub(super) fn begin_block(&mut self, place: Vec<u32>) {
        self.blocks.push((place, Vec::new()));
    }

    pub(super) fn begin_paragraph(&mut self) {
        self.block().push(Vec::new());
    }

    pub(super) fn begin_line(&mut self) {
        self.paragraph().push(Vec::new());
    }

    /// Adds words to the line. Several words share the box by their lengths.
    pub(super) fn add(&mut self, text: &str, edges: Edges, confidence: Option<f64>) -> Result<(), String> {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let all = clean.split_whitespace().map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1).max(1);
        let per_char = (edges.right - edges.left) / all as f64;
        let mut left = edges.left;
        for word in clean.split_whitespace() {
            let chars = word.chars().count();
            self.words += 1;
            if self.words > MAX_WORDS {
                return Err(format!("more than {MAX_WORDS} words on a page"));
            }
            if chars > MAX_WORD_CHARS {
                return Err(format!("a word of more than {MAX_WORD_CHARS} characters"));
            }
            let right = left + per_char * chars as f64;
            let edges = Edges { left, right, ..edges };
            left = right + per_char;
            let confidence = confidence.filter(|confidence| confidence.is_finite()).map(|it| it.clamp(0.0, 1.0));
            if let Some(text) = without_soft_hyphens(word) {
                self.line().push(ParsedWord { text, edges, confidence });
            }
        }
        Ok(())
    }

    /// Adds a hyphen to the last word of the line, unless it ends with one.
    pub(super) fn add_hyphen(&mut self, edges: Option<Edges>) {
        if let Some(word) = self.line().last_mut() {
            if !word.text.ends_with('-') {
                word.text.push('-');
            }
            word.edges = edges.map_or(word.edges, |edges| word.edges.union(edges));
        }
    }

    /// What was collected.
    pub(super) fn finish(mut self) -> Vec<ParsedBlock> {
        self.blocks.sort_by(|(a, _), (b, _)| a.cmp(b));
        let filled = |mut block: ParsedBlock| {
            for paragraph in &mut block {
                paragraph.retain(|line| !line.is_empty());
            }
            block.retain(|paragraph| !paragraph.is_empty());
            (!block.is_empty()).then_some(block)
        };
        self.blocks.into_iter().filter_map(|(_, block)| filled(block)).collect()
    }

    fn block(&mut self) -> &mut ParsedBlock {
        if self.blocks.is_empty() {
            self.begin_block(Vec::new());
        }
        &mut self.blocks.last_mut().expect("there is a block").1
    }

    fn paragraph(&mut self) -> &mut Vec<Vec<ParsedWord>> {
        let block = self.block();
        if block.is_empty() {
            block.push(Vec::new());
        }
        block.last_mut().expect("there is a paragraph")
    }

    fn line(&mut self) -> &mut Vec<ParsedWord> {
        let paragraph = self.paragraph();
        if paragraph.is_empty() {
            paragraph.push(Vec::new());
        }
        paragraph.last_mut().expect("there is a line")
    }
}

/// A word without soft hyphens, but for one at its end, which is printed: `-`. `None` if nothing is left.
fn without_soft_hyphens(word: &str) -> Option<String> {
    let ends_hyphenated = word.chars().count() > 1 && word.ends_with(LINE_END_HYPHENS);
    let mut text = word.trim_end_matches(LINE_END_HYPHENS).replace('\u{ad}', "");
    if ends_hyphenated && !text.is_empty() {
        text.push('-');
    }
    if text.is_empty() { (word == "¬" || word == "\u{2010}").then(|| word.to_owned()) } else { Some(text) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The words of blocks: blocks are separated by `|`, paragraphs by `¶`, lines by `/`.
    pub(in super::super) fn shown(blocks: &[ParsedBlock]) -> String {
        let words = |line: &Vec<ParsedWord>| line.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join(" ");
        let lines = |paragraph: &Vec<Vec<ParsedWord>>| paragraph.iter().map(words).collect::<Vec<_>>().join(" / ");
        let paragraphs = |block: &ParsedBlock| block.iter().map(lines).collect::<Vec<_>>().join(" ¶ ");
        blocks.iter().map(paragraphs).collect::<Vec<_>>().join(" | ")
    }

    const BOX: Edges = Edges { left: 0.0, top: 0.0, right: 100.0, bottom: 10.0 };

    #[test]
    fn several_words_share_a_box_by_their_lengths() {
        let mut builder = TextBuilder::default();
        builder.add(" ab  cde\u{7}fg ", BOX, Some(2.0)).unwrap();
        let blocks = builder.finish();
        let ninths = |px: f64| (px * 0.09).round() as i64;
        let word = |word: &ParsedWord| (word.text.clone(), ninths(word.edges.left), ninths(word.edges.right));
        let words: Vec<_> = blocks[0][0][0].iter().map(word).collect();
        assert_eq!(words, [("ab".to_owned(), 0, 2), ("cde".to_owned(), 3, 6), ("fg".to_owned(), 7, 9)]);
        assert_eq!(blocks[0][0][0][0].confidence, Some(1.0));
    }

    #[test]
    fn blocks_are_sorted_and_empty_ones_left_out() {
        let mut builder = TextBuilder::default();
        for (place, text) in [(2, "foot"), (1, "text"), (1, "more"), (0, " ")] {
            builder.begin_block(vec![place]);
            builder.begin_line();
            builder.add(text, BOX, None).unwrap();
            builder.begin_line();
        }
        assert_eq!(shown(&builder.finish()), "text | more | foot");
    }

    #[test]
    fn hyphens_at_line_ends_are_written_alike() {
        for (found, expected) in
            [("cam\u{ad}", "cam-"), ("cam¬", "cam-"), ("cam-", "cam-"), ("c\u{ad}am", "cam"), ("¬", "¬")]
        {
            let mut builder = TextBuilder::default();
            builder.add(found, BOX, None).unwrap();
            assert_eq!(shown(&builder.finish()), expected);
        }
        let mut builder = TextBuilder::default();
        builder.add_hyphen(None);
        builder.add("cam", BOX, None).unwrap();
        builder.add_hyphen(Some(Edges { left: 100.0, right: 110.0, ..BOX }));
        builder.add_hyphen(None);
        let blocks = builder.finish();
        assert_eq!((shown(&blocks).as_str(), blocks[0][0][0][0].edges.right), ("cam-", 110.0));
    }

    #[test]
    fn limits_are_enforced() {
        assert!(Edges::new(f64::NAN, 0.0, 1.0, 1.0).is_err() && Edges::new(0.0, 0.0, 1e9, 1.0).is_err());
        assert!(Edges::new(5.0, 0.0, 1.0, 1.0).is_err());
        let mut builder = TextBuilder::default();
        assert!(builder.add(&"a".repeat(MAX_WORD_CHARS + 1), BOX, None).is_err());
        assert!(builder.add(&"a ".repeat(MAX_WORDS), BOX, None).is_err());
    }
}

use super::document::{RunningHeads, TestFigure};
use super::set_line::{SetLine, height, set_apart, set_centred};
use super::{BlockKind, Folio, FolioPlace, NumberingStyle, PageFormat, PageRegion};

/// A page on which everything has its position, before it is rasterized. All px, from the upper left corner.
#[derive(Debug)]
pub(crate) struct PlacedPage {
    pub(crate) region: PageRegion,
    pub(crate) folio: Option<Folio>,
    pub(crate) blocks: Vec<PlacedBlock>,
    pub(crate) figures: Vec<PlacedFigure>,
    pub(crate) rules: Vec<PlacedRule>,
    /// Where the next line goes.
    pub(crate) y: f32,
    /// Where the text must end: above the notes.
    pub(crate) bottom: f32,
    /// The left end of the lines.
    pub(crate) left: f32,
    measure: f32,
    top: f32,
    notes: Vec<Vec<SetLine>>,
    head: Option<PlacedLine>,
    drop_folio: Option<PlacedLine>,
}

/// What is at the top and bottom of a page besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageStart {
    /// The running head.
    Running,
    /// Only the page number, at the foot.
    DropFolio,
    /// Neither.
    Silent,
}

#[derive(Debug)]
pub(crate) struct PlacedBlock {
    pub(crate) kind: BlockKind,
    pub(crate) paragraphs: Vec<Vec<PlacedLine>>,
}

#[derive(Debug)]
pub(crate) struct PlacedLine {
    pub(crate) line: SetLine,
    pub(crate) baseline: f32,
}

#[derive(Debug)]
pub(crate) struct PlacedFigure {
    pub(crate) figure: TestFigure,
    pub(crate) x: f32,
    pub(crate) y: f32,
}

#[derive(Debug)]
pub(crate) struct PlacedRule {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
}

/// Position of the baseline in a line, as a ratio to its leading.
const BASELINE_RATIO: f32 = 0.72;

impl PlacedPage {
    pub(crate) fn new(format: &PageFormat, recto: bool, region: PageRegion) -> Self {
        let top = format.px(format.top_pt);
        Self {
            region,
            folio: None,
            blocks: Vec::new(),
            figures: Vec::new(),
            rules: Vec::new(),
            y: top,
            bottom: format.px(format.height_pt - format.bottom_pt),
            left: format.left(recto),
            measure: format.measure(),
            top,
            notes: Vec::new(),
            head: None,
            drop_folio: None,
        }
    }

    /// Sets the running head of an even or odd page: the page number at the outer edge, the title in the middle.
    pub(crate) fn set_head(&mut self, format: &PageFormat, heads: &RunningHeads, folio: Folio, recto: bool) {
        let font = format.head_font();
        let title = if recto { &heads.recto } else { &heads.verso };
        let (left, right) = if recto { ("", folio.printed.as_str()) } else { (folio.printed.as_str(), "") };
        let middle = set_centred(title, font, self.measure).into_iter().next();
        if let Some(mut line) = set_apart(left, right, font, self.measure) {
            let at = if recto { 0 } else { line.words.len() };
            line.words.splice(at..at, middle.into_iter().flat_map(|middle| middle.words));
            self.head = Some(PlacedLine { line, baseline: self.top - format.px(format.leading_pt * 1.15) });
        }
        self.folio = Some(folio);
    }

    /// Sets the page number at the foot.
    pub(crate) fn set_drop_folio(&mut self, format: &PageFormat, folio: Folio) {
        let line = set_centred(&folio.printed, format.note_font(), self.measure).into_iter().next();
        let baseline = format.px(format.height_pt - format.bottom_pt + format.leading_pt * 1.6);
        self.drop_folio = line.map(|line| PlacedLine { line, baseline });
        self.folio = Some(folio);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.figures.is_empty()
    }

    pub(crate) fn has_room(&self, room: f32) -> bool {
        // Half a pixel, since sums of leadings are not exact.
        self.y + room <= self.bottom + 0.5
    }

    pub(crate) fn skip(&mut self, by: f32) {
        self.y += by;
    }

    /// A rule in the middle of the page.
    pub(crate) fn rule(&mut self, width: f32, y: f32) {
        self.rules.push(PlacedRule { x: self.left + (self.measure - width) / 2.0, y, width });
    }

    /// Places a paragraph.
    pub(crate) fn place(&mut self, kind: BlockKind, lines: Vec<SetLine>) {
        for (number, line) in lines.into_iter().enumerate() {
            self.place_line(kind, line, number == 0);
        }
    }

    /// Places a line, in the last block if that is of its kind, else in a new one.
    pub(crate) fn place_line(&mut self, kind: BlockKind, line: SetLine, starts_paragraph: bool) {
        if self.blocks.last().is_none_or(|block| block.kind != kind) {
            self.blocks.push(PlacedBlock { kind, paragraphs: Vec::new() });
        }
        let Some(block) = self.blocks.last_mut() else { return };
        if starts_paragraph || block.paragraphs.is_empty() {
            block.paragraphs.push(Vec::new());
        }
        let placed = PlacedLine { baseline: self.y + line.leading * BASELINE_RATIO, line };
        self.y += placed.line.leading;
        if let Some(paragraph) = block.paragraphs.last_mut() {
            paragraph.push(placed);
        }
    }

    /// Reserves room for a footnote.
    pub(crate) fn add_note(&mut self, lines: Vec<SetLine>, gap: f32) {
        self.bottom -= height(&lines) + if self.notes.is_empty() { gap } else { 0.0 };
        self.notes.push(lines);
    }

    /// Places footnotes, running head and page number.
    pub(crate) fn finish(&mut self, format: &PageFormat) {
        if !self.notes.is_empty() {
            self.rules.push(PlacedRule {
                x: self.left,
                y: self.bottom + format.note_gap() * 0.55,
                width: self.measure * 0.22,
            });
            self.y = self.bottom + format.note_gap();
            for note in std::mem::take(&mut self.notes) {
                self.place(BlockKind::Footnote, note);
            }
        }
        if let Some(head) = self.head.take() {
            self.blocks.insert(0, PlacedBlock { kind: BlockKind::Header, paragraphs: vec![vec![head]] });
        }
        if let Some(folio) = self.drop_folio.take() {
            self.blocks.push(PlacedBlock { kind: BlockKind::PageNumber, paragraphs: vec![vec![folio]] });
        }
    }
}

impl PageStart {
    /// The page number of such a page.
    pub(crate) fn folio(self, style: NumberingStyle, number: u32) -> Option<Folio> {
        let place = match self {
            Self::Running => FolioPlace::Header,
            Self::DropFolio => FolioPlace::Footer,
            Self::Silent => return None,
        };
        Some(Folio { printed: style.print(number), style, place })
    }
}

use shelf_pages::{Classification, Continuation, PageText, TextPage, TextParagraph};

/// The text of a page, as it is shown.
#[derive(Debug, Clone)]
pub(crate) struct ReadablePage {
    pub(crate) page_number: u32,
    pub(super) printed_page_number: Option<String>,
    pub(super) blocks: Vec<ReadableBlock>,
    pub(super) continuation: Continuation,
}

#[derive(Debug, Clone)]
pub(super) struct ReadableBlock {
    /// The block's class; without labels, all blocks are body text.
    pub(super) classification: Classification,
    /// The texts of its paragraphs.
    pub(super) paragraphs: Vec<String>,
}

impl From<TextPage> for ReadablePage {
    fn from(page: TextPage) -> Self {
        match page {
            TextPage::Ocr(page) => Self::unlabelled(page.page_number, &page.reading_order()),
            TextPage::Corrected { corrected, ocr } => Self::unlabelled(ocr.page_number, &corrected.reading_order(&ocr)),
            TextPage::Merged(page) => Self {
                page_number: page.page_number,
                printed_page_number: page.printed_page_number,
                blocks: page
                    .blocks
                    .into_iter()
                    .map(|block| ReadableBlock {
                        classification: block.classification,
                        paragraphs: block.paragraphs.into_iter().map(|paragraph| paragraph.text).collect(),
                    })
                    .collect(),
                continuation: page.continuation,
            },
        }
    }
}

impl ReadablePage {
    fn unlabelled(page_number: u32, paragraphs: &[TextParagraph]) -> Self {
        let blocks = paragraphs.chunk_by(|one, next| one.id.block == next.id.block);
        let block = |paragraphs: &[TextParagraph]| ReadableBlock {
            classification: Classification::Body,
            paragraphs: paragraphs.iter().map(|paragraph| paragraph.text.to_owned()).collect(),
        };
        Self {
            page_number,
            printed_page_number: None,
            blocks: blocks.map(block).collect(),
            continuation: Continuation::default(),
        }
    }
}

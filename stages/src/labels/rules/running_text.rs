use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::pagination::Matter;

/// Labels everything on a title page, copyright page, dedication or table of contents accordingly.
pub(super) fn label_page_of_its_own(_: &BlockView, page: &PageView) -> Option<Verdict> {
    match page.book.matter {
        Matter::TitlePage => Some((Classification::TitlePage, 0.85)),
        Matter::Copyright => Some((Classification::Copyright, 0.85)),
        Matter::Dedication => Some((Classification::Dedication, 0.8)),
        Matter::TableOfContents => Some((Classification::TableOfContents, 0.9)),
        _ => None,
    }
}

/// Labels running text by its part of the book.
pub(super) fn label(block: &BlockView, page: &PageView) -> Verdict {
    let classification = match page.book.matter {
        Matter::Preface => Classification::Preface,
        Matter::Foreword => Classification::Foreword,
        Matter::Introduction => Classification::Introduction,
        Matter::Acknowledgments => Classification::Acknowledgments,
        Matter::Epilogue => Classification::Epilogue,
        Matter::Appendix => Classification::Appendix,
        Matter::Endnotes => Classification::Endnotes,
        Matter::Bibliography => Classification::Bibliography,
        Matter::References => Classification::References,
        Matter::Glossary => Classification::Glossary,
        Matter::Index => Classification::Index,
        Matter::Text | Matter::TitlePage | Matter::Copyright | Matter::Dedication | Matter::TableOfContents => {
            Classification::Body
        }
    };
    let confidence = match (block.is_running_text(), classification) {
        (true, Classification::Body) => 0.95,
        (true, _) => 0.85,
        (false, _) => 0.75,
    };
    (classification, confidence)
}

#[cfg(test)]
mod tests {
    use super::super::test_labels::{in_a_book, labels_of};
    use super::*;
    use crate::page_layout::test_pages::{block, centred, prose};
    use crate::pagination::PagePagination;

    #[test]
    fn running_text_gets_the_label_of_its_part() {
        for (matter, heading, text) in [
            (Matter::Text, Classification::ChapterHeading, Classification::Body),
            (Matter::Preface, Classification::ChapterHeading, Classification::Preface),
            (Matter::Index, Classification::ChapterHeading, Classification::Index),
            (Matter::Bibliography, Classification::ChapterHeading, Classification::Bibliography),
            (Matter::TableOfContents, Classification::TableOfContents, Classification::TableOfContents),
            (Matter::Copyright, Classification::Copyright, Classification::Copyright),
        ] {
            let blocks = vec![block(1, &[centred(1000, 300, 22, "A HEADING")]), prose(2, 400, 20)];
            let labels = labels_of(blocks, &PagePagination { matter, ..in_a_book() });
            assert_eq!(labels, [heading, text], "{matter:?}");
        }
    }
}

use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::page_view::PageView;
use crate::labels::Classification;
use crate::pagination::Matter;

/// Everything on a title page is title page, and so with a copyright page, a dedication and a table of contents.
pub(super) fn label_page_of_its_own(_: &BlockView, page: &PageView) -> Option<Verdict> {
    match page.book.matter {
        Matter::TitlePage => Some((Classification::TitlePage, 0.85)),
        Matter::Copyright => Some((Classification::Copyright, 0.85)),
        Matter::Dedication => Some((Classification::Dedication, 0.8)),
        Matter::TableOfContents => Some((Classification::TableOfContents, 0.9)),
        _ => None,
    }
}

/// The text itself, by the part of the book that it belongs to.
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

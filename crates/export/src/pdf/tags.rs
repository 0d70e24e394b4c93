//! Tags: the paragraphs of all pages in reading order, as ISO 32000-1, 14.7 and 14.8 describes them.

use std::io::{self, Write};

use pdf_writer::{Name, Ref};

use super::object_file::ObjectFile;

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Paragraph,
    Heading,
    Quotation,
    Note,
    Caption,
}

/// A paragraph of a page; its place in the page's list is its id in the page's content.
#[derive(Debug, Clone, Copy)]
pub(super) struct TaggedParagraph {
    pub(super) tag: Tag,
}

impl Tag {
    pub(super) fn name(self) -> Name<'static> {
        Name(match self {
            Self::Paragraph => b"P",
            Self::Heading => b"H",
            Self::Quotation => b"BlockQuote",
            Self::Note => b"Note",
            Self::Caption => b"Caption",
        })
    }
}

/// The tree of tags, of which only the numbers of objects are kept in memory.
pub(super) struct TagTree {
    root: Ref,
    document: Ref,
    paragraphs: Vec<Ref>,
    /// For each page with text, its key and the object that lists its paragraphs.
    pages: Vec<(i32, Ref)>,
}

impl TagTree {
    pub(super) fn new<W: Write>(file: &mut ObjectFile<W>) -> Self {
        Self { root: file.reserve(), document: file.reserve(), paragraphs: Vec::new(), pages: Vec::new() }
    }

    /// The root, for the catalog.
    pub(super) fn root(&self) -> Ref {
        self.root
    }

    /// Writes the paragraphs of a page, and returns the page's key in the tree; `None` for a page without text.
    pub(super) fn add_page<W: Write>(
        &mut self,
        file: &mut ObjectFile<W>,
        page: Ref,
        paragraphs: &[TaggedParagraph],
    ) -> io::Result<Option<i32>> {
        if paragraphs.is_empty() {
            return Ok(None);
        }
        let first = self.paragraphs.len();
        for (id, paragraph) in (0..).zip(paragraphs) {
            let element = file.reserve();
            file.write(|chunk| {
                let mut writer = chunk.struct_element(element);
                writer.custom_kind(paragraph.tag.name()).parent(self.document).page(page);
                writer.children().marked_content_id(id);
            })?;
            self.paragraphs.push(element);
        }
        let (key, list) = (self.pages.len() as i32, file.reserve());
        file.write(|chunk| {
            chunk.indirect(list).array().items(&self.paragraphs[first..]);
        })?;
        self.pages.push((key, list));
        Ok(Some(key))
    }

    /// Writes the root of the tree.
    pub(super) fn write_root<W: Write>(&self, file: &mut ObjectFile<W>) -> io::Result<()> {
        file.write(|chunk| {
            let mut document = chunk.struct_element(self.document);
            document.custom_kind(Name(b"Document")).parent(self.root);
            let mut children = document.children();
            for paragraph in &self.paragraphs {
                children.struct_element(*paragraph);
            }
        })?;
        file.write(|chunk| {
            let mut root = chunk.indirect(self.root).start::<pdf_writer::writers::StructTreeRoot>();
            root.child(self.document).parent_tree_next_key(self.pages.len() as i32);
            let mut tree = root.parent_tree();
            let mut numbers = tree.nums();
            for (key, list) in &self.pages {
                numbers.insert(*key, *list);
            }
        })
    }
}

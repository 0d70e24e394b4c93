//! ALTO 4.4: <https://www.loc.gov/standards/alto/>.

use std::collections::BTreeSet;
use std::io::Write;

use shelf_pages::Bbox;

use super::hocr::label;
use super::page::{LayoutBook, LayoutPage};
use super::xml::LineXml;
use crate::ExportError;
use crate::placed_words::{PlacedBlock, PlacedLine, PlacedParagraph, PlacedWord, WordPart};

/// The namespace.
pub const NAMESPACE: &str = "http://www.loc.gov/standards/alto/ns-v4#";
const SCHEMA: &str = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd";

/// An ALTO file that is being written, page by page.
pub struct AltoFile<W: Write> {
    xml: LineXml<W>,
    language: Option<String>,
}

impl<W: Write> AltoFile<W> {
    /// Begins a file of a whole book, or of one page with this scan. `labels` are those that occur in it.
    pub fn start(
        out: W,
        book: &LayoutBook,
        scan: Option<&str>,
        labels: &BTreeSet<String>,
    ) -> Result<Self, ExportError> {
        let mut xml = LineXml::start(out)?;
        xml.open(
            "alto",
            &[
                ("xmlns", NAMESPACE.to_owned()),
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance".to_owned()),
                ("xsi:schemaLocation", format!("{NAMESPACE} {SCHEMA}")),
                ("SCHEMAVERSION", "4.4".to_owned()),
            ],
        )?;
        xml.open("Description", &[])?;
        xml.text("MeasurementUnit", &[], "pixel")?;
        if let Some(scan) = scan {
            xml.open("sourceImageInformation", &[])?;
            xml.text("fileName", &[], scan)?;
            xml.close()?;
        }
        xml.open("Processing", &[("ID", "processing".to_owned())])?;
        xml.text("processingCategory", &[], "contentGeneration")?;
        if let Some(notice) = &book.notice {
            xml.text("processingStepDescription", &[], notice)?;
        }
        let (name, version) = book.producer.split_once(' ').unwrap_or((&book.producer, ""));
        xml.open("processingSoftware", &[])?;
        xml.text("softwareName", &[], name)?;
        xml.text("softwareVersion", &[], version)?;
        xml.close()?;
        xml.close()?;
        xml.close()?;
        if !labels.is_empty() {
            xml.open("Tags", &[])?;
            for label in labels {
                xml.empty("StructureTag", &[("ID", tag_id(label)), ("LABEL", label.clone())])?;
            }
            xml.close()?;
        }
        xml.open("Layout", &[])?;
        Ok(Self { xml, language: book.languages.first().cloned() })
    }

    /// Adds a page.
    pub fn add_page(&mut self, page: &LayoutPage) -> Result<(), ExportError> {
        let size = page.text.dimensions;
        let mut attributes = vec![
            ("ID", format!("page_{}", page.number)),
            ("PHYSICAL_IMG_NR", page.number.to_string()),
            ("WIDTH", size.width.to_string()),
            ("HEIGHT", size.height.to_string()),
        ];
        if let Some(number) = page.printed_page_number {
            attributes.push(("PRINTED_IMG_NR", number.to_owned()));
        }
        if let Some(angle) = page.text_angle() {
            attributes.push(("ROTATION", angle.to_string()));
        }
        if let Some(language) = self.language.clone() {
            attributes.push(("LANG", language));
        }
        self.xml.open("Page", &attributes)?;
        let whole = Bbox { x: 0, y: 0, width: size.width, height: size.height };
        self.xml.open("PrintSpace", &with_box([("ID", format!("space_{}", page.number))], whole))?;
        for (at, block) in (1..).zip(&page.text.blocks) {
            self.add_block(block, &format!("{}_{at}", page.number))?;
        }
        for (at, figure) in (1..).zip(&page.text.figures) {
            let id = format!("image_{}_{at}", page.number);
            self.xml.empty("Illustration", &with_box([("ID", id)], *figure))?;
        }
        self.xml.close()?;
        self.xml.close()
    }

    /// Ends the file.
    pub fn finish(self) -> Result<W, ExportError> {
        self.xml.finish()
    }

    fn add_block(&mut self, block: &PlacedBlock, id: &str) -> Result<(), ExportError> {
        let own = [("ID", format!("block_{id}")), ("TAGREFS", tag_id(&label(block.classification)))];
        self.xml.open("ComposedBlock", &with_box(own, block.bbox))?;
        for (at, paragraph) in (1..).zip(&block.paragraphs).filter(|(_, paragraph)| !paragraph.lines.is_empty()) {
            self.add_paragraph(paragraph, &format!("{id}_{at}"))?;
        }
        self.xml.close()
    }

    fn add_paragraph(&mut self, paragraph: &PlacedParagraph, id: &str) -> Result<(), ExportError> {
        self.xml.open("TextBlock", &with_box([("ID", format!("par_{id}"))], paragraph.bbox))?;
        for (at, line) in (1..).zip(&paragraph.lines) {
            self.add_line(line, &format!("{id}_{at}"))?;
        }
        self.xml.close()
    }

    fn add_line(&mut self, line: &PlacedLine, id: &str) -> Result<(), ExportError> {
        self.xml.open("TextLine", &with_box([("ID", format!("line_{id}"))], line.bbox))?;
        for (at, word) in line.words.iter().enumerate() {
            if at > 0 {
                self.xml.empty("SP", &[])?;
            }
            self.add_word(word, format!("word_{id}_{}", at + 1))?;
        }
        if line.words.last().is_some_and(|word| matches!(word.part, WordPart::Begins { .. })) {
            self.xml.empty("HYP", &[("CONTENT", "-".to_owned())])?;
        }
        self.xml.close()
    }

    fn add_word(&mut self, word: &PlacedWord, id: String) -> Result<(), ExportError> {
        let confidence = (word.confidence * 100.0).round() / 100.0;
        let mut attributes = with_box([("ID", id)], word.bbox);
        let text = match &word.part {
            // The hyphen has an element of its own.
            WordPart::Begins { .. } => word.text.strip_suffix('-').unwrap_or(&word.text),
            _ => &word.text,
        };
        attributes.extend([("CONTENT", text.to_owned()), ("WC", confidence.to_string())]);
        let part = match &word.part {
            WordPart::Whole => None,
            WordPart::Begins { whole } => Some(("HypPart1", whole)),
            WordPart::Ends { whole } => Some(("HypPart2", whole)),
        };
        if let Some((part, whole)) = part {
            attributes.extend([("SUBS_TYPE", part.to_owned()), ("SUBS_CONTENT", whole.clone())]);
        }
        self.xml.empty("String", &attributes)
    }
}

/// The labels of a page's blocks.
pub fn labels(page: &LayoutPage) -> BTreeSet<String> {
    page.text.blocks.iter().map(|block| label(block.classification)).collect()
}

fn tag_id(label: &str) -> String {
    format!("label_{label}")
}

fn with_box<const N: usize>(attributes: [(&'static str, String); N], bbox: Bbox) -> Vec<(&'static str, String)> {
    let sides = [("HPOS", bbox.x), ("VPOS", bbox.y), ("WIDTH", bbox.width), ("HEIGHT", bbox.height)];
    attributes.into_iter().chain(sides.map(|(name, px)| (name, px.to_string()))).collect()
}

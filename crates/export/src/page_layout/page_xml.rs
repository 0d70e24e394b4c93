//! PAGE XML, version 2019-07-15: <https://github.com/PRImA-Research-Lab/PAGE-XML>.

use std::io::Write;

use shelf_pages::{Bbox, Classification, TextRole};

use super::hocr::label;
use super::page::{LayoutBook, LayoutPage};
use super::xml::LineXml;
use crate::ExportError;
use crate::placed_words::{PlacedBlock, PlacedLine, PlacedParagraph, PlacedWord, WordPart};

/// The namespace.
pub const NAMESPACE: &str = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15";

/// Writes the file of a page.
pub fn write_page_xml<W: Write>(out: W, book: &LayoutBook, page: &LayoutPage) -> Result<W, ExportError> {
    let mut xml = LineXml::start(out)?;
    let instance = "http://www.w3.org/2001/XMLSchema-instance";
    xml.open(
        "PcGts",
        &[
            ("xmlns", NAMESPACE.to_owned()),
            ("xmlns:xsi", instance.to_owned()),
            ("xsi:schemaLocation", format!("{NAMESPACE} {NAMESPACE}/pagecontent.xsd")),
        ],
    )?;
    xml.open("Metadata", &[])?;
    xml.text("Creator", &[], &book.producer)?;
    for element in ["Created", "LastChange"] {
        xml.text(element, &[], &book.date)?;
    }
    if let Some(notice) = &book.notice {
        xml.text("Comments", &[], notice)?;
    }
    xml.close()?;
    let size = page.text.dimensions;
    let mut attributes = vec![
        ("imageFilename", page.scan.unwrap_or_default().to_owned()),
        ("imageWidth", size.width.to_string()),
        ("imageHeight", size.height.to_string()),
    ];
    if let Some(dpi) = page.dpi {
        let dpi = dpi.round().to_string();
        attributes.extend([("imageXResolution", dpi.clone()), ("imageYResolution", dpi)]);
        attributes.push(("imageResolutionUnit", "PPI".to_owned()));
    }
    if let Some(number) = page.printed_page_number {
        attributes.push(("custom", format!("printedPageNumber {{value:{number};}}")));
    }
    // Text that is rotated to the left is corrected by turning it to the right, by at most half a turn.
    if let Some(angle) = page.text_angle() {
        let angle = if angle > 180.0 { angle - 360.0 } else { angle };
        attributes.push(("orientation", angle.to_string()));
    }
    xml.open("Page", &attributes)?;
    write_reading_order(&mut xml, page)?;
    for (id, block, paragraph) in regions(page) {
        write_region(&mut xml, &id, block, paragraph)?;
    }
    for (at, figure) in (1..).zip(&page.text.figures) {
        xml.open("ImageRegion", &[("id", format!("image_{at}"))])?;
        coordinates(&mut xml, *figure)?;
        xml.close()?;
    }
    xml.finish()
}

/// The paragraphs with their ids, in reading order: each is a region.
fn regions<'p>(page: &LayoutPage<'p>) -> impl Iterator<Item = (String, &'p PlacedBlock, &'p PlacedParagraph)> {
    let blocks = (1..).zip(&page.text.blocks);
    blocks.flat_map(|(b, block)| {
        let paragraphs = (1..).zip(&block.paragraphs).filter(|(_, paragraph)| !paragraph.lines.is_empty());
        paragraphs.map(move |(p, paragraph)| (format!("region_{b}_{p}"), block, paragraph))
    })
}

fn write_reading_order<W: Write>(xml: &mut LineXml<W>, page: &LayoutPage) -> Result<(), ExportError> {
    // A group has at least one member.
    if regions(page).next().is_none() {
        return Ok(());
    }
    xml.open("ReadingOrder", &[])?;
    xml.open("OrderedGroup", &[("id", "reading_order".to_owned())])?;
    for (index, (id, ..)) in regions(page).enumerate() {
        xml.empty("RegionRefIndexed", &[("index", index.to_string()), ("regionRef", id)])?;
    }
    xml.close()?;
    xml.close()
}

fn write_region<W: Write>(
    xml: &mut LineXml<W>,
    id: &str,
    block: &PlacedBlock,
    paragraph: &PlacedParagraph,
) -> Result<(), ExportError> {
    xml.open("TextRegion", &[("id", id.to_owned()), ("type", region_type(block.classification).to_owned())])?;
    coordinates(xml, paragraph.bbox)?;
    xml.open("Labels", &[])?;
    xml.empty("Label", &[("value", label(block.classification))])?;
    xml.close()?;
    for (at, line) in (1..).zip(&paragraph.lines) {
        let id = format!("{id}_line_{at}");
        xml.open("TextLine", &[("id", id.clone())])?;
        coordinates(xml, line.bbox)?;
        for (at, word) in (1..).zip(&line.words) {
            xml.open("Word", &[("id", format!("{id}_word_{at}"))])?;
            coordinates(xml, word.bbox)?;
            write_text(xml, Some(word.confidence), &printed(word))?;
            xml.close()?;
        }
        write_text(xml, mean_confidence(line), &text_of(line))?;
        xml.close()?;
    }
    write_text(xml, None, &paragraph.lines.iter().map(text_of).collect::<Vec<_>>().join("\n"))?;
    xml.close()
}

/// The corners of a box.
fn coordinates<W: Write>(xml: &mut LineXml<W>, bbox: Bbox) -> Result<(), ExportError> {
    let (left, top, right, bottom) = (bbox.x, bbox.y, bbox.right(), bbox.bottom());
    let points = format!("{left},{top} {right},{top} {right},{bottom} {left},{bottom}");
    xml.empty("Coords", &[("points", points)])
}

fn write_text<W: Write>(xml: &mut LineXml<W>, confidence: Option<f64>, text: &str) -> Result<(), ExportError> {
    let confidence = confidence.map(|confidence| ("conf", ((confidence * 100.0).round() / 100.0).to_string()));
    xml.open("TextEquiv", confidence.as_slice())?;
    xml.text("Unicode", &[], text)?;
    xml.close()
}

fn text_of(line: &PlacedLine) -> String {
    line.words.iter().map(printed).collect::<Vec<_>>().join(" ")
}

fn mean_confidence(line: &PlacedLine) -> Option<f64> {
    let sum: f64 = line.words.iter().map(|word| word.confidence).sum();
    (!line.words.is_empty()).then(|| sum / line.words.len() as f64)
}

/// The word with the hyphen that is printed at the end of its line.
fn printed(word: &PlacedWord) -> String {
    match word.part {
        WordPart::Begins { .. } if !word.text.ends_with('-') => format!("{}-", word.text),
        _ => word.text.clone(),
    }
}

/// The type of a region; the label itself is among its labels.
fn region_type(label: Classification) -> &'static str {
    use Classification as Class;
    match (label, label.role()) {
        (Class::Header, _) => "header",
        (Class::Footer, _) => "footer",
        (Class::PageNumber, _) => "page-number",
        (Class::Endnotes, _) => "endnote",
        (Class::PhotoCredit, _) => "credit",
        (Class::TableOfContents, _) => "TOC-entry",
        (Class::Other, _) | (_, TextRole::Table | TextRole::HeaderOrFooter | TextRole::Noise) => "other",
        (_, TextRole::Heading) => "heading",
        (_, TextRole::Note) => "footnote",
        (_, TextRole::Caption) => "caption",
        (_, TextRole::Text | TextRole::Quotation) => "paragraph",
    }
}

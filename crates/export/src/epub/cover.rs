use shelf_pages::{ElementContent, LinesKind};
use shelf_runtime::book::PageNumber;

use crate::document::DocumentMetadata;
use crate::figure::jpeg;
use crate::xml::Xml;
use crate::{ExportBook, ExportError};

/// The picture of the cover.
pub(super) struct Cover {
    pub(super) file: &'static str,
    pub(super) media_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// The scan of the title page, or a generated cover if there is none that can be read.
pub(super) fn cover(book: &ExportBook, metadata: &DocumentMetadata) -> Result<Cover, ExportError> {
    let is_title =
        |content: &ElementContent| matches!(content, ElementContent::Lines { part: LinesKind::TitlePage, .. });
    let title_page = book.structure().elements.iter().find(|element| is_title(&element.content));
    let page = title_page.map(|element| element.page).filter(|page| book.contains(*page)).and_then(PageNumber::new);
    let scan = page.map(|page| book.scan(page)).transpose()?.flatten();
    match scan.map(|scan| jpeg(&scan)) {
        Some(Ok(picture)) => Ok(Cover { file: "cover.jpg", media_type: "image/jpeg", bytes: picture.bytes }),
        // A format that only worker processes open, such as JPEG 2000.
        Some(Err(_)) | None => generated(metadata),
    }
}

/// Title and author in a frame.
fn generated(metadata: &DocumentMetadata) -> Result<Cover, ExportError> {
    let mut xml = Xml::document(Vec::new())?;
    xml.open("svg", &[("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 600 900")])?;
    xml.empty("rect", &[("width", "600"), ("height", "900"), ("fill", "#f4efe4")])?;
    let frame =
        [("x", "30"), ("y", "30"), ("width", "540"), ("height", "840"), ("fill", "none"), ("stroke", "#5a4a3a")];
    xml.empty("rect", &frame)?;
    let mut y = 260;
    for line in lines(&metadata.title, 18) {
        text(&mut xml, y, "44", &line)?;
        y += 58;
    }
    for line in metadata.author.iter().flat_map(|author| lines(author, 30)) {
        text(&mut xml, y + 60, "28", &line)?;
        y += 40;
    }
    Ok(Cover { file: "cover.svg", media_type: "image/svg+xml", bytes: xml.finish()? })
}

fn text(xml: &mut Xml<Vec<u8>>, y: u32, size: &str, line: &str) -> Result<(), ExportError> {
    let y = y.to_string();
    let attributes = [
        ("x", "300"),
        ("y", y.as_str()),
        ("font-size", size),
        ("font-family", "serif"),
        ("text-anchor", "middle"),
        ("fill", "#2b2118"),
    ];
    xml.element("text", &attributes, line)
}

/// A text in lines of about so many characters.
fn lines(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

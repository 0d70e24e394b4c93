use std::io::Write;

use crate::document::DocumentMetadata;
use crate::xml::Xml;
use crate::{ExportBook, ExportError};

/// The `teiHeader`: what the file is, what it was made from, and by what.
pub(super) fn header<W: Write>(xml: &mut Xml<W>, metadata: &DocumentMetadata) -> Result<(), ExportError> {
    xml.open("teiHeader", &[])?;
    xml.line()?;
    xml.open("fileDesc", &[])?;
    xml.open("titleStmt", &[])?;
    xml.element("title", &[], &metadata.title)?;
    if let Some(author) = &metadata.author {
        xml.element("author", &[], author)?;
    }
    xml.close_line()?;
    xml.open("publicationStmt", &[])?;
    xml.element("p", &[], "Unpublished; recognised from scans.")?;
    xml.close_line()?;
    if let Some(notice) = metadata.missing_notice() {
        xml.open("notesStmt", &[])?;
        xml.element("note", &[], &notice)?;
        xml.close_line()?;
    }
    xml.open("sourceDesc", &[])?;
    xml.open("bibl", &[])?;
    xml.element("title", &[], &metadata.title)?;
    if let Some(author) = &metadata.author {
        xml.element("author", &[], author)?;
    }
    for contributor in &metadata.contributors {
        xml.open("respStmt", &[])?;
        xml.element("resp", &[("key", contributor.role.code())], contributor.role.term())?;
        xml.element("name", &[], &contributor.name)?;
        xml.close_line()?;
    }
    if let Some(edition) = &metadata.edition {
        xml.element("edition", &[], edition)?;
    }
    if let Some(place) = &metadata.place {
        xml.element("pubPlace", &[], place)?;
    }
    if let Some(publisher) = &metadata.publisher {
        xml.element("publisher", &[], publisher)?;
    }
    if let Some(year) = metadata.year.filter(|year| (1..10_000).contains(year)) {
        xml.element("date", &[("when", &format!("{year:04}"))], &year.to_string())?;
    }
    if let Some(isbn) = &metadata.isbn {
        xml.element("idno", &[("type", "ISBN")], isbn)?;
    }
    for identifier in &metadata.identifiers {
        let scheme = if identifier.scheme.is_empty() { "other" } else { &identifier.scheme };
        xml.element("idno", &[("type", scheme)], &identifier.value)?;
    }
    if let Some(shelfmark) = &metadata.shelfmark {
        xml.element("idno", &[("type", "shelfmark")], shelfmark)?;
    }
    if let Some(volume) = &metadata.volume {
        xml.element("biblScope", &[("unit", "volume")], volume)?;
    }
    if let Some(series) = &metadata.series {
        xml.open("series", &[])?;
        xml.element("title", &[("level", "s")], series)?;
        xml.close_line()?;
    }
    if let Some(rights) = &metadata.rights {
        xml.open("availability", &[])?;
        xml.element("p", &[], rights)?;
        xml.close_line()?;
    }
    xml.close_line()?;
    xml.close_line()?;
    xml.close_line()?;
    xml.open("encodingDesc", &[])?;
    xml.open("appInfo", &[])?;
    xml.open("application", &[("ident", "shelf"), ("version", env!("CARGO_PKG_VERSION"))])?;
    xml.element("label", &[], "shelf")?;
    xml.close_line()?;
    xml.close_line()?;
    xml.close_line()?;
    xml.open("profileDesc", &[])?;
    xml.open("langUsage", &[])?;
    for language in &metadata.languages {
        xml.element("language", &[("ident", language)], language)?;
    }
    xml.close_line()?;
    xml.close_line()?;
    xml.close_line()
}

/// The scans: a `surface` for each page.
pub(super) fn facsimile<W: Write>(xml: &mut Xml<W>, book: &ExportBook) -> Result<(), ExportError> {
    if book.numbers().is_empty() {
        return Ok(());
    }
    xml.open("facsimile", &[])?;
    xml.line()?;
    for number in book.numbers() {
        xml.open("surface", &[("xml:id", &surface(number.get()))])?;
        if let Some(name) = book.scan_name(number.get()) {
            let scan = book.scan_metadata(*number)?;
            let px = scan.map(|scan| (format!("{}px", scan.width), format!("{}px", scan.height)));
            let url = format!("source/{name}");
            let mut attributes = vec![("url", url.as_str())];
            if let Some((width, height)) = &px {
                attributes.push(("width", width));
                attributes.push(("height", height));
            }
            xml.empty("graphic", &attributes)?;
        }
        xml.close_line()?;
    }
    xml.close_line()
}

/// The id of a page's surface.
pub(super) fn surface(page: u32) -> String {
    format!("scan{page}")
}

//! METS 1.12: <https://www.loc.gov/standards/mets/>.

use std::io::Write;

use super::division::MetsDivision;
use super::page::LayoutBook;
use super::xml::LineXml;
use crate::ExportError;

/// The files of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MetsPage {
    /// The number of the scan.
    pub number: u32,
    /// The printed page number.
    pub printed_page_number: Option<String>,
    /// The scan, as a URL that may be relative to the METS file.
    pub scan: Option<String>,
    /// The file with the page's text, likewise; none for a page that was not read.
    pub text: Option<String>,
}

/// The format of the files with the texts of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageFormat {
    /// ALTO 4.
    Alto,
    /// PAGE XML.
    PageXml,
}

impl PageFormat {
    fn id(self) -> &'static str {
        match self {
            Self::Alto => "alto",
            Self::PageXml => "pagexml",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Alto => "application/alto+xml",
            Self::PageXml => "application/vnd.prima.page+xml",
        }
    }
}

/// Writes the files of a book in the order of its pages, and its parts with the pages that they are on.
pub fn write_mets<W: Write>(
    out: W,
    book: &LayoutBook,
    format: PageFormat,
    pages: &[MetsPage],
    divisions: &[MetsDivision],
) -> Result<W, ExportError> {
    let mut xml = LineXml::start(out)?;
    let space = |name: &'static str, space: &str| (name, space.to_owned());
    xml.open(
        "mets",
        &[
            space("xmlns", "http://www.loc.gov/METS/"),
            space("xmlns:xlink", "http://www.w3.org/1999/xlink"),
            space("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("LABEL", book.title.clone()),
            ("TYPE", "Monograph".to_owned()),
        ],
    )?;
    xml.open("metsHdr", &[])?;
    let role = [("ROLE", "CREATOR".to_owned()), ("TYPE", "OTHER".to_owned()), ("OTHERTYPE", "SOFTWARE".to_owned())];
    xml.open("agent", &role)?;
    xml.text("name", &[], &book.producer)?;
    if let Some(notice) = &book.notice {
        xml.text("note", &[], notice)?;
    }
    xml.close()?;
    xml.close()?;
    describe(&mut xml, book)?;
    xml.open("fileSec", &[])?;
    let scans = pages.iter().filter_map(|page| Some((page.number, page.scan.as_deref()?)));
    file_group(&mut xml, "IMAGE", "scan", scans.map(|(number, file)| (number, file, image_type(file))))?;
    let texts = pages.iter().filter_map(|page| Some((page.number, page.text.as_deref()?)));
    let texts = texts.map(|(number, file)| (number, file, format.media_type()));
    file_group(&mut xml, "FULLTEXT", format.id(), texts)?;
    xml.close()?;
    xml.open("structMap", &[("TYPE", "PHYSICAL".to_owned())])?;
    xml.open("div", &[("TYPE", "physSequence".to_owned()), ("DMDID", "book".to_owned())])?;
    for (order, page) in (1..).zip(pages) {
        let mut attributes =
            vec![("TYPE", "page".to_owned()), ("ID", format!("page_{}", page.number)), ("ORDER", order.to_string())];
        if let Some(number) = &page.printed_page_number {
            attributes.push(("ORDERLABEL", number.clone()));
        }
        xml.open("div", &attributes)?;
        for (file, kind) in [(&page.scan, "scan"), (&page.text, format.id())] {
            if file.is_some() {
                xml.empty("fptr", &[("FILEID", format!("{kind}_{}", page.number))])?;
            }
        }
        xml.close()?;
    }
    xml.close()?;
    xml.close()?;
    write_logical(&mut xml, book, pages, divisions)?;
    xml.finish()
}

/// The logical structure map, and the links from its parts to the pages of the physical one.
fn write_logical<W: Write>(
    xml: &mut LineXml<W>,
    book: &LayoutBook,
    pages: &[MetsPage],
    divisions: &[MetsDivision],
) -> Result<(), ExportError> {
    let mut links: Vec<(u32, u32)> = pages.iter().map(|page| (0, page.number)).collect();
    xml.open("structMap", &[("TYPE", "LOGICAL".to_owned())])?;
    let root = [
        ("TYPE", "monograph".to_owned()),
        ("ID", "part_0".to_owned()),
        ("DMDID", "book".to_owned()),
        ("LABEL", book.title.clone()),
    ];
    xml.open("div", &root)?;
    write_divisions(xml, divisions, &mut 0, &mut links)?;
    xml.close()?;
    xml.close()?;
    if links.is_empty() {
        return Ok(());
    }
    xml.open("structLink", &[])?;
    for (part, page) in links {
        xml.empty("smLink", &[("xlink:from", format!("part_{part}")), ("xlink:to", format!("page_{page}"))])?;
    }
    xml.close()
}

/// Writes parts with the parts below them; `last` is the number of the last one.
fn write_divisions<W: Write>(
    xml: &mut LineXml<W>,
    divisions: &[MetsDivision],
    last: &mut u32,
    links: &mut Vec<(u32, u32)>,
) -> Result<(), ExportError> {
    for (order, division) in (1..).zip(divisions) {
        *last += 1;
        links.extend(division.pages.iter().map(|page| (*last, *page)));
        let attributes = [
            ("TYPE", division.kind_name().to_owned()),
            ("ID", format!("part_{last}")),
            ("ORDER", order.to_string()),
            ("LABEL", division.label.clone()),
        ];
        xml.open("div", &attributes)?;
        write_divisions(xml, &division.parts, last, links)?;
        xml.close()?;
    }
    Ok(())
}

fn describe<W: Write>(xml: &mut LineXml<W>, book: &LayoutBook) -> Result<(), ExportError> {
    xml.open("dmdSec", &[("ID", "book".to_owned())])?;
    xml.open("mdWrap", &[("MDTYPE", "DC".to_owned())])?;
    xml.open("xmlData", &[])?;
    xml.text("dc:title", &[], &book.title)?;
    let year = book.year.map(|year| year.to_string());
    for (name, value) in [("dc:creator", &book.author), ("dc:publisher", &book.publisher), ("dc:date", &year)] {
        if let Some(value) = value {
            xml.text(name, &[], value)?;
        }
    }
    for language in &book.languages {
        xml.text("dc:language", &[], language)?;
    }
    for (element, value) in &book.further {
        xml.text(&format!("dc:{element}"), &[], value)?;
    }
    xml.close()?;
    xml.close()?;
    xml.close()
}

fn file_group<'f, W: Write>(
    xml: &mut LineXml<W>,
    group: &str,
    kind: &str,
    files: impl Iterator<Item = (u32, &'f str, &'static str)>,
) -> Result<(), ExportError> {
    let mut files = files.peekable();
    if files.peek().is_none() {
        return Ok(());
    }
    xml.open("fileGrp", &[("USE", group.to_owned())])?;
    for (number, file, mime_type) in files {
        xml.open("file", &[("ID", format!("{kind}_{number}")), ("MIMETYPE", mime_type.to_owned())])?;
        xml.empty("FLocat", &[("LOCTYPE", "URL".to_owned()), ("xlink:href", encoded(file))])?;
        xml.close()?;
    }
    xml.close()
}

fn image_type(file: &str) -> &'static str {
    match file.rsplit('.').next().unwrap_or_default().to_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "tif" | "tiff" => "image/tiff",
        "jp2" | "jpx" => "image/jp2",
        "j2k" => "image/j2c",
        _ => "image/png",
    }
}

/// The path as a relative URL: RFC 3986, 2.1.
fn encoded(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(byte).collect()
}

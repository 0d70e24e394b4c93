use serde::{Deserialize, Serialize};

use super::alto::parse_alto;
use super::builder::ParsedText;
use super::frame::{Frame, ScanSize};
use super::hocr::parse_hocr;
use super::page_xml::parse_page_xml;
use super::scan_text::{ScanText, TextFormat};
use shelf_runtime::failure::Failure;

/// A file with the text of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TextFile {
    /// Its name.
    pub(crate) name: String,
    pub(crate) format: TextFormat,
    #[serde(with = "serde_bytes")]
    pub(crate) bytes: Vec<u8>,
}

/// Reads the text of a scan; `page` counts from 1. `None` if it has no words. Only worker processes do this.
pub(crate) fn read_text(file: &TextFile, page: u32, scan: ScanSize) -> Result<Option<ScanText>, Failure> {
    let read = || {
        let text = std::str::from_utf8(&file.bytes).map_err(|_| "not UTF-8".to_owned())?;
        let text = text.trim_start_matches('\u{feff}');
        let parsed = match file.format {
            TextFormat::Hocr => parse_hocr(text, page),
            TextFormat::Alto => parse_alto(text, page),
            TextFormat::Page => parse_page_xml(text, page),
            TextFormat::Pdf => Err("a PDF is not read as a file of words".to_owned()),
        }?;
        let frame = Frame::whole(&parsed, scan)?;
        scan_text(parsed, frame, scan, file.format, &file.name)
    };
    read().map_err(|problem: String| {
        Failure::new(format!("cannot read the {} file {}: {problem}", file.format, file.name))
    })
}

/// The words of a page in px of a scan that is in `frame` on it.
pub(crate) fn scan_text(
    parsed: ParsedText,
    frame: Frame,
    scan: ScanSize,
    format: TextFormat,
    file: &str,
) -> Result<Option<ScanText>, String> {
    let blocks = frame.to_scan(parsed.blocks, scan)?;
    Ok((!blocks.is_empty()).then(|| ScanText { format, file: file.to_owned(), blocks }))
}

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::read::TextFile;
use super::scan_text::TextFormat;
use shelf_runtime::failure::Failure;

/// A file with the text of a scan, beside the scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundText {
    pub(crate) path: PathBuf,
    format: TextFormat,
}

/// The largest file: the text of a page with a box for every letter takes 1 MiB.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// Bytes in which a file must show its format.
const HEAD_BYTES: u64 = 16 << 10;
/// Folders beside the scan in which programs put such files.
const FOLDERS: [&str; 7] = ["", "alto", "ALTO", "hocr", "page", "PAGE", "ocr"];
/// What follows the name of the scan.
const ENDINGS: [&str; 9] =
    [".hocr", ".html", ".htm", ".xml", ".alto.xml", ".alto", ".page.xml", "_alto.xml", "_hocr.html"];

/// The text of a scan in a file of the same name beside it, or in one of the usual folders: `p1.hocr` or `alto/p1.xml` for `p1.tif`.
pub(crate) fn find_text_beside(scan: &Path) -> Option<FoundText> {
    let (folder, stem) = (scan.parent()?, scan.file_stem()?.to_str()?);
    let files = FOLDERS.iter().flat_map(|name| ENDINGS.iter().map(move |ending| (name, ending)));
    let files = files.map(|(name, ending)| folder.join(name).join(format!("{stem}{ending}")));
    files.filter(|path| path.is_file()).find_map(|path| {
        let format = format_of(&path)?;
        Some(FoundText { path, format })
    })
}

/// The format of a file; `None` if it has no text of a scan.
fn format_of(path: &Path) -> Option<TextFormat> {
    let mut head = Vec::new();
    File::open(path).ok()?.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    let head = String::from_utf8_lossy(&head);
    let has = |parts: &[&str]| parts.iter().any(|part| head.contains(part));
    if has(&["<alto", ":alto "]) {
        Some(TextFormat::Alto)
    } else if has(&["PcGts"]) {
        Some(TextFormat::Page)
    } else if has(&["ocr_page", "ocr-system", "ocr-capabilities"]) {
        Some(TextFormat::Hocr)
    } else {
        None
    }
}

impl FoundText {
    /// Reads the file, without looking at what is in it: a worker process does that.
    pub(crate) fn load(&self) -> Result<TextFile, Failure> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        let read = File::open(&self.path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
        read.map_err(|error| Failure::from(error).context(&name))?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(Failure::new(format!("{name}: larger than {} MiB", MAX_FILE_BYTES >> 20)));
        }
        Ok(TextFile { name, format: self.format, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_text_by_name_and_content() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, content: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        };
        file("p1.xml", "<record/>");
        file("p1.html", "<html><meta name='ocr-system'></html>");
        file("alto/p2.xml", "<?xml version=\"1.0\"?><ns:alto xmlns:ns=\"x\"/>");
        file("p3.page.xml", "<PcGts/>");
        file("p4.xml", "<mets/>");
        let found = |scan: &str| find_text_beside(&folder.path().join(scan)).map(|found| found.format);
        let formats = ["p1.tif", "p2.jpg", "p3.png", "p4.tif", "p5.tif"].map(found);
        assert_eq!(formats, [Some(TextFormat::Hocr), Some(TextFormat::Alto), Some(TextFormat::Page), None, None]);
    }
}

//! hOCR 1.2: <http://kba.github.io/hocr-spec/1.2/>.

use std::io::Write;

use shelf_pages::{Bbox, Classification};

use super::page::{LayoutBook, LayoutPage};
use super::xml::LineXml;
use crate::ExportError;
use crate::placed_words::{PlacedBlock, PlacedLine, PlacedWord, WordPart};

/// An hOCR file that is being written, page by page.
pub struct HocrFile<W: Write> {
    xml: LineXml<W>,
    pages: usize,
}

impl<W: Write> HocrFile<W> {
    /// Begins a file.
    pub fn start(out: W, book: &LayoutBook) -> Result<Self, ExportError> {
        let mut xml = LineXml::start(out)?;
        xml.doctype("html")?;
        let language = book.languages.first().cloned().unwrap_or_else(|| "und".to_owned());
        let space = "http://www.w3.org/1999/xhtml".to_owned();
        xml.open("html", &[("xmlns", space), ("xml:lang", language.clone()), ("lang", language)])?;
        xml.open("head", &[])?;
        xml.empty("meta", &[("charset", "utf-8".to_owned())])?;
        xml.text("title", &[], &book.title)?;
        let mut meta =
            |name: &str, content: String| xml.empty("meta", &[("name", name.to_owned()), ("content", content)]);
        meta("ocr-system", book.producer.clone())?;
        let capabilities = "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_image";
        meta("ocr-capabilities", capabilities.to_owned())?;
        if !book.languages.is_empty() {
            meta("ocr-langs", book.languages.join(" "))?;
        }
        if let Some(author) = &book.author {
            meta("author", author.clone())?;
        }
        if let Some(notice) = &book.notice {
            meta("description", notice.clone())?;
        }
        xml.close()?;
        xml.open("body", &[])?;
        Ok(Self { xml, pages: 0 })
    }

    /// Adds a page.
    pub fn add_page(&mut self, page: &LayoutPage) -> Result<(), ExportError> {
        let size = page.text.dimensions;
        let mut title = Vec::new();
        if let Some(scan) = page.scan {
            title.push(format!("image \"{}\"", scan.replace('"', "")));
        }
        title.push(format!("bbox 0 0 {} {}", size.width, size.height));
        title.push(format!("ppageno {}", page.number - 1));
        if let Some(number) = page.printed_page_number {
            title.push(format!("lpageno \"{}\"", number.replace('"', "")));
        }
        if let Some(dpi) = page.dpi {
            title.push(format!("scan_res {0} {0}", dpi.round()));
        }
        let page_id = format!("page_{}", page.number);
        self.xml.open("div", &attributes("ocr_page", &page_id, &title.join("; ")))?;
        let angle = page.text_angle().map(|angle| format!("; textangle {angle}")).unwrap_or_default();
        for (at, block) in (1..).zip(&page.text.blocks) {
            self.add_block(block, &format!("{}_{at}", page.number), &angle)?;
        }
        for (at, figure) in (1..).zip(&page.text.figures) {
            let id = format!("image_{}_{at}", page.number);
            self.xml.empty("div", &attributes("ocr_image", &id, &bbox(*figure)))?;
        }
        self.xml.close()?;
        self.pages += 1;
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> Result<W, ExportError> {
        self.xml.finish()
    }

    fn add_block(&mut self, block: &PlacedBlock, id: &str, angle: &str) -> Result<(), ExportError> {
        let title = format!("{}; x_label {}", bbox(block.bbox), label(block.classification));
        self.xml.open("div", &attributes("ocr_carea", &format!("block_{id}"), &title))?;
        for (at, paragraph) in (1..).zip(&block.paragraphs) {
            let id = format!("{id}_{at}");
            self.xml.open("p", &attributes("ocr_par", &format!("par_{id}"), &bbox(paragraph.bbox)))?;
            for (at, line) in (1..).zip(&paragraph.lines) {
                self.add_line(line, &format!("{id}_{at}"), angle)?;
            }
            self.xml.close()?;
        }
        self.xml.close()
    }

    fn add_line(&mut self, line: &PlacedLine, id: &str, angle: &str) -> Result<(), ExportError> {
        self.xml
            .open("span", &attributes("ocr_line", &format!("line_{id}"), &format!("{}{angle}", bbox(line.bbox))))?;
        for (at, word) in (1..).zip(&line.words) {
            let confidence = (word.confidence * 100.0).round();
            let title = format!("{}; x_wconf {confidence}", bbox(word.bbox));
            self.xml.text("span", &attributes("ocrx_word", &format!("word_{id}_{at}"), &title), &printed(word))?;
        }
        self.xml.close()
    }
}

fn attributes(class: &str, id: &str, title: &str) -> [(&'static str, String); 3] {
    [("class", class.to_owned()), ("id", id.to_owned()), ("title", title.to_owned())]
}

fn bbox(bbox: Bbox) -> String {
    format!("bbox {} {} {} {}", bbox.x, bbox.y, bbox.right(), bbox.bottom())
}

/// The name of the label, as in the page files.
pub(super) fn label(classification: Classification) -> String {
    let name = serde_json::to_value(classification).ok();
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The word with the hyphen that is printed at the end of its line: a soft one, which is not part of the word.
fn printed(word: &PlacedWord) -> String {
    match word.part {
        WordPart::Begins { .. } if !word.text.ends_with('-') => format!("{}\u{AD}", word.text),
        _ => word.text.clone(),
    }
}

use super::body::BodyWriter;
use super::header::{facsimile, header};
use crate::document::DocumentMetadata;
use crate::output::flush;
use crate::xml::Xml;
use crate::{ExportBook, ExportError, ExportOptions, Format, Output};

/// TEI P5.
pub(crate) const TEI: Format =
    Format { name: "tei", extension: "tei.xml", about: "TEI P5, with page breaks, running heads and notes", write };

fn write(book: &ExportBook, output: &mut Output, options: &ExportOptions) -> Result<(), ExportError> {
    let metadata = DocumentMetadata::of(book);
    let mut xml = Xml::document(output.main()?)?;
    xml.open("TEI", &[("xmlns", "http://www.tei-c.org/ns/1.0"), ("xml:lang", metadata.language())])?;
    xml.line()?;
    header(&mut xml, &metadata)?;
    facsimile(&mut xml, book)?;
    xml.open("text", &[])?;
    xml.line()?;
    let mut body = BodyWriter::new(&mut xml, book);
    for block in book.blocks(options) {
        body.block(&block?)?;
    }
    body.finish()?;
    flush(xml.finish()?)
}

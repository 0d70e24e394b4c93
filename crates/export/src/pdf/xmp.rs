use xmp_writer::{DateTime, LangId, XmpWriter};

use super::document::PdfInfo;

/// The metadata as XMP. What the document's information dictionary has is the same here, as PDF/A requires.
pub(super) fn xmp(info: &PdfInfo) -> String {
    let mut writer = XmpWriter::new();
    writer.pdfa_part(2).pdfa_conformance("B");
    writer.format("application/pdf");
    let default = || Some(LangId("x-default"));
    if let Some(title) = &info.title {
        writer.title([(default(), title.as_str())]);
    }
    if let Some(author) = &info.author {
        writer.creator([author.as_str()]);
    }
    if let Some(publisher) = &info.publisher {
        writer.publisher([publisher.as_str()]);
    }
    if !info.contributors.is_empty() {
        writer.contributor(info.contributors.iter().map(String::as_str));
    }
    if let Some(rights) = &info.rights {
        writer.rights([(default(), rights.as_str())]);
    }
    if let Some(year) = info.year.and_then(|year| u16::try_from(year).ok()) {
        writer.date([DateTime::year(year)]);
    }
    if let Some(description) = &info.description {
        writer.description([(default(), description.as_str())]);
    }
    if let Some(identifier) = &info.identifier {
        writer.identifier(identifier);
    }
    if !info.languages.is_empty() {
        writer.language(info.languages.iter().map(|language| LangId(language)));
    }
    writer.producer(&info.producer);
    writer.finish(None)
}

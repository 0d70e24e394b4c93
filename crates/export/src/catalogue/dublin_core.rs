use crate::document::DocumentMetadata;
use crate::output::flush;
use crate::xml::Xml;
use crate::{ExportBook, ExportError, ExportOptions, Format, Output};

/// Dublin Core, as OAI-PMH wraps it: <https://www.openarchives.org/OAI/2.0/oai_dc.xsd>.
pub(crate) const DC: Format =
    Format { name: "dc", extension: "dc.xml", about: "Dublin Core (oai_dc): the catalogue record only", write };

fn write(book: &ExportBook, output: &mut Output, _: &ExportOptions) -> Result<(), ExportError> {
    let mut xml = Xml::document(output.main()?)?;
    let attributes = [
        ("xmlns:oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/"),
        ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        (
            "xsi:schemaLocation",
            "http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
        ),
    ];
    xml.open("oai_dc:dc", &attributes)?;
    xml.line()?;
    for (element, value) in elements(&DocumentMetadata::of(book)) {
        xml.element(&format!("dc:{element}"), &[], &value)?;
    }
    flush(xml.finish()?)
}

/// The elements of Dublin Core, without prefix. Place, volume and edition have none.
pub(crate) fn elements(known: &DocumentMetadata) -> Vec<(&'static str, String)> {
    let mut elements = vec![("title", known.title.clone())];
    let mut add = |element, value: Option<String>| elements.extend(value.map(|value| (element, value)));
    add("creator", known.author.clone());
    for contributor in &known.contributors {
        add("contributor", Some(contributor.to_string()));
    }
    add("publisher", known.publisher.clone());
    add("date", known.year.map(|year| year.to_string()));
    add("type", Some("Text".to_owned()));
    for language in known.languages.iter().filter(|language| *language != "und") {
        add("language", Some(language.clone()));
    }
    add("identifier", known.isbn.as_ref().map(|isbn| format!("urn:isbn:{isbn}")));
    for identifier in &known.identifiers {
        add("identifier", Some(identifier.to_string()));
    }
    add("relation", known.series.clone());
    add("source", known.shelfmark.clone());
    add("rights", known.rights.clone());
    elements
}

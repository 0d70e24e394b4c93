use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::record::RecordError;

/// An element of an XML file with its own text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// Its name without prefix.
    pub(super) name: String,
    /// Its attributes, by their names without prefix.
    attributes: Vec<(String, String)>,
    /// The text directly in it, white space collapsed.
    pub(super) text: String,
    /// That text as it is: in some fields, a position has a meaning.
    pub(super) raw: String,
    /// The line on which it begins, from 1.
    pub(super) line: usize,
}

impl Element {
    /// The value of an attribute; empty where it is missing.
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// The name of the root element, without prefix; `None` if the text is not XML as far as that.
pub(super) fn root_of(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => return Some(local_name(&start)),
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// The elements of an XML file in the order in which they begin. No entity but the five of XML is expanded.
pub(super) fn elements(text: &str) -> Result<Vec<Element>, RecordError> {
    let mut reader = Reader::from_str(text);
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    loop {
        let line = line_at(text, reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let line = line_at(text, reader.error_position());
            RecordError { line, problem: format!("not well-formed XML: {error}") }
        })?;
        let mut add = |part: &str| {
            if let Some(at) = open.last() {
                elements[*at].raw.push_str(part);
            }
        };
        match event {
            Event::Text(text) => add(&text.xml10_content()),
            Event::CData(text) => add(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().ok().flatten().map(String::from);
                let predefined = quick_xml::escape::resolve_predefined_entity(&reference).map(ToOwned::to_owned);
                let value = character.or(predefined).ok_or_else(|| RecordError {
                    line,
                    problem: format!("unknown entity `&{};`", reference.xml10_content()),
                })?;
                add(&value);
            }
            Event::Start(start) => {
                open.push(elements.len());
                elements.push(element(&start, line)?);
            }
            Event::Empty(start) => elements.push(element(&start, line)?),
            Event::End(_) => drop(open.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    if let Some(at) = open.last() {
        let (name, line) = (&elements[*at].name, elements[*at].line);
        return Err(RecordError { line, problem: format!("not well-formed XML: `{name}` is not closed") });
    }
    for element in &mut elements {
        element.text = element.raw.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    Ok(elements)
}

fn local_name(start: &BytesStart<'_>) -> String {
    start.local_name().into_inner().to_owned()
}

fn element(start: &BytesStart<'_>, line: usize) -> Result<Element, RecordError> {
    let problem = |error: String| RecordError { line, problem: format!("not well-formed XML: {error}") };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| problem(error.to_string()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| problem(error.to_string()))?;
        attributes.push((attribute.key.local_name().into_inner().to_owned(), value.into_owned()));
    }
    Ok(Element { name: local_name(start), attributes, text: String::new(), raw: String::new(), line })
}

fn line_at(text: &str, position: u64) -> usize {
    let end = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
    1 + text.get(..end).unwrap_or(text).matches('\n').count()
}

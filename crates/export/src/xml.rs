use std::io::Write;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::ExportError;

/// Writes XML: what is opened is closed, and what is not allowed in XML is left out of texts.
pub(crate) struct Xml<W: Write> {
    writer: Writer<W>,
    open: Vec<String>,
}

impl<W: Write> Xml<W> {
    /// Begins a document with its declaration.
    pub(crate) fn document(inner: W) -> Result<Self, ExportError> {
        let mut xml = Self { writer: Writer::new(inner), open: Vec::new() };
        xml.writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.line()?;
        Ok(xml)
    }

    /// Opens an element.
    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), ExportError> {
        self.writer.write_event(Event::Start(start(name, attributes)))?;
        self.open.push(name.to_owned());
        Ok(())
    }

    /// Closes the last element that is open.
    pub(crate) fn close(&mut self) -> Result<(), ExportError> {
        let name = self.open.pop().expect("an element is open");
        self.writer.write_event(Event::End(BytesEnd::new(name)))?;
        Ok(())
    }

    /// Closes the last element that is open, and ends the line.
    pub(crate) fn close_line(&mut self) -> Result<(), ExportError> {
        self.close()?;
        self.line()
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<(), ExportError> {
        self.writer.write_event(Event::Empty(start(name, attributes)))?;
        Ok(())
    }

    pub(crate) fn text(&mut self, text: &str) -> Result<(), ExportError> {
        let allowed = allowed(text);
        self.writer.write_event(Event::Text(BytesText::new(&allowed)))?;
        Ok(())
    }

    /// An element with only a text, on a line of its own.
    pub(crate) fn element(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> Result<(), ExportError> {
        self.open(name, attributes)?;
        self.text(text)?;
        self.close_line()
    }

    /// Ends the line.
    pub(crate) fn line(&mut self) -> Result<(), ExportError> {
        Ok(self.writer.get_mut().write_all(b"\n")?)
    }

    /// Markup as it is, such as a document type.
    pub(crate) fn raw(&mut self, markup: &str) -> Result<(), ExportError> {
        Ok(self.writer.get_mut().write_all(markup.as_bytes())?)
    }

    /// Closes all elements.
    pub(crate) fn finish(mut self) -> Result<W, ExportError> {
        while !self.open.is_empty() {
            self.close_line()?;
        }
        Ok(self.writer.into_inner())
    }
}

fn start<'a>(name: &'a str, attributes: &[(&'a str, &'a str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        let allowed = allowed(value);
        start.push_attribute((*key, allowed.as_str()));
    }
    start
}

/// A text without the characters that XML 1.0 does not allow.
fn allowed(text: &str) -> String {
    let is_allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(|c| is_allowed(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_attributes_are_escaped() {
        let mut xml = Xml::document(Vec::new()).unwrap();
        xml.open("p", &[("title", "a < \"b\" & c")]).unwrap();
        xml.text("a < b & c\u{1}").unwrap();
        let written = String::from_utf8(xml.finish().unwrap()).unwrap();
        assert_eq!(
            written,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<p title=\"a &lt; &quot;b&quot; &amp; c\">a &lt; b &amp; c</p>\n"
        );
    }
}

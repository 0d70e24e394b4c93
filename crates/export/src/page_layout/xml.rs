use std::io::Write;

use crate::ExportError;
use crate::xml::Xml;

/// XML with every tag on a line of its own, except those around a text.
pub(super) struct LineXml<W: Write> {
    xml: Xml<W>,
}

/// Attributes: names and values.
pub(super) type Attributes<'a> = &'a [(&'a str, String)];

impl<W: Write> LineXml<W> {
    pub(super) fn start(out: W) -> Result<Self, ExportError> {
        Ok(Self { xml: Xml::document(out)? })
    }

    pub(super) fn doctype(&mut self, name: &str) -> Result<(), ExportError> {
        self.xml.raw(&format!("<!DOCTYPE {name}>\n"))
    }

    pub(super) fn open(&mut self, name: &str, attributes: Attributes) -> Result<(), ExportError> {
        self.xml.open(name, &borrowed(attributes))?;
        self.xml.line()
    }

    /// Closes the last element that is open.
    pub(super) fn close(&mut self) -> Result<(), ExportError> {
        self.xml.close_line()
    }

    pub(super) fn empty(&mut self, name: &str, attributes: Attributes) -> Result<(), ExportError> {
        self.xml.empty(name, &borrowed(attributes))?;
        self.xml.line()
    }

    /// An element that contains only text.
    pub(super) fn text(&mut self, name: &str, attributes: Attributes, text: &str) -> Result<(), ExportError> {
        self.xml.element(name, &borrowed(attributes), text)
    }

    /// Closes all elements.
    pub(super) fn finish(self) -> Result<W, ExportError> {
        self.xml.finish()
    }
}

fn borrowed(attributes: Attributes<'_>) -> Vec<(&str, &str)> {
    attributes.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

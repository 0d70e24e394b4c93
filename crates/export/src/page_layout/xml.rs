use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// Writes XML, an element on each line. Characters that XML does not allow are replaced.
pub(super) struct Xml<W: Write> {
    writer: Writer<W>,
}

/// Attributes: names and values.
pub(super) type Attributes<'a> = &'a [(&'a str, String)];

impl<W: Write> Xml<W> {
    pub(super) fn start(out: W) -> io::Result<Self> {
        let mut writer = Writer::new(out);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Self { writer })
    }

    pub(super) fn doctype(&mut self, name: &str) -> io::Result<()> {
        self.new_line()?;
        self.writer.write_event(Event::DocType(BytesText::from_escaped(name)))
    }

    pub(super) fn open(&mut self, name: &str, attributes: Attributes) -> io::Result<()> {
        self.new_line()?;
        self.writer.write_event(Event::Start(tag(name, attributes)))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.new_line()?;
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    pub(super) fn empty(&mut self, name: &str, attributes: Attributes) -> io::Result<()> {
        self.new_line()?;
        self.writer.write_event(Event::Empty(tag(name, attributes)))
    }

    /// An element that contains only text.
    pub(super) fn text(&mut self, name: &str, attributes: Attributes, text: &str) -> io::Result<()> {
        self.new_line()?;
        self.writer.write_event(Event::Start(tag(name, attributes)))?;
        self.writer.write_event(Event::Text(BytesText::new(&allowed(text))))?;
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.new_line()?;
        Ok(self.writer.into_inner())
    }

    fn new_line(&mut self) -> io::Result<()> {
        self.writer.get_mut().write_all(b"\n")
    }
}

fn tag<'n>(name: &'n str, attributes: Attributes) -> BytesStart<'n> {
    let mut tag = BytesStart::new(name);
    for (name, value) in attributes {
        tag.push_attribute((*name, allowed(value).as_str()));
    }
    tag
}

/// The text without the characters that XML 1.0 does not have.
fn allowed(text: &str) -> String {
    let is_allowed = |c: char| c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}') || matches!(c, '\t' | '\n');
    text.chars().map(|c| if is_allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

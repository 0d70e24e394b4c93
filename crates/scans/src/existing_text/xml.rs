use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// A part of an XML file.
#[derive(Clone, Copy)]
pub(super) enum XmlPart<'a> {
    Start(&'a Tag),
    Text(&'a str),
    /// The name of the element that ends.
    End(&'a str),
}

/// The start of an element.
#[derive(Debug)]
pub(super) struct Tag {
    /// Its name without prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

/// Which files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Xml,
    /// HTML, in which some elements have no end, and names may be in capitals.
    Html,
}

/// Elements that have no end in HTML.
const VOID: [&str; 8] = ["meta", "link", "br", "hr", "img", "input", "wbr", "base"];
/// Elements within each other.
const MAX_DEPTH: usize = 200;

impl Tag {
    /// The value of an attribute, by its name without prefix.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The number in an attribute; an error if it is something else.
    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, String> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number: Option<f64> = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Some).ok_or_else(|| format!("invalid {name} \"{}\": expected a number", brief(text)))
    }
}

/// Reads an XML file part by part. No entity but the predefined ones is expanded: others stay as they are in text, and are an error in attributes.
pub(super) fn read_xml(
    text: &str,
    dialect: Dialect,
    part: &mut dyn FnMut(XmlPart<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut reader = Reader::from_str(text);
    if dialect == Dialect::Html {
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
    }
    let mut depth: usize = 0;
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| at_line(text, at, &format!("not well-formed XML: {error}")))?;
        let read = match event {
            Event::Start(start) => {
                let is_void = dialect == Dialect::Html && VOID.contains(&name_of(&start, dialect).as_str());
                depth += usize::from(!is_void);
                if depth > MAX_DEPTH {
                    return Err(at_line(text, at, "elements are nested too deeply"));
                }
                start_of(&start, dialect).and_then(|tag| {
                    part(XmlPart::Start(&tag))?;
                    if is_void { part(XmlPart::End(&tag.name)) } else { Ok(()) }
                })
            }
            Event::Empty(start) => start_of(&start, dialect).and_then(|tag| {
                part(XmlPart::Start(&tag))?;
                part(XmlPart::End(&tag.name))
            }),
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                part(XmlPart::End(&cased(end.local_name().into_inner(), dialect)))
            }
            Event::Text(content) => part(XmlPart::Text(&content.xml10_content())),
            Event::CData(content) => part(XmlPart::Text(&content.xml10_content())),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let character = reference.resolve_char_ref().ok().flatten().map(String::from);
                let predefined = || quick_xml::escape::resolve_predefined_entity(&name).map(ToOwned::to_owned);
                let known = character.or_else(predefined).or_else(|| html_entity(&name).map(ToOwned::to_owned));
                part(XmlPart::Text(&known.unwrap_or_else(|| format!("&{name};"))))
            }
            Event::Eof if depth > 0 && dialect == Dialect::Xml => {
                Err("not well-formed XML: the file is truncated".to_owned())
            }
            Event::Eof => return Ok(()),
            _ => Ok(()),
        };
        read.map_err(|problem| at_line(text, at, &problem))?;
    }
}

/// The start of a text for a message.
pub(super) fn brief(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The entities that are usual in hOCR.
fn html_entity(name: &str) -> Option<&'static str> {
    Some(match name {
        "nbsp" => " ",
        "shy" => "\u{ad}",
        "ndash" => "–",
        "mdash" => "—",
        "lsquo" => "‘",
        "rsquo" => "’",
        "ldquo" => "“",
        "rdquo" => "”",
        _ => return None,
    })
}

fn start_of(start: &BytesStart<'_>, dialect: Dialect) -> Result<Tag, String> {
    let mut attributes = Vec::new();
    let mut found = if dialect == Dialect::Html { start.html_attributes() } else { start.attributes() };
    for attribute in found.with_checks(false) {
        let attribute = match attribute {
            Ok(attribute) => attribute,
            Err(_) if dialect == Dialect::Html => continue,
            Err(error) => return Err(format!("not well-formed XML: {error}")),
        };
        let value = match attribute.normalized_value(XmlVersion::Implicit1_0) {
            Ok(value) => value.into_owned(),
            Err(_) if dialect == Dialect::Html => attribute.value.into_owned(),
            Err(error) => return Err(format!("not well-formed XML: {error}")),
        };
        attributes.push((cased(attribute.key.local_name().into_inner(), dialect), value));
    }
    Ok(Tag { name: name_of(start, dialect), attributes })
}

fn name_of(start: &BytesStart<'_>, dialect: Dialect) -> String {
    cased(start.local_name().into_inner(), dialect)
}

fn cased(name: &str, dialect: Dialect) -> String {
    if dialect == Dialect::Html { name.to_ascii_lowercase() } else { name.to_owned() }
}

/// A problem with the line on which it is.
fn at_line(text: &str, position: u64, problem: &str) -> String {
    let end = usize::try_from(position).unwrap_or(usize::MAX).min(text.len());
    let line = 1 + text.get(..end).unwrap_or(text).matches('\n').count();
    format!("line {line}: {problem}")
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn read(text: &str, dialect: Dialect) -> Result<String, String> {
        let mut found = String::new();
        read_xml(text, dialect, &mut |part| {
            match part {
                XmlPart::Start(tag) => write!(found, "<{} {}>", tag.name, tag.get("a").unwrap_or("-")).unwrap(),
                XmlPart::Text(text) => found.push_str(text),
                XmlPart::End(name) => write!(found, "</{name}>").unwrap(),
            }
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn entities_are_not_expanded() {
        let bomb = "<!DOCTYPE x [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><x>&b; &amp; &#65;</x>";
        assert_eq!(read(bomb, Dialect::Xml).unwrap(), "<x ->&b; & A</x>");
        assert!(
            read("<!DOCTYPE x [<!ENTITY b \"c\">]>\n<x a=\"&b;\"/>", Dialect::Xml).unwrap_err().starts_with("line 2: ")
        );
    }

    #[test]
    fn html_need_not_be_well_formed() {
        let html = "<HTML><META a=1><p a=two>one<br>two&nbsp;</b></p></HTML>";
        assert_eq!(
            read(html, Dialect::Html).unwrap(),
            "<html -><meta 1></meta><p two>one<br -></br>two </b></p></html>"
        );
        assert!(read(html, Dialect::Xml).is_err());
    }

    #[test]
    fn truncated_and_deeply_nested_files_are_refused() {
        assert_eq!(read("<x>\n<y>", Dialect::Xml).unwrap_err(), "line 2: not well-formed XML: the file is truncated");
        assert!(read(&"<x>".repeat(MAX_DEPTH + 1), Dialect::Html).unwrap_err().contains("nested too deeply"));
    }
}

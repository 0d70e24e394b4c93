use super::chapter::{NavEntry, PageEntry};
use crate::ExportError;
use crate::document::DocumentMetadata;
use crate::xml::Xml;

/// What readers navigate by.
pub(super) struct Navigation<'n> {
    pub(super) entries: &'n [NavEntry],
    pub(super) pages: &'n [PageEntry],
    /// The first file of the text.
    pub(super) first: &'n str,
    /// Where the main text begins.
    pub(super) body: &'n str,
}

/// The navigation document: table of contents, page list and landmarks.
pub(super) fn nav(metadata: &DocumentMetadata, navigation: &Navigation) -> Result<Vec<u8>, ExportError> {
    let mut xml = super::xhtml::document(metadata, &metadata.title)?;
    xml.open("body", &[])?;
    xml.open("nav", &[("epub:type", "toc"), ("role", "doc-toc"), ("id", "toc"), ("aria-labelledby", "toc-title")])?;
    xml.element("h1", &[("id", "toc-title")], "Contents")?;
    toc(&mut xml, metadata, navigation)?;
    xml.close_line()?;
    if !navigation.pages.is_empty() {
        xml.open(
            "nav",
            &[("epub:type", "page-list"), ("role", "doc-pagelist"), ("hidden", "hidden"), ("aria-label", "Pages")],
        )?;
        xml.open("ol", &[])?;
        for page in navigation.pages {
            link(&mut xml, &page.href, &page.label, None)?;
            xml.close_line()?;
        }
        xml.close()?;
        xml.close_line()?;
    }
    xml.open("nav", &[("epub:type", "landmarks"), ("hidden", "hidden"), ("aria-label", "Landmarks")])?;
    xml.open("ol", &[])?;
    for (href, label, kind) in [
        ("cover.xhtml", "Cover", "cover"),
        ("nav.xhtml#toc", "Contents", "toc"),
        (navigation.body, "Text", "bodymatter"),
    ] {
        link(&mut xml, href, label, Some(kind))?;
        xml.close_line()?;
    }
    xml.finish()
}

/// Nested lists; an entry is in the list of the last entry above its level.
fn toc(xml: &mut Xml<Vec<u8>>, metadata: &DocumentMetadata, navigation: &Navigation) -> Result<(), ExportError> {
    xml.open("ol", &[])?;
    if navigation.entries.is_empty() {
        link(xml, navigation.first, &metadata.title, None)?;
        xml.close_line()?;
    }
    list(xml, navigation.entries)?;
    xml.close_line()
}

/// The items of a list: each entry with those below its level.
fn list(xml: &mut Xml<Vec<u8>>, entries: &[NavEntry]) -> Result<(), ExportError> {
    let mut rest = entries;
    while let Some((entry, after)) = rest.split_first() {
        let below = after.iter().take_while(|other| other.level > entry.level).count();
        link(xml, &entry.href, &entry.label, None)?;
        if below > 0 {
            xml.open("ol", &[])?;
            list(xml, &after[..below])?;
            xml.close()?;
        }
        xml.close_line()?;
        rest = &after[below..];
    }
    Ok(())
}

/// `<li><a href="…">…</a>`, with the list item still open.
fn link(xml: &mut Xml<Vec<u8>>, href: &str, label: &str, kind: Option<&str>) -> Result<(), ExportError> {
    xml.open("li", &[])?;
    match kind {
        Some(kind) => xml.open("a", &[("epub:type", kind), ("href", href)])?,
        None => xml.open("a", &[("href", href)])?,
    }
    xml.text(label)?;
    xml.close()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_nested_by_level() {
        let entry =
            |(level, label): (u32, &str)| NavEntry { level, label: label.to_owned(), href: "a.xhtml".to_owned() };
        let entries = [(2, "s"), (1, "A"), (2, "a"), (2, "b"), (1, "B")].map(entry);
        let mut xml = Xml::document(Vec::new()).unwrap();
        xml.open("ol", &[]).unwrap();
        list(&mut xml, &entries).unwrap();
        let written = String::from_utf8(xml.finish().unwrap()).unwrap();
        let shape = written.replace("<a href=\"a.xhtml\">", "").replace("</a>", "").replace('\n', "");
        assert!(shape.ends_with("<ol><li>s</li><li>A<ol><li>a</li><li>b</li></ol></li><li>B</li></ol>"), "{shape}");
    }
}

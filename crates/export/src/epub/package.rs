use super::chapter::Chapter;
use super::cover::Cover;
use crate::ExportError;
use crate::document::DocumentMetadata;
use crate::xml::Xml;

/// What is in an EPUB.
pub(super) struct Package<'p> {
    pub(super) metadata: &'p DocumentMetadata,
    pub(super) cover: &'p Cover,
    pub(super) chapters: &'p [Chapter],
    /// File names of the figures.
    pub(super) figures: &'p [String],
    /// Whether every figure has a caption.
    pub(super) has_captions: bool,
    pub(super) has_page_list: bool,
}

/// The container, which says where the package document is.
pub(super) const CONTAINER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"#;

/// The media type of text.
const XHTML: &str = "application/xhtml+xml";

impl Package<'_> {
    /// The package document.
    pub(super) fn document(&self) -> Result<Vec<u8>, ExportError> {
        let mut xml = Xml::document(Vec::new())?;
        let language = self.metadata.language();
        let package = [
            ("xmlns", "http://www.idpf.org/2007/opf"),
            ("version", "3.0"),
            ("unique-identifier", "id"),
            ("xml:lang", language),
        ];
        xml.open("package", &package)?;
        xml.line()?;
        self.metadata(&mut xml)?;
        self.manifest(&mut xml)?;
        xml.open("spine", &[])?;
        xml.line()?;
        xml.empty("itemref", &[("idref", "cover-page")])?;
        xml.line()?;
        xml.empty("itemref", &[("idref", "nav"), ("linear", "no")])?;
        xml.line()?;
        for (number, _) in self.chapters.iter().enumerate() {
            xml.empty("itemref", &[("idref", &format!("text{number}"))])?;
            xml.line()?;
        }
        xml.close_line()?;
        xml.finish()
    }

    fn metadata(&self, xml: &mut Xml<Vec<u8>>) -> Result<(), ExportError> {
        let known = self.metadata;
        xml.open("metadata", &[("xmlns:dc", "http://purl.org/dc/elements/1.1/")])?;
        xml.line()?;
        let identifier =
            known.isbn.as_ref().map_or_else(|| format!("urn:uuid:{}", known.uuid), |isbn| format!("urn:isbn:{isbn}"));
        xml.element("dc:identifier", &[("id", "id")], &identifier)?;
        xml.element("dc:title", &[], &known.title)?;
        for language in &known.languages {
            xml.element("dc:language", &[], language)?;
        }
        if let Some(author) = &known.author {
            xml.element("dc:creator", &[("id", "author")], author)?;
            xml.element("meta", &[("refines", "#author"), ("property", "role"), ("scheme", "marc:relators")], "aut")?;
        }
        for (number, contributor) in known.contributors.iter().enumerate() {
            let id = format!("contributor{number}");
            xml.element("dc:contributor", &[("id", &id)], &contributor.name)?;
            let refines = [("refines", &*format!("#{id}")), ("property", "role"), ("scheme", "marc:relators")];
            xml.element("meta", &refines, contributor.role.code())?;
        }
        if let Some(publisher) = &known.publisher {
            xml.element("dc:publisher", &[], publisher)?;
        }
        for identifier in &known.identifiers {
            xml.element("dc:identifier", &[], &identifier.to_string())?;
        }
        if let Some(rights) = &known.rights {
            xml.element("dc:rights", &[], rights)?;
        }
        if let Some(edition) = &known.edition {
            xml.element("meta", &[("property", "schema:bookEdition")], edition)?;
        }
        if let Some(series) = &known.series {
            xml.element("meta", &[("property", "belongs-to-collection"), ("id", "series")], series)?;
            xml.element("meta", &[("refines", "#series"), ("property", "collection-type")], "series")?;
            // A position is a number, and volumes have other names too.
            if let Some(volume) = known.volume.as_ref().filter(|volume| volume.parse::<u32>().is_ok()) {
                xml.element("meta", &[("refines", "#series"), ("property", "group-position")], volume)?;
            }
        }
        if let Some(year) = known.year.filter(|year| (1000..10_000).contains(year)) {
            xml.element("dc:date", &[], &year.to_string())?;
        }
        let source = if known.source_files.is_empty() { known.id.clone() } else { known.source_files.join(", ") };
        xml.element("dc:source", &[("id", "source")], &source)?;
        if self.has_page_list {
            xml.element("meta", &[("refines", "#source"), ("property", "source-of")], "pagination")?;
        }
        if let Some(notice) = known.missing_notice() {
            xml.element("dc:description", &[], &notice)?;
        }
        xml.element("meta", &[("property", "dcterms:modified")], known.date())?;
        self.accessibility(xml)?;
        xml.empty("meta", &[("name", "generator"), ("content", &known.generator)])?;
        xml.line()?;
        xml.close_line()
    }

    /// The accessibility metadata of schema.org, as EPUB Accessibility 1.1 requires.
    fn accessibility(&self, xml: &mut Xml<Vec<u8>>) -> Result<(), ExportError> {
        let mut facts = vec![("schema:accessMode", "textual"), ("schema:accessMode", "visual")];
        if self.has_captions {
            facts.push(("schema:accessModeSufficient", "textual"));
        }
        facts.push(("schema:accessModeSufficient", "textual,visual"));
        let features = ["alternativeText", "readingOrder", "structuralNavigation", "tableOfContents", "ARIA"];
        facts.extend(features.map(|feature| ("schema:accessibilityFeature", feature)));
        if self.has_page_list {
            facts.push(("schema:accessibilityFeature", "pageBreakMarkers"));
            facts.push(("schema:accessibilityFeature", "pageNavigation"));
        }
        facts.push(("schema:accessibilityHazard", "none"));
        let summary = "Recognised from scans of a printed book, so that there may be misread words. Headings, notes and page numbers \
                       are marked up; the alternative texts of figures are their captions.";
        facts.push(("schema:accessibilitySummary", summary));
        for (property, value) in facts {
            xml.element("meta", &[("property", property)], value)?;
        }
        Ok(())
    }

    fn manifest(&self, xml: &mut Xml<Vec<u8>>) -> Result<(), ExportError> {
        xml.open("manifest", &[])?;
        xml.line()?;
        let mut item = |id: &str, href: &str, media_type: &str, properties: Option<&str>| {
            let mut attributes = vec![("id", id), ("href", href), ("media-type", media_type)];
            attributes.extend(properties.map(|properties| ("properties", properties)));
            xml.empty("item", &attributes)?;
            xml.line()
        };
        item("nav", "nav.xhtml", XHTML, Some("nav"))?;
        item("style", "style.css", "text/css", None)?;
        item("cover", self.cover.file, self.cover.media_type, Some("cover-image"))?;
        item("cover-page", "cover.xhtml", XHTML, None)?;
        for (number, chapter) in self.chapters.iter().enumerate() {
            item(&format!("text{number}"), &chapter.file, XHTML, None)?;
        }
        for (number, figure) in self.figures.iter().enumerate() {
            item(&format!("figure{number}"), &format!("images/{figure}"), "image/jpeg", None)?;
        }
        xml.close_line()
    }
}

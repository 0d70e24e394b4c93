use std::io::Write;

use shelf_runtime::book::marc_language;

use crate::document::DocumentMetadata;
use crate::output::flush;
use crate::xml::Xml;
use crate::{ExportBook, ExportError, ExportOptions, Format, Output};

/// MARC 21 in XML: <https://www.loc.gov/standards/marcxml/>.
pub(crate) const MARCXML: Format =
    Format { name: "marcxml", extension: "marc.xml", about: "MARC 21 in XML: the catalogue record only", write };

fn write(book: &ExportBook, output: &mut Output, _: &ExportOptions) -> Result<(), ExportError> {
    let file = record(output.main()?, &DocumentMetadata::of(book))?;
    flush(file)
}

/// A record of a printed book that is a language material, catalogued at minimal level.
const LEADER: &str = "00000nam a22000007a 4500";

fn record<W: Write>(out: W, known: &DocumentMetadata) -> Result<W, ExportError> {
    let mut xml = Xml::document(out)?;
    xml.open("record", &[("xmlns", "http://www.loc.gov/MARC21/slim"), ("type", "Bibliographic")])?;
    xml.line()?;
    xml.element("leader", &[], LEADER)?;
    xml.element("controlfield", &[("tag", "001")], &known.id)?;
    xml.element("controlfield", &[("tag", "008")], &fixed_length_data(known))?;
    let mut fields = Fields { xml: &mut xml };
    let of_scheme = |wanted: &'static str| known.identifiers.iter().filter(move |found| found.scheme == wanted);
    for lccn in of_scheme("lccn") {
        fields.add("010", "  ", &[('a', &lccn.value)])?;
    }
    if let Some(isbn) = &known.isbn {
        fields.add("020", "  ", &[('a', isbn)])?;
    }
    for issn in of_scheme("issn") {
        fields.add("022", "  ", &[('a', &issn.value)])?;
    }
    for other in &known.identifiers {
        match other.scheme.as_str() {
            "lccn" | "issn" | "oclc" | "url" => {}
            scheme => fields.add("024", "7 ", &[('a', &other.value), ('2', scheme)])?,
        }
    }
    for oclc in of_scheme("oclc") {
        fields.add("035", "  ", &[('a', &format!("(OCoLC){}", oclc.value))])?;
    }
    let languages: Vec<(char, &str)> = known.languages.iter().map(|tag| ('a', marc_language(tag))).collect();
    if languages.len() > 1 {
        fields.add("041", "0 ", &languages)?;
    }
    if let Some(author) = &known.author {
        fields.add("100", "1 ", &[('a', author), ('e', "author"), ('4', "aut")])?;
    }
    let volume = known.volume.as_deref().filter(|_| known.series.is_none()).map(|volume| ('n', volume));
    let title: Vec<(char, &str)> = [('a', known.title.as_str())].into_iter().chain(volume).collect();
    fields.add("245", if known.author.is_some() { "10" } else { "00" }, &title)?;
    if let Some(edition) = &known.edition {
        fields.add("250", "  ", &[('a', edition)])?;
    }
    let year = known.year.map(|year| year.to_string());
    let published = [('a', &known.place), ('b', &known.publisher), ('c', &year)];
    let published: Vec<(char, &str)> =
        published.into_iter().filter_map(|(code, value)| Some((code, value.as_deref()?))).collect();
    if !published.is_empty() {
        fields.add("264", " 1", &published)?;
    }
    if let Some(series) = &known.series {
        let volume = known.volume.as_deref().map(|volume| ('v', volume));
        fields.add("490", "0 ", &[('a', series.as_str())].into_iter().chain(volume).collect::<Vec<_>>())?;
    }
    if let Some(rights) = &known.rights {
        let code = if rights.starts_with("http") { 'u' } else { 'a' };
        fields.add("540", "  ", &[(code, rights)])?;
    }
    for contributor in &known.contributors {
        let (name, role) = (&contributor.name, &contributor.role);
        fields.add("700", "1 ", &[('a', name), ('e', role.term()), ('4', role.code())])?;
    }
    if let Some(shelfmark) = &known.shelfmark {
        fields.add("852", "8 ", &[('h', shelfmark)])?;
    }
    for url in of_scheme("url") {
        fields.add("856", "4 ", &[('u', &url.value)])?;
    }
    xml.finish()
}

/// The 40 characters of field 008: date entered, date of publication, and language.
fn fixed_length_data(known: &DocumentMetadata) -> String {
    let digits: String = known.added.iter().flat_map(|added| added.chars()).filter(char::is_ascii_digit).collect();
    let entered = digits.get(2..8).unwrap_or("000000");
    let (kind, year) = match known.year.filter(|year| (0..10_000).contains(year)) {
        Some(year) => ('s', format!("{year:04}")),
        None => ('n', "uuuu".to_owned()),
    };
    let language = marc_language(known.languages.first().map_or("und", String::as_str));
    format!("{entered}{kind}{year}    xx {:17}{language}  ", "")
}

/// Writes data fields.
struct Fields<'x, W: Write> {
    xml: &'x mut Xml<W>,
}

impl<W: Write> Fields<'_, W> {
    fn add(&mut self, tag: &str, indicators: &str, subfields: &[(char, &str)]) -> Result<(), ExportError> {
        let (first, second) = indicators.split_at(1);
        self.xml.open("datafield", &[("tag", tag), ("ind1", first), ("ind2", second)])?;
        for (code, value) in subfields {
            self.xml.open("subfield", &[("code", &code.to_string())])?;
            self.xml.text(value)?;
            self.xml.close()?;
        }
        self.xml.close_line()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::elements;

    fn known() -> DocumentMetadata {
        DocumentMetadata {
            id: "florida".to_owned(),
            title: "Colonial Florida & more".to_owned(),
            author: Some("Campbell, Richard L.".to_owned()),
            publisher: Some("Williams".to_owned()),
            year: Some(1892),
            isbn: None,
            languages: vec!["en".to_owned(), "es".to_owned()],
            source_files: Vec::new(),
            added: Some("2026-11-28T13:45:00Z".to_owned()),
            uuid: String::new(),
            total_pages: 3,
            missing: Vec::new(),
            generator: String::new(),
            place: Some("Cleveland".to_owned()),
            volume: Some("2".to_owned()),
            edition: Some("Second edition".to_owned()),
            series: Some("Sketches".to_owned()),
            shelfmark: Some("F 314 .C18".to_owned()),
            rights: Some("Public domain".to_owned()),
            identifiers: ["oclc:1234567", "doi:10.1000/182"].map(|text| text.parse().unwrap()).to_vec(),
            contributors: vec!["Anna Smith (engraver)".parse().unwrap()],
        }
    }

    #[test]
    fn a_record_has_every_field_in_its_place() {
        let written = String::from_utf8(record(Vec::new(), &known()).unwrap()).unwrap();
        let field = |tag: &str| {
            let line = written.lines().find(|line| line.contains(&format!("tag=\"{tag}\""))).unwrap_or_default();
            line.split_inclusive('>')
                .filter(|part| !part.starts_with('<'))
                .map(|part| part.split('<').next().unwrap_or(""))
                .collect::<Vec<_>>()
                .join("|")
        };
        assert_eq!(field("245"), "Colonial Florida &amp; more");
        assert_eq!(field("264"), "Cleveland|Williams|1892");
        assert_eq!(field("490"), "Sketches|2");
        assert_eq!(field("700"), "Anna Smith|engraver|egr");
        assert_eq!((field("024"), field("035")), ("10.1000/182|doi".to_owned(), "(OCoLC)1234567".to_owned()));
        assert_eq!((field("041"), field("852")), ("eng|spa".to_owned(), "F 314 .C18".to_owned()));
        assert_eq!(fixed_length_data(&known()), "261128s1892    xx                  eng  ");
        assert_eq!((fixed_length_data(&known()).len(), LEADER.len()), (40, 24));
    }

    #[test]
    fn dublin_core_has_what_it_has_an_element_for() {
        let elements = elements(&known());
        let of = |wanted: &str| {
            elements.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| value.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of("identifier"), ["oclc:1234567", "doi:10.1000/182"]);
        assert_eq!((of("contributor"), of("relation")), (vec!["Anna Smith (engraver)"], vec!["Sketches"]));
        assert_eq!((of("source"), of("rights"), of("date")), (vec!["F 314 .C18"], vec!["Public domain"], vec!["1892"]));
    }
}

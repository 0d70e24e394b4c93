use super::elements::Element;
use super::punctuation::{without_punctuation, year_in};
use super::record::{RecordError, contributor, identifier, isbn};
use shelf_runtime::book::{BookMetadata, language_of_marc};

/// Reads the elements of Dublin Core: <https://www.dublincore.org/specifications/dublin-core/dces/>.
pub(super) fn read(elements: &[Element]) -> Result<BookMetadata, RecordError> {
    let mut known = BookMetadata::default();
    let mut authors: Vec<String> = Vec::new();
    for element in elements.iter().filter(|element| !element.text.is_empty()) {
        let text = || Some(without_punctuation(&element.text));
        let first = |field: &mut Option<String>| *field = field.take().or_else(text);
        match element.name.as_str() {
            "title" => first(&mut known.title),
            "creator" => authors.push(element.text.clone()),
            "contributor" => {
                let (name, role) = element
                    .text
                    .strip_suffix(')')
                    .and_then(|text| text.rsplit_once('('))
                    .unwrap_or((&element.text, ""));
                let found = contributor(name.trim(), &[role]);
                // What is in brackets may belong to the name.
                let is_role =
                    role.is_empty() || found.role != shelf_runtime::book::Role::default() || role == "contributor";
                known.contributors.push(if is_role { found } else { contributor(&element.text, &[]) });
            }
            "publisher" => first(&mut known.publisher),
            "date" | "issued" | "created" => known.year = known.year.or_else(|| year_in(&element.text)),
            "language" => known.language.extend(language(&element.text)),
            "identifier" => add_identifier(&mut known, element)?,
            "relation" | "isPartOf" => first(&mut known.series),
            "source" => first(&mut known.shelfmark),
            "rights" | "license" => known.rights = known.rights.take().or_else(|| Some(element.text.clone())),
            _ => {}
        }
    }
    known.author = (!authors.is_empty()).then(|| authors.join("; "));
    Ok(known)
}

/// A BCP 47 tag or a code of three letters; names of languages are left out.
fn language(text: &str) -> Option<String> {
    let tag = text.trim();
    let primary = tag.split('-').next().unwrap_or_default();
    match primary.len() {
        2 => Some(tag.to_owned()),
        3 => language_of_marc(primary).map(ToOwned::to_owned),
        _ => None,
    }
}

fn add_identifier(known: &mut BookMetadata, element: &Element) -> Result<(), RecordError> {
    let text = element.text.trim();
    let lower = text.to_lowercase();
    let of_isbn = ["urn:isbn:", "isbn:", "isbn "].iter().find(|prefix| lower.starts_with(**prefix));
    if let Some(prefix) = of_isbn {
        let found = isbn(&text[prefix.len()..], element.line)?;
        known.isbn.get_or_insert(found);
    } else if known.isbn.is_none() && isbn(text, element.line).is_ok() {
        known.isbn = Some(isbn(text, element.line)?);
    } else if text.contains(':') {
        known.identifiers.push(identifier(text, element.line)?);
    } else {
        known.identifiers.push(identifier(&format!("local:{text}"), element.line)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::catalogue_record::{CatalogueRecord, RecordError};
    use shelf_runtime::book::BookMetadata;

    fn read(body: &str) -> Result<BookMetadata, RecordError> {
        let text = format!(
            "<?xml version=\"1.0\"?>\n<oai_dc:dc xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\"\n xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n{body}\n</oai_dc:dc>"
        );
        let mut metadata = BookMetadata::default();
        CatalogueRecord::read(Path::new("a.xml"), text.as_bytes()).unwrap()?.fill(&mut metadata);
        Ok(metadata)
    }

    #[test]
    fn elements_become_fields() {
        let known = read(
            "<dc:title>Colonial Florida &amp; more /</dc:title><dc:creator>Campbell, Richard L.</dc:creator><dc:creator>Another</dc:creator>\
             <dc:contributor>Anna Smith (engraver)</dc:contributor><dc:contributor>The Society (London)</dc:contributor>\
             <dc:date>c1892</dc:date><dc:language>eng</dc:language><dc:language>es</dc:language><dc:language>English</dc:language>\
             <dc:identifier>ISBN 0-306-40615-2</dc:identifier><dc:identifier>doi:10.1000/182</dc:identifier><dc:identifier>B1234</dc:identifier>\
             <dc:relation>Sketches</dc:relation><dc:source>F 314 .C18</dc:source><dc:rights>Public domain.</dc:rights>",
        )
        .unwrap();
        assert_eq!((known.title.as_deref(), known.year), (Some("Colonial Florida & more"), Some(1892)));
        assert_eq!(known.author.as_deref(), Some("Campbell, Richard L.; Another"));
        let contributors: Vec<String> = known.contributors.iter().map(ToString::to_string).collect();
        assert_eq!(contributors, ["Anna Smith (engraver)", "The Society (London) (contributor)"]);
        assert_eq!(
            (known.language, known.isbn.as_deref()),
            (vec!["en".to_owned(), "es".to_owned()], Some("0-306-40615-2"))
        );
        let identifiers: Vec<String> = known.identifiers.iter().map(ToString::to_string).collect();
        assert_eq!(identifiers, ["doi:10.1000/182", "local:B1234"]);
        assert_eq!((known.series.as_deref(), known.shelfmark.as_deref()), (Some("Sketches"), Some("F 314 .C18")));
    }

    #[test]
    fn errors_name_the_line() {
        let error = |body: &str| read(body).map(|_| ()).unwrap_err();
        assert_eq!(error("<dc:title>A</dc:title>\n<dc:identifier>isbn:0-306-40615-3</dc:identifier>").line, 5);
        let unclosed = error("<dc:title>A</dc:title>\n\n<dc:creator>B");
        assert!(unclosed.problem.starts_with("not well-formed XML") && unclosed.line >= 6, "{unclosed:?}");
        assert_eq!(error("<dc:title>&bomb;</dc:title>").problem, "unknown entity `&bomb;`");
        let long = format!("<dc:title>{}</dc:title>", "x".repeat(10_001));
        assert_eq!(error(&long).problem, "`title` has 10001 bytes: expected at most 10000");
        assert!(error("<dc:coverage>Florida</dc:coverage>").problem.contains("none of the fields"));
    }

    #[test]
    fn other_files_are_not_records() {
        for text in
            ["", "notes", "<html/>", "<mets xmlns:dc=\"http://purl.org/dc/elements/1.1/\"/>", "http://purl.org/dc/ <"]
        {
            assert!(CatalogueRecord::read(Path::new("a.xml"), text.as_bytes()).is_none(), "{text}");
        }
    }
}

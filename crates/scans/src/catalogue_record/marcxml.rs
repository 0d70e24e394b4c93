use super::elements::Element;
use super::punctuation::{without_punctuation, year_in};
use super::record::{RecordError, contributor, identifier, isbn};
use shelf_runtime::book::{BookMetadata, language_of_marc};

/// A data field of a record.
struct Field<'e> {
    tag: &'e str,
    line: usize,
    /// Codes and values.
    subfields: Vec<(&'e str, &'e str)>,
}

impl<'e> Field<'e> {
    /// The values of the subfields with one of these codes.
    fn values(&self, codes: &str) -> impl Iterator<Item = &'e str> {
        self.subfields.iter().filter(move |(code, _)| codes.contains(code)).map(|(_, value)| *value)
    }

    fn first(&self, code: &str) -> Option<String> {
        self.values(code).next().map(without_punctuation).filter(|value| !value.is_empty())
    }
}

/// Reads the fields of MARC 21 that describe a book: <https://www.loc.gov/marc/bibliographic/>.
pub(super) fn read(elements: &[Element]) -> Result<BookMetadata, RecordError> {
    let records: Vec<&Element> = elements.iter().filter(|element| element.name == "record").collect();
    if let [_, second, ..] = records.as_slice() {
        let problem = format!("the file has {} records: expected 1", records.len());
        return Err(RecordError { line: second.line, problem });
    }
    let mut known = BookMetadata::default();
    for control in elements.iter().filter(|element| element.name == "controlfield" && element.attribute("tag") == "008")
    {
        known.language.extend(control.raw.get(35..38).and_then(language_of_marc).map(ToOwned::to_owned));
    }
    for field in fields(elements) {
        let fill = |to: &mut Option<String>, value: Option<String>| *to = to.take().or(value);
        match field.tag {
            "010" => add(&mut known, "lccn", field.values("a"), field.line)?,
            "020" => {
                if let (None, Some(number)) = (&known.isbn, field.values("a").next()) {
                    known.isbn = Some(isbn(number, field.line)?);
                }
            }
            "022" => add(&mut known, "issn", field.values("a"), field.line)?,
            "024" => {
                let scheme = field.values("2").next().unwrap_or("local");
                add(&mut known, scheme, field.values("a"), field.line)?;
            }
            "035" => {
                let oclc = field.values("a").filter_map(|value| value.strip_prefix("(OCoLC)"));
                add(&mut known, "oclc", oclc, field.line)?;
            }
            "041" => {
                let codes = field.values("a").filter_map(language_of_marc).map(ToOwned::to_owned);
                let codes: Vec<String> = codes.collect();
                if !codes.is_empty() {
                    known.language = codes;
                }
            }
            "100" | "110" | "111" => fill(&mut known.author, field.first("a")),
            "245" => {
                let parts: Vec<String> = field.values("ab").map(without_punctuation).collect();
                fill(&mut known.title, Some(parts.join(": ")).filter(|title| !title.is_empty()));
                fill(&mut known.volume, field.first("n"));
            }
            "250" => fill(&mut known.edition, field.first("a")),
            "260" | "264" => {
                fill(&mut known.place, field.first("a"));
                fill(&mut known.publisher, field.first("b"));
                known.year = known.year.or_else(|| field.values("c").find_map(year_in));
            }
            "440" | "490" => {
                fill(&mut known.series, field.first("a"));
                fill(&mut known.volume, field.first("v"));
            }
            "540" => fill(&mut known.rights, field.values("ua").next().map(ToOwned::to_owned)),
            "700" | "710" => {
                let roles: Vec<&str> = field.values("4").chain(field.values("e")).collect();
                known.contributors.extend(field.first("a").map(|name| contributor(&name, &roles)));
            }
            "852" => {
                let parts: Vec<&str> = field.values("hij").collect();
                fill(&mut known.shelfmark, Some(parts.join(" ")).filter(|shelfmark| !shelfmark.is_empty()));
            }
            "856" => {
                for address in field.values("u") {
                    known.identifiers.push(identifier(address, field.line)?);
                }
            }
            _ => {}
        }
    }
    Ok(known)
}

fn add<'v>(
    known: &mut BookMetadata,
    scheme: &str,
    values: impl Iterator<Item = &'v str>,
    line: usize,
) -> Result<(), RecordError> {
    for value in values {
        known.identifiers.push(identifier(&format!("{scheme}:{}", value.trim()), line)?);
    }
    Ok(())
}

/// The data fields with their subfields, which follow them in the file.
fn fields(elements: &[Element]) -> Vec<Field<'_>> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    for element in elements {
        match (element.name.as_str(), fields.last_mut()) {
            ("datafield", _) => {
                fields.push(Field { tag: element.attribute("tag"), line: element.line, subfields: Vec::new() });
            }
            ("subfield", Some(field)) => field.subfields.push((element.attribute("code"), &element.text)),
            _ => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::catalogue_record::{CatalogueRecord, RecordError};
    use shelf_runtime::book::BookMetadata;

    /// A record of these fields: tag, and subfields as `$a…$b…`.
    fn read(fields: &[(&str, &str)]) -> Result<BookMetadata, RecordError> {
        let mut text = "<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n<record>\n\
                        <controlfield tag=\"008\">920101s1892    ohu           000 0 ger d</controlfield>\n"
            .to_owned();
        for (tag, subfields) in fields {
            let subfields = subfields.split('$').skip(1).map(|subfield| subfield.split_at(1));
            let subfields: Vec<String> =
                subfields.map(|(code, value)| format!("<subfield code=\"{code}\">{value}</subfield>")).collect();
            let opening = format!("<datafield tag=\"{tag}\" ind1=\" \" ind2=\" \">");
            text.extend([&opening, &*subfields.concat(), "</datafield>\n"]);
        }
        text += "</record>\n</collection>";
        let mut metadata = BookMetadata::default();
        CatalogueRecord::read(Path::new("a.xml"), text.as_bytes()).unwrap()?.fill(&mut metadata);
        Ok(metadata)
    }

    #[test]
    fn fields_of_a_record_become_metadata() {
        let known = read(&[
            ("010", "$a   92012345 "),
            ("020", "$a0306406152 (cloth)"),
            ("035", "$a(OCoLC)ocm1234567"),
            ("035", "$a(DLC)7"),
            ("100", "$aCampbell, Richard L.,$eauthor"),
            ("245", "$aHistorical sketches of colonial Florida :$bwith maps /$cby R. Campbell."),
            ("250", "$a2nd ed."),
            ("264", "$aCleveland, Ohio :$bWilliams,$c[1892]"),
            ("490", "$aSketches ;$v3"),
            ("700", "$aSmith, Anna,$etranslator.$4trl"),
            ("700", "$aJones, B."),
            ("852", "$hF 314$i.C18"),
            ("856", "$uhttps://example.org/7"),
        ])
        .unwrap();
        assert_eq!(known.title.as_deref(), Some("Historical sketches of colonial Florida: with maps"));
        assert_eq!(
            (known.author.as_deref(), known.isbn.as_deref()),
            (Some("Campbell, Richard L."), Some("0306406152"))
        );
        assert_eq!((known.edition.as_deref(), known.place.as_deref()), (Some("2nd ed."), Some("Cleveland, Ohio")));
        assert_eq!((known.publisher.as_deref(), known.year), (Some("Williams"), Some(1892)));
        assert_eq!((known.series.as_deref(), known.volume.as_deref()), (Some("Sketches"), Some("3")));
        let contributors: Vec<String> = known.contributors.iter().map(ToString::to_string).collect();
        assert_eq!(contributors, ["Smith, Anna (translator)", "Jones, B. (contributor)"]);
        let identifiers: Vec<String> = known.identifiers.iter().map(ToString::to_string).collect();
        assert_eq!(identifiers, ["lccn:92012345", "oclc:ocm1234567", "https://example.org/7"]);
        assert_eq!((known.shelfmark.as_deref(), known.language), (Some("F 314 .C18"), vec!["de".to_owned()]));
    }

    #[test]
    fn an_invalid_value_names_its_line() {
        let error = read(&[("245", "$aA"), ("020", "$a0306406153")]).unwrap_err();
        assert_eq!((error.line, error.problem.contains("the check digit is wrong")), (5, true));
    }
}

use super::add::language;
use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::languages::warn_of_missing;
use clap::Args;
use shelf_runtime::book::BookMetadata;
use shelf_runtime::book::Contributor;
use shelf_runtime::book::Identifier;
use shelf_runtime::book::Inferred;
use shelf_runtime::book::Isbn;
use shelf_runtime::book::IsbnError;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::record::with_checksum;
use shelf_runtime::store::BookPath;
use shelf_runtime::store::Store;
use std::str::FromStr;

/// Set a book's title, author, year, language and other metadata
///
/// Pages that were made from the old value become stale: a new language makes `ocr` stale, a new title does not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf set florida title=\"Colonial Florida\" year=1892 language=en
  shelf set florida author=                     clear the author
  shelf set florida contributors=\"Anna Smith (translator); B. Jones (ill)\" identifiers=\"oclc:1234567; doi:10.1000/182\"

Fields: title, author, year, publisher, isbn, type (biography, history, …), language (BCP 47 tags separated by
commas, most important first), place, volume, edition, series, shelfmark, rights (a statement or its address),
identifiers (`scheme:value`, such as oclc, lccn, issn, doi, ark or a web address), contributors (`name (role)` with a
MARC relator term or code). Several identifiers or contributors are separated by semicolons.")]
pub(crate) struct Set {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    /// Give a field a new value, or clear it (`FIELD=`)
    #[arg(value_name = "FIELD=VALUE", required = true, value_parser = assignment)]
    fields: Vec<Assignment>,
}

/// A field with its new value, or `None` to clear it.
#[derive(Debug, Clone)]
struct Assignment {
    field: Field,
    value: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Author,
    Year,
    Publisher,
    Isbn,
    Type,
    Language,
    Place,
    Volume,
    Edition,
    Series,
    Shelfmark,
    Rights,
    Identifiers,
    Contributors,
}

const FIELDS: [(&str, Field); 15] = [
    ("title", Field::Title),
    ("author", Field::Author),
    ("year", Field::Year),
    ("publisher", Field::Publisher),
    ("isbn", Field::Isbn),
    ("type", Field::Type),
    ("language", Field::Language),
    ("place", Field::Place),
    ("volume", Field::Volume),
    ("edition", Field::Edition),
    ("series", Field::Series),
    ("shelfmark", Field::Shelfmark),
    ("rights", Field::Rights),
    ("identifiers", Field::Identifiers),
    ("contributors", Field::Contributors),
];

fn assignment(text: &str) -> Result<Assignment, String> {
    let names = || FIELDS.map(|(name, _)| name).join(", ");
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("expected FIELD=VALUE; the fields are {}", names()))?;
    let (_, field) = FIELDS
        .into_iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(|| format!("unknown field `{name}`; the fields are {}", names()))?;
    let value = Some(value.trim()).filter(|value| !value.is_empty()).map(ToOwned::to_owned);
    if let Some(text) = &value {
        check_text(name, text)?;
    }
    match (field, &value) {
        (Field::Year, Some(year)) => check_year(year)?,
        (Field::Isbn, Some(isbn)) => {
            let isbn: Isbn = isbn.parse().map_err(|error: IsbnError| error.to_string())?;
            return Ok(Assignment { field, value: Some(isbn.to_string()) });
        }
        (Field::Language, Some(tags)) => tags.split(',').try_for_each(|tag| language(tag.trim()).map(drop))?,
        (Field::Identifiers, Some(list)) => check_items::<Identifier>(list)?,
        (Field::Contributors, Some(list)) => check_items::<Contributor>(list)?,
        // A statement may have an address in it, but an address has no spaces.
        (Field::Rights, Some(address)) if address.starts_with("http") && address.contains(char::is_whitespace) => {
            return Err(format!("invalid address \"{address}\": expected no spaces"));
        }
        _ => {}
    }
    Ok(Assignment { field, value })
}

/// The longest value of a field, characters.
const MAX_CHARS: usize = 2000;

fn check_text(field: &str, text: &str) -> Result<(), String> {
    match (text.chars().count(), text.chars().any(char::is_control)) {
        (_, true) => Err(format!("invalid {field}: expected one line without control characters")),
        (chars, _) if chars > MAX_CHARS => {
            Err(format!("invalid {field}: it has {chars} characters, expected at most {MAX_CHARS}"))
        }
        _ => Ok(()),
    }
}

fn check_items<T: FromStr<Err: ToString>>(list: &str) -> Result<(), String> {
    items(list).try_for_each(|item| item.parse::<T>().map(drop)).map_err(|error| error.to_string())
}

/// The items of a list that are separated by semicolons.
fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(';').map(str::trim).filter(|item| !item.is_empty())
}

/// The earliest valid year: there are old manuscripts.
const FIRST_YEAR: i32 = 500;

fn check_year(text: &str) -> Result<(), String> {
    // A book may carry the next year.
    let last = i32::from(jiff::Zoned::now().year()) + 1;
    match text.parse::<i32>() {
        Ok(year) if (FIRST_YEAR..=last).contains(&year) => Ok(()),
        _ => Err(format!("invalid year \"{text}\": expected a number from {FIRST_YEAR} to {last}")),
    }
}

pub(crate) fn set(context: &Context, args: &Set) -> Result<Exit> {
    metadata(&context.store, &args.id)?;
    let _lock = context.store.lock(&args.id)?;
    let before = metadata(&context.store, &args.id)?;
    let mut after = before.clone();
    for assignment in &args.fields {
        assign(&mut after, assignment);
    }
    after.check_limits().map_err(CliError::failed)?;
    if after == before {
        context.out.note(format_args!("{}: nothing changed", args.id));
        return Ok(Exit::Done);
    }
    let mut bytes = serde_json::to_vec_pretty(&with_checksum(&after)?)?;
    bytes.push(b'\n');
    context.store.write(&BookPath::metadata(&args.id), &bytes)?;
    if context.out.json {
        context.out.json(&after)?;
        return Ok(Exit::Done);
    }
    for Assignment { field, value } in &args.fields {
        let name = FIELDS.iter().find(|(_, known)| known == field).map_or("", |(name, _)| name);
        match value {
            Some(value) => context.out.line(format_args!("{}: {name} {value}", args.id))?,
            None => context.out.line(format_args!("{}: {name} cleared", args.id))?,
        }
    }
    if after.language != before.language {
        warn_of_missing(context, &after.language);
        context.out.note(format_args!("pages read in another language are stale now; see `shelf plan {}`", args.id));
    }
    Ok(Exit::Done)
}

fn assign(metadata: &mut BookMetadata, Assignment { field, value }: &Assignment) {
    let value = value.clone();
    confirm(&mut metadata.inferred, *field);
    match field {
        Field::Title => metadata.title = value,
        Field::Author => metadata.author = value,
        Field::Publisher => metadata.publisher = value,
        Field::Isbn => metadata.isbn = value,
        Field::Type => metadata.kind = value,
        Field::Year => metadata.year = value.and_then(|year| year.parse().ok()),
        Field::Language => {
            let tags = value.iter().flat_map(|tags| tags.split(','));
            metadata.language = tags.map(|tag| tag.trim().to_owned()).collect();
        }
        Field::Place => metadata.place = value,
        Field::Volume => metadata.volume = value,
        Field::Edition => metadata.edition = value,
        Field::Series => metadata.series = value,
        Field::Shelfmark => metadata.shelfmark = value,
        Field::Rights => metadata.rights = value,
        // They were checked when the command line was read.
        Field::Identifiers => {
            metadata.identifiers =
                value.iter().flat_map(|list| items(list)).filter_map(|item| item.parse().ok()).collect();
        }
        Field::Contributors => {
            metadata.contributors =
                value.iter().flat_map(|list| items(list)).filter_map(|item| item.parse().ok()).collect();
        }
    }
}

/// A value that the user sets is confirmed, even if it is unchanged.
fn confirm(inferred: &mut Inferred, field: Field) {
    match field {
        Field::Title => inferred.title = None,
        Field::Author => inferred.author = None,
        Field::Publisher => inferred.publisher = None,
        Field::Isbn => inferred.isbn = None,
        Field::Type => inferred.kind = None,
        Field::Year => inferred.year = None,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(assignments: &[&str]) -> BookMetadata {
        let mut metadata = BookMetadata { title: Some("Old".to_owned()), ..BookMetadata::default() };
        for text in assignments {
            assign(&mut metadata, &assignment(text).unwrap());
        }
        metadata
    }

    #[test]
    fn a_field_is_set_or_cleared() {
        let set = after(&["title=A = B", "year=1892", "language=en, de-Latf", "type=history", "isbn= 0 306 40615 2 "]);
        assert_eq!((set.title.as_deref(), set.year, set.kind.as_deref()), (Some("A = B"), Some(1892), Some("history")));
        assert_eq!(
            (set.language, set.isbn.as_deref()),
            (vec!["en".to_owned(), "de-Latf".to_owned()], Some("0-306-40615-2"))
        );
        assert_eq!(after(&["title="]).title, None);
        assert!(after(&["language=en", "language="]).language.is_empty());
    }

    #[test]
    fn catalogue_fields_are_set_and_cleared() {
        let set = after(&["place=London", "volume=II", "shelfmark=F 311 .C7", "identifiers=oclc:12; doi:10.1/2;"]);
        assert_eq!((set.place.as_deref(), set.volume.as_deref()), (Some("London"), Some("II")));
        assert_eq!((set.shelfmark.as_deref(), set.identifiers.len()), (Some("F 311 .C7"), 2));
        let both = "contributors=Smith, Anna (trl); B. Jones (illustrator)";
        let roles: Vec<String> = after(&[both]).contributors.iter().map(ToString::to_string).collect();
        assert_eq!(roles, ["Smith, Anna (translator)", "B. Jones (illustrator)"]);
        assert!(after(&[both, "contributors="]).contributors.is_empty());
    }

    #[test]
    fn confirmed_values_are_not_inferred() {
        let found = |year| Inferred { year: Some(year), ..Inferred::default() };
        let mut metadata = BookMetadata::default();
        metadata.infer(found(1892));
        assign(&mut metadata, &assignment("year=1892").unwrap());
        metadata.infer(found(1829));
        assert_eq!((metadata.year, metadata.inferred.year), (Some(1892), None));
    }

    #[test]
    fn errors_suggest_corrections() {
        for (text, said) in [
            ("titel=x", "unknown field `titel`; the fields are title, author, year"),
            ("1892", "expected FIELD=VALUE"),
            ("year=MDCCC", "invalid year \"MDCCC\": expected a number from 500 to 20"),
            ("year=18922", "invalid year \"18922\""),
            ("isbn=xyz", "invalid ISBN \"xyz\": expected 10 or 13 digits"),
            ("isbn=0-306-40615-3", "the check digit is wrong"),
            ("language=English!", "expected a BCP 47 tag"),
            ("identifiers=oclc:12; 34", "invalid identifier \"34\": expected a scheme and a value"),
            ("contributors=Anna (hero)", "unknown role \"hero\": expected a MARC relator term or code"),
            ("rights=https://a.org/a b", "invalid address"),
            ("place=Lon\ndon", "invalid place: expected one line"),
        ] {
            let error = assignment(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}

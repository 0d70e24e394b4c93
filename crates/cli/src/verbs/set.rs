use clap::Args;

use super::add::language;
use crate::Exit;
use crate::context::Context;
use crate::error::Result;
use crate::languages::warn_of_missing;
use shelf_runtime::book::{BookMetadata, Presumed, ScanId};
use shelf_runtime::inspect::metadata;
use shelf_runtime::store::{BookPath, Store};

/// Set what is known of a book: title, author, year, language, …
///
/// What was made with an older value is stale where its stage reads it: a new language makes `ocr` stale, a new title does not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf set florida title=\"Colonial Florida\" year=1892 language=en
  shelf set florida author=                     forget the author

Fields: title, author, year, publisher, isbn, type (biography, history, …), language (BCP 47 tags, most important
first, several by commas).")]
pub(crate) struct Set {
    /// The book
    #[arg(value_name = "SCAN-ID")]
    id: ScanId,
    /// A field and its new value; with no value it is forgotten
    #[arg(value_name = "FIELD=VALUE", required = true, value_parser = assignment)]
    fields: Vec<Assignment>,
}

/// A field that is given a value, or none.
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
}

const FIELDS: [(&str, Field); 7] = [
    ("title", Field::Title),
    ("author", Field::Author),
    ("year", Field::Year),
    ("publisher", Field::Publisher),
    ("isbn", Field::Isbn),
    ("type", Field::Type),
    ("language", Field::Language),
];

fn assignment(text: &str) -> Result<Assignment, String> {
    let names = || FIELDS.map(|(name, _)| name).join(", ");
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("expected FIELD=VALUE; the fields are {}", names()))?;
    let (_, field) = FIELDS
        .into_iter()
        .find(|(known, _)| *known == name)
        .ok_or_else(|| format!("there is no field `{name}`; the fields are {}", names()))?;
    let value = Some(value.trim()).filter(|value| !value.is_empty()).map(ToOwned::to_owned);
    match (field, &value) {
        (Field::Year, Some(year)) if year.parse::<i32>().is_err() => {
            return Err(format!("`{year}` is no year: expected a whole number such as 1892"));
        }
        (Field::Language, Some(tags)) => tags.split(',').try_for_each(|tag| language(tag.trim()).map(drop))?,
        _ => {}
    }
    Ok(Assignment { field, value })
}

pub(crate) fn set(context: &Context, args: &Set) -> Result<Exit> {
    metadata(&context.store, &args.id)?;
    let _lock = context.store.lock(&args.id)?;
    let before = metadata(&context.store, &args.id)?;
    let mut after = before.clone();
    for assignment in &args.fields {
        assign(&mut after, assignment);
    }
    if after == before {
        context.out.note(format_args!("{}: nothing changed", args.id));
        return Ok(Exit::Done);
    }
    let mut bytes = serde_json::to_vec_pretty(&after)?;
    bytes.push(b'\n');
    context.store.write(&BookPath::metadata(&args.id), &bytes)?;
    if context.out.json {
        context.out.json(&after)?;
        return Ok(Exit::Done);
    }
    for Assignment { field, value } in &args.fields {
        let name = FIELDS.iter().find(|(_, known)| known == field).map_or("", |(name, _)| name);
        context.out.line(format_args!("{}: {name} {}", args.id, value.as_deref().unwrap_or("forgotten")))?;
    }
    if after.language != before.language {
        warn_of_missing(context, &after.language);
        context
            .out
            .note(format_args!("pages read in another language are stale now: `shelf plan {}` shows them", args.id));
    }
    Ok(Exit::Done)
}

fn assign(metadata: &mut BookMetadata, Assignment { field, value }: &Assignment) {
    let value = value.clone();
    forget_presumed(&mut metadata.presumed, *field);
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
    }
}

/// What a person says is no longer presumed, even if it is the same.
fn forget_presumed(presumed: &mut Presumed, field: Field) {
    match field {
        Field::Title => presumed.title = None,
        Field::Author => presumed.author = None,
        Field::Publisher => presumed.publisher = None,
        Field::Isbn => presumed.isbn = None,
        Field::Type => presumed.kind = None,
        Field::Year => presumed.year = None,
        Field::Language => {}
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
    fn a_field_is_set_or_forgotten() {
        let set = after(&["title=A = B", "year=1892", "language=en, de-Latf", "type=history", "isbn= 0-19 "]);
        assert_eq!((set.title.as_deref(), set.year, set.kind.as_deref()), (Some("A = B"), Some(1892), Some("history")));
        assert_eq!((set.language, set.isbn.as_deref()), (vec!["en".to_owned(), "de-Latf".to_owned()], Some("0-19")));
        assert_eq!(after(&["title="]).title, None);
        assert!(after(&["language=en", "language="]).language.is_empty());
    }

    #[test]
    fn what_a_person_confirms_is_no_longer_presumed() {
        let found = |year| Presumed { year: Some(year), ..Presumed::default() };
        let mut metadata = BookMetadata::default();
        metadata.presume(found(1892));
        assign(&mut metadata, &assignment("year=1892").unwrap());
        metadata.presume(found(1829));
        assert_eq!((metadata.year, metadata.presumed.year), (Some(1892), None));
    }

    #[test]
    fn a_mistake_says_what_would_be_right() {
        for (text, said) in [
            ("titel=x", "there is no field `titel`; the fields are title, author, year"),
            ("1892", "expected FIELD=VALUE"),
            ("year=MDCCC", "`MDCCC` is no year"),
            ("language=English!", "expected a BCP 47 tag"),
        ] {
            let error = assignment(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}

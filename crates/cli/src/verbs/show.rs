use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::pager;
use crate::reading::Passage;
use crate::reading::ReadablePage;
use crate::reading::Typesetter;
use crate::reading::passages;
use crate::reading::structured_passages;
use crate::terminal;
use clap::Args;
use serde_json::Value;
use shelf_export::ExportBook;
use shelf_export::ExportError;
use shelf_pages::Structure;
use shelf_pages::TextPage;
use shelf_runtime::book::BookMetadata;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::PageSet;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::plan::PlanError;
use shelf_runtime::registry::Entry;
use shelf_runtime::store::BookPath;
use shelf_runtime::store::Store;
use std::io;

/// Read a book, or pages of it
///
/// Shows the text in the order of the book's structure: headings by level, paragraphs joined across pages, notes, verse, tables
/// and figures; without running heads and page numbers. Where the structure has not been made, or a page has changed since, each
/// page is shown as its last stage has it. On a terminal, long text is shown in a pager (`PAGER`, or else `less`).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf show florida                  title, author and source, then the text
  shelf show florida --page 3-9       the text of pages 3 to 9
  shelf show florida --page 7 --raw   its stored lines, one paragraph after the other
  shelf show florida --page 7 --stage ocr --json   the stored page")]
pub(crate) struct Show {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    /// Pages, such as `7`, `3-9` or `1-5,9` [default: all pages]
    #[arg(long, value_name = "PAGES", visible_alias = "pages")]
    page: Option<PageSet>,
    /// Take the text from this stage [default: `structure`, or else for each page the last stage that has a text of it]
    #[arg(long, value_name = "STAGE", requires = "page")]
    stage: Option<String>,
    /// Print stored text unchanged, line by line; without `--page`, only the book's metadata
    #[arg(long)]
    raw: bool,
}

pub(super) fn page_number(text: &str) -> Result<PageNumber, String> {
    text.parse().ok().and_then(PageNumber::new).ok_or_else(|| "expected a page number, from 1".to_owned())
}

pub(crate) fn show(context: &Context, args: &Show) -> Result<Exit> {
    let metadata = metadata(&context.store, &args.id)?;
    match (&args.page, context.out.json) {
        (None, true) => {
            context.out.json(&metadata)?;
            Ok(Exit::Done)
        }
        (None, false) if args.raw => {
            known(&metadata)?.iter().try_for_each(|line| context.out.line(line))?;
            Ok(Exit::Done)
        }
        (None, false) => book(context, args, &metadata),
        (Some(set), is_json) => {
            let pages = pages_of(&metadata, set)?;
            if is_json {
                return json(context, args, &pages);
            }
            if args.raw {
                return raw(context, args, &pages);
            }
            let text = text(context, args, &pages)?;
            if let (true, Some(page)) = (text.is_of_no_page, pages.first()) {
                return Err(not_made(args, *page));
            }
            print(&[], &text.passages)?;
            Ok(ended(context, args, &text.missing))
        }
    }
}

/// Prints the book's metadata, then its text.
fn book(context: &Context, args: &Show, metadata: &BookMetadata) -> Result<Exit> {
    let pages: Vec<PageNumber> = (1..=metadata.total_pages).filter_map(PageNumber::new).collect();
    let text = text(context, args, &pages)?;
    print(&known(metadata)?, &text.passages)?;
    if text.is_of_no_page {
        context.out.note(format_args!("no page has been read yet: `shelf process {}`", args.id));
    }
    Ok(Exit::Done)
}

/// The selected pages; refused if one is out of range.
fn pages_of(metadata: &BookMetadata, set: &PageSet) -> Result<Vec<PageNumber>> {
    let all: std::collections::BTreeSet<PageNumber> = (1..=metadata.total_pages).filter_map(PageNumber::new).collect();
    let missing = set.outside(&all);
    if !missing.is_empty() {
        return Err(PlanError::NoPages { total: all.len(), missing }.into());
    }
    Ok(all.into_iter().filter(|page| set.contains(*page)).collect())
}

/// The text of pages.
struct Text {
    passages: Vec<Passage>,
    missing: Vec<PageNumber>,
    is_of_no_page: bool,
}

/// The text of pages: in the order of the structure, or page by page where that does not fit them.
fn text(context: &Context, args: &Show, pages: &[PageNumber]) -> Result<Text> {
    if let Some(text) = structured(context, args, pages)? {
        return Ok(text);
    }
    let Readable { pages: read, missing } = readable(context, args, pages)?;
    Ok(Text { passages: passages(&read), missing, is_of_no_page: read.is_empty() })
}

/// The text in the order of the structure; `None` if another stage is requested, or if none is and the structure has not been made, is older than a
/// page, or lacks a page that has been read.
fn structured(context: &Context, args: &Show, pages: &[PageNumber]) -> Result<Option<Text>> {
    let makes_structure = |stage: &String| {
        let entry = context.registry.get(stage);
        entry.is_some_and(|entry| entry.row.book && entry.row.output.is::<Structure>())
    };
    let is_requested = args.stage.as_ref().is_some_and(makes_structure);
    if args.stage.is_some() && !is_requested {
        return Ok(None);
    }
    let opened = ExportBook::open(&context.store, &context.registry, &args.id, args.page.as_ref());
    let found = opened.and_then(|book| {
        let missing: Vec<PageNumber> = book.missing().iter().filter_map(|page| PageNumber::new(page.page)).collect();
        Ok((structured_passages(&book)?, missing))
    });
    match found {
        Ok((_, missing)) if !is_requested && !readable(context, args, &missing)?.pages.is_empty() => Ok(None),
        Ok((passages, missing)) => {
            let is_of_no_page = missing.len() == pages.len();
            Ok(Some(Text { passages, missing, is_of_no_page }))
        }
        // Without a structure, or with one that does not fit, each page is read as it is stored; that reports what is wrong with it.
        Err(
            ExportError::NoStage(_)
            | ExportError::NotMade { .. }
            | ExportError::Stale { .. }
            | ExportError::Damaged { .. },
        ) if !is_requested => Ok(None),
        Err(error) => Err(super::export::explained(error, &args.id)),
    }
}

struct Readable {
    pages: Vec<ReadablePage>,
    missing: Vec<PageNumber>,
}

/// The pages, each from the last stage that has a text of it.
fn readable(context: &Context, args: &Show, pages: &[PageNumber]) -> Result<Readable> {
    let mut found = Readable { pages: Vec::new(), missing: Vec::new() };
    for page in pages {
        let mut readable = None;
        for entry in stages(context, args) {
            let stored = TextPage::read(&context.store, &context.registry, &args.id, entry, *page)?;
            readable = stored.map(ReadablePage::from);
            if readable.is_some() {
                break;
            }
        }
        match readable {
            Some(page) => found.pages.push(page),
            None => found.missing.push(*page),
        }
    }
    Ok(found)
}

/// The stages to look for text in: the requested one, or else all, the last first.
fn stages<'c>(context: &'c Context, args: &'c Show) -> impl Iterator<Item = &'c Entry> {
    let is_meant = |entry: &&Entry| args.stage.as_ref().is_none_or(|stage| stage == entry.row.name);
    context.registry.stages().iter().rev().map(AsRef::as_ref).filter(is_meant)
}

fn print(known: &[String], passages: &[Passage]) -> Result<()> {
    let typesetter = Typesetter { width: terminal::width(), is_styled: terminal::is_styled(&io::stdout()) };
    let mut text: String = known.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    if !known.is_empty() && !passages.is_empty() {
        text.push('\n');
    }
    text.push_str(&typesetter.set(passages));
    Ok(pager::print(&text)?)
}

/// Pages as stored: a single page by itself, several as a list.
fn json(context: &Context, args: &Show, pages: &[PageNumber]) -> Result<Exit> {
    let (mut values, mut missing) = (Vec::new(), Vec::new());
    for page in pages {
        let mut stored = None;
        for entry in stages(context, args) {
            stored = stored.or(context.store.read(&BookPath::page(&args.id, entry.row.name, *page))?);
        }
        match stored {
            Some(bytes) => values.push(serde_json::from_slice::<Value>(&bytes)?),
            None => missing.push(*page),
        }
    }
    match (values.as_slice(), pages) {
        ([], [page, ..]) => return Err(not_made(args, *page)),
        ([only], [_]) => context.out.json(only)?,
        _ => context.out.json(&values)?,
    }
    Ok(ended(context, args, &missing))
}

/// The stored text of pages.
fn raw(context: &Context, args: &Show, pages: &[PageNumber]) -> Result<Exit> {
    let mut missing = Vec::new();
    for page in pages {
        let (mut made, mut is_printed) = (None, false);
        for entry in stages(context, args) {
            let text =
                TextPage::read(&context.store, &context.registry, &args.id, entry, *page)?.map(|page| page.text());
            let is_made =
                text.is_some() || context.store.stamp(&BookPath::page(&args.id, entry.row.name, *page))?.is_some();
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                context.out.line(text)?;
                is_printed = true;
                break;
            }
            made = made.or(is_made.then_some(entry.row.name));
        }
        match made {
            _ if is_printed => {}
            Some(stage) => context.out.note(format_args!("{stage} page {page} has no text")),
            None => missing.push(*page),
        }
    }
    match pages {
        [page, ..] if missing.len() == pages.len() => Err(not_made(args, *page)),
        _ => Ok(ended(context, args, &missing)),
    }
}

fn ended(context: &Context, args: &Show, missing: &[PageNumber]) -> Exit {
    if missing.is_empty() {
        return Exit::Done;
    }
    let pages = crate::numbers::pages(missing.iter().copied());
    context.out.note(format_args!("{pages} not read yet: `shelf process {}`", args.id));
    Exit::SomePages
}

fn not_made(args: &Show, page: PageNumber) -> CliError {
    CliError::refused(format!("page {page} of `{}` has not been made yet", args.id))
        .hint(format!("make it: `shelf process {} --pages {page}`", args.id))
}

/// The book's metadata, one line per field. The file's `status` is omitted: it is always `registered`, and `shelf
/// status` shows the progress.
fn known(metadata: &BookMetadata) -> Result<Vec<String>> {
    let is_shown = |name: &str, value: &Value| {
        name != "status" && !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
    };
    let value = serde_json::to_value(metadata)?;
    let fields = value.as_object().into_iter().flatten().filter(|(name, value)| is_shown(name, value));
    let line = |(name, value): (&String, &Value)| match value {
        // Typed, so that they are shown as they are set.
        _ if name == "contributors" => listed(name, &metadata.contributors),
        _ if name == "identifiers" => listed(name, &metadata.identifiers),
        // Their values are above.
        Value::Object(fields) if name == "presumed" => {
            format!("{:<14} {}", "unconfirmed", fields.keys().cloned().collect::<Vec<_>>().join(", "))
        }
        value => format!("{:<14} {}", name.replace('_', " "), plain(value)),
    };
    Ok(fields.map(line).collect())
}

fn listed(name: &str, items: &[impl ToString]) -> String {
    format!("{name:<14} {}", items.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

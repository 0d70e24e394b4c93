use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Mutex;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::Exit;
use crate::context::{Context, cores};
use crate::error::{CliError, Result};
use crate::languages::warn_of_missing;
use crate::numbers::{count, ranges};
use crate::out::complain;
use shelf_runtime::book::ScanId;
use shelf_scans::intake::{self, AddError, AddRequest, Added, Progress, Spreads, each};

/// Add scans to the library: a book from PDFs, pictures or folders of them
///
/// Several files become one book, in the natural order of their names (`book-2` before `book-10`). Scans are kept as they are;
/// PDF pages that are no plain scan are drawn.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf add florida.pdf
  shelf add scans/*.tif --id florida --title \"Colonial Florida\" --language en
  shelf add openings/*.jpg --spreads split --language he
  shelf add --each inbox                  every PDF and every subfolder is a book of its own")]
pub(crate) struct Add {
    /// PDFs, pictures (PNG, JPEG, TIFF, …), and folders of them
    #[arg(value_name = "FILE", required_unless_present = "each", conflicts_with = "each")]
    inputs: Vec<PathBuf>,
    /// Add every PDF and every subfolder of a folder as a book of its own
    #[arg(long, value_name = "DIR", conflicts_with_all = ["id", "title"])]
    each: Option<PathBuf>,
    /// The book's id [default: from the title or the file name]
    #[arg(long, value_name = "SCAN-ID")]
    id: Option<ScanId>,
    /// The title [default: from the file name, until the book's title page has been read]
    #[arg(long)]
    title: Option<String>,
    /// The author
    #[arg(long)]
    author: Option<String>,
    /// The language as a BCP 47 tag, such as `en` or `de`; several by commas
    #[arg(long, value_name = "TAG", value_delimiter = ',', value_parser = language)]
    language: Vec<String>,
    /// Resolution at which PDF pages that are no scans are drawn, dots per inch
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(50..=1200))]
    dpi: u32,
    /// What becomes of pictures that show two pages, such as scans of an open book
    ///
    /// The halves are pages of their own, left before right, or right before left where the (first) language is read that way: `he`,
    /// `ar`, `fa`, `ur`, `yi`. The picture itself is kept beside them in `source/`, as it was.
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    spreads: Spreads,
}

pub(super) fn language(text: &str) -> Result<String, String> {
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    let primary = text.split('-').next().unwrap_or_default();
    let fits = (2..=3).contains(&primary.len())
        && primary.chars().all(|c| c.is_ascii_alphabetic())
        && text.split('-').all(subtag);
    if fits { Ok(text.to_owned()) } else { Err("expected a BCP 47 tag such as `en`, `de` or `de-Latf`".to_owned()) }
}

pub(crate) fn add(context: &Context, args: &Add) -> Result<Exit> {
    let like = AddRequest {
        inputs: args.inputs.clone(),
        id: args.id.clone(),
        title: args.title.clone(),
        author: args.author.clone(),
        languages: args.language.clone(),
        dpi: args.dpi,
        spreads: args.spreads,
    };
    let requests = match &args.each {
        Some(folder) => each(folder, &like).map_err(refusal)?,
        None => vec![like],
    };
    warn_of_missing(context, &args.language);
    let mut exits = Vec::new();
    let mut values = Vec::new();
    for request in &requests {
        match one(context, request) {
            Ok(added) => {
                exits.push(if added.failed.is_empty() { Exit::Done } else { Exit::SomePages });
                values.push(json_of(&added));
                if !context.out.json {
                    tell(context, &added)?;
                }
            }
            Err(error) if requests.len() == 1 => return Err(error),
            Err(error) => {
                exits.push(error.exit);
                complain(error.render());
                values.push(json!({ "inputs": request.inputs, "error": error.render() }));
                if error.exit == Exit::Interrupted {
                    break;
                }
            }
        }
    }
    if context.out.json {
        context.out.json(&values)?;
    }
    Ok(Exit::of_books(exits))
}

/// Adds a book, with a progress bar.
pub(super) fn one(context: &Context, request: &AddRequest) -> Result<Added> {
    let workers = cores();
    let children = context.children(workers)?;
    let bar = Mutex::new(ProgressBar::hidden());
    let progress = |progress: Progress<'_>| {
        let mut bar = bar.lock().expect("drawing does not panic");
        match progress {
            Progress::Landscape { pictures } if !context.out.quiet => *bar = drawn_bar("looking", pictures),
            Progress::Looked => bar.inc(1),
            Progress::Counted { pages, .. } if !context.out.quiet => {
                bar.finish_and_clear();
                *bar = drawn_bar("adding", pages);
            }
            Progress::Landscape { .. } | Progress::Counted { .. } => {}
            Progress::Page { page, failure, .. } => {
                bar.inc(1);
                if let Some(failure) = failure {
                    bar.suspend(|| context.out.note(format_args!("page {page} cannot be read: {failure}")));
                }
            }
        }
    };
    let added = intake::add(&context.store, &children, request, workers, &progress, context.stop.flag());
    bar.into_inner().expect("drawing does not panic").finish_and_clear();
    added.map_err(refusal)
}

fn drawn_bar(what: &'static str, pages: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix:>12} [{bar:32}] {pos}/{len} pages, {eta} left");
    let style = style.expect("the template is right").progress_chars("=> ");
    ProgressBar::new(pages as u64).with_style(style).with_prefix(what)
}

pub(super) fn refusal(error: AddError) -> CliError {
    let hint = error.hint();
    let exit = match &error {
        AddError::Stopped => Exit::Interrupted,
        AddError::Io { source, .. } if source.kind() == ErrorKind::NotFound => Exit::Refused,
        AddError::Io { .. } => Exit::Failed,
        _ => Exit::Refused,
    };
    let error = CliError::failed(error).exit(exit);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn tell(context: &Context, added: &Added) -> Result<()> {
    let out = context.out;
    out.line(format_args!("{}: {}, {}", added.id, added.title, count(added.pages, "page")))?;
    for note in &added.notes {
        match ranges(note.pages.iter().copied()) {
            pages if pages.is_empty() => out.line(format_args!("  {}", note.text))?,
            pages => out.line(format_args!("  {pages}: {}", note.text))?,
        }
    }
    for (page, failure) in &added.failed {
        out.line(format_args!("  page {page} cannot be read: {failure}"))?;
    }
    out.note(format_args!("next: `shelf process {}`", added.id));
    Ok(())
}

fn json_of(added: &Added) -> Value {
    let failed: Vec<Value> =
        added.failed.iter().map(|(page, failure)| json!({ "page": page, "failure": failure })).collect();
    let notes: Vec<Value> = added.notes.iter().map(|note| json!({ "text": note.text, "pages": note.pages })).collect();
    json!({ "book": added.id, "title": added.title, "pages": added.pages, "failed": failed, "notes": notes })
}

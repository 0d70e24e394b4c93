use crate::Exit;
use crate::context::Context;
use crate::context::cores;
use crate::error::CliError;
use crate::error::Result;
use crate::languages::warn_of_missing;
use crate::numbers::count;
use crate::numbers::ranges;
use crate::out::print_error;
use crate::terminal;
use clap::Args;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use serde_json::Value;
use serde_json::json;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_scans::intake;
use shelf_scans::intake::AddError;
use shelf_scans::intake::AddRequest;
use shelf_scans::intake::Added;
use shelf_scans::intake::FolderOfBooks;
use shelf_scans::intake::Progress;
use shelf_scans::intake::Spreads;
use shelf_scans::intake::books_in;
use std::path::PathBuf;
use std::sync::Mutex;

/// Add a book to the library: PDFs, images, archives or folders of them
///
/// Several files become one book, in the natural order of their names (`book-2` before `book-10`). Scans are kept as they are; PDF pages
/// that are not plain scans are rendered. Text that comes with the scans is kept: the text layer of a PDF, and hOCR, ALTO or PAGE files beside the images
/// (`p1.xml` or `alto/p1.xml` for `p1.tif`).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf add florida.pdf
  shelf add scans/*.tif --id florida --title \"Colonial Florida\" --language en
  shelf add spreads/*.jpg --spreads split --language he
  shelf add vendor-delivery     a folder of images with ALTO files; `shelf process BOOK --existing-text use` takes their text
  shelf add --each inbox        every PDF, archive and subfolder becomes a book; skips those already in the library")]
pub(crate) struct Add {
    /// PDFs, images (PNG, JPEG, JPEG 2000, TIFF, …), archives of images (ZIP, CBZ) and folders of them
    #[arg(value_name = "FILE", required_unless_present = "each", conflicts_with = "each")]
    inputs: Vec<PathBuf>,
    /// Add every PDF, archive and subfolder of this folder as a book, except those that were added before
    #[arg(long, value_name = "DIR", conflicts_with_all = ["id", "title"])]
    each: Option<PathBuf>,
    /// Give the book this id [default: from the title or the file name]
    #[arg(long, value_name = "BOOK")]
    id: Option<ScanId>,
    /// Set the title [default: from the file name, until the title page has been read]
    #[arg(long)]
    title: Option<String>,
    /// Set the author
    #[arg(long)]
    author: Option<String>,
    /// Set the language: a BCP 47 tag such as `en` or `de`, or several separated by commas [default: English]
    #[arg(long, value_name = "TAG", value_delimiter = ',', value_parser = language)]
    language: Vec<String>,
    /// Render PDF pages that are not scans at this resolution, dots per inch
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(50..=1200))]
    dpi: u32,
    /// Choose what to do with spreads, images that show two pages
    ///
    /// The halves become pages of their own, left before right, or right before left if the first language is written from right to left
    /// (`he`, `ar`, `fa`, `ur`, `yi`). The image itself is kept in `source/`.
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
    let mut like = AddRequest::new(args.inputs.clone());
    like.id.clone_from(&args.id);
    like.title.clone_from(&args.title);
    like.author.clone_from(&args.author);
    like.languages.clone_from(&args.language);
    like.dpi = args.dpi;
    like.spreads = args.spreads;
    let FolderOfBooks { books: requests, skipped } = match &args.each {
        Some(folder) => books_in(folder, &like).map_err(refusal)?,
        None => FolderOfBooks { books: vec![like], skipped: Vec::new() },
    };
    let (known, requests): (Vec<AddRequest>, Vec<AddRequest>) =
        requests.into_iter().partition(|request| args.each.is_some() && was_added(context, request));
    warn_of_missing(context, &args.language);
    let mut exits = Vec::new();
    let mut values = Vec::new();
    let mut added_ids = Vec::new();
    for request in &requests {
        match one(context, request) {
            Ok(added) => {
                exits.push(exit_of(&added));
                values.push(json_of(&added));
                if !context.out.json {
                    print(context, &added)?;
                }
                added_ids.push(added.id);
            }
            Err(error) if requests.len() == 1 => return Err(error),
            Err(error) => {
                exits.push(error.exit);
                print_error(error.render());
                values.push(json!({ "inputs": request.inputs, "error": error.render() }));
                if error.exit == Exit::Interrupted {
                    break;
                }
            }
        }
    }
    if context.out.json {
        context.out.json(&values)?;
    } else if args.each.is_some() {
        let known = if known.is_empty() { String::new() } else { format!(", {} already in the library", known.len()) };
        context.out.line(format_args!("added {}{known}", count(added_ids.len(), "book")))?;
    }
    if !skipped.is_empty() {
        let names = skipped.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy());
        let names = names.collect::<Vec<_>>().join(", ");
        context.out.note(format_args!(
            "skipped {}: {names}",
            match skipped.len() {
                1 => "1 file that is not a book".to_owned(),
                files => format!("{files} files that are not books"),
            }
        ));
    }
    next(context, args, &added_ids);
    Ok(Exit::of_books(exits))
}

fn exit_of(added: &Added) -> Exit {
    if added.failed.is_empty() && added.unreadable_text.is_empty() { Exit::Done } else { Exit::SomePages }
}

/// Prints what to do next, and what was assumed.
fn next(context: &Context, args: &Add, added: &[ScanId]) {
    let Some(first) = added.first() else { return };
    if args.language.is_empty() {
        context
            .out
            .note(format_args!("no language given: assuming English (`shelf set {first} language=de` changes it)"));
    }
    match added {
        [only] => context.out.note(format_args!("next: `shelf process {only}`")),
        _ => context.out.note("next: `shelf process --all`"),
    }
}

/// Whether the library has a book with this id that was added from one of these files.
fn was_added(context: &Context, request: &AddRequest) -> bool {
    let Some(metadata) = request.book_id().and_then(|id| metadata(&context.store, &id).ok()) else { return false };
    let files = request.inputs.iter().flat_map(|input| match input.read_dir() {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => vec![input.clone()],
    });
    let names = files.filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned()));
    names.into_iter().any(|name| metadata.source_files.contains(&name))
}

/// Adds a book, with a progress bar.
pub(super) fn one(context: &Context, request: &AddRequest) -> Result<Added> {
    let workers = cores();
    let worker_pool = context.worker_pool_for(workers, &request.inputs)?;
    let bar = Mutex::new(ProgressBar::hidden());
    let progress = |progress: Progress<'_>| {
        let mut bar = bar.lock().expect("drawing does not panic");
        match progress {
            Progress::LandscapeImages { images } if !context.out.quiet => {
                *bar = drawn_bar("examining", images, "images");
            }
            Progress::Examined => bar.inc(1),
            Progress::Counted { pages, .. } if !context.out.quiet => {
                bar.finish_and_clear();
                *bar = drawn_bar("adding", pages, "pages");
            }
            Progress::LandscapeImages { .. } | Progress::Counted { .. } => {}
            Progress::Page { page, failure, .. } => {
                bar.inc(1);
                if let Some(failure) = failure {
                    bar.suspend(|| context.out.note(format_args!("page {page} cannot be read: {failure}")));
                }
            }
        }
    };
    let added = intake::add(&context.store, &worker_pool, request, workers, &progress, context.stop.flag());
    bar.into_inner().expect("drawing does not panic").finish_and_clear();
    added.map_err(refusal)
}

fn drawn_bar(what: &'static str, number: usize, noun: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{prefix}} [{{bar:20}}] {{pos}}/{{len}} {noun}, {{eta}} left"));
    let style = style.expect("the template is valid").progress_chars("=> ");
    ProgressBar::new(number as u64).with_style(style).with_prefix(what)
}

pub(super) fn refusal(error: AddError) -> CliError {
    let hint = error.hint();
    let exit = match &error {
        AddError::Stopped => Exit::Interrupted,
        AddError::File(error) if error.is_not_found() => Exit::Refused,
        AddError::File(_) | AddError::Store(_) => Exit::Failed,
        _ => Exit::Refused,
    };
    let error = CliError::failed(error).exit(exit);
    match hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn print(context: &Context, added: &Added) -> Result<()> {
    let out = context.out;
    out.line(format_args!("{}: {}, {}", added.id, added.title, count(added.pages, "page")))?;
    for warning in &added.warnings {
        let pages = ranges(warning.pages.iter().copied());
        let text = if pages.is_empty() { warning.text.clone() } else { format!("{pages}: {}", warning.text) };
        let width = terminal::width().unwrap_or(usize::MAX).saturating_sub(2);
        terminal::wrap(&text, width).iter().try_for_each(|line| out.line(format_args!("  {line}")))?;
    }
    for (page, failure) in &added.failed {
        out.line(format_args!("  page {page} cannot be read: {failure}"))?;
        if let Some(hint) = &failure.hint {
            out.line(format_args!("    hint: {hint}"))?;
        }
    }
    for (page, failure) in &added.unreadable_text {
        out.line(format_args!("  page {page} was added without its text: {failure}"))?;
    }
    Ok(())
}

fn json_of(added: &Added) -> Value {
    let failed: Vec<Value> =
        added.failed.iter().map(|(page, failure)| json!({ "page": page, "failure": failure })).collect();
    let warnings: Vec<Value> =
        added.warnings.iter().map(|warning| json!({ "text": warning.text, "pages": warning.pages })).collect();
    let texts = added.unreadable_text.iter();
    let texts: Vec<Value> = texts.map(|(page, failure)| json!({ "page": page, "failure": failure })).collect();
    json!({ "book": added.id, "title": added.title, "pages": added.pages, "failed": failed, "unreadable_text": texts, "notes": warnings })
}

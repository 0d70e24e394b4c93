use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use serde_json::json;
use shelf_export::pdf::PdfImages;
use shelf_export::{ExportBook, ExportError, ExportOptions, Format, Output, document_schema, formats, template};
use shelf_runtime::book::{PageNumber, PageSet, ScanId};

use crate::Exit;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::export_progress::ExportProgress;
use crate::numbers::{count, pages};
use crate::out::print_from;
use crate::selection::with_upstream;

/// Write books as EPUB, Markdown, TEI and other formats
///
/// The files are put into place when they are complete. Pages that failed or were not processed are left out: the export says so on its first
/// page and in its metadata, and the exit code is 3.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf export florida --format epub             florida.epub in this folder
  shelf export florida --format md -o florida/   florida.md and its figures, in the folder florida
  shelf export --all --format txt --wrap 72 -o texts/
  shelf export florida --format pdf --pdf-images compact  a small PDF of colour scans
  shelf export florida --format json --pages 3-9 -o -     on standard output
  shelf export florida --template page.html -o florida.html
  shelf export --schema                          the JSON Schema of the format json")]
pub(crate) struct Export {
    /// The books
    #[arg(value_name = "BOOK", required_unless_present_any = ["all", "schema"])]
    ids: Vec<ScanId>,
    /// Export all books of the library
    #[arg(long, conflicts_with_all = ["ids", "schema"])]
    all: bool,
    /// The format
    #[arg(long, short, value_name = "FORMAT", value_parser = format_names(), required_unless_present_any = ["template", "schema"])]
    format: Option<String>,
    /// The file or folder to write to; `-` for standard output [default: this folder]
    #[arg(long, short, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Only these pages, such as `7`, `3-9` or `1-5,9`
    #[arg(long, value_name = "PAGES", visible_alias = "page")]
    pages: Option<PageSet>,
    /// Render this template (minijinja, like Jinja2) over the document of the format json
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    template: Option<PathBuf>,
    /// Wrap lines of plain text after so many columns
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..))]
    wrap: Option<u16>,
    /// How the scans are stored in a PDF: as they are, or in layers with sharp text and a coarse background, about a fifth of the size of colour scans
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    pdf_images: PdfImagesOption,
    /// Print the JSON Schema of the format json
    #[arg(long)]
    schema: bool,
}

/// The values of `--pdf-images`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum PdfImagesOption {
    /// The scans as they are
    #[default]
    Original,
    /// Text at full resolution, all else at 125 dpi, if that is smaller than the scan
    Compact,
}

impl From<PdfImagesOption> for PdfImages {
    fn from(option: PdfImagesOption) -> Self {
        match option {
            PdfImagesOption::Original => Self::Original,
            PdfImagesOption::Compact => Self::Compact,
        }
    }
}

impl Export {
    /// Whether it only prints the schema.
    pub(crate) fn needs_no_book(&self) -> bool {
        self.schema
    }
}

fn format_names() -> PossibleValuesParser {
    let value = |format: &Format| clap::builder::PossibleValue::new(format.name).help(format.about);
    PossibleValuesParser::new(formats().iter().map(value).collect::<Vec<_>>())
}

pub(crate) fn export(context: &Context, args: &Export) -> Result<Exit> {
    if args.schema {
        context.out.json(&document_schema())?;
        return Ok(Exit::Done);
    }
    let format = match &args.format {
        Some(name) => formats().iter().find(|format| format.name == name).unwrap_or(template()),
        None => template(),
    };
    let books = context.books(&args.ids, args.all)?;
    let place = Place::of(args, format, books.len())?;
    let mut exits = Vec::new();
    let mut written = Vec::new();
    for book in &books {
        let ended = one(context, args, format, book, &place);
        let is_only = books.len() == 1;
        match ended {
            Ok((exported, exit)) => {
                written.extend(exported);
                exits.push(exit);
            }
            Err(error) if is_only => return Err(error),
            Err(error) => {
                let exit = error.exit;
                crate::out::print_error(context.near(error).render());
                exits.push(exit);
                if exit == Exit::Interrupted {
                    break;
                }
            }
        }
    }
    if context.out.json && !matches!(place, Place::Stdout) {
        context.out.json(&written)?;
    }
    Ok(Exit::of_books(exits))
}

/// Where exports are written.
enum Place {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

impl Place {
    fn of(args: &Export, format: &Format, books: usize) -> Result<Self> {
        let Some(output) = &args.output else { return Ok(Self::Folder(PathBuf::from("."))) };
        if output.as_os_str() == "-" {
            return match (books, format.name) {
                (1, _) => Ok(Self::Stdout),
                _ => Err(CliError::refused("several books cannot be written to standard output")
                    .hint("name a folder: `-o exports/`")
                    .exit(Exit::Usage)),
            };
        }
        let ends_in_slash = output.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR);
        if output.is_dir() || ends_in_slash || books > 1 {
            if output.is_file() {
                return Err(CliError::refused(format!(
                    "{} is a file, and {books} books need a folder",
                    output.display()
                ))
                .hint("name a folder: `-o exports/`"));
            }
            return Ok(Self::Folder(output.clone()));
        }
        Ok(Self::File(output.clone()))
    }

    /// The file for a book; its folder is created.
    fn file(&self, book: &ScanId, format: &Format) -> Result<PathBuf> {
        let file = match self {
            Self::Stdout => {
                std::env::temp_dir().join(format!("shelf-{}-{book}.{}", std::process::id(), format.extension))
            }
            Self::File(file) => file.clone(),
            Self::Folder(folder) => folder.join(format!("{book}.{}", format.extension)),
        };
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|error| cannot_create(folder, error))?;
        }
        Ok(file)
    }
}

fn cannot_create(folder: &Path, error: io::Error) -> CliError {
    CliError::failed(anyhow::Error::new(error).context(format!("cannot create the folder {}", folder.display())))
        .hint("choose another place with `-o`")
}

fn one(
    context: &Context,
    args: &Export,
    format: &Format,
    id: &ScanId,
    place: &Place,
) -> Result<(Vec<serde_json::Value>, Exit)> {
    let book = if format.is_record() {
        ExportBook::open_record(&context.store, &context.registry, id)
    } else {
        ExportBook::open(&context.store, &context.registry, id, args.pages.as_ref())
    };
    let book = book.map_err(|error| explained(error, id))?;
    let file = place.file(id, format)?;
    let progress = ExportProgress::new(context.out.quiet || context.out.json, id, book.numbers().len());
    let page_done = |_: PageNumber| {
        progress.page_done();
        if context.stop.reason().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let mut options = ExportOptions::new();
    options.wrap = args.wrap.map(usize::from);
    options.pdf_images = args.pdf_images.into();
    options.template = args.template.as_ref();
    options.page_done = &page_done;
    let paths = write(&book, format, &file, &options)?;
    drop(progress);
    if let Place::Stdout = place {
        let printed = fs::File::open(&file).and_then(|mut file| print_from(&mut file));
        let removed = paths
            .iter()
            .try_for_each(|path| if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) });
        printed.and(removed)?;
    } else if !context.out.json {
        for path in &paths {
            context.out.line(path.strip_prefix(".").unwrap_or(path).display())?;
        }
    }
    let missing: Vec<PageNumber> = book.missing().iter().filter_map(|page| PageNumber::new(page.page)).collect();
    let exit = if missing.is_empty() { Exit::Done } else { Exit::SomePages };
    if let [first, ..] = book.missing() {
        let of = count(missing.len() + book.numbers().len(), "page");
        context.out.note(format_args!(
            "{id}: the export is incomplete: {} of {of} left out (page {}: {}); `shelf status {id}` shows why",
            pages(missing.iter().copied()),
            first.page,
            first.reason
        ));
    }
    let value = json!({ "book": id, "format": format.name, "files": paths, "pages": book.numbers().len(), "missing": book.missing() });
    Ok((vec![value], exit))
}

/// Writes a whole book into a file, for other verbs.
pub(super) fn export_to(context: &Context, id: &ScanId, format: &str, file: &Path) -> Result<Vec<PathBuf>> {
    let book = ExportBook::open(&context.store, &context.registry, id, None).map_err(|error| explained(error, id))?;
    let format = formats().iter().find(|known| known.name == format).expect("the format is registered");
    write(&book, format, file, &ExportOptions::new())
}

fn write(book: &ExportBook, format: &Format, file: &Path, options: &ExportOptions) -> Result<Vec<PathBuf>> {
    let mut output = Output::new(file);
    let written = (format.write)(book, &mut output, options).and_then(|()| output.finish());
    written.map_err(|error| explained(error, book.id()))
}

/// The error with what to do about it.
pub(super) fn explained(error: ExportError, book: &ScanId) -> CliError {
    match error {
        ExportError::Look(error) => error.into(),
        ExportError::Store(error) => error.into(),
        ExportError::NotMade { stage, .. } | ExportError::Stale { stage, .. } => {
            let hint = with_upstream(book, stage);
            CliError::failed(error).exit(Exit::Refused).hint(hint)
        }
        ExportError::Pages(error) => error.into(),
        ExportError::NoStage(_) => CliError::failed(error)
            .exit(Exit::Refused)
            .hint("link the built-in stages: write `use stages as _;` in `main.rs`"),
        ExportError::Template { ref source, .. } => {
            let hint = format!("{source:#}; `shelf export --schema` shows what a template can use");
            CliError::failed(error).hint(hint)
        }
        ExportError::Damaged { .. } => CliError::failed(error)
            .hint(format!("`shelf verify {book}` finds damaged files; `shelf process {book}` remakes them")),
        ExportError::Interrupted => {
            CliError::failed(error).exit(Exit::Interrupted).hint("files of an earlier export are unchanged")
        }
        ExportError::Io { .. } | ExportError::Write(_) => CliError::failed(error)
            .hint("check that the folder exists, can be written to, and has space; or choose another with `-o`"),
        error => CliError::failed(error),
    }
}

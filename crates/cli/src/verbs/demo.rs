use crate::Exit;
use crate::context::Context;
use crate::context::cores;
use crate::error::CliError;
use crate::error::Result;
use crate::flagged;
use crate::numbers::count;
use crate::numbers::percent;
use crate::numbers::time;
use crate::reporter::Reporter;
use crate::table::Column;
use crate::table::Table;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use shelf_eval::Normalisation;
use shelf_eval::Score;
use shelf_eval::demo;
use shelf_eval::demo::DemoBook;
use shelf_eval::score;
use shelf_llm::Dispatcher;
use shelf_pages::TextPage;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::metadata;
use shelf_runtime::plan::Request;
use shelf_runtime::registry::Entry;
use shelf_runtime::run::Settings;
use shelf_runtime::run::process;
use shelf_runtime::store::BookPath;
use shelf_runtime::store::Store;
use shelf_scans::intake::AddRequest;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Try shelf on a small book that it draws itself
///
/// Draws a book, processes it, and compares the result with the known text, so the character error rate (CER) and the word error rate
/// (WER) are exact. The PDF, its text and the book as EPUB and Markdown stay in the library, beside the book.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf demo
  shelf demo --library /tmp/shelf --keep     continue with the demo book of an earlier run")]
pub(crate) struct Demo {
    /// Seed skew, specks and shadows with this number
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Continue with an existing demo book instead of drawing it again
    #[arg(long)]
    keep: bool,
}

/// The formats of the demo book, which are also the extensions of their files.
const EXPORTS: [&str; 3] = ["epub", "pdf", "md"];

pub(crate) fn demo(context: &Context, args: &Demo) -> Result<Exit> {
    let book: ScanId = "demo".parse().expect("`demo` is a scan id");
    let there = context.store.read(&BookPath::metadata(&book))?.is_some();
    let folder = context.store.beside_books("demo-files")?;
    let pdf = folder.join("demo.pdf");
    context.out.note("drawing a book");
    let drawn = demo::scans(args.seed);
    if there && !args.keep {
        let _lock = context.store.lock(&book)?;
        context.store.remove_folder(&book, "")?;
    }
    if !there || !args.keep {
        write_files(&drawn, &folder, &pdf)?;
        let mut request = AddRequest::new([pdf.clone()]);
        request.id = Some(book.clone());
        request.title = Some(demo::TITLE.to_owned());
        request.languages = vec!["en".to_owned()];
        super::add::one(context, &request)?;
    }
    let runtime = context.runtime(cores(), Dispatcher::off())?;
    let settings = Settings::default();
    let started = std::time::Instant::now();
    let reporter = Reporter::new(context.out.quiet || context.out.json, 1);
    reporter.begin(&book, 1);
    let summary = process(&runtime, &book, &Request::default(), &settings, &reporter, &context.stop)?;
    reporter.end();
    if !summary.complete() {
        return Err(CliError::refused("some pages of the demo book could not be made")
            .hint("`shelf status demo` names them; `shelf doctor` checks this machine")
            .exit(Exit::SomePages));
    }
    let seconds = started.elapsed().as_secs_f64();
    let texts = text_stages(context);
    let (Some(read), Some(last)) = (texts.first(), texts.last()) else {
        return Err(CliError::refused("no stage produces a text")
            .hint("link the built-in stages: write `use stages as _;` in `main.rs`"));
    };
    let pages = measure(context, &book, &drawn, read, last)?;
    let mut flagged: BTreeMap<&str, Vec<PageNumber>> = BTreeMap::new();
    for stage in summary.stages.iter().filter(|stage| !stage.flagged.is_empty()) {
        flagged.insert(stage.stage, stage.flagged.clone());
    }
    let title = metadata(&context.store, &book)?.title.unwrap_or_default();
    let exports = EXPORTS
        .iter()
        .map(|format| super::export::export_to(context, &book, format, &folder.join(format!("demo.{format}"))))
        .collect::<Result<Vec<_>>>()?;
    let exports: Vec<_> = exports.into_iter().flatten().collect();
    if context.out.json {
        let before: Score = pages.iter().map(|page| page.read).sum();
        let after: Score = pages.iter().map(|page| page.last).sum();
        context.out.json(&json!({
            "book": book, "title": title, "seconds": seconds, "pdf": pdf, "library": context.store.root(),
            "read": { "stage": read.row.name, "cer": before.characters.rate(), "wer": before.words.rate() },
            "last": { "stage": last.row.name, "cer": after.characters.rate(), "wer": after.words.rate() },
            "pages": pages.iter().map(Measured::json).collect::<Vec<_>>(),
            "flagged": flagged, "exports": exports,
        }))?;
        return Ok(Exit::Done);
    }
    context.out.line(format_args!(
        "“{title}”: {}, {}, {}",
        count(pages.len(), "page"),
        count(summary.stages.len(), "stage"),
        time(seconds)
    ))?;
    print(context, &pages, read, last)?;
    for (stage, pages) in &flagged {
        context.out.line(flagged::line(&book, stage, pages))?;
    }
    if flagged.is_empty() {
        context.out.line("no flagged pages")?;
    }
    let root = context.store.root();
    context.out.line(format_args!("\nscan:     {}", pdf.display()))?;
    context.out.line(format_args!("its text: {}", folder.join("truth").display()))?;
    context.out.line(format_args!("results:  {}", root.join("demo").display()))?;
    for export in exports.iter().filter(|export| export.is_file()) {
        context.out.line(format_args!("exported: {}", export.display()))?;
    }
    context.out.line(format_args!("\nNext:"))?;
    let program = program();
    for (verb, what) in [
        ("show demo", "read the book"),
        ("export demo", "write it in another format"),
        ("status demo", "see the state of every stage"),
        ("add BOOK.pdf", "add a book of your own"),
        ("process BOOK", "and process it"),
    ] {
        context.out.line(format_args!("  {program} --library {} {verb:<14} {what}", root.display()))?;
    }
    Ok(Exit::Done)
}

/// The command as it was called, with a path if it is not installed.
fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "shelf".to_owned())
}

/// The stages whose pages have text.
fn text_stages(context: &Context) -> Vec<&Entry> {
    context.registry.stages().iter().map(AsRef::as_ref).filter(|entry| TextPage::is_made_by(entry)).collect()
}

/// A page compared with its ground truth.
struct Measured {
    page: PageNumber,
    /// The text as read.
    read: Score,
    /// The text of the last stage.
    last: Score,
    /// The printed page number: found and true.
    folio: (Option<String>, Option<String>),
}

impl Measured {
    fn json(&self) -> Value {
        let (found, drawn) = &self.folio;
        json!({ "page": self.page, "read": self.read, "last": self.last, "printed_page_number": { "found": found, "drawn": drawn } })
    }

    fn has_right_folio(&self) -> bool {
        self.folio.0 == self.folio.1
    }
}

fn measure(context: &Context, book: &ScanId, drawn: &DemoBook, read: &Entry, last: &Entry) -> Result<Vec<Measured>> {
    let mut pages = Vec::new();
    for (page, truth) in (1..).filter_map(PageNumber::new).zip(&drawn.pages) {
        let true_text = truth.text();
        let scored = |entry: &Entry| -> Result<Score> {
            let found = TextPage::read(&context.store, &context.registry, book, entry, page)?;
            let text = found.map(|page| page.text()).unwrap_or_default();
            Ok(score(&true_text, &text, &Normalisation::default()))
        };
        let found = match TextPage::read(&context.store, &context.registry, book, last, page)? {
            Some(TextPage::Merged(page)) => page.printed_page_number,
            _ => None,
        };
        let folio = (found, truth.folio.as_ref().map(|folio| folio.printed.clone()));
        pages.push(Measured { page, read: scored(read)?, last: scored(last)?, folio });
    }
    Ok(pages)
}

fn print(context: &Context, pages: &[Measured], read: &Entry, last: &Entry) -> Result<()> {
    let row = |page: &Measured| {
        let printed = match &page.folio {
            (Some(found), _) if page.has_right_folio() => found.clone(),
            (None, None) => "·".to_owned(),
            (found, drawn) => {
                format!("{:?}, drawn {:?}", found.as_deref().unwrap_or(""), drawn.as_deref().unwrap_or(""))
            }
        };
        vec![
            page.page.to_string(),
            page.read.characters.length.to_string(),
            percent(page.read.characters.rate()),
            percent(page.last.characters.rate()),
            percent(page.last.words.rate()),
            printed,
        ]
    };
    let names =
        [format!("CER of {}", read.row.name), format!("CER of {}", last.row.name), format!("WER of {}", last.row.name)];
    let [ocr_cer, final_cer, word_error_rate] = names;
    let columns = [
        Column::number("page"),
        Column::number("characters").rank(2),
        Column::number(ocr_cer).rank(1),
        Column::number(final_cer),
        Column::number(word_error_rate).rank(1),
        Column::word("page number").rank(2),
    ];
    context.out.table(&Table::new(columns, pages.iter().map(row).collect()))?;
    let (before, after): (Score, Score) =
        (pages.iter().map(|page| page.read).sum(), pages.iter().map(|page| page.last).sum());
    context.out.line(format_args!(
        "character error rate: {} as read, {} at the end; word error rate: {} and {}",
        percent(before.characters.rate()),
        percent(after.characters.rate()),
        percent(before.words.rate()),
        percent(after.words.rate()),
    ))?;
    let numbered = pages.iter().filter(|page| page.folio.1.is_some());
    let right = pages.iter().filter(|page| page.folio.1.is_some() && page.has_right_folio()).count();
    context.out.line(format_args!("printed page numbers: {right} of {} found", numbered.count()))?;
    Ok(())
}

fn write_files(drawn: &DemoBook, folder: &Path, pdf: &Path) -> Result<()> {
    let truth = folder.join("truth");
    fs::create_dir_all(&truth)?;
    let dpi = drawn.pages.first().map_or(300, |page| page.dpi);
    let images: Vec<_> = drawn.pages.iter().map(|page| page.image.clone()).collect();
    fs::write(pdf, demo::pdf(&images, dpi, demo::TITLE))?;
    demo::write_truth(drawn, &truth).map_err(CliError::failed)
}

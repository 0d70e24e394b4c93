use super::eval_labels::Labels;
use super::eval_stages;
use crate::Exit;
use crate::context::Context;
use crate::error::CliError;
use crate::error::Result;
use crate::numbers;
use crate::numbers::count;
use crate::numbers::percent;
use crate::numbers::ranges;
use crate::table::Column;
use crate::table::Table;
use clap::ArgGroup;
use clap::Args;
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use serde_json::Value;
use serde_json::json;
use shelf_eval::ErrorRate;
use shelf_eval::HyphenScore;
use shelf_eval::Normalisation;
use shelf_eval::Rule;
use shelf_eval::Score;
use shelf_eval::Truth;
use shelf_eval::TruthError;
use shelf_eval::judge_hyphens;
use shelf_eval::score;
use shelf_pages::TextPage;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::inspect::BookState;
use shelf_runtime::inspect::look;
use shelf_runtime::registry::Entry;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// Measure text and labels of a book against ground truth
///
/// The character error rate (CER) is the Levenshtein distance between a text and its ground truth, divided by the characters of the ground
/// truth; the word error rate (WER) is the same for words. A book's rate is the sum of its edits divided by the sum of its lengths. Both
/// texts are normalized first: accents composed (NFC), ligatures as letters, straight quotes, one kind of dash, hyphens in words and at line
/// ends removed, white space folded.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("against what").args(["truth", "labels"]).required(true).multiple(true))]
#[command(after_help = "\
Examples:
  shelf eval florida --truth truth/                          the final text, worst pages first
  shelf eval florida --truth truth/ --stage ocr              the text as read by `ocr`
  shelf eval florida --truth truth/ --against ocr --limit 5  the five worst pages, compared with `ocr`
  shelf eval florida --truth truth/ --keep quotes --format csv > quality.csv
  shelf eval florida --labels structure.tsv                  labels of blocks and printed page numbers

Ground truth is a folder with a text file per page: `page_0012.gt.txt` for page 12, or `g015.gt.txt` for the page that
came from `g015.tif`. Files with other names must be as many as the pages, and in their order.

A table of labels has a line per page with the columns `page`, `printed_page_number`, `running_head`,
`chapter_headings` and `footnotes` (texts), or a line per block with `page`, `classification`, `x`, `y`, `width` and
`height` in px.")]
pub(crate) struct Eval {
    /// The book
    #[arg(value_name = "BOOK")]
    id: ScanId,
    /// Compare texts with the ground truth in this folder
    #[arg(long, value_name = "DIR")]
    truth: Option<PathBuf>,
    /// Compare labels and printed page numbers with this table (TSV or CSV)
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Measure the text of this stage [default: the last stage that has a text]
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Compare with the text of this stage [default: the stage whose paragraphs are corrected]
    #[arg(long, value_name = "STAGE")]
    against: Option<String>,
    /// Leave out a step of normalization, such as `quotes`; may be given several times
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = PossibleValuesParser::new(Rule::ALL.map(Rule::name)))]
    keep: Vec<String>,
    /// Show at most this many pages; the rates are always those of the whole book
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Output format [default: table]
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with = "json")]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// A line per page
    Csv,
    /// Edits and lengths of every page and of the book
    Json,
}

const CSV_HEADER: [&str; 11] = [
    "page_num",
    "truth",
    "made",
    "characters",
    "edits",
    "cer",
    "words",
    "word_edits",
    "wer",
    "edits_before",
    "cer_before",
];

/// A page with its ground truth.
struct Measured {
    page: PageNumber,
    truth: String,
    /// Whether the stage has made it.
    made: bool,
    score: Score,
    /// The score of the text it is compared with.
    before: Option<Score>,
    /// How hyphens at line ends were resolved since then.
    hyphens: HyphenScore,
}

pub(crate) fn eval(context: &Context, args: &Eval) -> Result<Exit> {
    let book = look(&context.store, &context.registry, &args.id)?;
    let format = args.format.unwrap_or(if context.out.json { Format::Json } else { Format::Table });
    let mut exit = Exit::Done;
    let mut json = Value::Null;
    if let Some(folder) = &args.truth {
        exit = texts(context, args, &book, folder, format, &mut json)?;
    }
    if let Some(file) = &args.labels {
        let labels = Labels::measure(context, &book, file)?;
        exit = exit.and(labels.print(context, format, &mut json)?);
    }
    if format == Format::Json {
        context.out.json(&json)?;
    }
    Ok(exit)
}

fn texts(
    context: &Context,
    args: &Eval,
    book: &BookState,
    folder: &Path,
    format: Format,
    json: &mut Value,
) -> Result<Exit> {
    let stage = eval_stages::measured(context, book, args.stage.as_deref())?;
    let against = match &args.against {
        Some(name) => Some(eval_stages::named(context, book, name)?),
        None => eval_stages::conserved_by(context, book, &stage)?,
    };
    let against = against.as_deref().filter(|entry| entry.row.name != stage.row.name);
    let truth = Truth::match_pages(folder, &sources(book)).map_err(|error| {
        let hint = match &error {
            TruthError::Pairing { .. } => "name the files after their pages: `page_0012.gt.txt` for page 12",
            _ => "`--truth` takes a folder of text files, one per page",
        };
        CliError::refused(error.to_string()).hint(hint)
    })?;
    let mut pages = measure(context, args, &truth, &stage, against)?;
    pages.sort_by(|a, b| b.score.characters.rate().total_cmp(&a.score.characters.rate()));
    if format == Format::Json {
        *json = document(args, &stage, against, &truth, &pages);
    } else {
        print(context, args, format, &stage, against, &truth, &pages)?;
    }
    Ok(if pages.iter().all(|page| page.made) { Exit::Done } else { Exit::SomePages })
}

/// The original file of each page.
fn sources(book: &BookState) -> BTreeMap<PageNumber, Option<String>> {
    let origin = |page: &PageNumber| {
        let scan = book.scans.get(page)?;
        Some(scan.page.as_ref().map_or_else(|| scan.image.clone(), |noted| noted.origin.file.clone()))
    };
    book.pages.iter().map(|page| (*page, origin(page))).collect()
}

fn measure(
    context: &Context,
    args: &Eval,
    truth: &Truth,
    stage: &Entry,
    against: Option<&Entry>,
) -> Result<Vec<Measured>> {
    let kept = Rule::ALL.into_iter().filter(|rule| args.keep.iter().any(|name| name == rule.name()));
    let normalisation = kept.fold(Normalisation::default(), Normalisation::without);
    let text = |entry: &Entry, page| -> Result<Option<String>> {
        let found = TextPage::read(&context.store, &context.registry, &args.id, entry, page)?;
        Ok(found.map(|page| page.text()))
    };
    let mut pages = Vec::new();
    for (page, file) in &truth.files {
        let true_text = std::fs::read_to_string(file).map_err(|error| {
            CliError::failed(anyhow::Error::from(error).context(format!("cannot read {}", file.display())))
        })?;
        let scored = |text: Option<String>| score(&true_text, &text.unwrap_or_default(), &normalisation);
        let found = text(stage, *page)?;
        let earlier = against.map(|entry| text(entry, *page)).transpose()?;
        let hyphens = match (&found, earlier.as_ref().and_then(Option::as_ref)) {
            (Some(found), Some(earlier)) => HyphenScore::of(&judge_hyphens(&true_text, earlier, found)),
            _ => HyphenScore::default(),
        };
        pages.push(Measured {
            page: *page,
            truth: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            made: found.is_some(),
            score: scored(found),
            before: earlier.map(scored),
            hyphens,
        });
    }
    Ok(pages)
}

/// The pages to show, at most `--limit`.
fn shown<'p>(args: &Eval, pages: &'p [Measured]) -> &'p [Measured] {
    &pages[..pages.len().min(args.limit.unwrap_or(usize::MAX))]
}

/// The total scores of the text, and of the text it is compared with.
fn totals(pages: &[Measured]) -> (Score, Option<Score>) {
    let before: Option<Vec<Score>> = pages.iter().map(|page| page.before).collect();
    (pages.iter().map(|page| page.score).sum(), before.map(|scores| scores.into_iter().sum()))
}

fn document(args: &Eval, stage: &Entry, against: Option<&Entry>, truth: &Truth, pages: &[Measured]) -> Value {
    let (total, before) = totals(pages);
    json!({
        "book": args.id, "stage": stage.row.name, "against": against.map(|entry| entry.row.name),
        "pages": shown(args, pages).iter().map(json_of).collect::<Vec<_>>(),
        "left_over": truth.unmatched, "total": rates(total), "total_before": before.map(rates),
        "hyphens": all_hyphens(pages),
    })
}

fn print(
    context: &Context,
    args: &Eval,
    format: Format,
    stage: &Entry,
    against: Option<&Entry>,
    truth: &Truth,
    pages: &[Measured],
) -> Result<()> {
    let shown = shown(args, pages);
    if format == Format::Csv {
        context.out.csv(&CSV_HEADER, &shown.iter().map(csv_row).collect::<Vec<_>>())?;
        return Ok(());
    }
    let (total, before) = totals(pages);
    let mut columns = vec![
        Column::number("page"),
        Column::word("ground truth").rank(2),
        Column::number("characters").rank(3),
        Column::number("CER"),
        Column::number("WER").rank(1),
    ];
    columns.extend(against.map(|entry| Column::number(format!("CER of {}", entry.row.name)).rank(1)));
    columns.extend(against.map(|_| Column::word("edits").rank(3)));
    context.out.table(&Table::new(columns, shown.iter().map(row).collect()))?;
    context.out.line(format_args!(
        "{} of {}: character error rate {}, word error rate {}",
        stage.row.name,
        args.id,
        percent(total.characters.rate()),
        percent(total.words.rate()),
    ))?;
    if let (Some(before), Some(against)) = (before, against) {
        context.out.line(format_args!(
            "{}: {} and {}; {}",
            against.row.name,
            percent(before.characters.rate()),
            percent(before.words.rate()),
            changed(pages),
        ))?;
    }
    let hyphens = all_hyphens(pages);
    if hyphens.split.length + hyphens.real.length > 0 {
        let right = |of: ErrorRate| format!("{} of {}", of.length - of.edits, of.length);
        context.out.line(format_args!(
            "hyphens at line ends: joined {} words split by the line end, kept {} hyphens that belong to a word",
            right(hyphens.split),
            right(hyphens.real),
        ))?;
    }
    let missing: Vec<PageNumber> = pages.iter().filter(|page| !page.made).map(|page| page.page).collect();
    if !missing.is_empty() {
        context.out.note(format_args!(
            "{} of {} not made yet, counted as empty",
            numbers::pages(missing),
            stage.row.name
        ));
    }
    if !truth.unmatched.is_empty() {
        context.out.note(format_args!("ignored {} without a page", count(truth.unmatched.len(), "ground-truth file")));
    }
    Ok(())
}

fn all_hyphens(pages: &[Measured]) -> HyphenScore {
    pages.iter().map(|page| page.hyphens).fold(HyphenScore::default(), std::ops::Add::add)
}

/// `better on 11 pages, worse on 1 (page 4), the same on 8`.
fn changed(pages: &[Measured]) -> String {
    let difference =
        |page: &Measured| page.before.map(|before| page.score.characters.edits.cmp(&before.characters.edits));
    let of = |wanted: std::cmp::Ordering| pages.iter().filter(move |page| difference(page) == Some(wanted));
    let worse: Vec<PageNumber> = of(std::cmp::Ordering::Greater).map(|page| page.page).collect();
    let named = if worse.is_empty() { String::new() } else { format!(" ({})", ranges(worse.iter().copied())) };
    format!(
        "better on {}, worse on {}{named}, the same on {}",
        count(of(std::cmp::Ordering::Less).count(), "page"),
        worse.len(),
        of(std::cmp::Ordering::Equal).count()
    )
}

fn row(page: &Measured) -> Vec<String> {
    let Measured { score, before, .. } = page;
    let mut cells = vec![page.page.to_string(), page.truth.clone(), score.characters.length.to_string()];
    cells.extend([percent(score.characters.rate()), percent(score.words.rate())]);
    cells.extend(before.map(|before| percent(before.characters.rate())));
    cells.extend(before.map(|before| format!("{} → {}", before.characters.edits, score.characters.edits)));
    cells
}

fn csv_row(page: &Measured) -> Vec<String> {
    let Measured { score, before, .. } = page;
    let rate = |rate: f64| format!("{rate:.6}");
    let mut cells = vec![page.page.to_string(), page.truth.clone(), page.made.to_string()];
    for of in [score.characters, score.words] {
        cells.extend([of.length.to_string(), of.edits.to_string(), rate(of.rate())]);
    }
    cells.push(before.map_or_else(String::new, |before| before.characters.edits.to_string()));
    cells.push(before.map_or_else(String::new, |before| rate(before.characters.rate())));
    cells
}

fn json_of(page: &Measured) -> Value {
    json!({
        "page": page.page, "truth": page.truth, "made": page.made,
        "score": rates(page.score), "before": page.before.map(rates), "hyphens": page.hyphens,
    })
}

fn rates(score: Score) -> Value {
    let mut value = json!(score);
    value["cer"] = score.characters.rate().into();
    value["wer"] = score.words.rate().into();
    value
}

use std::fs;
use std::path::Path;

use clap::Args;
use serde_json::json;

use crate::book::PageNumber;
use crate::cli::Exit;
use crate::cli::context::{Context, cores};
use crate::cli::error::{CliError, Result};
use crate::cli::numbers::{count, time};
use crate::cli::reporter::Reporter;
use crate::demo::{self, DemoBook};
use crate::eval::{Normalisation, Score, score, text_of};
use crate::intake::AddRequest;
use crate::plan::{Request, metadata};
use crate::run::{Settings, process};
use crate::store::{BookPath, Store};

/// Draw a small book, put it on the shelf, read it, and say how good the reading is
///
/// The book's text is known to the letter, so the character error rate (CER) and the word error rate (WER) are measured, not
/// guessed. The PDF and the true text stay in the library, beside the book.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  shelf demo
  shelf demo --library /tmp/shelf --keep     leave a demo book that is there already")]
pub(in crate::cli) struct Demo {
    /// Seed of skew, specks and shadows
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Go on with the demo book that is there, instead of making it anew
    #[arg(long)]
    keep: bool,
}

pub(in crate::cli) fn demo(context: &Context, args: &Demo) -> Result<Exit> {
    let book = "demo".parse().expect("`demo` is a scan id");
    let drawn = demo::scans(args.seed);
    let there = context.store.read(&BookPath::metadata(&book))?.is_some();
    let folder = context.store.root().join("demo-files");
    let pdf = folder.join("demo.pdf");
    if there && !args.keep {
        let _lock = context.store.lock(&book)?;
        context.store.remove_folder(&book, "")?;
    }
    if !there || !args.keep {
        write_files(&drawn, &folder, &pdf)?;
        let request = AddRequest {
            inputs: vec![pdf.clone()],
            id: Some(book.clone()),
            title: Some(demo::TITLE.to_owned()),
            languages: vec!["en".to_owned()],
            ..AddRequest::default()
        };
        super::add::one(context, &request)?;
    }
    let runtime = context.runtime(cores())?;
    let settings = Settings { workers: cores(), attempts: 3 };
    let started = std::time::Instant::now();
    let reporter = Reporter::new(context.out.quiet || context.out.json);
    let summary = process(&runtime, &book, &Request::default(), settings, &reporter, &context.stop)?;
    if !summary.complete() {
        return Err(CliError::refused("the demo book was not read to the end")
            .hint("`shelf doctor` says what is missing")
            .exit(Exit::SomePages));
    }
    let seconds = started.elapsed().as_secs_f64();
    let pages = scores(context, &drawn)?;
    let total: Score = pages.iter().map(|(_, score)| *score).sum();
    let title = metadata(&context.store, &book)?.title.unwrap_or_default();
    if context.out.json {
        let pages: Vec<_> = pages.iter().map(|(page, score)| json!({ "page": page, "score": score })).collect();
        context.out.json(&json!({
            "book": book, "title": title, "pages": pages, "cer": total.characters.rate(), "wer": total.words.rate(),
            "seconds": seconds, "pdf": pdf, "library": context.store.root(),
        }))?;
        return Ok(Exit::Done);
    }
    let percent = |rate: f64| format!("{:.2} %", rate * 100.0);
    let rows: Vec<Vec<String>> = pages
        .iter()
        .map(|(page, score)| {
            let length = score.characters.length.to_string();
            vec![page.to_string(), length, percent(score.characters.rate()), percent(score.words.rate())]
        })
        .collect();
    context.out.line(format_args!("“{title}”, {} read in {}", count(pages.len(), "page"), time(seconds)))?;
    context.out.table(&["page", "characters", "CER", "WER"], &rows)?;
    context.out.line(format_args!(
        "character error rate {}, word error rate {}, against the text that was drawn",
        percent(total.characters.rate()),
        percent(total.words.rate())
    ))?;
    let root = context.store.root();
    context.out.line(format_args!("the scan:      {}", pdf.display()))?;
    context.out.line(format_args!("the true text: {}", folder.join("truth").display()))?;
    context.out.line(format_args!("what was read: {}", root.join("demo").join("ocr").display()))?;
    context.out.line(format_args!("look at it:    shelf --library {} show demo --page 4", root.display()))?;
    Ok(Exit::Done)
}

fn write_files(drawn: &DemoBook, folder: &Path, pdf: &Path) -> Result<()> {
    let truth = folder.join("truth");
    fs::create_dir_all(&truth)?;
    let dpi = drawn.pages.first().map_or(300, |page| page.dpi);
    let images: Vec<_> = drawn.pages.iter().map(|page| page.image.clone()).collect();
    fs::write(pdf, demo::pdf(&images, dpi, demo::TITLE))?;
    demo::write_truth(drawn, &truth).map_err(CliError::failed)
}

/// How far each page's last text is from the text that was drawn.
fn scores(context: &Context, drawn: &DemoBook) -> Result<Vec<(PageNumber, Score)>> {
    let book = "demo".parse().expect("`demo` is a scan id");
    let stage = context.registry.get("ocr").ok_or_else(|| CliError::refused("there is no stage `ocr`"))?.row.name;
    let mut scores = Vec::new();
    for (page, truth) in (1..).filter_map(PageNumber::new).zip(&drawn.pages) {
        let bytes = context.store.read(&BookPath::page(&book, stage, page))?.unwrap_or_default();
        let text = text_of(&serde_json::from_slice(&bytes)?);
        scores.push((page, score(&truth.text(), &text, &Normalisation::default())));
    }
    Ok(scores)
}

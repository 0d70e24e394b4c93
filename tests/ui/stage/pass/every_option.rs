//! All options at once, and every kind of parameter.

use shelf::__private::{MaxFailed, Reach};
use shelf::prelude::*;
use shelf::stage::{ExternalInput, Parallelism, Stage};

use crate::reading::{OcrPage, WordCount, ocr};

/// What is counted.
#[derive(clap::Args, Serialize)]
pub struct Counting {
    /// Counts numbers too.
    #[arg(long, default_value_t = false)]
    pub numbers: bool,
}

/// What was counted.
#[derive(PageMetrics, Report)]
pub struct Counted {
    /// Words on the page.
    pub words: usize,
}

/// Counts the words of every page.
///
/// With those of its neighbours.
#[stage(
    name = "word_count",
    deps = [ocr, around = crate::reading::ocr],
    parallelism = fixed(3),
    scope = page,
    version = 2,
    options = Counting,
    before = check,
    after = self::close,
    conserves = ocr,
    retries = 4,
    on_error = copy(ocr),
    max_failed = "2%",
    prompt = PROMPT,
    model = "large",
    crate = ::shelf,
)]
pub fn every_option(
    page: PageNumber,
    image: PageImage,
    mut files: PageFiles,
    book: BookMetadata,
    _: Languages,
    ocr: OcrPage,
    around: Window<OcrPage, 2>,
    options: &Counting,
) -> Result<(WordCount, Counted)> {
    let _ = (page, image, book, &mut files);
    let words = ocr.text.len() + around.before().len() + usize::from(options.numbers);
    Ok((WordCount { words }, Counted { words }))
}

impl Paragraphs for OcrPage {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        Vec::new()
    }
}

impl From<OcrPage> for WordCount {
    fn from(page: OcrPage) -> Self {
        Self { words: page.text.len() }
    }
}

impl Paragraphs for WordCount {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        Vec::new()
    }
}

const PROMPT: &str = "How many words?";

async fn close(run: &mut StageRun) -> Result<()> {
    std::future::ready(()).await;
    run.metadata.status = Some(format!("{} counted", run.done));
    Ok(())
}

fn check(run: &StageRun) -> Result<()> {
    if run.pages.is_empty() { Err(Failure::new("no pages")) } else { Ok(()) }
}

#[test]
fn the_row_says_what_the_attribute_says() {
    let row = every_option::ROW;
    assert_eq!((row.name, row.version, row.book), ("word_count", 2, false));
    assert_eq!(row.doc, "Counts the words of every page.\n\nWith those of its neighbours.");
    assert_eq!(row.parallelism, Parallelism::Fixed(3));
    let deps: Vec<_> = row.deps.iter().map(|dep| (dep.parameter, dep.row.name, dep.reach)).collect();
    assert_eq!(deps, [("ocr", "reading", Reach::Same), ("around", "reading", Reach::Around(2))]);
    let inputs = [
        ExternalInput::None,
        ExternalInput::Scan,
        ExternalInput::None,
        ExternalInput::Metadata,
        ExternalInput::Languages,
        ExternalInput::None,
    ];
    assert_eq!(row.inputs, inputs);
    assert_eq!(row.conserves.map(|conserves| conserves.parameter), Some("ocr"));
    assert_eq!((row.policy.attempts, row.policy.max_failed), (Some(5), Some(MaxFailed::Percent(2.0))));
    assert!(row.policy.copies() && row.policy.timeout.is_none());
    assert_eq!((row.prompt, row.model), (PROMPT, "large"));
    assert!(row.before.is_some() && row.after.is_some() && row.tokens != 0);
    assert_eq!(row.metrics.columns()[0].title, "words");
    assert!(row.site.file.ends_with("every_option.rs") && row.site.line > 1, "{:?}", row.site);
    assert_eq!(
        row.options.defaults().map(|options| options.json.to_string()).ok().as_deref(),
        Some(r#"{"numbers":false}"#)
    );
}

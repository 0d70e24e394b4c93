//! A `shelf` command as a stage author has it: with small stages that need no scan and no Tesseract.

use clap::Args;
use shelf::prelude::*;

/// A page that was counted.
#[page]
struct Counted {
    /// The scan's number.
    #[garde(range(min = 1))]
    page_number: u32,
    /// The words, a list a line.
    #[garde(length(max = 9))]
    lines: Vec<Line>,
    /// What was odd about it.
    #[serde(default)]
    note: Option<String>,
    /// When it was counted.
    #[serde(default)]
    made: Timestamp,
}

/// A line of words.
#[page]
struct Line {
    /// Words in it.
    #[garde(range(max = 99))]
    words: u32,
}

/// What `counted` measures.
#[derive(PageMetrics, Report)]
struct CountedMetrics {
    /// Words on the page.
    #[report(flag(below = 20, above = 900))]
    words: u32,
    /// The part of the page that is covered.
    #[metrics(range(0.0..=1.0))]
    #[report(title = "covered", decimals = 2)]
    covered_part: Option<f64>,
    /// The counter that was used.
    #[report(skip)]
    counter: &'static str,
}

/// How `counted` counts.
#[derive(Args, Serialize)]
struct CountedOptions {
    /// Words that stand in a line
    #[arg(long, default_value_t = 10, value_name = "N")]
    words: u32,
    /// Leave a file beside the page
    #[arg(long)]
    keep: bool,
}

#[derive(Debug)]
struct Smudged(std::num::ParseIntError);

impl std::fmt::Display for Smudged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the page is smudged")
    }
}

impl std::error::Error for Smudged {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// Counts the words of every page.
///
/// Page 3 is smudged, and page 4 too much for it.
#[stage(name = "counted", parallelism = fixed(2), options = CountedOptions)]
fn counted(page: PageNumber, files: PageFiles, options: &CountedOptions) -> Result<(Counted, CountedMetrics)> {
    tracing::warn!(page = page.get(), "counting");
    match page.get() {
        3 => return Err(Failure::from(Smudged("x".parse::<u32>().unwrap_err())).hint("wash it")),
        4 => panic!("no fingers left"),
        _ => {}
    }
    if options.keep {
        files.add("words.txt", options.words.to_string().into_bytes());
    }
    let lines = (1..=page.get() + 1).map(|_| Line { words: options.words });
    let output = Counted { page_number: page.get(), lines: lines.collect(), note: None, made: Timestamp::default() };
    let words = output.lines.iter().map(|line| line.words).sum();
    Ok((output, CountedMetrics { words, covered_part: Some(0.5), counter: "fingers" }))
}

/// How many words stand around a page.
#[page]
struct Around {
    /// Words of the pages before and after.
    lines: usize,
}

/// Looks at what stands around a page.
#[stage(name = "around", deps = [counted], parallelism = io, version = 2)]
async fn around(counted: Window<Counted, 2>, metadata: BookMetadata) -> Result<Around> {
    drop(metadata);
    let near = counted.before().iter().chain(counted.after());
    Ok(Around { lines: near.map(|page| page.lines.len()).sum() })
}

/// How many lines a book has.
#[page]
struct Digest {
    /// Lines of all pages.
    lines: usize,
}

/// Puts the pages together.
#[stage(name = "digest", deps = [counted, around], scope = book)]
fn digest(counted: Pages<Counted>, around: Pages<Around>) -> Result<Digest> {
    let pages: Vec<_> = counted.iter().collect::<Result<_, _>>()?;
    Ok(Digest { lines: pages.iter().map(|(_, page)| page.lines.len()).sum::<usize>() + around.len() })
}

fn main() -> std::process::ExitCode {
    shelf::main()
}

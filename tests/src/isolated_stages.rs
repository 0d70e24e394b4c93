//! Stages whose pages are made in worker processes, for the tests of what becomes of those that crash, hang or fill the memory.

use std::hint::black_box;
use std::process::{abort, exit, id};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::Args;
use shelf::prelude::*;

use crate::worker_tasks::SCAN_PID;

/// A page's number, written out.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Numeral {
    /// As many strokes as its number.
    #[garde(length(min = 1))]
    pub strokes: String,
}

/// Where a page was made.
#[page]
#[derive(Debug, PartialEq)]
pub struct Sturdy {
    /// Process that made it.
    pub process: u32,
    /// The numeral's strokes, in the ink that the options say.
    pub strokes: String,
    /// The book's title.
    pub title: Option<String>,
}

/// What `sturdy` measures.
#[derive(PageMetrics, Report)]
pub struct SturdyMetrics {
    /// Strokes of the numeral.
    pub strokes: usize,
    /// Strokes a unit of ink.
    pub thrift: f64,
}

/// How `sturdy` writes.
#[derive(Args, Serialize, Deserialize)]
pub struct Ink {
    /// What a stroke is drawn with
    #[arg(long, default_value_t = 'I')]
    pub ink: char,
}

/// What a page of `sturdy` does, by its number.
pub mod misdeed {
    /// Aborts.
    pub const ABORT: u32 = 2;
    /// Takes more memory than there is.
    pub const ALLOCATE: u32 = 3;
    /// Ends the process, as if all were well.
    pub const EXIT: u32 = 4;
    /// Panics.
    pub const PANIC: u32 = 5;
    /// Returns an error that another try may put right.
    pub const FAIL: u32 = 6;
    /// Measures a float that is not finite.
    pub const MISMEASURE: u32 = 7;
    /// Hangs in the process that makes it; only `stuck` does.
    pub const HANG: u32 = 2;
}

/// Writes the numeral of every page.
#[stage(name = "numeral")]
pub fn numeral(page: PageNumber) -> Result<Numeral> {
    Ok(numeral_of(page))
}

fn numeral_of(page: PageNumber) -> Numeral {
    Numeral { strokes: "I".repeat(page.get() as usize) }
}

/// Copies numerals, in processes that may fall over.
#[stage(name = "sturdy", deps = [numeral], parallelism = cpu, isolated, options = Ink, retries = 1)]
pub fn sturdy(
    page: PageNumber,
    numeral: Numeral,
    book: BookMetadata,
    files: PageFiles,
    warnings: Warnings,
    options: &Ink,
) -> Result<(Sturdy, SturdyMetrics)> {
    tracing::info!(strokes = numeral.strokes.len(), "copying");
    match page.get() {
        misdeed::ABORT => abort(),
        misdeed::ALLOCATE => drop(black_box(Vec::<u8>::with_capacity(1 << 40))),
        misdeed::EXIT => exit(0),
        misdeed::PANIC => panic!("no ink"),
        misdeed::FAIL => return Err(Failure::retry("the nib is dry").hint("dip it")),
        _ => {}
    }
    warnings.push("the paper is thin");
    files.add("strokes.txt", numeral.strokes.clone().into_bytes());
    let strokes = numeral.strokes.len();
    let written =
        Sturdy { process: id(), strokes: numeral.strokes.replace('I', &options.ink.to_string()), title: book.title };
    let thrift = if page.get() == misdeed::MISMEASURE { f64::NAN } else { 1.0 };
    Ok((written, SturdyMetrics { strokes, thrift }))
}

/// Hangs on one page.
#[stage(name = "stuck", deps = [numeral], parallelism = fixed(2), isolated, timeout = "700ms", retries = 1)]
pub fn stuck(page: PageNumber, numeral: Numeral) -> Result<Numeral> {
    while page.get() == misdeed::HANG {
        thread::park();
    }
    Ok(numeral)
}

/// Puts the numerals together, once a book, in a process of its own.
#[stage(name = "series", deps = [numeral], scope = book, isolated)]
pub fn series(numeral: Pages<Numeral>) -> Result<Sturdy> {
    let mut strokes = String::new();
    for page in numeral.iter() {
        strokes += &page?.1.strokes;
    }
    Ok(Sturdy { process: id(), strokes, title: None })
}

/// Looks at its scan.
#[stage(name = "looked_at", isolated)]
pub fn looked_at(image: PageImage) -> Result<Sturdy> {
    let looked_in = image.with(&SCAN_PID, ())?;
    Ok(Sturdy { process: id(), strokes: looked_in.to_string(), title: None })
}

/// Ink that the pages of a process share; it is empty in a book called `Dry`.
pub struct Inkwell {
    process: u32,
    /// How often this process has filled it.
    filled: usize,
}

impl Resource for Inkwell {
    async fn open(context: &ResourceContext<'_>) -> Result<Self> {
        static FILLED: AtomicUsize = AtomicUsize::new(0);
        if context.metadata().title.as_deref() == Some("Dry") {
            return Err(Failure::new("the ink has dried").hint("fill the inkwell"));
        }
        Ok(Self { process: id(), filled: 1 + FILLED.fetch_add(1, Ordering::SeqCst) })
    }
}

/// Dips every page into the inkwell of its process.
#[stage(name = "dipped", parallelism = cpu, isolated)]
pub fn dipped(page: PageNumber, inkwell: &Inkwell) -> Result<Sturdy> {
    let strokes = format!("page {page}, filled {}", inkwell.filled);
    Ok(Sturdy { process: inkwell.process, strokes, title: None })
}

/// Reads what is none of its business.
#[stage(name = "nosy", isolated)]
pub fn nosy(page: PageNumber) -> Result<Numeral> {
    reads_the_accounts(page)
}

/// The same, and may.
#[stage(name = "trusted", isolated, confined = false)]
pub fn trusted(page: PageNumber) -> Result<Numeral> {
    reads_the_accounts(page)
}

fn reads_the_accounts(page: PageNumber) -> Result<Numeral> {
    std::fs::read("/etc/passwd")?;
    Ok(numeral_of(page))
}

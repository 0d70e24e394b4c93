//! How close a stage that asks a model comes to the ideal: 300 scans, 200 ms to the first word and 1 s in all, 30 requests at a time,
//! no limit of requests a minute. The ideal is 10 s, or the time that making the pictures alone takes, whichever is longer. And whether
//! memory grows with the number of pages. The model's server is a process of its own.
//!
//! `cargo run --release -p shelf-tests --bin llm-throughput`
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use image::{GrayImage, ImageFormat, Luma};
use shelf::llm::{LlmSettings, Spending};
use shelf::prelude::*;
use shelf::stage::Stage;
use shelf::testing::{ScriptedModel, ScriptedReply, TestBook};
use shelf::worker::{WorkerPool, WorkerSettings, serve};

/// A word.
#[page]
struct Word {
    /// The word.
    #[garde(length(min = 1))]
    text: String,
}

/// Asks a model without showing it anything.
#[stage(name = "told", parallelism = llm)]
async fn told(page: PageNumber, llm: Llm) -> Result<Word> {
    llm.ask().user(format!("page {page}")).reply().await
}

/// Shows the scan to a model.
#[stage(name = "shown", parallelism = llm)]
async fn shown(page: PageNumber, image: PageImage, llm: Llm) -> Result<Word> {
    // The same question about the same scan is asked once only.
    llm.ask().user(format!("page {page}")).image(&image).reply().await
}

const PAGES: u32 = 300;
const MANY_PAGES: u32 = 1200;
/// What this program is called with where it is a worker process, and where it is the model's server.
const WORKER: &str = "worker";
const MODEL: &str = "model";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some(WORKER) => {
            return if serve().is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Some(MODEL) => {
            be_a_model();
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let (at_once, slow) = (Duration::ZERO, Duration::from_millis(200));
    let text = measure::<told>(slow, PAGES).time.as_secs_f64();
    println!("text alone: {text:.2} s, {:.3} of the ideal", text / 10.0);
    let pictures = measure::<shown>(at_once, PAGES).time.as_secs_f64();
    println!("pictures alone: {pictures:.2} s");
    let both = measure::<shown>(slow, PAGES);
    let time = both.time.as_secs_f64();
    println!("with pictures: {time:.2} s, {:.3} of the ideal", time / pictures.max(10.0));
    let many = measure::<shown>(at_once, MANY_PAGES);
    println!("memory at the most: {} MiB for {PAGES} pages, {} MiB for {MANY_PAGES}", both.peak_mib, many.peak_mib);
    ExitCode::SUCCESS
}

/// What a run came to.
struct Measured {
    time: Duration,
    /// Memory of this process at the most, without that of the workers and of the model's server, MiB.
    peak_mib: u64,
}

/// Runs a stage over so many pages with a model whose first word takes so long, and the rest four times that.
fn measure<S: Stage>(first_word_after: Duration, pages: u32) -> Measured {
    let this = std::env::current_exe().expect("this program has a path");
    let mut model = Command::new(&this)
        .args([MODEL, &first_word_after.as_millis().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program starts once more");
    let mut base_url = String::new();
    let said = model.stdout.as_mut().expect("it is piped");
    BufReader::new(said).read_line(&mut base_url).expect("the model says where it is");
    let settings = LlmSettings {
        model: Some("scripted".to_owned()),
        requests_per_minute: 0,
        // As if the server were on another machine.
        first_in_flight: LlmSettings::default().first_in_flight,
        spending: Spending { allowed: true, ..Spending::default() },
        ..LlmSettings::new(base_url.trim())
    };
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let worker_pool = WorkerPool::start(WorkerSettings::new(this, [WORKER.into()]));
    let scan = (page(), (1240, 1754), 150.0);
    let scans = (0..pages).map(|_| scan.clone());
    let book = TestBook::of_pages(pages).scans(scans).worker_pool(worker_pool).with(settings).workers(count);
    forget_peak_memory();
    let began = Instant::now();
    let run = book.run::<S>();
    let time = began.elapsed();
    assert_eq!(run.summary.stages[0].done, pages as usize, "{:?}", run.summary.stages[0].failed);
    // It ends with its standard input.
    drop(model.stdin.take());
    model.wait().expect("the model ends");
    Measured { time, peak_mib: peak_memory_mib() }
}

/// Answers requests until nobody holds the other end of the standard input any more.
fn be_a_model() {
    let first_word_after = std::env::args().nth(2).and_then(|millis| millis.parse().ok()).unwrap_or_default();
    let first_word_after = Duration::from_millis(first_word_after);
    let model = ScriptedModel::with_script(move |_| {
        ScriptedReply::text(r#"{"text": "rain"}"#).delayed(first_word_after, 4 * first_word_after)
    });
    println!("{}", model.base_url());
    std::io::stdin().lines().for_each(drop);
}

/// An A5 page of lines at 150 dpi.
fn page() -> Vec<u8> {
    let ink = |x: u32, y: u32| y % 40 < 18 && (x * 31 + (y / 40) * 17) % 23 < 9;
    let page = GrayImage::from_fn(1240, 1754, |x, y| Luma([if ink(x, y) { 40 } else { 235 }]));
    let mut png = std::io::Cursor::new(Vec::new());
    page.write_to(&mut png, ImageFormat::Png).expect("a picture can be written to memory");
    png.into_inner()
}

/// `VmHWM` of proc(5), which `clear_refs` sets back.
fn forget_peak_memory() {
    std::fs::write("/proc/self/clear_refs", "5").expect("a process may forget its own");
}

fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

//! How close a stage that asks a model comes to the ideal: 300 scans, 200 ms to the first word and 1 s in all, 30 requests at a time,
//! no limit of requests a minute. The ideal is 10 s, or the time that making the pictures alone takes, whichever is longer.
//!
//! `cargo run --release -p shelf-tests --bin llm-throughput`
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::{Duration, Instant};

use image::{GrayImage, ImageFormat, Luma};
use shelf::child::{ChildSettings, Children, serve};
use shelf::prelude::*;
use shelf::stage::Stage;
use shelf::testing::{Says, ScriptedModel, TestBook};

/// A word.
#[derive(Serialize, Deserialize, JsonSchema, Validate)]
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
const CHILD: &str = "child";

fn main() -> std::process::ExitCode {
    if std::env::args().any(|argument| argument == CHILD) {
        return if serve().is_ok() { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE };
    }
    let (first, rest) = (Duration::from_millis(200), Duration::from_millis(800));
    let text = measure::<told>(first, rest).as_secs_f64();
    println!("text alone: {text:.2} s, {:.3} of the ideal", text / 10.0);
    let pictures = measure::<shown>(Duration::ZERO, Duration::ZERO).as_secs_f64();
    println!("pictures alone: {pictures:.2} s");
    let both = measure::<shown>(first, rest).as_secs_f64();
    println!("with pictures: {both:.2} s, {:.3} of the ideal", both / pictures.max(10.0));
    println!("memory at the most: {} MiB", peak_memory_mib());
    std::process::ExitCode::SUCCESS
}

/// Time of a run over all pages with a model that takes so long.
fn measure<S: Stage>(first_word_after: Duration, rest_after: Duration) -> Duration {
    let model =
        ScriptedModel::answering(move |_| Says::text(r#"{"text": "rain"}"#).slowly(first_word_after, rest_after));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let children = Children::start(ChildSettings {
        program: std::env::current_exe().expect("this program has a path"),
        arguments: vec![CHILD.into()],
        count,
        memory_limit_bytes: 1 << 30,
        time_limit: Duration::from_mins(1),
    });
    let scan = (page(), (1240, 1754), 150.0);
    let scans = (0..PAGES).map(|_| scan.clone());
    let book = TestBook::of_pages(PAGES).scans(scans).children(children).model(&model).workers(count);
    let began = Instant::now();
    let run = book.run::<S>();
    assert_eq!(run.summary.stages[0].done, PAGES as usize, "{:?}", run.summary.stages[0].failed);
    began.elapsed()
}

/// An A5 page of lines at 150 dpi.
fn page() -> Vec<u8> {
    let ink = |x: u32, y: u32| y % 40 < 18 && (x * 31 + (y / 40) * 17) % 23 < 9;
    let page = GrayImage::from_fn(1240, 1754, |x, y| Luma([if ink(x, y) { 40 } else { 235 }]));
    let mut png = std::io::Cursor::new(Vec::new());
    page.write_to(&mut png, ImageFormat::Png).expect("a picture can be written to memory");
    png.into_inner()
}

/// `VmHWM` of proc(5).
fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

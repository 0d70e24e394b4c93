use super::numbers::count;
use super::numbers::time;
use super::out::print_error;
use super::progress::Progress;
use super::progress::Throttle;
use super::terminal::error_width;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use shelf_runtime::book::PageNumber;
use shelf_runtime::book::ScanId;
use shelf_runtime::events::Event;
use shelf_runtime::events::Listener;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

/// Shows a run over books: one line on a terminal, a line every few seconds elsewhere, nothing with `--quiet`.
pub(super) struct Reporter {
    quiet: bool,
    books: usize,
    /// The status line on a terminal.
    bar: Option<ProgressBar>,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    /// When the book was started.
    begun: Instant,
    throttle: Throttle,
}

/// How often a line is printed to a log file.
const LOG_EVERY: Duration = Duration::from_secs(5);
/// Columns of the spinner and the space after it.
const SPINNER_WIDTH: usize = 2;

impl Reporter {
    /// A reporter for a run over this many books.
    pub(super) fn new(quiet: bool, books: usize) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("the template is valid"));
            bar
        });
        let state = State { progress: Progress::default(), begun: Instant::now(), throttle: Throttle::new(LOG_EVERY) };
        Self { quiet, books, bar, started: Instant::now(), state: Mutex::new(state) }
    }

    /// Starts the book with this number, counted from 1.
    pub(super) fn begin(&self, book: &ScanId, number: usize) {
        let mut state = self.state.lock().expect("drawing does not panic");
        state.progress = Progress::of_book(book, (self.books > 1).then_some((number, self.books)));
        state.begun = Instant::now();
    }

    /// Removes the status line before the summary.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.disable_steady_tick();
            bar.set_message("");
            bar.finish_and_clear();
        }
    }

    /// What was made: `18 pages, 7 stages, 15.5 s`. `None` if nothing was.
    pub(super) fn summary(&self) -> Option<String> {
        let state = self.state.lock().expect("drawing does not panic");
        let stages = state.progress.stages_at_work();
        let pages: &BTreeSet<PageNumber> = &state.progress.pages;
        let pages = (!pages.is_empty()).then(|| count(pages.len(), "page"));
        let parts = pages.into_iter().chain((stages > 0).then(|| count(stages, "stage")));
        let parts: Vec<String> = parts.chain([time(state.begun.elapsed().as_secs_f64())]).collect();
        (parts.len() > 1).then(|| parts.join(", "))
    }

    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| print_error(line)),
            None => print_error(line),
        }
    }

    fn draw(&self, state: &mut State) {
        let elapsed = state.begun.elapsed();
        match &self.bar {
            Some(bar) => bar.set_message(state.progress.line(elapsed, error_width().saturating_sub(SPINNER_WIDTH + 1))),
            None if state.throttle.is_due(self.started.elapsed()) => {
                print_error(state.progress.line(elapsed, error_width()));
            }
            None => {}
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.end();
    }
}

impl Listener for Reporter {
    fn on(&self, event: &Event) {
        let mut state = self.state.lock().expect("drawing does not panic");
        state.progress.update(event);
        if self.quiet {
            return;
        }
        match event {
            Event::RunStarted { jobs, .. } => {
                state.progress.begin(jobs);
                if let Some(bar) = self.bar.as_ref().filter(|_| jobs.iter().any(|(_, jobs)| *jobs > 0)) {
                    bar.reset();
                    bar.enable_steady_tick(Duration::from_millis(200));
                }
                return;
            }
            Event::Failed { page, failure } => self.say(&format!("{page} failed: {failure}")),
            Event::Skipped { page, failure } => self.say(&format!("{page} skipped: {failure}")),
            Event::Copied { page, failure } => self.say(&format!("{page} failed and was copied: {failure}")),
            Event::FailureLimitReached { stage, why } => self.say(&format!("{stage} stops: {why}")),
            Event::Retrying { page, failure, wait_s } => {
                self.say(&format!("{page} failed, next attempt in {}: {failure}", time(*wait_s)));
            }
            Event::Stopping => self.say("stopping; pages in progress are finished and kept"),
            _ => {}
        }
        self.draw(&mut state);
    }
}

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Instant;

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use super::numbers::{count, time};
use super::out::complain;
use shelf_runtime::events::{Event, Listener, PageOf};

/// Draws a run: a bar for each stage on a terminal, plain lines elsewhere, nothing with `--quiet`.
pub(super) struct Reporter {
    quiet: bool,
    state: Mutex<State>,
}

struct State {
    bars: Option<MultiProgress>,
    stages: BTreeMap<&'static str, Progress>,
}

struct Progress {
    bar: ProgressBar,
    total: usize,
    ended: usize,
    failed: usize,
    told: usize,
    /// When the first page was begun; a stage waits for those before it.
    started: Option<Instant>,
}

impl Reporter {
    pub(super) fn new(quiet: bool) -> Self {
        let bars = (!quiet && std::io::stderr().is_terminal()).then(MultiProgress::new);
        Self { quiet, state: Mutex::new(State { bars, stages: BTreeMap::new() }) }
    }
}

/// The bars go when the run is over: the summary tells what they told.
impl Drop for Reporter {
    fn drop(&mut self) {
        if let Ok(state) = self.state.get_mut()
            && let Some(bars) = &state.bars
        {
            state.stages.values().for_each(|progress| progress.bar.finish_and_clear());
            // A terminal that is gone shows nothing anyway.
            let _ = bars.clear();
        }
    }
}

impl Listener for Reporter {
    fn on(&self, event: &Event) {
        if self.quiet {
            return;
        }
        let mut state = self.state.lock().expect("drawing does not panic");
        match event {
            Event::RunStarted { jobs, .. } => {
                state.stages =
                    jobs.iter().filter(|(_, jobs)| *jobs > 0).map(|(stage, jobs)| state.begin(stage, *jobs)).collect();
            }
            Event::Done { page, .. } | Event::Kept(page) | Event::Blocked { page, .. } => state.ended(*page, false),
            Event::Failed { page, failure } => {
                state.say(&format!("{page} failed: {failure}"));
                state.ended(*page, true);
            }
            Event::Skipped { page, failure } => {
                state.say(&format!("{page} skipped: {failure}"));
                state.ended(*page, false);
            }
            Event::Copied { page, failure } => {
                state.say(&format!("{page} failed, and is a copy: {failure}"));
                state.ended(*page, false);
            }
            Event::GaveUp { stage, why } => state.say(&format!("{stage} stops: {why}")),
            Event::Retrying { page, failure, wait_s } => {
                state.say(&format!("{page} failed, next try in {}: {failure}", time(*wait_s)));
            }
            Event::Stopping => state.say("stopping: the pages in flight are finished and kept"),
            Event::Started(page) => state.started(*page),
            Event::Reported { .. } => {}
        }
    }
}

impl State {
    fn begin(&self, stage: &'static str, total: usize) -> (&'static str, Progress) {
        let bar = match &self.bars {
            Some(bars) => {
                let template = "{prefix:>12} [{bar:32}] {pos} of {len} pages, {rate}, {eta} left{msg}";
                let style = ProgressStyle::with_template(template).expect("the template is right");
                let rate = |bar: &ProgressState, line: &mut dyn std::fmt::Write| {
                    // A line that cannot be written to a text does not exist.
                    let _ = write!(line, "{:.0} a minute", bar.per_sec() * 60.0);
                };
                let style = style.progress_chars("=> ").with_key("rate", rate);
                let bar = bars.add(ProgressBar::new(total as u64)).with_style(style).with_prefix(stage);
                bar.enable_steady_tick(std::time::Duration::from_millis(250));
                bar
            }
            None => ProgressBar::hidden(),
        };
        (stage, Progress { bar, total, ended: 0, failed: 0, told: 0, started: None })
    }

    fn started(&mut self, page: PageOf) {
        let Some(progress) = self.stages.get_mut(page.stage) else { return };
        if progress.started.is_none() {
            progress.started = Some(Instant::now());
            // Its time left is reckoned from here.
            progress.bar.reset_eta();
        }
    }

    fn ended(&mut self, page: PageOf, failed: bool) {
        let lines = self.bars.is_none();
        let Some(progress) = self.stages.get_mut(page.stage) else { return };
        progress.ended += 1;
        progress.failed += usize::from(failed);
        progress.bar.inc(1);
        if progress.failed > 0 {
            progress.bar.set_message(format!(", {} failed", progress.failed));
        }
        if progress.ended >= progress.total {
            progress.bar.finish();
        }
        let tenths = progress.ended * 10 / progress.total.max(1);
        if lines && tenths > progress.told {
            progress.told = tenths;
            complain(progress.line(page.stage));
        }
    }

    fn say(&self, line: &str) {
        match &self.bars {
            Some(bars) => {
                // A line that cannot be drawn is lost for the eye only; the summary tells it again.
                let _ = bars.println(line);
            }
            None => complain(line),
        }
    }
}

impl Progress {
    fn line(&self, stage: &str) -> String {
        let seconds = self.started.map_or(0.0, |started| started.elapsed().as_secs_f64());
        let left = seconds / self.ended as f64 * self.total.saturating_sub(self.ended) as f64;
        let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
        let remaining = if left >= 1.0 { format!(", about {} left", time(left)) } else { String::new() };
        format!("{stage}: {} of {}{failed}{remaining}", self.ended, count(self.total, "page"))
    }
}

use std::collections::BTreeSet;
use std::time::Duration;

use super::numbers::brief_time;
use super::terminal::{columns, truncate};
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::events::{Event, PageOf};

/// The progress of a run over a book, in one line.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// `florida`, or `book 7 of 30, florida`.
    name: String,
    stages: Vec<Stage>,
    /// Pages that were made.
    pub(super) pages: BTreeSet<PageNumber>,
}

#[derive(Debug)]
struct Stage {
    name: &'static str,
    total: usize,
    ended: usize,
    failed: usize,
    in_flight: usize,
    made: usize,
    /// Time in the stage's function, of all pages made.
    seconds: f64,
}

/// The assumed cost of a page in a stage that has made none yet, relative to the average of other stages. Stages that wait for a whole
/// book are usually short.
const UNSEEN_COST: f64 = 0.1;
/// Share of the work that must be done before the remaining time is shown.
const TOLD_FROM: f64 = 0.02;

impl Progress {
    pub(super) fn of_book(book: &ScanId, place: Option<(usize, usize)>) -> Self {
        let name = match place {
            Some((number, books)) => format!("book {number} of {books}, {book}"),
            None => book.to_string(),
        };
        Self { name, ..Self::default() }
    }

    pub(super) fn begin(&mut self, jobs: &[(&'static str, usize)]) {
        let stage = |&(name, total): &(&'static str, usize)| Stage {
            name,
            total,
            ended: 0,
            failed: 0,
            in_flight: 0,
            made: 0,
            seconds: 0.0,
        };
        self.stages = jobs.iter().filter(|(_, jobs)| *jobs > 0).map(stage).collect();
    }

    pub(super) fn update(&mut self, event: &Event) {
        match event {
            Event::Started(page) => self.with(*page, |stage| stage.in_flight += 1),
            Event::Done { page, seconds } => {
                self.pages.extend(page.unit.page());
                self.with(*page, |stage| {
                    stage.made += 1;
                    stage.seconds += seconds;
                    stage.end();
                });
            }
            Event::Copied { page, .. } => {
                self.pages.extend(page.unit.page());
                self.with(*page, Stage::end);
            }
            Event::Failed { page, .. } => self.with(*page, |stage| {
                stage.failed += 1;
                stage.end();
            }),
            Event::Skipped { page, .. } => self.with(*page, Stage::end),
            // These never began.
            Event::Kept(page) | Event::Blocked { page, .. } => self.with(*page, |stage| stage.ended += 1),
            Event::Retrying { page, .. } => {
                self.with(*page, |stage| stage.in_flight = stage.in_flight.saturating_sub(1));
            }
            _ => {}
        }
    }

    fn with(&mut self, page: PageOf, change: impl FnOnce(&mut Stage)) {
        if let Some(stage) = self.stages.iter_mut().find(|stage| stage.name == page.stage) {
            change(stage);
        }
    }

    /// Stages that have made something.
    pub(super) fn stages_at_work(&self) -> usize {
        self.stages.iter().filter(|stage| stage.made > 0).count()
    }

    /// `florida   41 %  ocr 12/18, labels 3/18  about 2 min left`, in at most `width` columns. The last parts are omitted first.
    pub(super) fn line(&self, elapsed: Duration, width: usize) -> String {
        let share = self.share();
        let percent = format!("{:>3.0} %", (share * 100.0).floor());
        let left = self.left(share, elapsed).map(|left| format!("{left} left")).unwrap_or_default();
        let fixed = columns(&percent) + if left.is_empty() { 0 } else { columns(&left) + 2 };
        let name = truncate(&self.name, width.saturating_sub(fixed + 2).max(8));
        let room = width.saturating_sub(columns(&name) + fixed + 4);
        let mut parts = vec![name, percent];
        parts.extend(self.stages_told(room));
        parts.extend((!left.is_empty()).then_some(left));
        truncate(&parts.join("  "), width)
    }

    /// The active stages, as many as fit.
    fn stages_told(&self, width: usize) -> Option<String> {
        let is_active = |stage: &&Stage| stage.in_flight > 0 && stage.ended < stage.total;
        let mut told = String::new();
        for stage in self.stages.iter().filter(is_active) {
            let failed = if stage.failed > 0 { format!(" ({} failed)", stage.failed) } else { String::new() };
            let one = format!("{} {}/{}{failed}", stage.name, stage.ended, stage.total);
            let gap = if told.is_empty() { "" } else { ", " };
            if columns(&told) + gap.len() + columns(&one) > width {
                break;
            }
            told.push_str(gap);
            told.push_str(&one);
        }
        (!told.is_empty()).then_some(told)
    }

    /// Share of the work that is done, 0..=1. Pages are weighted by the cost of a page in their stage.
    fn share(&self) -> f64 {
        let made: usize = self.stages.iter().map(|stage| stage.made).sum();
        let seconds: f64 = self.stages.iter().map(|stage| stage.seconds).sum();
        let unseen = if made > 0 && seconds > 0.0 { seconds / made as f64 * UNSEEN_COST } else { 1.0 };
        let cost = |stage: &Stage| if stage.made > 0 { stage.seconds / stage.made as f64 } else { unseen };
        let of = |pages: fn(&Stage) -> usize| -> f64 {
            self.stages.iter().map(|stage| pages(stage) as f64 * cost(stage)).sum()
        };
        let (done, total) = (of(|stage| stage.ended.min(stage.total)), of(|stage| stage.total));
        if total > 0.0 { done / total } else { 0.0 }
    }

    fn left(&self, share: f64, elapsed: Duration) -> Option<String> {
        let is_known = share >= TOLD_FROM && self.stages.iter().any(|stage| stage.made > 0);
        let seconds = elapsed.as_secs_f64() * (1.0 - share) / share;
        (is_known && seconds >= 1.0).then(|| brief_time(seconds))
    }
}

impl Stage {
    fn end(&mut self) {
        self.ended += 1;
        self.in_flight = self.in_flight.saturating_sub(1);
    }
}

/// Limits lines in a log file to one every few seconds.
#[derive(Debug)]
pub(super) struct Throttle {
    every: Duration,
    last: Duration,
}

impl Throttle {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, last: Duration::ZERO }
    }

    /// Whether a line is due, `elapsed` after the start.
    pub(super) fn is_due(&mut self, elapsed: Duration) -> bool {
        let is_due = elapsed >= self.last + self.every;
        if is_due {
            self.last = elapsed;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use shelf_runtime::book::Unit;

    use super::*;

    fn page(stage: &'static str, page: u32) -> PageOf {
        PageOf { stage, unit: Unit::of_number(page) }
    }

    /// A run over 18 pages, in which `ocr` has read `read` of them in two seconds each, and `labels` labelled three.
    fn run(place: Option<(usize, usize)>, read: u32) -> Progress {
        let mut progress = Progress::of_book(&"florida".parse().unwrap(), place);
        progress.begin(&[("ocr", 18), ("pagination", 1), ("labels", 18), ("merged", 0)]);
        for number in 1..=read {
            progress.update(&Event::Started(page("ocr", number)));
            progress.update(&Event::Done { page: page("ocr", number), seconds: 2.0 });
        }
        for number in 1..=3 {
            progress.update(&Event::Started(page("labels", number)));
            progress.update(&Event::Done { page: page("labels", number), seconds: 0.1 });
        }
        for stage in ["ocr", "labels"] {
            progress.update(&Event::Started(page(stage, 18)));
        }
        progress
    }

    #[test]
    fn a_line_has_the_book_the_active_stages_a_total_and_the_time_left() {
        let line = |width| run(None, 9).line(Duration::from_secs(12), width);
        assert_eq!(line(80), "florida   48 %  ocr 9/18, labels 3/18  about 13 s left");
        assert_eq!(line(60), "florida   48 %  ocr 9/18, labels 3/18  about 13 s left");
        assert_eq!(line(44), "florida   48 %  ocr 9/18  about 13 s left");
        assert_eq!(line(32), "florida   48 %  about 13 s left");
        assert_eq!(run(None, 0).line(Duration::ZERO, 60), "florida   15 %  ocr 0/18, labels 3/18");
    }

    #[test]
    fn line_names_the_book_of_several() {
        let line = run(Some((7, 30)), 9).line(Duration::from_secs(12), 60);
        assert_eq!(line, "book 7 of 30, florida   48 %  ocr 9/18  about 13 s left");
    }

    #[test]
    fn a_line_is_never_wider_than_the_terminal() {
        for width in 10..90 {
            let line = run(Some((7, 30)), 5).line(Duration::from_mins(50), width);
            assert!(columns(&line) <= width, "{width}: {line}");
        }
    }

    #[test]
    fn pages_that_need_nothing_or_fail_count_as_ended() {
        let mut progress = run(None, 9);
        progress.update(&Event::Kept(page("ocr", 17)));
        let failure = shelf_runtime::failure::Failure::new("no text");
        progress.update(&Event::Failed { page: page("labels", 18), failure });
        progress.update(&Event::Started(page("labels", 17)));
        assert_eq!(progress.line(Duration::ZERO, 80), "florida   53 %  ocr 10/18, labels 4/18 (1 failed)");
        assert_eq!((progress.pages.len(), progress.stages_at_work()), (9, 2));
    }

    #[test]
    fn a_log_gets_a_line_every_few_seconds() {
        let mut throttle = Throttle::new(Duration::from_secs(5));
        let due = [1, 4, 5, 6, 9, 11, 12].map(|second| throttle.is_due(Duration::from_secs(second)));
        assert_eq!(due, [false, false, true, false, false, true, false]);
    }
}

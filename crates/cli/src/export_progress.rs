use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use shelf_runtime::book::ScanId;

/// The progress of an export, in one line on a terminal.
pub(super) struct ExportProgress {
    bar: ProgressBar,
}

impl ExportProgress {
    pub(super) fn new(is_quiet: bool, book: &ScanId, pages: usize) -> Self {
        let target = if is_quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(pages as u64), target);
        if let Ok(style) = ProgressStyle::with_template("{msg}  {percent:>3} %  {pos}/{len} pages") {
            bar.set_style(style);
        }
        bar.set_message(book.to_string());
        Self { bar }
    }

    /// Counts a page.
    pub(super) fn page_done(&self) {
        self.bar.inc(1);
    }
}

impl Drop for ExportProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

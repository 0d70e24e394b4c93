//! How a run spent its time, as a page to look at: `shelf process --timings FILE.html`.

mod file;
mod memory;
mod page;
mod recorder;
mod timeline;

pub(super) use file::TimingsFile;
use page::html;
use recorder::Recorder;
use timeline::Timeline;

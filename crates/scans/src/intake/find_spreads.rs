use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::AddError;
use super::progress::{Progress, Report};
use crate::formats::opened_page::PageInFile;
use crate::formats::page_estimate::PageEstimate;
use crate::scan::source::Source;
use crate::spread::{FIND_GUTTER, Spreads};
use shelf_runtime::worker::{Allowance, WorkerPool};

/// Finds the spreads among the landscape images; all others cost nothing. Each is opened in its own call of a worker, so that it has the
/// time and memory of a page. An image that cannot be opened is not a spread: it becomes a failed page.
pub(super) fn find_spreads(
    sources: &mut [Source],
    spreads: Spreads,
    worker_pool: &WorkerPool,
    dpi: u32,
    report: Report<'_>,
    stop: &AtomicBool,
) -> Result<(), AddError> {
    if spreads == Spreads::Keep {
        return Ok(());
    }
    let mut landscape = Vec::new();
    for (source_index, source) in sources.iter().enumerate() {
        for ((image_index, image), page) in source.images.iter().enumerate().zip(1..) {
            if image.estimate.is_landscape {
                landscape.push((source_index, image_index, source.page(page, dpi), image.estimate));
            }
        }
    }
    if !landscape.is_empty() {
        report(Progress::LandscapeImages { images: landscape.len() });
    }
    let examine = |(source, image, page, estimate): (usize, usize, PageInFile, PageEstimate)| {
        if stop.load(Ordering::Relaxed) {
            return Err(AddError::Stopped);
        }
        let finding = worker_pool.call(&FIND_GUTTER, page, Allowance::pixels(estimate.pixels)).ok().flatten();
        report(Progress::Examined);
        Ok(finding.map(|finding| ((source, image), finding)))
    };
    let found = landscape.into_par_iter().with_max_len(1).map(examine).collect::<Result<Vec<_>, _>>()?;
    let (indices, findings): (Vec<_>, Vec<_>) = found.into_iter().flatten().unzip();
    let gutters = spreads.decide(&findings);
    for (((source, image), finding), gutter) in indices.into_iter().zip(findings).zip(gutters) {
        let image = &mut sources[source].images[image];
        (image.finding, image.gutter) = (Some(finding), gutter);
    }
    Ok(())
}

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::gather::InputFile;
use super::inspect::{INSPECT, InspectOrder, PageSketch};
use super::kind::Kind;
use super::opened::FilePage;
use super::spread::{FIND_GUTTER, Finding, Gutter};
use super::staging::Staging;
use super::{AddError, Progress, Spreads};
use shelf_runtime::book::PageNumber;
use shelf_runtime::worker::{Allowance, WorkerPool};

/// A file that pages come from.
pub(crate) struct Source {
    pub(crate) input: InputFile,
    /// Where it is read: the copy in the book where there is one, which nobody changes meanwhile.
    pub(crate) read_at: PathBuf,
    pub(crate) name: String,
    pub(crate) pictures: Vec<Picture>,
}

/// A page of a file, before it is known whether it is one of the book or two.
pub(crate) struct Picture {
    pub(crate) sketch: PageSketch,
    /// What was found, where it was looked for a gutter.
    pub(crate) finding: Option<Finding>,
    /// Where it is to be split, if it is.
    pub(crate) gutter: Option<Gutter>,
}

impl Source {
    /// A page of the file as a worker is to open it; `page` counts from 1.
    pub(crate) fn page(&self, page: u32, dpi: u32) -> FilePage {
        FilePage { file: self.read_at.clone(), kind: self.input.kind, page, dpi }
    }

    /// Pages of the book that the file gives.
    pub(crate) fn page_count(&self) -> usize {
        self.pictures.len() + self.spread_count()
    }

    fn spread_count(&self) -> usize {
        self.pictures.iter().filter(|picture| picture.gutter.is_some()).count()
    }

    /// The name under which the file is kept in the book, where its scans are not all that was in it.
    fn kept_name(&self) -> Option<String> {
        match self.input.kind {
            // A copy must not pass for a scan.
            Kind::Pdf if PageNumber::of_file(&self.name).is_some() => Some(format!("from_{}", self.name)),
            Kind::Pdf => Some(self.name.trim_start_matches('.').to_owned()),
            _ => (self.spread_count() > 0).then(|| format!("spread_{}", self.name)),
        }
    }
}

/// Counts the pages of the files.
pub(crate) fn inspect_all(
    files: Vec<InputFile>,
    worker_pool: &WorkerPool,
    dpi: u32,
    stop: &AtomicBool,
) -> Result<Vec<Source>, AddError> {
    let inspect = |input: InputFile| {
        if stop.load(Ordering::Relaxed) {
            return Err(AddError::Stopped);
        }
        let path = std::path::absolute(&input.path).map_err(AddError::io("find", &input.path))?;
        let order = InspectOrder { file: path.clone(), kind: input.kind, dpi };
        let sketches = match (worker_pool.call(&INSPECT, order, Allowance::default()), input.kind) {
            (Ok(sketches), _) => sketches,
            (Err(failure), Kind::Pdf) => return Err(AddError::File { file: input.path, failure: Box::new(failure) }),
            // A picture that kills the worker which only looks at its header: a page that will fail once more, and then be noted.
            (Err(_), _) => vec![PageSketch::UNREADABLE],
        };
        let name = input.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let pictures = sketches.into_iter().map(|sketch| Picture { sketch, finding: None, gutter: None }).collect();
        Ok(Source { input, read_at: path, name, pictures })
    };
    files.into_par_iter().with_max_len(1).map(inspect).collect()
}

/// Finds the spreads among the landscape pictures; all others cost nothing. Each is opened in a worker of its own call, so that it has the
/// time and memory of a page. One that cannot be opened is no spread: it will be a failed page.
pub(crate) fn find_spreads(
    sources: &mut [Source],
    spreads: Spreads,
    worker_pool: &WorkerPool,
    dpi: u32,
    progress: &(dyn Fn(Progress<'_>) + Sync),
    stop: &AtomicBool,
) -> Result<(), AddError> {
    if spreads == Spreads::Keep {
        return Ok(());
    }
    let mut landscape = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let pictures = source.pictures.iter().zip(1..).enumerate();
        let pictures = pictures.filter(|(_, (picture, _))| picture.sketch.is_landscape);
        landscape
            .extend(pictures.map(|(number, (picture, page))| (at, number, source.page(page, dpi), picture.sketch)));
    }
    if !landscape.is_empty() {
        progress(Progress::Landscape { pictures: landscape.len() });
    }
    let look = |(source, picture, page, sketch): (usize, usize, FilePage, PageSketch)| {
        if stop.load(Ordering::Relaxed) {
            return Err(AddError::Stopped);
        }
        let finding = worker_pool.call(&FIND_GUTTER, page, Allowance::pixels(sketch.pixels)).ok().flatten();
        progress(Progress::Looked);
        Ok(finding.map(|finding| ((source, picture), finding)))
    };
    let found = landscape.into_par_iter().with_max_len(1).map(look).collect::<Result<Vec<_>, _>>()?;
    let (places, findings): (Vec<_>, Vec<_>) = found.into_iter().flatten().unzip();
    let gutters = spreads.decide(&findings);
    for (((source, picture), finding), gutter) in places.into_iter().zip(findings).zip(gutters) {
        let picture = &mut sources[source].pictures[picture];
        (picture.finding, picture.gutter) = (Some(finding), gutter);
    }
    Ok(())
}

/// What the book will take, bytes: its scans, and copies of the files that are kept.
pub(crate) fn needed_bytes(sources: &[Source]) -> Result<u64, AddError> {
    let scan = |picture: &Picture| match picture.gutter {
        None => picture.sketch.bytes,
        // The halves are PNG: as large as a picture without loss is, and some six times a JPEG.
        Some(_) => (picture.sketch.bytes * 6).min(picture.sketch.pixels * 3),
    };
    let mut needed = 0;
    for source in sources {
        needed += source.pictures.iter().map(scan).sum::<u64>();
        if source.kept_name().is_some() {
            needed += std::fs::metadata(&source.read_at).map_err(AddError::io("read", &source.read_at))?.len();
        }
    }
    Ok(needed)
}

/// Copies PDFs and spreads into the book, byte for byte. Their pages are then read from there.
pub(crate) fn copy_originals(sources: &mut [Source], staging: &Staging) -> Result<(), AddError> {
    let mut taken = BTreeSet::new();
    for source in sources {
        let Some(kept) = source.kept_name() else { continue };
        // Files of different folders may have one name.
        let numbered = (2..).map(|count| format!("{count}_{kept}"));
        let name = std::iter::once(kept.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        let name = name.expect("numbers do not end");
        source.read_at = staging.copy(&source.read_at, &format!("source/{name}"))?;
    }
    Ok(())
}

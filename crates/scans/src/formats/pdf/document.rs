use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use hayro_syntax::object::dict::keys::{BITS_PER_COMPONENT, HEIGHT, SUBTYPE, WIDTH};
use hayro_syntax::object::{Name, Stream};
use hayro_syntax::page::Page;
use hayro_syntax::{DecryptionError, Filter, LoadPdfError, Pdf};

use super::geometry::{Area, user_unit};
use crate::formats::page_estimate::{PageEstimate, is_landscape};
use shelf_runtime::failure::Failure;

/// The largest PDF that is opened, bytes: it is held in the memory of a worker process, which may have 1.4 GiB.
const MAX_FILE_BYTES: u64 = 1 << 30;

struct CachedPdf {
    path: PathBuf,
    bytes: u64,
    changed: Option<SystemTime>,
    pdf: Arc<Pdf>,
}

/// The PDF that was opened last: a worker reads many pages of one file.
static LAST: Mutex<Option<CachedPdf>> = Mutex::new(None);

/// Opens a PDF, or returns the cached one.
pub(super) fn open(path: &Path) -> Result<Arc<Pdf>, Failure> {
    let found = std::fs::metadata(path)?;
    let (bytes, changed) = (found.len(), found.modified().ok());
    let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(opened) = last.as_ref().filter(|opened| opened.path == path)
        && (opened.bytes, opened.changed) == (bytes, changed)
    {
        return Ok(Arc::clone(&opened.pdf));
    }
    *last = None;
    if bytes > MAX_FILE_BYTES {
        return Err(Failure::new(format!(
            "PDF too large: {} MiB, expected at most {} MiB",
            bytes >> 20,
            MAX_FILE_BYTES >> 20
        ))
        .hint("split it with `qpdf --split-pages=100 book.pdf part-%d.pdf`, and add the parts together"));
    }
    let pdf = Arc::new(Pdf::new(std::fs::read(path)?).map_err(refusal)?);
    *last = Some(CachedPdf { path: path.to_owned(), bytes, changed, pdf: Arc::clone(&pdf) });
    Ok(pdf)
}

fn refusal(error: LoadPdfError) -> Failure {
    const DECRYPT: &str = "remove the protection first: `qpdf --decrypt --password=SECRET locked.pdf open.pdf`";
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Failure::new("encrypted PDF: it needs a password").hint(DECRYPT)
        }
        LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm) => {
            Failure::new("encrypted PDF: unknown encryption algorithm").hint(DECRYPT)
        }
        LoadPdfError::Decryption(_) => Failure::new("encrypted PDF: its encryption is damaged"),
        LoadPdfError::Invalid => Failure::new("damaged PDF: no readable cross-reference table or page tree")
            .hint("repair it with `qpdf damaged.pdf repaired.pdf` or `mutool clean damaged.pdf repaired.pdf`"),
    }
}

/// Estimates of the pages of a PDF, from their dictionaries alone: no content is decoded.
pub(crate) fn inspect(path: &Path, dpi: u32) -> Result<Vec<PageEstimate>, Failure> {
    let pdf = open(path)?;
    let pages = pdf.pages();
    if pages.is_empty() {
        return Err(Failure::new("the PDF has no pages"));
    }
    Ok(pages.iter().map(|page| estimate(page, dpi)).collect())
}

fn estimate(page: &Page<'_>, dpi: u32) -> PageEstimate {
    let area = Area::of_page(page);
    let per_inch = user_unit(page) / 72.0;
    let (width, height) = page.render_dimensions();
    let is_landscape = is_landscape(width.into(), height.into());
    let rendered = super::render::rendered_pixels(area.width() * per_inch, area.height() * per_inch, f64::from(dpi));
    let images: Vec<Stream<'_>> = page
        .resources()
        .x_objects
        .keys()
        .filter_map(|name| page.resources().x_objects.get::<Stream<'_>>(name))
        .filter(|object| object.dict().get::<Name<'_>>(SUBTYPE).is_some_and(|kind| kind.as_ref() != b"Form"))
        .collect();
    match images.as_slice() {
        [scan] => {
            let side = |key: &[u8]| u64::from(scan.dict().get::<u32>(key).unwrap_or(0));
            let pixels = side(WIDTH).saturating_mul(side(HEIGHT));
            let stored = scan.raw_data().len() as u64;
            let bits = u64::from(scan.dict().get::<u8>(BITS_PER_COMPONENT).unwrap_or(1));
            let bytes = match scan.filters().last() {
                Some(Filter::DctDecode) => stored,
                // PNG compresses bilevel images less than CCITT and JBIG2, and is larger than lossy JPEG 2000.
                Some(Filter::JpxDecode) => pixels,
                _ if bits == 1 => (stored * 4).max(pixels / 64),
                _ => stored * 2,
            };
            PageEstimate { pixels: pixels.max(1), bytes, is_landscape }
        }
        // As PNG, rendered text takes about a bit per pixel, rendered images a byte and more.
        [] => PageEstimate { pixels: rendered, bytes: rendered / 8, is_landscape },
        _ => PageEstimate { pixels: rendered, bytes: rendered, is_landscape },
    }
}

use std::path::PathBuf;

use crate::catalogue_record::CatalogueRecord;
use crate::scan::plan::PlannedPage;
use crate::spread::{Evidence, Spreads};
use shelf_runtime::book::PageNumber;

/// Something that the user should know of a new book, and the pages that it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The message.
    pub text: String,
    /// The pages; none where it concerns the whole book.
    pub pages: Vec<PageNumber>,
}

/// What the user should know of the images that were split and of those that were not.
pub(super) fn spread_warnings<'a>(pages: impl Iterator<Item = &'a PlannedPage<'a>>, spreads: Spreads) -> Vec<Warning> {
    let (mut halves, mut guessed, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    let mut spread_count = 0;
    let mut last = None;
    for page in pages {
        let is_landscape = page.image.finding.is_some();
        match (page.half, spreads) {
            (Some(_), _) => {
                let image = std::ptr::from_ref(page.image);
                spread_count += usize::from(last.replace(image) != Some(image));
                halves.push(page.number);
                if page.image.finding.is_some_and(|finding| finding.evidence == Evidence::OnePage) {
                    guessed.push(page.number);
                }
            }
            (None, Spreads::Auto) if is_landscape => whole.push(page.number),
            (None, Spreads::Split) if !is_landscape => whole.push(page.number),
            (None, _) => {}
        }
    }
    let of_spreads = if spread_count == 1 { "of a spread" } else { "of spreads" };
    let why_whole = match spreads {
        Spreads::Split => "not split: not wider than high",
        _ => "wider than high, but not split: no gutter was found (`--spreads split` splits such images)",
    };
    let warnings = [
        (format!("halves {of_spreads} (`--spreads keep` keeps them whole)"), halves),
        ("split where there is least ink: no gutter was found".to_owned(), guessed),
        (why_whole.to_owned(), whole),
    ];
    let warnings = warnings.into_iter().filter(|(_, pages)| !pages.is_empty());
    warnings.map(|(text, pages)| Warning { text, pages }).collect()
}

/// Says which catalogue record was read, and what it had.
pub(super) fn record_note(record: &CatalogueRecord) -> Warning {
    let name = record.file.file_name().unwrap_or_default().to_string_lossy();
    let text = format!("read the catalogue record {name} ({}): {}", record.format, record.fields().join(", "));
    Warning { text, pages: Vec::new() }
}

/// Names every file that was skipped.
pub(super) fn skipped_warning(skipped: &[PathBuf]) -> Option<Warning> {
    let names = skipped.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy());
    let names = names.collect::<Vec<_>>().join(", ");
    let text = match skipped.len() {
        0 => return None,
        1 => format!("skipped 1 file that is not a scan: {names}"),
        count => format!("skipped {count} files that are not scans: {names}"),
    };
    Some(Warning { text, pages: Vec::new() })
}

/// Says that text came with the scans, and how to use it.
pub(super) fn text_note(with_text: &[PageNumber], pages: usize) -> Option<Warning> {
    let text = match with_text.len() {
        0 => return None,
        count => format!(
            "{count} of {pages} pages bring their own text; it is kept, and `shelf process --existing-text use` reads it instead of recognising the scans"
        ),
    };
    Some(Warning { text, pages: Vec::new() })
}

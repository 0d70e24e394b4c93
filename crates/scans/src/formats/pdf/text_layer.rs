use std::process::Command;
use std::time::Duration;

use hayro_syntax::object::dict::keys::SUBTYPE;
use hayro_syntax::object::{Name, Stream};
use hayro_syntax::page::Page;

use super::poppler::{PopplerError, run};
use crate::existing_text::{ParsedText, parse_pdf_words};
use crate::formats::opened_page::PageInFile;
use shelf_runtime::failure::Failure;

/// The text layer of a page that may have one.
#[derive(Debug)]
pub(crate) enum TextLayer {
    /// Its words, in points on the page as it is shown.
    Words(ParsedText),
    /// The program that reads it is not installed.
    NotInstalled(String),
}

/// The most that is read of a page, bytes: a word takes about a hundred.
const MAX_BYTES: u64 = 64 << 20;
/// Time for one page, which may have been rendered before.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Reads the text layer of a page with poppler, whether it is visible or not.
pub(crate) fn read_text_layer(from: &PageInFile) -> Result<TextLayer, Failure> {
    let page = from.page.to_string();
    let mut command = Command::new("pdftotext");
    command
        .args(["-bbox-layout", "-cropbox", "-q", "-enc", "UTF-8", "-f", &page, "-l", &page])
        .arg(&from.file)
        .arg("-");
    let output = match run(command, MAX_BYTES, TIME_LIMIT) {
        Ok(output) => output,
        Err(PopplerError::NotInstalled(program)) => return Ok(TextLayer::NotInstalled(program)),
        Err(PopplerError::Failed(failure)) => return Err(failure.context("cannot read the text layer")),
    };
    let words = parse_pdf_words(&String::from_utf8_lossy(&output));
    let words = words.map_err(|problem| Failure::new(format!("cannot read the text layer: {problem}")))?;
    Ok(TextLayer::Words(words))
}

/// Whether the page names fonts, or has forms, which may.
pub(super) fn may_have_text(page: &Page<'_>) -> bool {
    let resources = page.resources();
    let is_form =
        |object: Stream<'_>| object.dict().get::<Name<'_>>(SUBTYPE).is_some_and(|kind| kind.as_ref() == b"Form");
    let mut objects = resources.x_objects.keys();
    resources.fonts.keys().next().is_some()
        || objects.any(|name| resources.x_objects.get::<Stream<'_>>(name).is_some_and(is_form))
}

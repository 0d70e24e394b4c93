use shelf::book::Languages;
use shelf::prelude::*;
use shelf::stage::{Resource, ResourceContext};

use super::installed::data_file;
use super::{OcrOptions, requested_languages};
use crate::installed_file::hash_of_file;

/// Tesseract's data for orientation and script detection.
const ORIENTATION: &str = "osd";

/// The data with which Tesseract reads the languages of a book. Pages depend on its files.
#[derive(Debug)]
pub struct LanguageData;

impl Resource for LanguageData {
    fn fingerprint(context: &ResourceContext<'_>) -> Result<String> {
        let option = context.options::<OcrOptions>().and_then(|options| options.lang.as_deref());
        let languages = Languages::from(context.metadata());
        // An unknown language is an error of the page, with a hint.
        let requested = requested_languages(option, &languages).unwrap_or_default();
        let best = requested.iter().map(|language| language.codes.iter().find_map(|code| data_file(code)));
        let files = best.chain([data_file(ORIENTATION)]);
        let hashes = files.map(|file| match file {
            Some(file) => {
                let hash = hash_of_file(&file)
                    .with_context(|| format!("cannot read Tesseract's data {}", file.display()))
                    .hint("make it readable, or reinstall it")
                    .retry()?;
                Ok(hash.as_str().to_owned())
            }
            None => Ok("none".to_owned()),
        });
        Ok(hashes.collect::<Result<Vec<_>>>()?.join(" "))
    }

    async fn open(context: &ResourceContext<'_>) -> Result<Self> {
        Self::fingerprint(context).map(|_| Self)
    }
}

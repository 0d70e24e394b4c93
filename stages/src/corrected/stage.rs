use shelf::prelude::*;

use super::rules::mend;
use super::{CorrectedMetrics, CorrectedOptions, CorrectedPage};
use crate::ocr::{OcrPage, ocr};
use crate::vocabulary::{Dictionary, PageVocabulary, vocabulary};

/// Mends what was misread: parted words, mistaken letters, lost spaces, mangled marks.
#[stage(name = "corrected", deps = [ocr, vocabulary], parallelism = cpu, options = CorrectedOptions, conserves = ocr)]
pub fn corrected(
    ocr: OcrPage,
    vocabulary: Part<PageVocabulary>,
    languages: Languages,
    options: &CorrectedOptions,
) -> Result<(CorrectedPage, CorrectedMetrics)> {
    options.engine.check_rules_only("corrected")?;
    // That there is none was said once for the book, by `vocabulary`.
    let dictionary = Dictionary::of(&languages).ok();
    let mended = mend(&ocr, &vocabulary, dictionary.as_ref());
    let metrics = CorrectedMetrics::of(&ocr, &mended.page, &mended.corrections, &mended.legibility);
    Ok((mended.page, metrics))
}

#[cfg(test)]
mod tests {
    use shelf::testing::TestBook;

    use super::*;
    use crate::engine::Engine;
    use crate::vocabulary::test_pages::page;

    fn book() -> TestBook {
        let text = |number| match number {
            1 => ("The long cam-\npaign was over.", 0.9),
            _ => ("There was a campaign.", 0.95),
        };
        TestBook::of_pages(2).outputs::<ocr>(|number| page(number, &[text(number)]))
    }

    #[test]
    fn pages_are_corrected_by_what_the_book_knows() {
        let book = book();
        book.run::<vocabulary>();
        book.run::<corrected>();
        let first = book.page::<corrected>(1);
        let paragraph = &first.blocks[0].paragraphs[0];
        assert_eq!(paragraph.text.as_deref(), Some("The long campaign\nwas over."));
        assert_eq!(paragraph.notes.as_deref(), Some("joined cam-paign"));
        assert_eq!(first.model_used.0.as_deref(), Some("rules"));
        assert_eq!(book.page::<corrected>(2).total_corrections, 0);
        let metrics = book.metrics::<corrected>(1);
        assert_eq!((metrics["hyphens_joined"].as_u64(), metrics["characters_changed"].as_u64()), (Some(1), Some(3)));
        assert_eq!(metrics["too_bad_to_mend"], false);
    }

    #[test]
    fn a_model_is_refused_until_there_is_one() {
        let book = book().options::<corrected>(CorrectedOptions { engine: Engine::Llm });
        book.run::<vocabulary>();
        book.run::<corrected>();
        let failure = book.failure::<corrected>(1).unwrap().failure;
        assert!(failure.error.contains("`corrected` has no model engine"), "{}", failure.error);
    }

    #[test]
    fn without_a_dictionary_letters_stay_and_words_are_joined() {
        let book = book();
        book.set(|metadata| metadata.language = vec!["tlh".to_owned()]);
        book.run::<vocabulary>();
        book.run::<corrected>();
        assert_eq!(book.page::<corrected>(1).total_corrections, 1);
        assert!(book.metrics::<corrected>(1)["unknown_words"].is_null());
    }
}

use shelf::llm::Llm;
use shelf::prelude::*;

use super::guardrail::{is_in_text, similarity};
use super::question::question;
use super::reply::{Claim, Claims};
use crate::catalogue::rules::{year_of, years_in};
use crate::catalogue::{CatalogueEntry, CatalogueField, FrontMatterPage, Isbn};

/// The system prompt. A book may have its own.
pub const PROMPT: &str = include_str!("prompt.md");

/// What a model was asked about a book, and how many of its claims were refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ModelOutcome {
    /// Pages sent to the model.
    pub pages: usize,
    /// Claims that the pages do not confirm.
    pub refused: usize,
}

/// Upper limit of a model's confidence, whatever it reports, 0..=1.
const MAX_MODEL_CONFIDENCE: f64 = 0.9;
/// Minimum similarity of an ISBN with the recognised text, 0..=1: one digit in ten may be corrected, since the check digit confirms it.
const MIN_ISBN_SIMILARITY: f64 = 0.9;

/// Asks about the first pages, and fills into `entry` the claims that they confirm, unless the present values are more certain.
///
/// # Errors
/// No model gives a usable reply.
pub async fn ask(
    pages: &[FrontMatterPage],
    entry: &mut CatalogueEntry,
    (llm, prompt): (&Llm, &str),
) -> Result<ModelOutcome> {
    if pages.is_empty() {
        return Ok(ModelOutcome::default());
    }
    let ask = llm.ask().system(prompt).scanned(question(pages)).about(pages.len(), "page");
    let claims: Claims = ask.reply_validated(|claims: &Claims| claims.check(pages)).await?;
    let mut asked = ModelOutcome { pages: pages.len(), refused: 0 };
    let mut borne_out = |field: &str, claim: Option<Claim>, says: &dyn Fn(&str, &FrontMatterPage) -> bool| {
        let claim = claim?;
        let found = page_of(&claim, pages, says);
        if found.is_none() {
            tracing::warn!(
                field,
                claim = claim.text,
                page = claim.page,
                "the first pages do not say what the model says"
            );
            asked.refused += 1;
        }
        Some(CatalogueField::on(found?, claim.text.trim().to_owned(), claim.confidence.min(MAX_MODEL_CONFIDENCE)))
    };
    let says_words = |text: &str, page: &FrontMatterPage| is_in_text(text, &page.text);
    let title = borne_out("title", claims.title, &says_words);
    let author = borne_out("author", claims.author, &says_words);
    let publisher = borne_out("publisher", claims.publisher, &says_words);
    let year = borne_out("year", claims.year, &says_year).and_then(|found| found.and_then(|text| year_of(text)));
    let isbn = borne_out("isbn", claims.isbn, &says_isbn).and_then(|found| found.and_then(|text| text.parse().ok()));
    let kind = claims.kind.map(|kind| CatalogueField {
        value: kind.kind,
        page: None,
        confidence: kind.confidence.min(MAX_MODEL_CONFIDENCE),
    });
    surer(&mut entry.title, title);
    surer(&mut entry.author, author);
    surer(&mut entry.publisher, publisher);
    surer(&mut entry.year, year);
    surer(&mut entry.isbn, isbn);
    surer(&mut entry.kind, kind);
    Ok(asked)
}

/// The page that contains the claim: the named one, or else another of those that were sent.
fn page_of(claim: &Claim, pages: &[FrontMatterPage], says: &dyn Fn(&str, &FrontMatterPage) -> bool) -> Option<u32> {
    let named = pages.iter().filter(|page| page.number == claim.page);
    let others = pages.iter().filter(|page| page.number != claim.page);
    named.chain(others).find(|page| says(&claim.text, page)).map(|page| page.number)
}

fn says_year(text: &str, page: &FrontMatterPage) -> bool {
    year_of(text).is_some_and(|year| years_in(&page.text).contains(&year))
}

fn says_isbn(text: &str, page: &FrontMatterPage) -> bool {
    text.parse::<Isbn>().is_ok() && similarity(text, &page.text) >= MIN_ISBN_SIMILARITY
}

/// Keeps the more certain value; if both are equally certain, takes the model's.
fn surer<T>(known: &mut Option<CatalogueField<T>>, claimed: Option<CatalogueField<T>>) {
    let known_confidence = known.as_ref().map_or(0.0, |known| known.confidence);
    if let Some(claimed) = claimed.filter(|claimed| claimed.confidence >= known_confidence) {
        *known = Some(claimed);
    }
}

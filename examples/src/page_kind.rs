//! Which kind of page a scan shows: work that waits for a model.

use shelf::prelude::*;

use crate::text_lines::{LinesPage, text_lines};

/// What kind of page a scan is.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct KindPage {
    /// The most likely kind.
    pub kind: Kind,
    /// How sure the model is, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// A kind of page.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text, with or without pictures in it.
    Text,
    /// A picture, and at most a caption.
    Plate,
    /// Nothing.
    Blank,
}

/// What `page_kind` measures on a page.
#[derive(PageMetrics, Report)]
pub struct KindMetrics {
    /// How sure the model is, 0..=1.
    #[report(decimals = 2, flag(below = 0.6))]
    pub confidence: f64,
}

/// The instructions for the model.
const PROMPT: &str = "You get the lines of a scanned page as JSON. Say which kind of page it is, and how sure you are.";

/// Asks a model which kind of page it is.
#[stage(name = "page_kind", deps = [text_lines], parallelism = llm, prompt = PROMPT)]
pub async fn page_kind(text_lines: LinesPage, llm: Llm) -> Result<(KindPage, KindMetrics)> {
    let question = serde_json::to_string(&text_lines)?;
    let found: KindPage = llm.ask().system(PROMPT).user(question).reply().await?;
    let metrics = KindMetrics { confidence: found.confidence };
    Ok((found, metrics))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf::testing::{ScriptedModel, TestBook};

    #[test]
    fn takes_the_kind_from_the_model() {
        let model = ScriptedModel::with_replies([r#"{ "kind": "plate", "confidence": 0.5 }"#]);
        let book = TestBook::of_pages(1).outputs::<text_lines>(|page| LinesPage { page_number: page, lines: vec![] });
        let book = book.with(&model);
        book.run::<page_kind>();
        assert_eq!(book.page::<page_kind>(1).kind, Kind::Plate);
        assert_eq!(book.report::<page_kind>(), "page_num,confidence\n1,0.50\n");
        assert_eq!(model.requests()[0].user, r#"{"page_number":1,"lines":[]}"#);
    }

    #[test]
    fn sends_invalid_replies_back_for_repair() {
        let model =
            ScriptedModel::with_replies(["I think it is a plate", r#"{"kind": "plate", "confidence": 50}"#, "{}"]);
        let book = TestBook::of_pages(1).outputs::<text_lines>(|page| LinesPage { page_number: page, lines: vec![] });
        let book = book.with(&model);
        book.run::<page_kind>();
        assert!(model.requests()[1].user.contains("it is not a complete JSON object: expected value"));
        assert!(model.requests()[2].user.contains("it does not fit the schema: confidence is 50: greater than 1"));
        let failure = book.failure::<page_kind>(1).unwrap().failure;
        assert_eq!(failure.error, "no model gave a usable reply");
        assert!(failure.causes[0].ends_with("missing field `kind`"), "{failure}");
    }
}

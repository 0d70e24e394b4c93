use std::sync::Arc;

use garde::Validate;
use image::{GrayImage, Luma};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::caller::Caller;
use crate::cost::{Spent, UsageCounter, append_ended, ledger};
use crate::dispatch::Dispatcher;
use crate::handle::Llm;
use shelf_runtime::book::{Origin, Resolution, ScanId, ScanMetadata, Unit};
use shelf_runtime::doctor::Finding;
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;
use shelf_runtime::store::{FolderStore, Store};
use shelf_runtime::worker::WorkerPool;
use shelf_scans::PageImage;

/// The reply that the model is asked for.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
struct SquareCount {
    /// How many black squares the picture shows.
    #[garde(range(max = 100))]
    squares: u32,
}

/// The reply to a question about text.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
struct Spelled {
    /// The corrected word.
    #[garde(length(max = 40))]
    word: String,
}

/// Squares in the picture that is sent.
const SQUARES: u32 = 5;
/// Tokens of a reply: enough for a model that reasons before it replies.
const MAX_TOKENS: u32 = 4096;
/// The ledger of the call, which belongs to no book.
const LEDGER: &str = "shelf-doctor";

/// Asks the models two small questions, one of text and one with a picture, to check key, credit, the form of replies, and pictures. The cost is
/// entered in a ledger of `store`.
#[must_use]
pub fn check_model(llm: &Dispatcher, store: &dyn Store) -> Vec<Finding> {
    let findings = try_check(llm, store);
    findings.unwrap_or_else(|failure| vec![model_fails(&failure)])
}

fn model_fails(failure: &Failure) -> Finding {
    let hint = failure.hint.clone().unwrap_or_else(|| "check the server's message".to_owned());
    Finding::missing("model", failure.to_string(), hint)
}

fn try_check(llm: &Dispatcher, store: &dyn Store) -> Result<Vec<Finding>, Failure> {
    let folder = tempfile::tempdir()?;
    let page = picture(folder.path())?;
    let temporary = FolderStore::open(folder.path())?;
    let book: ScanId = LEDGER.parse()?;
    let caller = Caller {
        store: Arc::new(temporary.clone()),
        book: book.clone(),
        stage: "doctor",
        unit: Unit::Book,
        retry_epoch: None,
    };
    let handle = Llm::new(llm.clone(), caller, "", UsageCounter::default());
    let io = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut findings = vec![io.block_on(check_text(&handle))];
    if findings[0].hint.is_none() {
        findings.push(io.block_on(check_pictures(&handle, &page)));
    }
    findings.extend(llm.take_notices().into_iter().map(|notice| Finding::good("parameters", notice)));
    // The calls are entered in the ledger even if they failed.
    let calls = ledger(&temporary, &book)?;
    calls.iter().try_for_each(|call| append_ended(store, &book, call))?;
    let spent = Spent::of(&calls);
    if findings[0].hint.is_none() {
        findings.push(Finding::good("cost", format!("{spent} for {} calls", spent.calls)));
    }
    Ok(findings)
}

/// Whether the model replies in the requested form.
async fn check_text(llm: &Llm) -> Finding {
    let prompt = "Correct the word that OCR misread.";
    let asked = llm.ask().system(prompt).scanned("bookshe1f").max_tokens(MAX_TOKENS).reply::<Spelled>().await;
    match asked {
        Ok(Spelled { word }) => {
            let used = llm.usage_counter().model_use().unwrap_or_default();
            let model = used.model_used.unwrap_or_default();
            let by = used.provider.map_or_else(String::new, |provider| format!(" by {provider}"));
            Finding::good("model", format!("`{model}`{by} replies in the requested form (`bookshe1f`: `{word}`)"))
        }
        Err(failure) => model_fails(&failure),
    }
}

/// Whether the model recognizes pictures. It need not: without them, stages ask with text alone.
async fn check_pictures(llm: &Llm, page: &PageImage) -> Finding {
    let text_only = "pass `--vision never`, or choose another model with `--llm-model`";
    if !llm.accepts_pictures().await {
        return Finding::good(
            "pictures",
            "not accepted, according to the server: stages ask with text alone".to_owned(),
        );
    }
    let question = "Count the black squares in the picture.";
    match llm.ask().user(question).image(page).max_tokens(MAX_TOKENS).reply::<SquareCount>().await {
        Ok(SquareCount { squares: SQUARES }) => {
            Finding::good("pictures", format!("{SQUARES} of {SQUARES} squares counted"))
        }
        Ok(SquareCount { squares }) => {
            Finding::good("pictures", format!("{squares} of {SQUARES} squares counted, so not recognized: {text_only}"))
        }
        Err(failure) => Finding::good("pictures", format!("not accepted: {failure}: {text_only}")),
    }
}

/// A scan of five black squares in a row.
fn picture(folder: &std::path::Path) -> Result<PageImage, Failure> {
    let (side, height) = (60, 180);
    let width = side * (2 * SQUARES + 1);
    let ink = |x: u32, y: u32| (x / side) % 2 == 1 && (y / side) == 1;
    let image = GrayImage::from_fn(width, height, |x, y| Luma([if ink(x, y) { 0 } else { 255 }]));
    let path = folder.join("squares.png");
    image.save(&path)?;
    let source = ScanMetadata {
        page_number: 1,
        image: "squares.png".to_owned(),
        hash: Hash::of(&image).to_string(),
        bytes: path.metadata()?.len(),
        width,
        height,
        resolution: Resolution { dpi: 300.0, estimated: false },
        origin: Origin { file: "squares.png".to_owned(), page: None, half: None },
        existing_text: None,
    };
    Ok(PageImage::new(path, source, WorkerPool::in_process()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ScriptedModel, ScriptedReply};

    fn checked(reply: impl Fn(bool) -> ScriptedReply + Send + Sync + 'static) -> (Vec<String>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let model = ScriptedModel::with_script(move |request| reply(request.pictures > 0));
        let findings = check_model(&Dispatcher::start(model.settings()).unwrap(), &store);
        let lines = findings.iter().map(|finding| {
            let sign = if finding.hint.is_some() { "MISSING " } else { "" };
            format!("{sign}{}: {}", finding.what, finding.found)
        });
        (lines.collect(), ledger(&store, &LEDGER.parse().unwrap()).unwrap().len())
    }

    fn spelled() -> ScriptedReply {
        ScriptedReply::text(r#"{"word": "bookshelf"}"#)
    }

    #[test]
    fn accepts_model_that_sees() {
        let (findings, calls) =
            checked(|with_picture| if with_picture { ScriptedReply::text(r#"{"squares": 5}"#) } else { spelled() });
        assert_eq!(
            findings,
            [
                "model: `scripted` by here replies in the requested form (`bookshe1f`: `bookshelf`)",
                "pictures: 5 of 5 squares counted",
                "cost: $0.0020 for 2 calls"
            ]
        );
        assert_eq!(calls, 2);
    }

    #[test]
    fn model_need_not_see() {
        for reply in
            [ScriptedReply::text(r#"{"squares": 2}"#), ScriptedReply::error(400, "image input is not supported")]
        {
            let (findings, _) = checked(move |with_picture| if with_picture { reply.clone() } else { spelled() });
            assert!(findings.iter().all(|finding| !finding.starts_with("MISSING")), "{findings:?}");
            assert!(findings[1].contains("--vision never"), "{findings:?}");
        }
    }

    #[test]
    fn reports_wrong_key() {
        let (findings, calls) = checked(|_| ScriptedReply::error(401, "no such key"));
        assert_eq!(findings, ["MISSING model: the model's server rejected the request (401): no such key"]);
        assert_eq!(calls, 1);
    }
}

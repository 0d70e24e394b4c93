use std::sync::Arc;

use garde::Validate;
use image::{GrayImage, Luma};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::caller::Caller;
use crate::cost::{Spent, UsageCounter, ledger};
use crate::dispatch::Dispatcher;
use crate::handle::Llm;
use shelf_runtime::book::{Origin, Resolution, ScanId, ScanMetadata, Unit};
use shelf_runtime::doctor::Finding;
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;
use shelf_runtime::store::{FolderStore, LedgerFile, Store};
use shelf_runtime::worker::WorkerPool;
use shelf_scans::PageImage;

/// The reply that the model is asked for.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
struct SquareCount {
    /// How many black squares the picture shows.
    #[garde(range(max = 100))]
    squares: u32,
}

/// Squares in the picture that is sent.
const SQUARES: u32 = 5;
/// The ledger of the call, which belongs to no book.
const LEDGER: &str = "shelf-doctor";

/// Asks the first model to count five squares, to check key, credit, pictures and schema. The cost is entered in a ledger of `store`.
#[must_use]
pub fn check_model(llm: &Dispatcher, store: &dyn Store) -> Vec<Finding> {
    let findings = try_check(llm, store);
    findings.unwrap_or_else(|failure| {
        let hint = failure.hint.clone().unwrap_or_else(|| "check the server's message".to_owned());
        vec![Finding::missing("model", failure.to_string(), hint)]
    })
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
    let question = "Count the black squares in the picture.";
    let counted = io.block_on(handle.ask().user(question).image(&page).max_tokens(200).reply::<SquareCount>());
    // The call is entered in the ledger even if it failed.
    store.append_ledger(&book, LedgerFile::Ended, &temporary.read_ledger(&book, LedgerFile::Ended)?)?;
    let spent = Spent::of(&ledger(&temporary, &book)?);
    let counted = counted?;
    let used = handle.usage_counter().model_use().unwrap_or_default();
    let model = used.model_used.unwrap_or_default();
    let by = used.provider.map_or_else(String::new, |provider| format!(" by {provider}"));
    let seen = format!("{} of {SQUARES} squares counted", counted.squares);
    Ok(vec![
        Finding::good("model", format!("`{model}`{by} replies in the requested form")),
        if counted.squares == SQUARES {
            Finding::good("pictures", seen)
        } else {
            Finding::missing(
                "pictures",
                seen,
                "the model does not recognize pictures: choose another with `--llm-model`",
            )
        },
        Finding::good("cost", format!("{spent} for this call")),
    ])
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
    };
    Ok(PageImage::new(path, source, WorkerPool::in_process()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ScriptedModel, ScriptedReply};

    fn checked(reply: impl Fn() -> ScriptedReply + Send + Sync + 'static) -> (Vec<String>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let model = ScriptedModel::with_script(move |request| {
            assert_eq!(request.pictures, 1);
            reply()
        });
        let findings = check_model(&Dispatcher::start(model.settings()).unwrap(), &store);
        let lines = findings.iter().map(|finding| {
            let sign = if finding.hint.is_some() { "MISSING " } else { "" };
            format!("{sign}{}: {}", finding.what, finding.found)
        });
        (lines.collect(), ledger(&store, &LEDGER.parse().unwrap()).unwrap().len())
    }

    #[test]
    fn accepts_model_that_sees() {
        let (findings, calls) = checked(|| ScriptedReply::text(r#"{"squares": 5}"#));
        assert_eq!(
            findings,
            [
                "model: `scripted` by here replies in the requested form",
                "pictures: 5 of 5 squares counted",
                "cost: $0.0010 for this call"
            ]
        );
        assert_eq!(calls, 1);
    }

    #[test]
    fn reports_blind_model_and_wrong_key() {
        assert_eq!(
            checked(|| ScriptedReply::text(r#"{"squares": 2}"#)).0[1],
            "MISSING pictures: 2 of 5 squares counted"
        );
        let (findings, calls) = checked(|| ScriptedReply::error(401, "no such key"));
        assert_eq!(findings, ["MISSING model: the model's server rejected the request (401): no such key"]);
        assert_eq!(calls, 1);
    }
}

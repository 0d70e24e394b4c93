use std::sync::Arc;

use garde::Validate;
use image::{GrayImage, Luma};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Caller, Dispatcher, Llm, Spent, Tally, ledger};
use shelf_runtime::book::{Origin, Resolution, ScanId, SourcePage};
use shelf_runtime::doctor::Finding;
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;
use shelf_runtime::store::{FolderStore, LedgerFile, Store};
use shelf_runtime::worker::WorkerPool;
use shelf_scans::PageImage;

/// What the model is asked to reply.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
struct Counted {
    /// How many black squares the picture shows.
    #[garde(range(max = 100))]
    squares: u32,
}

/// Squares in the picture that is sent.
const SQUARES: u32 = 5;
/// The ledger that the call stands in. It is no book's.
const LEDGER: &str = "shelf-doctor";

/// Asks the first model to count five squares: tells whether key, credit, pictures and schema are all right, and what it cost, which
/// stands in a ledger of `store`.
#[must_use]
pub fn check_up(llm: &Dispatcher, store: &dyn Store) -> Vec<Finding> {
    let examined = examine(llm, store);
    examined.unwrap_or_else(|failure| {
        let mend = failure.hint.clone().unwrap_or_else(|| "see what the server says".to_owned());
        vec![Finding::missing("model", failure.to_string(), mend)]
    })
}

fn examine(llm: &Dispatcher, store: &dyn Store) -> Result<Vec<Finding>, Failure> {
    let folder = tempfile::tempdir()?;
    let page = picture(folder.path())?;
    let here = FolderStore::open(folder.path())?;
    let book: ScanId = LEDGER.parse()?;
    let caller = Caller { store: Arc::new(here.clone()), book: book.clone(), stage: "doctor", page: None, round: None };
    let asking = Llm::new(llm.clone(), caller, "", Tally::default());
    let io = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let question = "Count the black squares in the picture.";
    let counted = io.block_on(asking.ask().user(question).image(&page).max_tokens(200).reply::<Counted>());
    // What was paid is noted, whatever came of it.
    store.append_ledger(&book, LedgerFile::Ended, &here.read_ledger(&book, LedgerFile::Ended)?)?;
    let spent = Spent::of(&ledger(&here, &book)?);
    let counted = counted?;
    let used = asking.tally().model_use().unwrap_or_default();
    let model = used.model_used.unwrap_or_default();
    let by = used.provider.map_or_else(String::new, |provider| format!(" by {provider}"));
    let seen = format!("{} of {SQUARES} squares counted", counted.squares);
    Ok(vec![
        Finding::good("model", format!("`{model}`{by} replies in the form that it is asked for")),
        if counted.squares == SQUARES {
            Finding::good("pictures", seen)
        } else {
            Finding::missing(
                "pictures",
                seen,
                "the model does not see what it is shown: choose another with `--llm-model`",
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
    let source = SourcePage {
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
    use crate::testing::{Says, ScriptedModel};

    fn examined(says: impl Fn() -> Says + Send + Sync + 'static) -> (Vec<String>, usize) {
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::open(folder.path()).unwrap();
        let model = ScriptedModel::answering(move |asked| {
            assert_eq!(asked.pictures, 1);
            says()
        });
        let findings = check_up(&Dispatcher::start(model.settings()).unwrap(), &store);
        let lines = findings.iter().map(|finding| {
            let sign = if finding.mend.is_some() { "MISSING " } else { "" };
            format!("{sign}{}: {}", finding.what, finding.found)
        });
        (lines.collect(), ledger(&store, &LEDGER.parse().unwrap()).unwrap().len())
    }

    #[test]
    fn a_model_that_sees_is_well() {
        let (findings, calls) = examined(|| Says::text(r#"{"squares": 5}"#));
        assert_eq!(
            findings,
            [
                "model: `scripted` by here replies in the form that it is asked for",
                "pictures: 5 of 5 squares counted",
                "cost: $0.0010 for this call"
            ]
        );
        assert_eq!(calls, 1);
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert_eq!(examined(|| Says::text(r#"{"squares": 2}"#)).0[1], "MISSING pictures: 2 of 5 squares counted");
        let (findings, calls) = examined(|| Says::error(401, "no such key"));
        assert_eq!(findings, ["MISSING model: the model's server refuses to answer (401): no such key"]);
        assert_eq!(calls, 1);
    }
}

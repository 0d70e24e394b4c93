//! Libraries of earlier releases stay up to date: no page is paid twice, and no built-in stage is said to be edited.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use shelf::record::Hash;
use shelf::stage::Stage as _;
use shelf::testing::{ScriptedModel, ScriptedReply};
use shelf_tests::Shelf;
use stages::corrected::corrected;
use stages::corrected::model::PROMPT;
use stages::labels::labels;
use stages::merged::merged;
use stages::ocr::ocr;
use stages::pagination::pagination;
use stages::vocabulary::vocabulary;

/// The libraries in `tests/fixtures`, which `fixture-library` has written, one for each release.
fn libraries() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_dir()).collect()
}

/// A copy of a library, to be opened by this release.
fn opened(library: &Path) -> Shelf {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let copied = Command::new("cp").arg("-r").arg(library.join(".")).arg(shelf.library()).status().unwrap();
    assert!(copied.success());
    shelf
}

/// The library of release 0.1, as if the stages had the same versions now as then, and `corrected` the same prompt.
fn oldest() -> Shelf {
    let shelf = opened(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/library-0.1"));
    for book in ["asked", "rules"] {
        for (stage, version) in VERSIONS {
            let pages = (1..=4).map(|number| format!("{book}/{stage}/page_{number:04}.json"));
            let files = pages.chain([format!("{book}/{stage}/book.json")]);
            for file in files.filter(|file| shelf.library().join(file).exists()) {
                age(&shelf, &file, |record| {
                    record["fingerprint"]["version"] = json!(version);
                    if stage == "corrected" {
                        record["fingerprint"]["prompt"] = json!(Hash::of(PROMPT.as_bytes()).as_str());
                    }
                });
            }
        }
    }
    shelf
}

const OCR_VERSION: u32 = ocr::ROW.version;
const CORRECTED_VERSION: u32 = corrected::ROW.version;
const MERGED_VERSION: u32 = merged::ROW.version;

/// The versions of the stages in this release.
const VERSIONS: [(&str, u32); 6] = [
    ("ocr", OCR_VERSION),
    ("vocabulary", vocabulary::ROW.version),
    ("corrected", CORRECTED_VERSION),
    ("pagination", pagination::ROW.version),
    ("labels", labels::ROW.version),
    ("merged", MERGED_VERSION),
];

/// A model that nobody should ask.
fn model() -> ScriptedModel {
    ScriptedModel::with_script(|_| ScriptedReply::status(400))
}

/// Runs the command with the model that the book `asked` was made with, and gives back what it prints.
fn run(shelf: &Shelf, model: &ScriptedModel, arguments: &[&str]) -> String {
    let mut command = shelf.command(arguments);
    command.env("SHELF_LLM_BASE_URL", model.base_url()).env("SHELF_LLM_MODEL", "scripted");
    command.env("SHELF_LLM_REQUESTS_PER_MINUTE", "0");
    let ended = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(ended.status.success(), "{}", text(&ended.stderr));
    text(&ended.stdout)
}

fn plan(shelf: &Shelf, model: &ScriptedModel, book: &str) -> Value {
    serde_json::from_str::<Value>(&run(shelf, model, &["plan", book, "--json"])).unwrap()[0].clone()
}

/// Stages that the oldest release did not have: they are free, and made from what is there.
const NEW_STAGES: [&str; 2] = ["structure", "transcribed"];

/// The stages and pages that are to be made, without those of new stages.
fn to_make(plan: &Value) -> Vec<String> {
    let is_old = |job: &&Value| !NEW_STAGES.contains(&job["stage"].as_str().unwrap());
    let jobs = plan["to_make"].as_array().unwrap().iter().filter(is_old);
    jobs.map(|job| format!("{} {}: {}", job["stage"].as_str().unwrap(), job["page"], job["why"].as_str().unwrap()))
        .collect()
}

/// How many pages of each stage an earlier release made, as `status` says.
fn earlier(shelf: &Shelf, model: &ScriptedModel, book: &str) -> Vec<(String, u64)> {
    let status: Value = serde_json::from_str(&run(shelf, model, &["status", book, "--json"])).unwrap();
    let stages = status[0]["stages"].as_array().unwrap().clone();
    let counts = stages
        .iter()
        .map(|stage| (stage["stage"].as_str().unwrap().to_owned(), stage["earlier_release"].as_u64().unwrap()));
    counts.filter(|(_, count)| *count > 0).collect()
}

/// Changes the record of a page as if an older release had made it.
fn age(shelf: &Shelf, file: &str, change: impl FnOnce(&mut Value)) {
    let mut page = shelf.json(file);
    change(&mut page["_record"]);
    fs::write(shelf.library().join(file), page.to_string()).unwrap();
}

/// As the record of a stage with an older version.
fn older_version(record: &mut Value) {
    record["fingerprint"]["version"] = json!(0);
}

/// The number of a page that a model was asked about.
fn paid_page(shelf: &Shelf, stage: &str) -> u32 {
    let is_paid = |page: &u32| {
        let page = shelf.json(&format!("asked/{stage}/page_{page:04}.json"));
        page["_record"]["operation"]["cost_usd"].as_f64().is_some_and(|cost| cost > 0.0)
    };
    (1..=4).find(is_paid).expect("a page is paid")
}

/// The pages that were paid for, as plans name them: `corrected 3:`.
fn paid_pages(shelf: &Shelf, book: &str) -> Vec<String> {
    let is_paid = |stage: &str, page: u32| {
        let page = shelf.json(&format!("{book}/{stage}/page_{page:04}.json"));
        page["_record"]["operation"]["cost_usd"].as_f64().is_some_and(|cost| cost > 0.0)
    };
    let of_stage = |stage: &'static str| {
        (1..=4).filter(move |page| is_paid(stage, *page)).map(move |page| format!("{stage} {page}:"))
    };
    ["corrected", "labels"].into_iter().flat_map(of_stage).collect()
}

#[test]
fn nothing_paid_is_made_again_in_a_library_of_an_earlier_release() {
    let libraries = libraries();
    assert!(libraries.iter().any(|library| library.ends_with("library-0.1")));
    for library in libraries {
        let (shelf, model) = (opened(&library), model());
        for book in ["rules", "asked"] {
            let name = format!("{book} of {}", library.display());
            // Free pages are made again where their stage has a new version.
            let planned = to_make(&plan(&shelf, &model, book));
            let paid: Vec<String> = paid_pages(&shelf, book);
            assert_eq!(paid.is_empty(), book == "rules");
            assert!(!planned.iter().any(|job| paid.iter().any(|page| job.starts_with(page))), "{name}: {planned:?}");
            let is_new = |job: &String| job.contains(": version ") || job.ends_with(" is to be made");
            assert!(planned.iter().all(is_new), "{name}: {planned:?}");
            // Without a model, so that what rules have made is made by rules again.
            let printed = shelf.ok(["plan", book]) + &shelf.ok(["process", book]);
            assert!(!printed.contains("edited"), "{name}: {printed}");
            assert_eq!(to_make(&plan(&shelf, &model, book)), [""; 0], "{name}");
            assert_eq!(shelf.run(["verify", book]).code, Some(0), "{name}");
        }
        assert!(model.requests().is_empty());
    }
}

#[test]
fn a_paid_page_of_an_older_stage_is_kept_and_listed_and_a_free_one_is_made_again() {
    let (shelf, model) = (oldest(), model());
    let paid = paid_page(&shelf, "corrected");
    age(&shelf, &format!("asked/corrected/page_{paid:04}.json"), older_version);
    age(&shelf, "rules/corrected/page_0003.json", older_version);
    assert_eq!(to_make(&plan(&shelf, &model, "asked")), [""; 0]);
    assert_eq!(earlier(&shelf, &model, "asked"), [("corrected".to_owned(), 1)]);
    let line = "1 page made by an earlier release, kept until `--redo`";
    assert!(run(&shelf, &model, &["plan", "asked"]).contains(line));
    assert!(run(&shelf, &model, &["status", "asked"]).contains(&format!("corrected: {line}")));
    // What a new stage makes is an input that older pages do not have, and makes none of them stale.
    run(&shelf, &model, &["process", "asked", "--stage", "transcribed"]);
    assert!(!run(&shelf, &model, &["process", "asked", "--stage", "+merged"]).contains(" made"));
    let free = to_make(&plan(&shelf, &model, "rules"));
    assert!(free.contains(&format!("corrected 3: version 0 → {CORRECTED_VERSION}")), "{free:?}");
    // What is made by rules needs no model, though one is configured.
    shelf.ok(["process", "rules"]);
    assert_eq!(shelf.json("rules/corrected/page_0003.json")["_record"]["fingerprint"]["version"], CORRECTED_VERSION);
    assert!(model.requests().is_empty());
}

#[test]
fn what_a_paid_page_was_made_from_is_kept_and_what_is_made_from_it_is_made_again() {
    let (shelf, model) = (oldest(), model());
    for page in 1..=4 {
        age(&shelf, &format!("asked/ocr/page_{page:04}.json"), older_version);
    }
    age(&shelf, "asked/vocabulary/book.json", older_version);
    age(&shelf, "asked/merged/page_0004.json", older_version);
    assert_eq!(to_make(&plan(&shelf, &model, "asked")), [format!("merged 4: version 0 → {MERGED_VERSION}")]);
    assert_eq!(earlier(&shelf, &model, "asked"), [("ocr".to_owned(), 4), ("vocabulary".to_owned(), 1)]);
    // The same in a book that nothing was paid for.
    age(&shelf, "rules/ocr/page_0001.json", older_version);
    assert_eq!(to_make(&plan(&shelf, &model, "rules"))[0], format!("ocr 1: version 0 → {OCR_VERSION}"));
    assert!(model.requests().is_empty());
}

#[test]
fn a_paid_page_is_kept_when_a_release_changes_its_prompt_its_schema_or_a_default() {
    let (shelf, model) = (oldest(), model());
    let file = format!("asked/corrected/page_{:04}.json", paid_page(&shelf, "corrected"));
    let hash = "0".repeat(64);
    let changes: [fn(&mut Value, &str); 4] = [
        |fingerprint, hash| fingerprint["prompt"] = json!(hash),
        |fingerprint, hash| fingerprint["schema"] = json!(format!("2:{hash}")),
        |fingerprint, _| fingerprint["options"]["vision"] = json!("always"),
        |fingerprint, hash| fingerprint["inputs"]["outline/book"] = json!(hash),
    ];
    for change in changes {
        age(&shelf, &file, |record| change(&mut record["fingerprint"], &hash));
        assert_eq!(to_make(&plan(&shelf, &model, "asked")), [""; 0]);
        assert_eq!(earlier(&shelf, &model, "asked"), [("corrected".to_owned(), 1)]);
    }
}

#[test]
fn what_a_user_changes_makes_a_paid_page_stale() {
    let (shelf, model) = (oldest(), model());
    let paid = paid_page(&shelf, "corrected");
    let stale = |why: &str| {
        let made = to_make(&plan(&shelf, &model, "asked"));
        assert!(made.iter().any(|line| *line == format!("corrected {paid}: {why}")), "{why}: {made:?}");
    };
    let file = format!("asked/corrected/page_{paid:04}.json");
    let before = fs::read(shelf.library().join(&file)).unwrap();
    age(&shelf, &file, |record| record["fingerprint"]["model"] = json!("another"));
    stale("model another → scripted");
    age(&shelf, &file, |record| {
        record["fingerprint"]["model"] = json!("scripted");
        record["fingerprint"]["options"]["vision"] = json!("always");
        record["fingerprint"]["set"] = json!(["correct", "vision"]);
    });
    stale("vision always → auto");
    fs::write(shelf.library().join(&file), before).unwrap();
    fs::create_dir(shelf.library().join("asked/prompts")).unwrap();
    fs::write(shelf.library().join("asked/prompts/corrected.md"), "Correct the text.").unwrap();
    stale("the prompt changed");
    assert!(model.requests().is_empty());
}

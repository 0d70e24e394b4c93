//! A real book, from its PDF to text: twenty pages of 1892.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, json};
use shelf::eval::{Normalisation, Score, score};
use shelf::pages::{OcrPage, PageText};
use shelf::testing::{ReceivedRequest, ScriptedModel, ScriptedReply, real_scans};
use shelf_tests::{FolderWatch, Shelf};

fn florida(test: &str) -> Option<(Shelf, std::path::PathBuf)> {
    let book = real_scans(test, env!("CARGO_MANIFEST_DIR"))?.join("book-colonial-florida");
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    let pdf = book.join("colonial-florida-20pp.pdf");
    shelf.ok([
        "add".as_ref(),
        pdf.as_os_str(),
        "--id".as_ref(),
        "florida".as_ref(),
        "--language".as_ref(),
        "en".as_ref(),
    ]);
    Some((shelf, book))
}

/// A library in which the book has gone through all stages by rules. It is read once for all tests, and none changes it.
static READ: LazyLock<Option<Shelf>> = LazyLock::new(|| {
    let (shelf, _) = florida("florida: read by rules")?;
    shelf.ok(["process", "florida", "--engine", "rules"]);
    Some(shelf)
});

/// A library with a copy of the book that has gone through all stages by rules.
pub(crate) fn with_florida() -> Option<Shelf> {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    shelf.copy("florida", READ.as_ref()?);
    Some(shelf)
}

/// The outputs of a stage by file name, without records and without what the runtime fills in.
fn outputs(library: &Path, stage: &str) -> Vec<(String, Value)> {
    let mut pages: Vec<_> = std::fs::read_dir(library.join("florida").join(stage))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("page_"))
        .map(|entry| {
            let mut page: Value = serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap();
            let of_this_run = ["_record", "ocr_timestamp", "timestamp", "processing_cost", "metadata"];
            page.as_object_mut().unwrap().retain(|name, _| !of_this_run.contains(&name.as_str()));
            (entry.file_name().into_string().unwrap(), page)
        })
        .collect();
    pages.sort_by(|a, b| a.0.cmp(&b.0));
    pages
}

#[test]
fn a_real_book_is_read_well_survives_twenty_kills_and_then_has_nothing_left_to_do() {
    let Some((shelf, truth)) = florida("florida: read, killed, read on") else { return };
    let made = |shelf: &Shelf| {
        std::fs::read_dir(shelf.library().join("florida/ocr")).map_or(0, |folder| {
            folder.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().starts_with("page_")).count()
        })
    };
    for kill in 1..=20 {
        let before = made(&shelf);
        let watch = FolderWatch::new(&shelf.library().join("florida/ocr"));
        let mut run = shelf.start(["process", "florida", "--stage", "ocr"]);
        // The kill comes when one more page is there, or at once when none is left to make: never by the clock.
        watch.wait_until(&run, || made(&shelf) > before || before == 20);
        run.kill().unwrap();
        run.wait().unwrap();
        assert!(made(&shelf) >= before, "kill {kill} lost a page");
    }
    let records: Vec<Value> = outputs_with_records(shelf.library());
    let said = shelf.run(["process", "florida", "--stage", "ocr"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let after = outputs_with_records(shelf.library());
    let kept = records.iter().filter(|page| after.contains(page)).count();
    assert_eq!(kept, records.len(), "a page that was done is not made again");
    let all_at_once = READ.as_ref().expect("the scans are there");
    assert_eq!(outputs(shelf.library(), "ocr"), outputs(all_at_once.library(), "ocr"));
    let leftovers = std::fs::read_dir(shelf.library().join("florida/ocr")).unwrap();
    assert_eq!(
        leftovers.filter(|f| f.as_ref().unwrap().file_name().to_string_lossy().starts_with(".write")).count(),
        0
    );

    assert_eq!(shelf.ok(["process", "florida", "--stage", "ocr"]), "florida: ocr: nothing to do, 20 up to date\n");
    assert_eq!(
        shelf.ok(["verify", "florida", "--quiet"]).lines().last().unwrap().split(" and ").next().unwrap(),
        "florida: checked 20 records"
    );

    let report = std::fs::read_to_string(shelf.library().join("florida/ocr/report.csv")).unwrap();
    assert_eq!(report.lines().count(), 21);
    assert!(report.starts_with("page_num,confidence_mean,blocks_detected"), "{report}");

    let mut scores: Vec<Score> = Vec::new();
    for (page, _) in outputs(shelf.library(), "ocr") {
        let output: OcrPage = serde_json::from_value(shelf.json(&format!("florida/ocr/{page}"))).unwrap();
        let number: u32 = page["page_".len()..][..4].parse().unwrap();
        let truth = std::fs::read_to_string(truth.join(format!("g{:03}.gt.txt", number + 14))).unwrap();
        scores.push(score(&truth, &output.text(), &Normalisation::default()));
    }
    assert_eq!(scores.len(), 20);
    let book: Score = scores.into_iter().sum();
    assert!(book.characters.rate() <= 0.008, "the character error rate is {}", book.characters.rate());

    // No title page is among them: nothing is made up, and the title stays what the file was called.
    shelf.ok(["process", "florida", "--stage", "catalogue", "--engine", "rules"]);
    let known: Value = serde_json::from_str(&shelf.ok(["show", "florida", "--json"])).unwrap();
    assert_eq!(known["title"], "Colonial Florida 20pp");
    for field in ["author", "year", "publisher", "isbn", "type", "metadata_extraction_confidence"] {
        assert_eq!(known[field], Value::Null, "{field}");
    }
}

fn outputs_with_records(library: &Path) -> Vec<Value> {
    let folder = std::fs::read_dir(library.join("florida/ocr")).unwrap().map(|entry| entry.unwrap().path());
    let pages = folder.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    pages.map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
}

#[test]
fn scans_have_the_same_pixels_as_the_pdf() {
    let Some((shelf, book)) = florida("florida: pixel for pixel") else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    let ended = Command::new("pdfimages")
        .args(["-png", &book.join("colonial-florida-20pp.pdf").display().to_string()])
        .arg(elsewhere.path().join("page"))
        .status();
    assert!(ended.unwrap().success());
    let mut theirs: Vec<_> = std::fs::read_dir(elsewhere.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    theirs.sort();
    assert_eq!(theirs.len(), 20);
    for (theirs, number) in theirs.iter().zip(1..) {
        let ours = shelf.library().join(format!("florida/source/page_{number:04}.png"));
        let pixels = |path: &Path| image::open(path).unwrap().into_luma8();
        assert!(pixels(&ours) == pixels(theirs), "page {number}");
    }
}

/// What a scripted model says of any page: a full stop becomes an exclamation mark, and labels stay as they are. Nobody has read anything.
fn script(asked: &ReceivedRequest) -> ScriptedReply {
    let paragraph = asked.user.strip_prefix('[').and_then(|question| question.split_once("]\n"));
    let change = paragraph.and_then(|(id, rest)| {
        let text =
            rest.split("\n[").next().unwrap_or_default().split("\nIn doubt:").next().unwrap_or_default().trim_end();
        text.strip_suffix('.').map(|text| json!({ "id": id, "text": format!("{text}!") }))
    });
    let changes: Vec<Value> = change.into_iter().collect();
    ScriptedReply::text(json!({ "changes": changes, "printed_page_number": null }).to_string())
}

#[test]
fn a_language_model_is_asked_what_the_plan_says_and_recorded_replies_do_without_it() {
    let (Some(shelf), Some(offline)) = (with_florida(), with_florida()) else { return };
    let tape = shelf.library().join("tape");

    let model = ScriptedModel::with_script(script);
    let online = |arguments: &[&str]| {
        let mut command = shelf.command(arguments);
        command.env("SHELF_LLM_BASE_URL", model.base_url()).env("SHELF_LLM_REQUESTS_PER_MINUTE", "0");
        let ended = command.output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stdout).unwrap()
    };
    let plan: Value = serde_json::from_str(&online(&["plan", "florida", "--engine", "llm", "--json"])).unwrap();
    assert_eq!(model.requests().len(), 0);
    let planned =
        |what: &'static str| plan[0]["models"].as_array().unwrap().iter().map(move |stage| stage[what].clone());
    let asking: u64 = planned("asking").map(|count| count.as_u64().unwrap()).sum();
    let paragraphs: u64 = planned("about").filter_map(|about| about["paragraph"].as_u64()).sum();
    online(&["process", "florida", "--engine", "llm", "--yes", "--record", &tape.display().to_string()]);
    assert_eq!(model.requests().len() as u64, asking, "{plan}");
    let sent = |page: u32| {
        let page = shelf.json(&format!("florida/corrected/page_{page:04}.json"));
        page["_record"]["metrics"]["paragraphs_sent"].as_u64().unwrap()
    };
    assert_eq!((1..=20).map(sent).sum::<u64>(), paragraphs);
    drop(model);

    let replay = ["process", "florida", "--engine", "llm", "--replay", &tape.display().to_string()];
    offline.ok(replay);
    for stage in ["corrected", "labels", "merged"] {
        assert!(outputs(offline.library(), stage) == outputs(shelf.library(), stage), "{stage} is another");
    }
    let judged = |page: u32| {
        let page = offline.json(&format!("florida/corrected/page_{page:04}.json"));
        let count = |metric: &str| page["_record"]["metrics"][metric].as_u64().unwrap();
        count("changes_accepted") + count("changes_flagged") + count("changes_refused") > 0
    };
    let judged = (1..=20).filter(|page| judged(*page)).count();
    assert!(judged > 10, "{judged} pages");

    std::fs::create_dir(offline.library().join("florida/prompts")).unwrap();
    std::fs::write(offline.library().join("florida/prompts/corrected.md"), "Correct the text.").unwrap();
    let other = offline.run(replay);
    assert_ne!(other.code, Some(0));
    assert!(other.err.contains("was not recorded") && other.err.contains("Correct the text."), "{}", other.err);
}

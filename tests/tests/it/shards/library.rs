//! A library with a book without scans, which `asking-shelf` takes through `described`, `index`, `linked` and `bound`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use shelf::testing::{ScriptedModel, ScriptedReply};
use shelf_tests::Shelf;

pub(super) const PAGES: usize = 22;
pub(super) const SHARDS: u32 = 4;
const STAGES: &str = "described,index,linked,bound";

pub(super) fn library() -> Shelf {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_asking-shelf"));
    let book = shelf.library().join("book");
    fs::create_dir(&book).unwrap();
    fs::write(book.join("metadata.json"), json!({ "title": "A Book", "total_pages": PAGES }).to_string()).unwrap();
    shelf
}

/// A server that takes a moment for each reply, so that several are in flight.
pub(super) fn model() -> ScriptedModel {
    ScriptedModel::with_script(|asked| {
        let usage = json!({ "prompt_tokens": 10, "completion_tokens": 5, "cost": 0.01 });
        ScriptedReply::text(json!({ "text": asked.user }).to_string())
            .usage(Some(usage))
            .delayed(Duration::from_millis(5), Duration::from_millis(5))
    })
}

/// `shelf process book` with these arguments, asking `model`.
pub(super) fn process(shelf: &Shelf, model: &ScriptedModel, arguments: &[&str]) -> Command {
    let process = ["process", "book", "--stages", STAGES, "--yes", "--llm-model", "m", "--llm-in-flight", "3"];
    let mut command = shelf.command(process.iter().chain(arguments));
    with_model(&mut command, model);
    command
}

pub(super) fn with_model(command: &mut Command, model: &ScriptedModel) {
    command.env("SHELF_LLM_BASE_URL", model.base_url()).env("SHELF_LLM_REQUESTS_PER_MINUTE", "0");
}

pub(super) fn start(shelf: &Shelf, model: &ScriptedModel, shard: u32) -> Child {
    let mut command = process(shelf, model, &["--shard", &format!("{shard}/{SHARDS}"), "--quiet"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command starts")
}

/// Runs all shards at the same time, again and again until none has work left. Returns the number of rounds.
pub(super) fn until_done(shelf: &Shelf, model: &ScriptedModel) -> usize {
    for round in 1..=10 {
        let running: Vec<Child> = (1..=SHARDS).map(|shard| start(shelf, model, shard)).collect();
        let codes: Vec<Option<i32>> = running.into_iter().map(|mut child| child.wait().unwrap().code()).collect();
        if codes.iter().all(|code| *code == Some(0)) {
            return round;
        }
        assert!(codes.iter().all(|code| [Some(0), Some(5)].contains(code)), "{codes:?}");
    }
    panic!("pages are left after ten rounds");
}

/// The files of the book, without the times in them, and without what differs from run to run: logs, locks, and replies, which have times.
pub(super) fn files(shelf: &Shelf) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    collect(&shelf.library().join("book"), "", &mut files);
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let relative = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if !["logs", "replies"].contains(&&*name) {
                collect(&entry.path(), &format!("{relative}/"), files);
            }
        } else if !name.starts_with(".lock") {
            let text = fs::read_to_string(entry.path()).unwrap();
            let json = serde_json::from_str::<Value>(&text).ok().filter(Value::is_object);
            files.insert(relative, json.map_or(text, |json| without_times(json).to_string()));
        }
    }
}

/// Without times, and without the checksums that cover them.
fn without_times(json: Value) -> Value {
    match json {
        Value::Object(fields) => {
            let is_time = |name: &str| {
                ["checksum", "finished", "processing_time_seconds", "tokens_per_second", "when"].contains(&name)
                    || ["_s", "_seconds"].iter().any(|end| name.ends_with(end))
            };
            let fields = fields.into_iter().filter(|(name, _)| !is_time(name));
            Value::Object(fields.map(|(name, value)| (name, without_times(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_times).collect()),
        other => other,
    }
}

//! The workflow of this release understands the jobs that earlier ones have begun: their saved histories replay. A history is added with each
//! release that changes the workflow: `examples/save-history.rs` saves it.

use std::path::Path;

use shelf_temporal::workflow::BookJob;
use temporalio_client::WorkflowHistory;
use temporalio_sdk::workflow_replayer::{WorkflowReplayer, WorkflowReplayerOptions};

fn replayer() -> WorkflowReplayer {
    let options = WorkflowReplayerOptions::new().register_workflow::<BookJob>().unwrap().build();
    WorkflowReplayer::new(options).unwrap()
}

fn histories() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn saved_histories_replay() {
    let histories = histories();
    assert!(!histories.is_empty());
    for (name, history) in histories {
        let history = WorkflowHistory::from_json(&history).unwrap_or_else(|error| panic!("{name}: {error}"));
        replayer().replay_workflow(history).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// Without this, the test above would pass whatever the workflow did.
#[tokio::test(flavor = "multi_thread")]
async fn a_history_of_another_order_does_not_replay() {
    let (_, history) = histories().swap_remove(0);
    let history = String::from_utf8(history).unwrap();
    let changed =
        history.replacen(r#""activity_type":{"name":"shelf_part"}"#, r#""activity_type":{"name":"another"}"#, 1);
    assert_ne!(changed, history);
    let history = WorkflowHistory::from_json(changed.as_bytes()).unwrap();
    let error = replayer().replay_workflow(history).await.unwrap_err().to_string();
    assert!(error.contains("nondeterministic"), "{error}");
}

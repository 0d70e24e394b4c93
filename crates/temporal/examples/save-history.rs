//! Saves the history of a job, for `tests/replay.rs`:
//! `cargo run --features testing --example save-history -- WORKFLOW_ID tests/histories/NAME.json`. The server is that of `TEMPORAL_ADDRESS`.

use shelf_temporal::workflow::BookJob;
use temporalio_client::envconfig::LoadClientConfigProfileOptions;
use temporalio_client::{Client, ClientOptions, Connection, WorkflowFetchHistoryOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (id, file) = (arguments.next().ok_or("no workflow")?, arguments.next().ok_or("no file")?);
    let (connection, client) = ClientOptions::load_from_config(LoadClientConfigProfileOptions::default())?;
    let client = Client::new(Connection::connect(connection).await?, client)?;
    let history = client.get_workflow_handle::<BookJob>(id).fetch_history(WorkflowFetchHistoryOptions::default());
    Ok(std::fs::write(file, history.to_json().await?)?)
}

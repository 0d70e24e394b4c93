//! The connection to the server.

use clap::Args;
use shelf::extension::{CliError, Result};
use std::fmt::Write;
use std::time::Duration;
use temporalio_client::envconfig::{ClientConfigProfile, LoadClientConfigProfileOptions};
use temporalio_client::{Client, ClientOptions, Connection, ConnectionOptions};

/// Which server to use. Addresses, mTLS certificates and API keys of Temporal Cloud are read from `TEMPORAL_*` in the environment and from
/// `temporal.toml`, as its own tools do.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Temporal")]
#[group(skip)]
pub(crate) struct ConnectArgs {
    /// Use this server [default: `TEMPORAL_ADDRESS`, or localhost:7233]
    #[arg(long, value_name = "HOST:PORT")]
    address: Option<String>,
    /// Use this namespace [default: `TEMPORAL_NAMESPACE`, or `default`]
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// Link to this web interface [default: known for a local server and for Temporal Cloud]
    #[arg(long, value_name = "URL", env = "SHELF_TEMPORAL_UI", hide_env_values = true, hide_short_help = true)]
    ui: Option<String>,
}

/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// A connected client, and where a browser finds what it starts.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) client: Client,
    namespace: String,
    ui: Option<String>,
}

impl ConnectArgs {
    /// The settings, without connecting.
    fn options(&self) -> Result<(ConnectionOptions, ClientOptions)> {
        let invalid = |error: &dyn std::fmt::Display| {
            CliError::refused(format!("cannot use the settings of Temporal: {error}"))
                .hint("check `--address`, the `TEMPORAL_…` variables of the environment, and temporal.toml")
        };
        let loaded = LoadClientConfigProfileOptions::default();
        let mut profile: ClientConfigProfile =
            temporalio_common::envconfig::load_client_config_profile(loaded, None).map_err(|error| invalid(&error))?;
        if let Some(address) = &self.address {
            profile.address = Some(address.clone());
        }
        if let Some(namespace) = &self.namespace {
            profile.namespace = Some(namespace.clone());
        }
        let namespace = profile.namespace.clone().unwrap_or_else(|| "default".to_owned());
        let mut connection = ConnectionOptions::try_from(profile).map_err(|error| invalid(&error))?;
        connection.connect_timeout = Some(CONNECT);
        Ok((connection, ClientOptions::new(namespace).build()))
    }

    /// Connects, or fails if the server cannot be reached.
    pub(crate) async fn connect(&self) -> Result<Server> {
        self.connect_while(&|_| false).await
    }

    /// Connects. As long as `is_patient` says so when it is told the error, waits for a server that cannot be reached yet.
    pub(crate) async fn connect_while(&self, is_patient: &dyn Fn(&dyn std::fmt::Display) -> bool) -> Result<Server> {
        let (options, client) = self.options()?;
        let address = options.target.to_string();
        let ui = self.ui.clone().or_else(|| known_ui(options.target.host_str()?));
        let connection = loop {
            match Connection::connect(options.clone()).await {
                Ok(connection) => break connection,
                Err(error) if is_patient(&error) => tokio::time::sleep(Duration::from_millis(500)).await,
                Err(error) => {
                    return Err(CliError::failed(error).hint(format!(
                        "check that a Temporal server is running at {address}: `temporal server start-dev` starts one"
                    )));
                }
            }
        };
        let namespace = client.namespace.clone();
        Ok(Server { client: Client::new(connection, client).map_err(CliError::failed)?, namespace, ui })
    }
}

impl Server {
    /// The page of a job in the web interface.
    pub(crate) fn link(&self, workflow_id: &str, run_id: &str) -> Option<String> {
        let ui = self.ui.as_ref()?.trim_end_matches('/');
        Some(format!("{ui}/namespaces/{}/workflows/{}/{run_id}", encoded(&self.namespace), encoded(workflow_id)))
    }
}

fn known_ui(host: &str) -> Option<String> {
    match host {
        "localhost" | "127.0.0.1" => Some(format!("http://{host}:8233")),
        host if host.ends_with(".tmprl.cloud") || host.ends_with(".api.temporal.io") => {
            Some("https://cloud.temporal.io".to_owned())
        }
        _ => None,
    }
}

/// Percent-encoded, as a part of a path.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Runs what talks to the server.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(future)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_web_interface_of_the_server() {
        assert_eq!(known_ui("localhost").as_deref(), Some("http://localhost:8233"));
        assert_eq!(known_ui("ours.a1b2.tmprl.cloud").as_deref(), Some("https://cloud.temporal.io"));
        assert_eq!(known_ui("temporal.example.org"), None);
        assert_eq!(encoded("shelf/l/b a/0"), "shelf%2Fl%2Fb%20a%2F0");
    }
}

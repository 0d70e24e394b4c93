//! To which servers the key is sent. A library may come from elsewhere, and its `shelf.toml` with it: a server that only this file names gets
//! no key until the user has confirmed it, once.

use std::io::Write as _;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use shelf_llm::ApiKey;

use super::config_file::ConfigFile;
use super::error::{CliError, Result};
use super::out::ask;
use super::server_address::{ANY_KEY, origin};

/// A key that is not sent yet, and why.
#[derive(Debug)]
pub(super) struct WithheldKey {
    key: ApiKey,
    url: String,
    why: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Only the library's `shelf.toml` names the server.
    Unconfirmed,
    /// The connection to another machine would not be encrypted.
    Unencrypted,
}

impl WithheldKey {
    pub(super) fn new(key: ApiKey, url: &str, why: Reason) -> Self {
        Self { key, url: url.to_owned(), why }
    }

    /// Why the key is not sent, for `shelf config`.
    pub(super) fn shown(&self) -> &'static str {
        match self.why {
            Reason::Unconfirmed => "set, not sent: the server is not confirmed",
            Reason::Unencrypted => "set, not sent: the connection is not encrypted",
        }
    }

    /// The error where nobody can be asked.
    pub(super) fn refusal(&self) -> CliError {
        let (server, file) = (origin(&self.url), ConfigFile::NAME);
        match self.why {
            Reason::Unencrypted => {
                CliError::refused(format!("refusing to send the key to {server}: the connection is not encrypted"))
                    .hint("use `https://`, or pass `--insecure` if you trust the network")
            }
            Reason::Unconfirmed => CliError::refused(format!(
                "refusing to send the key in {ANY_KEY} to {server}, which only `{file}` in this library names (no terminal)"
            ))
            .hint("confirm it once in a terminal, or name the server yourself with `--llm-base-url` or `SHELF_LLM_BASE_URL`"),
        }
    }

    /// The key, after the user has confirmed the server. Refuses without a terminal.
    pub(super) fn confirm(&self) -> Result<ApiKey> {
        let server = origin(&self.url);
        let file = ConfigFile::NAME;
        if self.why == Reason::Unencrypted {
            return Err(self.refusal());
        }
        match ask(&format!("only `{file}` in this library names {server}; send it the key in {ANY_KEY}?"))? {
            Some(true) => {
                remember(server)?;
                Ok(self.key.clone())
            }
            Some(false) => Err(CliError::refused("no key was sent, and no model was asked")),
            None => Err(self.refusal()),
        }
    }
}

/// Whether the user has confirmed the server at `url`.
pub(super) fn is_confirmed(url: &str) -> bool {
    let confirmed = confirmed_servers().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    confirmed.lines().any(|line| line.trim() == origin(url))
}

fn remember(server: &str) -> Result<()> {
    let Some(path) = confirmed_servers() else { return Ok(()) };
    let append = || -> std::io::Result<()> {
        std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
        let mut file = std::fs::File::options().create(true).append(true).open(&path)?;
        writeln!(file, "{server}")
    };
    append().map_err(|error| CliError::refused(format!("cannot write {}: {error}", path.display())))
}

/// The user's list of confirmed servers, one in a line; `None` without a home folder.
fn confirmed_servers() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.config_dir().join("shelf").join("confirmed-servers"))
}

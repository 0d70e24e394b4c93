//! The address of a model's server: checked, and printed without a password.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};
use shelf_llm::LlmSettings;

/// The variable with the key to any server.
pub(super) const ANY_KEY: &str = "SHELF_LLM_API_KEY";

/// Parses the flag. The error does not repeat the value, which may contain a password.
#[derive(Debug, Clone, Copy)]
pub(super) struct AddressParser;

impl TypedValueParser for AddressParser {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        parse_url(&value.to_string_lossy()).map_err(|problem| {
            let arg = arg.map(|arg| format!(" for '{arg}'")).unwrap_or_default();
            command.clone().error(ErrorKind::ValueValidation, format!("invalid value{arg}: {problem}"))
        })
    }
}

/// Requires an HTTP address without a password, which `shelf config` would show.
pub(super) fn parse_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    if text.contains('@') {
        return Err(format!("an address with a password would be shown; put the key in {ANY_KEY}"));
    }
    match rest.map(|rest| rest.split('/').next().unwrap_or_default()) {
        None | Some("") => Err("expected an address such as `http://127.0.0.1:8080/v1`".to_owned()),
        Some(_) => Ok(text.trim_end_matches('/').to_owned()),
    }
}

/// `text` with everything removed that may be a user name or a password in an address.
pub(super) fn without_passwords(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, address) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = address.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(address.len());
        if let Some(at) = address[..end].rfind('@') {
            shown.push_str("[password]");
            rest = &address[at..];
        } else {
            rest = address;
        }
    }
    shown + rest
}

/// Scheme, host and port of an address.
pub(super) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or(url, |end| &url[..host + end])
}

/// Whether an address is of another machine and not encrypted.
pub(super) fn is_unencrypted(url: &str) -> bool {
    url.starts_with("http://") && !LlmSettings::new(url).is_local()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_passwords_wherever_they_are() {
        for url in ["https://me:secret@h/v1", "https://me:sec/ret@h/v1", "me:secret@h"] {
            let problem = parse_url(url).unwrap_err();
            assert!(problem.contains("put the key in SHELF_LLM_API_KEY") && !problem.contains("secret"), "{problem}");
        }
        assert_eq!(parse_url("https://h/v1/").unwrap(), "https://h/v1");
        assert!(parse_url("h/v1").is_err() && parse_url("http://").is_err());
    }

    #[test]
    fn hides_passwords_in_quoted_lines() {
        let shown = without_passwords("3 | base_url = \"https://me:sec/ret@h/v1\n  | see https://toml.io");
        assert_eq!(shown, "3 | base_url = \"https://[password]@h/v1\n  | see https://toml.io");
    }

    #[test]
    fn knows_this_machine() {
        for url in ["http://127.0.0.1:8080/v1", "http://localhost/v1", "http://[::1]:1/v1", "https://example.org/v1"] {
            assert!(!is_unencrypted(url), "{url}");
        }
        for url in ["http://example.org/v1", "http://192.168.1.7:8080", "http://localhost.example.org/v1"] {
            assert!(is_unencrypted(url), "{url}");
        }
        assert_eq!(origin("https://h:1/v1"), "https://h:1");
    }
}

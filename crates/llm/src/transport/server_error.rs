use serde_json::Value;

/// What a server says of an error, whatever form it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ServerError {
    /// What is wrong.
    pub(crate) message: String,
    /// `code` or `type`: `insufficient_quota`, `unsupported_parameter`, …
    pub(crate) code: Option<String>,
    /// The parameter that is wrong.
    pub(crate) param: Option<String>,
    /// The number in `code`.
    pub(crate) status: Option<u16>,
}

impl ServerError {
    /// Reads the body of an error response. A body that is not JSON is the message.
    pub(super) fn of_body(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) if value.is_object() || value.is_array() => Self::of_value(&value),
            _ => Self { message: String::from_utf8_lossy(body).into_owned(), ..Self::default() },
        }
    }

    /// Reads an error object, or an object around one. Google wraps it in a list, OpenRouter quotes the provider's error in
    /// `metadata.raw`, and servers in Python list the wrong fields in `detail`.
    pub(super) fn of_value(value: &Value) -> Self {
        let outer = value.get(0).unwrap_or(value);
        let error = outer.get("error").filter(|error| !error.is_null()).unwrap_or(outer);
        let text = |key: &str| error.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
        let details = error.get("detail").or_else(|| error.pointer("/message/detail")).or_else(|| outer.get("detail"));
        let message = text("message")
            .or_else(|| error.as_str().map(ToOwned::to_owned))
            .or_else(|| details.and_then(described))
            .unwrap_or_else(|| error.to_string());
        let quoted = error.pointer("/metadata/raw").map(|raw| {
            let parsed = raw.as_str().and_then(|raw| serde_json::from_str::<Value>(raw).ok());
            parsed.map_or_else(
                || Self { message: raw.as_str().unwrap_or_default().to_owned(), ..Self::default() },
                |raw| Self::of_value(&raw),
            )
        });
        let code = error.get("code");
        let number = |code: &Value| code.as_u64().or_else(|| code.as_str()?.parse().ok());
        let word = |key: &str| text(key).filter(|word| word.parse::<u64>().is_err());
        let own = Self {
            message,
            code: word("code").or_else(|| word("type")).or_else(|| word("status")),
            param: text("param"),
            status: code.and_then(number).and_then(|code| u16::try_from(code).ok()),
        };
        match quoted {
            None => own,
            Some(quoted) => Self {
                message: if quoted.message.is_empty() {
                    own.message
                } else {
                    format!("{}: {}", own.message, quoted.message)
                },
                code: quoted.code.or(own.code),
                param: quoted.param.or(own.param),
                status: own.status,
            },
        }
    }
}

/// A list of wrong fields in words: `body.stream_options: Extra inputs are not permitted`. What was sent is not quoted.
fn described(details: &Value) -> Option<String> {
    if let Some(text) = details.as_str() {
        return Some(text.to_owned());
    }
    let line = |detail: &Value| {
        let message = detail.get("msg")?.as_str()?;
        let place: Vec<String> = detail["loc"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|step| step.as_str().map_or_else(|| step.to_string(), ToOwned::to_owned))
            .collect();
        Some(format!("{}: {message}", place.join(".")))
    };
    let lines: Vec<String> = details.as_array()?.iter().filter_map(line).collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (String, Option<String>, Option<String>) {
        let ServerError { message, code, param, .. } = ServerError::of_body(body.as_bytes());
        (message, code, param)
    }

    fn expected(message: &str, code: Option<&str>, param: Option<&str>) -> (String, Option<String>, Option<String>) {
        (message.to_owned(), code.map(ToOwned::to_owned), param.map(ToOwned::to_owned))
    }

    #[test]
    fn reads_errors_of_servers() {
        for (server, body, error) in [
            (
                "OpenAI",
                r#"{"error":{"message":"Unsupported","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
                expected("Unsupported", Some("unsupported_parameter"), Some("max_tokens")),
            ),
            (
                "OpenRouter",
                r#"{"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"no\",\"param\":\"top_k\"}}"}}}"#,
                expected("Provider returned error: no", None, Some("top_k")),
            ),
            (
                "Google",
                r#"[{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}]"#,
                expected("API key not valid", Some("INVALID_ARGUMENT"), None),
            ),
            (
                "Mistral",
                r#"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"not permitted","input":{"max_tokens":1}}]},"type":"invalid_request_error"}"#,
                expected("body.stream_options: not permitted", Some("invalid_request_error"), None),
            ),
            ("vLLM", r#"{"object":"error","message":"too long","code":400}"#, expected("too long", None, None)),
            ("Ollama", r#"{"error":"model \"m\" not found"}"#, expected("model \"m\" not found", None, None)),
            ("a proxy", "<html>Bad gateway</html>", expected("<html>Bad gateway</html>", None, None)),
        ] {
            assert_eq!(read(body), error, "{server}");
        }
    }
}

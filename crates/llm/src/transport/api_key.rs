use std::fmt;

/// The key to a model's server. It is sent in a header and shown nowhere: not by `Debug`, nor in an error, log, record or reply.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

/// Replaces the key where a server sends it back.
const REDACTED: &str = "[key]";

impl ApiKey {
    /// The key without surrounding white space; `None` if nothing is left.
    #[must_use]
    pub fn new(key: &str) -> Option<Self> {
        let key = key.trim();
        (!key.is_empty()).then(|| Self(key.to_owned()))
    }

    /// The value of the `Authorization` header.
    pub(super) fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// `text` with the key redacted.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        text.replace(&self.0, REDACTED)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::ApiKey;

    #[test]
    fn never_shows_key() {
        let key = ApiKey::new(" sk-canary\n").unwrap();
        assert_eq!(format!("{:?}", Some(&key)), "Some(ApiKey(…))");
        assert_eq!(key.redact("invalid key sk-canary!"), "invalid key [key]!");
        assert_eq!(ApiKey::new(" \n"), None);
    }
}

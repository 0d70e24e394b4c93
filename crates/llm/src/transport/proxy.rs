use std::fmt;

/// A proxy for HTTPS, as `HTTPS_PROXY` and `NO_PROXY` describe it. Servers on this machine are always reached directly.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its address, perhaps with a password.
    pub url: String,
    /// Hosts that are reached directly, separated by commas.
    pub no_proxy: Option<String>,
}

/// Hosts that are reached directly in any case.
const LOOPBACK: &str = "localhost,127.0.0.0/8,::1";

impl Proxy {
    pub(super) fn build(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let direct =
            self.no_proxy.as_deref().map_or_else(|| LOOPBACK.to_owned(), |hosts| format!("{LOOPBACK},{hosts}"));
        // Its error would show the address.
        let proxy = reqwest::Proxy::https(&self.url).map_err(reqwest::Error::without_url)?;
        Ok(proxy.no_proxy(reqwest::NoProxy::from_string(&direct)))
    }
}

/// Without a password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.rsplit('@').next().unwrap_or_default();
        f.debug_struct("Proxy").field("host", &host).field("no_proxy", &self.no_proxy).finish()
    }
}

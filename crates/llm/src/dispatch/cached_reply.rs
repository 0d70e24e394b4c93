use serde::{Deserialize, Serialize};

use crate::caller::Caller;
use crate::chat::Reply;
use crate::cost::CostBasis;
use shelf_runtime::failure::Failure;
use shelf_runtime::record::{Hash, with_checksum};
use shelf_runtime::store::BookPath;
use shelf_runtime::usd::Usd;

/// A paid reply, stored before it is parsed: `<stage>/replies/<hash of the request>.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CachedReply {
    /// See [`Caller::retry_epoch`].
    #[serde(default, rename = "round", skip_serializing_if = "Option::is_none")]
    pub(super) retry_epoch: Option<String>,
    pub(super) cost_usd: Option<Usd>,
    pub(super) cost: CostBasis,
    pub(super) reply: Reply,
}

impl CachedReply {
    /// The stored reply to this request, unless it is of an earlier retry epoch. A file that cannot be parsed is ignored.
    pub(super) fn read(caller: &Caller, request: &Hash) -> Result<Option<Self>, Failure> {
        let bytes = caller.store.read(&Self::path(caller, request)?)?;
        let cached: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(cached.filter(|cached| caller.retry_epoch.is_none() || cached.retry_epoch == caller.retry_epoch))
    }

    pub(super) fn write(&self, caller: &Caller, request: &Hash) -> Result<(), Failure> {
        Ok(caller.store.write(&Self::path(caller, request)?, &serde_json::to_vec(&with_checksum(self)?)?)?)
    }

    fn path(caller: &Caller, request: &Hash) -> Result<BookPath, Failure> {
        Ok(BookPath::new(&caller.book, &format!("{}/replies/{request}.json", caller.stage))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_format_is_stable() {
        let file = r#"{"round":"again","cost_usd":0.25,"cost":"reported","reply":{"text":"{}","finish_reason":"stop","model":null,"provider":null,"usage":null,"ttft_s":0.1,"total_s":0.2}}"#;
        let cached: CachedReply = serde_json::from_str(file).unwrap();
        assert_eq!(cached.retry_epoch.as_deref(), Some("again"));
        assert_eq!(serde_json::to_string(&cached).unwrap(), file);
    }
}

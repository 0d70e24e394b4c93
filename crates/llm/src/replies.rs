use serde::{Deserialize, Serialize};

use super::{Caller, CostBasis, Reply, Usd};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;
use shelf_runtime::store::BookPath;

/// A reply that was paid, kept before anybody looked into it: `<stage>/replies/<hash of the request>.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptReply {
    /// The wish that the page be asked anew that it belongs to: see [`Caller::round`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) round: Option<String>,
    pub(super) cost_usd: Option<Usd>,
    pub(super) cost: CostBasis,
    pub(super) reply: Reply,
}

impl KeptReply {
    /// The reply to this request that is kept, unless it is from before the wish to ask anew. A file that cannot be read is none.
    pub(super) fn read(caller: &Caller, request: &Hash) -> Result<Option<Self>, Failure> {
        let bytes = caller.store.read(&Self::path(caller, request)?)?;
        let kept: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(kept.filter(|kept| caller.round.is_none() || kept.round == caller.round))
    }

    /// Keeps it.
    pub(super) fn write(&self, caller: &Caller, request: &Hash) -> Result<(), Failure> {
        Ok(caller.store.write(&Self::path(caller, request)?, &serde_json::to_vec(self)?)?)
    }

    fn path(caller: &Caller, request: &Hash) -> Result<BookPath, Failure> {
        Ok(BookPath::new(&caller.book, &format!("{}/replies/{request}.json", caller.stage))?)
    }
}

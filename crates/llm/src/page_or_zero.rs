//! `Option<PageNumber>` in files that write 0 for the whole book: `#[serde(with = "page_or_zero")]`.

use serde::{Deserialize, Deserializer, Serializer};
use shelf_runtime::book::PageNumber;

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
pub(crate) fn serialize<S: Serializer>(page: &Option<PageNumber>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u32(page.map_or(0, PageNumber::get))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PageNumber>, D::Error> {
    Ok(PageNumber::new(u32::deserialize(deserializer)?))
}

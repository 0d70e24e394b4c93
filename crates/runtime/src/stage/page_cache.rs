use super::page_files::ImageOwners;
use super::part::BookParts;
use super::recent_pages::RecentPages;

/// What the pages of one run share.
#[derive(Default)]
pub(crate) struct PageCache {
    /// The outputs of book stages, by page.
    pub(super) parts: BookParts,
    /// Recently written or read page files.
    pub(crate) recent: RecentPages,
    /// Which stage writes which file in `images`.
    pub(crate) image_owners: ImageOwners,
}

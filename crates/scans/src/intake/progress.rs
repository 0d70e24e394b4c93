use shelf_runtime::book::PageNumber;
use shelf_runtime::failure::Failure;

/// How far an addition has come.
#[derive(Debug)]
pub enum Progress<'a> {
    /// There are landscape images, which are examined for spreads.
    LandscapeImages {
        /// Such images.
        images: usize,
    },
    /// One of them was examined.
    Examined,
    /// The pages of all files are counted.
    Counted {
        /// Files.
        files: usize,
        /// Pages in them.
        pages: usize,
    },
    /// A page is done.
    Page {
        /// Its number.
        page: PageNumber,
        /// Pages done, this one included.
        done: usize,
        /// Pages in all.
        pages: usize,
        /// Why it failed, if it did.
        failure: Option<&'a Failure>,
    },
}

/// Where progress is reported, from any thread.
pub(super) type Report<'a> = &'a (dyn Fn(Progress<'_>) + Sync);

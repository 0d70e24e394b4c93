use std::sync::LazyLock;

use image::GrayImage;

static PAGE_OF_TEXT: LazyLock<GrayImage> = LazyLock::new(|| shelf::demo::book().pages.swap_remove(3).image);

/// A page of the demo book, with text and the page number `iv`. Drawing the book takes longer than reading the page, so it is drawn once.
#[must_use]
pub fn page_of_text() -> &'static GrayImage {
    &PAGE_OF_TEXT
}

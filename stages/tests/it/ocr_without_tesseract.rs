//! A build without the feature `tesseract`.

use std::io::Cursor;

use shelf::testing::TestBook;
use stages::ocr::ocr;

#[test]
fn ocr_fails_with_a_hint_how_to_get_an_engine() {
    let mut png = Cursor::new(Vec::new());
    image::GrayImage::from_pixel(300, 400, image::Luma([255])).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let book = TestBook::of_pages(1).scans([(png.into_inner(), (300, 400), 100.0)]);
    book.run::<ocr>();
    let failure = book.failure::<ocr>(1).unwrap().failure;
    assert_eq!(failure.error, "this build of shelf has no OCR engine");
    assert!(failure.hint.unwrap().contains("`tesseract`"));
}

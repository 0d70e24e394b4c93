//! Spreads composed of real pages, and real pages that are not spreads.

use std::path::{Path, PathBuf};

use image::imageops::replace;
use image::{GrayImage, Luma};

use super::search::Evidence;
use super::tests::{assert_not_a_spread, beside, blank, search};
use crate::formats::page_estimate::is_landscape;

fn real_scans(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_scan = |path: &PathBuf| {
        path.extension().and_then(|it| it.to_str()).is_some_and(|it| ["tif", "tiff", "jpg", "png"].contains(&it))
    };
    let mut scans: Vec<_> = files.filter(is_scan).collect();
    scans.sort();
    scans
}

#[test]
fn real_pages_and_landscape_parts_of_them_are_not_spreads() {
    let test = "real_pages_and_landscape_parts_of_them_are_not_spreads";
    let Some(data) = shelf_runtime::testing::real_scans(test, env!("CARGO_MANIFEST_DIR")) else { return };
    for folder in ["book-colonial-florida", "cer", "gray", "degraded", "labels-commentaries/cu31924087948174/imgs"] {
        for (count, file) in real_scans(&data.join(folder)).into_iter().enumerate() {
            let page = image::open(&file).unwrap().into_luma8();
            if is_landscape(page.width().into(), page.height().into()) {
                assert_not_a_spread(&page, &file.display().to_string());
            }
            // A few of the similar ones are enough.
            if count < 4 {
                let height = (f64::from(page.width()) / 1.35) as u32;
                let top = page.height().saturating_sub(height) / 3;
                let part = image::imageops::crop_imm(&page, 0, top, page.width(), height).to_image();
                assert_not_a_spread(&part, &format!("part of {}", file.display()));
            }
        }
    }
}

#[test]
fn real_pages_side_by_side_are_split_between_their_texts() {
    let test = "real_pages_side_by_side_are_split_between_their_texts";
    let Some(data) = shelf_runtime::testing::real_scans(test, env!("CARGO_MANIFEST_DIR")) else { return };
    let scans = real_scans(&data.join("book-colonial-florida"));
    for pair in scans.chunks(2).step_by(3) {
        let [left, right] = [0, 1].map(|at| image::open(&pair[at]).unwrap().into_luma8());
        let found = search(&beside(&left, &right));
        assert_ne!(found.evidence, Evidence::OnePage, "{}", pair[0].display());
        // Both have an inner margin of at least a tenth of their width.
        let cut = found.gutter.top.abs_diff(left.width());
        assert!(found.gutter.top == found.gutter.bottom && cut < left.width() / 10, "{}: {found:?}", pair[0].display());
    }
}

/// Two pages with a strip of light grey between them.
fn with_a_strip_between(left: &GrayImage, right: &GrayImage) -> GrayImage {
    let strip = GrayImage::from_pixel(left.width() / 24, left.height(), Luma([235]));
    let mut both = blank(left.width() + strip.width() + right.width(), left.height().max(right.height()));
    replace(&mut both, left, 0, 0);
    replace(&mut both, &strip, left.width().into(), 0);
    replace(&mut both, right, (left.width() + strip.width()).into(), 0);
    both
}

#[test]
fn dark_edges_of_real_pages_do_not_hide_the_gutter() {
    let test = "dark_edges_of_real_pages_do_not_hide_the_gutter";
    let Some(data) = shelf_runtime::testing::real_scans(test, env!("CARGO_MANIFEST_DIR")) else { return };
    let scans = real_scans(&data.join("book-colonial-florida"));
    let pairs: Vec<&[PathBuf]> = scans.chunks(2).collect();
    // Edges between the pages, beside them, and close to the text.
    for pair in [2, 4, 7].map(|at| pairs[at]) {
        let [left, right] = [0, 1].map(|at| image::open(&pair[at]).unwrap().into_luma8());
        let found = search(&with_a_strip_between(&left, &right));
        assert_eq!(found.evidence, Evidence::TwoPages, "{}", pair[0].display());
    }
}

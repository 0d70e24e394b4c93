//! Synthetic spreads, and images that are not.

use image::{GrayImage, Luma};

use super::search::{Evidence, SpreadFinding, search_gutter};
use crate::raster::{Raster, Samples};
use shelf_eval::draw::{Document, DrawnPage, PageFormat, Random};

/// About the resolution of the search's thumbnails.
const DPI: u32 = 75;

/// Meaningless prose.
fn prose(seed: u64, paragraphs: usize) -> String {
    const WORDS: [&str; 10] = ["shelf", "the", "of", "paper", "a", "reader", "lamp", "and", "patience", "evening"];
    let mut random = Random::new(seed);
    let mut paragraph = || (0..110).map(|_| WORDS[random.below(10) as usize]).collect::<Vec<_>>().join(" ") + ".";
    (0..paragraphs).map(|_| paragraph()).collect::<Vec<_>>().join("\n\n")
}

fn typeset(document: &Document, format: PageFormat) -> Vec<GrayImage> {
    let pages: Vec<DrawnPage> = document.typeset(&format.at_dpi(DPI));
    pages.into_iter().map(|page| page.image).collect()
}

/// Full pages of a book: a recto, a verso, and so on.
pub(crate) fn pages(seed: u64) -> Vec<GrayImage> {
    let document = Document::new().running_heads("THE PATIENT SHELF", "OF READERS").prose(&prose(seed, 12));
    typeset(&document, PageFormat::octavo())
}

pub(crate) fn beside(left: &GrayImage, right: &GrayImage) -> GrayImage {
    let mut both = blank(left.width() + right.width(), left.height().max(right.height()));
    image::imageops::replace(&mut both, left, 0, 0);
    image::imageops::replace(&mut both, right, left.width().into(), 0);
    both
}

pub(super) fn blank(width: u32, height: u32) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([255]))
}

/// A spread: verso and recto.
fn spread(seed: u64) -> GrayImage {
    let pages = pages(seed);
    beside(&pages[1], &pages[2])
}

/// How a book was scanned.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    /// Skew, degrees.
    degrees: f64,
    /// The luminance that is lost in the gutter, 0 to 1.
    shadow: f64,
    has_dark_edges: bool,
    is_bilevel: bool,
}

impl Scan {
    fn of(self, paper: &GrayImage) -> GrayImage {
        let (width, height) = (f64::from(paper.width()), f64::from(paper.height()));
        let bed = if self.has_dark_edges { 0.03 * width } else { 0.0 };
        let mut grain = Random::new(paper.len() as u64);
        GrayImage::from_fn(paper.width(), paper.height(), |x, y| {
            let (x, y) = self.on_paper(f64::from(x), f64::from(y), width, height);
            let from_edge = x.min(width - x).min(y).min(height - y);
            let lost = self.shadow * (1.0 - (x - width / 2.0).abs() / (0.035 * width)).max(0.0).powi(2);
            let light = match (from_edge < bed, from_edge < 0.0) {
                (true, _) => 20.0,
                (_, true) => 235.0,
                _ => f64::from(paper.get_pixel(x as u32, y as u32).0[0]) * 0.92 * (1.0 - lost),
            };
            let light = light + f64::from(grain.below(13)) - 6.0;
            Luma([if !self.is_bilevel {
                light as u8
            } else if light < 120.0 {
                0
            } else {
                255
            }])
        })
    }

    /// The position on paper of a pixel of the scan.
    fn on_paper(self, x: f64, y: f64, width: f64, height: f64) -> (f64, f64) {
        let (sine, cosine) = self.degrees.to_radians().sin_cos();
        let (right, down) = (x - width / 2.0, y - height / 2.0);
        (width / 2.0 + right * cosine + down * sine, height / 2.0 + down * cosine - right * sine)
    }

    /// Whether the gutter is between the texts of both pages.
    fn is_cut_between_the_pages(self, found: &SpreadFinding) -> bool {
        let (width, height) = (f64::from(found.width), f64::from(found.height));
        (0..found.height).all(|y| {
            let x = f64::from(found.gutter.column(y, found.height));
            (self.on_paper(x, y.into(), width, height).0 - width / 2.0).abs() < 0.05 * width
        })
    }
}

pub(super) fn search(image: &GrayImage) -> SpreadFinding {
    let raster = Raster::new(image.width(), image.height(), Samples::Grey8, image.as_raw().clone());
    search_gutter(&raster.unwrap())
}

#[track_caller]
pub(super) fn assert_not_a_spread(image: &GrayImage, what: &str) {
    assert_ne!(search(image).evidence, Evidence::TwoPages, "{what}");
}

#[test]
fn recognises_spreads_however_they_were_scanned() {
    let upright = Scan::default();
    for (seed, scan) in (1..).zip([
        upright,
        Scan { is_bilevel: true, ..upright },
        Scan { degrees: 1.0, ..upright },
        Scan { degrees: -2.0, is_bilevel: true, ..upright },
        Scan { shadow: 0.3, ..upright },
        Scan { shadow: 0.9, ..upright },
        Scan { shadow: 0.9, is_bilevel: true, ..upright },
        Scan { shadow: 0.7, degrees: 2.0, ..upright },
        Scan { shadow: 0.9, degrees: -1.0, has_dark_edges: true, ..upright },
        Scan { shadow: 0.9, degrees: 1.5, has_dark_edges: true, is_bilevel: true },
        Scan { degrees: 1.0, has_dark_edges: true, is_bilevel: true, ..upright },
    ]) {
        let found = search(&scan.of(&spread(seed)));
        assert_eq!(found.evidence, Evidence::TwoPages, "{scan:?}");
        assert!(scan.is_cut_between_the_pages(&found), "{scan:?}: {:?}", found.gutter);
    }
}

#[test]
fn blank_spread_is_recognised_by_its_shadow_only() {
    let page = pages(1).swap_remove(2);
    let empty = blank(page.width(), page.height());
    for (left, right) in [(&empty, &empty), (&empty, &page), (&page, &empty)] {
        let paper = beside(left, right);
        let scan = Scan { shadow: 0.5, degrees: -1.0, ..Scan::default() };
        let found = search(&scan.of(&paper));
        assert_eq!(found.evidence, Evidence::TwoPages);
        assert!(scan.is_cut_between_the_pages(&found), "{:?}", found.gutter);
        assert_eq!(search(&Scan::default().of(&paper)).evidence, Evidence::Unclear);
    }
}

#[test]
fn page_of_two_columns_is_not_a_spread() {
    let column =
        PageFormat { width_pt: 260.0, height_pt: 400.0, inner_pt: 12.0, outer_pt: 48.0, ..PageFormat::octavo() };
    let columns = typeset(&Document::new().prose(&prose(3, 12)), column);
    assert_not_a_spread(&beside(&columns[1], &columns[2]), "wide margins, narrow gap");
}

/// A table with this many columns of words, on a landscape page.
fn table(columns: u32, has_rules: bool) -> GrayImage {
    let mut page = blank(880, 620);
    let (left, top, right, bottom) = (70, 80, 810, 540);
    let pitch = (right - left) / columns;
    let mut random = Random::new(columns.into());
    for column in 0..columns {
        let x = left + column * pitch;
        for y in (top..bottom).step_by(15) {
            let width = pitch * random.between(40, 75) / 100;
            fill(&mut page, [x + 6, y + 4, x + 6 + width, y + 10]);
            if has_rules {
                fill(&mut page, [left, y, right, y + 1]);
            }
        }
        if has_rules {
            fill(&mut page, [x, top, x + 1, bottom]);
        }
    }
    page
}

/// Blackens a rectangle.
fn fill(page: &mut GrayImage, [left, top, right, bottom]: [u32; 4]) {
    for y in top..bottom {
        for x in left..right {
            page.put_pixel(x, y, Luma([30]));
        }
    }
}

#[test]
fn table_is_not_a_spread() {
    for columns in [2, 3, 4, 6, 8] {
        assert_not_a_spread(&table(columns, true), &format!("{columns} columns, ruled"));
        assert_not_a_spread(&table(columns, false), &format!("{columns} columns without rules"));
        let crooked = Scan { degrees: 1.0, has_dark_edges: true, ..Scan::default() };
        assert_not_a_spread(&crooked.of(&table(columns, false)), &format!("{columns} columns, crooked"));
    }
}

/// An engraving: areas with different hatching.
fn engraving(width: u32, height: u32, seed: u64) -> GrayImage {
    let mut random = Random::new(seed);
    let field: Vec<u32> = (0..width.div_ceil(40)).map(|_| random.between(2, 5)).collect();
    GrayImage::from_fn(width, height, |x, y| Luma([if (x + field[(x / 40) as usize] * y) % 7 < 4 { 30 } else { 240 }]))
}

#[test]
fn plate_is_not_a_spread() {
    let mut plate = blank(880, 620);
    let engraving = engraving(700, 440, 4);
    image::imageops::replace(&mut plate, &engraving, 90, 60);
    assert_not_a_spread(&plate, "an engraving");
    assert_not_a_spread(
        &Scan { is_bilevel: true, has_dark_edges: true, ..Scan::default() }.of(&plate),
        "the same scanned",
    );
    assert_not_a_spread(&engraving, "one that fills its page");
    let mut two = blank(880, 620);
    for x in [0, 420] {
        let half = image::imageops::crop_imm(&engraving, 0, 0, 340, 440).to_image();
        image::imageops::replace(&mut two, &half, 60 + x, 60);
    }
    assert_not_a_spread(&two, "two figures on a page");
    let dark = GrayImage::from_fn(880, 620, |x, y| Luma([if x.abs_diff(440) < 30 && y > 60 { 40 } else { 240 }]));
    assert_not_a_spread(&dark, "a pillar");
}

#[test]
fn page_number_or_title_in_the_middle_rules_out_a_spread() {
    let mut page = spread(2);
    let (width, height) = page.dimensions();
    fill(&mut page, [width / 2 - 6, height - 30, width / 2 + 6, height - 23]);
    assert_eq!(search(&page).evidence, Evidence::OnePage);
    let landscape = PageFormat { width_pt: 792.0, ..PageFormat::octavo() };
    assert_not_a_spread(&typeset(&Document::new().prose(&prose(5, 12)), landscape)[1], "one column of prose");
    assert_not_a_spread(&blank(880, 620), "a blank page");
    assert_not_a_spread(
        &Scan { has_dark_edges: true, degrees: 1.0, ..Scan::default() }.of(&blank(880, 620)),
        "its scan",
    );
}

#[test]
fn searches_images_of_any_size() {
    for (width, height) in [(2, 1), (3, 2), (7, 6), (13, 5), (40, 3), (900, 1), (2000, 9)] {
        for light in [0, 128, 255] {
            let found = search(&GrayImage::from_pixel(width, height, Luma([light])));
            assert!((1..width).contains(&found.gutter.top) && (1..width).contains(&found.gutter.bottom), "{found:?}");
            assert_ne!(found.evidence, Evidence::TwoPages);
        }
    }
}

#[test]
fn image_too_wide_for_two_pages_is_not_a_spread() {
    let pages = pages(4);
    let half = beside(&pages[1], &pages[2]);
    let four = beside(&half, &half);
    assert_not_a_spread(&Scan { shadow: 0.6, ..Scan::default() }.of(&four), "four pages");
}

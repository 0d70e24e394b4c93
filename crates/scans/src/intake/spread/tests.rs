//! Openings and pages, drawn and real, that are spreads or are not.

use image::{GrayImage, Luma};

use super::search::{Evidence, Finding, look_for_gutter};
use crate::intake::raster::{Raster, Samples};
use shelf_eval::draw::{DrawnPage, Manuscript, PageFormat, Random};

/// As coarse as what the search reduces its pictures to.
const DPI: u32 = 75;

/// Prose of no meaning.
fn prose(seed: u64, paragraphs: usize) -> String {
    const WORDS: [&str; 10] = ["shelf", "the", "of", "paper", "a", "reader", "lamp", "and", "patience", "evening"];
    let mut random = Random::new(seed);
    let mut paragraph = || (0..110).map(|_| WORDS[random.below(10) as usize]).collect::<Vec<_>>().join(" ") + ".";
    (0..paragraphs).map(|_| paragraph()).collect::<Vec<_>>().join("\n\n")
}

fn typeset(manuscript: &Manuscript, format: PageFormat) -> Vec<GrayImage> {
    let pages: Vec<DrawnPage> = manuscript.typeset(&format.at_dpi(DPI));
    pages.into_iter().map(|page| page.image).collect()
}

/// Full pages of a book: a recto, a verso, and so on.
pub(super) fn pages(seed: u64) -> Vec<GrayImage> {
    let manuscript = Manuscript::new().running_heads("THE PATIENT SHELF", "OF READERS").prose(&prose(seed, 12));
    typeset(&manuscript, PageFormat::octavo())
}

pub(super) fn beside(left: &GrayImage, right: &GrayImage) -> GrayImage {
    let mut both = blank(left.width() + right.width(), left.height().max(right.height()));
    image::imageops::replace(&mut both, left, 0, 0);
    image::imageops::replace(&mut both, right, left.width().into(), 0);
    both
}

pub(super) fn blank(width: u32, height: u32) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([255]))
}

/// An open book: verso and recto.
fn opening(seed: u64) -> GrayImage {
    let pages = pages(seed);
    beside(&pages[1], &pages[2])
}

/// How a book lies on a scanner.
#[derive(Debug, Clone, Copy, Default)]
struct Scan {
    /// How crooked.
    degrees: f64,
    /// The light that the gutter takes, 0 to 1.
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

    /// Where on the paper a pixel of the scan comes from.
    fn on_paper(self, x: f64, y: f64, width: f64, height: f64) -> (f64, f64) {
        let (sine, cosine) = self.degrees.to_radians().sin_cos();
        let (right, down) = (x - width / 2.0, y - height / 2.0);
        (width / 2.0 + right * cosine + down * sine, height / 2.0 + down * cosine - right * sine)
    }

    /// Whether the paper meets along this gutter, nearer than the text is.
    fn is_cut_between_the_pages(self, found: &Finding) -> bool {
        let (width, height) = (f64::from(found.width), f64::from(found.height));
        (0..found.height).all(|y| {
            let x = f64::from(found.gutter.column(y, found.height));
            (self.on_paper(x, y.into(), width, height).0 - width / 2.0).abs() < 0.05 * width
        })
    }
}

pub(super) fn look(picture: &GrayImage) -> Finding {
    let raster = Raster::new(picture.width(), picture.height(), Samples::Grey8, picture.as_raw().clone());
    look_for_gutter(&raster.unwrap())
}

#[track_caller]
pub(super) fn is_no_spread(picture: &GrayImage, what: &str) {
    assert_ne!(look(picture).evidence, Evidence::Two, "{what}");
}

#[test]
fn an_open_book_is_seen_however_it_was_scanned() {
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
        let found = look(&scan.of(&opening(seed)));
        assert_eq!(found.evidence, Evidence::Two, "{scan:?}");
        assert!(scan.is_cut_between_the_pages(&found), "{scan:?}: {:?}", found.gutter);
    }
}

#[test]
fn a_shadow_tells_of_a_blank_opening_and_without_one_nothing_does() {
    let page = pages(1).swap_remove(2);
    let empty = blank(page.width(), page.height());
    for (left, right) in [(&empty, &empty), (&empty, &page), (&page, &empty)] {
        let paper = beside(left, right);
        let scan = Scan { shadow: 0.5, degrees: -1.0, ..Scan::default() };
        let found = look(&scan.of(&paper));
        assert_eq!(found.evidence, Evidence::Two);
        assert!(scan.is_cut_between_the_pages(&found), "{:?}", found.gutter);
        assert_eq!(look(&Scan::default().of(&paper)).evidence, Evidence::Open);
    }
}

#[test]
fn a_page_of_two_columns_is_none() {
    let column =
        PageFormat { width_pt: 260.0, height_pt: 400.0, inner_pt: 12.0, outer_pt: 48.0, ..PageFormat::octavo() };
    let columns = typeset(&Manuscript::new().prose(&prose(3, 12)), column);
    is_no_spread(&beside(&columns[1], &columns[2]), "wide margins, narrow gap");
}

/// A table of so many columns of words, on a landscape page.
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

/// Inks all from left and top to right and bottom.
fn fill(page: &mut GrayImage, [left, top, right, bottom]: [u32; 4]) {
    for y in top..bottom {
        for x in left..right {
            page.put_pixel(x, y, Luma([30]));
        }
    }
}

#[test]
fn a_table_is_none() {
    for columns in [2, 3, 4, 6, 8] {
        is_no_spread(&table(columns, true), &format!("{columns} columns, ruled"));
        is_no_spread(&table(columns, false), &format!("{columns} columns without rules"));
        let crooked = Scan { degrees: 1.0, has_dark_edges: true, ..Scan::default() };
        is_no_spread(&crooked.of(&table(columns, false)), &format!("{columns} columns, crooked"));
    }
}

/// An engraving: fields that are hatched one way or the other.
fn engraving(width: u32, height: u32, seed: u64) -> GrayImage {
    let mut random = Random::new(seed);
    let field: Vec<u32> = (0..width.div_ceil(40)).map(|_| random.between(2, 5)).collect();
    GrayImage::from_fn(width, height, |x, y| Luma([if (x + field[(x / 40) as usize] * y) % 7 < 4 { 30 } else { 240 }]))
}

#[test]
fn a_plate_is_none() {
    let mut plate = blank(880, 620);
    let engraving = engraving(700, 440, 4);
    image::imageops::replace(&mut plate, &engraving, 90, 60);
    is_no_spread(&plate, "an engraving");
    is_no_spread(&Scan { is_bilevel: true, has_dark_edges: true, ..Scan::default() }.of(&plate), "the same scanned");
    is_no_spread(&engraving, "one that fills its page");
    let mut two = blank(880, 620);
    for x in [0, 420] {
        let half = image::imageops::crop_imm(&engraving, 0, 0, 340, 440).to_image();
        image::imageops::replace(&mut two, &half, 60 + x, 60);
    }
    is_no_spread(&two, "two figures on a page");
    let dark = GrayImage::from_fn(880, 620, |x, y| Luma([if x.abs_diff(440) < 30 && y > 60 { 40 } else { 240 }]));
    is_no_spread(&dark, "a pillar");
}

#[test]
fn a_folio_or_a_title_in_the_middle_is_in_the_way() {
    let mut page = opening(2);
    let (width, height) = page.dimensions();
    fill(&mut page, [width / 2 - 6, height - 30, width / 2 + 6, height - 23]);
    assert_eq!(look(&page).evidence, Evidence::One);
    let landscape = PageFormat { width_pt: 792.0, ..PageFormat::octavo() };
    is_no_spread(&typeset(&Manuscript::new().prose(&prose(5, 12)), landscape)[1], "one column of prose");
    is_no_spread(&blank(880, 620), "a blank page");
    is_no_spread(&Scan { has_dark_edges: true, degrees: 1.0, ..Scan::default() }.of(&blank(880, 620)), "its scan");
}

#[test]
fn pictures_of_any_size_are_looked_at() {
    for (width, height) in [(2, 1), (3, 2), (7, 6), (13, 5), (40, 3), (900, 1), (2000, 9)] {
        for light in [0, 128, 255] {
            let found = look(&GrayImage::from_pixel(width, height, Luma([light])));
            assert!((1..width).contains(&found.gutter.top) && (1..width).contains(&found.gutter.bottom), "{found:?}");
            assert_ne!(found.evidence, Evidence::Two);
        }
    }
}

#[test]
fn what_is_too_wide_for_two_pages_is_a_foldout() {
    let pages = pages(4);
    let half = beside(&pages[1], &pages[2]);
    let four = beside(&half, &half);
    is_no_spread(&Scan { shadow: 0.6, ..Scan::default() }.of(&four), "four pages");
}

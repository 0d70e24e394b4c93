//! The dots between a title and its page number in a table of contents. Tesseract reads them with the words of their line, and misreads or discards the
//! words; so a page that has rows of them is recognised without them.

use shelf_pages::{Bbox, Block, Line};

use super::binary_image::BinaryImage;
use super::connected_components::{ConnectedComponent, connected_components};
use super::decoded_scan::{GreyPage, MM_PER_INCH};
use super::erase::erase_boxes;
use super::residual_image::{ResidualImage, lines_of};
use crate::page_layout::median;

// Sizes on paper, mm.
const DOT_MM: std::ops::Range<f64> = 0.12..0.85;
/// From one dot to the next.
const STEP_MM: std::ops::Range<f64> = 0.5..10.0;
/// The dots of a leader are level, and evenly spaced, within this.
const MAX_RISE_MM: f64 = 0.3;
const MAX_UNEVEN_MM: f64 = 0.35;
const MAX_UNEVEN_RATIO: f64 = 0.12;
/// Nothing is between two dots, from so far above them to so far below.
const CLEAR_MM: (f64, f64) = (1.2, 0.4);
/// Paper within this distance is equally bright.
const BACKGROUND_REACH_MM: f64 = 10.0;
/// The width of a round dot is at most this multiple of its height, and the other way round.
const MAX_ASPECT: f64 = 1.9;
/// A leader has at least so many dots; a page with fewer leaders is read as it is.
const MIN_DOTS: usize = 4;
const MIN_LEADERS: usize = 2;
/// A page with more specks is dirty.
const MAX_DOTS: usize = 6000;
/// So many lines with points in a row, or so many specks that were not read, are a reason to search for leaders.
const MIN_DOTTED_LINES: usize = 1;
const MIN_SPECKS: usize = 10;
/// Size of a speck at the resolution of the residual image, on paper.
const MAX_SPECK_MM: f64 = 1.1;

/// Whether a page may have leaders: lines were read with points in a row, or specks were not read.
pub(super) fn may_have_leaders(blocks: &[Block], residual: &ResidualImage) -> bool {
    let is_speck = |component: &ConnectedComponent| {
        let (width, height) = residual.size_mm(component.bbox);
        width.max(height) <= MAX_SPECK_MM
    };
    lines_of(blocks).filter(|line| has_points_in_a_row(line)).count() >= MIN_DOTTED_LINES
        || connected_components(&residual.image, 0).iter().filter(|component| is_speck(component)).count() >= MIN_SPECKS
}

fn has_points_in_a_row(line: &Line) -> bool {
    let text = line.text();
    let is_point = |c: char| matches!(c, '.' | '·' | '•' | '…' | '=' | '-' | '_' | ':' | '—' | '~');
    let mut run = 0;
    text.chars().filter(|c| !c.is_whitespace()).any(|c| {
        run = if is_point(c) { run + 1 } else { 0 };
        run >= MIN_DOTS - 1
    })
}

/// The dots of the leaders of a page, px of its image; empty if it has less than [`MIN_LEADERS`] leaders.
pub(super) fn find_leader_dots(page: &GreyPage) -> Vec<Bbox> {
    let px = |mm: f64| mm * page.dpi / MM_PER_INCH;
    let image = BinaryImage::binarise(&page.image, px(BACKGROUND_REACH_MM) as usize);
    let is_dot = |bbox: &Bbox| {
        let (width, height) = (f64::from(bbox.width), f64::from(bbox.height));
        let size = px(DOT_MM.start)..px(DOT_MM.end);
        size.contains(&width) && size.contains(&height) && width.max(height) <= MAX_ASPECT * width.min(height) + 1.0
    };
    let mut dots: Vec<Bbox> =
        connected_components(&image, 0).into_iter().map(|component| component.bbox).filter(is_dot).collect();
    if dots.len() > MAX_DOTS {
        return Vec::new();
    }
    dots.sort_by_key(|dot| (dot.x, dot.y));
    let mut leaders: Vec<Vec<usize>> = Vec::new();
    let mut short: Vec<Vec<usize>> = Vec::new();
    let mut used = vec![false; dots.len()];
    for start in 0..dots.len() {
        if used[start] {
            continue;
        }
        let leader = leader_from(start, &dots, &image, &px);
        if leader.len() >= MIN_DOTS {
            for at in &leader {
                used[*at] = true;
            }
            leaders.push(leader);
        } else if leader.len() > 1 {
            short.push(leader);
        }
    }
    if leaders.len() < MIN_LEADERS {
        return Vec::new();
    }
    // A long title leaves room for a few dots only, as far apart and in the same place as the others.
    let step = |leader: &Vec<usize>| f64::from(dots[leader[1]].x) - f64::from(dots[leader[0]].x);
    let usual = median(leaders.iter().map(step)).unwrap_or_default();
    let right = leaders.iter().flatten().map(|at| dots[*at].right()).max().unwrap_or_default();
    let is_rest = |leader: &Vec<usize>| {
        let end = leader.last().map_or(0, |at| dots[*at].right());
        (step(leader) - usual).abs() <= px(MAX_UNEVEN_MM)
            && f64::from(right.abs_diff(end)) <= 2.0 * usual + px(STEP_MM.start)
    };
    let rest = short.into_iter().filter(|leader| leader.iter().all(|at| !used[*at]) && is_rest(leader));
    let mut found: Vec<usize> = leaders.iter().flatten().copied().chain(rest.flatten()).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|at| dots[at]).collect()
}

/// The indexes of the dots of the leader that begins with a dot: each is level with the one before, at about the same distance, with nothing between.
fn leader_from(start: usize, dots: &[Bbox], image: &BinaryImage, px: &impl Fn(f64) -> f64) -> Vec<usize> {
    let mut leader = vec![start];
    let mut step = None;
    let middle =
        |dot: &Bbox| (f64::from(dot.x) + f64::from(dot.width) / 2.0, f64::from(dot.y) + f64::from(dot.height) / 2.0);
    let mut last = start;
    while let Some(next) = (last + 1..dots.len()).find(|at| {
        let ((x, y), (other_x, other_y)) = (middle(&dots[last]), middle(&dots[*at]));
        let is_level = (other_y - y).abs() <= px(MAX_RISE_MM);
        is_level && (px(STEP_MM.start)..px(STEP_MM.end)).contains(&(other_x - x))
    }) {
        let distance = middle(&dots[next]).0 - middle(&dots[last]).0;
        let tolerance = |step: f64| px(MAX_UNEVEN_MM).max(MAX_UNEVEN_RATIO * step);
        if step.is_some_and(|step: f64| (distance - step).abs() > tolerance(step))
            || !is_clear(&dots[last], &dots[next], image, px)
        {
            break;
        }
        step = step.or(Some(distance));
        leader.push(next);
        last = next;
    }
    leader
}

/// Whether the paper between two dots is bare.
fn is_clear(left: &Bbox, right: &Bbox, image: &BinaryImage, px: &impl Fn(f64) -> f64) -> bool {
    let top = left.y.min(right.y).saturating_sub(px(CLEAR_MM.0) as u32);
    let bottom = left.bottom().max(right.bottom()) + px(CLEAR_MM.1) as u32;
    !(left.right() + 1..right.x.saturating_sub(1))
        .any(|x| (top..bottom).any(|y| image.is_foreground(x as usize, y as usize)))
}

/// The page without these dots.
pub(super) fn erase_dots(page: &GreyPage, dots: &[Bbox]) -> GreyPage {
    let margin = (page.dpi / 150.0).ceil() as u32;
    let with_margin = |dot: &Bbox| {
        let (left, top) = (dot.x.saturating_sub(margin), dot.y.saturating_sub(margin));
        Bbox::from_edges(left, top, dot.right() + margin, dot.bottom() + margin)
    };
    erase_boxes(page, dots.iter().map(with_margin))
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use shelf::draw::{Document, DrawnPage, PageFormat, Random, Scanner};

    use super::super::test_reading::read_lines;
    use super::*;

    const TITLES: [&str; 8] = [
        "The Winter Journey",
        "On Letters",
        "Of the Removal of the Books",
        "The Landlord",
        "What the Captain Said",
        "A Garden",
        "Of Ladders and Their Uses",
        "The Last Catalogue",
    ];

    /// A page of contents with dots, `step_px` apart, between each title and its number.
    fn contents(step_px: u32) -> DrawnPage {
        let text = "A paragraph of a few words, which is enough.";
        let book = TITLES.iter().fold(Document::new().contents().body(), |book, title| book.chapter(title).prose(text));
        let mut page = book.typeset(&PageFormat::octavo()).remove(0);
        let rows: Vec<_> = page.lines().filter(|line| line.words.len() > 1).cloned().collect();
        for row in rows {
            let (number, title) = row.words.split_last().unwrap();
            let from = title.last().unwrap().bbox.right() + 20;
            let base = title[0].bbox.bottom().min(number.bbox.bottom());
            for x in (from.next_multiple_of(step_px)..number.bbox.x - 24).step_by(step_px as usize) {
                (0..5).for_each(|dx| (0..5).for_each(|dy| page.image.put_pixel(x + dx, base - 5 + dy, Luma([20]))));
            }
        }
        page
    }

    #[test]
    fn titles_with_leaders_are_read() {
        let mut random = Random::new(61);
        for seed in 61..64 {
            let page = contents(14 + random.below(40));
            let read = read_lines(&Scanner::new(seed).scan(&page, 1).image).join("\n");
            let missing: Vec<_> = TITLES.iter().filter(|title| !read.contains(**title)).collect();
            assert!(missing.is_empty(), "{missing:?} in {read}");
        }
    }

    /// Dots are read badly however the page lies, so the few words between them must not decide that.
    #[test]
    fn page_of_few_words_and_many_dots_is_not_turned() {
        let mut page = contents(14);
        let shown = page.image.height() / 3;
        page.image = image::imageops::crop_imm(&page.image, 0, 0, page.image.width(), shown).to_image();
        for seed in 61..64 {
            let read = read_lines(&Scanner::new(seed).scan(&page, 1).image).join("\n");
            assert!(read.contains(TITLES[0]), "{read}");
        }
    }

    #[test]
    fn points_of_sentences_are_not_leaders() {
        let text = "One. Two. Three . . . four . . . and more.\n\nI did. I will. It is. ".repeat(20);
        let page = Document::new().prose(&text).typeset(&PageFormat::octavo()).remove(0);
        assert_eq!(find_leader_dots(&GreyPage { image: page.image, dpi: 300.0 }), []);
    }
}

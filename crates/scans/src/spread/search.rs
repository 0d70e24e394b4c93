use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::band::{Band, FRAY_RATIO, MIN_TEXT_RATIO, free_runs};
use super::gutter::Gutter;
use super::thumbnail::{Column, Thumbnail};
use crate::formats::open::open_page;
use crate::formats::opened_page::PageInFile;
use crate::formats::page_estimate::is_landscape;
use crate::raster::Raster;
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Task, worker_task};

/// The evidence that an image is a spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Evidence {
    /// It shows two pages.
    TwoPages,
    /// There is room for a gutter, but nothing shows that there is one.
    Unclear,
    /// Ink crosses the middle, or the halves would not have the shape of pages.
    OnePage,
}

/// What the search found in a landscape image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SpreadFinding {
    /// Size of the upright image, px.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) evidence: Evidence,
    /// Where it would be split: where there is least ink.
    pub(crate) gutter: Gutter,
}

/// Searches a landscape image for the gutter; `None` for other images.
pub(crate) static FIND_GUTTER: Task<PageInFile, Option<SpreadFinding>> = Task::new("intake.find_gutter", find_gutter);
worker_task!(FIND_GUTTER);

#[expect(clippy::needless_pass_by_value, reason = "a task owns its input")]
fn find_gutter(page: PageInFile) -> Result<Option<SpreadFinding>, Failure> {
    let raster = open_page(&page)?.raster;
    Ok(is_landscape(raster.width.into(), raster.height.into()).then(|| search_gutter(&raster)))
}

/// Width of the widest spread, as a ratio to its height: two pages that are nearly square.
const MAX_ASPECT: f64 = 1.9;
/// The largest slant of a gutter: the tangent of 2.5°.
const MAX_SLANT: f64 = 0.0437;
/// Steps to either side in which slants are tried.
const SLANT_STEPS: i32 = 5;
/// What a step of slant costs, so that a slanted gutter is preferred only where it scores clearly better.
const STEP_COST: f64 = 0.003;

/// Searches for the gutter of a spread, and for evidence that there is one.
///
/// Splitting a page is worse than not splitting a spread, so the evidence is [`Evidence::TwoPages`] only for features that spreads
/// have and pages do not. All lengths are ratios to the image's sides.
///
/// 1. Both halves have the shape of a page.
/// 2. Near the middle, a [`Band`] without ink runs from top to bottom. It may slant by up to 2.5°; the slant with the widest band is chosen.
///    A heading, caption, plate or page number in the middle crosses the band: that is one page.
/// 3. The gutter's shadow is in the band, or the ink on both sides is that of [two facing pages](are_facing_pages).
///
/// An image with a band and nothing else, such as a blank spread, is [`Evidence::Unclear`].
pub(crate) fn search_gutter(image: &Raster) -> SpreadFinding {
    let (width, height) = (image.width, image.height);
    let thumbnail = Thumbnail::of(image);
    let upright = Band::in_the_middle(&thumbnail, 0.0);
    let mut best = (upright.clone(), upright.score());
    for step in (1..=SLANT_STEPS).flat_map(|step| [step, -step]) {
        let slant = MAX_SLANT * f64::from(step) / f64::from(SLANT_STEPS) * thumbnail.height as f64;
        let band = Band::in_the_middle(&thumbnail, slant);
        let score = band.score() - STEP_COST * f64::from(step.abs());
        if score > best.1 {
            best = (band, score);
        }
    }
    let best = best.0;
    let is_page_shaped = f64::from(width) <= f64::from(height) * MAX_ASPECT;
    let evidence = if !is_page_shaped || !best.has_room() {
        Evidence::OnePage
    } else if best.has_gutter_shadow() || are_facing_pages(&thumbnail, &best) {
        Evidence::TwoPages
    } else {
        Evidence::Unclear
    };
    // A vertical cut where it meets no ink, so that no half has a white corner.
    let (middle, slant) = match upright.nearest_to(best.gutter()) {
        Some(column) => (column, 0.0),
        None => (best.gutter(), best.slant),
    };
    let px = |column: f64| ((column * f64::from(thumbnail.scale)).round() as u32).clamp(1, width - 1);
    let gutter = Gutter { top: px(middle - slant / 2.0), bottom: px(middle + slant / 2.0) };
    SpreadFinding { width, height, evidence, gutter }
}

/// Least width of a band that is evidence without a shadow, as a ratio to the image's width.
const MIN_BAND_RATIO: f64 = 0.05;
/// Width of that band as a ratio to the mean outer margin. Columns of one page are closer; pages cropped near their text have less margin.
const BAND_TO_MARGIN_RATIO: std::ops::RangeInclusive<f64> = 0.75..=6.0;
/// The largest difference between the outer margins, as a ratio to the image's width.
const MAX_MARGIN_DIFFERENCE_RATIO: f64 = 0.05;
/// The widest gap within a page, as a ratio to the width of the band.
const MAX_GAP_RATIO: f64 = 0.5;
/// The widest remnant of a dark scan edge beside a page, as a ratio to the image's width.
const MAX_EDGE_RATIO: f64 = 0.05;
/// The largest distance of that remnant from the image's side, as a ratio to its width.
const MAX_EDGE_DISTANCE_RATIO: f64 = 0.02;
/// The narrowest text area, as a ratio to the image's width.
const MIN_TEXT_AREA_RATIO: f64 = 0.3;
/// The least width of the narrower text area, as a ratio to that of the wider one.
const MIN_SIMILARITY_RATIO: f64 = 0.8;
/// The fewest lines of a text area.
const MIN_LINES: usize = 6;
/// Width of the strips in which lines are counted, as a ratio to the image's: in wide strips, skewed lines overlap.
const STRIP_RATIO: f64 = 0.05;

/// Whether the ink on both sides of a band is that of two facing pages: text areas of similar width, with margins about as wide as the band, in
/// lines, and without gaps nearly as wide as the band. A table has several such gaps, and the columns of one page are closer.
fn are_facing_pages(image: &Thumbnail, band: &Band) -> bool {
    let columns = image.columns(0..image.width, band.slant);
    let ink = band.ink_rows(&columns);
    let free = free_runs(&columns, &ink, image);
    let gutter = band.gutter() as usize;
    let px = |ratio: f64| (image.width as f64 * ratio).ceil() as usize;
    let is_edge = |run: &Range<usize>| {
        run.len() <= px(MAX_EDGE_RATIO) && run.start.min(image.width - run.end) <= px(MAX_EDGE_DISTANCE_RATIO)
    };
    let Some(between) = free.iter().find(|run| run.contains(&gutter)) else { return false };
    let text_among = |half: Range<usize>| {
        let inked = joined(inked_between(&free, half), px(FRAY_RATIO)).into_iter();
        inked.filter(|run| run.len() >= px(MIN_TEXT_RATIO) && !is_edge(run)).reduce(|first, last| first.start..last.end)
    };
    let (Some(left), Some(right)) = (text_among(0..between.start), text_among(between.end..image.width)) else {
        return false;
    };
    let ratio = |px: usize| px as f64 / image.width as f64;
    let (narrow, wide) = (left.len().min(right.len()), left.len().max(right.len()));
    let margins = [ratio(left.start), ratio(image.width - right.end)];
    let margin = f64::midpoint(margins[0], margins[1]);
    let inside = |text: &Range<usize>, run: &Range<usize>| text.start < run.start && run.end < text.end;
    let gaps = free.iter().filter(|run| inside(&left, run) || inside(&right, run));
    let widest_gap = gaps.map(Range::len).max().unwrap_or(0);
    !band.has_rule()
        && (left.end, right.start) == (between.start, between.end)
        && ratio(between.len()) >= MIN_BAND_RATIO
        && (margin * BAND_TO_MARGIN_RATIO.start()..=margin * BAND_TO_MARGIN_RATIO.end()).contains(&ratio(between.len()))
        && (margins[0] - margins[1]).abs() <= MAX_MARGIN_DIFFERENCE_RATIO
        && ratio(narrow) >= MIN_TEXT_AREA_RATIO
        && ratio(narrow) >= ratio(wide) * MIN_SIMILARITY_RATIO
        && ratio(widest_gap) <= ratio(between.len()) * MAX_GAP_RATIO
        && [left, right].into_iter().all(|text| lines(&columns[text], image) >= MIN_LINES)
}

/// Runs of columns with ink in a part of the image that begins or ends with a free run.
fn inked_between(free: &[Range<usize>], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let within = free.iter().filter(move |run| run.start >= part.start && run.end <= part.end);
    let starts = std::iter::once(part.start).chain(within.clone().map(|run| run.end));
    let ends = within.map(|run| run.start).chain(std::iter::once(part.end));
    starts.zip(ends).map(|(start, end)| start..end).filter(|run| !run.is_empty())
}

/// Joins runs that are at most `gap` apart, such as a column and a letter that protrudes from it.
fn joined(runs: impl Iterator<Item = Range<usize>>, gap: usize) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for run in runs {
        match joined.last_mut() {
            Some(last) if run.start - last.end <= gap => last.end = run.end,
            _ => joined.push(run),
        }
    }
    joined
}

/// The number of text lines in the strip that has most.
fn lines(columns: &[Column], image: &Thumbnail) -> usize {
    let strip = ((image.width as f64 * STRIP_RATIO) as usize).max(1);
    let in_strip = |strip: &[Column]| {
        let is_inked = |row: usize| strip.iter().any(|column| column.is_ink(row));
        (1..image.height).filter(|row| is_inked(*row) && !is_inked(row - 1)).count()
    };
    columns.chunks(strip).map(in_strip).max().unwrap_or(0)
}

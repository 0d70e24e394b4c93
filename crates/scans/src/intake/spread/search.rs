use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::band::{Band, FRAY, LEAST_TEXT, free_runs};
use super::gutter::Gutter;
use super::reduced::{Column, Reduced};
use crate::intake::opened::{FilePage, open_page};
use crate::intake::raster::Raster;
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Task, worker_task};

/// What speaks for a picture being a spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Evidence {
    /// It shows two pages.
    Two,
    /// Nothing shows that there is a gutter, and nothing is in its way.
    Open,
    /// Ink crosses the middle, or its halves would be no pages.
    One,
}

/// What was found in a landscape picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// Size of the upright picture, px.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) evidence: Evidence,
    /// Where it would be split: where least is printed.
    pub(crate) gutter: Gutter,
}

/// Looks for the gutter of a landscape picture; `None` for one that is not.
pub(crate) static FIND_GUTTER: Task<FilePage, Option<Finding>> = Task::new("intake.find_gutter", find_gutter);
worker_task!(FIND_GUTTER);

#[expect(clippy::needless_pass_by_value, reason = "a task owns its input")]
fn find_gutter(page: FilePage) -> Result<Option<Finding>, Failure> {
    let raster = open_page(&page)?.raster;
    Ok(is_landscape(raster.width.into(), raster.height.into()).then(|| look_for_gutter(&raster)))
}

/// Whether a picture is so much wider than high that it may show two pages.
pub(crate) fn is_landscape(width: f64, height: f64) -> bool {
    width >= height * 1.1
}

/// The widest spread, as a multiple of its height: two pages that are nearly square.
const WIDEST: f64 = 1.9;
/// How far a gutter may lean: the tangent of 2.5°, and the steps to either side in which that is tried.
const LEAN: (f64, i32) = (0.0437, 5);
/// Merit that is worth another step.
const WORTH_A_STEP: f64 = 0.003;

/// Looks for the gutter of an open book, and for what shows that it is one.
///
/// To split what is one page is worse than to leave a spread whole, so a picture is [`Evidence::Two`] only for what an open book
/// has and a page does not. All lengths are parts of the picture's sides.
///
/// 1. Both halves have the shape of a page.
/// 2. Near the middle a [`Band`] without ink runs from the top to the bottom. It may lean by up to 2.5°: that lean is taken at which it
///    is widest. A heading, a caption, a plate or a folio in the middle crosses the band: that is a page.
/// 3. In the band lies the gutter's shadow. Or the ink beside it is that of [two facing pages](are_facing_pages).
///
/// What has a band and nothing else, such as a blank opening, is [`Evidence::Open`].
pub(crate) fn look_for_gutter(picture: &Raster) -> Finding {
    let (width, height) = (picture.width, picture.height);
    let reduced = Reduced::of(picture);
    let upright = Band::in_the_middle(&reduced, 0.0);
    let mut best = (upright.clone(), upright.merit());
    for step in (1..=LEAN.1).flat_map(|step| [step, -step]) {
        let lean = LEAN.0 * f64::from(step) / f64::from(LEAN.1) * reduced.height as f64;
        let band = Band::in_the_middle(&reduced, lean);
        let merit = band.merit() - WORTH_A_STEP * f64::from(step.abs());
        if merit > best.1 {
            best = (band, merit);
        }
    }
    let best = best.0;
    let is_page_shaped = f64::from(width) <= f64::from(height) * WIDEST;
    let evidence = if !is_page_shaped || !best.has_room() {
        Evidence::One
    } else if best.has_gutter_shadow() || are_facing_pages(&reduced, &best) {
        Evidence::Two
    } else {
        Evidence::Open
    };
    // A straight cut where it meets no ink: then no half has a white corner.
    let (middle, lean) = match upright.nearest_to(best.gutter()) {
        Some(column) => (column, 0.0),
        None => (best.gutter(), best.lean),
    };
    let px = |column: f64| ((column * f64::from(reduced.scale)).round() as u32).clamp(1, width - 1);
    let gutter = Gutter { top: px(middle - lean / 2.0), bottom: px(middle + lean / 2.0) };
    Finding { width, height, evidence, gutter }
}

/// Least width of a band that tells without a shadow, as a part of the picture's.
const TELLING_BAND: f64 = 0.05;
/// Width of that band as a multiple of the outer margins. Columns of one page are closer; pages cut near their text have less margin.
const BAND_TO_MARGINS: (f64, f64) = (0.75, 6.0);
/// How much one outer margin may be wider than the other, as a part of the picture's width.
const SKEWED_MARGINS: f64 = 0.05;
/// Most width of a gap within a page, as a part of the band's.
const WIDEST_GAP: f64 = 0.5;
/// Most width of what is left of a dark edge beside a page, and how far from the picture's side it is at most, as parts of the width.
const OUTER_EDGE: (f64, f64) = (0.05, 0.02);
/// Least width of a text area, as a part of the picture's.
const LEAST_PAGE: f64 = 0.3;
/// Width of the narrower text area, as a part of the wider one's.
const ALIKE: f64 = 0.8;
/// Lines that make a text.
const FEWEST_LINES: usize = 6;
/// Width of the strips in which lines are counted, as a part of the picture's: in a wide one, crooked lines run into each other.
const STRIP: f64 = 0.05;

/// Whether the ink on both sides of a band is that of two facing pages: of alike widths, with margins about as wide as the band, all in
/// lines, and without a gap that comes near the band. A table has several such gaps, and the columns of one page are closer.
fn are_facing_pages(picture: &Reduced, band: &Band) -> bool {
    let columns = picture.columns(0..picture.width, band.lean);
    let ink = band.ink_rows(&columns);
    let free = free_runs(&columns, &ink, picture);
    let gutter = band.gutter() as usize;
    let px = |part: f64| (picture.width as f64 * part).ceil() as usize;
    let is_edge = |run: &Range<usize>| {
        run.len() <= px(OUTER_EDGE.0) && run.start.min(picture.width - run.end) <= px(OUTER_EDGE.1)
    };
    let Some(between) = free.iter().find(|run| run.contains(&gutter)) else { return false };
    let text_among = |half: Range<usize>| {
        let inked = joined(inked_between(&free, half), px(FRAY)).into_iter();
        inked.filter(|run| run.len() >= px(LEAST_TEXT) && !is_edge(run)).reduce(|first, last| first.start..last.end)
    };
    let (Some(left), Some(right)) = (text_among(0..between.start), text_among(between.end..picture.width)) else {
        return false;
    };
    let part = |px: usize| px as f64 / picture.width as f64;
    let (narrow, wide) = (left.len().min(right.len()), left.len().max(right.len()));
    let margins = [part(left.start), part(picture.width - right.end)];
    let margin = f64::midpoint(margins[0], margins[1]);
    let inside = |text: &Range<usize>, run: &Range<usize>| text.start < run.start && run.end < text.end;
    let gaps = free.iter().filter(|run| inside(&left, run) || inside(&right, run));
    let widest_gap = gaps.map(Range::len).max().unwrap_or(0);
    !band.has_rule()
        && (left.end, right.start) == (between.start, between.end)
        && part(between.len()) >= TELLING_BAND
        && (margin * BAND_TO_MARGINS.0..=margin * BAND_TO_MARGINS.1).contains(&part(between.len()))
        && (margins[0] - margins[1]).abs() <= SKEWED_MARGINS
        && part(narrow) >= LEAST_PAGE
        && part(narrow) >= part(wide) * ALIKE
        && part(widest_gap) <= part(between.len()) * WIDEST_GAP
        && [left, right].into_iter().all(|text| lines(&columns[text], picture) >= FEWEST_LINES)
}

/// Runs of columns with ink in a part of the picture that begins or ends with a free run.
fn inked_between(free: &[Range<usize>], part: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let within = free.iter().filter(move |run| run.start >= part.start && run.end <= part.end);
    let starts = std::iter::once(part.start).chain(within.clone().map(|run| run.end));
    let ends = within.map(|run| run.start).chain(std::iter::once(part.end));
    starts.zip(ends).map(|(start, end)| start..end).filter(|run| !run.is_empty())
}

/// The runs, with those as one that are no farther apart than `gap`: a letter that stands out of its column, and the column.
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

/// How many lines of text there are, counted where most are.
fn lines(columns: &[Column], picture: &Reduced) -> usize {
    let strip = ((picture.width as f64 * STRIP) as usize).max(1);
    let in_strip = |strip: &[Column]| {
        let is_inked = |row: usize| strip.iter().any(|column| column.is_ink(row));
        (1..picture.height).filter(|row| is_inked(*row) && !is_inked(row - 1)).count()
    };
    columns.chunks(strip).map(in_strip).max().unwrap_or(0)
}

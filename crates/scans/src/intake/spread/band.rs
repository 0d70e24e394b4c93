use std::ops::Range;

use super::reduced::{Column, Reduced, SHADOW_REACH, TILES};

/// Where bands are looked for, and where gutters are, as parts of the width.
const SEARCHED: (f64, f64) = (0.35, 0.65);
const MIDDLE: (f64, f64) = (0.42, 0.58);
/// Ink that a free column may have, as a part of the height: specks, and less than the figures of a folio.
const SPECKS: f64 = 0.004;
/// Least width of a band, as a part of the picture's.
const LEAST_WIDTH: f64 = 0.025;
/// The middle of a wider band may lie beside the gutter, because one of the pages has little on it; as a part of the width.
const WIDE: f64 = 0.25;
/// Least width of a shadow, which is broader than a rule, as a part of the picture's.
const LEAST_SHADOW: f64 = 0.008;
/// How far from a shadow dark pixels still belong to it, as a part of the width.
pub(crate) const FRAY: f64 = 0.01;
/// Least width of a run of ink that may be text: a narrower one is a rule, or what is left of a dark edge or shadow.
pub(crate) const LEAST_TEXT: f64 = 0.02;
/// Most width of a folio or a small heading, as a part of the picture's: what stands in the middle of a page.
const FOLIO: f64 = 0.06;

/// Neighbouring columns near the middle of a picture on which there is no ink from top to bottom.
#[derive(Debug, Clone)]
pub(crate) struct Band {
    /// How far the columns lean to the right from the first row to the last, px of the reduced picture.
    pub(crate) lean: f64,
    /// The columns, by their place in the middle row. Empty where there is ink on all of them: then the one with the least.
    pub(crate) columns: Range<usize>,
    /// Whether something as narrow as a folio stands between it and another band.
    is_parted: bool,
    shadow: Option<Shadow>,
    picture_width: f64,
}

/// A dark valley in the light of the paper.
#[derive(Debug, Clone, Copy)]
struct Shadow {
    /// Its darkest column.
    column: usize,
    /// Columns that are shaded over most of the height.
    width: usize,
    /// The part of the height over which it runs.
    reach: f64,
    /// The light that is lost in its darkest column, 0 to 1.
    depth: f64,
    /// Whether the ink around its darkest column is the [edge of a page](is_torn_edge).
    is_torn_edge: bool,
}

impl Shadow {
    /// The shadow that runs over most of the height, in the middle of where it is darkest.
    fn among(columns: &[Column], middle: Range<usize>, picture: &Reduced) -> Option<Self> {
        let rank = |at: &usize| (columns[*at].shaded_tiles(), (columns[*at].shade() * 1000.0) as u32);
        let best = middle.clone().map(|at| rank(&at)).max().filter(|(tiles, _)| *tiles > 0)?;
        let equals: Vec<usize> = middle.filter(|at| rank(at) == best).collect();
        let column = equals[equals.len() / 2];
        let is_long = |column: &&Column| column.shaded_tiles() >= TILES * 3 / 4;
        let before = columns[..column].iter().rev().take_while(is_long).count();
        let width = before + columns[column..].iter().take_while(is_long).count();
        let reach = columns[column].shaded_tiles() as f64 / TILES as f64;
        let fray = (picture.width as f64 * FRAY) as usize;
        let beside = &columns[column.saturating_sub(fray)..(column + fray + 1).min(columns.len())];
        let is_torn_edge = is_torn_edge(beside, picture.height);
        Some(Self { column, width, reach, depth: columns[column].shade(), is_torn_edge })
    }
}

impl Band {
    /// The band among the columns of this lean that is nearest to what a gutter has.
    pub(crate) fn in_the_middle(picture: &Reduced, lean: f64) -> Self {
        let part = |of: f64| (picture.width as f64 * of) as usize;
        let first = part(SEARCHED.0);
        let columns = picture.columns(first..part(SEARCHED.1), lean);
        let middle = part(MIDDLE.0) - first..part(MIDDLE.1) - first;
        let mut shadow = Shadow::among(&columns, middle.clone(), picture);
        let picture_width = picture.width as f64;
        let ink = ink_rows(&columns, shadow.map(|shadow| shadow.column), picture_width);
        let has_long_shadow =
            |band: &Range<usize>| shadow.is_some_and(|it| it.reach > 0.5 && band.contains(&it.column));
        let in_the_middle = |band: &Range<usize>| band.end.min(middle.end).saturating_sub(band.start.max(middle.start));
        let free = free_runs(&columns, &ink, picture);
        let bands = free.iter().filter(|band| in_the_middle(band) > 0);
        let found = bands.max_by_key(|band| (has_long_shadow(band), in_the_middle(band))).cloned();
        let is_parted = found.as_ref().is_some_and(|found| {
            let is_broad = |run: &&Range<usize>| run.len() as f64 >= picture_width * LEAST_WIDTH;
            let gap = |run: &Range<usize>| run.start.max(found.start).saturating_sub(run.end.min(found.end)) as f64;
            free.iter().filter(is_broad).any(|run| run != found && gap(run) < picture_width * FOLIO)
        });
        let columns = found.unwrap_or_else(|| {
            let to_the_middle = |at: usize| (2 * at + 1).abs_diff(ink.len());
            let least = middle.min_by_key(|at| (ink[*at], to_the_middle(*at))).unwrap_or(ink.len() / 2);
            least..least
        });
        shadow = shadow.filter(|shadow| columns.contains(&shadow.column));
        Self {
            lean,
            columns: first + columns.start..first + columns.end,
            is_parted,
            shadow: shadow.map(|shadow| Shadow { column: first + shadow.column, ..shadow }),
            picture_width,
        }
    }

    /// How much it looks like a gutter; comparable between bands of one picture.
    pub(crate) fn merit(&self) -> f64 {
        self.share().min(WIDE) + self.shadow.map_or(0.0, |shadow| 0.2 * shadow.depth * shadow.reach)
    }

    /// Width, as a part of the picture's.
    pub(crate) fn share(&self) -> f64 {
        self.columns.len() as f64 / self.picture_width
    }

    /// Whether there is room for a gutter in it.
    pub(crate) fn has_room(&self) -> bool {
        let middle = self.picture_width * MIDDLE.0..self.picture_width * MIDDLE.1;
        !self.is_parted && self.share() >= LEAST_WIDTH && middle.contains(&self.gutter())
    }

    /// Whether the shadow of a gutter lies in it: broader than a rule, and over nearly the whole height.
    pub(crate) fn has_gutter_shadow(&self) -> bool {
        let is_broad = |shadow: &Shadow| shadow.width as f64 >= self.picture_width * LEAST_SHADOW;
        self.shadow.as_ref().is_some_and(|shadow| is_broad(shadow) && shadow.reach >= 0.9)
    }

    /// Whether a line runs through it that ends before the picture does, as rules between columns do, and the fold of a book and the edge
    /// of a page do not.
    pub(crate) fn has_rule(&self) -> bool {
        self.shadow.is_some_and(|shadow| (0.25..0.9).contains(&shadow.reach) && !shadow.is_torn_edge)
    }

    /// The column where the pages meet, in the middle row.
    pub(crate) fn gutter(&self) -> f64 {
        let (start, end) = (self.columns.start as f64, self.columns.end as f64);
        match &self.shadow {
            Some(shadow) if self.has_gutter_shadow() => shadow.column as f64 + 0.5,
            _ if self.share() > WIDE => (self.picture_width / 2.0).clamp(start, end),
            _ => f64::midpoint(start, end),
        }
    }

    /// The column of this band that is nearest to another band's gutter, if it is near, and not at the band's very edge.
    pub(crate) fn nearest_to(&self, gutter: f64) -> Option<f64> {
        let edge = self.columns.len() as f64 / 8.0;
        let nearest = gutter.clamp(self.columns.start as f64 + edge, self.columns.end as f64 - edge);
        let is_near = (nearest - gutter).abs() <= self.picture_width * FRAY;
        (is_near && self.share() >= LEAST_WIDTH / 2.0).then_some(nearest)
    }

    /// Rows with ink in each of a picture's columns, from its first on; the shadow in this band is none.
    pub(crate) fn ink_rows(&self, columns: &[Column]) -> Vec<usize> {
        ink_rows(columns, self.shadow.map(|shadow| shadow.column), self.picture_width)
    }
}

fn ink_rows(columns: &[Column], shadow: Option<usize>, picture_width: f64) -> Vec<usize> {
    let (reach, fray) = ((picture_width * SHADOW_REACH) as usize, (picture_width * FRAY) as usize);
    let ink = columns.iter().enumerate().map(|(at, column)| {
        let rows = 0..column.height();
        if shadow.is_none_or(|shadow| at.abs_diff(shadow) > reach) {
            return rows.filter(|row| column.is_ink(*row)).count();
        }
        let near = &columns[at.saturating_sub(fray)..(at + fray + 1).min(columns.len())];
        let darkest =
            near.iter().map(Column::shadow).reduce(|one, other| std::array::from_fn(|at| one[at].min(other[at])));
        let darkest = darkest.unwrap_or([u8::MAX; TILES]);
        rows.filter(|row| column.is_ink_in_shadow(*row, &darkest)).count()
    });
    ink.collect()
}

/// Runs of columns that are free of ink, from the left to the right.
pub(crate) fn free_runs(columns: &[Column], ink: &[usize], picture: &Reduced) -> Vec<Range<usize>> {
    let most = ((picture.height as f64 * SPECKS) as usize).max(2);
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for run in ink.chunk_by(|one, other| (*one <= most) == (*other <= most)) {
        let range = start..start + run.len();
        start = range.end;
        if run[0] > most {
            continue;
        }
        match runs.last_mut() {
            Some(last) if is_broken_shadow(&columns[last.end..range.start], picture) => last.end = range.end,
            _ => runs.push(range),
        }
    }
    runs
}

/// Whether narrow ink is what is left of a gutter's shadow in a picture of black and white: it is there from the top to the bottom,
/// where neither a folio nor a rule is. Or it is what is left of a dark edge between two pages, which may be broader.
fn is_broken_shadow(columns: &[Column], picture: &Reduced) -> bool {
    let (share, part) = (columns.len() as f64 / picture.width as f64, picture.height / 6);
    let places = (1..5).filter(|at| has_ink(columns, at * part..(at + 1) * part)).count();
    share < LEAST_TEXT && reaches_both_ends(columns, picture.height, part) && places >= 3
        || share < SHADOW_REACH && is_torn_edge(columns, picture.height)
}

/// Whether there is ink so near the top and the bottom of the picture as no print is: the edge of a page, of which the middle may be gone.
fn is_torn_edge(columns: &[Column], height: usize) -> bool {
    reaches_both_ends(columns, height, (height as f64 * UNPRINTED) as usize)
}

/// The ends of a picture's height where nothing is printed, as a part of the height.
const UNPRINTED: f64 = 0.03;

fn reaches_both_ends(columns: &[Column], height: usize, end: usize) -> bool {
    has_ink(columns, 0..end) && has_ink(columns, height - end..height)
}

fn has_ink(columns: &[Column], rows: Range<usize>) -> bool {
    columns.iter().any(|column| rows.clone().any(|row| column.is_ink(row)))
}

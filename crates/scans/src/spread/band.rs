use std::ops::Range;

use super::thumbnail::{Column, SHADOW_RATIO, TILES, Thumbnail};

/// The part of the image that is searched for bands, as ratios to its width.
const SEARCHED: (f64, f64) = (0.35, 0.65);
/// The part of the image in which gutters are, as ratios to its width.
const MIDDLE: (f64, f64) = (0.42, 0.58);
/// The most ink in a column without print, as a ratio to its height: specks, and less than the digits of a page number.
const MAX_SPECK_RATIO: f64 = 0.004;
/// The narrowest band, as a ratio to the image's width.
const MIN_BAND_RATIO: f64 = 0.025;
/// A band wider than this, as a ratio to the image's width, is not centred on the gutter: one of the pages is nearly empty.
const WIDE_BAND_RATIO: f64 = 0.25;
/// The narrowest shadow, as a ratio to the image's width; rules are narrower.
const MIN_SHADOW_RATIO: f64 = 0.008;
/// The distance up to which dark pixels belong to a shadow, as a ratio to the image's width.
pub(crate) const FRAY_RATIO: f64 = 0.01;
/// The narrowest run of ink that may be text, as a ratio to the image's width: a narrower one is a rule, or a remnant of a dark edge or shadow.
pub(crate) const MIN_TEXT_RATIO: f64 = 0.02;
/// The widest page number or small heading in the middle of a page, as a ratio to the image's width.
const MAX_PAGE_NUMBER_RATIO: f64 = 0.06;

/// Neighbouring columns near the middle of an image without ink from top to bottom.
#[derive(Debug, Clone)]
pub(crate) struct Band {
    /// How far the columns slant to the right from the first row to the last, px of the thumbnail.
    pub(crate) slant: f64,
    /// The columns, by their position in the middle row. If all columns have ink: an empty range at the one with least.
    pub(crate) columns: Range<usize>,
    /// Whether only something as narrow as a page number separates it from another band.
    is_divided: bool,
    shadow: Option<Shadow>,
    image_width: f64,
}

/// A dark valley in the background.
#[derive(Debug, Clone, Copy)]
struct Shadow {
    /// Its darkest column.
    column: usize,
    /// Columns that are shaded over most of the height.
    width: usize,
    /// The ratio of the height over which it runs.
    reach: f64,
    /// The luminance that is lost in its darkest column, 0 to 1.
    depth: f64,
    /// Whether the ink around its darkest column is the [edge of a page](is_broken_edge).
    is_broken_edge: bool,
}

impl Shadow {
    /// The shadow that runs over most of the height, at the middle of its darkest columns.
    fn among(columns: &[Column], middle: Range<usize>, image: &Thumbnail) -> Option<Self> {
        let rank = |at: &usize| (columns[*at].shaded_tiles(), (columns[*at].shade() * 1000.0) as u32);
        let best = middle.clone().map(|at| rank(&at)).max().filter(|(tiles, _)| *tiles > 0)?;
        let equals: Vec<usize> = middle.filter(|at| rank(at) == best).collect();
        let column = equals[equals.len() / 2];
        let is_long = |column: &&Column| column.shaded_tiles() >= TILES * 3 / 4;
        let before = columns[..column].iter().rev().take_while(is_long).count();
        let width = before + columns[column..].iter().take_while(is_long).count();
        let reach = columns[column].shaded_tiles() as f64 / TILES as f64;
        let fray = (image.width as f64 * FRAY_RATIO) as usize;
        let beside = &columns[column.saturating_sub(fray)..(column + fray + 1).min(columns.len())];
        let is_broken_edge = is_broken_edge(beside, image.height);
        Some(Self { column, width, reach, depth: columns[column].shade(), is_broken_edge })
    }
}

impl Band {
    /// The band with this slant that is most like a gutter.
    pub(crate) fn in_the_middle(image: &Thumbnail, slant: f64) -> Self {
        let px = |ratio: f64| (image.width as f64 * ratio) as usize;
        let first = px(SEARCHED.0);
        let columns = image.columns(first..px(SEARCHED.1), slant);
        let middle = px(MIDDLE.0) - first..px(MIDDLE.1) - first;
        let mut shadow = Shadow::among(&columns, middle.clone(), image);
        let image_width = image.width as f64;
        let ink = ink_rows(&columns, shadow.map(|shadow| shadow.column), image_width);
        let has_long_shadow =
            |band: &Range<usize>| shadow.is_some_and(|it| it.reach > 0.5 && band.contains(&it.column));
        let in_the_middle = |band: &Range<usize>| band.end.min(middle.end).saturating_sub(band.start.max(middle.start));
        let free = free_runs(&columns, &ink, image);
        let bands = free.iter().filter(|band| in_the_middle(band) > 0);
        let found = bands.max_by_key(|band| (has_long_shadow(band), in_the_middle(band))).cloned();
        let is_divided = found.as_ref().is_some_and(|found| {
            let is_broad = |run: &&Range<usize>| run.len() as f64 >= image_width * MIN_BAND_RATIO;
            let gap = |run: &Range<usize>| run.start.max(found.start).saturating_sub(run.end.min(found.end)) as f64;
            free.iter().filter(is_broad).any(|run| run != found && gap(run) < image_width * MAX_PAGE_NUMBER_RATIO)
        });
        let columns = found.unwrap_or_else(|| {
            let to_the_middle = |at: usize| (2 * at + 1).abs_diff(ink.len());
            let least = middle.min_by_key(|at| (ink[*at], to_the_middle(*at))).unwrap_or(ink.len() / 2);
            least..least
        });
        shadow = shadow.filter(|shadow| columns.contains(&shadow.column));
        Self {
            slant,
            columns: first + columns.start..first + columns.end,
            is_divided,
            shadow: shadow.map(|shadow| Shadow { column: first + shadow.column, ..shadow }),
            image_width,
        }
    }

    /// How much it looks like a gutter; comparable between bands of one image.
    pub(crate) fn score(&self) -> f64 {
        self.width_ratio().min(WIDE_BAND_RATIO) + self.shadow.map_or(0.0, |shadow| 0.2 * shadow.depth * shadow.reach)
    }

    /// Width, as a ratio to the image's.
    pub(crate) fn width_ratio(&self) -> f64 {
        self.columns.len() as f64 / self.image_width
    }

    /// Whether there is room for a gutter in it.
    pub(crate) fn has_room(&self) -> bool {
        let middle = self.image_width * MIDDLE.0..self.image_width * MIDDLE.1;
        !self.is_divided && self.width_ratio() >= MIN_BAND_RATIO && middle.contains(&self.gutter())
    }

    /// Whether it contains the shadow of a gutter: wider than a rule, and over nearly the whole height.
    pub(crate) fn has_gutter_shadow(&self) -> bool {
        let is_broad = |shadow: &Shadow| shadow.width as f64 >= self.image_width * MIN_SHADOW_RATIO;
        self.shadow.as_ref().is_some_and(|shadow| is_broad(shadow) && shadow.reach >= 0.9)
    }

    /// Whether a line runs through it that does not span the image, unlike the fold of a book and the edge of a page: a rule between columns.
    pub(crate) fn has_rule(&self) -> bool {
        self.shadow.is_some_and(|shadow| (0.25..0.9).contains(&shadow.reach) && !shadow.is_broken_edge)
    }

    /// The column where the pages meet, in the middle row.
    pub(crate) fn gutter(&self) -> f64 {
        let (start, end) = (self.columns.start as f64, self.columns.end as f64);
        match &self.shadow {
            Some(shadow) if self.has_gutter_shadow() => shadow.column as f64 + 0.5,
            _ if self.width_ratio() > WIDE_BAND_RATIO => (self.image_width / 2.0).clamp(start, end),
            _ => f64::midpoint(start, end),
        }
    }

    /// The column of this band that is nearest to the gutter of another band, if it is near, and not at the edge of this band.
    pub(crate) fn nearest_to(&self, gutter: f64) -> Option<f64> {
        let edge = self.columns.len() as f64 / 8.0;
        let nearest = gutter.clamp(self.columns.start as f64 + edge, self.columns.end as f64 - edge);
        let is_near = (nearest - gutter).abs() <= self.image_width * FRAY_RATIO;
        (is_near && self.width_ratio() >= MIN_BAND_RATIO / 2.0).then_some(nearest)
    }

    /// The number of rows with ink in each of an image's columns; the shadow in this band does not count.
    pub(crate) fn ink_rows(&self, columns: &[Column]) -> Vec<usize> {
        ink_rows(columns, self.shadow.map(|shadow| shadow.column), self.image_width)
    }
}

fn ink_rows(columns: &[Column], shadow: Option<usize>, image_width: f64) -> Vec<usize> {
    let (reach, fray) = ((image_width * SHADOW_RATIO) as usize, (image_width * FRAY_RATIO) as usize);
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

/// Runs of columns without ink, from left to right.
pub(crate) fn free_runs(columns: &[Column], ink: &[usize], image: &Thumbnail) -> Vec<Range<usize>> {
    let most = ((image.height as f64 * MAX_SPECK_RATIO) as usize).max(2);
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for run in ink.chunk_by(|one, other| (*one <= most) == (*other <= most)) {
        let range = start..start + run.len();
        start = range.end;
        if run[0] > most {
            continue;
        }
        match runs.last_mut() {
            Some(last) if is_broken_shadow(&columns[last.end..range.start], image) => last.end = range.end,
            _ => runs.push(range),
        }
    }
    runs
}

/// Whether narrow ink is a remnant of a gutter's shadow in a bilevel image: it runs from the very top to the very bottom, unlike page numbers and
/// rules. Or it is a remnant of a dark edge between two pages, which may be wider.
fn is_broken_shadow(columns: &[Column], image: &Thumbnail) -> bool {
    let (share, part) = (columns.len() as f64 / image.width as f64, image.height / 6);
    let places = (1..5).filter(|at| has_ink(columns, at * part..(at + 1) * part)).count();
    share < MIN_TEXT_RATIO && reaches_both_ends(columns, image.height, part) && places >= 3
        || share < SHADOW_RATIO && is_broken_edge(columns, image.height)
}

/// Whether there is ink closer to the top and bottom of the image than print is: the edge of a page, whose middle may be missing.
fn is_broken_edge(columns: &[Column], height: usize) -> bool {
    reaches_both_ends(columns, height, (height as f64 * UNPRINTED_RATIO) as usize)
}

/// The ends of an image's height without print, as a ratio to the height.
const UNPRINTED_RATIO: f64 = 0.03;

fn reaches_both_ends(columns: &[Column], height: usize, end: usize) -> bool {
    has_ink(columns, 0..end) && has_ink(columns, height - end..height)
}

fn has_ink(columns: &[Column], rows: Range<usize>) -> bool {
    columns.iter().any(|column| rows.clone().any(|row| column.is_ink(row)))
}

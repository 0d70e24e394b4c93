use std::ops::Range;

use crate::intake::raster::Raster;

/// Columns that a picture is reduced to, about: letters are still apart, and specks are gone.
const WORKING_WIDTH: u32 = 900;
/// Parts of the height in which paper and shadows are looked at.
pub(crate) const TILES: usize = 12;
/// This part of a column's pixels in a tile is darker than its paper: between lines there is always some.
const PAPER_RANK: f64 = 0.85;
/// What is darker than this part of the paper's light is ink: three quarters.
const INK: (u16, u16) = (3, 4);
/// What is darker than the paper by less is grain, levels of grey.
const GRAIN: u8 = 12;
/// Paper that has less than this part of the light of the paper beside it lies in a shadow.
const SHADED: f64 = 0.88;
/// Half the width of the widest shadow, as a part of the picture's.
pub(crate) const SHADOW_REACH: f64 = 0.05;
/// What is wider than a shadow, and has less than this part of the light of the tile's lightest paper, is a picture.
const SOLID: f64 = 0.6;
/// How far a dark scan edge reaches at most, as a part of the width or height, and its light, as a part of the paper's.
const EDGE: (f64, f64) = (0.125, 0.7);

/// A picture as seen from afar: small and grey, without dark scan edges.
pub(crate) struct Reduced {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Pixels of the picture that one of these is wide and high.
    pub(crate) scale: u32,
    /// Row by row; nothing where the scan's edge is.
    light: Vec<Option<u8>>,
    /// Light of most of the paper.
    paper: u8,
}

/// A column of a picture, upright or leaning.
pub(crate) struct Column {
    light: Vec<Option<u8>>,
    /// Light of the paper, tile by tile.
    own_paper: [u8; TILES],
    /// Light of the paper that a shadow would have without it.
    paper: [u8; TILES],
    is_shaded: [bool; TILES],
}

impl Column {
    pub(crate) fn is_ink(&self, row: usize) -> bool {
        is_ink(self.light[row], self.paper[self.tile(row)])
    }

    /// Whether there is ink in a row, where paper in a shadow has this light, tile by tile.
    pub(crate) fn is_ink_in_shadow(&self, row: usize, shadow: &[u8; TILES]) -> bool {
        let tile = self.tile(row);
        is_ink(self.light[row], shadow[tile].min(self.paper[tile]))
    }

    /// Light of the paper where it is shaded, tile by tile; 255 where it is not.
    pub(crate) fn shadow(&self) -> [u8; TILES] {
        std::array::from_fn(|tile| if self.is_shaded[tile] { self.own_paper[tile] } else { u8::MAX })
    }

    pub(crate) fn shaded_tiles(&self) -> usize {
        self.is_shaded.iter().filter(|is_shaded| **is_shaded).count()
    }

    /// The light that the column lacks because it is shaded, 0 to 1.
    pub(crate) fn shade(&self) -> f64 {
        let sum = |light: &[u8; TILES]| light.iter().map(|light| f64::from(*light)).sum::<f64>();
        1.0 - sum(&self.own_paper) / sum(&self.paper).max(1.0)
    }

    pub(crate) fn height(&self) -> usize {
        self.light.len()
    }

    fn tile(&self, row: usize) -> usize {
        row * TILES / self.light.len()
    }
}

fn is_ink(light: Option<u8>, paper: u8) -> bool {
    light
        .is_some_and(|light| u16::from(light) * INK.1 < u16::from(paper) * INK.0 && paper.saturating_sub(light) > GRAIN)
}

impl Reduced {
    pub(crate) fn of(picture: &Raster) -> Self {
        let scale = ((picture.width + WORKING_WIDTH / 2) / WORKING_WIDTH).max(1);
        let (width, height) = ((picture.width / scale).max(1), (picture.height / scale).max(1));
        let mut light = Vec::with_capacity((width * height) as usize);
        for y in 0..height {
            let mut sums = vec![0_u32; width as usize];
            for row in y * scale..((y + 1) * scale).min(picture.height) {
                for x in 0..(width * scale).min(picture.width) {
                    sums[(x / scale) as usize] += u32::from(picture.light(x, row));
                }
            }
            light.extend(sums.into_iter().map(|sum| (sum / (scale * scale)) as u8).map(Some));
        }
        let paper = paper_of(&light).unwrap_or(u8::MAX);
        let mut reduced = Self { width: width as usize, height: height as usize, scale, light, paper };
        reduced.take_edges_away();
        reduced
    }

    /// Takes away what is dark from the border inwards: at the sides, and then above and below of what is left.
    fn take_edges_away(&mut self) {
        let (width, height) = (self.width, self.height);
        for y in 0..height {
            self.take_edge((y * width..(y + 1) * width).collect(), width);
        }
        for x in 0..width {
            self.take_edge((0..height).map(|y| y * width + x).collect(), height);
        }
        let widest_shadow = (2.0 * width as f64 * SHADOW_REACH) as usize;
        for row in self.light.chunks_exact_mut(width) {
            // Where the edge crosses the gutter's shadow, it is dark all the way.
            let edge: Vec<usize> = (0..width).filter(|x| row[*x].is_none()).collect();
            for pair in edge.windows(2).filter(|pair| pair[1] - pair[0] <= widest_shadow) {
                row[pair[0]..pair[1]].fill(None);
            }
        }
    }

    /// Takes away the dark ends of a row or column. What goes on further is no edge: a gutter's shadow, a plate that fills the page.
    fn take_edge(&mut self, mut line: Vec<usize>, side: usize) {
        let (dark, most) = ((f64::from(self.paper) * EDGE.1) as u8, (side as f64 * EDGE.0) as usize);
        for _ in 0..2 {
            let is_dark = |at: &usize| self.light[*at].is_some_and(|light| light < dark);
            let length = line.iter().take_while(|at| is_dark(at)).count();
            if (1..=most).contains(&length) {
                // Its blurred border goes with it.
                line[..length + 2].iter().for_each(|at| self.light[*at] = None);
            }
            line.reverse();
        }
    }

    /// Columns that lean to the right by `lean` px from the first row to the last; in the middle row they have their number.
    pub(crate) fn columns(&self, range: Range<usize>, lean: f64) -> Vec<Column> {
        let (last, height) = (self.width - 1, self.height);
        let shift = |y: usize| (lean * ((y as f64 + 0.5) / height as f64 - 0.5)).round() as isize;
        let shifts: Vec<isize> = (0..height).map(shift).collect();
        let light_at = |x: usize, y: usize| self.light[y * self.width + x.saturating_add_signed(shifts[y]).min(last)];
        let mut columns: Vec<Column> = range
            .map(|x| {
                let light: Vec<Option<u8>> = (0..height).map(|y| light_at(x, y)).collect();
                let rows = |tile: usize| (tile * height).div_ceil(TILES)..((tile + 1) * height).div_ceil(TILES);
                let own_paper = std::array::from_fn(|tile| paper_of(&light[rows(tile)]).unwrap_or(self.paper));
                Column { light, own_paper, paper: own_paper, is_shaded: [false; TILES] }
            })
            .collect();
        for tile in 0..TILES {
            let own: Vec<u8> = columns.iter().map(|column| column.own_paper[tile]).collect();
            let beside = without_valleys(&own, (self.width as f64 * SHADOW_REACH) as usize);
            let lightest = beside.iter().copied().max().unwrap_or(0);
            for (column, beside) in columns.iter_mut().zip(beside) {
                column.is_shaded[tile] = f64::from(column.own_paper[tile]) < f64::from(beside) * SHADED;
                let is_solid = f64::from(beside) < f64::from(lightest) * SOLID;
                column.paper[tile] = if is_solid { lightest } else { beside };
            }
        }
        columns
    }
}

/// Light of the paper on which there is some ink; `None` where there is only the scan's edge.
fn paper_of(light: &[Option<u8>]) -> Option<u8> {
    let mut counts = [0_usize; 256];
    light.iter().flatten().for_each(|light| counts[usize::from(*light)] += 1);
    let darker = (counts.iter().sum::<usize>() as f64 * PAPER_RANK) as usize;
    let mut seen = 0;
    let rank = counts.iter().position(|count| {
        seen += count;
        seen > darker
    });
    rank.map(|light| light as u8)
}

/// The values with every valley filled that is at most twice `reach` wide: a morphological closing.
fn without_valleys(values: &[u8], reach: usize) -> Vec<u8> {
    let around = |values: &[u8], best: fn(u8, u8) -> u8| -> Vec<u8> {
        let window = |at: usize| &values[at.saturating_sub(reach)..(at + reach + 1).min(values.len())];
        (0..values.len()).map(|at| window(at).iter().copied().fold(values[at], best)).collect()
    };
    around(&around(values, u8::max), u8::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_valleys_are_filled_and_wide_ones_stay() {
        let values = [9, 9, 3, 9, 9, 9, 2, 2, 2, 2, 2, 2, 9, 9];
        assert_eq!(without_valleys(&values, 2), [9, 9, 9, 9, 9, 9, 2, 2, 2, 2, 2, 2, 9, 9]);
    }

    #[test]
    fn paper_is_lighter_than_what_is_printed_on_it() {
        let line = |ink: usize| paper_of(&[vec![Some(30); ink], vec![Some(220); 100 - ink], vec![None; 90]].concat());
        assert_eq!((line(0), line(40), line(80)), (Some(220), Some(220), Some(220)));
        assert_eq!(line(95), Some(30), "a picture has no paper");
        assert_eq!(paper_of(&[None; 5]), None);
    }
}

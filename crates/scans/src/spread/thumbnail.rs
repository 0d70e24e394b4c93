use std::ops::Range;

use crate::raster::Raster;

/// Approximate width of a thumbnail, px: letters are still separate, and specks are gone.
const WIDTH_PX: u32 = 900;
/// Parts of the height in which background and shadows are estimated.
pub(crate) const TILES: usize = 12;
/// The quantile of luminance in a column of a tile that is background: there is always some between lines.
const BACKGROUND_QUANTILE: f64 = 0.85;
/// Pixels darker than this ratio of the background are ink: three quarters.
const INK_RATIO: (u16, u16) = (3, 4);
/// The least difference between ink and background, grey levels: less is noise.
const MIN_CONTRAST: u8 = 12;
/// Background darker than this ratio of the background beside it is in a shadow.
const SHADED_RATIO: f64 = 0.88;
/// Half the width of the widest shadow, as a ratio to the image's width.
pub(crate) const SHADOW_RATIO: f64 = 0.05;
/// Areas wider than a shadow and darker than this ratio of the brightest background in the tile are a figure.
const FIGURE_RATIO: f64 = 0.6;
/// The widest dark scan edge, as a ratio to the width or height.
const MAX_EDGE_RATIO: f64 = 0.125;
/// The brightest scan edge, as a ratio to the background.
const EDGE_LUMINANCE_RATIO: f64 = 0.7;

/// A small grey version of an image, without dark scan edges.
pub(crate) struct Thumbnail {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Side of the square of image pixels that each thumbnail pixel averages, px.
    pub(crate) scale: u32,
    /// Row by row; `None` in the scan's edge.
    luminance: Vec<Option<u8>>,
    /// Luminance of most of the background.
    background: u8,
}

/// A column of an image, vertical or slanted.
pub(crate) struct Column {
    luminance: Vec<Option<u8>>,
    /// Luminance of the background, tile by tile.
    own_background: [u8; TILES],
    /// Luminance that the background would have without a shadow.
    background: [u8; TILES],
    is_shaded: [bool; TILES],
}

impl Column {
    pub(crate) fn is_ink(&self, row: usize) -> bool {
        is_ink(self.luminance[row], self.background[self.tile(row)])
    }

    /// Whether a row has ink, given the luminance of the shaded background, tile by tile.
    pub(crate) fn is_ink_in_shadow(&self, row: usize, shadow: &[u8; TILES]) -> bool {
        let tile = self.tile(row);
        is_ink(self.luminance[row], shadow[tile].min(self.background[tile]))
    }

    /// Luminance of the background where it is shaded, tile by tile; 255 where it is not.
    pub(crate) fn shadow(&self) -> [u8; TILES] {
        std::array::from_fn(|tile| if self.is_shaded[tile] { self.own_background[tile] } else { u8::MAX })
    }

    pub(crate) fn shaded_tiles(&self) -> usize {
        self.is_shaded.iter().filter(|is_shaded| **is_shaded).count()
    }

    /// The luminance that the column lacks because of shade, 0 to 1.
    pub(crate) fn shade(&self) -> f64 {
        let sum = |luminance: &[u8; TILES]| luminance.iter().map(|luminance| f64::from(*luminance)).sum::<f64>();
        1.0 - sum(&self.own_background) / sum(&self.background).max(1.0)
    }

    pub(crate) fn height(&self) -> usize {
        self.luminance.len()
    }

    fn tile(&self, row: usize) -> usize {
        row * TILES / self.luminance.len()
    }
}

fn is_ink(luminance: Option<u8>, background: u8) -> bool {
    luminance.is_some_and(|luminance| {
        u16::from(luminance) * INK_RATIO.1 < u16::from(background) * INK_RATIO.0
            && background.saturating_sub(luminance) > MIN_CONTRAST
    })
}

impl Thumbnail {
    pub(crate) fn of(image: &Raster) -> Self {
        let scale = ((image.width + WIDTH_PX / 2) / WIDTH_PX).max(1);
        let (width, height) = ((image.width / scale).max(1), (image.height / scale).max(1));
        let mut luminance = Vec::with_capacity((width * height) as usize);
        for y in 0..height {
            let mut sums = vec![0_u32; width as usize];
            for row in y * scale..((y + 1) * scale).min(image.height) {
                for x in 0..(width * scale).min(image.width) {
                    sums[(x / scale) as usize] += u32::from(image.luminance(x, row));
                }
            }
            luminance.extend(sums.into_iter().map(|sum| (sum / (scale * scale)) as u8).map(Some));
        }
        let background = background_of(&luminance).unwrap_or(u8::MAX);
        let mut thumbnail = Self { width: width as usize, height: height as usize, scale, luminance, background };
        thumbnail.remove_edges();
        thumbnail
    }

    /// Removes dark edges: first at the sides, then at the top and bottom of what is left.
    fn remove_edges(&mut self) {
        let (width, height) = (self.width, self.height);
        for y in 0..height {
            self.remove_edge((y * width..(y + 1) * width).collect(), width);
        }
        for x in 0..width {
            self.remove_edge((0..height).map(|y| y * width + x).collect(), height);
        }
        let widest_shadow = (2.0 * width as f64 * SHADOW_RATIO) as usize;
        for row in self.luminance.chunks_exact_mut(width) {
            // Where the edge crosses the gutter's shadow, all of it is dark.
            let edge: Vec<usize> = (0..width).filter(|x| row[*x].is_none()).collect();
            for pair in edge.windows(2).filter(|pair| pair[1] - pair[0] <= widest_shadow) {
                row[pair[0]..pair[1]].fill(None);
            }
        }
    }

    /// Removes the dark ends of a row or column. Longer ones are not edges but a gutter's shadow or a plate that fills the page.
    fn remove_edge(&mut self, mut line: Vec<usize>, side: usize) {
        let (dark, most) =
            ((f64::from(self.background) * EDGE_LUMINANCE_RATIO) as u8, (side as f64 * MAX_EDGE_RATIO) as usize);
        for _ in 0..2 {
            let is_dark = |at: &usize| self.luminance[*at].is_some_and(|luminance| luminance < dark);
            let length = line.iter().take_while(|at| is_dark(at)).count();
            if (1..=most).contains(&length) {
                // Including its blurred border.
                line[..length + 2].iter().for_each(|at| self.luminance[*at] = None);
            }
            line.reverse();
        }
    }

    /// Columns that slant to the right by `slant` px from the first row to the last; their index is that in the middle row.
    pub(crate) fn columns(&self, range: Range<usize>, slant: f64) -> Vec<Column> {
        let (last, height) = (self.width - 1, self.height);
        let shift = |y: usize| (slant * ((y as f64 + 0.5) / height as f64 - 0.5)).round() as isize;
        let shifts: Vec<isize> = (0..height).map(shift).collect();
        let light_at =
            |x: usize, y: usize| self.luminance[y * self.width + x.saturating_add_signed(shifts[y]).min(last)];
        let mut columns: Vec<Column> = range
            .map(|x| {
                let luminance: Vec<Option<u8>> = (0..height).map(|y| light_at(x, y)).collect();
                let rows = |tile: usize| (tile * height).div_ceil(TILES)..((tile + 1) * height).div_ceil(TILES);
                let own_background =
                    std::array::from_fn(|tile| background_of(&luminance[rows(tile)]).unwrap_or(self.background));
                Column { luminance, own_background, background: own_background, is_shaded: [false; TILES] }
            })
            .collect();
        for tile in 0..TILES {
            let own: Vec<u8> = columns.iter().map(|column| column.own_background[tile]).collect();
            let beside = closed(&own, (self.width as f64 * SHADOW_RATIO) as usize);
            let brightest = beside.iter().copied().max().unwrap_or(0);
            for (column, beside) in columns.iter_mut().zip(beside) {
                column.is_shaded[tile] = f64::from(column.own_background[tile]) < f64::from(beside) * SHADED_RATIO;
                let is_figure = f64::from(beside) < f64::from(brightest) * FIGURE_RATIO;
                column.background[tile] = if is_figure { brightest } else { beside };
            }
        }
        columns
    }
}

/// Luminance of the background of an area with some ink; `None` where there is only the scan's edge.
fn background_of(luminance: &[Option<u8>]) -> Option<u8> {
    let mut counts = [0_usize; 256];
    luminance.iter().flatten().for_each(|luminance| counts[usize::from(*luminance)] += 1);
    let darker = (counts.iter().sum::<usize>() as f64 * BACKGROUND_QUANTILE) as usize;
    let mut seen = 0;
    let rank = counts.iter().position(|count| {
        seen += count;
        seen > darker
    });
    rank.map(|luminance| luminance as u8)
}

/// Fills every valley that is at most twice `radius` wide: a morphological closing.
fn closed(values: &[u8], radius: usize) -> Vec<u8> {
    let around = |values: &[u8], best: fn(u8, u8) -> u8| -> Vec<u8> {
        let window = |at: usize| &values[at.saturating_sub(radius)..(at + radius + 1).min(values.len())];
        (0..values.len()).map(|at| window(at).iter().copied().fold(values[at], best)).collect()
    };
    around(&around(values, u8::max), u8::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_fills_narrow_valleys_only() {
        let values = [9, 9, 3, 9, 9, 9, 2, 2, 2, 2, 2, 2, 9, 9];
        assert_eq!(closed(&values, 2), [9, 9, 9, 9, 9, 9, 2, 2, 2, 2, 2, 2, 9, 9]);
    }

    #[test]
    fn background_is_brighter_than_print() {
        let line =
            |ink: usize| background_of(&[vec![Some(30); ink], vec![Some(220); 100 - ink], vec![None; 90]].concat());
        assert_eq!((line(0), line(40), line(80)), (Some(220), Some(220), Some(220)));
        assert_eq!(line(95), Some(30), "a figure has no background");
        assert_eq!(background_of(&[None; 5]), None);
    }
}

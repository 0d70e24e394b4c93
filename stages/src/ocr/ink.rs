use image::GrayImage;

use crate::bbox::Bbox;

/// Where a coarse picture of a page is dark: a bit a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ink {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

/// A connected region of ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    /// The smallest box around its ink.
    pub(super) bbox: Bbox,
    /// Dark pixels in it.
    pub(super) dark: u64,
}

/// What is darker than this part of the paper around it is ink.
const DARK: f64 = 0.75;
/// Paper in shadow is at least so bright, compared to the brightest of the page; what is darker all around is ink.
const DEEPEST_SHADOW: f64 = 0.5;
/// An edge row or column of which more is dark belongs to the scanner's bed or the book's gutter.
const BED: f64 = 0.7;
/// No more of a side than this is taken for bed and gutter.
const MOST_BED: f64 = 0.15;

impl Ink {
    /// What is dark in `grey`, compared to the brightest spots within `reach` px: paper that is lit unevenly is no ink.
    pub(super) fn of(grey: &GrayImage, reach: usize) -> Self {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let paper = Paper::of(grey, reach.max(1));
        let deepest_shadow = f64::from(paper.brightest.iter().copied().max().unwrap_or(0)) * DEEPEST_SHADOW;
        let mut dark = Vec::with_capacity(width * height);
        for (y, row) in grey.as_raw().chunks_exact(width).enumerate() {
            for (tile, pixels) in row.chunks(paper.tile).enumerate() {
                let brightest = f64::from(paper.around(tile, y / paper.tile)).max(deepest_shadow);
                let threshold = (brightest * DARK) as u8;
                dark.extend(pixels.iter().map(|&pixel| pixel < threshold));
            }
        }
        Self { width, height, dark }
    }

    /// Takes away what a scan shows around the page: dark bands along the edges, and what hangs on the edge no deeper than `depth` px.
    pub(super) fn without_edges(mut self, depth: usize) -> Self {
        let page = self.inside_the_bed();
        self.keep_only(page);
        self.erase_from_edge(page, depth);
        self
    }

    /// Takes away what is dark in a box.
    pub(super) fn erase(&mut self, place: Bbox) {
        let (left, right) = ((place.x as usize).min(self.width), (place.right() as usize).min(self.width));
        for y in place.y as usize..(place.bottom() as usize).min(self.height) {
            self.dark[y * self.width + left..y * self.width + right].fill(false);
        }
    }

    /// The regions of ink; what is less than `gap` px apart is one region.
    pub(super) fn regions(&self, gap: usize) -> Vec<Region> {
        let mut spread = self.spread(gap.div_ceil(2));
        let mut regions = Vec::new();
        for start in 0..spread.dark.len() {
            if spread.dark[start] {
                regions.extend(self.region_at(start, &mut spread));
            }
        }
        regions
    }

    /// The page without the rows and columns at its edges that are mostly dark.
    fn inside_the_bed(&self) -> Bbox {
        let most = |side: usize| (side as f64 * MOST_BED) as usize;
        let bed = |line: &dyn Fn(usize) -> f64, side: usize| (0..most(side)).take_while(|&at| line(at) > BED).count();
        let row = |y: usize| self.share_dark((0..self.width).map(|x| (x, y)));
        let top = bed(&row, self.height);
        let bottom = self.height - bed(&|at| row(self.height - 1 - at), self.height);
        let column = |x: usize| self.share_dark((top..bottom).map(|y| (x, y)));
        let left = bed(&column, self.width);
        let right = self.width - bed(&|at| column(self.width - 1 - at), self.width);
        Bbox::between(left as u32, top as u32, right as u32, bottom as u32)
    }

    fn share_dark(&self, line: impl ExactSizeIterator<Item = (usize, usize)>) -> f64 {
        let length = line.len().max(1);
        line.filter(|&(x, y)| self.dark[y * self.width + x]).count() as f64 / length as f64
    }

    fn keep_only(&mut self, page: Bbox) {
        let (width, height) = (self.width as u32, self.height as u32);
        self.erase(Bbox::between(0, 0, width, page.y));
        self.erase(Bbox::between(0, page.bottom(), width, height));
        self.erase(Bbox::between(0, 0, page.x, height));
        self.erase(Bbox::between(page.right(), 0, width, height));
    }

    /// Takes away what is connected to the edge of `page` within a strip of `depth` px.
    fn erase_from_edge(&mut self, page: Bbox, depth: usize) {
        let (left, top) = (page.x as usize, page.y as usize);
        let (right, bottom) = (page.right() as usize, page.bottom() as usize);
        let in_strip =
            |x: usize, y: usize| (x < left + depth || x + depth >= right) || (y < top + depth || y + depth >= bottom);
        let rows = (left..right).flat_map(|x| [(x, top), (x, bottom.saturating_sub(1))]);
        let columns = (top..bottom).flat_map(|y| [(left, y), (right.saturating_sub(1), y)]);
        let mut open: Vec<(usize, usize)> = rows.chain(columns).collect();
        while let Some((x, y)) = open.pop() {
            let here = y * self.width + x;
            if !in_strip(x, y) || !std::mem::replace(&mut self.dark[here], false) {
                continue;
            }
            open.extend(neighbours(x, y, self.width, self.height));
        }
    }

    /// The ink of the region of `spread` at `start`, which is taken out of `spread`; none where the region has none.
    fn region_at(&self, start: usize, spread: &mut Self) -> Option<Region> {
        let mut open = vec![(start % self.width, start / self.width)];
        let (mut bbox, mut dark) = (None::<Bbox>, 0);
        while let Some((x, y)) = open.pop() {
            let here = y * self.width + x;
            if !std::mem::replace(&mut spread.dark[here], false) {
                continue;
            }
            if self.dark[here] {
                let pixel = Bbox { x: x as u32, y: y as u32, width: 1, height: 1 };
                bbox = Some(bbox.map_or(pixel, |bbox| bbox.union(&pixel)));
                dark += 1;
            }
            open.extend(neighbours(x, y, self.width, self.height));
        }
        Some(Region { bbox: bbox?, dark })
    }

    /// The ink, `radius` px thicker on every side.
    fn spread(&self, radius: usize) -> Self {
        let mut spread = self.clone();
        let (width, pixels) = (self.width, self.dark.len());
        for y in 0..self.height {
            thicken(&mut spread.dark, radius, y * width..(y + 1) * width);
        }
        for x in 0..width {
            thicken(&mut spread.dark, radius, (x..pixels).step_by(width));
        }
        spread
    }
}

/// Thickens the ink by `radius` px along a line of pixels.
fn thicken(dark: &mut [bool], radius: usize, line: impl Iterator<Item = usize>) {
    let before: Vec<(usize, bool)> = line.map(|at| (at, dark[at])).collect();
    let mut thicken = |pixels: &mut dyn Iterator<Item = &(usize, bool)>| {
        let mut reach = 0;
        for &(at, is_dark) in pixels {
            reach = if is_dark { radius + 1 } else { usize::saturating_sub(reach, 1) };
            dark[at] |= reach > 0;
        }
    };
    thicken(&mut before.iter());
    thicken(&mut before.iter().rev());
}

fn neighbours(x: usize, y: usize, width: usize, height: usize) -> impl Iterator<Item = (usize, usize)> {
    let left = x.checked_sub(1).map(|x| (x, y));
    let above = y.checked_sub(1).map(|y| (x, y));
    let right = (x + 1 < width).then_some((x + 1, y));
    let below = (y + 1 < height).then_some((x, y + 1));
    [left, above, right, below].into_iter().flatten()
}

/// How bright the paper is, in tiles.
struct Paper {
    tile: usize,
    columns: usize,
    rows: usize,
    brightest: Vec<u8>,
}

impl Paper {
    fn of(grey: &GrayImage, tile: usize) -> Self {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let (columns, rows) = (width.div_ceil(tile), height.div_ceil(tile));
        let mut brightest = vec![0; columns * rows];
        for (y, row) in grey.as_raw().chunks_exact(width).enumerate() {
            for (column, pixels) in row.chunks(tile).enumerate() {
                let here = &mut brightest[y / tile * columns + column];
                *here = pixels.iter().copied().max().unwrap_or(0).max(*here);
            }
        }
        Self { tile, columns, rows, brightest }
    }

    /// The brightest spot in a tile and its neighbours.
    fn around(&self, column: usize, row: usize) -> u8 {
        let rows = row.saturating_sub(1)..(row + 2).min(self.rows);
        let columns = column.saturating_sub(1)..(column + 2).min(self.columns);
        rows.flat_map(|row| columns.clone().map(move |column| row * self.columns + column))
            .map(|tile| self.brightest[tile])
            .max()
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A picture with black boxes on white.
    fn drawn(width: u32, height: u32, boxes: &[Bbox]) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let pixel = Bbox { x, y, width: 1, height: 1 };
            Luma([if boxes.iter().any(|black| black.intersection(&pixel).area() > 0) { 0 } else { 255 }])
        })
    }

    fn boxes(ink: &Ink, gap: usize) -> Vec<Bbox> {
        ink.regions(gap).iter().map(|region| region.bbox).collect()
    }

    const LEFT: Bbox = Bbox { x: 40, y: 40, width: 20, height: 30 };
    const RIGHT: Bbox = Bbox { x: 66, y: 40, width: 20, height: 30 };

    #[test]
    fn regions_join_over_a_gap_and_keep_the_box_of_their_ink() {
        let ink = Ink::of(&drawn(120, 120, &[LEFT, RIGHT]), 20);
        assert_eq!(boxes(&ink, 4), [LEFT, RIGHT]);
        assert_eq!(boxes(&ink, 6), [LEFT.union(&RIGHT)]);
        assert_eq!(ink.regions(6)[0].dark, LEFT.area() + RIGHT.area());
    }

    #[test]
    fn uneven_light_is_no_ink() {
        let shaded = GrayImage::from_fn(200, 200, |x, _| Luma([(250 - x / 2) as u8]));
        assert_eq!(boxes(&Ink::of(&shaded, 20), 4), []);
    }

    #[test]
    fn a_large_black_area_is_ink_in_its_middle_too() {
        let whole = Bbox { x: 20, y: 20, width: 160, height: 160 };
        let ink = Ink::of(&drawn(200, 200, &[whole]), 10);
        assert_eq!(ink.regions(0), [Region { bbox: whole, dark: whole.area() }]);
    }

    #[test]
    fn dark_bands_at_the_edges_go_and_what_touches_them_stays() {
        let band = Bbox { x: 0, y: 180, width: 200, height: 20 };
        let gutter = Bbox { x: 0, y: 0, width: 3, height: 120 };
        let on_the_band = Bbox { x: 80, y: 100, width: 60, height: 80 };
        let ink = Ink::of(&drawn(200, 200, &[band, gutter, on_the_band]), 20).without_edges(6);
        let [left] = boxes(&ink, 0)[..] else { panic!("one region is left") };
        assert!(left.share_in(&on_the_band) > 0.99 && on_the_band.share_in(&left) > 0.9, "{left:?}");
    }

    #[test]
    fn what_is_erased_is_gone_also_beyond_the_edge() {
        let mut ink = Ink::of(&drawn(120, 120, &[LEFT, RIGHT]), 20);
        ink.erase(Bbox { x: 62, y: 0, width: 500, height: 500 });
        assert_eq!(boxes(&ink, 6), [LEFT]);
    }
}

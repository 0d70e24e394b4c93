use shelf_pages::Bbox;

use super::binary_image::{BinaryImage, neighbours};

/// An outermost row or column with a higher foreground ratio belongs to the scanner bed or the gutter.
const BORDER_MIN_RATIO: f64 = 0.7;
/// At most this fraction of a side is taken for scanner bed or gutter.
const MAX_BORDER_RATIO: f64 = 0.15;

impl BinaryImage {
    /// Erases the surroundings of the page: dark bands along the edges, and anything connected to an edge within `depth_px` of it.
    pub(super) fn without_scan_borders(mut self, depth_px: usize) -> Self {
        let page = self.page_area();
        self.erase_outside(page);
        self.erase_from_edge(page, depth_px);
        self
    }

    /// The image without the rows and columns at its edges that are mostly foreground.
    fn page_area(&self) -> Bbox {
        let max = |side: usize| (side as f64 * MAX_BORDER_RATIO) as usize;
        let border = |ratio_of: &dyn Fn(usize) -> f64, side: usize| {
            (0..max(side)).take_while(|&at| ratio_of(at) > BORDER_MIN_RATIO).count()
        };
        let row = |y: usize| self.foreground_ratio((0..self.width).map(|x| (x, y)));
        let top = border(&row, self.height);
        let bottom = self.height - border(&|at| row(self.height - 1 - at), self.height);
        let column = |x: usize| self.foreground_ratio((top..bottom).map(|y| (x, y)));
        let left = border(&column, self.width);
        let right = self.width - border(&|at| column(self.width - 1 - at), self.width);
        Bbox::from_edges(left as u32, top as u32, right as u32, bottom as u32)
    }

    fn foreground_ratio(&self, line: impl ExactSizeIterator<Item = (usize, usize)>) -> f64 {
        let length = line.len().max(1);
        line.filter(|&(x, y)| self.foreground[y * self.width + x]).count() as f64 / length as f64
    }

    fn erase_outside(&mut self, page: Bbox) {
        let (width, height) = (self.width as u32, self.height as u32);
        self.erase(Bbox::from_edges(0, 0, width, page.y));
        self.erase(Bbox::from_edges(0, page.bottom(), width, height));
        self.erase(Bbox::from_edges(0, 0, page.x, height));
        self.erase(Bbox::from_edges(page.right(), 0, width, height));
    }

    /// Erases what is connected to the edge of `page`, within a strip of `depth_px` along it.
    fn erase_from_edge(&mut self, page: Bbox, depth_px: usize) {
        let (left, top) = (page.x as usize, page.y as usize);
        let (right, bottom) = (page.right() as usize, page.bottom() as usize);
        let in_strip = |x: usize, y: usize| {
            (x < left + depth_px || x + depth_px >= right) || (y < top + depth_px || y + depth_px >= bottom)
        };
        let rows = (left..right).flat_map(|x| [(x, top), (x, bottom.saturating_sub(1))]);
        let columns = (top..bottom).flat_map(|y| [(left, y), (right.saturating_sub(1), y)]);
        let mut open: Vec<(usize, usize)> = rows.chain(columns).collect();
        while let Some((x, y)) = open.pop() {
            let here = y * self.width + x;
            if !in_strip(x, y) || !std::mem::replace(&mut self.foreground[here], false) {
                continue;
            }
            open.extend(neighbours(x, y, self.width, self.height));
        }
    }
}

use image::GrayImage;

/// The brightness of the background (paper), estimated per tile as the brightest pixel in the tile.
pub(super) struct Background {
    tile_px: usize,
    columns: usize,
    rows: usize,
    brightest: Vec<u8>,
}

impl Background {
    /// Estimates the background of `grey` in square tiles of `tile_px` px, at least 1.
    pub(super) fn of(grey: &GrayImage, tile_px: usize) -> Self {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let (columns, rows) = (width.div_ceil(tile_px), height.div_ceil(tile_px));
        let mut brightest = vec![0; columns * rows];
        for (y, row) in grey.as_raw().chunks_exact(width).enumerate() {
            for (column, pixels) in row.chunks(tile_px).enumerate() {
                let tile = &mut brightest[y / tile_px * columns + column];
                *tile = pixels.iter().copied().max().unwrap_or(0).max(*tile);
            }
        }
        Self { tile_px, columns, rows, brightest }
    }

    /// Side of a tile, px.
    pub(super) fn tile_px(&self) -> usize {
        self.tile_px
    }

    /// The brightest pixel of the whole image.
    pub(super) fn brightest(&self) -> u8 {
        self.brightest.iter().copied().max().unwrap_or(0)
    }

    /// The brightest pixel in a tile and its neighbours.
    pub(super) fn near_tile(&self, column: usize, row: usize) -> u8 {
        let rows = row.saturating_sub(1)..(row + 2).min(self.rows);
        let columns = column.saturating_sub(1)..(column + 2).min(self.columns);
        rows.flat_map(|row| columns.clone().map(move |column| row * self.columns + column))
            .map(|tile| self.brightest[tile])
            .max()
            .unwrap_or(0)
    }
}

use std::collections::VecDeque;

/// An image of `N` channels, reduced to cells of several pixels, of which some may have no colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cells<const N: usize> {
    pub(super) width: usize,
    pub(super) height: usize,
    colours: Vec<Option<[u8; N]>>,
}

impl<const N: usize> Cells<N> {
    /// The mean colours of the pixels that are used. Cells are spread evenly over the image, so that both cover the same area.
    pub(super) fn reduce(
        pixels: &[u8],
        (width, height): (usize, usize),
        pixels_per_cell: f64,
        is_used: impl Fn(usize) -> bool,
    ) -> Self {
        let cells = |px: usize| ((px as f64 / pixels_per_cell).round() as usize).clamp(1, px);
        let (columns, rows) = (cells(width), cells(height));
        let column_of: Vec<usize> = (0..width).map(|x| x * columns / width).collect();
        let mut colours = Vec::with_capacity(columns * rows);
        let mut sums = vec![([0_u32; N], 0_u32); columns];
        for (y, line) in pixels.chunks_exact(width * N).enumerate() {
            for (x, pixel) in line.chunks_exact(N).enumerate().filter(|(x, _)| is_used(y * width + x)) {
                let (sum, count) = &mut sums[column_of[x]];
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += u32::from(*value);
                }
                *count += 1;
            }
            let is_last = y + 1 == height || (y + 1) * rows / height > y * rows / height;
            if is_last {
                let mean = |(sum, count): &([u32; N], u32)| (*count > 0).then(|| sum.map(|sum| (sum / count) as u8));
                colours.extend(sums.iter().map(mean));
                sums.fill(([0; N], 0));
            }
        }
        Self { width: columns, height: rows, colours }
    }

    /// Takes the colours of `other`, which has the same cells, where there is none.
    pub(super) fn or(mut self, other: &Self) -> Self {
        for (colour, other) in self.colours.iter_mut().zip(&other.colours) {
            *colour = colour.or(*other);
        }
        self
    }

    /// All colours; cells without one get the lightest of those next to them, from the outside in.
    pub(super) fn filled(mut self) -> Vec<u8> {
        let mut next: VecDeque<usize> = (0..self.colours.len()).filter(|at| self.is_beside_colour(*at)).collect();
        while let Some(at) = next.pop_front() {
            if self.colours[at].is_some() {
                continue;
            }
            self.colours[at] = self.lightest_beside(at);
            next.extend(self.beside(at).filter(|near| self.colours[*near].is_none()));
        }
        self.colours.into_iter().flat_map(|colour| colour.unwrap_or([u8::MAX; N])).collect()
    }

    fn is_beside_colour(&self, at: usize) -> bool {
        self.colours[at].is_none() && self.beside(at).any(|near| self.colours[near].is_some())
    }

    /// The lightest colour next to a cell: what is hidden by ink is paper.
    fn lightest_beside(&self, at: usize) -> Option<[u8; N]> {
        let lightness = |colour: &[u8; N]| colour.iter().map(|value| u32::from(*value)).sum::<u32>();
        self.beside(at).filter_map(|near| self.colours[near]).max_by_key(lightness)
    }

    fn beside(&self, at: usize) -> impl Iterator<Item = usize> + use<N> {
        let (x, y, width, height) = (at % self.width, at / self.width, self.width, self.height);
        let left = (x > 0).then(|| at - 1);
        let right = (x + 1 < width).then(|| at + 1);
        let above = (y > 0).then(|| at - width);
        let below = (y + 1 < height).then(|| at + width);
        [left, right, above, below].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_means_of_the_pixels_that_are_used() {
        let pixels = [10, 20, 30, 40, 50, 60, 70, 80];
        let cells = Cells::<1>::reduce(&pixels, (4, 2), 2.0, |at| at != 0);
        assert_eq!((cells.width, cells.height), (2, 1));
        assert_eq!(cells.filled(), [(20 + 50 + 60) / 3, (30 + 40 + 70 + 80) / 4]);
    }

    #[test]
    fn holes_get_the_colours_around_them() {
        let pixels: Vec<u8> = (0..25).map(|at| if at == 12 { 0 } else { 100 }).collect();
        assert_eq!(Cells::<1>::reduce(&pixels, (5, 5), 1.0, |at| at != 12).filled(), [100; 25]);
        assert_eq!(Cells::<1>::reduce(&pixels, (5, 5), 1.0, |at| at == 24).filled(), [100; 25]);
        assert_eq!(Cells::<3>::reduce(&[9; 12], (2, 2), 1.0, |_| false).filled(), [255; 12]);
        let known = Cells::<1>::reduce(&[1, 2, 3], (3, 1), 1.0, |at| at == 0);
        assert_eq!(known.or(&Cells::reduce(&[7, 8, 9], (3, 1), 1.0, |_| true)).filled(), [1, 8, 9]);
    }

    #[test]
    fn cells_cover_sizes_that_they_do_not_divide() {
        let cells = Cells::<1>::reduce(&[5; 77], (11, 7), 3.0, |_| true);
        assert_eq!((cells.width, cells.height, cells.colours.len()), (4, 2, 8));
        assert!(cells.filled().iter().all(|value| *value == 5));
    }
}

use image::GrayImage;
use shelf_pages::Bbox;

/// Side of the window in which a pixel is compared with its surroundings, inches: more than a letter's stroke is wide.
const WINDOW_IN: f64 = 1.0 / 6.0;
/// Weight of the darkest pixel of the page against the surroundings' mean; 0.5 in the paper, which loses hairlines.
const WEIGHT: f32 = 0.35;
/// How much lighter than the ink's middle a solid area may be, as a part of the difference between ink and paper.
const SOLID: f64 = 0.2;
/// A picture is drawn in lines if at most this part of its pixels is neither light nor dark …
const MAX_MIDDLE_TONES: f64 = 0.25;
/// … and at most this part of its pixels differs from the one to the left: halftone dots are smaller than lines.
const MAX_EDGES: f64 = 0.12;

/// Which pixels of a scan are ink: text and lines, not photographs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) width: usize,
    pub(super) height: usize,
    pixels: Vec<bool>,
}

impl Ink {
    /// Finds what is darker than its surroundings: C. Wolf and J.-M. Jolion, “Extraction and recognition of artificial text in multimedia documents”,
    /// 2003, equation 5. In `figures` that are not drawn in lines nothing is ink.
    pub(super) fn of(grey: &GrayImage, dpi: f64, figures: &[Bbox]) -> Self {
        let (width, height) = (grey.width() as usize, grey.height() as usize);
        let radius = ((dpi * WINDOW_IN / 2.0).round() as usize).max(3);
        let darkest = f32::from(grey.as_raw().iter().copied().min().unwrap_or_default());
        let mut greatest = 1.0_f32;
        each_window(grey, radius, |_, _, deviation| greatest = greatest.max(deviation));
        let mut pixels = vec![false; width * height];
        each_window(grey, radius, |at, mean, deviation| {
            let threshold = mean - WEIGHT * (1.0 - deviation / greatest) * (mean - darkest);
            pixels[at] = f32::from(grey.as_raw()[at]) < threshold;
        });
        let mut ink = Self { width, height, pixels };
        ink.add_solid(grey);
        ink.remove_specks();
        for figure in figures {
            if !ink.is_drawn_in_lines(grey, *figure) {
                ink.clear(*figure);
            }
        }
        ink
    }

    pub(super) fn is_ink(&self, at: usize) -> bool {
        self.pixels[at]
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.pixels.contains(&true)
    }

    /// The ink, and the pixels that are at most this far from it. Keeps the counts of the columns only.
    pub(super) fn dilated(&self, radius: usize) -> Self {
        let mut pixels = vec![false; self.pixels.len()];
        let mut near = vec![0_usize; self.width];
        let row_of = |y: usize| spread(&self.pixels[y * self.width..][..self.width], radius);
        for y in 0..self.height + radius {
            if y < self.height {
                near.iter_mut().zip(row_of(y)).for_each(|(count, is_ink)| *count += usize::from(is_ink));
            }
            if y > 2 * radius {
                let gone = row_of(y - 2 * radius - 1);
                near.iter_mut().zip(gone).for_each(|(count, is_ink)| *count -= usize::from(is_ink));
            }
            if y >= radius {
                let row = &mut pixels[(y - radius) * self.width..][..self.width];
                row.iter_mut().zip(&near).for_each(|(pixel, count)| *pixel = *count > 0);
            }
        }
        Self { pixels, ..*self }
    }

    /// Whether this is ink, and its neighbours are: the edges of strokes are lighter than the ink.
    pub(super) fn is_core(&self, at: usize) -> bool {
        let (x, y) = (at % self.width, at / self.width);
        let is_inside = x > 0 && y > 0 && x + 1 < self.width && y + 1 < self.height;
        is_inside && [at, at - 1, at + 1, at - self.width, at + self.width].iter().all(|at| self.pixels[*at])
    }

    /// Adds what is as dark as the ink: the inside of large letters and black areas is not darker than its surroundings.
    fn add_solid(&mut self, grey: &GrayImage) {
        let values = grey.as_raw();
        let of_ink = median((0..values.len()).filter(|at| self.is_core(*at)).map(|at| values[at]));
        let of_paper = median(self.pixels.iter().zip(values).filter(|(is_ink, _)| !**is_ink).map(|(_, value)| *value));
        let (Some(of_ink), Some(of_paper)) = (of_ink, of_paper) else { return };
        let limit = f64::from(of_ink) + SOLID * (f64::from(of_paper) - f64::from(of_ink));
        for (pixel, value) in self.pixels.iter_mut().zip(values) {
            *pixel |= f64::from(*value) < limit;
        }
    }

    /// Removes single pixels, which are noise. None of them is near another pixel of ink, so their order does not matter.
    fn remove_specks(&mut self) {
        for at in 0..self.pixels.len() {
            if self.pixels[at] && self.is_alone(at) {
                self.pixels[at] = false;
            }
        }
    }

    /// Whether no pixel around this one is ink.
    fn is_alone(&self, at: usize) -> bool {
        let (x, y) = (at % self.width, at / self.width);
        let columns = x.saturating_sub(1)..(x + 2).min(self.width);
        let mut rows = y.saturating_sub(1)..(y + 2).min(self.height);
        rows.all(|row| {
            let start = row * self.width;
            columns.clone().all(|column| start + column == at || !self.pixels[start + column])
        })
    }

    fn is_drawn_in_lines(&self, grey: &GrayImage, figure: Bbox) -> bool {
        let values: Vec<u8> = self.rows(figure).flat_map(|row| grey.as_raw()[row].iter().copied()).collect();
        let mut sorted = values.clone();
        sorted.sort_unstable();
        let at = |part: usize| sorted.get(sorted.len() * part / 100).copied().map_or(0.0, f64::from);
        let (dark, light) = (at(2), at(98));
        let middle = dark + 0.25 * (light - dark)..dark + 0.75 * (light - dark);
        let middle_tones = values.iter().filter(|value| middle.contains(&f64::from(**value))).count();
        let edges: usize =
            self.rows(figure).map(|row| self.pixels[row].windows(2).filter(|pair| pair[0] != pair[1]).count()).sum();
        let all = values.len().max(1) as f64;
        middle_tones as f64 / all <= MAX_MIDDLE_TONES && edges as f64 / all <= MAX_EDGES
    }

    fn clear(&mut self, figure: Bbox) {
        let rows: Vec<_> = self.rows(figure).collect();
        for row in rows {
            self.pixels[row].fill(false);
        }
    }

    /// The ranges of the pixels of a box.
    fn rows(&self, bbox: Bbox) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let (width, height) = (self.width, self.height);
        let left = (bbox.x as usize).min(width);
        let right = (bbox.right() as usize).min(width);
        let rows = (bbox.y as usize).min(height)..(bbox.bottom() as usize).min(height);
        rows.map(move |row| row * width + left..row * width + right)
    }
}

fn median(values: impl Iterator<Item = u8>) -> Option<u8> {
    let mut counts = [0_usize; 256];
    values.for_each(|value| counts[usize::from(value)] += 1);
    let half = counts.iter().sum::<usize>().div_ceil(2);
    let mut below = 0;
    let reaches = |count: &usize| {
        below += count;
        half > 0 && below >= half
    };
    counts.iter().position(reaches).map(|value| value as u8)
}

/// For each pixel of a row whether it is set, or one at most `radius` to its left or right.
fn spread(row: &[bool], radius: usize) -> Vec<bool> {
    let mut spread = vec![false; row.len()];
    for x in (0..row.len()).filter(|x| row[*x]) {
        spread[x.saturating_sub(radius)..(x + radius + 1).min(row.len())].fill(true);
    }
    spread
}

/// Calls `visit` for each pixel with the mean and the standard deviation of the square around it. Keeps the sums of the columns only.
fn each_window(grey: &GrayImage, radius: usize, mut visit: impl FnMut(usize, f32, f32)) {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let row_of = |y: usize| &grey.as_raw()[y * width..][..width];
    // Sums of the values and of their squares: 65,535 rows of 255² are less than 2⁶⁴.
    let mut columns = vec![(0_u64, 0_u64); width];
    let add = |columns: &mut [(u64, u64)], y: usize| {
        for (column, value) in columns.iter_mut().zip(row_of(y)) {
            let value = u64::from(*value);
            *column = (column.0 + value, column.1 + value * value);
        }
    };
    for y in 0..radius.min(height) {
        add(&mut columns, y);
    }
    for y in 0..height {
        if y + radius < height {
            add(&mut columns, y + radius);
        }
        if y > radius {
            for (column, value) in columns.iter_mut().zip(row_of(y - radius - 1)) {
                let value = u64::from(*value);
                *column = (column.0 - value, column.1 - value * value);
            }
        }
        let rows = (y + radius + 1).min(height) - y.saturating_sub(radius);
        let mut sums =
            columns[..radius.min(width)].iter().fold((0, 0), |sums, column| (sums.0 + column.0, sums.1 + column.1));
        for x in 0..width {
            if let Some(column) = columns.get(x + radius) {
                sums = (sums.0 + column.0, sums.1 + column.1);
            }
            if x > radius {
                let column = columns[x - radius - 1];
                sums = (sums.0 - column.0, sums.1 - column.1);
            }
            let count = (rows * ((x + radius + 1).min(width) - x.saturating_sub(radius))) as f64;
            let mean = sums.0 as f64 / count;
            let variance = (sums.1 as f64 / count - mean * mean).max(0.0);
            visit(y * width + x, mean as f32, variance.sqrt() as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn mean_and_deviation_are_those_of_the_window() {
        let grey = GrayImage::from_fn(9, 7, |x, y| Luma([(x * 17 + y * 29) as u8]));
        let mut found = vec![(0.0, 0.0); 63];
        each_window(&grey, 2, |at, mean, deviation| found[at] = (mean, deviation));
        for (at, (mean, deviation)) in found.into_iter().enumerate() {
            let (x, y) = (at as u32 % 9, at as u32 / 9);
            let near = (y.saturating_sub(2)..(y + 3).min(7))
                .flat_map(|y| (x.saturating_sub(2)..(x + 3).min(9)).map(move |x| (x, y)));
            let values: Vec<f32> = near.map(|(x, y)| f32::from(grey.get_pixel(x, y).0[0])).collect();
            let expected = values.iter().sum::<f32>() / values.len() as f32;
            let variance = values.iter().map(|value| (value - expected).powi(2)).sum::<f32>() / values.len() as f32;
            assert!((mean - expected).abs() < 0.01 && (deviation - variance.sqrt()).abs() < 0.01, "{at}");
        }
    }

    /// Paper that gets darker to the right, with a dark bar, a faint one and a speck.
    fn page() -> GrayImage {
        GrayImage::from_fn(300, 200, |x, y| {
            let paper = 240 - x / 5;
            let value = match (x, y) {
                (40..46, 20..180) => 30,
                (240..246, 20..180) => paper - 80,
                (150, 100) => 40,
                _ => paper,
            };
            Luma([value as u8])
        })
    }

    #[test]
    fn ink_is_found_on_uneven_paper_and_specks_are_not_ink() {
        let ink = Ink::of(&page(), 300.0, &[]);
        for x in [0, 20, 42, 100, 150, 200, 242, 299] {
            assert_eq!(ink.is_ink(100 * 300 + x), x == 42 || x == 242, "{x}");
        }
        let dilated = ink.dilated(2);
        assert!(dilated.is_ink(100 * 300 + 47) && !dilated.is_ink(100 * 300 + 49));
    }

    #[test]
    fn dilated_ink_is_that_of_the_pixels_near_it() {
        let (width, height) = (13, 9);
        let pixels: Vec<bool> = (0..width * height).map(|at| at * 7 % 31 == 0).collect();
        let ink = Ink { width, height, pixels };
        for radius in [1, 2, 5, 20] {
            let dilated = ink.dilated(radius);
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                let is_near = |at: usize| x.abs_diff(at % width) <= radius && y.abs_diff(at / width) <= radius;
                let expected = (0..width * height).any(|at| ink.pixels[at] && is_near(at));
                assert_eq!(dilated.is_ink(y * width + x), expected, "{x}, {y}, {radius}");
            }
        }
    }

    #[test]
    fn inside_of_a_black_area_is_ink() {
        let mut page = page();
        for (_, _, pixel) in
            page.enumerate_pixels_mut().filter(|(x, y, _)| (60..220).contains(x) && (30..170).contains(y))
        {
            pixel.0 = [28];
        }
        assert!(Ink::of(&page, 300.0, &[]).is_ink(100 * 300 + 140));
    }

    #[test]
    fn photographs_are_not_ink_and_drawings_are() {
        let figure = Bbox { x: 20, y: 10, width: 200, height: 180 };
        assert!(Ink::of(&page(), 300.0, &[figure]).is_ink(100 * 300 + 42), "a bar on paper is a drawing");
        let mut photograph = page();
        for (x, y, pixel) in
            photograph.enumerate_pixels_mut().filter(|(x, y, _)| *x > 60 && *x < 210 && *y > 15 && *y < 185)
        {
            pixel.0 = [(60 + (x + 2 * y) % 140) as u8];
        }
        assert!(!Ink::of(&photograph, 300.0, &[figure]).is_ink(100 * 300 + 42));
    }
}

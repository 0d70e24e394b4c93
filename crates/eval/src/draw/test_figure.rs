use image::{GrayImage, Luma};

use super::Random;

/// An engraving of a bookcase: boards, and books whose spines are hatched in several ways. All of its ink is connected.
pub(crate) fn draw_test_figure(width: u32, height: u32, dpi: u32, seed: u64) -> GrayImage {
    let mut image = GrayImage::from_pixel(width, height, Luma([255]));
    let mm = dpi as f32 / 25.4;
    let (width, height) = (width as f32 / mm, height as f32 / mm);
    let mut engraving = Engraving { image: &mut image, mm, random: Random::new(seed) };
    engraving.fill(0.0, 0.0, width, BOARD_MM);
    engraving.fill(0.0, height - BOARD_MM * 1.6, width, height);
    engraving.fill(0.0, 0.0, BOARD_MM, height);
    engraving.fill(width - BOARD_MM, 0.0, width, height);
    let shelves = (height / 21.0).round().max(1.0);
    let pitch = (height - BOARD_MM * 1.6) / shelves;
    for shelf in 0..shelves as u32 {
        let floor = pitch * (shelf as f32 + 1.0);
        engraving.fill(BOARD_MM, floor, width - BOARD_MM, floor + BOARD_MM * 0.8);
        engraving.row_of_books(BOARD_MM, width - BOARD_MM, floor, pitch - BOARD_MM * 1.8);
    }
    image
}

/// Thickness of the boards, mm.
const BOARD_MM: f32 = 1.1;

/// Thickness of a book's outline, mm.
const OUTLINE_MM: f32 = 0.22;

/// Lengths in mm, from the upper left corner.
struct Engraving<'i> {
    image: &'i mut GrayImage,
    mm: f32,
    random: Random,
}

impl Engraving<'_> {
    fn row_of_books(&mut self, from: f32, to: f32, floor: f32, room: f32) {
        let mut x = from;
        loop {
            let thickness = 2.2 + self.random.below(32) as f32 / 10.0;
            let tall = room * (0.68 + self.random.below(26) as f32 / 100.0);
            if x + thickness > to {
                break;
            }
            if self.random.below(9) == 0 && x + thickness + tall * 0.3 < to {
                x += tall * 0.25;
                self.book(x, floor, thickness, tall * 0.95, -0.25);
            } else {
                self.book(x, floor, thickness, tall, 0.0);
            }
            x += thickness;
        }
    }

    /// A book on the board at `floor`, slanted to the right by `lean` times its height.
    fn book(&mut self, x: f32, floor: f32, thickness: f32, tall: f32, lean: f32) {
        let hatching = Hatching::ALL[self.random.below(Hatching::ALL.len() as u32) as usize];
        let bands = self.random.between(2, 4);
        let label_foot = 0.54 + self.random.below(20) as f32 / 100.0;
        for row in self.pixels(floor - tall, floor) {
            let up = (floor - row as f32 / self.mm) / tall;
            let start = x + lean * up * tall;
            for column in self.pixels(start, start + thickness) {
                let across = (column as f32 / self.mm - start) / thickness;
                let from_edge = across.min(1.0 - across) * thickness;
                let border = from_edge < OUTLINE_MM || (1.0 - up) * tall < OUTLINE_MM;
                let rim = hatching == Hatching::Dark && from_edge < OUTLINE_MM * 2.2;
                let band = up > 0.1 && (up * (bands + 1) as f32).fract() < 0.045;
                let label = (0.2..0.8).contains(&across) && (label_foot..label_foot + 0.12).contains(&up);
                let shade = across > 0.8 || hatching.inks(column, row, self.mm);
                if border || (!rim && (band || (!label && shade))) {
                    self.image.put_pixel(column, row, Luma([0]));
                }
            }
        }
    }

    fn fill(&mut self, left: f32, top: f32, right: f32, bottom: f32) {
        for row in self.pixels(top, bottom) {
            for column in self.pixels(left, right) {
                if column < self.image.width() && row < self.image.height() {
                    self.image.put_pixel(column, row, Luma([0]));
                }
            }
        }
    }

    /// The pixels between two lengths.
    fn pixels(&self, from: f32, to: f32) -> std::ops::Range<u32> {
        (from * self.mm).round() as u32..(to * self.mm).round() as u32
    }
}

/// How a spine is shaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hatching {
    Dark,
    Level,
    Rising,
    Crossed,
    Light,
}

impl Hatching {
    const ALL: [Self; 5] = [Self::Dark, Self::Level, Self::Rising, Self::Crossed, Self::Light];

    fn inks(self, column: u32, row: u32, mm: f32) -> bool {
        let period = (0.5 * mm).round().max(3.0) as u32;
        let line = |at: u32, share: u32| at % period < (period * share / 10).max(1);
        match self {
            Self::Dark => true,
            Self::Level => line(row, 4),
            Self::Rising => line(column + row, 4),
            Self::Crossed => line(column + row, 4) || line(column + period * 4096 - row, 4),
            Self::Light => line(row, 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::draw_test_figure;

    /// Figure detection relies on it: one connected component has nearly all of the ink.
    #[test]
    fn nearly_all_ink_is_connected() {
        let (width, height) = (600, 400);
        let image = draw_test_figure(width, height, 200, 4);
        let ink = image.pixels().filter(|pixel| pixel.0[0] == 0).count();
        assert!((0.25..0.75).contains(&(ink as f32 / (width * height) as f32)), "{ink} px are dark");
        let mut seen = vec![false; (width * height) as usize];
        let mut todo = vec![(0, 0)];
        let mut connected = 0;
        while let Some((x, y)) = todo.pop() {
            let at = (y * width + x) as usize;
            if seen[at] || image.get_pixel(x, y).0[0] != 0 {
                continue;
            }
            seen[at] = true;
            connected += 1;
            let near = |at: u32, end: u32| at.saturating_sub(1)..(at + 2).min(end);
            todo.extend(near(y, height).flat_map(|y| near(x, width).map(move |x| (x, y))));
        }
        assert!(connected * 100 > ink * 98, "{connected} of {ink} dark px are connected");
    }

    #[test]
    fn seed_determines_the_figure() {
        assert_eq!(draw_test_figure(300, 200, 100, 1), draw_test_figure(300, 200, 100, 1));
        assert_ne!(draw_test_figure(300, 200, 100, 1), draw_test_figure(300, 200, 100, 2));
    }
}

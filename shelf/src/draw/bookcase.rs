use image::{GrayImage, Luma};

use super::Random;

/// An engraving of a bookcase: boards, and books whose spines are hatched in several ways. All of its ink hangs together.
pub(crate) fn draw_bookcase(width: u32, height: u32, dpi: u32, seed: u64) -> GrayImage {
    let mut image = GrayImage::from_pixel(width, height, Luma([255]));
    let mm = dpi as f32 / 25.4;
    let (width, height) = (width as f32 / mm, height as f32 / mm);
    let mut engraving = Engraving { image: &mut image, mm, random: Random::new(seed) };
    engraving.fill(0.0, 0.0, width, BOARD);
    engraving.fill(0.0, height - BOARD * 1.6, width, height);
    engraving.fill(0.0, 0.0, BOARD, height);
    engraving.fill(width - BOARD, 0.0, width, height);
    let shelves = (height / 21.0).round().max(1.0);
    let pitch = (height - BOARD * 1.6) / shelves;
    for shelf in 0..shelves as u32 {
        let floor = pitch * (shelf as f32 + 1.0);
        engraving.fill(BOARD, floor, width - BOARD, floor + BOARD * 0.8);
        engraving.row_of_books(BOARD, width - BOARD, floor, pitch - BOARD * 1.8);
    }
    image
}

/// Thickness of the boards, mm.
const BOARD: f32 = 1.1;

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

    /// A book that stands on `floor`; `lean` is how far it goes to the right as it goes up.
    fn book(&mut self, x: f32, floor: f32, thickness: f32, tall: f32, lean: f32) {
        let hatching = Hatching::ALL[self.random.below(Hatching::ALL.len() as u32) as usize];
        let bands = self.random.between(2, 4);
        let label = 0.14 + self.random.below(20) as f32 / 100.0;
        let rows = self.rows(floor - tall, floor);
        for row in rows {
            let up = (floor - row as f32 / self.mm) / tall;
            let start = x + lean * up * tall;
            for column in self.rows(start, start + thickness) {
                let across = (column as f32 / self.mm - start) / thickness;
                let edge = 0.22 / thickness;
                let border = across < edge || across > 1.0 - edge || up > 1.0 - 0.25 / tall;
                let from_band = (up * (bands + 1) as f32).fract();
                let band = from_band < 0.045 && up > 0.1;
                let in_label = up > 1.0 - label - 0.12 && up < 1.0 - label && (0.2..0.8).contains(&across);
                let shade = across > 0.8;
                let inked = border
                    || band
                    || if in_label { hatching.is_dark() } else { shade || hatching.inks(column, row, self.mm) };
                // A gilt label on a dark back is light, and the reverse.
                if inked && !(in_label && hatching.is_dark()) {
                    self.image.put_pixel(column, row, Luma([0]));
                }
            }
        }
    }

    fn fill(&mut self, left: f32, top: f32, right: f32, bottom: f32) {
        for row in self.rows(top, bottom) {
            for column in self.rows(left, right) {
                if column < self.image.width() && row < self.image.height() {
                    self.image.put_pixel(column, row, Luma([0]));
                }
            }
        }
    }

    /// The pixels between two lengths.
    fn rows(&self, from: f32, to: f32) -> std::ops::Range<u32> {
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

    fn is_dark(self) -> bool {
        matches!(self, Self::Dark | Self::Crossed)
    }

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

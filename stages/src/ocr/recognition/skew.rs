use super::binary_image::BinaryImage;

/// Tesseract reads a page of less skew as well as a straight one, degrees.
pub(super) const MIN_SKEW_DEGREES: f64 = 0.5;
/// Angles that are tried, degrees, and the steps of the first and second search.
const MAX_SKEW_DEGREES: f64 = 10.0;
const COARSE_STEP_DEGREES: f64 = 0.25;
const FINE_STEP_DEGREES: f64 = 0.05;
/// With fewer points on the edges of letters, a page has too little text to measure its skew.
const MIN_POINTS: usize = 400;
/// The profile at the best angle has at least this multiple of the mean energy at all angles.
const MIN_CONTRAST: f64 = 1.3;

/// The clockwise rotation that makes the lines of text horizontal or, on a page that is turned by a quarter, vertical, in degrees; 0 where the
/// page has too little text. `image` has about 100 dpi, and no dark bands.
///
/// Uses the projection profile (Postl 1986, Bloomberg et al. 1995): at the right angle, the lower edges of letters fall onto few rows, so the sum of
/// the squares of their counts is largest.
pub(super) fn detect_skew(image: &BinaryImage) -> f64 {
    let horizontal = Profile::of(lower_edges(image), image.width + image.height);
    let vertical = Profile::of(right_edges(image), image.width + image.height);
    let best = [horizontal, vertical].into_iter().flatten().filter_map(|profile| profile.best_angle());
    let best = best.max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.filter(|(_, contrast)| *contrast >= MIN_CONTRAST).map_or(0.0, |(degrees, _)| degrees)
}

/// Foreground pixels above background, as their position along a line of text and across it.
fn lower_edges(image: &BinaryImage) -> Vec<(f32, f32)> {
    let width = image.width;
    let last = image.foreground.len().saturating_sub(width);
    let is_edge = |at: &usize| image.foreground[*at] && !image.foreground[at + width];
    (0..last).filter(is_edge).map(|at| ((at % width) as f32, (at / width) as f32)).collect()
}

/// Foreground pixels left of background, as their position along a vertical line of text and across it.
fn right_edges(image: &BinaryImage) -> Vec<(f32, f32)> {
    let width = image.width;
    let is_edge = |at: &usize| at % width + 1 < width && image.foreground[*at] && !image.foreground[at + 1];
    (0..image.foreground.len()).filter(is_edge).map(|at| (-((at / width) as f32), (at % width) as f32)).collect()
}

struct Profile {
    points: Vec<(f32, f32)>,
    rows: usize,
}

impl Profile {
    fn of(points: Vec<(f32, f32)>, rows: usize) -> Option<Self> {
        (points.len() >= MIN_POINTS).then_some(Self { points, rows: 2 * rows })
    }

    /// The angle with the highest energy, and how many times the mean energy that is.
    fn best_angle(&self) -> Option<(f64, f64)> {
        let steps = (MAX_SKEW_DEGREES / COARSE_STEP_DEGREES) as i32;
        let coarse = (-steps..=steps).map(|step| f64::from(step) * COARSE_STEP_DEGREES);
        let tried: Vec<(f64, f64)> = coarse.map(|degrees| (degrees, self.energy(degrees))).collect();
        let mean = tried.iter().map(|(_, energy)| energy).sum::<f64>() / tried.len() as f64;
        let near = tried.into_iter().max_by(|(_, a), (_, b)| a.total_cmp(b))?.0;
        let steps = (COARSE_STEP_DEGREES / FINE_STEP_DEGREES) as i32;
        let fine = (-steps..=steps).map(|step| near + f64::from(step) * FINE_STEP_DEGREES);
        let (degrees, energy) =
            fine.map(|degrees| (degrees, self.energy(degrees))).max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        Some((degrees, energy / mean.max(1.0)))
    }

    /// The sum of the squares of the profile after a clockwise rotation by `degrees`.
    fn energy(&self, degrees: f64) -> f64 {
        let (sine, cosine) = (degrees.to_radians().sin() as f32, degrees.to_radians().cos() as f32);
        let mut counts = vec![0_u32; self.rows];
        let middle = (self.rows / 2) as f32;
        for (along, across) in &self.points {
            let row = (middle + along * sine + across * cosine) as usize;
            if let Some(count) = counts.get_mut(row) {
                *count += 1;
            }
        }
        counts.into_iter().map(|count| f64::from(count) * f64::from(count)).sum()
    }
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use shelf::draw::{Degrader, Document, PageFormat};

    use super::*;

    fn page() -> GrayImage {
        let prose =
            "The river was broad and slow, and the men who came down to it found the boats where they had left them. ";
        Document::new().prose(&prose.repeat(6)).typeset(&PageFormat::octavo().at_dpi(100)).swap_remove(0).image
    }

    /// The page turned clockwise.
    fn skewed(degrees: f32) -> GrayImage {
        Degrader { skew_degrees: degrees, ..Degrader::new(5, 100) }.degrade(&page(), 100)
    }

    fn detected(image: &GrayImage) -> f64 {
        detect_skew(&BinaryImage::binarise(image, 39).without_scan_borders(20))
    }

    #[test]
    fn skew_is_measured_to_a_tenth_of_a_degree() {
        for degrees in [-6.0_f32, -3.3, -0.8, 0.0, 1.2, 4.0] {
            let found = detected(&skewed(degrees));
            assert!((found + f64::from(degrees)).abs() <= 0.15, "{degrees}°: {found}");
        }
    }

    #[test]
    fn page_on_its_side_has_the_same_skew() {
        for image in [image::imageops::rotate90(&skewed(3.0)), image::imageops::rotate270(&skewed(3.0))] {
            let found = detected(&image);
            assert!((found + 3.0).abs() <= 0.15, "{found}");
        }
    }

    #[test]
    fn page_without_text_has_no_skew() {
        assert!(detected(&GrayImage::from_pixel(550, 850, image::Luma([230]))).abs() < 1e-9);
    }
}

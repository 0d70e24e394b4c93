use shelf_pages::Block;

use crate::rounding::round_to_4_decimals;

/// How often words of a confidence are right, between which is interpolated: pairs of confidence and share, both 0..=1.
type Curve = &'static [(f64, f64)];

/// The curves of scans below a resolution, dots per inch. Fitted by `calibration fit` to words of real and drawn pages that a `Degrader` made bad scans of.
const CURVES: [(f64, Curve); 3] = [
    (
        115.0,
        &[
            (0.046, 0.043),
            (0.281, 0.080),
            (0.433, 0.187),
            (0.551, 0.257),
            (0.650, 0.290),
            (0.754, 0.479),
            (0.834, 0.580),
            (0.881, 0.750),
            (0.917, 0.896),
            (0.940, 0.933),
            (0.956, 0.968),
            (0.965, 0.976),
        ],
    ),
    (
        170.0,
        &[
            (0.089, 0.238),
            (0.290, 0.286),
            (0.423, 0.462),
            (0.540, 0.556),
            (0.656, 0.577),
            (0.752, 0.644),
            (0.832, 0.803),
            (0.883, 0.878),
            (0.918, 0.974),
            (0.938, 0.983),
            (0.956, 0.992),
            (0.965, 0.994),
        ],
    ),
    (
        f64::INFINITY,
        &[
            (0.086, 0.231),
            (0.303, 0.300),
            (0.483, 0.424),
            (0.669, 0.556),
            (0.761, 0.771),
            (0.860, 0.819),
            (0.920, 0.980),
            (0.938, 0.981),
            (0.957, 0.993),
            (0.966, 0.997),
        ],
    ),
];

/// Gives each word of a scan of this resolution the probability that it is right.
pub(super) fn add_probabilities(blocks: &mut [Block], dpi: f64) {
    let lines = blocks.iter_mut().flat_map(|block| &mut block.paragraphs).flat_map(|paragraph| &mut paragraph.lines);
    for word in lines.flat_map(|line| &mut line.words) {
        word.probability = Some(round_to_4_decimals(word_probability(word.confidence, dpi)));
    }
}

/// The probability that a word of this confidence is right, 0..=1.
fn word_probability(confidence: f64, dpi: f64) -> f64 {
    let curve = CURVES.iter().find(|(below, _)| dpi < *below).map_or(CURVES[CURVES.len() - 1].1, |(_, curve)| *curve);
    let after = curve.iter().position(|(other, _)| confidence < *other);
    match (after, curve) {
        (Some(0), [(_, share), ..]) | (None, [.., (_, share)]) => *share,
        (Some(at), _) => {
            let ((from, of_from), (to, of_to)) = (curve[at - 1], curve[at]);
            of_from + (of_to - of_from) * (confidence - from) / (to - from)
        }
        (None, []) => confidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probability_rises_with_confidence() {
        for dpi in [80.0, 150.0, 300.0] {
            let probabilities: Vec<f64> =
                (0..=100).map(|percent| word_probability(f64::from(percent) / 100.0, dpi)).collect();
            assert!(
                probabilities.is_sorted() && probabilities[0] < 0.35 && probabilities[97] > 0.95,
                "{dpi}: {probabilities:?}"
            );
            assert!(probabilities.iter().all(|probability| (0.0..=1.0).contains(probability)));
        }
    }

    #[test]
    fn words_of_coarse_scans_are_less_probable() {
        let of_doubtful = [80.0, 150.0].map(|dpi| word_probability(0.8, dpi));
        assert!(of_doubtful[0] < of_doubtful[1], "{of_doubtful:?}");
    }
}

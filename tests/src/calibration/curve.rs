use std::fmt::Write as _;

use super::WordSample;

/// Resolutions below which a scan is of the next class, dots per inch.
const CLASSES: [(&str, f64); 3] =
    [("below 115 dpi", 115.0), ("115 to 169 dpi", 170.0), ("170 dpi and more", f64::INFINITY)];
/// The ends of the intervals of confidence for which a probability is fitted.
const CONFIDENCES: [f64; 12] = [0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.86, 0.9, 0.93, 0.95, 0.96, 1.01];
/// The ends of the intervals of probability in the table of reliability.
const PROBABILITIES: [f64; 8] = [0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 1.01];

/// For each class of resolution, the share of right words by confidence, made monotonic: the mean confidence and the share of each interval. Source: pool adjacent violators,
/// Ayer et al., <https://doi.org/10.1214/aoms/1177728423>.
#[must_use]
pub fn fitted(samples: &[WordSample]) -> String {
    let mut table = String::new();
    for (at, (name, _)) in CLASSES.iter().enumerate() {
        let of_class: Vec<&WordSample> = samples.iter().filter(|sample| class_of(sample.dpi) == at).collect();
        // Weight, sum of the confidences and of the right words.
        let mut pools: Vec<(f64, f64, f64)> = Vec::new();
        let mut from = 0.0;
        for to in CONFIDENCES {
            let (weight, confidence, right) = of_class
                .iter()
                .filter(|sample| (from..to).contains(&sample.word.confidence))
                .fold((0.0, 0.0, 0.0), |(weight, confidence, right), sample| {
                    (weight + 1.0, confidence + sample.word.confidence, right + f64::from(u8::from(sample.is_right)))
                });
            from = to;
            if weight > 0.0 {
                pools.push((weight, confidence, right));
            }
            while let [.., (weight, confidence, right), (more, next, of_next)] = pools[..]
                && right / weight >= of_next / more
            {
                pools.truncate(pools.len() - 2);
                pools.push((weight + more, confidence + next, right + of_next));
            }
        }
        let points: Vec<String> = pools
            .iter()
            .map(|(weight, confidence, right)| format!("({:.3}, {:.3})", confidence / weight, right / weight))
            .collect();
        let _ = writeln!(table, "{name}, {} words: [{}]", of_class.len(), points.join(", "));
    }
    table
}

fn class_of(dpi: f64) -> usize {
    CLASSES.iter().position(|(_, below)| dpi < *below).unwrap_or_default()
}

/// A table of how many words are right by their stated probability, for each class, and how far probability and confidence are from the truth.
#[must_use]
pub fn reliability(samples: &[WordSample]) -> String {
    let mut table = "| probability of the word |".to_owned();
    for (name, _) in CLASSES {
        let _ = write!(table, " {name} |");
    }
    table.push_str("\n| --- |");
    table.push_str(&" ---: |".repeat(CLASSES.len()));
    table.push('\n');
    let mut from = 0.0;
    for to in PROBABILITIES {
        let _ = write!(table, "| {from:.2} to {:.2} |", f64::min(to, 1.0));
        for class in 0..CLASSES.len() {
            let here: Vec<(f64, bool)> = stated(samples, class, WordSample::probability)
                .filter(|(stated, _)| (from..to).contains(stated))
                .collect();
            let _ = match mean(&here) {
                Some((stated, right)) => {
                    write!(table, " {:.1} % of {} (stated {:.1} %) |", 100.0 * right, here.len(), 100.0 * stated)
                }
                None => write!(table, " |"),
            };
        }
        table.push('\n');
        from = to;
    }
    for (name, of) in [
        ("error of the probability", WordSample::probability as fn(&WordSample) -> Option<f64>),
        ("error of the confidence", |sample| Some(sample.word.confidence)),
    ] {
        let _ = write!(table, "| **{name}** |");
        for class in 0..CLASSES.len() {
            let _ =
                write!(table, " {:.1} % |", 100.0 * calibration_error(&stated(samples, class, of).collect::<Vec<_>>()));
        }
        table.push('\n');
    }
    table
}

impl WordSample {
    fn probability(&self) -> Option<f64> {
        self.word.probability
    }
}

fn stated(
    samples: &[WordSample],
    class: usize,
    of: fn(&WordSample) -> Option<f64>,
) -> impl Iterator<Item = (f64, bool)> {
    samples
        .iter()
        .filter(move |sample| class_of(sample.dpi) == class)
        .filter_map(move |sample| Some((of(sample)?, sample.is_right)))
}

/// The mean of what is stated, and the share of right words.
fn mean(words: &[(f64, bool)]) -> Option<(f64, f64)> {
    let count = words.len() as f64;
    let stated: f64 = words.iter().map(|(stated, _)| stated).sum();
    let right = words.iter().filter(|(_, is_right)| *is_right).count() as f64;
    (!words.is_empty()).then(|| (stated / count, right / count))
}

/// The mean difference between what is stated and the share of right words, over the intervals, weighted by their words.
fn calibration_error(words: &[(f64, bool)]) -> f64 {
    let mut from = 0.0;
    let error = PROBABILITIES.iter().map(|to| {
        let here: Vec<(f64, bool)> = words.iter().copied().filter(|(stated, _)| (from..*to).contains(stated)).collect();
        from = *to;
        mean(&here).map_or(0.0, |(stated, right)| here.len() as f64 * (stated - right).abs())
    });
    error.sum::<f64>() / words.len().max(1) as f64
}

/// The document with this table between its marks.
///
/// # Panics
/// The document has no marks.
#[must_use]
pub fn document(document: &str, table: &str) -> String {
    let (before, rest) = document.split_once(BEGIN).expect("the document says where the table begins");
    let (_, after) = rest.split_once(END).expect("the document says where the table ends");
    format!("{before}{BEGIN}\n\n{table}\n{END}{after}")
}

/// Marks around the table in the document.
const BEGIN: &str = "<!-- written by `make calibration` -->";
const END: &str = "<!-- end of what `make calibration` writes -->";

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A word of a text and where it is from.
#[derive(Debug, Clone)]
pub(super) struct Word<P> {
    /// Its letters and digits in lower case; two halves of a divided word are one word.
    pub key: String,
    /// As printed.
    pub text: String,
    /// Where it is from.
    pub place: P,
}

/// The words of lines. A word whose line ends in a hyphen continues on the next line if `is_continued` says so of the two places.
pub(super) fn words<P: Copy>(
    lines: impl IntoIterator<Item = (P, String)>,
    is_continued: impl Fn(P, P) -> bool,
) -> Vec<Word<P>> {
    let mut words: Vec<Word<P>> = Vec::new();
    let mut divided: Option<P> = None;
    for (place, line) in lines {
        for (at, word) in line.split_whitespace().enumerate() {
            let text = word.trim_end_matches(['-', '¬', '\u{ad}']).to_owned();
            let key: String = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            match words.last_mut() {
                Some(last) if at == 0 && divided.take().is_some_and(|before| is_continued(before, place)) => {
                    last.key.push_str(&key);
                    last.text.push_str(word);
                }
                _ if !key.is_empty() => {
                    words.push(Word { key, text, place });
                }
                _ => {}
            }
        }
        divided = line.trim_end().ends_with(['-', '¬', '\u{ad}']).then_some(place);
    }
    words
}

/// For each word of `truth`, the index of the same word in `found`.
pub(super) fn aligned<P, Q>(truth: &[Word<P>], found: &[Word<Q>]) -> Vec<Option<usize>> {
    let truth_keys: Vec<&str> = truth.iter().map(|word| word.key.as_str()).collect();
    let found_keys: Vec<&str> = found.iter().map(|word| word.key.as_str()).collect();
    let mut places = vec![None; truth.len()];
    for operation in capture_diff_slices(Algorithm::Myers, &truth_keys, &found_keys) {
        if let DiffOp::Equal { old_index, new_index, len } = operation {
            for at in 0..len {
                places[old_index + at] = Some(new_index + at);
            }
        }
    }
    places
}

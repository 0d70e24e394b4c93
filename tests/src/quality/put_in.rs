use std::collections::BTreeMap;

use shelf::eval::ErrorRate;

/// Words that `corrected` has oftener than `ocr`, of one page: `length` counts them, `edits` those of them that it has oftener than the truth, too.
/// Words are compared by their letters and digits, in lower case.
pub(super) fn words_put_in(ocr: &str, corrected: &str, truth: &str) -> ErrorRate {
    let [ocr, corrected, truth] = [ocr, corrected, truth].map(counted);
    let times = |words: &BTreeMap<String, usize>, word: &str| words.get(word).copied().unwrap_or_default();
    let mut put_in = ErrorRate::default();
    for (word, found) in &corrected {
        let new = found.saturating_sub(times(&ocr, word));
        put_in.length += new;
        put_in.edits += new.min(found.saturating_sub(times(&truth, word)));
    }
    put_in
}

fn counted(text: &str) -> BTreeMap<String, usize> {
    let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let mut times = BTreeMap::new();
    for word in text.split_whitespace().map(letters).filter(|word: &String| !word.is_empty()) {
        *times.entry(word).or_default() += 1;
    }
    times
}

#[cfg(test)]
mod tests {
    use shelf::eval::ErrorRate;

    use super::words_put_in;

    #[test]
    fn a_word_put_in_is_right_if_the_truth_has_it_as_often() {
        let put_in = |corrected| words_put_in("thé end af ath thread", corrected, "The end of each thread.");
        assert_eq!(put_in("thé end af ath thread"), ErrorRate { edits: 0, length: 0 });
        assert_eq!(put_in("the end of ath thread"), ErrorRate { edits: 0, length: 2 });
        assert_eq!(put_in("the end of nth thread"), ErrorRate { edits: 1, length: 3 });
        assert_eq!(put_in("the end end of ath thread"), ErrorRate { edits: 1, length: 3 });
    }
}

use rapidfuzz::distance::osa;

/// The candidate nearest to `written`, if at most a third of the letters differ.
pub(super) fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let edits = |candidate: &str| osa::distance(written.chars(), candidate.chars());
    let (edits, candidate) = candidates.map(|candidate| (edits(candidate), candidate)).min()?;
    (edits <= written.chars().count().max(3) / 3).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_word_with_few_wrong_letters_is_recognised() {
        let books = ["florida", "huckleberry-finn", "walden"];
        let found = |written| nearest(written, books.into_iter());
        assert_eq!(found("floirda"), Some("florida"));
        assert_eq!(found("hucklebery-fin"), Some("huckleberry-finn"));
        assert_eq!(found("moby-dick"), None);
    }
}

/// A value without the punctuation that catalogue rules (ISBD) put between the parts of a record.
pub(super) fn without_punctuation(value: &str) -> String {
    let value = value.trim().trim_end_matches([' ', '/', ':', ';', ',', '=']);
    let last_word = value.rsplit([' ', '-']).next().unwrap_or_default();
    // `Cleveland.`, but not `L.` or `ed.`
    let is_full_stop = last_word.ends_with('.') && last_word.chars().count() > 4 && !value.ends_with("..");
    let value = if is_full_stop { value.trim_end_matches('.') } else { value };
    let bracketed =
        value.strip_prefix('[').and_then(|value| value.strip_suffix(']')).filter(|value| !value.contains('['));
    bracketed.unwrap_or(value).trim().to_owned()
}

/// The first year in a text such as `c1892.` or `[1892?]`.
pub(super) fn year_in(text: &str) -> Option<i32> {
    let runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
    runs.filter_map(|run| run.parse().ok()).find(|year| (500..=2200).contains(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_between_parts_is_removed_and_abbreviations_are_kept() {
        let values = [
            "Colonial Florida /",
            "Cleveland, O. :",
            "Campbell, Richard L.",
            "2nd ed.",
            "[London] :",
            "Historical sketches.",
            "1892.",
        ];
        let kept = [
            "Colonial Florida",
            "Cleveland, O.",
            "Campbell, Richard L.",
            "2nd ed.",
            "London",
            "Historical sketches",
            "1892",
        ];
        assert_eq!(values.map(without_punctuation), kept);
        assert_eq!(
            ["c1892.", "[1892?]", "18--", "2026-11-28", "99999"].map(year_in),
            [Some(1892), Some(1892), None, Some(2026), None]
        );
    }
}

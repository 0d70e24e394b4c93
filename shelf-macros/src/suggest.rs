/// The one of `known` that `written` is most like, if it is like one at all.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = written.chars().count().max(3) / 3;
    known
        .into_iter()
        .map(|candidate| (distance(written, candidate), candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// ` (did you mean …?)`, or nothing.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(written, known).map_or_else(String::new, |candidate| format!(" (did you mean `{candidate}`?)"))
}

/// Edits that turn one word into the other, where swapped neighbours are one edit (optimal string alignment).
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(a != b);
            let mut edits = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                edits = edits.min(rows[i - 1][j - 1] + 1);
            }
            row.push(edits);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["name", "deps", "parallelism", "version"];
        assert_eq!(nearest("dep", known), Some("deps"));
        assert_eq!(nearest("nmae", known), Some("name"));
        assert_eq!(nearest("paralelism", known), Some("parallelism"));
        assert_eq!(nearest("retries", known), None);
        assert_eq!(did_you_mean("verison", known), " (did you mean `version`?)");
        assert_eq!(did_you_mean("colour", known), "");
    }
}

//! The model's changes, found by comparing texts: a report by the model itself would cost tokens and might be wrong.

use similar::{DiffOp, TextDiff};

use crate::corrected::rules::{Correction, CorrectionKind};

/// The words that differ between `read` and `changed`.
pub(in crate::corrected) fn corrections(read: &str, changed: &str) -> Vec<Correction> {
    let (before, after) = (words(read), words(changed));
    let difference = TextDiff::from_slices(&before, &after);
    let correction = |op: &DiffOp| {
        let (before, after) = (before[op.old_range()].join(" "), after[op.new_range()].join(" "));
        match op {
            DiffOp::Equal { .. } => None,
            DiffOp::Delete { .. } => Some(Correction::new(CorrectionKind::Speck, before, "")),
            DiffOp::Insert { .. } => Some(Correction::new(CorrectionKind::Added, "", after)),
            DiffOp::Replace { .. } => Some(Correction::new(CorrectionKind::Misread, before, after)),
        }
    };
    difference.ops().iter().filter_map(correction).collect()
}

/// Splits at white space; a word hyphenated at a line end counts as two.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corrected::rules::correction_notes;

    #[test]
    fn notes_list_the_differences() {
        let note = |read, changed| correction_notes(&corrections(read, changed));
        assert_eq!(note("They had a qarden\nbehind it.", "They had a garden behind it.").unwrap(), "qarden → garden");
        assert_eq!(note("the cam-\npaign . was", "the campaign was").unwrap(), "cam- paign . → campaign");
        assert_eq!(note("it was , cold", "it was cold").unwrap(), "dropped ,");
        assert_eq!(note("it cold", "it was cold").unwrap(), "added was");
        assert_eq!(note("it was cold", "it was\ncold"), None);
    }
}

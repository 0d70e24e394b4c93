use std::collections::{BTreeMap, BTreeSet};

use shelf::prelude::*;

/// The words that the model has corrected.
#[page]
#[derive(Debug)]
pub(super) struct Changes {
    /// Only what is changed.
    pub(super) changes: Vec<Change>,
}

/// Words that were misread. A reply of earlier releases, which has a paragraph's whole `text`, is read as well.
#[page]
#[derive(Debug)]
pub(super) struct Change {
    /// The number of the paragraph, as it stands in the square brackets.
    #[serde(deserialize_with = "crate::bracketed::id")]
    #[schemars(with = "String")]
    pub(super) id: String,
    /// The misread words as the paragraph has them; empty if the whole paragraph is given.
    #[serde(default)]
    pub(super) read: String,
    /// The words as printed.
    #[serde(alias = "text")]
    pub(super) printed: String,
}

impl Changes {
    /// Checks that each change is of a paragraph in the question, that no paragraph is given twice as a whole, and that none is given as nothing. An
    /// error is sent back to the model.
    pub(super) fn check<T>(&self, asked: &BTreeMap<String, T>) -> std::result::Result<(), String> {
        let mut whole = BTreeSet::new();
        for Change { id, read, printed } in &self.changes {
            if !asked.contains_key(id) {
                return Err(format!("there is no paragraph `{id}`; the paragraphs are those in square brackets"));
            }
            if read.trim().is_empty() && printed.trim().is_empty() {
                return Err(format!("`read` and `printed` of paragraph `{id}` are both empty"));
            }
            if read.trim().is_empty() && !whole.insert(id) {
                return Err(format!("paragraph `{id}` is changed twice; give its whole text once"));
            }
        }
        Ok(())
    }

    /// For each paragraph its text with the changes made, and how many changes concern words that it does not have.
    pub(super) fn by_paragraph<'a>(&self, text_of: impl Fn(&str) -> Option<&'a str>) -> BTreeMap<&str, (String, u32)> {
        let mut texts: BTreeMap<&str, (String, u32)> = BTreeMap::new();
        // Whole paragraphs first: words may be corrected in them.
        let (whole, words): (Vec<_>, Vec<_>) = self.changes.iter().partition(|change| change.read.trim().is_empty());
        for change in whole.into_iter().chain(words) {
            let Some(text) = text_of(&change.id) else { continue };
            let (text, missed) = texts.entry(&change.id).or_insert_with(|| (text.to_owned(), 0));
            match change.read.trim() {
                "" => text.clone_from(&change.printed),
                read => match replaced(text, read, &change.printed) {
                    Some(changed) => *text = changed,
                    None => *missed += 1,
                },
            }
        }
        texts
    }
}

/// The text with all occurrences of the words `read` replaced; `None` if it has none. Punctuation around the words may be left out of `read`.
fn replaced(text: &str, read: &str, printed: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let read: Vec<&str> = read.split_whitespace().collect();
    let mut changed: Vec<String> = Vec::new();
    let (mut at, mut found) = (0, false);
    while at < words.len() {
        if let Some((lead, tail)) = words.get(at..at + read.len()).and_then(|here| around(here, &read)) {
            changed.push(format!("{lead}{printed}{tail}"));
            found = true;
            at += read.len();
        } else {
            changed.push(words[at].to_owned());
            at += 1;
        }
    }
    found.then(|| changed.join(" "))
}

/// What is before and behind `read` in words that are otherwise equal: punctuation only.
fn around<'a>(words: &[&'a str], read: &[&str]) -> Option<(&'a str, &'a str)> {
    let ([first, inner @ ..], [read_first, read_inner @ ..]) = (words, read) else { return None };
    let is_punctuation = |text: &str| !text.contains(char::is_alphanumeric);
    let (lead, tail) = match (inner, read_inner) {
        ([], []) => {
            let start = first.find(read_first)?;
            (&first[..start], &first[start + read_first.len()..])
        }
        ([middle @ .., last], [read_middle @ .., read_last]) if middle == read_middle => {
            (first.strip_suffix(read_first)?, last.strip_prefix(read_last)?)
        }
        _ => return None,
    };
    (is_punctuation(lead) && is_punctuation(tail)).then_some((lead, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_words_wherever_they_are() {
        for (text, read, printed, expected) in [
            ("a qarden, a\nqarden.", "qarden", "garden", Some("a garden, a garden.")),
            ("a qarden, a qarden.", "qarden,", "garden,", Some("a garden, a qarden.")),
            ("the cam-\npaign was", "cam- paign", "campaign", Some("the campaign was")),
            ("“it wos cold”", "it wos", "it was", Some("“it was cold”")),
            ("it , was", ",", "", Some("it  was")),
            ("a garden", "gard", "yard", None),
            ("a garden", "rose", "roses", None),
        ] {
            assert_eq!(replaced(text, read, printed).as_deref(), expected, "{read} in {text:?}");
        }
    }

    #[test]
    fn replies_of_earlier_releases_are_read() {
        let changes: Changes = serde_json::from_str(
            r#"{ "changes": [{ "id": "[2.0]", "text": "A garden." }, { "id": "1.0", "read": "tbe", "printed": "the" },
                { "id": "1.0", "read": "x", "printed": "y" }] }"#,
        )
        .unwrap();
        let texts = changes.by_paragraph(|id| Some(if id == "1.0" { "in tbe house" } else { "A qarden." }));
        assert_eq!(texts["2.0"], ("A garden.".to_owned(), 0));
        assert_eq!(texts["1.0"], ("in the house".to_owned(), 1));
    }
}

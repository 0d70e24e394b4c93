use std::cmp::Ordering;
use std::path::Path;

/// Compares paths in natural order, folder by folder and regardless of case: `book-2` before `book-10`, `page-010` after `page-9`.
pub fn natural_order(one: &Path, other: &Path) -> Ordering {
    let parts = |path: &Path| -> Vec<String> {
        path.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase()).collect()
    };
    let (one_parts, other_parts) = (parts(one), parts(other));
    for (a, b) in one_parts.iter().zip(&other_parts) {
        let order = natural_text_order(a, b);
        if order != Ordering::Equal {
            return order;
        }
    }
    one_parts.len().cmp(&other_parts.len()).then_with(|| one.cmp(other))
}

fn natural_text_order(mut one: &str, mut other: &str) -> Ordering {
    loop {
        let (a, b) = (leading(&mut one), leading(&mut other));
        let order = match (number(a), number(b)) {
            // By value, however long: fewer digits are less.
            (Some(a), Some(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            _ => a.cmp(b),
        };
        if order != Ordering::Equal || (a.is_empty() && b.is_empty()) {
            return order;
        }
    }
}

/// Splits off the leading digits, or the first character if it is not a digit.
fn leading<'a>(text: &mut &'a str) -> &'a str {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let end = if digits > 0 { digits } else { text.chars().next().map_or(0, char::len_utf8) };
    let (head, tail) = text.split_at(end);
    *text = tail;
    head
}

fn number(text: &str) -> Option<&str> {
    text.starts_with(|c: char| c.is_ascii_digit()).then(|| text.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::natural_order;

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut paths: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
        paths.sort_by(|a, b| natural_order(a, b));
        paths.iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn numbers_are_compared_by_value() {
        assert_eq!(sorted(&["book-10.pdf", "book-2.pdf", "Book-1.pdf"]), ["Book-1.pdf", "book-2.pdf", "book-10.pdf"]);
        assert_eq!(sorted(&["page-2", "page-010", "page-1"]), ["page-1", "page-2", "page-010"]);
        assert_eq!(sorted(&["p10a2", "p9b", "p10a10", "p10"]), ["p9b", "p10", "p10a2", "p10a10"]);
        let long = "99999999999999999999999999999999999999";
        assert_eq!(sorted(&[&format!("{long}8"), long]), [long.to_owned(), format!("{long}8")]);
    }

    #[test]
    fn folders_stay_together() {
        assert_eq!(sorted(&["v10/p1", "v2/p1", "v2/p10", "v2/p2"]), ["v2/p1", "v2/p2", "v2/p10", "v10/p1"]);
    }

    #[test]
    fn order_is_total_for_names_that_differ_in_zeros_or_case() {
        assert_eq!(sorted(&["a1", "a01"]), sorted(&["a01", "a1"]));
        assert_eq!(sorted(&["A", "a"]), sorted(&["a", "A"]));
    }
}

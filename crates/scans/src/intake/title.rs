use std::path::{Path, PathBuf};

/// A title made from the names of a book's files, until a better one is known.
pub(crate) fn title_of(inputs: &[PathBuf]) -> Option<String> {
    let names: Vec<String> = inputs.iter().filter_map(|path| name_of(path)).collect();
    // A single name may be short; what several names share must be more than a prefix.
    let (shared, fewest_letters) = match names.as_slice() {
        [] => return None,
        [only] => (only.clone(), 1),
        several => (shared_start(several), 3),
    };
    readable(&shared, fewest_letters).or_else(|| {
        let folder = inputs.first()?.canonicalize().ok()?;
        readable(&folder.parent()?.file_name()?.to_string_lossy(), 1)
    })
}

/// The name of a file without its extension, or the whole name of a folder.
fn name_of(path: &Path) -> Option<String> {
    let path = if path.file_name().is_some() { path.to_owned() } else { path.canonicalize().ok()? };
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    name.map(|name| name.to_string_lossy().into_owned())
}

/// What several names start with, without the number in which they differ.
fn shared_start(names: &[String]) -> String {
    let first: Vec<char> = names[0].chars().collect();
    let length = names
        .iter()
        .skip(1)
        .fold(first.len(), |length, name| name.chars().zip(&first).take(length).take_while(|(a, b)| a == *b).count());
    let is_whole_word = length == first.len() || !first[length].is_alphabetic();
    let mut shared: String = first[..length].iter().collect();
    if !is_whole_word {
        let word = shared.trim_end_matches(char::is_alphabetic).len();
        shared.truncate(word);
    }
    let without_number = shared.trim_end_matches(|c: char| c.is_ascii_digit() || !c.is_alphanumeric());
    let counters = ["page", "pages", "p", "img", "scan", "part", "vol", "volume", "no"];
    let mut words: Vec<&str> = without_number.split(['-', '_', ' ', '.']).filter(|word| !word.is_empty()).collect();
    while words.last().is_some_and(|word| counters.contains(&word.to_lowercase().as_str())) {
        words.pop();
    }
    words.join(" ")
}

/// Replaces underscores and hyphens with spaces, and capitalises if there are no capitals. `None` if too few letters are left.
fn readable(name: &str, fewest_letters: usize) -> Option<String> {
    let spaced = name.replace("%20", " ").replace(['_', '+'], " ");
    let spaced = if spaced.contains(' ') { spaced } else { spaced.replace(['-', '.'], " ") };
    let mut words: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
    if !spaced.contains(char::is_uppercase) {
        let small = ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"];
        for (position, word) in words.iter_mut().enumerate() {
            if position == 0 || !small.contains(&word.as_str()) {
                *word = capitalised(word);
            }
        }
    }
    let title = words.join(" ");
    (title.chars().filter(|c| c.is_alphabetic()).count() >= fewest_letters).then_some(title)
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::title_of;

    fn title(names: &[&str]) -> Option<String> {
        title_of(&names.iter().map(PathBuf::from).collect::<Vec<_>>())
    }

    #[test]
    fn file_name_becomes_a_title() {
        for (name, expected) in [
            ("colonial-florida-20pp.pdf", "Colonial Florida 20pp"),
            ("the_history_of_rome.pdf", "The History of Rome"),
            ("Poe - The Gold-Bug (1843).pdf", "Poe - The Gold-Bug (1843)"),
            ("War%20and%20Peace.pdf", "War and Peace"),
            ("räuber.pdf", "Räuber"),
            ("c02-22.pdf", "C02 22"),
        ] {
            assert_eq!(title(&[name]).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn several_files_give_their_common_prefix() {
        assert_eq!(title(&["book-2.pdf", "book-10.pdf"]).as_deref(), Some("Book"));
        assert_eq!(title(&["rome_vol_1.pdf", "rome_vol_2.pdf"]).as_deref(), Some("Rome"));
        assert_eq!(title(&["gibbon rome 1.tif", "gibbon rome 2.tif"]).as_deref(), Some("Gibbon Rome"));
    }

    #[test]
    fn names_without_letters_give_the_folder() {
        let folder = tempfile::Builder::new().prefix("Seat Weaving ").tempdir().unwrap();
        let files = ["001.png", "002.png"].map(|name| folder.path().join(name));
        for file in &files {
            std::fs::write(file, "x").unwrap();
        }
        assert!(title_of(&files).unwrap().starts_with("Seat Weaving "));
    }
}

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folders where Debian and other systems install Tesseract's language data.
const TESSDATA_FOLDERS: [&str; 5] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
];

/// Tesseract data that is not a language: orientation and script detection, and equations.
const NON_LANGUAGES: [&str; 2] = ["osd", "equ"];

/// The languages and scripts (such as `script/Fraktur`) installed in the usual folders, in alphabetical order. Data that is only in
/// the folder of `TESSDATA_PREFIX` is not listed, though Tesseract finds it.
#[must_use]
pub fn installed_languages() -> Vec<String> {
    languages_in(TESSDATA_FOLDERS.iter().map(Path::new))
}

/// The file with the data that Tesseract calls `name`; `None` if it is in neither the folder of `TESSDATA_PREFIX` nor a usual one.
pub(super) fn data_file(name: &str) -> Option<PathBuf> {
    let prefix = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
    let folders = prefix.into_iter().chain(TESSDATA_FOLDERS.map(PathBuf::from));
    folders.map(|folder| folder.join(format!("{name}.traineddata"))).find(|file| file.exists())
}

/// The Debian package of a language's data, such as `tesseract-ocr-deu` for `deu`.
#[must_use]
pub fn debian_package(code: &str) -> String {
    let name = code.strip_prefix("script/").unwrap_or(code);
    let (script, vertical) = name.strip_suffix("_vert").map_or((name, ""), |script| (script, "-vert"));
    match SCRIPTS.iter().find(|(known, _)| *known == script) {
        Some((_, iso)) => format!("tesseract-ocr-script-{iso}{vertical}"),
        None => format!("tesseract-ocr-{}", name.to_lowercase().replace('_', "-")),
    }
}

/// Tesseract's names of scripts, and the ISO 15924 codes used in Debian's package names.
const SCRIPTS: [(&str, &str); 33] = [
    ("Arabic", "arab"),
    ("Armenian", "armn"),
    ("Bengali", "beng"),
    ("Canadian_Aboriginal", "cans"),
    ("Cherokee", "cher"),
    ("Cyrillic", "cyrl"),
    ("Devanagari", "deva"),
    ("Ethiopic", "ethi"),
    ("Fraktur", "frak"),
    ("Georgian", "geor"),
    ("Greek", "grek"),
    ("Gujarati", "gujr"),
    ("Gurmukhi", "guru"),
    ("Hangul", "hang"),
    ("HanS", "hans"),
    ("HanT", "hant"),
    ("Hebrew", "hebr"),
    ("Japanese", "jpan"),
    ("Kannada", "knda"),
    ("Khmer", "khmr"),
    ("Lao", "laoo"),
    ("Latin", "latn"),
    ("Malayalam", "mlym"),
    ("Myanmar", "mymr"),
    ("Oriya", "orya"),
    ("Sinhala", "sinh"),
    ("Syriac", "syrc"),
    ("Tamil", "taml"),
    ("Telugu", "telu"),
    ("Thaana", "thaa"),
    ("Thai", "thai"),
    ("Tibetan", "tibt"),
    ("Vietnamese", "viet"),
];

fn languages_in<'a>(folders: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let mut found = BTreeSet::new();
    for folder in folders {
        found.extend(data_in(folder));
        found.extend(data_in(&folder.join("script")).into_iter().map(|name| format!("script/{name}")));
    }
    found.into_iter().filter(|name| !NON_LANGUAGES.contains(&name.as_str())).collect()
}

/// The names of the data files in a folder; none if the folder does not exist.
fn data_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = folder.read_dir() else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".traineddata").map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_languages_and_scripts_but_no_other_data() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("script")).unwrap();
        for file in ["eng.traineddata", "osd.traineddata", "deu.traineddata", "pdf.ttf", "script/Fraktur.traineddata"] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let missing = folder.path().join("nowhere");
        let found = languages_in([missing.as_path(), folder.path()].into_iter());
        assert_eq!(found, ["deu", "eng", "script/Fraktur"]);
    }

    #[test]
    fn package_names_follow_debian() {
        for (code, package) in [
            ("deu", "tesseract-ocr-deu"),
            ("chi_sim_vert", "tesseract-ocr-chi-sim-vert"),
            ("script/Fraktur", "tesseract-ocr-script-frak"),
            ("Fraktur", "tesseract-ocr-script-frak"),
            ("script/HanS_vert", "tesseract-ocr-script-hans-vert"),
        ] {
            assert_eq!(debian_package(code), package);
        }
    }
}

use serde::{Deserialize, Serialize};
use shelf::book::Languages;

use super::debian_package;

/// A language to recognise as requested, and the Tesseract data for it, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedLanguage {
    /// As written in the options or the book's metadata.
    pub requested: String,
    /// Tesseract's names, such as `deu`; at least one.
    pub codes: Vec<String>,
}

/// A language that cannot be recognised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LanguageError {
    /// Not the name of a language.
    #[error("unknown language `{0}`: expected a tag such as `de`, or one of Tesseract's names such as `deu`")]
    Unknown(String),
    /// Its data is not installed.
    #[error("language data for `{requested}` is not installed (installed: {})", if installed.is_empty() { "none".to_owned() } else { installed.join(", ") })]
    NotInstalled {
        /// The language as requested.
        requested: String,
        /// The Debian packages that provide it, best first.
        packages: Vec<String>,
        /// What is installed.
        installed: Vec<String>,
    },
}

const ENGLISH: &str = "eng";

/// The languages to recognise: those of `option` (`deu+lat` or `de,la`), else the book's, else English.
///
/// # Errors
/// A name is not a known language.
pub fn requested_languages(option: Option<&str>, book: &Languages) -> Result<Vec<RequestedLanguage>, LanguageError> {
    let of_option =
        option.iter().flat_map(|names| names.split(['+', ','])).map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<&str> = of_option.collect();
    let names = if names.is_empty() { book.0.iter().map(String::as_str).collect() } else { names };
    let names = if names.is_empty() { vec![ENGLISH] } else { names };
    names.into_iter().map(parse_language).collect()
}

/// The languages as passed to Tesseract: the best available data of each, joined by `+`. Data is available if it is in `installed` or
/// `is_available` says so.
///
/// # Errors
/// No data is available for a language.
pub(super) fn resolve_languages(
    installed: &[String],
    requested: &[RequestedLanguage],
    is_available: fn(&str) -> bool,
) -> Result<String, LanguageError> {
    let mut codes: Vec<&str> = Vec::new();
    for language in requested {
        let is_found = |code: &&String| installed.contains(code) || is_available(code);
        let code = language.codes.iter().find(is_found).ok_or_else(|| LanguageError::NotInstalled {
            requested: language.requested.clone(),
            packages: language.codes.iter().map(|code| debian_package(code)).collect(),
            installed: installed.to_vec(),
        })?;
        if !codes.contains(&code.as_str()) {
            codes.push(code);
        }
    }
    Ok(codes.join("+"))
}

impl LanguageError {
    /// What to do about it.
    pub(super) fn hint(&self) -> Option<String> {
        let Self::NotInstalled { packages, installed, .. } = self else {
            return Some(
                "set the book's language with `shelf set BOOK language=en`, or pass `--ocr-lang eng`".to_owned(),
            );
        };
        let install = format!("install it (Debian: `apt install {}`)", packages.first()?);
        Some(match installed.first() {
            Some(other) => format!("{install}, or use an installed language: `--ocr-lang {other}`"),
            None => install,
        })
    }
}

fn parse_language(name: &str) -> Result<RequestedLanguage, LanguageError> {
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let codes = match name.strip_prefix("script/") {
        Some(script) if is_name(script) => vec![name.to_owned()],
        Some(_) => Vec::new(),
        None => codes_of_tag(name)
            .or_else(|| is_tesseract_name(name, is_name).then(|| vec![name.to_owned()]))
            .unwrap_or_default(),
    };
    if codes.is_empty() {
        Err(LanguageError::Unknown(name.to_owned()))
    } else {
        Ok(RequestedLanguage { requested: name.to_owned(), codes })
    }
}

/// `deu`, `chi_sim`, `deu_latf`, `Fraktur`.
fn is_tesseract_name(name: &str, is_name: impl Fn(&str) -> bool) -> bool {
    is_name(name) && name.len() >= 3
}

/// Tesseract's names for a BCP 47 tag such as `de`, `de-Latf`, `zh-Hant-TW`; `None` for anything else.
fn codes_of_tag(tag: &str) -> Option<Vec<String>> {
    let mut subtags = tag.split('-');
    let language = subtags.next()?.to_lowercase();
    let script = subtags.find(|subtag| subtag.len() == 4 && subtag.chars().all(|c| c.is_ascii_alphabetic()));
    let script = script.map(str::to_lowercase);
    let code = match TESSERACT_CODES.iter().find(|(known, _)| *known == language) {
        Some((_, code)) => *code,
        // Languages without a two-letter tag are named alike in Tesseract, such as `grc` or `frm`.
        None if language.len() == 3 && tag.contains('-') => &language,
        None => return None,
    };
    let region_is_traditional = || tag.split('-').any(|subtag| ["TW", "HK", "MO"].contains(&subtag));
    let codes: &[&str] = match (code, script.as_deref()) {
        ("deu", Some("latf")) => &["script/Fraktur", "Fraktur", "deu_latf", "frk"],
        (_, Some("latf")) => &["script/Fraktur", "Fraktur"],
        ("chi", Some("hant")) => &["chi_tra"],
        ("chi", None) if region_is_traditional() => &["chi_tra"],
        ("chi", _) => &["chi_sim"],
        ("srp", Some("latn")) => &["srp_latn"],
        ("aze", Some("cyrl")) => &["aze_cyrl"],
        ("uzb", Some("cyrl")) => &["uzb_cyrl"],
        (code, _) => &[code],
    };
    Some(codes.iter().map(|&code| code.to_owned()).collect())
}

/// The BCP 47 tag of a language that Tesseract calls `code`, such as `de` for `deu`.
#[must_use]
pub fn tag_of(code: &str) -> Option<&'static str> {
    TESSERACT_CODES.iter().find(|(_, known)| *known == code).map(|(tag, _)| *tag)
}

/// BCP 47 language subtags and Tesseract's names for them; `chi` stands for simplified and traditional Chinese.
#[rustfmt::skip]
const TESSERACT_CODES: [(&str, &str); 106] = [
    ("af", "afr"), ("am", "amh"), ("ar", "ara"), ("as", "asm"), ("az", "aze"), ("be", "bel"), ("bg", "bul"), ("bn", "ben"),
    ("bo", "bod"), ("br", "bre"), ("bs", "bos"), ("ca", "cat"), ("co", "cos"), ("cs", "ces"), ("cy", "cym"), ("da", "dan"),
    ("de", "deu"), ("dv", "div"), ("dz", "dzo"), ("el", "ell"), ("en", "eng"), ("eo", "epo"), ("es", "spa"), ("et", "est"),
    ("eu", "eus"), ("fa", "fas"), ("fi", "fin"), ("fo", "fao"), ("fr", "fra"), ("fy", "fry"), ("ga", "gle"), ("gd", "gla"),
    ("gl", "glg"), ("gu", "guj"), ("he", "heb"), ("hi", "hin"), ("hr", "hrv"), ("ht", "hat"), ("hu", "hun"), ("hy", "hye"),
    ("id", "ind"), ("is", "isl"), ("it", "ita"), ("iu", "iku"), ("ja", "jpn"), ("jv", "jav"), ("ka", "kat"), ("kk", "kaz"),
    ("km", "khm"), ("kn", "kan"), ("ko", "kor"), ("ku", "kmr"), ("ky", "kir"), ("la", "lat"), ("lb", "ltz"), ("lo", "lao"),
    ("lt", "lit"), ("lv", "lav"), ("mi", "mri"), ("mk", "mkd"), ("ml", "mal"), ("mn", "mon"), ("mr", "mar"), ("ms", "msa"),
    ("mt", "mlt"), ("my", "mya"), ("nb", "nor"), ("ne", "nep"), ("nl", "nld"), ("nn", "nor"), ("no", "nor"), ("oc", "oci"),
    ("or", "ori"), ("pa", "pan"), ("pl", "pol"), ("ps", "pus"), ("pt", "por"), ("qu", "que"), ("ro", "ron"), ("ru", "rus"),
    ("sa", "san"), ("sd", "snd"), ("si", "sin"), ("sk", "slk"), ("sl", "slv"), ("sq", "sqi"), ("sr", "srp"), ("su", "sun"),
    ("sv", "swe"), ("sw", "swa"), ("ta", "tam"), ("te", "tel"), ("tg", "tgk"), ("th", "tha"), ("ti", "tir"), ("to", "ton"),
    ("tr", "tur"), ("tt", "tat"), ("ug", "uig"), ("uk", "ukr"), ("ur", "urd"), ("uz", "uzb"), ("vi", "vie"), ("yi", "yid"),
    ("yo", "yor"), ("zh", "chi"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(option: &str) -> Vec<Vec<String>> {
        let requested = requested_languages(Some(option), &Languages::default()).unwrap();
        requested.into_iter().map(|language| language.codes).collect()
    }

    #[test]
    fn tags_and_names_of_tesseract_are_resolved() {
        for (name, code) in [
            ("en", "eng"),
            ("en-GB", "eng"),
            ("DE", "deu"),
            ("deu", "deu"),
            ("grc", "grc"),
            ("grc-Grek", "grc"),
            ("zh", "chi_sim"),
            ("zh-Hant-TW", "chi_tra"),
            ("zh-TW", "chi_tra"),
            ("sr-Latn", "srp_latn"),
            ("chi_sim", "chi_sim"),
            ("Fraktur", "Fraktur"),
            ("script/Fraktur", "script/Fraktur"),
        ] {
            assert_eq!(codes(name), [[code]], "{name}");
        }
        assert_eq!(codes("deu+la, en"), [["deu"], ["lat"], ["eng"]]);
    }

    #[test]
    fn fraktur_has_alternative_data() {
        assert_eq!(codes("de-Latf"), [["script/Fraktur", "Fraktur", "deu_latf", "frk"]]);
        assert_eq!(codes("da-Latf-DK"), [["script/Fraktur", "Fraktur"]]);
    }

    #[test]
    fn option_precedes_book_and_book_precedes_english() {
        let book = Languages(vec!["fr".to_owned(), "la".to_owned()]);
        let names = |option, book: &Languages| {
            requested_languages(option, book)
                .unwrap()
                .into_iter()
                .map(|language| language.requested)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(Some("it"), &book), ["it"]);
        assert_eq!(names(None, &book), ["fr", "la"]);
        assert_eq!(names(Some(""), &book), ["fr", "la"]);
        assert_eq!(names(None, &Languages::default()), ["eng"]);
    }

    #[test]
    fn rejects_unknown_languages() {
        for wrong in ["xx", "../../etc/passwd", "script/../eng", "script/", "eng;rm", "e"] {
            let error = requested_languages(Some(wrong), &Languages::default()).unwrap_err();
            assert_eq!(error, LanguageError::Unknown(wrong.to_owned()));
            assert!(error.hint().unwrap().contains("shelf set BOOK language="));
        }
    }

    #[test]
    fn rejects_missing_language_and_names_its_package() {
        let missing = requested_languages(Some("eng+tlh_none"), &Languages::default()).unwrap();
        let error = resolve_languages(&["eng".to_owned()], &missing, |_| false).unwrap_err();
        let message = error.to_string();
        assert_eq!(message, "language data for `tlh_none` is not installed (installed: eng)");
        assert!(error.hint().unwrap().contains("apt install tesseract-ocr-tlh-none"));
    }

    #[test]
    fn repeated_languages_are_merged() {
        let twice = requested_languages(Some("en+eng+en-US"), &Languages::default()).unwrap();
        assert_eq!(resolve_languages(&["eng".to_owned()], &twice, |_| false).unwrap(), "eng");
    }
}

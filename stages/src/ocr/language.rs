use serde::{Deserialize, Serialize};
use shelf::book::Languages;

use super::engine::can_start;
use super::{debian_package, installed_languages};

/// A language to read, as it was asked for, and the data that reads it, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// As it stands in the options or in the book's metadata.
    pub asked: String,
    /// Tesseract's names, such as `deu`; at least one.
    pub codes: Vec<String>,
}

/// A language that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LanguageError {
    /// Nothing that names a language.
    #[error(
        "`{0}` names no language that Tesseract reads; expected a tag such as `de`, or a name of Tesseract's such as `deu`"
    )]
    Unknown(String),
    /// Its data is not there.
    #[error("Tesseract has no data for `{asked}` here; installed are: {}", if installed.is_empty() { "none".to_owned() } else { installed.join(", ") })]
    NotInstalled {
        /// The language as it was asked for.
        asked: String,
        /// The Debian packages that bring it, best first.
        packages: Vec<String>,
        /// What is installed.
        installed: Vec<String>,
    },
}

const ENGLISH: &str = "eng";

/// The languages to read: those of `option` (`deu+lat` or `de,la`), else the book's, else English.
///
/// # Errors
/// A name that stands for no language.
pub fn wanted_languages(option: Option<&str>, book: &Languages) -> Result<Vec<Wanted>, LanguageError> {
    let of_option =
        option.iter().flat_map(|names| names.split(['+', ','])).map(str::trim).filter(|name| !name.is_empty());
    let asked: Vec<&str> = of_option.collect();
    let asked = if asked.is_empty() { book.0.iter().map(String::as_str).collect() } else { asked };
    let asked = if asked.is_empty() { vec![ENGLISH] } else { asked };
    asked.into_iter().map(wanted).collect()
}

/// What Tesseract is started with: of every language the best data that is installed, joined by `+`.
///
/// # Errors
/// A language of which nothing is installed.
pub(super) fn tesseract_language(wanted: &[Wanted]) -> Result<String, LanguageError> {
    // Data that is not in the usual places may still lie where Tesseract's own environment variable points.
    language_among(&installed_languages(), wanted, can_start)
}

/// The same of the languages in `installed`, and of those that are there `otherwise`.
pub(super) fn language_among(
    installed: &[String],
    wanted: &[Wanted],
    otherwise: fn(&str) -> bool,
) -> Result<String, LanguageError> {
    let mut codes: Vec<&str> = Vec::new();
    for language in wanted {
        let is_there = |code: &&String| installed.contains(code) || otherwise(code);
        let code = language.codes.iter().find(is_there).ok_or_else(|| LanguageError::NotInstalled {
            asked: language.asked.clone(),
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
                "say the book's language, `shelf set SCAN-ID language=en`, or what to read, `--ocr-lang eng`"
                    .to_owned(),
            );
        };
        let install = format!("install it (Debian: `apt install {}`)", packages.first()?);
        Some(match installed.first() {
            Some(other) => format!("{install}, or read with what is there: `--ocr-lang {other}`"),
            None => install,
        })
    }
}

fn wanted(asked: &str) -> Result<Wanted, LanguageError> {
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let codes = match asked.strip_prefix("script/") {
        Some(script) if is_name(script) => vec![asked.to_owned()],
        Some(_) => Vec::new(),
        None => codes_of_tag(asked)
            .or_else(|| is_tesseract_name(asked, is_name).then(|| vec![asked.to_owned()]))
            .unwrap_or_default(),
    };
    if codes.is_empty() {
        Err(LanguageError::Unknown(asked.to_owned()))
    } else {
        Ok(Wanted { asked: asked.to_owned(), codes })
    }
}

/// `deu`, `chi_sim`, `deu_latf`, `Fraktur`.
fn is_tesseract_name(asked: &str, is_name: impl Fn(&str) -> bool) -> bool {
    is_name(asked) && asked.len() >= 3
}

/// Tesseract's names for a BCP 47 tag such as `de`, `de-Latf`, `zh-Hant-TW`; none for what is no such tag.
fn codes_of_tag(tag: &str) -> Option<Vec<String>> {
    let mut subtags = tag.split('-');
    let language = subtags.next()?.to_lowercase();
    let script = subtags.find(|subtag| subtag.len() == 4 && subtag.chars().all(|c| c.is_ascii_alphabetic()));
    let script = script.map(str::to_lowercase);
    let code = match TESSERACT_CODES.iter().find(|(known, _)| *known == language) {
        Some((_, code)) => *code,
        // Languages without a tag of two letters have Tesseract's name already, such as `grc` or `frm`.
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

/// BCP 47 language subtags and the names that Tesseract has for them; `chi` stands for the two kinds of Chinese.
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
        let wanted = wanted_languages(Some(option), &Languages::default()).unwrap();
        wanted.into_iter().map(|language| language.codes).collect()
    }

    #[test]
    fn tags_and_tesseracts_own_names_are_understood() {
        for (asked, code) in [
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
            assert_eq!(codes(asked), [[code]], "{asked}");
        }
        assert_eq!(codes("deu+la, en"), [["deu"], ["lat"], ["eng"]]);
    }

    #[test]
    fn fraktur_is_read_with_whichever_of_its_data_is_there() {
        assert_eq!(codes("de-Latf"), [["script/Fraktur", "Fraktur", "deu_latf", "frk"]]);
        assert_eq!(codes("da-Latf-DK"), [["script/Fraktur", "Fraktur"]]);
    }

    #[test]
    fn the_option_comes_before_the_book_and_the_book_before_english() {
        let book = Languages(vec!["fr".to_owned(), "la".to_owned()]);
        let asked = |option, book: &Languages| {
            wanted_languages(option, book).unwrap().into_iter().map(|language| language.asked).collect::<Vec<_>>()
        };
        assert_eq!(asked(Some("it"), &book), ["it"]);
        assert_eq!(asked(None, &book), ["fr", "la"]);
        assert_eq!(asked(Some(""), &book), ["fr", "la"]);
        assert_eq!(asked(None, &Languages::default()), ["eng"]);
    }

    #[test]
    fn what_names_no_language_is_refused() {
        for wrong in ["xx", "../../etc/passwd", "script/../eng", "script/", "eng;rm", "e"] {
            let error = wanted_languages(Some(wrong), &Languages::default()).unwrap_err();
            assert_eq!(error, LanguageError::Unknown(wrong.to_owned()));
            assert!(error.hint().unwrap().contains("shelf set SCAN-ID language="));
        }
    }

    #[test]
    fn what_is_not_installed_is_refused_with_the_package_that_brings_it() {
        let missing = wanted_languages(Some("eng+tlh_none"), &Languages::default()).unwrap();
        let error = tesseract_language(&missing).unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with("Tesseract has no data for `tlh_none` here; installed are: "), "{message}");
        assert!(message.contains("eng"), "{message}");
        assert!(error.hint().unwrap().contains("apt install tesseract-ocr-tlh-none"));
    }

    #[test]
    fn a_language_asked_for_twice_is_read_once() {
        let twice = wanted_languages(Some("en+eng+en-US"), &Languages::default()).unwrap();
        assert_eq!(tesseract_language(&twice).unwrap(), "eng");
    }
}

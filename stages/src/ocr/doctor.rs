use shelf::book::Languages;
use shelf::doctor::Finding;

use super::language::resolve_languages;
use super::{debian_package, installed_languages, requested_languages};

shelf::doctor_check!(check_installation);
shelf::language_check!(check_language);

/// What `shelf doctor` reports about `ocr`: the engine and its languages.
fn check_installation() -> Vec<Finding> {
    vec![check_engine(), check_installed_languages()]
}

#[cfg(feature = "tesseract")]
fn check_engine() -> Finding {
    Finding::good("tesseract", super::tesseract_version())
}

#[cfg(not(feature = "tesseract"))]
fn check_engine() -> Finding {
    Finding::missing("tesseract", "not in this build", super::without_tesseract::HINT)
}

fn check_installed_languages() -> Finding {
    let languages = installed_languages();
    let found = if languages.is_empty() { "none".to_owned() } else { languages.join(", ") };
    if languages.iter().any(|code| code == "eng") {
        Finding::good("languages", found)
    } else {
        let install = format!("apt-get install {}", debian_package("eng"));
        Finding::missing("languages", format!("{found}; not `eng`, the default"), install)
    }
}

/// Whether a language's data is installed. Tesseract is not started for this: it would print its own errors to the terminal.
fn check_language(tag: &str) -> Vec<Finding> {
    let codes = requested_languages(None, &Languages(vec![tag.to_owned()]))
        .and_then(|requested| resolve_languages(&installed_languages(), &requested, |_| false));
    vec![match codes {
        Ok(codes) => Finding::good("ocr", codes),
        Err(error) => Finding::missing("ocr", error.to_string(), error.hint().unwrap_or_default()),
    }]
}

#[cfg(test)]
mod tests {
    use super::check_language;

    #[test]
    fn missing_language_is_reported_with_its_package() {
        assert_eq!(check_language("en")[0].mend, None);
        let missing = &check_language("tlh")[0];
        assert!(missing.found.contains("`tlh`") && missing.mend.is_some(), "{missing:?}");
    }
}

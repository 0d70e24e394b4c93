use shelf::book::Languages;
use shelf::doctor::Finding;

use super::language::language_among;
use super::{debian_package, installed_languages, tesseract_version, wanted_languages};

shelf::doctor_check!(checkup);
shelf::language_check!(check_language);

/// What `shelf doctor` looks for on behalf of `ocr`.
fn checkup() -> Vec<Finding> {
    let languages = installed_languages();
    let mend = |code: &str| format!("apt-get install {}", debian_package(code));
    let found = if languages.is_empty() { "none".to_owned() } else { languages.join(", ") };
    let languages = if languages.iter().any(|code| code == "eng") {
        Finding::good("languages", found)
    } else {
        Finding::missing("languages", format!("{found}; not `eng`, the default"), mend("eng"))
    };
    vec![Finding::good("tesseract", tesseract_version()), languages]
}

/// Whether there is data for a language. Tesseract is not started for it: it would complain to the terminal itself.
fn check_language(tag: &str) -> Vec<Finding> {
    let codes = wanted_languages(None, &Languages(vec![tag.to_owned()]))
        .and_then(|wanted| language_among(&installed_languages(), &wanted, |_| false));
    vec![match codes {
        Ok(codes) => Finding::good("ocr", codes),
        Err(error) => Finding::missing("ocr", error.to_string(), error.hint().unwrap_or_default()),
    }]
}

#[cfg(test)]
mod tests {
    use super::check_language;

    #[test]
    fn a_language_without_data_is_missing_with_its_package() {
        assert_eq!(check_language("en")[0].mend, None);
        let missing = &check_language("tlh")[0];
        assert!(missing.found.contains("`tlh`") && missing.mend.is_some(), "{missing:?}");
    }
}

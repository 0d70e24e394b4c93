use shelf::book::Languages;
use shelf::doctor::Finding;
use shelf::preflight::Prospect;

use super::language::resolve_languages;
use super::{debian_package, installed_languages, requested_languages};

shelf::doctor_check!(check_installation);
shelf::language_check!(check_language);
shelf::preflight!("ocr", check_run);

/// Checks Tesseract and its languages, for `shelf doctor`.
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

/// Whether the languages that a run reads are installed. Tesseract itself is asked only where its data may be in an unusual place, since it
/// prints its own errors to the terminal.
#[cfg(feature = "tesseract")]
fn check_run(run: &Prospect<'_>) -> Vec<Finding> {
    let installed = installed_languages();
    let may_be_elsewhere = installed.is_empty() || std::env::var_os("TESSDATA_PREFIX").is_some();
    let elsewhere: fn(&str) -> bool = if may_be_elsewhere { super::recognition::can_start } else { |_| false };
    let codes = requested_languages(run.option("lang"), run.languages())
        .and_then(|requested| resolve_languages(&installed, &requested, elsewhere));
    vec![match codes {
        Ok(codes) => Finding::good("ocr", codes),
        Err(error) => Finding::missing("ocr", error.to_string(), error.hint().unwrap_or_default()),
    }]
}

/// Its pages fail with a hint.
#[cfg(not(feature = "tesseract"))]
fn check_run(_: &Prospect<'_>) -> Vec<Finding> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::check_language;

    #[test]
    fn missing_language_is_reported_with_its_package() {
        assert_eq!(check_language("en")[0].hint, None);
        let missing = &check_language("tlh")[0];
        assert!(missing.found.contains("`tlh`") && missing.hint.is_some(), "{missing:?}");
    }
}

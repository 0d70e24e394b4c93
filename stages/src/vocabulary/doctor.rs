use shelf::doctor::Finding;

use super::dictionary::has_dictionary;
use super::{DictionaryError, debian_package, installed_dictionaries};

shelf::doctor_check!(check_installation);
shelf::language_check!(check_language);

/// Checks the dictionaries that `vocabulary` and `corrected` need, for `shelf doctor`.
fn check_installation() -> Vec<Finding> {
    let names = match installed_dictionaries() {
        Ok(names) => names,
        Err(error) => return vec![unreadable("dictionaries", &error)],
    };
    let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let english = names.iter().any(|name| name.split('_').next() == Some("en"));
    vec![if english {
        Finding::good("dictionaries", found)
    } else {
        let hint = format!("apt-get install {}", debian_package("en"));
        Finding::missing("dictionaries", format!("{found}; not `en`, the default"), hint)
    }]
}

/// Whether there is a dictionary for a language; without one, misread letters are not corrected.
fn check_language(tag: &str) -> Vec<Finding> {
    vec![match has_dictionary(tag) {
        Ok(true) => Finding::good("dictionary", tag),
        Ok(false) => {
            let found = format!("none for `{tag}`: `corrected` will not correct misread letters");
            let install = format!("install one if available (Debian: `apt install {}`)", debian_package(tag));
            Finding::missing("dictionary", found, install)
        }
        Err(error) => unreadable("dictionary", &error),
    }]
}

fn unreadable(what: &'static str, error: &DictionaryError) -> Finding {
    Finding::missing(what, error.to_string(), error.hint().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::check_language;

    #[test]
    fn missing_dictionary_is_reported_with_its_package() {
        assert_eq!(check_language("en")[0].hint, None);
        let missing = &check_language("tlh")[0];
        assert!(missing.hint.as_deref().unwrap_or_default().contains("hunspell-tlh"), "{missing:?}");
    }
}

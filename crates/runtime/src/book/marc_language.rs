/// Languages as BCP 47 and as MARC have them (ISO 639-2, bibliographic), where they differ by more than a letter.
const CODES: [(&str, &str); 34] = [
    ("ar", "ara"),
    ("bg", "bul"),
    ("ca", "cat"),
    ("cs", "cze"),
    ("cy", "wel"),
    ("da", "dan"),
    ("de", "ger"),
    ("el", "gre"),
    ("en", "eng"),
    ("es", "spa"),
    ("eu", "baq"),
    ("fi", "fin"),
    ("fr", "fre"),
    ("ga", "gle"),
    ("he", "heb"),
    ("hr", "hrv"),
    ("hu", "hun"),
    ("is", "ice"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("la", "lat"),
    ("nl", "dut"),
    ("no", "nor"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ro", "rum"),
    ("ru", "rus"),
    ("sk", "slo"),
    ("sl", "slv"),
    ("sv", "swe"),
    ("tr", "tur"),
    ("uk", "ukr"),
    ("yi", "yid"),
    ("zh", "chi"),
];

/// The MARC code of a BCP 47 tag; `und` where it is not known.
#[must_use]
pub fn marc_language(tag: &str) -> &str {
    let language = tag.split('-').next().unwrap_or_default();
    match CODES.iter().find(|(bcp47, _)| *bcp47 == language) {
        Some((_, marc)) => marc,
        None if language.len() == 3 => language,
        None => "und",
    }
}

/// The BCP 47 tag of a MARC code, such as `eng` or `grc`; `None` if it is not a code or means no language.
#[must_use]
pub fn language_of_marc(code: &str) -> Option<&str> {
    match CODES.iter().find(|(_, marc)| *marc == code) {
        Some((bcp47, _)) => Some(bcp47),
        None => (code.len() == 3
            && code.bytes().all(|byte| byte.is_ascii_lowercase())
            && !["und", "mul", "zxx"].contains(&code))
        .then_some(code),
    }
}

#[cfg(test)]
mod tests {
    use super::{language_of_marc, marc_language};

    #[test]
    fn tags_become_codes_of_three_letters() {
        assert_eq!(["en", "de-Latf", "grc", "xx", "und"].map(marc_language), ["eng", "ger", "grc", "und", "und"]);
        assert_eq!(
            ["ger", "grc", "und", "   ", "en"].map(language_of_marc),
            [Some("de"), Some("grc"), None, None, None]
        );
    }
}

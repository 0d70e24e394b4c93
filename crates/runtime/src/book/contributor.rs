use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A person or an organisation with a part in a book, beside its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contributor {
    /// The name.
    pub name: String,
    /// The part.
    #[serde(default)]
    pub role: Role,
}

/// A role as a MARC relator code, such as `trl` for a translator: <https://www.loc.gov/marc/relators/>.
///
/// A file may have a code that is not among [`Role::ALL`]; it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Role(String);

/// Why a text is not a valid contributor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContributorError {
    /// It has no name.
    #[error("invalid contributor \"{0}\": expected a name and a role, such as `Anna Smith (translator)`")]
    Name(String),
    /// Its role is unknown.
    #[error("unknown role \"{found}\": expected a MARC relator term or code, such as {known}")]
    Role {
        /// The role.
        found: String,
        /// Known roles.
        known: String,
    },
}

impl Role {
    /// The roles that books have: code and term.
    pub const ALL: [(&str, &str); 32] = [
        ("ann", "annotator"),
        ("art", "artist"),
        ("aui", "author of introduction"),
        ("aut", "author"),
        ("bkd", "book designer"),
        ("bnd", "binder"),
        ("bsl", "bookseller"),
        ("cmp", "composer"),
        ("com", "compiler"),
        ("crr", "corrector"),
        ("ctb", "contributor"),
        ("ctg", "cartographer"),
        ("cwt", "commentator"),
        ("dte", "dedicatee"),
        ("edt", "editor"),
        ("egr", "engraver"),
        ("etr", "etcher"),
        ("fmo", "former owner"),
        ("ill", "illustrator"),
        ("lbt", "librettist"),
        ("ltg", "lithographer"),
        ("oth", "other"),
        ("pbd", "publishing director"),
        ("pbl", "publisher"),
        ("pfr", "proofreader"),
        ("pht", "photographer"),
        ("prt", "printer"),
        ("scr", "scribe"),
        ("trc", "transcriber"),
        ("trl", "translator"),
        ("wam", "writer of accompanying material"),
        ("wdc", "woodcutter"),
    ];

    /// The code, three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// The term; the code itself where it is unknown.
    #[must_use]
    pub fn term(&self) -> &str {
        Self::ALL.iter().find(|(code, _)| *code == self.0).map_or(&self.0, |(_, term)| term)
    }
}

/// Some part that is not known.
impl Default for Role {
    fn default() -> Self {
        Self("ctb".to_owned())
    }
}

impl FromStr for Role {
    type Err = ContributorError;

    /// Reads a code or a term, whatever its case.
    fn from_str(text: &str) -> Result<Self, ContributorError> {
        let wanted = text.trim().trim_end_matches('.').to_lowercase();
        if let Some((code, _)) = Self::ALL.iter().find(|(code, term)| *code == wanted || *term == wanted) {
            return Ok(Self((*code).to_owned()));
        }
        let common = Self::ALL.iter().filter(|(code, _)| ["edt", "trl", "ill", "aui", "egr", "prt"].contains(code));
        let known = common.map(|(code, term)| format!("{term} ({code})")).collect::<Vec<_>>().join(", ");
        Err(ContributorError::Role { found: text.trim().to_owned(), known })
    }
}

impl FromStr for Contributor {
    type Err = ContributorError;

    /// Reads `Anna Smith (translator)`; without a role, the part is not known.
    fn from_str(text: &str) -> Result<Self, ContributorError> {
        let text = text.trim();
        let (name, role) = match text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
            Some((name, role)) => (name.trim(), role.parse()?),
            None => (text, Role::default()),
        };
        let is_name = !name.is_empty() && !name.contains([';', '(', ')']) && !name.chars().any(char::is_control);
        if is_name { Ok(Self { name: name.to_owned(), role }) } else { Err(ContributorError::Name(text.to_owned())) }
    }
}

impl Display for Contributor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.role.term())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_a_term_or_a_code() {
        let role = |text: &str| text.parse::<Contributor>().map(|found| (found.name, found.role.code().to_owned()));
        let translator = Ok(("Anna Smith".to_owned(), "trl".to_owned()));
        assert_eq!(role("Anna Smith (translator)"), translator);
        assert_eq!(role(" Anna Smith (TRL) "), translator);
        assert_eq!(role("Smith, Anna"), Ok(("Smith, Anna".to_owned(), "ctb".to_owned())));
        let shown = |text: &str| text.parse::<Contributor>().unwrap().to_string();
        assert_eq!(shown("Anna Smith (author of introduction)"), "Anna Smith (author of introduction)");
    }

    #[test]
    fn errors_say_what_is_expected() {
        let error = |text: &str| text.parse::<Contributor>().unwrap_err().to_string();
        assert_eq!(
            error("Anna (hero)"),
            "unknown role \"hero\": expected a MARC relator term or code, such as author of introduction (aui), editor (edt), \
             engraver (egr), illustrator (ill), printer (prt), translator (trl)"
        );
        assert!(error("(translator)").starts_with("invalid contributor \"(translator)\": expected a name"));
        assert!(error("").contains("expected a name"));
    }

    #[test]
    fn codes_are_unique_and_sorted_and_others_are_kept() {
        assert!(Role::ALL.is_sorted_by(|one, next| one.0 < next.0));
        let kept: Contributor = serde_json::from_str(r#"{"name": "Anna", "role": "xyz"}"#).unwrap();
        assert_eq!((kept.role.code(), kept.role.term()), ("xyz", "xyz"));
        assert_eq!(serde_json::from_str::<Contributor>(r#"{"name": "Anna"}"#).unwrap().role, Role::default());
    }
}

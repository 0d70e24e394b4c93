use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use encoding_rs::Encoding;
use shelf::book::Languages;
use shelf::record::Hash;

use super::spelling::{old_verb_stems, singular};
use super::spelling_variants;
use crate::installed_file::hash_of_file;

/// The Hunspell dictionaries of some languages.
#[derive(Clone)]
pub struct Dictionary {
    books: Vec<Arc<spellbook::Dictionary>>,
}

/// A dictionary that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DictionaryError {
    /// No dictionary for the language.
    #[error("no dictionary for `{language}` is installed")]
    NotInstalled {
        /// The language, as the book names it.
        language: String,
    },
    /// A file cannot be read.
    #[error("the dictionary {} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file has an unknown encoding.
    #[error("the dictionary {} has an unknown encoding, `{encoding}`", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// What its `SET` line says.
        encoding: String,
    },
    /// The files are not a valid dictionary.
    #[error("the dictionary {} does not fit Hunspell's format: {problem}", path.display())]
    Parse {
        /// The file with the words.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// Folders of Hunspell's dictionaries, separated by `:`; Hunspell itself reads this variable too.
const FOLDERS_VARIABLE: &str = "DICPATH";
/// Where Debian and other systems keep Hunspell's dictionaries.
const FOLDERS: [&str; 4] =
    ["/usr/share/hunspell", "/usr/share/myspell/dicts", "/usr/local/share/hunspell", "/opt/homebrew/share/hunspell"];

/// The default language, as for `ocr`.
const ENGLISH: &str = "en";

impl Dictionary {
    /// The installed dictionaries of a book's languages. Each is loaded once per process, and again when its files change. A language other than
    /// the first that has none is left out: its words are then unknown, like names.
    ///
    /// # Errors
    /// The book's first language has no dictionary, or one cannot be read.
    pub fn of(languages: &Languages) -> Result<Self, DictionaryError> {
        Self::among(&installed(&folders())?, languages)
    }

    fn among(installed: &BTreeMap<String, PathBuf>, languages: &Languages) -> Result<Self, DictionaryError> {
        let first = languages.0.first().map_or(ENGLISH, String::as_str);
        let others = languages.0.iter().skip(1).map(String::as_str);
        let files = files_of(installed, first);
        if files.is_empty() {
            return Err(DictionaryError::NotInstalled { language: first.to_owned() });
        }
        let files = files.into_iter().chain(others.flat_map(|language| files_of(installed, language)));
        let books = files.map(load_once).collect::<Result<_, _>>()?;
        Ok(Self { books })
    }

    /// A dictionary from the text of a `.aff` and a `.dic` file.
    ///
    /// # Errors
    /// The texts do not fit Hunspell's format.
    pub fn parse(aff: &str, dic: &str) -> Result<Self, DictionaryError> {
        Ok(Self { books: vec![Arc::new(parse(Path::new("given as text"), aff, dic)?)] })
    }

    /// Whether `word` is in a dictionary, in this spelling and case (or capitalised at the start of a sentence, or in capitals).
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        self.books.iter().any(|book| book.check(word))
    }

    /// Whether `word` needs no correction: it is in a dictionary itself, in a historical or regional spelling, as an old form of a verb (`cometh`),
    /// without a possessive or the ending of a plural (`surmisings`), or as a compound of known words (`self-possession`).
    #[must_use]
    pub fn accepts(&self, word: &str) -> bool {
        let plain = word.replace('’', "'");
        let bare = plain.strip_suffix("'s").or_else(|| plain.strip_suffix("s'")).unwrap_or(&plain);
        let is_good = |part: &str| {
            self.knows(part)
                || part.to_lowercase() == part.to_uppercase()
                || spelling_variants(part).iter().any(|other| self.knows(other))
        };
        is_good(&plain)
            || is_good(bare)
            || old_verb_stems(bare).iter().any(|stem| self.knows(stem))
            || singular(bare).is_some_and(is_good)
            || (bare.contains('-') && bare.split('-').all(is_good))
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dictionary").field("books", &self.books.len()).finish()
    }
}

impl DictionaryError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotInstalled { language } => {
                Some(format!("install it (Debian: `apt install {}`)", debian_package(language)))
            }
            Self::Read { .. } => Some("make it readable, or remove it".to_owned()),
            Self::Encoding { .. } | Self::Parse { .. } => None,
        }
    }
}

/// The languages and countries whose dictionaries are installed in the usual places, such as `en_US`, in alphabetical order.
///
/// # Errors
/// One of these places cannot be read.
pub fn installed_dictionaries() -> Result<Vec<String>, DictionaryError> {
    Ok(installed(&folders())?.into_keys().collect())
}

/// The files of the installed dictionaries that [`Dictionary::of`] reads: those with the words and those with the rules.
pub(super) fn dictionary_files(languages: &Languages) -> Result<Vec<PathBuf>, DictionaryError> {
    let installed = installed(&folders())?;
    let tags = languages.0.iter().map(String::as_str).chain(languages.0.is_empty().then_some(ENGLISH));
    let words = tags.flat_map(|tag| files_of(&installed, tag));
    Ok(words.flat_map(|words| [words.with_extension("aff"), words.to_owned()]).collect())
}

/// Whether a dictionary for the language of a BCP 47 tag is installed.
pub(super) fn has_dictionary(tag: &str) -> Result<bool, DictionaryError> {
    Ok(!files_of(&installed(&folders())?, tag).is_empty())
}

/// The Debian package with the dictionary for a BCP 47 tag, such as `hunspell-de-de` for `de`.
#[must_use]
pub fn debian_package(tag: &str) -> String {
    let lower = tag.to_lowercase();
    let language = lower.split('-').next().unwrap_or_default();
    let country = lower.split('-').skip(1).find(|subtag| subtag.len() == 2);
    // Debian has a package per country for these only.
    match (language, country) {
        ("en", None) => "hunspell-en-us".to_owned(),
        ("de", None) => "hunspell-de-de".to_owned(),
        ("pt", None) => "hunspell-pt-pt".to_owned(),
        ("en" | "de" | "pt", Some(country)) => format!("hunspell-{language}-{country}"),
        _ => format!("hunspell-{language}"),
    }
}

/// Name (`en_US`) and `.dic` file of every dictionary that has its `.aff` file beside it; the first folder that has a name wins.
fn installed(folders: &[PathBuf]) -> Result<BTreeMap<String, PathBuf>, DictionaryError> {
    let mut found = BTreeMap::new();
    for folder in folders {
        for path in paths_in(folder).map_err(|source| DictionaryError::Read { path: folder.clone(), source })? {
            let is_dictionary = path.extension().is_some_and(|end| end == "dic") && path.with_extension("aff").exists();
            // Hyphenation patterns lie there under such names too.
            let name = path.file_stem().and_then(|name| name.to_str()).filter(|name| !name.starts_with("hyph_"));
            if let Some(name) = name.filter(|_| is_dictionary) {
                found.entry(name.to_owned()).or_insert(path);
            }
        }
    }
    Ok(found)
}

fn folders() -> Vec<PathBuf> {
    let named = std::env::var_os(FOLDERS_VARIABLE).unwrap_or_default();
    let named = std::env::split_paths(&named).filter(|folder| !folder.as_os_str().is_empty());
    named.chain(FOLDERS.map(PathBuf::from)).collect()
}

/// The files in a folder; none if it does not exist.
fn paths_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    match folder.read_dir() {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The files for a tag such as `de`, `de-Latf` or `de-AT`: those of its country where it names one that is there, else of all countries. English
/// books mix British and American spelling, so all English dictionaries count for any of them.
fn files_of<'a>(installed: &'a BTreeMap<String, PathBuf>, tag: &str) -> Vec<&'a Path> {
    let mut subtags = tag.split(['-', '_']);
    let language = subtags.next().unwrap_or_default().to_lowercase();
    let country = subtags.find(|subtag| subtag.len() == 2).map(str::to_uppercase);
    let of_language = |name: &str| name.split(['_', '-']).next() == Some(language.as_str());
    let of_country = |name: &str| name.split(['_', '-']).nth(1).map(str::to_uppercase) == country;
    let all = || installed.iter().filter(|(name, _)| of_language(name));
    let mut files: Vec<&Path> = all().filter(|(name, _)| of_country(name)).map(|(_, path)| path.as_path()).collect();
    if files.is_empty() || language == ENGLISH {
        files = all().map(|(_, path)| path.as_path()).collect();
    }
    // Several names are often one file.
    let mut seen = Vec::new();
    files.retain(|path| {
        let file = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let new = !seen.contains(&file);
        seen.push(file);
        new
    });
    files
}

/// Loading takes a tenth of a second, so a process does it once.
fn load_once(dic: &Path) -> Result<Arc<spellbook::Dictionary>, DictionaryError> {
    type Loaded = HashMap<PathBuf, (Hash, Arc<spellbook::Dictionary>)>;
    static LOADED: Mutex<Option<Loaded>> = Mutex::new(None);
    let hash = hash_of_file(dic).map_err(|source| DictionaryError::Read { path: dic.to_owned(), source })?;
    let mut loaded = LOADED.lock().expect("no panic while a dictionary is loaded");
    let loaded = loaded.get_or_insert_default();
    match loaded.get(dic) {
        Some((known, book)) if *known == hash => Ok(Arc::clone(book)),
        _ => {
            let (aff, words) = read(dic)?;
            let book = Arc::new(parse(dic, &aff, &words)?);
            loaded.insert(dic.to_owned(), (hash, Arc::clone(&book)));
            Ok(book)
        }
    }
}

/// The text of both files, whose encoding is in the `SET` line of the first.
fn read(dic: &Path) -> Result<(String, String), DictionaryError> {
    let bytes =
        |path: &Path| std::fs::read(path).map_err(|source| DictionaryError::Read { path: path.to_owned(), source });
    let aff_path = dic.with_extension("aff");
    let aff = bytes(&aff_path)?;
    let named = String::from_utf8_lossy(&aff).lines().find_map(|line| line.strip_prefix("SET ")).map_or_else(
        // Hunspell's default.
        || "ISO8859-1".to_owned(),
        |name| name.trim().to_owned(),
    );
    let label = named.strip_prefix("microsoft-").unwrap_or(&named);
    let encoding = Encoding::for_label(label.as_bytes())
        .ok_or_else(|| DictionaryError::Encoding { path: aff_path, encoding: named.clone() })?;
    let decode = |bytes: &[u8]| {
        let (text, _) = encoding.decode_with_bom_removal(bytes);
        text.into_owned()
    };
    Ok((decode(&aff), decode(&bytes(dic)?)))
}

fn parse(path: &Path, aff: &str, dic: &str) -> Result<spellbook::Dictionary, DictionaryError> {
    spellbook::Dictionary::new(aff, dic)
        .map_err(|error| DictionaryError::Parse { path: path.to_owned(), problem: error.to_string() })
}

#[cfg(test)]
impl Dictionary {
    /// A dictionary of just these words.
    pub(crate) fn of_words(words: &str) -> Self {
        let words: Vec<&str> = words.split_whitespace().collect();
        Self::parse("SET UTF-8\n", &format!("{}\n{}\n", words.len(), words.join("\n"))).expect("plain words")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_of(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        folder
    }

    fn languages(tags: &[&str]) -> Languages {
        Languages(tags.iter().map(|&tag| tag.to_owned()).collect())
    }

    #[test]
    fn accepts_inflected_and_capitalised_words() {
        let dictionary = Dictionary::parse("SET UTF-8\nSFX S Y 1\nSFX S 0 s .\n", "3\nship/S\nFlorida\nthe\n").unwrap();
        for (word, known) in [
            ("ship", true),
            ("ships", true),
            ("Ships", true),
            ("THE", true),
            ("Florida", true),
            ("florida", false),
            ("shlp", false),
        ] {
            assert_eq!(dictionary.knows(word), known, "{word}");
        }
    }

    #[test]
    fn other_spellings_possessives_and_compounds_are_accepted() {
        let dictionary = Dictionary::of_words(
            "connection honor self possession gold seeker come look know surmising appall will glass",
        );
        for (word, accepted) in [
            ("connexion", true),
            ("honour’s", true),
            ("self-possession", true),
            ("gold-seeker's", true),
            ("self-posscssion", false),
            ("conncction", false),
            ("1540", true),
            ("cometh", true),
            ("knowest", true),
            ("look’d", true),
            ("comqth", false),
            ("surmisings", true),
            ("gol", false),
            ("golds", false),
            ("appal", true),
            ("wil", false),
        ] {
            assert_eq!(dictionary.accepts(word), accepted, "{word}");
        }
    }

    #[test]
    fn files_are_found_by_the_tag_of_the_language() {
        let folder = folder_of(&[
            ("en_US.aff", b""),
            ("en_US.dic", b""),
            ("en_GB.aff", b""),
            ("en_GB.dic", b""),
            ("fr.aff", b""),
            ("fr.dic", b""),
            ("hyph_de_DE.dic", b""),
            ("hyph_de_DE.aff", b""),
            ("nl.dic", b""),
        ]);
        let missing = folder.path().join("nowhere");
        let found = installed(&[missing, folder.path().to_owned()]).unwrap();
        let names = |tag: &str| -> Vec<&str> {
            files_of(&found, tag).into_iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect()
        };
        assert_eq!(names("en"), ["en_GB", "en_US"]);
        assert_eq!(names("en-US"), ["en_GB", "en_US"]);
        assert_eq!(names("en-IE"), ["en_GB", "en_US"]);
        assert_eq!(names("fr-FR"), ["fr"]);
        for tag in ["de", "nl", "e", ""] {
            assert_eq!(names(tag), [""; 0], "{tag}");
        }
    }

    #[test]
    fn a_dictionary_in_another_encoding_is_read() {
        let folder = folder_of(&[("de_DE.aff", b"SET ISO8859-1\n"), ("de_DE.dic", b"1\ngro\xdf\n")]);
        let found = installed(&[folder.path().to_owned()]).unwrap();
        assert!(Dictionary::among(&found, &languages(&["de"])).unwrap().knows("gro\u{df}"));
    }

    #[test]
    fn only_the_first_language_needs_a_dictionary() {
        let folder = folder_of(&[("fr.aff", b"SET UTF-8\n"), ("fr.dic", b"1\nmaison\n")]);
        let found = installed(&[folder.path().to_owned()]).unwrap();
        assert!(Dictionary::among(&found, &languages(&["fr", "la"])).unwrap().knows("maison"));
        let error = Dictionary::among(&found, &languages(&["de-AT", "fr"])).unwrap_err();
        assert_eq!(error.to_string(), "no dictionary for `de-AT` is installed");
        assert_eq!(error.hint().unwrap(), "install it (Debian: `apt install hunspell-de-at`)");
        let error = Dictionary::among(&found, &Languages::default()).unwrap_err();
        assert_eq!(error.hint().unwrap(), "install it (Debian: `apt install hunspell-en-us`)");
    }

    #[test]
    fn a_dictionary_that_cannot_be_read_is_an_error() {
        let folder = folder_of(&[("xx.aff", b"SET UTF-8\n"), ("file", b"")]);
        // A folder cannot be read as a file, nor a file as a folder, even by root.
        std::fs::create_dir(folder.path().join("xx.dic")).unwrap();
        let found = installed(&[folder.path().to_owned()]).unwrap();
        let error = Dictionary::among(&found, &languages(&["xx"])).unwrap_err();
        assert!(matches!(error, DictionaryError::Read { .. }), "{error}");
        let error = installed(&[folder.path().join("file")]).unwrap_err();
        assert!(matches!(error, DictionaryError::Read { .. }), "{error}");
    }

    #[test]
    fn error_names_an_invalid_dictionary() {
        let folder = folder_of(&[
            ("xx.aff", b"SET UTF-8\nSFX S Y lots\n"),
            ("xx.dic", b"1\nword\n"),
            ("yy.aff", b"SET VOLAPUK-8\n"),
            ("yy.dic", b"1\nword\n"),
        ]);
        let found = installed(&[folder.path().to_owned()]).unwrap();
        let problem = |tag| Dictionary::among(&found, &languages(&[tag])).unwrap_err().to_string();
        assert!(problem("xx").contains("xx.dic does not fit Hunspell's format: "), "{}", problem("xx"));
        assert!(problem("yy").ends_with("yy.aff has an unknown encoding, `VOLAPUK-8`"));
    }
}

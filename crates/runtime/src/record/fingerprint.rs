use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Hash, Shape};

/// Everything that determines a page's output. A page whose fingerprint differs from the current one is stale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// `version` of the stage.
    pub version: u32,
    /// Shape of the output's schema.
    pub schema: Shape,
    /// Hash of the prompt: the stage's, or the book's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<Hash>,
    /// Whether the prompt is the book's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_prompt: bool,
    /// The model that the stage names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether nobody has chosen the model: then a page that another model made is not stale. Not stored.
    #[serde(skip)]
    pub is_default_model: bool,
    /// The stage's options.
    #[serde(default)]
    pub options: Map<String, Value>,
    /// The options that were not at their defaults. Not recorded by release 0.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Vec<String>>,
    /// Hashes of the inputs.
    pub inputs: BTreeMap<Input, Hash>,
}

/// An input of a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Input {
    /// The page's scan.
    Scan,
    /// The book's languages.
    Languages,
    /// The book's metadata.
    Metadata,
    /// A page of another stage.
    Page {
        /// The stage.
        stage: String,
        /// The page.
        page: u32,
    },
    /// The output of a book stage.
    Book {
        /// The stage.
        stage: String,
    },
    /// A resource of the stage.
    Resource {
        /// Its type, without modules.
        name: String,
    },
    /// The part of a book stage's output for one page.
    Part {
        /// The stage.
        stage: String,
        /// The page.
        page: u32,
    },
    /// Files that are kept for a page; not an input where there are none.
    Kept {
        /// The folder.
        folder: String,
        /// The page.
        page: u32,
    },
    /// The text that came with the page's scan; not an input where there is none, or where it is not read.
    ExistingText,
}

/// One reason why a page is stale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The stage's version.
    Version(u32, u32),
    /// The output type.
    Schema,
    /// The prompt that the stage names.
    Prompt,
    /// The book's own prompt.
    OwnPrompt,
    /// The model that the stage names, before and now.
    Model(Option<String>, Option<String>),
    /// An option's value.
    Option(String, Value, Value),
    /// The default of an option that is not set.
    Default(String, Value, Value),
    /// An input that has changed.
    Input(Input),
    /// A new input.
    NewInput(Input),
    /// An input that is gone.
    LostInput(Input),
    /// An input of a kind that the stage no longer reads.
    Unread(Input),
}

impl Fingerprint {
    /// The changes since an older fingerprint. An option that did not exist then counts as its default, and an input of a kind that the
    /// stage did not read then as unchanged.
    #[must_use]
    pub fn changes_since(&self, old: &Self, defaults: &Map<String, Value>) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.version != old.version {
            changes.push(Change::Version(old.version, self.version));
        }
        if self.schema.differs_from(&old.schema) {
            changes.push(Change::Schema);
        }
        if self.prompt != old.prompt {
            changes.push(if self.own_prompt || old.own_prompt { Change::OwnPrompt } else { Change::Prompt });
        }
        if self.model != old.model && !self.is_default_model {
            changes.push(Change::Model(old.model.clone(), self.model.clone()));
        }
        for (name, value) in &self.options {
            let before = old.options.get(name).or_else(|| defaults.get(name)).unwrap_or(&Value::Null);
            let was_set = old.set.as_ref().is_some_and(|set| set.contains(name));
            let change = if was_set || defaults.get(name) != Some(value) { Change::Option } else { Change::Default };
            if before != value {
                changes.push(change(name.clone(), before.clone(), value.clone()));
            }
        }
        for (input, hash) in &self.inputs {
            match old.inputs.get(input) {
                None if old.reads_like(input) => changes.push(Change::NewInput(input.clone())),
                Some(before) if before != hash => changes.push(Change::Input(input.clone())),
                None | Some(_) => {}
            }
        }
        let is_lost = |input: &&Input| !self.inputs.contains_key(input) && !input.is_always_there();
        for input in old.inputs.keys().filter(is_lost) {
            let change = if self.reads_like(input) { Change::LostInput } else { Change::Unread };
            changes.push(change(input.clone()));
        }
        changes
    }

    /// Whether one of the inputs is of the same kind. Kept files are always read; where a page has none, they are missing here.
    pub(crate) fn reads_like(&self, input: &Input) -> bool {
        matches!(input, Input::Kept { .. }) || self.inputs.keys().any(|other| other.is_like(input))
    }
}

impl Input {
    /// Whether every book has it: if it is missing from a fingerprint, the stage no longer takes it, and says with a new version if its pages differ.
    fn is_always_there(&self) -> bool {
        matches!(self, Self::Languages | Self::Metadata)
    }

    /// Whether both are pages, parts or the whole output of the same stage, or are equal.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Page { stage, .. }, Self::Page { stage: other, .. })
            | (Self::Part { stage, .. }, Self::Part { stage: other, .. }) => stage == other,
            (one, other) => one == other,
        }
    }
}

impl Change {
    /// Whether it was caused by a release or the stage's author, not by the user or the book.
    #[must_use]
    pub fn is_of_release(&self) -> bool {
        matches!(self, Self::Version(..) | Self::Schema | Self::Prompt | Self::Default(..) | Self::Unread(_))
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scan => f.write_str("the scan"),
            Self::ExistingText => f.write_str("the text that came with the scan"),
            Self::Languages => f.write_str("the book's languages"),
            Self::Metadata => f.write_str("the book's metadata"),
            Self::Page { stage, page } => write!(f, "{stage} page {page}"),
            Self::Book { stage } => f.write_str(stage),
            Self::Resource { name } => write!(f, "the resource {name}"),
            Self::Part { stage, page } => write!(f, "the part of {stage} for page {page}"),
            Self::Kept { folder, page } => write!(f, "{folder} of page {page}"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(from, to) => write!(f, "version {from} → {to}"),
            Self::Schema => f.write_str("the output type changed"),
            Self::Prompt | Self::OwnPrompt => f.write_str("the prompt changed"),
            Self::Model(from, to) => {
                let named = |model: &Option<String>| model.clone().unwrap_or_else(|| "(none)".to_owned());
                write!(f, "model {} → {}", named(from), named(to))
            }
            Self::Option(name, from, to) => write!(f, "{name} {} → {}", plain(from), plain(to)),
            Self::Default(name, from, to) => write!(f, "default of {name} {} → {}", plain(from), plain(to)),
            Self::Input(input) => write!(f, "{input} changed"),
            Self::NewInput(input @ Input::Kept { .. }) => write!(f, "{input} are new"),
            Self::LostInput(input @ Input::Kept { .. }) => write!(f, "{input} were removed"),
            Self::NewInput(input) => write!(f, "{input} is new"),
            Self::LostInput(input) | Self::Unread(input) => write!(f, "{input} is no longer read"),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "(default)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl From<Input> for String {
    fn from(input: Input) -> Self {
        match input {
            Input::Scan => "scan".to_owned(),
            Input::ExistingText => "existing_text".to_owned(),
            Input::Languages => "languages".to_owned(),
            Input::Metadata => "metadata".to_owned(),
            Input::Page { stage, page } => format!("{stage}/{page}"),
            Input::Book { stage } => format!("{stage}/book"),
            Input::Resource { name } => format!("resource:{name}"),
            Input::Part { stage, page } => format!("{stage}/book/{page}"),
            Input::Kept { folder, page } => format!("kept:{folder}/{page}"),
        }
    }
}

impl TryFrom<String> for Input {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = |page: &str| page.parse::<u32>();
        match (text.as_str(), text.split_once('/')) {
            ("scan", _) => Ok(Self::Scan),
            ("existing_text", _) => Ok(Self::ExistingText),
            ("languages", _) => Ok(Self::Languages),
            ("metadata", _) => Ok(Self::Metadata),
            (text, _) if let Some(name) = text.strip_prefix("resource:") => {
                Ok(Self::Resource { name: name.to_owned() })
            }
            (text, Some((_, page)))
                if let Some((folder, _)) = text.strip_prefix("kept:").and_then(|kept| kept.split_once('/'))
                    && let Ok(page) = number(page) =>
            {
                Ok(Self::Kept { folder: folder.to_owned(), page })
            }
            (_, Some((stage, "book"))) => Ok(Self::Book { stage: stage.to_owned() }),
            (_, Some((stage, page))) if let Ok(page) = number(page) => Ok(Self::Page { stage: stage.to_owned(), page }),
            (_, Some((stage, part))) if let Some(Ok(page)) = part.strip_prefix("book/").map(number) => {
                Ok(Self::Part { stage: stage.to_owned(), page })
            }
            _ => Err(format!("`{text}` is not an input of a page")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fingerprint() -> Fingerprint {
        Fingerprint {
            version: 1,
            schema: Shape::of(&schemars::schema_for!(String)),
            prompt: None,
            own_prompt: false,
            model: Some("small".to_owned()),
            is_default_model: false,
            options: json!({"lang": "eng"}).as_object().unwrap().clone(),
            set: Some(vec!["lang".to_owned()]),
            inputs: BTreeMap::from([
                (Input::Scan, Hash::of(b"scan")),
                (Input::Page { stage: "ocr".to_owned(), page: 12 }, Hash::of(b"ocr 12")),
                (Input::Part { stage: "pagination".to_owned(), page: 12 }, Hash::of(b"folio 3")),
            ]),
        }
    }

    fn reasons(now: &Fingerprint, then: &Fingerprint) -> Vec<String> {
        let defaults = json!({"lang": null, "psm": 3}).as_object().unwrap().clone();
        now.changes_since(then, &defaults).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_change_has_a_readable_reason() {
        let old = fingerprint();
        let mut new = fingerprint();
        assert!(reasons(&new, &old).is_empty());
        new.version = 2;
        new.prompt = Some(Hash::of(b"Read the page."));
        new.model = Some("large".to_owned());
        new.options.insert("lang".to_owned(), json!("deu"));
        new.inputs.insert(Input::Page { stage: "ocr".to_owned(), page: 12 }, Hash::of(b"other"));
        new.inputs.insert(Input::Page { stage: "ocr".to_owned(), page: 13 }, Hash::of(b"ocr 13"));
        new.inputs.insert(Input::Part { stage: "pagination".to_owned(), page: 12 }, Hash::of(b"folio 4"));
        new.inputs.remove(&Input::Scan);
        assert_eq!(
            reasons(&new, &old),
            [
                "version 1 → 2",
                "the prompt changed",
                "model small → large",
                "lang eng → deu",
                "ocr page 12 changed",
                "ocr page 13 is new",
                "the part of pagination for page 12 changed",
                "the scan is no longer read"
            ]
        );
    }

    #[test]
    fn a_model_that_nobody_chose_makes_nothing_stale() {
        let now = Fingerprint { model: Some("large".to_owned()), is_default_model: true, ..fingerprint() };
        assert!(reasons(&now, &fingerprint()).is_empty());
        let chosen = Fingerprint { is_default_model: false, ..now };
        assert_eq!(reasons(&chosen, &fingerprint()), ["model small → large"]);
    }

    #[test]
    fn a_new_option_at_its_default_makes_nothing_stale() {
        let mut new = fingerprint();
        new.options.insert("psm".to_owned(), json!(3));
        assert!(reasons(&new, &fingerprint()).is_empty());
        new.options.insert("psm".to_owned(), json!(6));
        assert_eq!(reasons(&new, &fingerprint()), ["psm 3 → 6"]);
    }

    #[test]
    fn an_input_of_a_kind_that_an_older_record_lacks_counts_as_unchanged() {
        let mut new = fingerprint();
        new.inputs.insert(Input::Book { stage: "toc".to_owned() }, Hash::of(b"toc"));
        new.inputs.insert(Input::Metadata, Hash::of(b"metadata"));
        new.inputs.insert(Input::Part { stage: "vocabulary".to_owned(), page: 12 }, Hash::of(b"words"));
        assert!(reasons(&new, &fingerprint()).is_empty());
        assert!(!fingerprint().changes_since(&new, &Map::new()).is_empty());
    }

    #[test]
    fn an_input_of_every_book_that_the_stage_no_longer_takes_makes_nothing_stale() {
        let mut old = fingerprint();
        old.inputs.insert(Input::Languages, Hash::of(b"en"));
        assert!(reasons(&fingerprint(), &old).is_empty());
    }

    #[test]
    fn kept_files_make_a_page_stale_when_they_come_and_go() {
        let edits = |page| Input::Kept { folder: "edits".to_owned(), page };
        let mut edited = fingerprint();
        edited.inputs.insert(edits(12), Hash::of(b"first"));
        assert_eq!(reasons(&edited, &fingerprint()), ["edits of page 12 are new"]);
        assert_eq!(reasons(&fingerprint(), &edited), ["edits of page 12 were removed"]);
        let mut again = edited.clone();
        again.inputs.insert(edits(12), Hash::of(b"second"));
        assert_eq!(reasons(&again, &edited), ["edits of page 12 changed"]);
        let of_user = |changes: Vec<Change>| changes.iter().all(|change| !change.is_of_release());
        assert!(of_user(edited.changes_since(&fingerprint(), &Map::new())));
        assert!(of_user(fingerprint().changes_since(&edited, &Map::new())));
        let text = serde_json::to_string(&edited).unwrap();
        assert_eq!(serde_json::from_str::<Fingerprint>(&text).unwrap(), edited);
    }

    #[test]
    fn distinguishes_changes_of_a_release_from_those_of_a_user() {
        let of_release = |new: &Fingerprint, old: &Fingerprint| -> Vec<bool> {
            let defaults = json!({"lang": "eng"}).as_object().unwrap().clone();
            new.changes_since(old, &defaults).iter().map(Change::is_of_release).collect()
        };
        let (old, prompt) = (fingerprint(), Some(Hash::of(b"Read the page.")));
        assert_eq!(
            of_release(&Fingerprint { version: 2, prompt: prompt.clone(), ..fingerprint() }, &old),
            [true, true]
        );
        assert_eq!(of_release(&Fingerprint { prompt, own_prompt: true, ..fingerprint() }, &old), [false]);
        assert_eq!(of_release(&Fingerprint { model: None, ..fingerprint() }, &old), [false]);
        let mut other = fingerprint();
        other.inputs.insert(Input::Scan, Hash::of(b"another scan"));
        assert_eq!(of_release(&other, &old), [false]);
        // `lang` is now at its default, `eng`; it was `deu` once, by default or because somebody set it.
        let deu = json!({"lang": "deu"}).as_object().unwrap().clone();
        let by_default = Fingerprint { options: deu.clone(), set: Some(Vec::new()), ..fingerprint() };
        let by_user = Fingerprint { options: deu.clone(), ..fingerprint() };
        assert_eq!(of_release(&old, &by_default), [true]);
        assert_eq!(of_release(&old, &by_user), [false]);
        assert_eq!(of_release(&Fingerprint { options: deu, ..fingerprint() }, &old), [false]);
    }

    #[test]
    fn it_survives_the_file() {
        let text = serde_json::to_string(&fingerprint()).unwrap();
        assert_eq!(serde_json::from_str::<Fingerprint>(&text).unwrap(), fingerprint());
    }
}

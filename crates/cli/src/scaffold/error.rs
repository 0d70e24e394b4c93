use std::io;
use std::path::{Path, PathBuf};

use shelf_runtime::stage::StageNameError;

/// Why no stage was written. No files are left behind.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// An invalid or reserved name.
    #[error(transparent)]
    Name(#[from] StageNameError),
    /// A word that cannot be the name of a function, or would shadow something that every stage uses.
    #[error("`{name}` cannot be a stage's name: {why}")]
    Word {
        /// The name.
        name: String,
        /// Its other meaning.
        why: &'static str,
    },
    /// The stage exists already.
    #[error("stage `{name}` exists already, in {site}")]
    Taken {
        /// The name.
        name: String,
        /// File and line.
        site: String,
    },
    /// An unknown dependency.
    #[error("unknown stage `{0}` in the dependencies")]
    NoStage(String),
    /// A dependency that is listed twice.
    #[error("`{0}` is listed twice in the dependencies")]
    Twice(String),
    /// A folder that cannot hold a stage's file.
    #[error("{} is neither in a checkout of shelf nor in a crate whose `src/main.rs` calls `shelf::main()`", .0.display())]
    NoHome(PathBuf),
    /// A file that would be overwritten.
    #[error("{} exists already", .0.display())]
    There(PathBuf),
    /// The module is declared already.
    #[error("{} has a module `{name}` already", file.display())]
    Module {
        /// The module.
        name: String,
        /// The file.
        file: PathBuf,
    },
    /// A folder whose name is not a valid crate name.
    #[error(
        "`{0}` cannot be the name of a crate: expected a letter, then letters, digits, `-` and `_`, and no reserved word"
    )]
    Crate(String),
    /// A folder that is not a checkout.
    #[error("{} is not a checkout of shelf: {missing} is missing", folder.display())]
    NoCheckout {
        /// The folder.
        folder: PathBuf,
        /// The missing file.
        missing: &'static str,
    },
    /// A `Cargo.toml` that cannot be read.
    #[error("{} is not valid TOML", file.display())]
    Toml {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: toml::de::Error,
    },
    /// Reading or writing failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// `read`, `write`, …
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl ScaffoldError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Name(StageNameError::Shape(_)) => {
                "choose a name such as `word_count`: it is the stage's function, file and folder"
            }
            Self::Name(_) | Self::Word { .. } => "add a word to it: `word_count` in place of `count`",
            Self::Taken { .. } => "choose another name, or change that stage",
            Self::NoStage(_) => "`shelf stages` lists the stages",
            Self::Twice(_) => "name every stage once: `--deps ocr,labels`",
            Self::NoHome(_) => {
                "run it in a checkout of shelf, or make a crate of your own: `shelf new-stage --crate my-shelf word_count`"
            }
            Self::There(_) | Self::Module { .. } => "choose another name, or move the existing file away",
            Self::Crate(_) => "choose another folder name: `shelf new-stage --crate my-shelf word_count`",
            Self::NoCheckout { .. } => "name the folder that `git clone` made: `--path ../shelf`",
            Self::Toml { .. } => "correct the file first",
            Self::Io { .. } => "check that the folder exists and is writable",
        }
    }

    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}

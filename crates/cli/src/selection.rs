use super::error::Result;
use clap::Arg;
use clap::Command;
use clap::builder::PossibleValue;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use shelf_runtime::plan::Selector;
use shelf_runtime::plan::select;
use shelf_runtime::registry::Registry;
use std::ffi::OsStr;

/// Parses `ocr`, `+ocr`, `ocr+` or `+ocr+`, where `ocr` is a stage of this program.
#[derive(Debug, Clone)]
pub(super) struct SelectorParser {
    names: PossibleValuesParser,
    /// Whether `+ocr` is allowed.
    upstream: bool,
}

impl SelectorParser {
    /// For options that take a stage, optionally with the stages it is made from and those made from it.
    pub(super) fn new(names: &[&'static str]) -> Self {
        Self { names: PossibleValuesParser::new(names.to_vec()), upstream: true }
    }

    /// For options that take a stage, optionally with the stages made from it.
    pub(super) fn downstream_only(names: &[&'static str]) -> Self {
        Self { upstream: false, ..Self::new(names) }
    }
}

impl TypedValueParser for SelectorParser {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        let Some(text) = value.to_str() else { return self.names.parse_ref(command, arg, value) };
        let Ok(selector) = text.parse::<Selector>();
        if selector.upstream && !self.upstream {
            let message = format!(
                "`{text}`: only a stage (`{0}`), or a stage and all made from it (`{0}+`), can be named here\n",
                selector.stage
            );
            return Err(command.clone().error(clap::error::ErrorKind::ValueValidation, message));
        }
        self.names.parse_ref(command, arg, OsStr::new(&selector.stage))?;
        Ok(text.to_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        self.names.possible_values()
    }
}

/// The names of the stages that the user selects.
pub(super) fn selected(registry: &Registry, written: &[String]) -> Result<Vec<String>> {
    let selectors: Vec<Selector> = written.iter().filter_map(|text| text.parse().ok()).collect();
    Ok(select(registry, &selectors)?)
}

/// The hint to run a stage with all it is made from: `shelf process florida --stage +joined`.
pub(super) fn with_upstream(book: &impl std::fmt::Display, stage: &str) -> String {
    format!("`shelf process {book} --stage +{stage}` makes `{stage}` and all it is made from")
}

/// The hint for a page that was modified by hand.
pub(super) fn adopt_hint(book: &impl std::fmt::Display, page: shelf_runtime::book::PageNumber) -> String {
    format!("`shelf edit {book} --adopt {page}` keeps what was changed by hand; to discard it, delete the file")
}

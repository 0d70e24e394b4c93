use super::error::CliError;
use super::error::Result;
use super::llm_table::LlmTable;
use super::nearest::nearest;
use super::option_args::{argv, own};
use super::server_address::without_passwords;
use super::workers::Workers;
use shelf_runtime::registry::Entry;
use shelf_runtime::registry::Registry;
use shelf_runtime::store::FolderStore;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use toml::Table;
use toml::Value;

/// `shelf.toml` in the library's root: options of stages and settings of language models, used if neither the command line nor
/// the environment sets them.
///
/// ```toml
/// workers = "4,ocr=2"
///
/// [ocr]
/// lang = "deu"
///
/// [llm]
/// model = "google/gemini-3.5-flash-lite"
/// ```
#[derive(Debug, Default)]
pub(super) struct ConfigFile {
    /// The values of options, by stage and option.
    options: BTreeMap<(String, String), Vec<OsString>>,
    /// The settings of language models.
    pub(super) llm: LlmTable,
    /// How many pages to work on at a time.
    pub(super) workers: Workers,
}

impl ConfigFile {
    /// The file's name.
    pub(super) const NAME: &str = "shelf.toml";

    /// Reads and validates the file; empty if there is none.
    pub(super) fn read(library: &Path, registry: &Registry) -> Result<Self> {
        let path = FolderStore::at(library)?.beside_books(Self::NAME)?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, path, registry),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(CliError::refused(format!("cannot read {}: {error}", path.display()))),
        }
    }

    /// The values of a stage's option, if the file sets them.
    pub(super) fn get(&self, stage: &str, option: &str) -> Option<&[OsString]> {
        self.options.get(&(stage.to_owned(), option.to_owned())).map(Vec::as_slice)
    }

    fn parse(text: &str, path: PathBuf, registry: &Registry) -> Result<Self> {
        let reading = Reading { path, registry };
        let table: Table =
            text.parse().map_err(|error: toml::de::Error| reading.refuse(error.to_string().trim_end()))?;
        let (mut options, mut llm, mut workers) = (BTreeMap::new(), LlmTable::default(), Workers::default());
        for (stage, values) in &table {
            if stage == "llm" {
                llm = LlmTable::read(values.clone()).map_err(|problem| reading.refuse(problem))?;
                continue;
            }
            // A table of this name is a stage's.
            if stage == "workers" && !values.is_table() {
                workers = reading.workers(values)?;
                continue;
            }
            let entry = reading.stage(stage)?;
            let values = values
                .as_table()
                .ok_or_else(|| reading.refuse(format!("`{stage}` is a stage: write its options under `[{stage}]`")))?;
            for (option, value) in values {
                options.insert((stage.clone(), option.clone()), reading.option(entry, option, value)?);
            }
        }
        Ok(Self { options, llm, workers })
    }
}

/// A file that is being parsed.
struct Reading<'a> {
    path: PathBuf,
    registry: &'a Registry,
}

impl Reading<'_> {
    fn refuse(&self, problem: impl std::fmt::Display) -> CliError {
        let problem = without_passwords(&problem.to_string());
        CliError::refused(format!("{}: {problem}", self.path.display()))
            .hint("`shelf config` shows the options of all stages")
    }

    fn workers(&self, value: &Value) -> Result<Workers> {
        let written = match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let workers: Workers = written.parse().map_err(|problem| self.refuse(format!("`workers`: {problem}")))?;
        match workers.unknown_stage(self.registry) {
            Some(problem) => Err(self.refuse(format!("`workers`: {problem}"))),
            None => Ok(workers),
        }
    }

    fn stage(&self, name: &str) -> Result<&Entry> {
        let known = || self.registry.names();
        let unknown = || self.refuse(format!("unknown stage `{name}`{}", did_you_mean(name, known())));
        self.registry.get(name).map(AsRef::as_ref).ok_or_else(unknown)
    }

    fn option(&self, entry: &Entry, option: &str, value: &Value) -> Result<Vec<OsString>> {
        let stage = entry.row.name;
        let args = own(entry);
        let Some(arg) = args.iter().find(|arg| arg.get_id() == option) else {
            let known = args.iter().map(|arg| arg.get_id().as_str());
            let near = did_you_mean(option, known);
            return Err(self.refuse(format!("`[{stage}]` has no option `{option}`{near}")));
        };
        let values = words(value).ok_or_else(|| {
            self.refuse(format!("`[{stage}] {option}` is not a string, a number, `true`, `false` or a list of these"))
        })?;
        let written = argv(arg, values.iter().map(OsString::as_os_str));
        match (entry.row.options.command)().try_get_matches_from(written) {
            Ok(_) => Ok(values),
            Err(error) => {
                let message = error.to_string();
                let problem = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
                Err(self.refuse(format!("`[{stage}] {option} = {value}`: {problem}")))
            }
        }
    }
}

/// A value as on the command line.
fn words(value: &Value) -> Option<Vec<OsString>> {
    let word = |value: &Value| match value {
        Value::String(text) => Some(OsString::from(text)),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => Some(value.to_string().into()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    };
    match value {
        Value::Array(values) => values.iter().map(word).collect(),
        value => Some(vec![word(value)?]),
    }
}

/// `; did you mean `ocr`?`, or the list of candidates.
fn did_you_mean<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match nearest(written, known.iter().copied()) {
        Some(candidate) => format!("; did you mean `{candidate}`?"),
        None if known.is_empty() => "; it has none".to_owned(),
        None => {
            format!("; known: {}", known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf::prelude::*;
    use shelf_runtime::stage::Stage as _;

    /// Nothing.
    #[derive(Serialize, Deserialize, JsonSchema, Validate)]
    struct Empty {}

    /// What `quiet` is told.
    #[derive(clap::Args, Serialize)]
    struct QuietOptions {
        /// How loud.
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(..=9))]
        loudness: u8,
        /// At all.
        #[arg(long)]
        mute: bool,
    }

    /// Does nothing.
    #[stage(name = "quiet", options = QuietOptions)]
    fn quiet(_options: &QuietOptions) -> shelf::stage::Result<Empty> {
        Ok(Empty {})
    }

    fn parse(text: &str) -> std::result::Result<ConfigFile, String> {
        let registry = Registry::of([quiet::ROW]).expect("one stage is a table");
        ConfigFile::parse(text, "shelf.toml".into(), &registry).map_err(|error| error.render())
    }

    #[test]
    fn values_are_those_of_the_command_line() {
        let file = parse("[quiet]\nloudness = 5\nmute = true").unwrap();
        assert_eq!(file.get("quiet", "loudness"), Some(&[OsString::from("5")][..]));
        assert_eq!(file.get("quiet", "mute"), Some(&[OsString::from("true")][..]));
        assert_eq!(file.get("quiet", "other"), None);
    }

    #[test]
    fn errors_name_the_problem() {
        for (text, problem) in [
            ("[quit]", "unknown stage `quit`; did you mean `quiet`?"),
            ("[columns]", "unknown stage `columns`; known: `quiet`"),
            ("workers = 0", "`workers`: `0` is not a number of workers: expected 1 to 256, or STAGE=N"),
            ("workers = \"quit=2\"", "`workers`: unknown stage `quit`; did you mean `quiet`?"),
            ("quiet = 3", "`quiet` is a stage: write its options under `[quiet]`"),
            ("[quiet]\nloudnes = 3", "`[quiet]` has no option `loudnes`; did you mean `loudness`?"),
            ("[quiet]\nloudness = 10", "`[quiet] loudness = 10`: invalid value '10' for '--loudness"),
            ("[quiet]\nloudness = {}", "`[quiet] loudness` is not a string, a number,"),
            ("[quiet\n", "TOML parse error at line 1"),
        ] {
            let found = parse(text).unwrap_err();
            assert!(found.starts_with(&format!("error: shelf.toml: {problem}")), "{found}");
        }
    }
}

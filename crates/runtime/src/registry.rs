//! The table of stages: every `#[stage]` of every linked crate, checked once, dependencies first.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::__private::Registered;
use crate::page::Page;
use crate::record::PageType;
use crate::stage::{OptionChoices, Reach, Row};

pub use crate::stage::{StageName, StageNameError};

/// All stages of a program, dependencies before dependants.
pub struct Registry {
    stages: Vec<Arc<Entry>>,
}

/// A stage with data derived from its row.
pub struct Entry {
    /// The stage's row.
    pub row: &'static Row,
    /// Its output type.
    pub page_type: PageType,
    /// Its default options, by name.
    pub option_defaults: Map<String, Value>,
    /// Its options that choose how it works.
    pub(crate) option_choices: OptionChoices,
}

/// Why the stages of a program are invalid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// No stage is linked.
    #[error("no stage is registered")]
    Empty,
    /// Two stages have one name.
    #[error("two stages are named `{name}`: in {first} and in {second}")]
    Duplicate {
        /// The name.
        name: &'static str,
        /// File and line of one.
        first: String,
        /// File and line of the other.
        second: String,
    },
    /// An invalid name.
    #[error("in {site}: {source}")]
    Name {
        /// File and line.
        site: String,
        /// Why.
        #[source]
        source: StageNameError,
    },
    /// An output that is not a JSON object.
    #[error("the output of stage `{name}` ({site}) is not a JSON object, so its record cannot be stored in it")]
    Output {
        /// The stage.
        name: &'static str,
        /// File and line.
        site: String,
    },
    /// A dependency that is not in the table.
    #[error("stage `{name}` depends on `{dependency}`, which is not in this registry")]
    Dependency {
        /// The stage.
        name: &'static str,
        /// The missing one.
        dependency: &'static str,
    },
    /// Stages that depend on each other in a cycle, which the compiler did not find.
    #[error("stages depend on each other in a cycle: {}", cycle_in_words(.stages))]
    Cycle {
        /// Every stage of the cycle once, each with its file and line; each depends on the next, and the last on the first.
        stages: Vec<(&'static str, String)>,
    },
    /// A stage takes a `Part` of an output that has no parts.
    #[error(
        "stage `{name}` takes a `Part` of `{dependency}`, whose output has no field `pages` that maps page numbers to parts"
    )]
    Part {
        /// The stage.
        name: &'static str,
        /// The book stage.
        dependency: &'static str,
    },
    /// Two metrics or columns of one name.
    #[error("the metrics of stage `{name}` ({site}) have two columns `{column}`, or one whose name is reserved")]
    Column {
        /// The stage.
        name: &'static str,
        /// File and line.
        site: String,
        /// The name, or the title in the report.
        column: String,
    },
    /// An option without a default.
    #[error("stage `{name}` has an option that must always be given; every option needs a default")]
    Options {
        /// The stage.
        name: &'static str,
        /// clap's error.
        #[source]
        source: clap::Error,
    },
}

impl RegistryError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "an unused crate is not linked: write `use stages as _;` in `main.rs`",
            Self::Duplicate { .. } => "rename one of them: `#[stage(name = \"…\")]`",
            Self::Name { .. } => "choose another `name` in the attribute",
            Self::Output { .. } => "wrap the value in a struct with named fields",
            Self::Dependency { .. } => "add the stage that it depends on",
            Self::Cycle { .. } => "drop one of these dependencies from its `deps`",
            Self::Part { .. } => "name the map `pages` in the type that has `impl ByPage`",
            Self::Column { .. } => "rename a field or a title, or write `#[metrics(nested)]` in place of `flatten`",
            Self::Options { .. } => "make the field an `Option`, or give it `#[arg(default_value_t = …)]`",
        }
    }

    /// Whether both are one fault, found from different stages.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Cycle { stages }, Self::Cycle { stages: others }) => stages.iter().all(|one| others.contains(one)),
            _ => self.to_string() == other.to_string(),
        }
    }

    /// The message, and what to do.
    #[must_use]
    pub fn with_hint(&self) -> String {
        format!("{self}\nhint: {}", self.hint())
    }
}

impl Registry {
    /// The stages of all crates that are linked into this program.
    pub fn linked() -> Result<Self, RegistryError> {
        all_or_error(Self::linked_valid())
    }

    /// Those of the linked stages that fit together, and what is wrong with the others.
    #[must_use]
    pub fn linked_valid() -> (Self, Vec<RegistryError>) {
        Self::valid(inventory::iter::<Registered>().map(|registered| registered.0))
    }

    /// Only these stages, for tests and for programs that select stages.
    pub fn of(rows: impl IntoIterator<Item = &'static Row>) -> Result<Self, RegistryError> {
        all_or_error(Self::valid(rows))
    }

    /// Those of these stages that fit together, and what is wrong with the others. Of two stages of one name, the first is kept.
    fn valid(rows: impl IntoIterator<Item = &'static Row>) -> (Self, Vec<RegistryError>) {
        let mut faults = Vec::new();
        let mut by_name: BTreeMap<&str, &'static Row> = BTreeMap::new();
        for row in rows {
            if let Err(source) = row.name.parse::<StageName>() {
                faults.push(RegistryError::Name { site: site(row), source });
            } else if let Some(first) = by_name.get(row.name) {
                faults.push(RegistryError::Duplicate { name: row.name, first: site(first), second: site(row) });
            } else {
                by_name.insert(row.name, row);
            }
        }
        let mut stages = Vec::new();
        for row in by_name.values() {
            if let Err(fault) = place(row, &by_name, &mut Vec::new(), &mut stages)
                && !faults.iter().any(|known| known.is_same(&fault))
            {
                faults.push(fault);
            }
        }
        if stages.is_empty() && faults.is_empty() {
            faults.push(RegistryError::Empty);
        }
        (Self { stages }, faults)
    }

    /// The stages, dependencies before dependants.
    #[must_use]
    pub fn stages(&self) -> &[Arc<Entry>] {
        &self.stages
    }

    /// The stage of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Entry>> {
        self.stages.iter().find(|entry| entry.row.name == name)
    }

    /// The stages whose output is of this type, dependencies before dependants.
    pub fn making<T: Page>(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.stages.iter().filter(|entry| entry.row.output.is::<T>())
    }

    /// The names, dependencies before dependants.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.stages.iter().map(|entry| entry.row.name)
    }
}

fn all_or_error((registry, faults): (Registry, Vec<RegistryError>)) -> Result<Registry, RegistryError> {
    faults.into_iter().next().map_or(Ok(registry), Err)
}

impl Entry {
    fn new(row: &'static Row) -> Result<Self, RegistryError> {
        let schema = (row.output.schema)();
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return Err(RegistryError::Output { name: row.name, site: site(row) });
        }
        if let Some(column) = row.metrics.ambiguous() {
            return Err(RegistryError::Column { name: row.name, site: site(row), column });
        }
        let defaults = row.options.defaults().map_err(|source| RegistryError::Options { name: row.name, source })?;
        let option_defaults = defaults.json.as_object().cloned().unwrap_or_default();
        let option_choices = OptionChoices::of(&(row.options.command)());
        Ok(Self { row, page_type: PageType::of(&row.output), option_defaults, option_choices })
    }
}

/// Places a stage after its dependencies; `path` is how it was reached.
fn place(
    row: &'static Row,
    by_name: &BTreeMap<&str, &'static Row>,
    path: &mut Vec<&'static Row>,
    stages: &mut Vec<Arc<Entry>>,
) -> Result<(), RegistryError> {
    if stages.iter().any(|entry| entry.row.name == row.name) {
        return Ok(());
    }
    if let Some(begin) = path.iter().position(|on_path| on_path.name == row.name) {
        let stages = path[begin..].iter().map(|row| (row.name, site(row))).collect();
        return Err(RegistryError::Cycle { stages });
    }
    path.push(row);
    for dep in row.deps {
        let missing = RegistryError::Dependency { name: row.name, dependency: dep.row.name };
        place(by_name.get(dep.row.name).ok_or(missing)?, by_name, path, stages)?;
    }
    path.pop();
    if let Some(dep) = row.deps.iter().find(|dep| dep.reach == Reach::Part && !has_parts(&dep.row)) {
        return Err(RegistryError::Part { name: row.name, dependency: dep.row.name });
    }
    stages.push(Arc::new(Entry::new(row)?));
    Ok(())
}

/// Whether the output of a book stage has a part for every page.
fn has_parts(row: &Row) -> bool {
    let schema = (row.output.schema)();
    schema.pointer("/properties/pages/type").and_then(Value::as_str) == Some("object")
}

/// `` `a` (a.rs:1) → `b` (b.rs:2) → `a` ``
fn cycle_in_words(stages: &[(&'static str, String)]) -> String {
    let back = stages.first().map_or("", |(name, _)| name);
    let each = stages.iter().map(|(name, site)| format!("`{name}` ({site}) → "));
    each.chain([format!("`{back}`")]).collect()
}

fn site(row: &Row) -> String {
    format!("{}:{}", row.site.file, row.site.line)
}

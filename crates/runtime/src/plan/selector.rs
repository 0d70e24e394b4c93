use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::PlanError;
use crate::registry::Registry;
use crate::stage::Row;

/// Selects stages by their place in the graph, as in dbt: `joined` alone, `+joined` with all it is made from, `joined+` with all made
/// from it, `+joined+` with both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The named stage.
    pub stage: String,
    /// Also all stages that it is made from.
    pub upstream: bool,
    /// Also all stages that are made from it.
    pub downstream: bool,
}

impl FromStr for Selector {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (upstream, text) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
        let (downstream, stage) = text.strip_suffix('+').map_or((false, text), |rest| (true, rest));
        Ok(Self { stage: stage.to_owned(), upstream, downstream })
    }
}

impl From<&str> for Selector {
    fn from(text: &str) -> Self {
        text.parse().unwrap_or_else(|never: Infallible| match never {})
    }
}

/// The stage alone.
impl From<&Row> for Selector {
    fn from(row: &Row) -> Self {
        Self { stage: row.name.to_owned(), upstream: false, downstream: false }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = |is_set: bool| if is_set { "+" } else { "" };
        write!(f, "{}{}{}", plus(self.upstream), self.stage, plus(self.downstream))
    }
}

/// The names of the stages that any of `selectors` selects, dependencies before dependants.
///
/// # Errors
/// A stage does not exist.
pub fn select(registry: &Registry, selectors: &[Selector]) -> Result<Vec<String>, PlanError> {
    let mut selected: BTreeSet<&str> = BTreeSet::new();
    for selector in selectors {
        let Some(named) = registry.get(&selector.stage) else {
            return Err(PlanError::unknown_stage(&selector.stage, registry));
        };
        let name = named.row.name;
        selected.insert(name);
        if selector.upstream {
            let mut upstream = BTreeSet::from([name]);
            for entry in registry.stages().iter().rev() {
                if upstream.contains(entry.row.name) {
                    upstream.extend(entry.row.deps.iter().map(|dep| dep.row.name));
                }
            }
            selected.extend(upstream);
        }
        if selector.downstream {
            let mut downstream = BTreeSet::from([name]);
            for entry in registry.stages() {
                if entry.row.deps.iter().any(|dep| downstream.contains(dep.row.name)) {
                    downstream.insert(entry.row.name);
                }
            }
            selected.extend(downstream);
        }
    }
    Ok(registry.names().filter(|name| selected.contains(name)).map(ToOwned::to_owned).collect())
}

//! Tells whether two programs have the same stages and options, so that a worker never makes pages that the submitter did not ask for.

use shelf::extension::Processing;
use shelf::registry::{Entry, Registry};
use std::collections::BTreeMap;

/// The hash of each stage: its code as far as records know it, its output's schema, its prompt, its dependencies, its options and its model.
pub type StageTable = BTreeMap<String, String>;

/// The hashes of these stages, as this program would run them.
pub fn stage_table<'a>(
    registry: &Registry,
    processing: &Processing,
    stages: impl IntoIterator<Item = &'a str>,
) -> StageTable {
    let entry = |name: &str| registry.get(name).map(|entry| (name.to_owned(), hash(entry, processing)));
    stages.into_iter().filter_map(entry).collect()
}

fn hash(entry: &Entry, processing: &Processing) -> String {
    let row = entry.row;
    let options = match processing.request().options.get(row.name) {
        Some(options) => options.json.clone(),
        None => serde_json::Value::Object(entry.option_defaults.clone()),
    };
    let deps: Vec<String> = row.deps.iter().map(|dep| format!("{} {:?}", dep.row.name, dep.reach)).collect();
    let parts = serde_json::json!({
        "version": row.version,
        "tokens": row.tokens,
        "crate": row.site.version,
        "schema": (row.output.schema)(),
        "prompt": row.prompt,
        "model": processing.model(entry),
        "options": options,
        "deps": deps,
        "book": row.book,
        "parallelism": row.parallelism.label(),
    });
    blake3::hash(parts.to_string().as_bytes()).to_hex()[..16].to_owned()
}

/// The first stage that this program does not have, or has otherwise than `expected` says.
pub fn first_difference(expected: &StageTable, here: &StageTable) -> Option<String> {
    expected.iter().find(|(stage, hash)| here.get(*stage) != Some(hash)).map(|(stage, _)| stage.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_stage_that_differs() {
        let table = |stages: &[(&str, &str)]| {
            stages.iter().map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned())).collect::<StageTable>()
        };
        let expected = table(&[("labels", "1"), ("ocr", "2")]);
        assert_eq!(first_difference(&expected, &table(&[("labels", "1"), ("ocr", "2"), ("extra", "3")])), None);
        assert_eq!(first_difference(&expected, &table(&[("labels", "1"), ("ocr", "9")])).as_deref(), Some("ocr"));
        assert_eq!(first_difference(&expected, &table(&[("ocr", "2")])).as_deref(), Some("labels"));
    }
}

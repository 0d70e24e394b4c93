use shelf_runtime::registry::{Entry, Registry};

/// The stage whose paragraphs `entry` conserves.
#[must_use]
pub fn conserved<'r>(registry: &'r Registry, entry: &Entry) -> Option<&'r Entry> {
    let parameter = entry.row.conserves?.parameter;
    let dependency = entry.row.deps.iter().find(|dep| dep.parameter == parameter)?;
    registry.get(dependency.row.name).map(AsRef::as_ref)
}

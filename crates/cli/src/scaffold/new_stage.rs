use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::dependency::Dependency;
use super::home::Layout;
use super::mod_line::with_mod_line;
use super::name::{check_name, pascal_case};
use super::stage_text::StageText;
use super::{Home, ScaffoldError};
use shelf_runtime::registry::Registry;
use shelf_runtime::stage::Parallelism;

/// A new stage to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStage {
    /// The name of the stage, its function and its file.
    pub name: String,
    /// Its dependencies.
    pub deps: Vec<String>,
    /// The pool it runs on.
    pub parallelism: Parallelism,
    /// Whether it runs once per book.
    pub book: bool,
}

impl NewStage {
    /// Writes `<name>.rs` and its `mod` line into the crate `home`. Returns the new file, then the changed one.
    pub fn write(&self, home: &Home, registry: &Registry) -> Result<[PathBuf; 2], ScaffoldError> {
        let text = self.text(registry, &home.name, home.layout)?;
        let modules = &home.module_file;
        let before = fs::read_to_string(modules).map_err(ScaffoldError::io("read", modules))?;
        let after = with_mod_line(&before, &home.mod_line(&self.name))
            .ok_or_else(|| ScaffoldError::Module { name: self.name.clone(), file: modules.clone() })?;
        let file = home.sources.join(format!("{}.rs", self.name));
        write_new(&file, &text)?;
        fs::write(modules, after).map_err(|source| {
            // Without its `mod` line the file would only be in the way of the next try.
            let _ = fs::remove_file(&file);
            ScaffoldError::Io { action: "write", path: modules.clone(), source }
        })?;
        Ok([file, modules.clone()])
    }

    /// The source text of the stage, for the crate `home`.
    pub(super) fn text(&self, registry: &Registry, home: &str, layout: Layout) -> Result<String, ScaffoldError> {
        check_name(&self.name, registry)?;
        let mut deps: Vec<Dependency> = Vec::new();
        for name in &self.deps {
            if deps.iter().any(|dep| dep.name == name) {
                return Err(ScaffoldError::Twice(name.clone()));
            }
            let entry = registry.get(name).ok_or_else(|| ScaffoldError::NoStage(name.clone()))?;
            let mut dep = Dependency::of(entry.row, home);
            if self.own_types().contains(&dep.output) || deps.iter().any(|other| other.clashes_with(&dep)) {
                dep.name_output_by_stage();
            }
            deps.push(dep);
        }
        Ok(StageText { stage: self, deps, layout }.render())
    }

    /// The prefix of the types in its file: `HeadlinesPage`, `HeadlinesBook`, `HeadlinesMetrics`.
    fn own_types(&self) -> [String; 3] {
        ["Page", "Book", "Metrics"].map(|kind| pascal_case(&self.name) + kind)
    }
}

/// Creates a file and its folders; fails if the file exists.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), ScaffoldError> {
    let folder = path.parent().expect("a file is in a folder");
    fs::create_dir_all(folder).map_err(ScaffoldError::io("make", folder))?;
    let file = fs::File::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => ScaffoldError::There(path.to_owned()),
        _ => ScaffoldError::io("write", path)(error),
    });
    file?.write_all(text.as_bytes()).map_err(ScaffoldError::io("write", path))
}

use std::fs;
use std::path::{Path, PathBuf};

use super::ScaffoldError;

/// The crate that a new stage is written into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The folder that shown paths are relative to: of the workspace, or of the crate.
    pub root: PathBuf,
    /// The folder with its sources.
    pub sources: PathBuf,
    /// The file with its `mod` lines.
    pub module_file: PathBuf,
    /// Its name in Rust: `stages`.
    pub name: String,
    /// Its name for cargo: `shelf-stages`.
    pub package: String,
    /// How its code is formatted.
    pub layout: Layout,
}

/// The `rustfmt` settings of a crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The maximum width of a line.
    pub width: usize,
    /// Whether a short struct is written on one line, however many fields it has.
    pub dense: bool,
}

impl Layout {
    /// The defaults of `rustfmt`.
    pub const STANDARD: Self = Self { width: 100, dense: false };
    /// The settings of shelf's own workspace.
    const WORKSPACE: Self = Self { width: 120, dense: true };
}

impl Home {
    /// The nearest crate for stages, searching upwards from `folder`: a checkout of shelf, whose stages are in `stages/`, or a user's
    /// own crate.
    pub fn find(folder: &Path) -> Result<Self, ScaffoldError> {
        for folder in folder.ancestors() {
            if let Some(manifest) = manifest(folder)? {
                let stages = folder.join("stages");
                if manifest.contains_key("workspace")
                    && stages.join("src/lib.rs").is_file()
                    && let Some(of_stages) = self::manifest(&stages)?
                {
                    return Ok(Self { layout: Layout::WORKSPACE, ..Self::of(folder, &stages, &of_stages) });
                }
                let main = fs::read_to_string(folder.join("src/main.rs")).unwrap_or_default();
                if main.contains("shelf::main()") && !folder.ends_with("stages") {
                    return Ok(Self::of(folder, folder, &manifest));
                }
            }
        }
        Err(ScaffoldError::NoHome(folder.to_owned()))
    }

    fn of(root: &Path, krate: &Path, manifest: &toml::Table) -> Self {
        let named = |table: &str| Some(manifest.get(table)?.get("name")?.as_str()?.to_owned());
        let sources = krate.join("src");
        let library = sources.join("lib.rs");
        let module_file = if library.is_file() { library } else { sources.join("main.rs") };
        let package = named("package").unwrap_or_default();
        let name = named("lib").unwrap_or_else(|| package.replace('-', "_"));
        Self { root: root.to_owned(), sources, module_file, name, package, layout: Layout::STANDARD }
    }

    /// The line that declares the module `name`; public in a library.
    pub fn mod_line(&self, name: &str) -> String {
        let public = if self.module_file.ends_with("lib.rs") { "pub " } else { "" };
        format!("{public}mod {name};")
    }
}

/// Reads a folder's `Cargo.toml`, if there is one.
pub(super) fn manifest(folder: &Path) -> Result<Option<toml::Table>, ScaffoldError> {
    let file = folder.join("Cargo.toml");
    if !file.is_file() {
        return Ok(None);
    }
    let text = fs::read_to_string(&file).map_err(ScaffoldError::io("read", &file))?;
    text.parse().map(Some).map_err(|source| ScaffoldError::Toml { file, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn in_a_checkout_stages_go_into_the_crate_of_stages() {
        let folder = folder(&[
            ("Cargo.toml", "[workspace]"),
            ("stages/Cargo.toml", "[package]\nname = 'shelf-stages'\n[lib]\nname = 'stages'"),
            ("stages/src/lib.rs", ""),
            ("stages/src/main.rs", "fn main() { shelf::main() }"),
            ("shelf/src/cli/main.rs", ""),
        ]);
        for from in ["", "stages", "stages/src", "shelf/src"] {
            let home = Home::find(&folder.path().join(from)).unwrap();
            assert_eq!((home.name.as_str(), home.package.as_str()), ("stages", "shelf-stages"), "{from}");
            assert_eq!(home.root, folder.path());
            assert_eq!(home.module_file, folder.path().join("stages/src/lib.rs"));
            assert_eq!(home.mod_line("a"), "pub mod a;");
        }
    }

    #[test]
    fn in_a_crate_of_ones_own_they_go_beside_main() {
        let folder = folder(&[
            ("Cargo.toml", "[package]\nname = 'my-shelf'"),
            ("src/main.rs", "fn main() -> std::process::ExitCode { shelf::main() }"),
        ]);
        let home = Home::find(&folder.path().join("src")).unwrap();
        assert_eq!((home.name.as_str(), home.mod_line("a").as_str()), ("my_shelf", "mod a;"));
    }

    #[test]
    fn refuses_other_folders() {
        let folder = folder(&[("Cargo.toml", "[package]\nname = 'other'"), ("src/main.rs", "fn main() {}")]);
        assert!(matches!(Home::find(folder.path()), Err(ScaffoldError::NoHome(_))));
    }
}

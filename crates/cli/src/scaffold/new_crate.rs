use std::path::{Path, PathBuf};

use super::home::{Layout, manifest};
use super::name::means_else;
use super::new_stage::write_new;
use super::{NewStage, ScaffoldError};
use shelf_runtime::registry::Registry;

/// A new crate to be written, with one stage and the `shelf` command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCrate {
    /// Its folder, which has the name of the crate.
    pub folder: PathBuf,
    /// Its stage.
    pub stage: NewStage,
    /// The checkout of shelf to depend on; `None` for the published package.
    pub checkout: Option<PathBuf>,
}

/// The crates of a checkout that a stage depends on, by folder.
const PARTS: [&str; 2] = ["shelf", "stages"];

/// Versions of dependencies that match this shelf.
const VERSIONS: [(&str, &str); 2] = [("clap", "4.6"), ("serde", "1")];

/// The built-in stages in `Cargo.toml`.
const STAGES: &str = "stages = {";

/// What stands above them in a crate whose stage is made from the scan alone.
const WITHOUT_TESSERACT: &str =
    "# Without default features this builds without Tesseract. To recognise text here too, use the default features.\n";

impl NewCrate {
    /// The default name of a stage in a crate in `folder`: like the crate's.
    #[must_use]
    pub fn stage_name(folder: &Path) -> String {
        package(folder).to_lowercase().replace('-', "_")
    }

    /// The checkout that this program was built from, if it still exists; `None` for a published package.
    #[must_use]
    pub fn built_from() -> Option<PathBuf> {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
        let is_there = PARTS.iter().all(|part| checkout.join(part).join("Cargo.toml").is_file());
        is_there.then(|| checkout.to_owned())
    }

    /// Writes `Cargo.toml`, `src/main.rs` and the stage's file, and returns their paths.
    pub fn write(&self, registry: &Registry) -> Result<[PathBuf; 3], ScaffoldError> {
        let package = package(&self.folder);
        let name = package.replace('-', "_");
        let fits = package.starts_with(|c: char| c.is_ascii_alphabetic())
            && package.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !fits || means_else(&name).is_some() {
            return Err(ScaffoldError::Crate(package));
        }
        let texts = [
            ("Cargo.toml".to_owned(), self.manifest(&package)?),
            ("src/main.rs".to_owned(), include_str!("main.rs.txt").replace("{name}", &self.stage.name)),
            (format!("src/{}.rs", self.stage.name), self.stage.text(registry, &name, Layout::STANDARD)?),
        ];
        let files = texts.map(|(file, text)| (self.folder.join(file), text));
        if let Some((there, _)) = files.iter().find(|(file, _)| file.exists()) {
            return Err(ScaffoldError::There(there.clone()));
        }
        files.iter().try_for_each(|(file, text)| write_new(file, text))?;
        Ok(files.map(|(file, _)| file))
    }

    fn manifest(&self, package: &str) -> Result<String, ScaffoldError> {
        let from = |part: &'static str| match &self.checkout {
            None => Ok(format!("version = \"{}\"", env!("CARGO_PKG_VERSION"))),
            Some(checkout) => {
                let folder = std::path::absolute(checkout).map_err(ScaffoldError::io("find", checkout))?;
                if manifest(&folder.join(part))?.is_none() {
                    return Err(ScaffoldError::NoCheckout { folder: checkout.clone(), missing: part });
                }
                let path = toml::Value::from(folder.join(part).display().to_string());
                Ok(format!("path = {path}"))
            }
        };
        let mut text = include_str!("Cargo.toml.txt").replace("{package}", package);
        if self.stage.deps.is_empty() {
            text = text
                .replace(STAGES, &format!("{WITHOUT_TESSERACT}{STAGES}"))
                .replace("{stages} }", "{stages}, default-features = false, features = [\"cli\"] }");
        }
        for part in PARTS {
            text = text.replace(&format!("{{{part}}}"), &from(part)?);
        }
        for (krate, version) in VERSIONS {
            text = text.replace(&format!("{{{krate}}}"), version);
        }
        if self.within_workspace()? {
            text.push_str("\n# This folder is inside another workspace but not a member of it.\n[workspace]\n");
        }
        Ok(text)
    }

    fn within_workspace(&self) -> Result<bool, ScaffoldError> {
        let folder = std::path::absolute(&self.folder).map_err(ScaffoldError::io("find", &self.folder))?;
        for above in folder.ancestors().skip(1) {
            if manifest(above)?.is_some_and(|manifest| manifest.contains_key("workspace")) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The crate's name: that of its folder.
fn package(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise only a user whose crate does not build would notice.
    #[test]
    fn the_versions_are_those_of_this_workspace_and_of_the_note_on_pages() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let manifest = manifest(workspace).unwrap().expect("the workspace has a manifest");
        for (krate, version) in VERSIONS {
            let found = &manifest["workspace"]["dependencies"][krate]["version"];
            let found = found.as_str().unwrap();
            assert!(found == version || found.starts_with(&format!("{version}.")), "{krate}: {found}");
        }
        let note = include_str!("../../../runtime/src/page/output.rs");
        for krate in ["garde 0.23", "schemars 1", "serde 1"] {
            let (name, version) = krate.split_once(' ').unwrap();
            let found = manifest["workspace"]["dependencies"][name]["version"].as_str().unwrap();
            assert!(found == version || found.starts_with(&format!("{version}.")), "{name}: {found}");
            assert!(note.contains(krate), "{krate}");
        }
    }

    #[test]
    fn a_new_crate_optimises_what_this_workspace_does() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let manifest = manifest(workspace).unwrap().expect("the workspace has a manifest");
        let template: toml::Table = include_str!("Cargo.toml.txt")
            .split_once("[profile")
            .unwrap()
            .1
            .replacen(".dev.package]", "[profile.dev.package]", 1)
            .parse()
            .unwrap();
        let levels = |manifest: &toml::Table| -> Vec<(String, i64)> {
            let packages = manifest["profile"]["dev"]["package"].as_table().unwrap();
            let level = |(name, profile): (&String, &toml::Value)| {
                Some((name.clone(), profile.get("opt-level")?.as_integer()?))
            };
            packages.iter().filter_map(level).collect()
        };
        assert_eq!(levels(&template), levels(&manifest));
    }

    #[test]
    fn a_crate_begins_with_a_stage_of_its_own_name() {
        assert_eq!(NewCrate::stage_name(Path::new("../my-headlines")), "my_headlines");
    }
}

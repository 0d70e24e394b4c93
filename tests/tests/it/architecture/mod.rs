//! The modules and crates depend on each other in one direction, and as ARCHITECTURE.md shows.

mod diagram;
mod modules;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A crate of the workspace.
#[derive(Debug)]
struct Crate {
    /// From the root of the workspace, such as `crates/runtime`.
    folder: String,
    is_published: bool,
    /// The folders of the crates that it depends on when it is built as a dependency itself, and whether only with a feature.
    depends_on: BTreeMap<String, bool>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in a workspace").to_owned()
}

/// The crates of the workspace, as `cargo metadata` lists them.
fn crates() -> Vec<Crate> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--quiet"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let folder = |path: &Value| {
        let path = Path::new(path.as_str()?);
        Some(path.strip_prefix(root()).ok()?.display().to_string())
    };
    let read = |package: &Value| {
        let manifest = folder(&package["manifest_path"]).expect("a crate of this workspace");
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let normal = dependencies.filter(|dependency| dependency["kind"].is_null());
        Crate {
            folder: manifest.strip_suffix("/Cargo.toml").expect("a manifest").to_owned(),
            is_published: package["publish"].is_null(),
            depends_on: normal.filter_map(|it| Some((folder(&it["path"])?, it["optional"] == true))).collect(),
        }
    };
    packages.iter().map(read).collect()
}

//! rustc, called on single files with the crates that cargo has built for this test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use serde::Deserialize;

/// A message of rustc, as `--error-format=json` writes it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Diagnostic {
    pub(crate) level: String,
    pub(crate) message: String,
    pub(crate) code: Option<Code>,
    pub(crate) spans: Vec<Span>,
    pub(crate) children: Vec<Diagnostic>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Code {
    pub(crate) code: String,
}

/// A place in a source file.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Span {
    pub(crate) file_name: String,
    pub(crate) line_start: usize,
    pub(crate) line_end: usize,
    pub(crate) column_start: usize,
    pub(crate) is_primary: bool,
    pub(crate) label: Option<String>,
    pub(crate) text: Vec<Line>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) highlight_start: usize,
    pub(crate) highlight_end: usize,
}

#[derive(Debug, Clone, Deserialize)]
struct Expansion {
    span: Span,
}

impl Diagnostic {
    fn all_spans(&self) -> Vec<&Span> {
        let of_children = self.children.iter().flat_map(Self::all_spans);
        let mut spans = Vec::new();
        for mut span in self.spans.iter().chain(of_children) {
            spans.push(span);
            while let Some(expansion) = &span.expansion {
                span = &expansion.span;
                spans.push(span);
            }
        }
        spans
    }

    /// Files of the standard library that this is about, from its folder `library` on, and how many lines they have at least.
    pub(crate) fn files_of_std(&self) -> BTreeSet<(PathBuf, usize)> {
        let relative = |span: &&Span| {
            let (root, file) = span.file_name.split_once("/library/")?;
            let of_std = root.starts_with("/rustc/") || root.ends_with("/lib/rustlib/src/rust");
            of_std.then(|| (Path::new("library").join(file), span.line_end))
        };
        self.all_spans().iter().filter_map(relative).collect()
    }

    /// Whether it finds files of the standard library in the sysroot, rather than naming where they were when Rust was built.
    pub(crate) fn finds_std(&self) -> bool {
        self.all_spans().into_iter().any(|span| span.file_name.contains("/rustlib/src/"))
    }
}

/// rustc with the crates that these tests use.
pub(crate) struct Compiler {
    externs: Vec<String>,
    dependencies: PathBuf,
}

impl Compiler {
    pub(crate) fn new() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package=shelf-tests", "--lib", "--message-format=json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut externs = BTreeMap::new();
        for line in String::from_utf8(output.stdout).expect("cargo prints UTF-8").lines() {
            let message: serde_json::Value = serde_json::from_str(line).expect("cargo prints JSON");
            let name = message["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
            let file = message["filenames"][0].as_str().unwrap_or_default();
            if ["clap", "garde", "schemars", "serde", "shelf", "stages", "tokio"].contains(&name.as_str())
                && Path::new(file).extension().is_some_and(|extension| extension == "rlib" || extension == "rmeta")
            {
                externs.insert(name, file.to_owned());
            }
        }
        let shelf = externs.get("shelf").expect("cargo names the library `shelf`");
        let dependencies = Path::new(shelf).parent().expect("it is in a folder").to_owned();
        let externs = externs.iter().map(|(name, file)| format!("{name}={file}")).collect();
        Self { externs, dependencies }
    }

    /// What the compiler says to each of the files.
    pub(crate) fn compile_all(&self, files: &[PathBuf], sysroot: Option<&Path>) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
        let said = Mutex::new(BTreeMap::new());
        let waiting = Mutex::new(files.iter());
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    loop {
                        let Some(file) = waiting.lock().unwrap().next() else { break };
                        let diagnostics = self.compile(file, sysroot);
                        said.lock().unwrap().insert(file.clone(), diagnostics);
                    }
                });
            }
        });
        said.into_inner().unwrap()
    }

    /// rustc for a file, with what it needs to find the crates.
    pub(crate) fn rustc(&self, file: &Path) -> Command {
        let mut rustc = rustc();
        rustc.args(["--edition=2024", "-L"]).arg(format!("dependency={}", self.dependencies.display()));
        rustc.args(self.externs.iter().flat_map(|one| ["--extern", one]));
        // What cargo sets, and the macros read.
        rustc.env("CARGO_PKG_NAME", "case").env("CARGO_PKG_VERSION", "0.1.0").env("CARGO_CRATE_NAME", "case");
        rustc.arg(file);
        rustc
    }

    fn compile(&self, file: &Path, sysroot: Option<&Path>) -> Vec<Diagnostic> {
        let out = tempfile::tempdir().unwrap();
        let mut rustc = self.rustc(file);
        rustc.args(["--crate-type=bin", "--crate-name=case", "--emit=metadata", "--error-format=json", "--out-dir"]);
        rustc.arg(out.path()).args(sysroot.iter().flat_map(|sysroot| [Path::new("--sysroot"), sysroot]));
        let output = rustc.output().expect("rustc starts");
        let printed = String::from_utf8(output.stderr).expect("rustc prints UTF-8");
        let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        printed.lines().map(read).collect()
    }
}

fn rustc() -> Command {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(env!("CARGO_MANIFEST_DIR"));
    rustc
}

/// A sysroot in which the sources of the standard library are where the installed one has none, and none where that has them. The
/// sources are made up: the compiler finds them, but does not quote them, since it knows their hashes.
pub(crate) fn with_the_other_sysroot<T>(sources: &BTreeSet<(PathBuf, usize)>, run: impl FnOnce(&Path) -> T) -> T {
    let sysroot = rustc().args(["--print", "sysroot"]).output().expect("rustc starts");
    let installed = PathBuf::from(String::from_utf8(sysroot.stdout).expect("a path").trim_end()).join("lib/rustlib");
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("lib/rustlib");
    fs::create_dir_all(&other).unwrap();
    for entry in fs::read_dir(&installed).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "src" {
            symlink(entry.path(), other.join(entry.file_name())).unwrap();
        }
    }
    if !installed.join("src/rust/library/std/src/lib.rs").is_file() {
        let std = [(PathBuf::from("library/std/src/lib.rs"), 1)];
        for (path, lines) in std.iter().chain(sources) {
            let path = other.join("src/rust").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(
                path,
                "// a line of the standard library, which may change with every release of Rust\n".repeat(lines + 9),
            )
            .unwrap();
        }
    }
    run(folder.path())
}

//! A stage is one file and one `mod` line: in the crate of the built-in stages, and in a crate of somebody else's.
//!
//! Both are built by cargo as a user does, in `target/outside`. So is what `shelf new-stage` writes.

#![expect(clippy::similar_names, reason = "`shelf` is the command, and `self` the folder it runs in")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shelf_tests::{Ended, Shelf};

const STAGE: &str = include_str!("../../outside/src/word_count.rs");

/// Where the crates lie, the same at every run, so that cargo builds only what has changed. They use the crates of this checkout,
/// which are built already; only `stages` is a copy, since a stage is added to it.
struct Outside {
    folder: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

/// The tests here change the same crates.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The profile of this checkout, by which all crates of others are built already. Those of shelf are dependencies as any other here, and cargo builds
/// them anew: as fast as it can, since they have little to do.
fn with_fast_members(profile: &str) -> String {
    let (line_tables, optimised) = ("debug = \"line-tables-only\"", "{ opt-level = 1 }");
    assert!(profile.contains(line_tables) && profile.contains(optimised), "{profile}");
    profile.replace(line_tables, "debug = false").replace(optimised, "{ opt-level = 0 }")
}

impl Outside {
    fn new() -> Self {
        let target = Path::new(env!("CARGO_BIN_EXE_shelf-under-test")).ancestors().nth(2).unwrap().to_owned();
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let outside = Self { folder: target.join("outside"), _alone: alone };
        let manifest = fs::read_to_string(checkout().join("Cargo.toml")).unwrap();
        let (_, profile) = manifest.split_once("[profile.dev]").unwrap();
        let profile = profile.split("[profile.release]").next().unwrap();
        outside.write(".cargo/config.toml", &format!("[profile.dev]{}", with_fast_members(profile)));
        outside.copy_stages(&manifest);
        for file in ["shelf-workspace/Cargo.lock", "my-shelf/Cargo.lock", "new-shelf/Cargo.lock"] {
            if !outside.folder.join(file).exists() {
                outside.write(file, &fs::read_to_string(checkout().join("Cargo.lock")).unwrap());
            }
        }
        outside
    }

    /// A workspace with nothing but a copy of `stages`.
    fn copy_stages(&self, manifest: &str) {
        self.copy(checkout(), Path::new("stages"));
        let (before, members) = manifest.split_once("members = [").unwrap();
        let (_, after) = members.split_once(']').unwrap();
        let here = format!("path = \"{}/", checkout().display());
        let after = after.replace("path = \"", &here).replace(&format!("{here}stages\""), "path = \"stages\"");
        self.write("shelf-workspace/Cargo.toml", &format!("{before}members = [\"stages\"]{after}"));
        let stages = fs::read_to_string(checkout().join("stages/Cargo.toml")).unwrap();
        let tests = fs::read_to_string(checkout().join("tests/Cargo.toml")).unwrap();
        let (_, dependencies) = tests.split_once("[dependencies]\n").unwrap();
        let (dependencies, _) = dependencies.split_once("\n[").unwrap();
        let name = |line: &str| line.split(['.', ' ']).next().unwrap_or_default().to_owned();
        let present: Vec<String> = stages.lines().map(name).collect();
        let missing = dependencies.lines().filter(|line| {
            line.ends_with(".workspace = true") && !present.contains(&name(line)) && !line.starts_with("stages.")
        });
        let missing: String = missing.flat_map(|line| [line, "\n"]).collect();
        let stages = stages.replacen("[dependencies]\n", &format!("[dependencies]\n{missing}"), 1);
        self.write("shelf-workspace/stages/Cargo.toml", &stages);
    }

    /// Makes a crate depend on the tests. It does not use them; but cargo then gives all crates the same features as here, and builds none of them
    /// twice.
    fn with_the_features_of_the_tests(&self, manifest: &str) {
        let text = fs::read_to_string(self.folder.join(manifest)).unwrap();
        let tests = format!("[dependencies]\nshelf-tests.path = \"{}/tests\"\n", checkout().display());
        if !text.contains(&tests) {
            self.write(manifest, &text.replacen("[dependencies]\n", &tests, 1));
        }
    }

    /// Copies a folder; what is no longer in it goes from the copy as well.
    fn copy(&self, workspace: &Path, relative: &Path) {
        let copy = self.folder.join("shelf-workspace").join(relative);
        for there in fs::read_dir(&copy).into_iter().flatten() {
            let there = there.unwrap();
            let source = workspace.join(relative).join(there.file_name());
            if there.path().is_dir() && !source.is_dir() {
                fs::remove_dir_all(there.path()).unwrap();
            } else if there.path().is_file() && !source.is_file() {
                fs::remove_file(there.path()).unwrap();
            }
        }
        for entry in fs::read_dir(workspace.join(relative)).unwrap() {
            let entry = entry.unwrap();
            let path = relative.join(entry.file_name());
            if path == Path::new("stages/Cargo.toml") {
                continue; // it is changed
            }
            if entry.file_type().unwrap().is_dir() {
                self.copy(workspace, &path);
            } else if let Ok(text) = fs::read_to_string(entry.path()) {
                self.write(&format!("shelf-workspace/{}", path.display()), &text);
            }
        }
    }

    fn write(&self, relative: &str, text: &str) {
        let path = self.folder.join(relative);
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            return;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds the stages that the guide consists of to a crate of `new-stage`, and what the guide says they need besides.
    fn add_the_stages_of_the_guide(&self, krate: &str) {
        let mut main = fs::read_to_string(self.folder.join(krate).join("src/main.rs")).unwrap();
        for entry in fs::read_dir(checkout().join("examples/src")).unwrap() {
            let path = entry.unwrap().path();
            let module = path.file_stem().unwrap().to_str().unwrap();
            if !["lib", "main"].contains(&module) {
                self.write(&format!("{krate}/src/{module}.rs"), &fs::read_to_string(&path).unwrap());
                main = main.replacen("mod headlines;", &format!("mod headlines;\nmod {module};"), 1);
            }
        }
        self.write(&format!("{krate}/src/main.rs"), &main);
        let guide = include_str!("../../../shelf/docs/writing-a-stage.md");
        let image =
            guide.split('`').find(|code| code.starts_with("image = ")).expect("the guide names the crate `image`");
        let manifest = fs::read_to_string(self.folder.join(krate).join("Cargo.toml")).unwrap();
        let with_image = manifest.replacen("[dependencies]\n", &format!("[dependencies]\n{image}\n"), 1);
        self.write(&format!("{krate}/Cargo.toml"), &with_image);
    }

    /// `shelf` in one of the folders.
    fn shelf(&self, folder: &str, shelf: &Shelf, arguments: &str) {
        let output = shelf.command(arguments.split(' ')).current_dir(self.folder.join(folder)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// `cargo run` in one of the crates, on a library.
    fn cargo_run(&self, krate: &str, shelf: &Shelf, arguments: &[&str]) -> Ended {
        self.cargo("run", krate, shelf, &[&["--"], arguments].concat())
    }

    fn cargo(&self, verb: &str, krate: &str, shelf: &Shelf, arguments: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO"))
            .args([verb, "--quiet", "--target-dir"])
            .arg(self.folder.join("target"))
            .env("CARGO_BUILD_BUILD_DIR", self.folder.parent().unwrap())
            .args(arguments)
            .current_dir(self.folder.join(krate))
            .env("SHELF_LIBRARY", shelf.library())
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        Ended {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }
}

/// A library with a book that has been read: two pages of the demo book.
fn with_text() -> Shelf {
    let scans = tempfile::tempdir().unwrap();
    for (number, page) in (1..).zip(&shelf::demo::book().pages[3..5]) {
        page.image.save(scans.path().join(format!("{number}.png"))).unwrap();
    }
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    shelf.ok(["add".as_ref(), scans.path().as_os_str(), "--id".as_ref(), "book".as_ref()]);
    shelf.ok(["process", "book", "--stage", "ocr"]);
    shelf
}

fn runs_as_any_other(outside: &Outside, package: &str) {
    let shelf = with_text();
    let run = |arguments: &[&str]| outside.cargo_run(package, &shelf, arguments);
    let made = run(&["process", "book", "--stage", "word_count"]);
    assert_eq!((made.out.as_str(), made.code), ("book: word_count: 2 pages: 2 made\n", Some(0)), "{}", made.err);
    let report = fs::read_to_string(shelf.library().join("book/word_count/report.csv")).unwrap();
    assert_eq!(report.lines().next(), Some("page_num,words"));
    assert_eq!(report.lines().count(), 3);
    let words: u32 = report.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap();
    assert!(words > 100, "{report}");
    let again = run(&["process", "book", "--stage", "word_count"]);
    assert_eq!(again.out, "book: word_count: nothing to do, 2 up to date\n");
    let stages = run(&["stages"]).out;
    assert!(stages.contains("word_count   ocr") && stages.contains("Counts the words of every page"), "{stages}");
}

/// The page of a stage in a worker process, which is the same binary, aborts.
fn fails_alone(outside: &Outside, package: &str) {
    let shelf = with_text();
    let ended = outside.cargo_run(package, &shelf, &["process", "book", "--stage", "fragile", "--quiet"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.out.contains("fragile: 2 pages: 1 made, 1 failed"), "{ended:?}");
    let failed = shelf.json("book/fragile/failed/page_0002.json");
    assert_eq!(
        failed["failure"]["error"], "`fragile` crashed: its worker process was terminated by SIGABRT",
        "{failed}"
    );
    let explained = outside.cargo_run(package, &shelf, &["stages", "--explain", "fragile"]).out;
    assert!(explained.contains("each in a worker process, which is stopped after `--worker-time`"), "{explained}");
}

#[test]
fn a_stage_takes_one_file_and_one_line_in_any_crate() {
    let outside = Outside::new();
    let lib = outside.folder.join("shelf-workspace/stages/src/lib.rs");
    let text = fs::read_to_string(&lib).unwrap();

    // Elsewhere first: its crate is built on the workspace as it is.
    let manifest = include_str!("../../outside/Cargo.toml");
    outside.write("my-shelf/Cargo.toml", &manifest.replace("../shelf-workspace", &checkout().display().to_string()));
    outside.with_the_features_of_the_tests("my-shelf/Cargo.toml");
    outside.write("my-shelf/src/main.rs", include_str!("../../outside/src/main.rs"));
    outside.write("my-shelf/src/fragile.rs", include_str!("../../outside/src/fragile.rs"));
    outside.write("my-shelf/src/word_count.rs", STAGE);
    runs_as_any_other(&outside, "my-shelf");
    fails_alone(&outside, "my-shelf");

    outside.write("shelf-workspace/stages/src/word_count.rs", &STAGE.replace("use stages::ocr::", "use crate::ocr::"));
    outside.write(
        "shelf-workspace/stages/src/lib.rs",
        &format!("{text}\n#[expect(missing_docs, reason = \"a stage of a test\")]\npub mod word_count;\n"),
    );
    runs_as_any_other(&outside, "shelf-workspace");
    fs::remove_file(outside.folder.join("shelf-workspace/stages/src/word_count.rs")).unwrap();
}

/// A stage `headlines` that `shelf new-stage` wrote: its tests and itself run, and the compiler has nothing to say.
fn is_ready_to_run(outside: &Outside, package: &str, target: &str) {
    let shelf = with_text();
    let tested = outside.cargo("test", package, &shelf, &[target, "headlines"]);
    assert!(tested.out.contains("test result: ok. 1 passed") && tested.code == Some(0), "{tested:?}");
    assert!(!tested.err.contains("headlines.rs"), "{}", tested.err);
    let made = outside.cargo_run(package, &shelf, &["process", "book", "--stage", "headlines", "--quiet"]);
    assert_eq!((made.out.as_str(), made.code), ("book: headlines: 2 pages: 2 made\n", Some(0)), "{}", made.err);
    let counted = shelf.json("book/headlines/page_0001.json");
    assert!(counted["characters"].as_u64().unwrap() > 500, "{counted}");
}

#[test]
fn output_of_new_stage_builds_and_runs_in_any_crate() {
    let outside = Outside::new();
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));

    let own = outside.folder.join("new-shelf");
    for written in ["Cargo.toml", "src"] {
        let _ = fs::remove_file(own.join(written));
        let _ = fs::remove_dir_all(own.join(written));
    }
    let checkout = checkout().display();
    outside.shelf("", &shelf, &format!("new-stage --crate new-shelf headlines --deps ocr --path {checkout}"));
    outside.with_the_features_of_the_tests("new-shelf/Cargo.toml");
    is_ready_to_run(&outside, "new-shelf", "--bins");
    outside.shelf("new-shelf", &shelf, "new-stage book_length --deps ocr --book --parallelism fixed(1)");
    outside.shelf("new-shelf", &shelf, "new-stage looked_up --parallelism io");
    outside.shelf("new-shelf", &shelf, "new-stage topic --deps ocr --parallelism llm");
    outside.shelf("new-shelf", &shelf, "new-stage topic_of_a_number --parallelism llm");
    outside.shelf("new-shelf", &shelf, "new-stage blurb --deps ocr,vocabulary --book --parallelism llm");
    outside.add_the_stages_of_the_guide("new-shelf");
    let tested = outside.cargo("test", "new-shelf", &shelf, &["made"]);
    assert!(tested.out.contains("test result: ok. 6 passed"), "{tested:?}");
    assert!(!tested.err.contains("warning"), "{tested:?}");

    outside.shelf("shelf-workspace", &shelf, "new-stage headlines --deps ocr");
    is_ready_to_run(&outside, "shelf-workspace", "--lib");
}

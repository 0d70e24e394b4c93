//! What the README shows is what there is.

use std::path::Path;
use std::process::Command;

use crate::compiler::Compiler;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn shows_the_current_expansion_of_ocr() {
    let snapshot = file("shelf-macros/src/snapshots/shelf_macros__expansion__ocr.snap");
    let expansion = snapshot.splitn(3, "---\n").nth(2).unwrap().trim_end();
    assert!(file("README.md").contains(&format!("```rust\n{expansion}\n```")), "the README shows another expansion");
    assert!(expansion.lines().count() <= 30);
}

#[test]
fn shows_the_stage_that_the_outside_crate_builds() {
    assert!(file("README.md").contains(file("tests/outside/src/word_count.rs").trim_end()));
}

/// The arguments of the command that shows an expansion, for cargo and for rustc.
fn expanding_command() -> (Vec<String>, Vec<String>) {
    let readme = file("README.md");
    let command = readme.split('`').find(|code| code.contains("-Zunpretty=expanded")).unwrap();
    let (cargo, rustc) = command.strip_prefix("RUSTC_BOOTSTRAP=1 cargo ").unwrap().split_once(" -- ").unwrap();
    let split = |arguments: &str| arguments.split_whitespace().map(ToOwned::to_owned).collect();
    (split(cargo), split(rustc))
}

#[test]
fn arguments_for_rustc_show_the_full_expansion() {
    let compiler = Compiler::new();
    let mut rustc = compiler.rustc(Path::new("outside/src/word_count.rs"));
    rustc.args(["--crate-type=lib", "--crate-name=case"]).args(expanding_command().1).env("RUSTC_BOOTSTRAP", "1");
    let output = rustc.output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(shown.contains("impl ::shelf::__private::Stage for word_count"), "{shown}");
}

#[test]
#[ignore = "the variable makes cargo build all dependencies anew: `make test-long`"]
fn command_shows_the_full_expansion() {
    let (cargo, rustc) = expanding_command();
    let target = Path::new(env!("CARGO_BIN_EXE_shelf-under-test")).ancestors().nth(2).unwrap().join("expanded");
    let output = Command::new(env!("CARGO"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", target)
        .args(cargo)
        .arg("--")
        .args(rustc)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(shown.contains("impl ::shelf::__private::Stage for ocr"), "no row of `ocr` in {} characters", shown.len());
}

#[test]
fn names_only_existing_verbs() {
    let help = shelf_tests::Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test")).ok(["--help"]);
    let readme = file("README.md");
    let verbs: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("$ shelf "))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert!(verbs.len() >= 5);
    for verb in verbs {
        assert!(help.contains(&format!("\n  {verb} ")), "{verb}");
    }
}

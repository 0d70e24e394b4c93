//! What the README shows is what there is.

use std::path::Path;
use std::process::Command;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn it_shows_the_expansion_of_ocr() {
    let snapshot = file("shelf-macros/src/snapshots/shelf_macros__expansion__ocr.snap");
    let expansion = snapshot.splitn(3, "---\n").nth(2).unwrap().trim_end();
    assert!(file("README.md").contains(&format!("```rust\n{expansion}\n```")), "the README shows another expansion");
    assert!(expansion.lines().count() <= 30);
}

#[test]
fn it_shows_the_stage_that_is_built_elsewhere() {
    assert!(file("README.md").contains(file("tests/outside/src/word_count.rs").trim_end()));
}

#[test]
fn its_command_shows_the_whole_expansion() {
    let readme = file("README.md");
    let command = readme.split('`').find(|code| code.contains("-Zunpretty=expanded")).unwrap();
    let arguments = command.strip_prefix("RUSTC_BOOTSTRAP=1 cargo ").unwrap();
    // A target folder of its own: the variable makes cargo build every dependency anew.
    let target = Path::new(env!("CARGO_BIN_EXE_shelf-under-test")).ancestors().nth(2).unwrap().join("expanded");
    let output = Command::new(env!("CARGO"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", target)
        .args(arguments.split_whitespace())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(shown.contains("impl ::shelf::__private::Stage for ocr"), "no row of `ocr` in {} characters", shown.len());
}

#[test]
fn every_verb_it_names_is_one() {
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

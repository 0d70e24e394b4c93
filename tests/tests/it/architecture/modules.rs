//! Within a crate, no module under `src/` depends on itself by way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{crates, root};

/// These list and re-export, so that they name every module.
const LEFT_OUT: [&str; 4] = ["lib", "main", "prelude", "__private"];

/// What a module names of other modules, and in which files.
type Arrows = BTreeMap<(String, String), BTreeSet<PathBuf>>;

/// Rust files below a folder, without tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let is_test = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        name == "tests" || name == "testing" || name.ends_with("_tests")
    };
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| !is_test(path));
    let mut files: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
}

/// The modules that a file names, by `crate::module` or by as many `super::`. `path` is the file's own place in the crate.
fn named_modules(tokens: TokenStream, path: &[String], found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.to_string() == text);
    let mut at = 0;
    while at < tokens.len() {
        if is(at, "#") && tokens.get(at + 1).is_some_and(|group| group.to_string().replace(' ', "") == "[cfg(test)]") {
            let ends = |token: &TokenTree| {
                token.to_string() == ";" || matches!(token, TokenTree::Group(it) if it.delimiter() == Delimiter::Brace)
            };
            at += tokens[at..].iter().position(ends).map_or(tokens.len(), |end| end + 1);
            continue;
        }
        let is_path = |at: usize| is(at, ":") && is(at + 1, ":");
        let mut depth = if is(at, "crate") && is_path(at + 1) { Some(0) } else { None };
        let mut next = at + 3;
        if is(at, "super") && is_path(at + 1) {
            let mut levels = 1;
            while is(next, "super") && is_path(next + 1) {
                levels += 1;
                next += 3;
            }
            depth = path.len().checked_sub(levels);
            at = next - 3;
        }
        if depth == Some(0) {
            match tokens.get(next) {
                Some(TokenTree::Ident(name)) => {
                    found.insert(name.to_string());
                }
                Some(TokenTree::Group(list)) => found.extend(first_names(list.stream())),
                _ => {}
            }
        }
        if let TokenTree::Group(group) = &tokens[at] {
            let inner = (at >= 2 && is(at - 2, "mod")).then(|| tokens[at - 1].to_string());
            let path: Vec<String> = path.iter().cloned().chain(inner).collect();
            named_modules(group.stream(), &path, found);
        }
        at += 1;
    }
}

/// `a`, `b` and `c` of `a::x, b::{y, z}, c`.
fn first_names(list: TokenStream) -> Vec<String> {
    let list: Vec<TokenTree> = list.into_iter().collect();
    let parts = list.split(|token| token.to_string() == ",");
    parts.filter_map(|part| part.first()).map(ToString::to_string).collect()
}

fn arrows(source: &Path) -> Arrows {
    let mut arrows = Arrows::new();
    let listed: Vec<(PathBuf, Vec<String>)> =
        files(source).into_iter().map(|file| (file.clone(), place(source, &file))).collect();
    let modules: BTreeSet<&String> = listed.iter().map(|(_, path)| &path[0]).collect();
    for (file, path) in &listed {
        if LEFT_OUT.contains(&path[0].as_str()) {
            continue;
        }
        let tokens =
            fs::read_to_string(file).unwrap().parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut named = BTreeSet::new();
        let path_of_module: Vec<String> = path.iter().filter(|part| *part != "mod").cloned().collect();
        named_modules(tokens, &path_of_module, &mut named);
        for name in named.into_iter().filter(|name| modules.contains(name) && *name != path[0]) {
            arrows.entry((path[0].clone(), name)).or_default().insert(file.clone());
        }
    }
    arrows
}

/// A file's place in its crate: `stage` and `row` for `src/stage/row.rs`.
fn place(source: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(source).expect("it is below").with_extension("");
    relative.iter().map(|part| part.to_string_lossy().into_owned()).collect()
}

/// Removes what is in no cycle: from what nothing leads to, and from what leads to nothing.
fn keep_cycles(arrows: &mut Arrows) {
    loop {
        let from: BTreeSet<String> = arrows.keys().map(|(from, _)| from.clone()).collect();
        let to: BTreeSet<String> = arrows.keys().map(|(_, to)| to.clone()).collect();
        let before = arrows.len();
        arrows.retain(|arrow, _| from.contains(&arrow.1) && to.contains(&arrow.0));
        if arrows.len() == before {
            break;
        }
    }
}

#[test]
fn modules_are_named_by_paths_of_code_only() {
    let source = r#"
        //! crate::in_a_comment
        use crate::one::{Thing, crate_of};
        use crate::{two, three::{Four, five}, six as seven};
        mod inner { use super::super::eight; use super::own; }
        fn f() { super::nine::g(); "crate::in_a_string"; h(crate::ten::X) }
        #[cfg(test)]
        mod tests { use crate::eleven; }
    "#;
    let mut found = BTreeSet::new();
    named_modules(source.parse().unwrap(), &["here".to_owned()], &mut found);
    let expected = ["eight", "nine", "one", "six", "ten", "three", "two"];
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn only_cycles_are_kept() {
    let arrow = |from: &str, to: &str| ((from.to_owned(), to.to_owned()), BTreeSet::new());
    let mut arrows: Arrows =
        [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")].map(|(from, to)| arrow(from, to)).into_iter().collect();
    keep_cycles(&mut arrows);
    assert_eq!(arrows.into_keys().collect::<Vec<_>>(), [arrow("b", "c").0, arrow("c", "b").0]);
}

#[test]
fn modules_form_no_cycle() {
    let mut cycles = String::new();
    for one in crates() {
        let source = root().join(&one.folder).join("src");
        let mut arrows = arrows(&source);
        keep_cycles(&mut arrows);
        for ((from, to), files) in arrows {
            let files: Vec<String> = files
                .iter()
                .map(|file| file.strip_prefix(&source).expect("it is below").display().to_string())
                .collect();
            writeln!(cycles, "{}: {from} -> {to} in {}", one.folder, files.join(", ")).expect("a string takes all");
        }
    }
    assert!(cycles.is_empty(), "modules depend on each other in a cycle:\n{cycles}");
}

//! What the macros of shelf accept and what they say to mistakes.
//!
//! Each file in `ui/*/fail` has one mistake. The file `.stderr` beside it has what of the compiler's output is ours: where the errors
//! are, and our messages, labels and notes. `UPDATE_UI=1` writes it anew. The files in `ui/*/pass` are modules of this test, so that
//! clippy reads them too.

mod expected;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use expected::{check, write};

use crate::compiler::{Compiler, Diagnostic, with_the_other_sysroot};

#[path = "../../../ui/metrics/pass/empty.rs"]
pub mod metrics_empty;
#[path = "../../../ui/metrics/pass/every_kind.rs"]
pub mod metrics_every_kind;
#[path = "../../../ui/metrics/pass/groups.rs"]
pub mod metrics_groups;
#[path = "../../../ui/page/pass/every_rule.rs"]
pub mod page_every_rule;
#[path = "../../../ui/page/pass/shapes.rs"]
pub mod page_shapes;
#[path = "../../../ui/report/pass/every_option.rs"]
pub mod report_every_option;
#[path = "../../../ui/report/pass/of_other_metrics.rs"]
pub mod report_of_other_metrics;
#[path = "../../../ui/stage/pass/book_scope.rs"]
pub mod stage_book_scope;
#[path = "../../../ui/stage/pass/cfg.rs"]
pub mod stage_cfg;
#[path = "../../../ui/stage/pass/every_option.rs"]
pub mod stage_every_option;
#[path = "../../../ui/stage/pass/generic_types.rs"]
pub mod stage_generic_types;
#[path = "../../../ui/stage/pass/isolated.rs"]
pub mod stage_isolated;
#[path = "../../../ui/stage/pass/lenient_dependencies.rs"]
pub mod stage_lenient_dependencies;
#[path = "../../../ui/stage/pass/llm.rs"]
pub mod stage_llm;
#[path = "../../../ui/stage/pass/made_by_a_macro.rs"]
pub mod stage_made_by_a_macro;
#[path = "../../../ui/stage/pass/no_implicit_prelude.rs"]
pub mod stage_no_implicit_prelude;
#[path = "../../../ui/stage/pass/own_error.rs"]
pub mod stage_own_error;
#[path = "../../../ui/stage/pass/raw_identifiers.rs"]
pub mod stage_raw_identifiers;
#[path = "../../../ui/stage/pass/renamed_crate.rs"]
pub mod stage_renamed_crate;
#[path = "../../../ui/stage/pass/shadowed_names.rs"]
pub mod stage_shadowed_names;
#[path = "../../../ui/stage/pass/strict_lints.rs"]
pub mod stage_strict_lints;

static COMPILER: LazyLock<Compiler> = LazyLock::new(Compiler::new);

/// What the compiler says to every case in `ui/*/fail`.
static SAID: LazyLock<BTreeMap<PathBuf, Vec<Diagnostic>>> = LazyLock::new(|| COMPILER.compile_all(&cases(), None));

fn cases() -> Vec<PathBuf> {
    let files = |folder: &Path| fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let folders: Vec<PathBuf> = files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/ui"))).collect();
    let mut cases: Vec<PathBuf> = folders.iter().flat_map(|folder| files(&folder.join("fail"))).collect();
    cases.retain(|case| case.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    cases
}

/// How what the compiler says differs from what is expected, for each case in which it does.
fn differences(said: &BTreeMap<PathBuf, Vec<Diagnostic>>) -> Vec<String> {
    let differs = |(case, said): (&PathBuf, &Vec<Diagnostic>)| {
        let expected = fs::read_to_string(case.with_extension("stderr")).unwrap_or_default();
        let difference = check(&expected, said).err()?;
        Some(format!("{}: {difference}\nthe compiler says:\n{}", case.display(), write(said)))
    };
    said.iter().filter_map(differs).collect()
}

#[test]
fn mistakes_are_errors_at_the_wrong_word() {
    assert!(SAID.len() > 100, "{} cases", SAID.len());
    if std::env::var_os("UPDATE_UI").is_some() {
        for (case, said) in &*SAID {
            fs::write(case.with_extension("stderr"), write(said)).unwrap();
        }
        return;
    }
    let differences = differences(&SAID);
    assert!(differences.is_empty(), "{}\nUPDATE_UI=1 accepts what the compiler says", differences.join("\n"));
}

/// rustc quotes the standard library's sources where the component `rust-src` is installed.
#[test]
fn errors_are_the_same_with_and_without_the_sources_of_std() {
    let quoting: Vec<PathBuf> = SAID
        .iter()
        .filter(|(_, said)| said.iter().any(|diagnostic| !diagnostic.files_of_std().is_empty()))
        .map(|(case, _)| case.clone())
        .collect();
    assert!(!quoting.is_empty(), "no case has an error in std");
    let mentioned = SAID.values().flatten().flat_map(Diagnostic::files_of_std).collect();
    let said = with_the_other_sysroot(&mentioned, |sysroot| COMPILER.compile_all(&quoting, Some(sysroot)));
    for (case, said) in &said {
        let finds = |diagnostics: &[Diagnostic]| diagnostics.iter().any(Diagnostic::finds_std);
        assert_ne!(finds(said), finds(&SAID[case]), "{}: the other sysroot is not another", case.display());
    }
    assert_eq!(differences(&said), Vec::<String>::new());
}

/// The macro cannot ask the runtime which names are reserved.
#[test]
fn macro_and_runtime_reserve_the_same_stage_names() {
    let source = include_str!("../../../../shelf-macros/src/stage/name.rs");
    let list = source.split_once("const RESERVED").and_then(|(_, rest)| rest.split_once(';')?.1.split_once(';'));
    let quoted: Vec<&str> = list.expect("the list").0.split('"').skip(1).step_by(2).collect();
    assert_eq!(quoted, shelf::registry::StageName::RESERVED);
}

#[test]
fn macro_and_runtime_reserve_the_same_metrics() {
    let source = include_str!("../../../../shelf-macros/src/metrics/page_metrics.rs");
    let list = source.split_once("const RESERVED").and_then(|(_, rest)| rest.split_once(';'));
    let quoted: Vec<&str> = list.expect("the list").0.split('"').skip(1).step_by(2).collect();
    assert_eq!(quoted, shelf::metrics::RESERVED);
}

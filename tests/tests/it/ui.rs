//! What the macros of shelf accept and what they say to mistakes.
//!
//! In `ui/*/fail` lies one mistake a file, and beside it what the compiler prints; `TRYBUILD=overwrite` writes that anew. The
//! files in `ui/*/pass` are modules of this test, so that clippy reads them too.

#[path = "../../ui/metrics/pass/empty.rs"]
pub mod metrics_empty;
#[path = "../../ui/metrics/pass/every_kind.rs"]
pub mod metrics_every_kind;
#[path = "../../ui/metrics/pass/groups.rs"]
pub mod metrics_groups;
#[path = "../../ui/report/pass/every_option.rs"]
pub mod report_every_option;
#[path = "../../ui/report/pass/of_other_metrics.rs"]
pub mod report_of_other_metrics;
#[path = "../../ui/stage/pass/book_scope.rs"]
pub mod stage_book_scope;
#[path = "../../ui/stage/pass/cfg.rs"]
pub mod stage_cfg;
#[path = "../../ui/stage/pass/every_option.rs"]
pub mod stage_every_option;
#[path = "../../ui/stage/pass/generic_types.rs"]
pub mod stage_generic_types;
#[path = "../../ui/stage/pass/isolated.rs"]
pub mod stage_isolated;
#[path = "../../ui/stage/pass/llm.rs"]
pub mod stage_llm;
#[path = "../../ui/stage/pass/made_by_a_macro.rs"]
pub mod stage_made_by_a_macro;
#[path = "../../ui/stage/pass/no_implicit_prelude.rs"]
pub mod stage_no_implicit_prelude;
#[path = "../../ui/stage/pass/own_error.rs"]
pub mod stage_own_error;
#[path = "../../ui/stage/pass/raw_identifiers.rs"]
pub mod stage_raw_identifiers;
#[path = "../../ui/stage/pass/renamed_crate.rs"]
pub mod stage_renamed_crate;
#[path = "../../ui/stage/pass/shadowed_names.rs"]
pub mod stage_shadowed_names;
#[path = "../../ui/stage/pass/strict_lints.rs"]
pub mod stage_strict_lints;

#[test]
fn mistakes_are_compile_errors_at_the_wrong_word() {
    trybuild::TestCases::new().compile_fail("ui/*/fail/*.rs");
}

/// The macro cannot ask the runtime which names are reserved.
#[test]
fn macro_and_runtime_reserve_the_same_names() {
    let source = include_str!("../../../shelf-macros/src/stage/name.rs");
    let list = source.split_once("const RESERVED").and_then(|(_, rest)| rest.split_once(';')?.1.split_once(';'));
    let quoted: Vec<&str> = list.expect("the list").0.split('"').skip(1).step_by(2).collect();
    assert_eq!(quoted, shelf::stage::StageName::RESERVED);
}

#[test]
fn macro_and_runtime_keep_the_same_names_for_themselves() {
    let source = include_str!("../../../shelf-macros/src/metrics/page_metrics.rs");
    let list = source.split_once("const RESERVED").and_then(|(_, rest)| rest.split_once(';'));
    let quoted: Vec<&str> = list.expect("the list").0.split('"').skip(1).step_by(2).collect();
    assert_eq!(quoted, shelf::metrics::RESERVED);
}

//! What the macros of shelf accept and what they say to mistakes.
//!
//! In `ui/*/fail` lies one mistake a file, and beside it what the compiler prints; `TRYBUILD=overwrite` writes that anew. The
//! files in `ui/*/pass` are modules of this test, so that clippy reads them too.

#[path = "../ui/metrics/pass/empty.rs"]
mod empty_metrics;
#[path = "../ui/metrics/pass/every_kind.rs"]
mod every_kind_of_metric;
#[path = "../ui/report/pass/every_option.rs"]
mod every_option_of_a_column;
#[path = "../ui/reading.rs"]
mod reading;

/// Stages that compile.
mod stage {
    #[path = "../../ui/stage/pass/book_scope.rs"]
    mod book_scope;
    #[path = "../../ui/stage/pass/cfg.rs"]
    mod cfg;
    #[path = "../../ui/stage/pass/every_option.rs"]
    mod every_option;
    #[path = "../../ui/stage/pass/made_by_a_macro.rs"]
    mod made_by_a_macro;
    #[path = "../../ui/stage/pass/no_implicit_prelude.rs"]
    mod no_implicit_prelude;
    #[path = "../../ui/stage/pass/own_error.rs"]
    mod own_error;
    #[path = "../../ui/stage/pass/raw_identifiers.rs"]
    mod raw_identifiers;
    #[path = "../../ui/stage/pass/renamed_crate.rs"]
    mod renamed_crate;
    #[path = "../../ui/stage/pass/shadowed_names.rs"]
    mod shadowed_names;
    #[path = "../../ui/stage/pass/strict_lints.rs"]
    mod strict_lints;
}

#[test]
fn mistakes_are_compile_errors_at_the_wrong_word() {
    trybuild::TestCases::new().compile_fail("ui/*/fail/*.rs");
}

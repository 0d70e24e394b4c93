//! What the macros of shelf say to mistakes: one mistake a file in `ui/*/fail`, with what the compiler prints beside it.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/fail/*.rs");
}
#[path = "../ui/stage/pass/every_option.rs"]
mod every;

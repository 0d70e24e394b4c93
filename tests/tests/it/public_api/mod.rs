//! The public API of `shelf` is what is listed here, and each item has one name. The prelude repeats items, since that is its purpose.

mod exports;
mod source;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use exports::{Crates, Exported};

/// All public items of `shelf` with their paths, such as `trait shelf::stage::Stage`.
fn listed() -> &'static [Exported] {
    static LISTED: LazyLock<Vec<Exported>> = LazyLock::new(|| Crates::read().public("shelf"));
    &LISTED
}

#[test]
fn public_items_are_those_listed() {
    let mut text = String::new();
    for Exported { kind, path, .. } in listed() {
        writeln!(text, "{kind} {path}").expect("a string takes all");
    }
    insta::assert_snapshot!(text);
}

#[test]
fn each_item_has_one_name() {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Exported { kind, path, home } in listed() {
        if !path.starts_with("shelf::prelude::") {
            names.entry(format!("{kind} {home}")).or_default().push(path.clone());
        }
    }
    names.retain(|_, names| names.len() > 1);
    assert!(names.is_empty(), "exported under several names: {names:#?}");
}

#[test]
fn stage_has_what_authors_use() {
    let items: Vec<&String> =
        listed().iter().map(|item| &item.path).filter(|path| path.starts_with("shelf::stage::")).collect();
    assert!(items.len() <= 30, "{} items: {items:#?}", items.len());
}

//! Checks that this machine has what shelf needs. Crates register checks for their stages.
//!
//! ```
//! use shelf::doctor::{Check, Finding};
//!
//! fn has_a_shell() -> Vec<Finding> {
//!     let there = std::path::Path::new("/bin/sh").exists();
//!     vec![if there { Finding::good("shell", "/bin/sh") } else { Finding::missing("shell", "not found", "install one") }]
//! }
//! shelf::doctor_check!(has_a_shell);
//! ```

/// A check that a crate registers with [`doctor_check!`](crate::doctor_check).
pub struct Check(pub fn() -> Vec<Finding>);

inventory::collect!(Check);

/// A check of what a crate's stages need for a language, registered with [`language_check!`](crate::language_check). It takes a BCP 47 tag.
pub struct LanguageCheck(pub fn(&str) -> Vec<Finding>);

inventory::collect!(LanguageCheck);

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// What was looked for.
    pub what: String,
    /// What was found.
    pub found: String,
    /// How to install it, if missing.
    pub hint: Option<String>,
}

impl Finding {
    /// It is there.
    #[must_use]
    pub fn good(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), found: found.into(), hint: None }
    }

    /// It is missing; `hint` says how to install it.
    #[must_use]
    pub fn missing(what: impl Into<String>, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), found: found.into(), hint: Some(hint.into()) }
    }
}

/// Runs the checks of all linked crates.
#[must_use]
pub fn examine() -> Vec<Finding> {
    inventory::iter::<Check>().flat_map(|check| check.0()).collect()
}

/// Runs the language checks of all linked crates for a BCP 47 tag.
#[must_use]
pub fn examine_language(tag: &str) -> Vec<Finding> {
    inventory::iter::<LanguageCheck>().flat_map(|check| check.0(tag)).collect()
}

/// Registers a `fn() -> Vec<Finding>` for `shelf doctor`.
#[macro_export]
macro_rules! doctor_check {
    ($check:path) => {
        $crate::__private::inventory::submit! { $crate::doctor::Check($check) }
    };
}

/// Registers a `fn(&str) -> Vec<Finding>` that is called when a book's language is set.
///
/// ```
/// use shelf::doctor::Finding;
///
/// fn has_a_font(tag: &str) -> Vec<Finding> {
///     vec![Finding::missing("font", format!("none for `{tag}`"), "install one")]
/// }
/// shelf::language_check!(has_a_font);
/// # fn main() {
/// assert_eq!(shelf::doctor::examine_language("he")[0].found, "none for `he`");
/// # }
/// ```
#[macro_export]
macro_rules! language_check {
    ($check:path) => {
        $crate::__private::inventory::submit! { $crate::doctor::LanguageCheck($check) }
    };
}

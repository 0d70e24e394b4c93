//! What a stage needs, checked once before a run makes any of its pages. Crates register a check for each of their stages.
//!
//! ```
//! use shelf::doctor::Finding;
//! use shelf::preflight::Prospect;
//!
//! fn has_a_font(run: &Prospect<'_>) -> Vec<Finding> {
//!     let font = run.option("font").unwrap_or("DejaVu");
//!     vec![if font == "DejaVu" { Finding::good("font", font) } else { Finding::missing("font", font, "install it") }]
//! }
//! shelf::preflight!("drawn", has_a_font);
//! # fn main() {}
//! ```

use serde_json::{Map, Value};

use crate::book::Languages;
use crate::doctor::Finding;

/// A check that a crate registers for a stage with [`preflight!`](macro@crate::preflight).
pub struct Preflight {
    /// The stage.
    pub stage: &'static str,
    /// What it needs, and whether it is there.
    pub check: fn(&Prospect<'_>) -> Vec<Finding>,
}

inventory::collect!(Preflight);

/// What is known of a stage's work before it begins.
#[derive(Debug, Clone, Copy)]
pub struct Prospect<'a> {
    options: &'a Map<String, Value>,
    languages: &'a Languages,
}

impl<'a> Prospect<'a> {
    /// Of a stage with these options, for a book in these languages.
    #[must_use]
    pub fn new(options: &'a Map<String, Value>, languages: &'a Languages) -> Self {
        Self { options, languages }
    }

    /// The text that an option of the stage is set to.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&'a str> {
        self.options.get(name).and_then(Value::as_str)
    }

    /// The languages of the book.
    #[must_use]
    pub fn languages(&self) -> &'a Languages {
        self.languages
    }
}

/// What is missing that a stage needs.
#[must_use]
pub fn missing(stage: &str, prospect: &Prospect<'_>) -> Vec<Finding> {
    let checks = inventory::iter::<Preflight>().filter(|preflight| preflight.stage == stage);
    checks.flat_map(|preflight| (preflight.check)(prospect)).filter(|finding| finding.hint.is_some()).collect()
}

/// Registers a `fn(&Prospect) -> Vec<Finding>` that is called once before a run makes pages of a stage; what it misses refuses the run.
#[macro_export]
macro_rules! preflight {
    ($stage:literal, $check:path) => {
        $crate::__private::inventory::submit! { $crate::preflight::Preflight { stage: $stage, check: $check } }
    };
}

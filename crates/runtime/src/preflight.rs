//! Checks the requirements of a stage once, before a run makes any of its pages. Crates register a check for each of their stages.
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
    /// Checks its requirements.
    pub check: fn(&Prospect<'_>) -> Vec<Finding>,
}

inventory::collect!(Preflight);

/// What a preflight check knows of the coming run of a stage.
#[derive(Debug, Clone, Copy)]
pub struct Prospect<'a> {
    options: &'a Map<String, Value>,
    languages: &'a Languages,
}

impl<'a> Prospect<'a> {
    /// For a stage with these options and a book in these languages.
    #[must_use]
    pub fn new(options: &'a Map<String, Value>, languages: &'a Languages) -> Self {
        Self { options, languages }
    }

    /// The value of an option of the stage, if it is text.
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

/// The missing requirements of a stage.
#[must_use]
pub fn missing(stage: &str, prospect: &Prospect<'_>) -> Vec<Finding> {
    let checks = inventory::iter::<Preflight>().filter(|preflight| preflight.stage == stage);
    checks.flat_map(|preflight| (preflight.check)(prospect)).filter(|finding| finding.hint.is_some()).collect()
}

/// Registers a `fn(&Prospect) -> Vec<Finding>` that is called once before a run makes pages of a stage; a missing requirement refuses the run.
#[macro_export]
macro_rules! preflight {
    ($stage:literal, $check:path) => {
        $crate::__private::inventory::submit! { $crate::preflight::Preflight { stage: $stage, check: $check } }
    };
}

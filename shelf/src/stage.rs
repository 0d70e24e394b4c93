//! What a stage is to the compiler and to the runtime, and what a stage's function may take and return.
//!
//! ```
//! use shelf::prelude::*;
//! use shelf::stage::Stage as _;
//!
//! /// The text of a page.
//! #[page]
//! pub struct Text {
//!     pub text: String,
//! }
//!
//! /// Writes the number of every page.
//! #[stage(name = "text")]
//! pub fn text(page: PageNumber) -> Result<Text> {
//!     Ok(Text { text: format!("page {page}") })
//! }
//!
//! /// Puts every page and the next one together.
//! #[stage(name = "pairs", deps = [text], version = 2)]
//! pub fn pairs(text: Window<Text>) -> Result<Text> {
//!     let next = text.next().map_or("", |next| &next.text);
//!     Ok(Text { text: format!("{} {next}", text.page.text) })
//! }
//!
//! assert_eq!(pairs::ROW.deps[0].row.name, "text");
//! assert_eq!(pairs::ROW.version, 2);
//! ```

pub use shelf_runtime::failure::{Cause, Failure, Result};
pub use shelf_runtime::page::{Model, Page, ProcessingCost, Timestamp};
pub use shelf_runtime::stage::{
    ByPage, Cx, ExternalInput, FromCx, HasPage, OptionChoice, PageFiles, Pages, ParagraphId, Paragraphs, Parallelism,
    Parameter, Part, Prompt, Resource, ResourceContext, Row, Stage, StageRun, Warnings, Window,
};
#[cfg(feature = "scans")]
pub use shelf_scans::{PageImage, ScanFile};

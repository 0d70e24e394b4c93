//! A stage, for the compiler and for the runtime: the traits that its types satisfy, the row that `#[stage]` writes,
//! and what a stage function may take and return.
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

mod cx;
mod cycle_search;
mod dependency;
mod handle;
mod isolated;
mod name;
mod option_choice;
mod options;
mod page_cache;
mod page_files;
mod paragraphs;
mod parameter;
mod part;
mod policy;
mod prompt;
mod recent_pages;
mod resource;
mod returned;
mod row;
mod shape;
mod stage_run;
mod warnings;

pub use crate::page::ParagraphId;
pub use cx::Cx;
pub(crate) use cx::Reader;
pub use cycle_search::CycleSearch;
pub use dependency::{Dep, FromStage, Load, Pages, Reach, RowRef, Window};
pub use handle::{Handle, Handles, Usage};
pub use isolated::{Isolated, IsolatedOptions, isolated};
pub use name::{StageName, StageNameError};
pub(crate) use option_choice::OptionChoices;
pub use option_choice::{OptionChoice, UnreadInput};
pub use options::{NoOptions, OptionsRow, ParsedOptions, SameAs, StageOptions};
pub(crate) use page_cache::PageCache;
pub(crate) use page_files::IMAGES;
pub use page_files::{PageFile, PageFiles};
pub use paragraphs::{Conserves, Paragraphs, conserves};
pub use parameter::{ExternalInput, FromCx, KeptInput, Parameter, input};
pub use part::{ByPage, Part};
pub use policy::{CopyOf, Copying, MaxFailed, OnError, Policy};
pub use prompt::Prompt;
pub(crate) use resource::OpenResources;
pub use resource::{Resource, ResourceContext, ResourceRow, Resources, Shared, shared};
pub use returned::{to_json, to_json_with_metrics};
pub use row::{Parallelism, Row, Run, RunFuture, Site};
pub use shape::{AsksModels, Book, Cpu, EachPage, Fixed, HasPage, Io, LlmPool, Pool, Scope, Stage};
pub use stage_run::{After, Async, Before, Blocking, HookCall, IntoHookCall, StageRun, hook};
pub use warnings::Warnings;

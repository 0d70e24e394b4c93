//! What a stage is to the compiler and to the runtime: the traits that its types satisfy, the row that `#[stage]` writes,
//! and what a stage function may take and return.

mod cx;
mod dependency;
mod failure;
mod filled;
mod name;
mod offered;
mod options;
mod output;
mod page_files;
mod page_image;
mod row;
mod shape;
mod stage_run;

pub use cx::Cx;
pub use dependency::{Dep, FromStage, Load, Pages, Reach, Window};
pub use failure::{Cause, Failure, IntoFailure, Result};
pub use filled::{Filled, Model, ProcessingCost, Timestamp};
pub use name::{StageName, StageNameError};
pub use offered::{FromPage, Offered, Reads, reads};
pub use options::{Is, NoOptions, OptionsRow, ParsedOptions, StageOptions};
pub use output::{Made, Misfit, OutputRow, Page, Unreadable, made, measured};
pub use page_files::{PageFile, PageFiles};
pub use page_image::{PageImage, ScanFile};
pub use row::{Making, Parallelism, Row, Run, Site};
pub use shape::{Book, Cpu, EachPage, Fixed, HasPage, Io, LlmPool, Pool, Scope, Stage};
pub use stage_run::{Hook, StageRun, hook};

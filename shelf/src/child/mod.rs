//! What comes from outside is opened in child processes of the same binary: decoding scans and PDFs, and the C++ of Tesseract.
//! A crash, a hang or a decompression bomb then costs one page, with a reason.
//!
//! To the caller it is a function call: a [`Task`] is a named function, [`Children::call`] runs it in a child.
//!
//! ```
//! use shelf::child::{Allowance, Children, Task, child_task};
//!
//! fn shout(text: String) -> shelf::stage::Result<String> {
//!     Ok(text.to_uppercase())
//! }
//! static SHOUT: Task<String, String> = Task::new("example.shout", shout);
//! child_task!(SHOUT);
//!
//! // In this process, as `shelf try` and tests without a binary do it:
//! let loud = Children::in_process().call(&SHOUT, "a page".to_owned(), Allowance::default()).unwrap();
//! assert_eq!(loud, "A PAGE");
//! ```

mod children;
mod task;

pub use crate::child_task;
pub use children::{Allowance, ChildSettings, Children};
pub use task::{Task, TaskRow};

//! What comes from outside is opened in child processes of the same binary: decoding scans and PDFs, and the C++ of Tesseract.
//! A crash, a hang or a decompression bomb then costs one page, with a reason.
//!
//! To the caller it is a function call: a [`Task`] is a named function, [`Children::call`] runs it in a child.
//!
//! ```
//! use shelf::worker::{Allowance, Children, Task, worker_task};
//!
//! fn shout(text: String) -> shelf::stage::Result<String> {
//!     Ok(text.to_uppercase())
//! }
//! static SHOUT: Task<String, String> = Task::new("example.shout", shout);
//! worker_task!(SHOUT);
//!
//! // In this process, as `shelf try` and tests without a binary do it:
//! let loud = Children::in_process().call(&SHOUT, "a page".to_owned(), Allowance::default()).unwrap();
//! assert_eq!(loud, "A PAGE");
//! ```
//!
//! With [`Children::start`] the same call goes to a child. The program named in [`ChildSettings`], as a rule this binary, calls
//! [`serve`] when it gets the arguments that are given there. Parent and child talk over the child's standard input and output,
//! one request and its reply at a time:
//!
//! * **Memory** is limited by the kernel. A page may use half of the limit and 4 bytes for each pixel of its scan, up to the limit.
//!   A task that learns the size only from the file says it with [`allow_pixels`].
//! * **Time** is watched by the parent, which kills a child that takes too long.
//! * **A death** is the failure of the page in hand; the next call gets a new child. A child that died while it was idle costs nothing.
//! * **The parent's end**, even by `kill -9`, closes the child's standard input, and the child ends with it, whatever it is doing.
//!   (Linux' "parent death signal" would come when the *thread* ends that started the child.)

mod children;
mod death;
mod limits;
mod pool;
mod process;
mod serve;
mod task;
mod wire;

pub use crate::worker_task;
pub use children::{Allowance, ChildSettings, Children};
pub use serve::{ServeError, allow_pixels, serve};
pub use task::{Task, TaskRow};

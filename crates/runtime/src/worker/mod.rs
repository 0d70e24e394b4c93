//! External files are opened in worker processes of the same binary, as is the C++ code of Tesseract.
//! So a crash, a hang or a decompression bomb costs one page, with a reason.
//!
//! To the caller this is a function call: a [`Task`] is a named function, and [`WorkerPool::call`] runs it in a worker.
//!
//! ```
//! use shelf::worker::{Allowance, WorkerPool, Task, worker_task};
//!
//! fn shout(text: String) -> shelf::stage::Result<String> {
//!     Ok(text.to_uppercase())
//! }
//! static SHOUT: Task<String, String> = Task::new("example.shout", shout);
//! worker_task!(SHOUT);
//!
//! // In this process, as `shelf try` and tests without a binary do:
//! let loud = WorkerPool::in_process().call(&SHOUT, "a page".to_owned(), Allowance::default()).unwrap();
//! assert_eq!(loud, "A PAGE");
//! ```
//!
//! With [`WorkerPool::start`] the same call goes to a worker. The program named in [`WorkerSettings`], usually this binary, calls
//! [`serve`] when it gets the arguments given there. Parent and worker communicate over the worker's standard input and output,
//! one request and its reply at a time:
//!
//! * **Memory** is limited by the kernel. A page may use half of the limit and 4 bytes for each pixel of its scan, up to the limit.
//!   A task that learns the size only from the file reports it with [`allow_pixels`].
//! * **Time** is watched by the parent, which kills a worker that takes too long.
//! * **A crash** fails the page being processed; the next call gets a new worker. A worker that died while it was idle costs nothing.
//! * **What a worker may do** is limited by [`Confinement`]: on Linux it reads and writes only the files that it is given, starts no other program,
//!   opens no socket, reaches no other process and gets no keys. `isolated` stages with `confined = false`, which need what their author
//!   says, run in workers of their own that are not confined.
//! * **When the parent ends**, even by `kill -9`, the standard input of the worker closes, and the worker exits, whatever it is doing.
//!   (The "parent death signal" of Linux is sent when the *thread* that started the worker ends.)

mod confinement;
mod limits;
mod process;
mod process_pool;
mod serve;
mod task;
mod termination;
mod wire;
mod worker_pool;

pub use crate::worker_task;
pub use confinement::{Confinement, confinement_gap};
pub use serve::{ServeError, allow_pixels, serve};
pub use task::{Task, TaskRow};
pub use worker_pool::{Allowance, WorkerPool, WorkerSettings};

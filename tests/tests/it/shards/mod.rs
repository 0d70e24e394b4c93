//! Several processes that share a book: every page once, whatever is killed, and the same result as from one process.

mod library;
mod planning;
mod processes;
mod scripts;

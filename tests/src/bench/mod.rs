//! Measures shelf beside what a person would use instead: the same pages, the same cores, in turn, in one run. `make bench`.

mod contest;
mod contests;
mod document;
mod floor;
mod libraries;
mod pages;
mod rounds;

pub use contest::{Contender, Contest, Goal};
pub use contests::{contests, long_contests};
pub use document::{replace_between_markers, section};
pub use floor::{disk_floor, recognition_floor};
pub use libraries::{book_of_a_long_word, book_of_empty_pages, book_of_read_pages, many_books};
pub use pages::{Pages, draw_pages};
pub use rounds::{Measured, Workplace, run};

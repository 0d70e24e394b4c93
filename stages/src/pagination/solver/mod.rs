//! Finds the printed page numbers of a whole book at once, with a hidden Markov model decoded by the Viterbi algorithm: the state of a
//! scan is "not numbered" or "page `scan + offset` with these numerals". A misread number costs less than two jumps, and a jump costs less
//! than a series of misread numbers.

mod cost;
mod restore;
mod solve;
mod state;
#[cfg(test)]
mod synthetic_books;
mod viterbi;

pub use solve::{SolvedNumber, solve_page_numbers};

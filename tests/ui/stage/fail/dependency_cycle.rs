//! Three stages, each of which waits for the next.

#[path = "../../reading.rs"]
mod reading;

use reading::WordCount;
use shelf::prelude::*;

#[stage(name = "first", deps = [second])]
fn first(second: WordCount) -> Result<WordCount> {
    Ok(second)
}

#[stage(name = "second", deps = [third])]
fn second(third: WordCount) -> Result<WordCount> {
    Ok(third)
}

#[stage(name = "third", deps = [first])]
fn third(first: WordCount) -> Result<WordCount> {
    Ok(first)
}

fn main() {}

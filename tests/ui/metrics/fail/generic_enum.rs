//! A generic enum as a metric.

use shelf::prelude::*;

#[derive(Metric)]
enum Numerals<const N: usize> {
    Roman,
}

fn main() {}

//! An enum without words as a metric.

use shelf::prelude::*;

#[derive(Metric)]
enum Numerals {}

fn main() {}

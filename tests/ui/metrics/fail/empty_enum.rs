//! An enum without variants as a metric.

use shelf::prelude::*;

#[derive(Metric)]
enum Numerals {}

fn main() {}

//! Metrics whose fields have no names.

use shelf::prelude::*;

#[derive(PageMetrics, Report)]
struct Counted(u32, u32);

fn main() {}

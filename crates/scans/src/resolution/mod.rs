//! The resolution of a scan: what its file states where that is plausible, else an estimate from the height of its letters.

mod estimate;
mod x_height;

pub(crate) use estimate::{stated, stated_or_estimated};

//! Tests of the examples, in one binary.

mod embed;
mod guide;

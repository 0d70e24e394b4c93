//! For tests of stages: a book in a temporary folder, the outputs of its dependencies as values, one call to run a stage, and what it made.

#[cfg(feature = "llm")]
pub use shelf_llm::testing::*;
pub use shelf_runtime::testing::*;

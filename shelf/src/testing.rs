//! For tests of stages: a book in a temporary folder, the outputs of its dependencies as values, one call to run a stage, and what it made.

#[cfg(feature = "eval")]
#[doc(inline)]
pub use shelf_eval::testing::*;
#[cfg(feature = "llm")]
#[doc(inline)]
pub use shelf_llm::testing::*;
#[doc(inline)]
pub use shelf_pages::testing::*;
pub use shelf_runtime::testing::*;

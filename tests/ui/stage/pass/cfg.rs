//! Stages and parameters that are there only sometimes.

use shelf::prelude::*;
use shelf::stage::{ExternalInput, Stage};

use crate::reading::WordCount;

/// Is never there, with whatever type.
#[stage(name = "never")]
#[cfg(not(test))]
pub fn never(page: Nothing) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

/// Is there, with one of two parameters.
#[stage(name = "always")]
#[cfg(test)]
pub fn always(
    page: PageNumber,
    #[cfg(not(test))] book: Nothing,
    #[cfg(test)] languages: Languages,
) -> Result<WordCount> {
    let _ = languages;
    Ok(WordCount { words: page.get() as usize })
}

#[test]
fn parameters_that_are_not_there_are_not_read() {
    assert_eq!(always::ROW.inputs, [ExternalInput::None, ExternalInput::Languages]);
}

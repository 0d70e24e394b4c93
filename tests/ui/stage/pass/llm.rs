//! Stages on the pool of models: one that takes its model under another name, and one that asks in its hook alone.

use shelf::prelude::*;

use crate::reading::WordCount;

/// What models are called here.
pub type Oracle = Llm;

/// Asks how many words there are.
#[stage(name = "told", parallelism = llm)]
pub async fn told(oracle: Oracle) -> Result<WordCount> {
    oracle.ask().user("How many words?").reply().await
}

/// Counts, and has the sum judged.
#[stage(name = "judged", parallelism = llm, after = judge)]
pub async fn judged(page: PageNumber) -> Result<WordCount> {
    Ok(WordCount { words: page.get() as usize })
}

/// Asks what to think of it.
pub async fn judge(run: &StageRun) -> Result<()> {
    let _: WordCount = run.llm()?.ask().user("Is that much?").reply().await?;
    Ok(())
}

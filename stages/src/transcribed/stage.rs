use shelf::llm::Engine;
use shelf::prelude::*;

use super::model::{PROMPT, Transcription, ask};
use super::{TranscribedEngine, TranscribedMetrics, TranscribedOptions, TranscribedPage};
use crate::ocr::{OcrPage, ocr};

/// Has a vision model read the page itself, for scripts and handwriting that Tesseract cannot read. Off by default: its pages are then empty and free.
#[stage(name = "transcribed", deps = [ocr], parallelism = llm, options = TranscribedOptions, prompt = PROMPT)]
pub async fn transcribed(
    ocr: OcrPage,
    image: PageImage,
    llm: Llm,
    prompt: Prompt,
    options: &TranscribedOptions,
) -> Result<(TranscribedPage, TranscribedMetrics)> {
    let Transcription { lines, unplaced_lines, metrics } = match options.engine {
        TranscribedEngine::Off => Transcription::default(),
        TranscribedEngine::Llm => {
            Engine::Llm.or_rules(&llm, ask(&ocr, (&llm, &prompt, &image), options.paragraphs).await)?
        }
    };
    let page = TranscribedPage {
        page_number: ocr.page_number,
        lines,
        unplaced_lines,
        model_used: Model::default(),
        processing_cost: ProcessingCost::default(),
        timestamp: Timestamp::default(),
    };
    Ok((page, metrics))
}

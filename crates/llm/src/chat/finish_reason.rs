/// Why a model stopped, in the words of any server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FinishReason {
    /// Its reply is complete.
    Complete,
    /// The reply reached the limit on tokens.
    TokenLimit,
    /// Anything else, such as a content filter.
    Other,
}

/// Words for a complete reply: of OpenAI, Anthropic, Hugging Face, Cohere, and of servers that pass on those of a model.
const COMPLETE: [&str; 9] =
    ["stop", "end_turn", "stop_sequence", "eos", "eos_token", "end_of_turn", "complete", "completed", "finished"];
/// Words for a reply that reached the limit: of OpenAI, Anthropic, Google, Mistral.
const TOKEN_LIMIT: [&str; 5] = ["length", "max_tokens", "max_output_tokens", "model_length", "max_length"];

impl FinishReason {
    /// Reads `finish_reason` regardless of case.
    pub(crate) fn of(word: &str) -> Self {
        let word = word.trim().to_lowercase();
        let word = word.strip_prefix("finish_reason_").unwrap_or(&word);
        match word {
            word if COMPLETE.contains(&word) => Self::Complete,
            word if TOKEN_LIMIT.contains(&word) => Self::TokenLimit,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_of_servers() {
        for word in ["stop", "STOP", "end_turn", "eos", "FINISH_REASON_STOP", "COMPLETE"] {
            assert_eq!(FinishReason::of(word), FinishReason::Complete, "{word}");
        }
        for word in ["length", "MAX_TOKENS", "model_length"] {
            assert_eq!(FinishReason::of(word), FinishReason::TokenLimit, "{word}");
        }
        for word in ["content_filter", "SAFETY", "refusal", "tool_calls", "error", ""] {
            assert_eq!(FinishReason::of(word), FinishReason::Other, "{word}");
        }
    }
}

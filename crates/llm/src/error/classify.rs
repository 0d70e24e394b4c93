//! What a server's refusal concerns: one page, the model, or everything that would be asked.

use std::time::Duration;

use super::{AbortReason, CallError, MAX_RETRY_AFTER, Rejection};

/// Words in a refusal for lack of credit.
const CREDIT: [&str; 8] = [
    "insufficient_quota",
    "exceeded your current quota",
    "insufficient credit",
    "insufficient balance",
    "insufficient_balance",
    "credit balance is too low",
    "billing_hard_limit",
    "billing_not_active",
];
/// Words in a refusal of the key.
const KEY: [&str; 7] = [
    "invalid_api_key",
    "incorrect api key",
    "invalid api key",
    "invalid x-api-key",
    "api key not valid",
    "api_key_invalid",
    "no auth credentials",
];
/// Words in a refusal of a model that the server does not have.
const MODEL: [&str; 6] = [
    "model_not_found",
    "is not a valid model",
    "model does not exist",
    "unknown model",
    "invalid model",
    "no such model",
];
/// Words in a refusal of pictures.
const PICTURES: [&str; 5] = ["image input", "image_url", "support image", "support vision", "multimodal"];
/// Words in a refusal of what the request contains.
const CONTENT: [&str; 8] = [
    "moderation",
    "flagged",
    "content_policy",
    "content policy",
    "content_filter",
    "content management policy",
    "data_inspection",
    "safety",
];
/// Words in a refusal of a request that is longer than the model's context.
const CONTEXT: [&str; 5] = ["context_length", "context length", "context window", "maximum context", "exceed_context"];

impl CallError {
    /// The error for an HTTP status, or for the same code inside a reply. `code` is the server's own word for it.
    pub(crate) fn of_status(status: u16, code: Option<&str>, retry_after: Option<Duration>, message: String) -> Self {
        let said = format!("{} {message}", code.unwrap_or_default()).to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        let rejected =
            |about, message| Self::Aborted(AbortReason::Rejected { status, message, about, with_picture: false });
        match status {
            401 => rejected(Rejection::Key, message),
            402 => rejected(Rejection::Credit, message),
            0 | 400..500 if says(&CREDIT) => rejected(Rejection::Credit, message),
            0 | 400 | 403 if says(&KEY) => rejected(Rejection::Key, message),
            408.. if retry_after > Some(MAX_RETRY_AFTER) => {
                Self::Aborted(AbortReason::Later { status, wait: retry_after.unwrap_or_default(), message })
            }
            429 => Self::RateLimited { retry_after, message },
            413 => Self::TooLarge(message),
            400 | 422 if says(&CONTEXT) => Self::TooLarge(message),
            400 | 422 if says(&MODEL) => Self::UnknownModel { status, message },
            404 if says(&PICTURES) => Self::Refused { status, message, with_picture: false },
            404 => Self::UnknownModel { status, message },
            403 if says(&CONTENT) => Self::Refused { status, message, with_picture: false },
            400 | 422 | 451 => Self::Refused { status, message, with_picture: false },
            0 | 408 | 409 | 425 | 500.. => Self::Server { status, retry_after, message },
            403 => rejected(Rejection::Access, message),
            _ => rejected(Rejection::Other, message),
        }
    }
}

/// Whether a message of a server says that the model does not accept pictures.
pub(crate) fn refuses_pictures(message: &str) -> bool {
    let message = message.to_lowercase();
    PICTURES.iter().any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, code: Option<&str>, message: &str) -> CallError {
        CallError::of_status(status, code, None, message.to_owned())
    }

    fn rejection(error: &CallError) -> Option<Rejection> {
        match error {
            CallError::Aborted(AbortReason::Rejected { about, .. }) => Some(*about),
            _ => None,
        }
    }

    #[test]
    fn a_long_wait_ends_the_questions_of_the_run() {
        let of =
            |status, seconds| CallError::of_status(status, None, Some(Duration::from_secs(seconds)), "wait".to_owned());
        assert!(
            matches!(of(429, 600), CallError::RateLimited { .. }) && matches!(of(503, 600), CallError::Server { .. })
        );
        for status in [429, 503] {
            let CallError::Aborted(reason) = of(status, 7_000) else { panic!("{status}") };
            assert!(reason.is_of_models(), "rules make the pages meanwhile");
            assert!(reason.to_string().ends_with("accepts no requests for another 117 min: wait"), "{reason}");
        }
    }

    #[test]
    fn status_determines_error() {
        let of = |status| of(status, None, "a 5 and a 429");
        for status in [408, 409, 500, 502, 503, 529] {
            assert!(of(status).is_transient() && matches!(of(status), CallError::Server { .. }), "{status}");
        }
        for (status, about) in
            [(401, Rejection::Key), (402, Rejection::Credit), (403, Rejection::Access), (301, Rejection::Other)]
        {
            assert_eq!((of(status).is_transient(), rejection(&of(status))), (false, Some(about)), "{status}");
        }
        for status in [400, 422, 451] {
            assert!(!of(status).is_transient() && matches!(of(status), CallError::Refused { .. }), "{status}");
        }
        assert!(matches!(of(404), CallError::UnknownModel { .. }));
        assert!(of(429).is_transient() && matches!(of(429), CallError::RateLimited { .. }));
        assert_eq!(of(413), CallError::TooLarge("a 5 and a 429".to_owned()));
    }

    #[test]
    fn message_determines_what_a_refusal_concerns() {
        let quota = of(429, Some("insufficient_quota"), "You exceeded your current quota");
        assert_eq!(rejection(&quota), Some(Rejection::Credit));
        assert_eq!(rejection(&of(400, None, "API key not valid. Please pass a valid API key.")), Some(Rejection::Key));
        assert!(matches!(of(403, None, "Your input was flagged"), CallError::Refused { status: 403, .. }));
        assert!(matches!(of(400, None, "x/y is not a valid model ID"), CallError::UnknownModel { .. }));
        assert!(matches!(of(404, None, "No endpoints found that support image input"), CallError::Refused { .. }));
        let long = "This model's maximum context length is 4096 tokens";
        assert!(matches!(of(400, Some("context_length_exceeded"), long), CallError::TooLarge(_)));
    }
}

//! The models that are asked if nobody chose one. They are kept here only, and none of them could be tested.

/// A model that is asked by default, as its vendor describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultModel {
    /// Its name at OpenRouter.
    pub name: &'static str,
    /// The day on which its vendor shuts it down, year first; `None` if none was announced on [`READ_ON`].
    pub shut_down_on: Option<&'static str>,
    /// Where its vendor says that it takes pictures and answers in JSON, or that it replaces a model that does.
    pub source: &'static str,
}

/// The day on which the vendors' pages were read, year first.
pub const READ_ON: &str = "2026-11-29";

/// In the order in which they are asked. The first is the default; at OpenRouter the others are the default fallbacks. A model that the server no
/// longer lists is left out if it lists one of the next.
pub const DEFAULT_MODELS: [DefaultModel; 3] = [
    // Google recommends it instead of `gemini-2.5-flash`, the default until now, which is shut down on 2026-12-01.
    DefaultModel {
        name: "google/gemini-3.5-flash-lite",
        shut_down_on: None,
        source: "https://ai.google.dev/gemini-api/docs/models/gemini-3.5-flash-lite",
    },
    DefaultModel {
        name: "google/gemini-3.1-flash-lite",
        shut_down_on: None,
        source: "https://openrouter.ai/google/gemini-3.1-flash-lite",
    },
    // OpenAI recommends it instead of `gpt-4.1-mini`, the fallback until now, which is shut down on 2027-01-14.
    DefaultModel {
        name: "openai/gpt-6-luna",
        shut_down_on: None,
        source: "https://developers.openai.com/api/docs/deprecations",
    },
];

use crate::cost::ModelList;

/// What a server accepts, as far as its documentation says. What its list of models says takes precedence, and what it refuses is left out.
///
/// Sources: <https://platform.openai.com/docs/api-reference/chat/create>, <https://openrouter.ai/docs/api-reference/parameters>,
/// <https://api-docs.deepseek.com/api/create-chat-completion>, <https://docs.mistral.ai/api>,
/// <https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html>, <https://github.com/ggml-org/llama.cpp/tree/master/tools/server>,
/// <https://docs.ollama.com/api/openai-compatibility>, <https://lmstudio.ai/docs/developer/openai-compat>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// Its name in `shelf config`.
    pub name: &'static str,
    pub(crate) token_limit: TokenLimit,
    pub(crate) format: ReplyFormat,
    /// Whether `stream_options` makes it report the usage.
    pub(crate) stream_options: bool,
    pub(crate) reasoning: ReasoningField,
}

/// The parameter that limits the tokens of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenLimit {
    /// `max_tokens`
    MaxTokens,
    /// `max_completion_tokens`
    MaxCompletionTokens,
}

/// How a reply in JSON is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplyFormat {
    /// `response_format` of type `json_schema`
    JsonSchema,
    /// `response_format` of type `json_object`
    JsonObject,
    /// Only by the prompt.
    Prompt,
}

/// How the effort of reasoning is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReasoningField {
    /// `"reasoning_effort": "low"`
    ReasoningEffort,
    /// `"reasoning": { "effort": "low" }`
    Reasoning,
}

impl TokenLimit {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::MaxTokens => Self::MaxCompletionTokens,
            Self::MaxCompletionTokens => Self::MaxTokens,
        }
    }
}

const UNKNOWN: Profile = Profile {
    name: "unknown",
    token_limit: TokenLimit::MaxTokens,
    format: ReplyFormat::JsonSchema,
    stream_options: true,
    reasoning: ReasoningField::ReasoningEffort,
};
pub(super) const OPENAI: Profile = Profile { name: "OpenAI", token_limit: TokenLimit::MaxCompletionTokens, ..UNKNOWN };
/// OpenRouter reports the usage when asked with `usage`, which is its own.
const OPENROUTER: Profile =
    Profile { name: "OpenRouter", stream_options: false, reasoning: ReasoningField::Reasoning, ..UNKNOWN };
const OPENAI_BY_OPENROUTER: Profile = Profile { name: "OpenAI through OpenRouter", ..OPENROUTER };
/// Not every provider of Claude accepts a schema.
const ANTHROPIC_BY_OPENROUTER: Profile =
    Profile { name: "Anthropic through OpenRouter", format: ReplyFormat::Prompt, ..OPENROUTER };
const GOOGLE_BY_OPENROUTER: Profile = Profile { name: "Google through OpenRouter", ..OPENROUTER };
const DEEPSEEK: Profile = Profile { name: "DeepSeek", format: ReplyFormat::JsonObject, ..UNKNOWN };
/// Mistral reports the usage unasked and refuses parameters that it does not know.
const MISTRAL: Profile = Profile { name: "Mistral", stream_options: false, ..UNKNOWN };
const VLLM: Profile = Profile { name: "vLLM", ..UNKNOWN };
const LLAMA_CPP: Profile = Profile { name: "llama.cpp", ..UNKNOWN };
const OLLAMA: Profile = Profile { name: "Ollama", ..UNKNOWN };
const LM_STUDIO: Profile = Profile { name: "LM Studio", ..UNKNOWN };

/// Profiles by the host of the server.
const BY_HOST: [(&str, Profile); 4] =
    [("openrouter.ai", OPENROUTER), ("openai.com", OPENAI), ("deepseek.com", DEEPSEEK), ("mistral.ai", MISTRAL)];
/// Profiles by the vendor of the model, where OpenRouter is asked.
const BY_VENDOR: [(&str, Profile); 3] =
    [("openai/", OPENAI_BY_OPENROUTER), ("anthropic/", ANTHROPIC_BY_OPENROUTER), ("google/", GOOGLE_BY_OPENROUTER)];
/// Profiles by `owned_by` in the list of models.
const BY_OWNER: [(&str, Profile); 4] =
    [("llamacpp", LLAMA_CPP), ("vllm", VLLM), ("library", OLLAMA), ("organization_owner", LM_STUDIO)];
/// Profiles by the port that a server on this machine listens on unless it is told otherwise.
const BY_PORT: [(u16, Profile); 2] = [(11434, OLLAMA), (1234, LM_STUDIO)];

impl Profile {
    /// The profile of a model of the server at `base_url`; `models` is its list of models, if known.
    #[must_use]
    pub fn of(base_url: &str, model: &str, models: Option<&ModelList>) -> Self {
        let authority = base_url.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
        let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
        let is_host = |known: &str| host == known || host.strip_suffix(known).is_some_and(|sub| sub.ends_with('.'));
        let by_host = BY_HOST.iter().find(|(known, _)| is_host(known)).map(|(_, profile)| *profile);
        if by_host == Some(OPENROUTER) {
            let by_vendor = BY_VENDOR.iter().find(|(vendor, _)| model.starts_with(vendor));
            return by_vendor.map_or(OPENROUTER, |(_, profile)| *profile);
        }
        let owner = models.and_then(|models| models.owner(model));
        let by_owner = || owner.and_then(|owner| BY_OWNER.iter().find(|(known, _)| *known == owner));
        let by_port = || BY_PORT.iter().find(|(known, _)| port.parse() == Ok(*known)).map(|(_, profile)| *profile);
        by_host.or_else(|| by_owner().map(|(_, profile)| *profile)).or_else(by_port).unwrap_or(UNKNOWN)
    }

    /// Whether the server is OpenRouter.
    pub(super) fn is_openrouter(&self) -> bool {
        self.reasoning == ReasoningField::Reasoning
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn host_vendor_owner_and_port_determine_profile() {
        let list = |owner: &str| ModelList::parse(&json!({ "data": [{ "id": "m", "owned_by": owner }] }));
        let name = |url: &str, model: &str| Profile::of(url, model, None).name;
        assert_eq!(name("https://api.openai.com/v1", "gpt-5"), "OpenAI");
        assert_eq!(name("https://openrouter.ai/api/v1", "anthropic/claude-sonnet-4"), "Anthropic through OpenRouter");
        assert_eq!(name("https://openrouter.ai/api/v1", "qwen/qwen3"), "OpenRouter");
        assert_eq!(name("https://notopenai.com/v1", "gpt-5"), "unknown");
        assert_eq!(name("http://127.0.0.1:11434/v1", "m"), "Ollama");
        assert_eq!(Profile::of("http://127.0.0.1:8080/v1", "m", Some(&list("llamacpp"))).name, "llama.cpp");
        assert_eq!(Profile::of("http://10.0.0.2:11434/v1", "m", Some(&list("vllm"))).name, "vLLM");
        assert_eq!(Profile::of("http://127.0.0.1:8080/v1", "m", Some(&list("me"))).name, "unknown");
    }
}

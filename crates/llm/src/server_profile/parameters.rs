use serde_json::{Map, Value};

use super::left_out::JSON_SCHEMA;
use super::profile::OPENAI;
use super::{LeftOut, Profile, ReasoningField, ReplyFormat, TokenLimit};
use crate::cost::ModelList;
use crate::effort::Effort;

/// What is sent to a model beside the messages. It is not part of a request's identity: a reply counts, whichever parameters it was
/// requested with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    pub(crate) token_limit: TokenLimit,
    /// Maximum tokens that the model accepts as the limit of a reply.
    pub(crate) max_reply_tokens: Option<u32>,
    /// Tokens of question and reply together.
    pub(crate) context_tokens: Option<u32>,
    pub(crate) format: ReplyFormat,
    pub(crate) stream_options: bool,
    /// OpenRouter's `usage`.
    pub(crate) usage: bool,
    /// OpenRouter's `provider.require_parameters`.
    pub(crate) only_servers_that_accept_all: bool,
    pub(crate) reasoning: Option<(ReasoningField, Effort)>,
    /// Fields that the user adds.
    pub(crate) extra: Map<String, Value>,
}

/// What the user chose, and where the user left it open, the stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices<'a> {
    pub(crate) reasoning: Option<Effort>,
    pub(crate) extra: &'a Map<String, Value>,
}

impl Parameters {
    /// What a model of this profile is sent.
    pub(crate) fn of(
        profile: Profile,
        model: &str,
        models: Option<&ModelList>,
        choices: Choices<'_>,
        left_out: &LeftOut,
    ) -> Self {
        let listed = models.and_then(|models| models.limits(model));
        let supported = models.and_then(|models| models.supported_parameters(model));
        let supports = |name: &str| supported.map(|names| names.contains(name));
        let sends = |name: &str| !left_out.contains(name);
        let listed_format = supported.map(|names| match names {
            names if names.contains("structured_outputs") => ReplyFormat::JsonSchema,
            names if names.contains("response_format") => ReplyFormat::JsonObject,
            _ => ReplyFormat::Prompt,
        });
        let format = match listed_format.unwrap_or(profile.format) {
            _ if !sends("response_format") => ReplyFormat::Prompt,
            ReplyFormat::JsonSchema if !sends(JSON_SCHEMA) => ReplyFormat::JsonObject,
            format => format,
        };
        let needs_completion_tokens =
            supports("max_tokens") == Some(false) && supports("max_completion_tokens") == Some(true);
        let token_limit = if needs_completion_tokens { TokenLimit::MaxCompletionTokens } else { profile.token_limit };
        let token_limit = if sends(token_limit.as_str()) { token_limit } else { token_limit.other() };
        let field = profile.reasoning;
        let name = match field {
            ReasoningField::Reasoning => "reasoning",
            ReasoningField::ReasoningEffort => "reasoning_effort",
        };
        let reasons = supported.map(|names| ["reasoning", "reasoning_effort"].iter().any(|name| names.contains(*name)));
        let lowest = || match (profile, reasons) {
            // OpenRouter accepts every effort and adapts it to the model.
            (profile, Some(true)) if profile.is_openrouter() => Some(Effort::None),
            (profile, _) if profile == OPENAI => Effort::lowest_of_openai(model),
            _ => None,
        };
        let chosen = choices.reasoning.filter(|_| reasons != Some(false));
        let reasoning = chosen.or_else(lowest).filter(|_| sends(name) && !choices.extra.contains_key(name));
        let extra: Map<String, Value> = choices
            .extra
            .iter()
            .filter(|(name, _)| sends(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Self {
            token_limit,
            max_reply_tokens: listed.and_then(|limits| limits.reply_tokens),
            context_tokens: listed.and_then(|limits| limits.context_tokens),
            format,
            stream_options: profile.stream_options && sends("stream_options"),
            usage: profile.is_openrouter() && sends("usage"),
            // With an optional parameter, it would exclude providers that ignore the parameter.
            only_servers_that_accept_all: profile.is_openrouter()
                && format == ReplyFormat::JsonSchema
                && reasoning.is_none()
                && extra.is_empty()
                && sends("provider"),
            reasoning: reasoning.map(|effort| (field, effort)),
            extra,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const OPENROUTER: &str = "https://openrouter.ai/api/v1";

    fn of(url: &str, model: &str, supported: Option<&[&str]>, reasoning: Option<Effort>) -> Parameters {
        let list = supported.map(|supported| {
            ModelList::parse(&json!({ "data": [{ "id": model, "supported_parameters": supported }] }))
        });
        let profile = Profile::of(url, model, list.as_ref());
        let choices = Choices { reasoning, extra: &Map::new() };
        Parameters::of(profile, model, list.as_ref(), choices, &LeftOut::default())
    }

    #[test]
    fn list_of_models_takes_precedence_over_profile() {
        let format = |supported: Option<&[&str]>| of(OPENROUTER, "anthropic/c", supported, None).format;
        assert_eq!(format(None), ReplyFormat::Prompt);
        assert_eq!(format(Some(&["max_tokens"])), ReplyFormat::Prompt);
        assert_eq!(format(Some(&["response_format"])), ReplyFormat::JsonObject);
        assert_eq!(format(Some(&["response_format", "structured_outputs"])), ReplyFormat::JsonSchema);
        let limit = of(OPENROUTER, "m", Some(&["max_completion_tokens"]), None).token_limit;
        assert_eq!(limit, TokenLimit::MaxCompletionTokens);
    }

    #[test]
    fn effort_is_the_lowest_unless_chosen() {
        let effort =
            |url, model, supported, chosen| of(url, model, supported, chosen).reasoning.map(|(_, effort)| effort);
        let openai = "https://api.openai.com/v1";
        assert_eq!(effort(openai, "gpt-5-mini", None, None), Some(Effort::Minimal));
        assert_eq!(effort(openai, "gpt-4.1", None, None), None);
        assert_eq!(effort(openai, "gpt-5-mini", None, Some(Effort::High)), Some(Effort::High));
        assert_eq!(effort(OPENROUTER, "m", Some(&["reasoning"]), None), Some(Effort::None));
        assert_eq!(effort(OPENROUTER, "m", Some(&["max_tokens"]), Some(Effort::High)), None);
        assert_eq!(effort("http://127.0.0.1:8080/v1", "m", None, None), None);
    }

    #[test]
    fn providers_are_restricted_only_without_optional_parameters() {
        let of = |supported: &[&str]| of(OPENROUTER, "m", Some(supported), None).only_servers_that_accept_all;
        assert!(of(&["structured_outputs"]));
        assert!(!of(&["structured_outputs", "reasoning"]) && !of(&["response_format"]));
    }

    #[test]
    fn refused_parameters_are_left_out() {
        let mut left_out = LeftOut::default();
        let sent =
            json!({ "max_tokens": 1, "response_format": { "type": "json_schema" }, "stream_options": {}, "top_k": 1 });
        left_out.learn(sent.as_object().unwrap(), "max_tokens, response_format, stream_options, top_k", None);
        left_out.learn(sent.as_object().unwrap(), "'top_k'", None);
        let extra = json!({ "top_k": 1, "top_p": 1 });
        let choices = Choices { reasoning: None, extra: extra.as_object().unwrap() };
        let url = "http://127.0.0.1:8080/v1";
        let parameters = Parameters::of(Profile::of(url, "m", None), "m", None, choices, &left_out);
        assert_eq!(parameters.token_limit, TokenLimit::MaxCompletionTokens);
        assert_eq!((parameters.format, parameters.stream_options), (ReplyFormat::JsonObject, false));
        assert_eq!(parameters.extra.keys().collect::<Vec<_>>(), ["top_p"]);
    }
}

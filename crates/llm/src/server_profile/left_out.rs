use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::TokenLimit;

/// The parameters that a model's server has refused, which are left out for the rest of the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LeftOut(BTreeSet<String>);

/// Fields of a body that are never left out.
const REQUIRED: [&str; 3] = ["model", "messages", "stream"];
/// Names of parameters that are unlikely to be in a message for another reason. Others count only between quotation marks.
const UNMISTAKABLE: [&str; 3] = ["temperature", "reasoning", "thinking"];
/// Other words for a parameter in messages of servers.
const SYNONYMS: [(&str, &[&str]); 4] = [
    ("response_format", &["json_schema", "json_object", "structured output", "response format", "json mode"]),
    ("stream_options", &["include_usage"]),
    ("reasoning_effort", &["reasoning effort", "thinking", "reasoning is"]),
    ("provider", &["require_parameters", "requested parameters"]),
];
/// The first form of `response_format`, which is left out before the parameter itself.
pub(super) const JSON_SCHEMA: &str = "response_format: json_schema";

impl LeftOut {
    pub(super) fn contains(&self, parameter: &str) -> bool {
        self.0.contains(parameter)
    }

    /// Leaves out the optional parameters of `body` that a server's error names; returns those that were not left out before. `param` is
    /// the field of the error that names one.
    pub(crate) fn learn(&mut self, body: &Map<String, Value>, message: &str, param: Option<&str>) -> Vec<String> {
        let message = message.to_lowercase();
        let optional = body.keys().filter(|name| !REQUIRED.contains(&name.as_str()));
        let named: Vec<&String> = optional.filter(|name| is_named(name, &message, param)).collect();
        named.into_iter().filter_map(|name| self.leave_out(name, &body[name])).collect()
    }

    fn leave_out(&mut self, name: &str, value: &Value) -> Option<String> {
        let is_schema = name == "response_format" && value["type"] == "json_schema";
        let entry = if is_schema { JSON_SCHEMA } else { name };
        let other_limit = [TokenLimit::MaxTokens, TokenLimit::MaxCompletionTokens]
            .into_iter()
            .find(|limit| limit.as_str() == name)
            .map(|limit| limit.other().as_str());
        // A reply without any limit could cost anything.
        if other_limit.is_some_and(|other| self.contains(other)) {
            return None;
        }
        self.0.insert(entry.to_owned()).then(|| entry.to_owned())
    }
}

/// Whether an error names a parameter. `message` is in lower case.
fn is_named(name: &str, message: &str, param: Option<&str>) -> bool {
    let is_param = param.is_some_and(|param| param == name || param.split(['.', '[']).next() == Some(name));
    let synonyms = SYNONYMS.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, synonyms)| *synonyms);
    let is_quoted = || ['\'', '"', '`'].iter().any(|mark| message.contains(&format!("{mark}{name}{mark}")));
    let is_word = || {
        let whole = |(at, _): (usize, &str)| {
            let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
            ends(message[..at].chars().next_back()) && ends(message[at + name.len()..].chars().next())
        };
        message.match_indices(name).any(whole)
    };
    is_param
        || synonyms.iter().any(|synonym| message.contains(synonym))
        || if name.contains('_') || UNMISTAKABLE.contains(&name) { is_word() } else { is_quoted() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn learned(message: &str, param: Option<&str>) -> Vec<String> {
        let body = json!({
            "model": "m", "messages": [], "response_format": { "type": "json_schema" }, "max_tokens": 1, "stream": true,
            "stream_options": {}, "usage": {}, "provider": {}, "reasoning": {}, "temperature": 0,
        });
        LeftOut::default().learn(body.as_object().unwrap(), message, param)
    }

    /// Messages of OpenAI, Anthropic, `DeepSeek`, vLLM, Mistral and OpenRouter.
    #[test]
    fn finds_parameter_in_messages_of_servers() {
        for (message, named) in [
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                "max_tokens",
            ),
            ("`temperature` is deprecated for this model.", "temperature"),
            ("Unsupported value: 'temperature' does not support 0 with this model.", "temperature"),
            ("This response_format type is unavailable now", JSON_SCHEMA),
            ("Structured outputs are not supported by this model", JSON_SCHEMA),
            ("body.stream_options: Extra inputs are not permitted", "stream_options"),
            ("Reasoning is mandatory for this endpoint and cannot be disabled.", "reasoning"),
            ("No endpoints found that can handle the requested parameters.", "provider"),
        ] {
            assert_eq!(learned(message, None), [named], "{message}");
        }
        assert_eq!(learned("Unsupported value", Some("stream_options.include_usage")), ["stream_options"]);
    }

    #[test]
    fn ordinary_words_name_no_parameter() {
        for message in
            ["Provider returned error", "see the usage policies", "the model refused messages[0]", "max_tokens_x"]
        {
            assert_eq!(learned(message, None), [""; 0], "{message}");
        }
    }

    #[test]
    fn format_is_left_out_step_by_step_and_one_limit_stays() {
        let mut left_out = LeftOut::default();
        let mut learn = |body: Value, message| left_out.learn(body.as_object().unwrap(), message, None);
        let format = |kind: &str| json!({ "response_format": { "type": kind } });
        assert_eq!(learn(format("json_schema"), "response_format?"), [JSON_SCHEMA]);
        assert_eq!(learn(format("json_schema"), "response_format?"), [""; 0]);
        assert_eq!(learn(format("json_object"), "response_format?"), ["response_format"]);
        assert_eq!(learn(json!({ "max_tokens": 1 }), "max_tokens?"), ["max_tokens"]);
        assert_eq!(learn(json!({ "max_completion_tokens": 1 }), "max_completion_tokens?"), [""; 0]);
    }
}

use clap::ValueEnum;

/// How much a model reasons before it replies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Effort {
    /// Not at all
    None,
    /// As little as possible
    Minimal,
    /// A little
    Low,
    /// Moderately
    Medium,
    /// Much
    High,
}

impl Effort {
    /// The word on the wire and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The lowest effort that OpenAI documents for one of its models; `None` if the model does not reason.
    ///
    /// Source: <https://platform.openai.com/docs/guides/reasoning>: models before gpt-5.1 do not support `none`, those before gpt-5 not
    /// `minimal`, and the `pro` models accept no lower one than `high`. What gpt-6 accepts was not to be found; `low` is what all models accept that reason.
    pub(crate) fn lowest_of_openai(model: &str) -> Option<Self> {
        let is_chat = model.contains("chat");
        match model {
            _ if is_chat => None,
            _ if model.starts_with("gpt-5") && model.contains("pro") => Some(Self::High),
            _ if model.starts_with("gpt-5.") => Some(Self::None),
            _ if model.starts_with("gpt-5") => Some(Self::Minimal),
            _ if ["gpt-6", "o1", "o3", "o4"].iter().any(|series| model.starts_with(series)) => Some(Self::Low),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_and_command_line_use_the_same_words() {
        for effort in Effort::value_variants() {
            assert_eq!(effort.to_possible_value().unwrap().get_name(), effort.as_str());
        }
    }

    #[test]
    fn lowest_effort_depends_on_openai_model() {
        let lowest = Effort::lowest_of_openai;
        assert_eq!(lowest("gpt-5-mini"), Some(Effort::Minimal));
        assert_eq!(lowest("gpt-5.1"), Some(Effort::None));
        assert_eq!(lowest("gpt-5-pro"), Some(Effort::High));
        assert_eq!(lowest("o3-mini"), Some(Effort::Low));
        assert_eq!((lowest("gpt-4.1-mini"), lowest("gpt-5-chat-latest")), (None, None));
    }
}

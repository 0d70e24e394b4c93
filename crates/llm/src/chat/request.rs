use std::ops::Range;
use std::sync::Arc;

use super::ReplySchema;
use crate::effort::Effort;
use crate::pictures::Picture;

/// What a model is asked. Immutable: the body of every attempt is built from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The prompt, then the question, perhaps after earlier turns; when a reply is to be repaired, also the rejected reply and the reason.
    pub messages: Arc<[Message]>,
    /// The schema of the reply; `None` if it is plain text.
    pub schema: Option<ReplySchema>,
    /// Maximum tokens of the reply.
    pub max_tokens: u32,
    /// How much the model should reason, unless the user chooses. Not part of the request's identity.
    pub reasoning: Option<Effort>,
    /// Whether the last two messages are a rejected reply and the reason.
    pub is_repair: bool,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its author.
    pub role: Role,
    /// Its text.
    pub text: String,
    /// Pictures after the text.
    pub pictures: Vec<Arc<Picture>>,
    /// Parts of the text that were read from a scan, in bytes. They are sent between markers, so that they cannot instruct the model.
    pub scanned: Vec<Range<usize>>,
}

/// The author of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The stage's prompt.
    System,
    /// The page.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl Message {
    /// A message without pictures.
    pub(crate) fn text(role: Role, text: String) -> Self {
        Self { role, text, pictures: Vec::new(), scanned: Vec::new() }
    }
}

/// How much of a rejected reply is quoted, characters: quoting a runaway in full would cost a second time.
const MAX_QUOTED_CHARS: usize = 8_000;

impl Request {
    /// A first request.
    #[must_use]
    pub fn new(messages: Arc<[Message]>, schema: Option<ReplySchema>, max_tokens: u32) -> Self {
        Self { messages, schema, max_tokens, reasoning: None, is_repair: false }
    }

    /// The same request with another limit on the reply.
    #[must_use]
    pub fn with_max_tokens(&self, max_tokens: u32) -> Self {
        Self { max_tokens, ..self.clone() }
    }

    /// The same request with its pictures replaced, one for one.
    #[must_use]
    pub fn with_pictures(&self, pictures: &[Arc<Picture>]) -> Self {
        let mut pictures = pictures.iter();
        let replace = |message: &Message| Message {
            pictures: message.pictures.iter().map(|old| Arc::clone(pictures.next().unwrap_or(old))).collect(),
            ..message.clone()
        };
        Self { messages: self.messages.iter().map(replace).collect(), ..self.clone() }
    }

    /// The request to repair a rejected reply. It quotes the last rejected reply only.
    #[must_use]
    pub fn repair(&self, reply: &str, reason: &str) -> Self {
        let question = self.messages.len() - if self.is_repair { 2 } else { 0 };
        let quoted: String = reply.chars().take(MAX_QUOTED_CHARS).collect();
        let rejection = format!(
            "Your {} cannot be used: {reason}.\nReply again with the whole {}, corrected, and nothing else.",
            // The second repair must differ from the first, or its cached reply would be used again.
            if self.is_repair { "second reply, too," } else { "reply" },
            if self.schema.is_some() { "JSON object" } else { "text" },
        );
        let rejected = [Message::text(Role::Assistant, quoted), Message::text(Role::User, rejection)];
        let messages = self.messages[..question].iter().cloned().chain(rejected).collect();
        Self { messages, is_repair: true, ..self.clone() }
    }

    /// Characters of its text.
    #[must_use]
    pub fn text_chars(&self) -> usize {
        self.messages.iter().map(|message| message.text.chars().count()).sum()
    }

    /// Its pictures.
    pub fn pictures(&self) -> impl Iterator<Item = &Arc<Picture>> {
        self.messages.iter().flat_map(|message| &message.pictures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repair_quotes_only_the_last_rejected_reply() {
        let message = |role, text: &str| Message::text(role, text.to_owned());
        let example = [message(Role::User, "tbe"), message(Role::Assistant, "the")];
        let messages = [message(Role::System, "Read.")].into_iter().chain(example).chain([message(Role::User, "page")]);
        let request = Request::new(messages.collect(), Some(ReplySchema::of::<String>().unwrap()), 100);
        let first = request.repair("{", "it is incomplete");
        let second = first.repair("{}", "`words` is missing");
        let texts: Vec<&str> = second.messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts[..5], ["Read.", "tbe", "the", "page", "{}"]);
        assert!(texts[5].starts_with("Your second reply, too, cannot be used: `words` is missing") && texts.len() == 6);
        assert_eq!(request.messages.len(), 4);
    }
}

use std::sync::Arc;

use super::Picture;
use super::schema::ReplySchema;

/// What a model is asked: an immutable value. The body of the HTTP request is made from it for each attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// System, user, and in repair rounds the refused reply and what was wrong with it.
    pub messages: Arc<[Message]>,
    /// What the reply looks like.
    pub schema: ReplySchema,
    /// Tokens that the reply may have.
    pub max_tokens: u32,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What.
    pub text: String,
    /// Pictures after the text.
    pub pictures: Vec<Arc<Picture>>,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The prompt of the stage.
    System,
    /// The page.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// As it is written on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl Message {
    fn new(role: Role, text: String) -> Self {
        Self { role, text, pictures: Vec::new() }
    }
}

/// Of a refused reply no more is quoted, characters: a runaway would cost a second time.
const QUOTED: usize = 8_000;

impl Request {
    /// The same with more room for the reply.
    #[must_use]
    pub fn with_max_tokens(&self, max_tokens: u32) -> Self {
        Self { max_tokens, ..self.clone() }
    }

    /// The same with other pictures in the place of these, one for one.
    #[must_use]
    pub fn with_pictures(&self, pictures: &[Arc<Picture>]) -> Self {
        let mut pictures = pictures.iter();
        let with = |message: &Message| Message {
            pictures: message.pictures.iter().map(|old| Arc::clone(pictures.next().unwrap_or(old))).collect(),
            ..message.clone()
        };
        Self { messages: self.messages.iter().map(with).collect(), ..self.clone() }
    }

    /// The same, and the reply that was refused with the reason. Only the last refused reply is quoted.
    #[must_use]
    pub fn repaired(&self, reply: &str, fault: &str) -> Self {
        let again = self.messages.iter().any(|message| message.role == Role::Assistant);
        let asked = self.messages.iter().take_while(|message| message.role != Role::Assistant).cloned();
        let quoted: String = reply.chars().take(QUOTED).collect();
        let refusal = format!(
            "Your {} cannot be used: {fault}.\nReply again with the whole JSON object, corrected, and nothing else.",
            // A second repair is another question than the first, also where the same was said again.
            if again { "second reply, too," } else { "reply" }
        );
        let messages =
            asked.chain([Message::new(Role::Assistant, quoted), Message::new(Role::User, refusal)]).collect();
        Self { messages, ..self.clone() }
    }

    /// Characters of text in it.
    #[must_use]
    pub fn text_chars(&self) -> usize {
        self.messages.iter().map(|message| message.text.chars().count()).sum()
    }

    /// The pictures in it.
    pub fn pictures(&self) -> impl Iterator<Item = &Arc<Picture>> {
        self.messages.iter().flat_map(|message| &message.pictures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repair_quotes_the_last_refused_reply_only() {
        let asked = Request {
            messages: [Message::new(Role::System, "Read.".to_owned()), Message::new(Role::User, "page".to_owned())]
                .into(),
            schema: ReplySchema::of::<String>().unwrap(),
            max_tokens: 100,
        };
        let first = asked.repaired("{", "it is cut");
        let second = first.repaired("{}", "`words` is missing");
        let texts: Vec<&str> = second.messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts[..3], ["Read.", "page", "{}"]);
        assert!(texts[3].starts_with("Your second reply, too, cannot be used: `words` is missing") && texts.len() == 4);
        assert_eq!(asked.messages.len(), 2);
    }
}

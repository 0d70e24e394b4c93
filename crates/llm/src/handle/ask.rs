use std::sync::Arc;

use serde::Serialize;

use super::Llm;
use super::conversation::{Conversation, Validator};
use crate::chat::{Answer, Message, ReplySchema, Request, Role, Violation, validate, validate_text};
use crate::dispatch::Subject;
use crate::effort::Effort;
use crate::pictures::Excerpt;
use shelf_runtime::failure::Failure;
use shelf_scans::PageImage;

/// Builds a request: [`Llm::ask`] begins it, [`Ask::reply`] sends it.
#[must_use = "nothing is sent before `reply` is called"]
pub struct Ask {
    llm: Llm,
    system: Vec<String>,
    /// Questions with the replies as they are sent.
    examples: Vec<(String, serde_json::Result<String>)>,
    parts: Vec<Part>,
    scans: Vec<(PageImage, Excerpt)>,
    model: Option<String>,
    reasoning: Option<Effort>,
    max_tokens: Option<u32>,
    max_chars: Option<usize>,
    about: Option<Subject>,
}

/// A part of the question, or of what was said before it.
enum Part {
    /// The stage's own words.
    Written(String),
    /// Text that was read from a scan.
    Scanned(String),
    /// A reply of the model to what precedes it.
    Reply(String),
}

/// By default, a reply may have this many characters more than twice the question.
const EXTRA_REPLY_CHARS: usize = 16_000;

impl Ask {
    pub(super) fn new(llm: Llm) -> Self {
        Self {
            llm,
            system: Vec::new(),
            examples: Vec::new(),
            parts: Vec::new(),
            scans: Vec::new(),
            model: None,
            reasoning: None,
            max_tokens: None,
            max_chars: None,
            about: None,
        }
    }

    /// Adds to the prompt: what the model is to do.
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.system.push(text.into());
        self
    }

    /// Adds to the question.
    pub fn user(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Written(text.into()));
        self
    }

    /// Adds text that was read from a scan to the question. It is sent between markers, and the model is told that it never instructs.
    pub fn scanned(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Scanned(text.into()));
        self
    }

    /// Adds a reply of the model to what precedes it. What follows is the next turn, so a stage can go on from a reply that it got.
    pub fn assistant(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Reply(text.into()));
        self
    }

    /// Adds an example of a question and of the reply to it. Examples precede the question, in their order. For an example of a reply in plain text,
    /// use [`user`](Self::user) and [`assistant`](Self::assistant).
    pub fn example(mut self, question: impl Into<String>, reply: &impl Serialize) -> Self {
        self.examples.push((question.into(), serde_json::to_string(reply)));
        self
    }

    /// Adds the scan, scaled down in a worker process once per page.
    pub fn image(self, scan: &PageImage) -> Self {
        self.image_of(scan, &Excerpt::Page)
    }

    /// Adds an excerpt of the scan as one picture, cropped and scaled down in a worker process once per page.
    pub fn image_of(mut self, scan: &PageImage, excerpt: &Excerpt) -> Self {
        self.scans.push((scan.clone(), excerpt.clone()));
        self
    }

    /// Asks this model first, instead of the stage's. The user's `--llm-model` takes precedence, and the fallbacks follow. `shelf plan` uses its price.
    /// It is not in the fingerprint: change the stage's `version` with it.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets how much the model reasons before it replies; by default, as little as it accepts. The user's `--llm-reasoning` takes precedence.
    pub fn reasoning(mut self, effort: Effort) -> Self {
        self.reasoning = Some(effort);
        self
    }

    /// States how many paragraphs, blocks or other parts of the page the question is about; `noun` is in the singular. `shelf plan` shows
    /// the sum before anything is sent.
    pub fn about(mut self, count: usize, noun: &'static str) -> Self {
        self.about = Some(Subject { count, noun });
        self
    }

    /// Limits the tokens of the reply, instead of the configured limit. A reply that is cut off by the limit is requested once more with
    /// twice as many.
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// Limits the characters of the reply; a longer one is rejected as a runaway. The default is twice the text of the question, plus 16,000.
    pub fn max_chars(mut self, characters: usize) -> Self {
        self.max_chars = Some(characters);
        self
    }

    /// Sends the request and parses the reply.
    ///
    /// # Errors
    /// No model gave a reply that fits `T`, or no more requests may be sent. The failure can be returned as the page's.
    pub async fn reply<T: Answer>(self) -> Result<T, Failure> {
        self.reply_validated(|_: &T| Ok(())).await
    }

    /// Sends the request and parses a reply that also passes `check`. The error of `check` is sent to the model, which may repair its reply.
    ///
    /// # Errors
    /// As [`Ask::reply`].
    pub async fn reply_validated<T: Answer>(
        self,
        mut check: impl FnMut(&T) -> Result<(), String> + Send,
    ) -> Result<T, Failure> {
        let max_chars = self.max_reply_chars();
        let mut accepted = None;
        let mut validator = |text: &str| {
            let reply: T = validate(text, max_chars)?;
            check(&reply).map_err(Violation::Rule)?;
            accepted = Some(reply);
            Ok(())
        };
        self.converse(Some(ReplySchema::of::<T>()?), &mut validator).await?;
        accepted.ok_or_else(|| Failure::new("no reply was validated"))
    }

    /// Sends the request and returns the reply as plain text, without the model's reasoning.
    ///
    /// # Errors
    /// As [`Ask::reply`]. An empty reply, and one that is too long or repeats itself, is sent back for repair.
    pub async fn reply_text(self) -> Result<String, Failure> {
        self.reply_text_validated(|_| Ok(())).await
    }

    /// Sends the request and returns the reply as plain text that also passes `check`. The error of `check` is sent to the model, which may repair
    /// its reply.
    ///
    /// # Errors
    /// As [`Ask::reply_text`].
    pub async fn reply_text_validated(
        self,
        mut check: impl FnMut(&str) -> Result<(), String> + Send,
    ) -> Result<String, Failure> {
        let max_chars = self.max_reply_chars();
        let mut accepted = None;
        let mut validator = |text: &str| {
            let reply = validate_text(text, max_chars)?;
            check(&reply).map_err(Violation::Rule)?;
            accepted = Some(reply);
            Ok(())
        };
        self.converse(None, &mut validator).await?;
        accepted.ok_or_else(|| Failure::new("no reply was validated"))
    }

    fn max_reply_chars(&self) -> usize {
        let question_bytes: usize = self.parts.iter().map(|part| part.as_str().len()).sum();
        self.max_chars.unwrap_or(2 * question_bytes + EXTRA_REPLY_CHARS)
    }

    /// The part that is not generic, so that it is compiled once.
    async fn converse(self, schema: Option<ReplySchema>, validator: &mut Validator<'_>) -> Result<(), Failure> {
        let messages = self.messages()?;
        let Self { llm, scans, model, reasoning, max_tokens, about, .. } = self;
        let settings = llm.dispatcher.settings();
        let max_tokens = max_tokens.or(settings.map(|settings| settings.max_tokens)).unwrap_or_default();
        let pictures = settings.map(|settings| settings.pictures);
        let request = Request { reasoning, ..Request::new(messages, schema, max_tokens) };
        let models = llm.models_for(model.as_deref());
        Conversation { llm: &llm, models, scans: &scans, about }.run(request, pictures, validator).await
    }

    /// The prompt, the examples, and the turns, of which the last is the question.
    fn messages(&self) -> Result<Arc<[Message]>, Failure> {
        let mut messages = vec![Message::text(Role::System, self.system.join("\n\n"))];
        for (question, reply) in &self.examples {
            let reply =
                reply.as_ref().map_err(|error| Failure::new(format!("an example cannot be written: {error}")))?;
            messages.push(Message::text(Role::User, question.clone()));
            messages.push(Message::text(Role::Assistant, reply.clone()));
        }
        let mut question = Message::text(Role::User, String::new());
        let mut is_first = true;
        for part in &self.parts {
            if let Part::Reply(reply) = part {
                messages.push(std::mem::replace(&mut question, Message::text(Role::User, String::new())));
                messages.push(Message::text(Role::Assistant, reply.clone()));
                is_first = true;
                continue;
            }
            if !std::mem::take(&mut is_first) {
                question.text.push_str("\n\n");
            }
            let start = question.text.len();
            question.text.push_str(part.as_str());
            if matches!(part, Part::Scanned(_)) {
                question.scanned.push(start..question.text.len());
            }
        }
        // A picture may be the whole question.
        let is_picture = !self.scans.is_empty();
        messages.retain(|message| !message.text.is_empty());
        if is_picture || !question.text.is_empty() {
            messages.push(question);
        }
        Ok(messages.into())
    }
}

impl Part {
    fn as_str(&self) -> &str {
        match self {
            Self::Written(text) | Self::Scanned(text) | Self::Reply(text) => text,
        }
    }
}

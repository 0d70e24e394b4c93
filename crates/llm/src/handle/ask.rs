use std::sync::Arc;

use super::Llm;
use super::conversation::{Conversation, Validator};
use crate::chat::{Answer, Message, ReplySchema, Request, Role, Violation, validate};
use crate::dispatch::Subject;
use crate::pictures::Excerpt;
use shelf_runtime::failure::Failure;
use shelf_scans::PageImage;

/// Builds a request: [`Llm::ask`] begins it, [`Ask::reply`] sends it.
#[must_use = "nothing is sent before `reply` is called"]
pub struct Ask {
    llm: Llm,
    system: Vec<String>,
    user: Vec<Text>,
    scans: Vec<(PageImage, Excerpt)>,
    max_tokens: Option<u32>,
    max_chars: Option<usize>,
    about: Option<Subject>,
}

/// A part of the question.
enum Text {
    /// The stage's own words.
    Written(String),
    /// Text that was read from a scan.
    Scanned(String),
}

/// By default, a reply may have this many characters more than twice the question.
const EXTRA_REPLY_CHARS: usize = 16_000;

impl Ask {
    pub(super) fn new(llm: Llm) -> Self {
        Self {
            llm,
            system: Vec::new(),
            user: Vec::new(),
            scans: Vec::new(),
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
        self.user.push(Text::Written(text.into()));
        self
    }

    /// Adds text that was read from a scan to the question. It is sent between markers, and the model is told that it never instructs.
    pub fn scanned(mut self, text: impl Into<String>) -> Self {
        self.user.push(Text::Scanned(text.into()));
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
        let question_bytes: usize = self.user.iter().map(|text| text.as_str().len()).sum();
        let max_chars = self.max_chars.unwrap_or(2 * question_bytes + EXTRA_REPLY_CHARS);
        let mut accepted = None;
        let mut validator = |text: &str| {
            let reply: T = validate(text, max_chars)?;
            check(&reply).map_err(Violation::Rule)?;
            accepted = Some(reply);
            Ok(())
        };
        self.converse(ReplySchema::of::<T>()?, &mut validator).await?;
        accepted.ok_or_else(|| Failure::new("no reply was validated"))
    }

    /// The part that is not generic, so that it is compiled once.
    async fn converse(self, schema: ReplySchema, validator: &mut Validator<'_>) -> Result<(), Failure> {
        let Self { llm, system, user, scans, max_tokens, about, .. } = self;
        let settings = llm.dispatcher.settings();
        let max_tokens = max_tokens.or(settings.map(|settings| settings.max_tokens)).unwrap_or_default();
        let pictures = settings.map(|settings| settings.pictures);
        let request = Request { messages: messages(&system, &user), schema, max_tokens };
        Conversation { llm: &llm, scans: &scans, about }.run(request, pictures, validator).await
    }
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::Written(text) | Self::Scanned(text) => text,
        }
    }
}

fn messages(system: &[String], user: &[Text]) -> Arc<[Message]> {
    let prompt = Message::text(Role::System, system.join("\n\n"));
    let mut question = Message::text(Role::User, String::new());
    for (number, text) in user.iter().enumerate() {
        if number > 0 {
            question.text.push_str("\n\n");
        }
        let start = question.text.len();
        question.text.push_str(text.as_str());
        if matches!(text, Text::Scanned(_)) {
            question.scanned.push(start..question.text.len());
        }
    }
    [prompt, question].into_iter().filter(|message| !message.text.is_empty()).collect()
}

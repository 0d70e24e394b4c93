use std::sync::Arc;

use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::conversation::{Conversation, Judge};
use super::judge::{Fault, judge};
use super::request::{Message, Request, Role};
use super::schema::ReplySchema;
use super::{About, Excerpt, Llm};
use shelf_runtime::failure::Failure;
use shelf_scans::PageImage;

/// What a model may be asked to reply: it can be read (`serde`), described (`schemars`) and checked (`garde`). Doc comments become
/// descriptions, which the model sees.
#[diagnostic::on_unimplemented(
    message = "a model cannot be asked to reply `{Self}`",
    label = "not a reply that can be read, described and checked",
    note = "derive `Deserialize, JsonSchema, Validate` for it (all are in `shelf::prelude`)"
)]
pub trait Answer: DeserializeOwned + JsonSchema + Validate<Context = ()> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Validate<Context = ()> + Send + 'static> Answer for T {}

/// A request that is being put together: [`Llm::ask`] begins it, [`Ask::reply`] sends it.
#[must_use = "nothing is asked before `reply` is called"]
pub struct Ask {
    llm: Llm,
    system: Vec<String>,
    user: Vec<String>,
    scans: Vec<(PageImage, Excerpt)>,
    max_tokens: Option<u32>,
    longest: Option<usize>,
    about: Option<About>,
}

/// A reply may have so many characters more than twice what it answers.
const ROOM: usize = 16_000;

impl Ask {
    pub(super) fn new(llm: Llm) -> Self {
        Self {
            llm,
            system: Vec::new(),
            user: Vec::new(),
            scans: Vec::new(),
            max_tokens: None,
            longest: None,
            about: None,
        }
    }

    /// Adds to the prompt: what the model is to do.
    pub fn system(mut self, text: impl Into<String>) -> Self {
        self.system.push(text.into());
        self
    }

    /// Adds to the question: what the page says.
    pub fn user(mut self, text: impl Into<String>) -> Self {
        self.user.push(text.into());
        self
    }

    /// Adds the scan: made smaller in a worker process, once a page.
    pub fn image(self, scan: &PageImage) -> Self {
        self.image_of(scan, &Excerpt::Page)
    }

    /// Adds what `excerpt` says of the scan, as one picture: cut out and made smaller in a worker process, once a page.
    pub fn image_of(mut self, scan: &PageImage, excerpt: &Excerpt) -> Self {
        self.scans.push((scan.clone(), excerpt.clone()));
        self
    }

    /// Says what the question is about: so many paragraphs, blocks or other things of the page, `noun` being one of them. `shelf plan`
    /// adds them up before anything is asked.
    pub fn about(mut self, count: usize, noun: &'static str) -> Self {
        self.about = Some(About { count, noun });
        self
    }

    /// Tokens that the reply may have, in place of what the configuration says. A reply that needs more is asked for once more with
    /// twice as many.
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.max_tokens = Some(tokens);
        self
    }

    /// Characters that a reply may have which is no runaway. Where nothing is said: twice the text of the request, and 16,000.
    pub fn longest(mut self, characters: usize) -> Self {
        self.longest = Some(characters);
        self
    }

    /// Asks, and reads the reply.
    ///
    /// # Errors
    /// No model gave a reply that fits `T`, or nothing more may be asked. Either failure is ready to be the page's.
    pub async fn reply<T: Answer>(self) -> Result<T, Failure> {
        self.reply_that(|_: &T| Ok(())).await
    }

    /// Asks, and reads a reply that `accepts` accepts. What it says of another goes back to the model, which may mend it.
    ///
    /// # Errors
    /// As [`Ask::reply`].
    pub async fn reply_that<T: Answer>(
        self,
        mut accepts: impl FnMut(&T) -> Result<(), String> + Send,
    ) -> Result<T, Failure> {
        let longest = self.longest.unwrap_or_else(|| 2 * self.user.iter().map(String::len).sum::<usize>() + ROOM);
        let mut found = None;
        let mut judge = |text: &str| {
            let reply: T = judge(text, longest)?;
            accepts(&reply).map_err(Fault::Rule)?;
            found = Some(reply);
            Ok(())
        };
        self.converse(ReplySchema::of::<T>()?, &mut judge).await?;
        found.ok_or_else(|| Failure::new("the reply was accepted and not read"))
    }

    /// What names no type of an author, so that it is compiled once.
    async fn converse(self, schema: ReplySchema, judge: &mut Judge<'_>) -> Result<(), Failure> {
        let Self { llm, system, user, scans, max_tokens, about, .. } = self;
        let settings = llm.dispatcher.settings();
        let max_tokens = max_tokens.or(settings.map(|settings| settings.max_tokens)).unwrap_or_default();
        let pictures = settings.map(|settings| settings.pictures);
        let request = Request { messages: messages(&system, &user), schema, max_tokens };
        Conversation { llm: &llm, scans: &scans, about }.hold(request, pictures, judge).await
    }
}

fn messages(system: &[String], user: &[String]) -> Arc<[Message]> {
    let message = |role, texts: &[String]| {
        let text = texts.join("\n\n");
        (!text.is_empty()).then(|| Message { role, text, pictures: Vec::new() })
    };
    [message(Role::System, system), message(Role::User, user)].into_iter().flatten().collect()
}

use std::sync::{Arc, Mutex};

use shelf_runtime::stage::{Handle, StageRun, Usage};

use super::tally::Tally;
use super::{Ask, Caller, Dispatcher, Excerpt, Picture, PictureSettings};
use shelf_runtime::failure::Failure;
use shelf_runtime::stage::{AsksModels, Cx, FromCx, Parameter, Stage};
use shelf_scans::PageImage;

/// A page's handle on the language model: a parameter of stages with `parallelism = llm`. Cheap to clone.
///
/// ```
/// use shelf::prelude::*;
///
/// /// What a page is about.
/// #[derive(Serialize, Deserialize, JsonSchema, Validate)]
/// pub struct Topic {
///     /// In a few words.
///     #[garde(length(min = 1, max = 80))]
///     pub topic: String,
/// }
///
/// /// Asks a model what every page is about.
/// #[stage(name = "topic", parallelism = llm)]
/// pub async fn topic(page: PageNumber, llm: Llm) -> Result<Topic> {
///     llm.ask().system("You know this book.").user(format!("What is page {page} about?")).reply().await
/// }
///
/// # fn main() {
/// use shelf::testing::{ScriptedModel, TestBook};
/// let model = ScriptedModel::says([r#"{ "topic": "alligators" }"#]);
/// let book = TestBook::of_pages(1).with(&model);
/// book.run::<topic>();
/// assert_eq!(book.page::<topic>(1).topic, "alligators");
/// assert_eq!(model.asked()[0].user, "What is page 1 about?");
/// # }
/// ```
#[derive(Clone)]
pub struct Llm {
    pub(super) dispatcher: Dispatcher,
    pub(super) caller: Arc<Caller>,
    pub(super) tally: Tally,
    /// The model that the stage names; empty where it names none.
    of_stage: &'static str,
    pictures: Arc<Pictures>,
}

/// The pictures that a page has made, each once, whatever is asked with them.
#[derive(Default)]
struct Pictures(Mutex<Vec<Made>>);

struct Made {
    /// Hash of the scan.
    scan: String,
    excerpt: Excerpt,
    settings: PictureSettings,
    picture: Arc<Picture>,
}

impl Llm {
    pub(crate) fn new(dispatcher: Dispatcher, caller: Caller, of_stage: &'static str, tally: Tally) -> Self {
        Self { dispatcher, caller: Arc::new(caller), tally, of_stage, pictures: Arc::default() }
    }

    /// Begins a request.
    pub fn ask(&self) -> Ask {
        Ask::new(self.clone())
    }

    /// Whether there is a model to ask.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.dispatcher.settings().is_some()
    }

    /// The models that are asked, one after another; empty where none is configured.
    #[must_use]
    pub fn models(&self) -> Vec<String> {
        self.dispatcher.settings().map(|settings| settings.chain(self.of_stage)).unwrap_or_default()
    }

    /// Whether the model that is asked first takes pictures, as far as its server's list says; true where it does not. Where it is false, a
    /// stage asks by text alone.
    pub async fn takes_pictures(&self) -> bool {
        match self.models().first() {
            Some(model) => self.dispatcher.takes_pictures(model).await,
            None => false,
        }
    }

    /// What the page has asked and spent so far.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The picture of a scan or of parts of it, made in a worker process when it is asked for the first time.
    pub(super) async fn picture(
        &self,
        scan: &PageImage,
        excerpt: &Excerpt,
        settings: PictureSettings,
    ) -> Result<Arc<Picture>, Failure> {
        let (pictures, scan, excerpt) = (Arc::clone(&self.pictures), scan.clone(), excerpt.clone());
        tokio::task::spawn_blocking(move || {
            let mut known = pictures.0.lock().expect("a worker that dies does not panic here");
            let hash = &scan.source().hash;
            let is_it = |made: &&Made| made.scan == *hash && made.excerpt == excerpt && made.settings == settings;
            if let Some(made) = known.iter().find(is_it) {
                return Ok(Arc::clone(&made.picture));
            }
            let picture = Picture::of_scan(&scan, &excerpt, settings)?;
            known.push(Made { scan: hash.clone(), excerpt, settings, picture: Arc::clone(&picture) });
            Ok(picture)
        })
        .await?
    }
}

impl std::fmt::Debug for Llm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Llm").field("models", &self.models()).finish_non_exhaustive()
    }
}

impl Handle for Llm {
    fn usage(&self) -> Usage {
        let tally = &self.tally;
        Usage { calls: tally.calls(), cost_usd: tally.cost_usd(), model_use: tally.model_use() }
    }
}

/// The language model of a hook: `run.llm()`.
pub trait RunLlm {
    /// The hook's handle on the language model. What it asks is in the ledger under page 0.
    ///
    /// # Errors
    /// The stage is not `parallelism = llm`.
    fn llm(&self) -> Result<&Llm, Failure>;
}

impl RunLlm for StageRun {
    fn llm(&self) -> Result<&Llm, Failure> {
        let absent = || Failure::new("this hook's stage has no language model").hint("write `parallelism = llm`");
        self.provided().ok_or_else(absent)
    }
}

impl<S: Stage<Pool: AsksModels>> Parameter<'_, S> for Llm {}

impl<'a> FromCx<'a> for Llm {
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        // Where the program provides none, whatever asks fails.
        Ok(cx.provided::<Self>().cloned().unwrap_or_else(|| {
            let (store, book) = (Arc::clone(cx.store()), cx.book().clone());
            let caller = Caller { store, book, stage: cx.row().name, page: cx.page().ok(), round: None };
            Self::new(Dispatcher::off(), caller, cx.row().model, Tally::default())
        }))
    }
}

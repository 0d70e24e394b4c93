use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::Ask;
use crate::caller::Caller;
use crate::cost::UsageCounter;
use crate::dispatch::Dispatcher;
use crate::pictures::{Excerpt, Picture, PictureSettings};
use shelf_runtime::failure::Failure;
use shelf_runtime::stage::{AsksModels, Cx, FromCx, Handle, Parameter, Stage, StageRun, Usage};
use shelf_scans::PageImage;

/// A page's handle on the language models: a parameter of stages with `parallelism = llm`. Cheap to clone.
///
/// ```
/// use shelf::prelude::*;
///
/// /// What a page is about.
/// #[page]
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
/// let model = ScriptedModel::with_replies([r#"{ "topic": "alligators" }"#]);
/// let book = TestBook::of_pages(1).with(&model);
/// book.run::<topic>();
/// assert_eq!(book.page::<topic>(1).topic, "alligators");
/// assert_eq!(model.requests()[0].user, "What is page 1 about?");
/// # }
/// ```
#[derive(Clone)]
pub struct Llm {
    pub(super) dispatcher: Dispatcher,
    pub(super) caller: Arc<Caller>,
    pub(super) usage: UsageCounter,
    /// The model that the stage declares, or empty.
    stage_model: &'static str,
    pictures: Arc<PictureCache>,
    /// Whether the last question was left without a usable reply.
    is_unanswered: Arc<AtomicBool>,
}

/// The pictures of a page; each is made once.
#[derive(Default)]
struct PictureCache(Mutex<Vec<CachedPicture>>);

struct CachedPicture {
    /// Hash of the scan.
    scan: String,
    excerpt: Excerpt,
    settings: PictureSettings,
    picture: Arc<Picture>,
}

impl Llm {
    pub(crate) fn new(dispatcher: Dispatcher, caller: Caller, stage_model: &'static str, usage: UsageCounter) -> Self {
        Self {
            dispatcher,
            caller: Arc::new(caller),
            usage,
            stage_model,
            pictures: Arc::default(),
            is_unanswered: Arc::default(),
        }
    }

    /// Begins a request.
    pub fn ask(&self) -> Ask {
        Ask::new(self.clone())
    }

    /// Whether a model is configured.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.dispatcher.settings().is_some()
    }

    /// Whether a page fails where a model was demanded and gave no usable reply.
    pub(crate) fn is_strict(&self) -> bool {
        self.dispatcher.settings().is_some_and(|settings| settings.strict)
    }

    /// The models that are asked, in order; empty if none is configured.
    #[must_use]
    pub fn models(&self) -> Vec<String> {
        self.models_for(None)
    }

    /// The models that are asked a question with a model of its own, in order.
    pub(super) fn models_for(&self, model: Option<&str>) -> Vec<String> {
        let model = model.unwrap_or(self.stage_model);
        self.dispatcher.settings().map(|settings| settings.models(model)).unwrap_or_default()
    }

    /// Whether the model that is asked first accepts pictures; true if its server does not say. If it does not, a stage should send text
    /// only.
    pub async fn accepts_pictures(&self) -> bool {
        let models = self.models();
        self.dispatcher.look_up(&models).await;
        match self.dispatcher.known(&models).ok().and_then(|known| known.first().copied()) {
            Some(model) => self.dispatcher.accepts_pictures(model).await,
            None => false,
        }
    }

    /// Whether the last question was left without a usable reply: by its models, or because no more questions may be asked in this run.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.is_unanswered.load(Ordering::SeqCst)
    }

    pub(super) fn set_unanswered(&self, is_unanswered: bool) {
        self.is_unanswered.store(is_unanswered, Ordering::SeqCst);
    }

    /// Records that rules make the page, because no model gave a usable reply.
    pub(crate) fn do_without_model(&self, why: &Failure) {
        self.usage.do_without_model(Failure { backtrace: None, ..why.clone() });
    }

    /// The page's usage so far.
    pub(crate) fn usage_counter(&self) -> &UsageCounter {
        &self.usage
    }

    /// The picture of an excerpt, made in a worker process the first time.
    pub(super) async fn picture(
        &self,
        scan: &PageImage,
        excerpt: &Excerpt,
        settings: PictureSettings,
    ) -> Result<Arc<Picture>, Failure> {
        let (pictures, scan, excerpt) = (Arc::clone(&self.pictures), scan.clone(), excerpt.clone());
        tokio::task::spawn_blocking(move || {
            let mut cached = pictures.0.lock().expect("no code that holds the lock panics");
            let hash = &scan.source().hash;
            let is_same =
                |made: &&CachedPicture| made.scan == *hash && made.excerpt == excerpt && made.settings == settings;
            if let Some(made) = cached.iter().find(is_same) {
                return Ok(Arc::clone(&made.picture));
            }
            let picture = Picture::of_scan(&scan, &excerpt, settings)?;
            cached.push(CachedPicture { scan: hash.clone(), excerpt, settings, picture: Arc::clone(&picture) });
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
        let usage = &self.usage;
        Usage {
            calls: usage.calls(),
            cost_usd: usage.cost(),
            model_use: usage.model_use(),
            without_model: usage.without_model(),
        }
    }
}

/// The language model of a hook: `run.llm()`.
pub trait RunLlm {
    /// The hook's handle on the language models. Its calls are in the ledger without a page number.
    ///
    /// # Errors
    /// The stage is not `parallelism = llm`.
    fn llm(&self) -> Result<&Llm, Failure>;
}

impl RunLlm for StageRun {
    fn llm(&self) -> Result<&Llm, Failure> {
        let absent =
            || Failure::new("the stage of this hook does not use a language model").hint("declare `parallelism = llm`");
        self.provided().ok_or_else(absent)
    }
}

impl<S: Stage<Pool: AsksModels>> Parameter<'_, S> for Llm {}

impl<'a> FromCx<'a> for Llm {
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        // If the program provides none, every request fails.
        Ok(cx.provided::<Self>().cloned().unwrap_or_else(|| {
            let (store, book) = (Arc::clone(cx.store()), cx.book().clone());
            let caller = Caller { store, book, stage: cx.row().name, unit: cx.unit(), retry_epoch: None };
            Self::new(Dispatcher::off(), caller, cx.row().model, UsageCounter::default())
        }))
    }
}

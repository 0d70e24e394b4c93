//! Resources that the pages of a run share: a dictionary, a client, a model that is loaded once.
//!
//! ```
//! use shelf::prelude::*;
//! use shelf::stage::{Resource, ResourceContext};
//!
//! /// Words that are never corrected.
//! pub struct KnownWords(Vec<String>);
//!
//! impl Resource for KnownWords {
//!     /// Pages are stale when the list changes.
//!     fn fingerprint(_: &ResourceContext<'_>) -> Result<String> {
//!         Ok("2026-11".to_owned())
//!     }
//!
//!     async fn open(context: &ResourceContext<'_>) -> Result<Self> {
//!         Ok(Self(context.metadata().title.iter().cloned().collect()))
//!     }
//! }
//!
//! /// Counts the known words.
//! #[page]
//! pub struct Known {
//!     pub words: usize,
//! }
//!
//! /// Counts the known words.
//! #[stage(name = "known")]
//! pub fn known(page: PageNumber, known: &KnownWords) -> Result<Known> {
//!     Ok(Known { words: known.0.len() + page.get() as usize })
//! }
//! # fn main() {}
//! ```

use std::any::{Any, TypeId, type_name};
use std::future::Future;
use std::ops::Deref;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use super::{Cx, ExternalInput, FromCx, Parameter, Stage};
use crate::book::{BookMetadata, Languages, ScanId};
use crate::failure::{Cause, Failure};
use crate::panics::caught;
use crate::record::Hash;

/// Something that is opened once per book and shared by all pages and stages of a run: a parameter `&Dictionary` or
/// `Arc<Client>` receives it. It is opened before the first page that needs it, and dropped when the run of the book ends. An
/// `isolated` stage opens it in each worker process; if that fails, so does the page.
///
/// Stages share one instance if they get the same [fingerprint](Resource::fingerprint).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "does not implement `Resource`",
    note = "implement `shelf::stage::Resource` for it: its function `open` opens it"
)]
pub trait Resource: Send + Sync + Sized + 'static {
    /// What pages depend on, such as a version or the hash of a file: pages are stale when it changes. It is read once per run, before the
    /// resource is opened. Empty if pages do not depend on it.
    ///
    /// # Errors
    /// It cannot be read.
    fn fingerprint(_context: &ResourceContext<'_>) -> Result<String, Failure> {
        Ok(String::new())
    }

    /// Opens it.
    ///
    /// # Errors
    /// It cannot be opened; then no page of the stage is begun.
    fn open(context: &ResourceContext<'_>) -> impl Future<Output = Result<Self, Failure>> + Send;
}

/// The context in which a resource is opened.
#[derive(Clone, Copy)]
pub struct ResourceContext<'a> {
    library: Option<&'a Path>,
    book: &'a ScanId,
    metadata: &'a BookMetadata,
    options: &'a (dyn Any + Send + Sync),
    resources: &'a Resources,
    /// The resources that are being opened, each for the one before.
    opening: Option<&'a Opening<'a>>,
}

struct Opening<'a> {
    resource: ResourceRow,
    outer: Option<&'a Opening<'a>>,
}

impl<'a> ResourceContext<'a> {
    pub(crate) fn new(
        (library, book, metadata): (Option<&'a Path>, &'a ScanId, &'a BookMetadata),
        options: &'a (dyn Any + Send + Sync),
        resources: &'a Resources,
    ) -> Self {
        Self { library, book, metadata, options, resources, opening: None }
    }

    /// The folder of the library; `None` if the library is not a folder.
    #[must_use]
    pub fn library(&self) -> Option<&'a Path> {
        self.library
    }

    /// The book.
    #[must_use]
    pub fn book(&self) -> &'a ScanId {
        self.book
    }

    /// The book's metadata.
    #[must_use]
    pub fn metadata(&self) -> &'a BookMetadata {
        self.metadata
    }

    /// The options of the stage that needs the resource; `None` if they have another type.
    #[must_use]
    pub fn options<O: Any>(&self) -> Option<&'a O> {
        self.options.downcast_ref()
    }

    /// Another resource that this one uses.
    ///
    /// # Errors
    /// It cannot be opened, or needs this one.
    pub async fn resource<R: Resource>(&self) -> Result<Arc<R>, Failure> {
        let opened = self.open(ResourceRow::of::<R>()).await?;
        Ok(opened.downcast().unwrap_or_else(|_| unreachable!("a resource is stored under its type")))
    }

    async fn open(&self, row: ResourceRow) -> Result<Instance, Failure> {
        if let Some(instance) = self.resources.substitute(row) {
            return Ok(instance);
        }
        let mut names = vec![row.name()];
        let mut outer = self.opening;
        while let Some(opening) = outer {
            names.push(opening.resource.name());
            if opening.resource == row {
                names.reverse();
                let problem = format!("resources need each other: {}", names.join(" → "));
                return Err(Failure::of(Cause::Input, problem).hint("open one of them without the other"));
            }
            outer = opening.outer;
        }
        let fingerprint = row.fingerprint(self)?;
        if let Some(instance) = self.resources.opened(row, self.book, &fingerprint) {
            return Ok(instance);
        }
        let opening = Opening { resource: row, outer: self.opening };
        let inner = ResourceContext { opening: Some(&opening), ..*self };
        let opened = caught(|| Ok((row.open)(&inner)))?.await.map_err(|failure| row.named("opened", failure))?;
        self.resources.keep(row, self.book, fingerprint, &opened);
        Ok(opened)
    }

    /// Opens all resources that a stage takes.
    pub(crate) async fn open_all(&self, inputs: &[ExternalInput]) -> Result<OpenResources, Failure> {
        let mut opened = Vec::new();
        for input in inputs {
            if let ExternalInput::Resource(row) = input {
                opened.push(((row.type_id)(), self.open(*row).await?));
            }
        }
        Ok(OpenResources { run: self.resources.run, instances: opened.into() })
    }
}

/// An instance of a resource, with its type erased.
type Instance = Arc<dyn Any + Send + Sync>;

/// A resource that is being opened.
type Opens<'c> = Pin<Box<dyn Future<Output = Result<Instance, Failure>> + Send + 'c>>;

/// A resource in a row, with its type erased.
#[derive(Clone, Copy)]
pub struct ResourceRow {
    type_id: fn() -> TypeId,
    type_name: fn() -> &'static str,
    fingerprint: fn(&ResourceContext<'_>) -> Result<String, Failure>,
    open: for<'c> fn(&'c ResourceContext<'c>) -> Opens<'c>,
}

impl ResourceRow {
    /// The row of `R`.
    #[must_use]
    pub const fn of<R: Resource>() -> Self {
        Self {
            type_id: TypeId::of::<R>,
            type_name: type_name::<R>,
            fingerprint: R::fingerprint,
            open: |context| Box::pin(async move { Ok(Arc::new(R::open(context).await?) as Instance) }),
        }
    }

    /// The name of its type, without its modules.
    #[must_use]
    pub fn name(self) -> &'static str {
        let path = (self.type_name)();
        let generic = path.find('<').unwrap_or(path.len());
        path[..generic].rfind("::").map_or(path, |colons| &path[colons + 2..])
    }

    fn fingerprint(self, context: &ResourceContext<'_>) -> Result<String, Failure> {
        caught(|| (self.fingerprint)(context)).map_err(|failure| self.named("fingerprinted", failure))
    }

    fn named(self, what: &str, failure: Failure) -> Failure {
        let error = format!("resource `{}` cannot be {what}: {}", self.name(), failure.error);
        Failure { error, ..failure }
    }
}

impl PartialEq for ResourceRow {
    fn eq(&self, other: &Self) -> bool {
        (self.type_id)() == (other.type_id)()
    }
}

impl Eq for ResourceRow {}

impl std::fmt::Debug for ResourceRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The open resources of one run, and their replacements in tests.
#[derive(Clone, Default)]
pub struct Resources {
    /// Identifies this run within the process; 0 before a run.
    run: u64,
    substitutes: Vec<(TypeId, Instance)>,
    open: Arc<Mutex<Vec<OpenResource>>>,
}

struct OpenResource {
    row: ResourceRow,
    book: ScanId,
    fingerprint: String,
    instance: Instance,
}

impl Resources {
    /// Replaces a resource.
    pub(crate) fn replace<R: Resource>(&mut self, resource: R) {
        self.substitutes.retain(|(type_id, _)| *type_id != TypeId::of::<R>());
        self.substitutes.push((TypeId::of::<R>(), Arc::new(resource)));
    }

    /// The same replacements for another run, with no open resources.
    pub(crate) fn for_run(&self) -> Self {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        let run = 1 + RUNS.fetch_add(1, Ordering::Relaxed);
        Self { run, substitutes: self.substitutes.clone(), open: Arc::default() }
    }

    /// The resources of this process, a worker, for a run of its parent. Those of an earlier run are closed.
    pub(crate) fn of_worker(run: u64) -> Self {
        static OPEN: LazyLock<Mutex<Resources>> = LazyLock::new(Mutex::default);
        let mut open = OPEN.lock().expect("no panic while resources are looked up");
        if open.run != run {
            *open = Self { run, ..Self::default() };
        }
        open.clone()
    }

    /// No resources, for a stage that opens its own in worker processes.
    pub(crate) fn none_open(&self) -> OpenResources {
        OpenResources { run: self.run, instances: Arc::default() }
    }

    /// The entry of a resource in a page's fingerprint; `None` if pages do not depend on it. A fingerprint that cannot be read counts as
    /// absent: opening the resource then reports the error.
    pub(crate) fn hash(&self, row: ResourceRow, context: &ResourceContext<'_>) -> Option<Hash> {
        if self.substitute(row).is_some() {
            return Some(Hash::of(b"substitute"));
        }
        match row.fingerprint(context) {
            Ok(fingerprint) if fingerprint.is_empty() => None,
            Ok(fingerprint) => Some(Hash::of(fingerprint.as_bytes())),
            Err(_) => Some(Hash::absent()),
        }
    }

    fn substitute(&self, row: ResourceRow) -> Option<Instance> {
        let type_id = (row.type_id)();
        self.substitutes.iter().find(|(other, _)| *other == type_id).map(|(_, instance)| Arc::clone(instance))
    }

    fn opened(&self, row: ResourceRow, book: &ScanId, fingerprint: &str) -> Option<Instance> {
        let open = self.open.lock().expect("no panic while a resource is looked up");
        let same = |open: &&OpenResource| open.row == row && open.book == *book && open.fingerprint == fingerprint;
        open.iter().find(same).map(|open| Arc::clone(&open.instance))
    }

    fn keep(&self, row: ResourceRow, book: &ScanId, fingerprint: String, instance: &Instance) {
        let open = OpenResource { row, book: book.clone(), fingerprint, instance: Arc::clone(instance) };
        self.open.lock().expect("no panic while a resource is kept").push(open);
    }
}

/// The resources of one stage.
#[derive(Clone, Default)]
pub(crate) struct OpenResources {
    /// The run, as [`Resources`] counts it.
    pub(crate) run: u64,
    instances: Arc<[(TypeId, Instance)]>,
}

impl OpenResources {
    fn get<R: Resource>(&self) -> Option<Arc<R>> {
        let found = self.instances.iter().find(|(type_id, _)| *type_id == TypeId::of::<R>());
        found.and_then(|(_, instance)| Arc::clone(instance).downcast().ok())
    }
}

impl<'a, R: Resource> FromCx<'a> for Arc<R> {
    const INPUT: ExternalInput = ExternalInput::Resource(ResourceRow::of::<R>());

    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        let name = ResourceRow::of::<R>().name();
        cx.resources.get().ok_or_else(|| Failure::new(format!("resource `{name}` was not opened")))
    }
}

#[diagnostic::do_not_recommend]
impl<R: Resource, S: Stage> Parameter<'_, S> for Arc<R> {}

/// A type that a stage takes by reference, other than its options.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be a parameter of this stage",
    label = "neither the options of the stage nor a resource",
    note = "a parameter is `&BookMetadata`, `&Languages`, `PageNumber`, `PageImage` (both in page stages only), `PageFiles`, `Warnings`, `Prompt`, `Llm` (in stages with `parallelism = llm`), a dependency's output named after the stage and listed in `deps`, `&Options` with `options = Options`, or `&R` of a type that implements `shelf::stage::Resource`",
    note = "a stage has one struct of options; a second one goes into it with `#[command(flatten)]`"
)]
pub trait Shared: 'static {
    /// The owner of the value while the function runs.
    type Holder: Deref<Target = Self>;
    /// The external input it reads, for the fingerprint.
    const INPUT: ExternalInput;

    /// Extracts it from the page's context.
    fn from_cx(cx: &Cx) -> Result<Self::Holder, Failure>;
}

#[diagnostic::do_not_recommend]
impl<R: Resource> Shared for R {
    type Holder = Arc<R>;
    const INPUT: ExternalInput = <Arc<R> as FromCx>::INPUT;

    fn from_cx(cx: &Cx) -> Result<Arc<R>, Failure> {
        FromCx::from_cx(cx)
    }
}

impl Shared for BookMetadata {
    type Holder = Arc<Self>;
    const INPUT: ExternalInput = <Self as FromCx>::INPUT;

    fn from_cx(cx: &Cx) -> Result<Arc<Self>, Failure> {
        Ok(Arc::clone(&cx.metadata))
    }
}

impl Shared for Languages {
    type Holder = Box<Self>;
    const INPUT: ExternalInput = <Self as FromCx>::INPUT;

    fn from_cx(cx: &Cx) -> Result<Box<Self>, Failure> {
        FromCx::from_cx(cx).map(Box::new)
    }
}

/// The external input of a parameter of type `&T`. Called by the expansion of `#[stage]`.
#[must_use]
pub const fn shared<T: Shared + ?Sized>() -> ExternalInput {
    T::INPUT
}

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use shelf_runtime::book::ScanMetadata;
use shelf_runtime::failure::Failure;
use shelf_runtime::stage::{Cx, ExternalInput, FromCx, HasPage, Parameter, Stage};
use shelf_runtime::worker::{Allowance, Task, WorkerPool};

/// The scan of a page: a handle. Nothing is decoded here; a worker process opens the file.
#[derive(Clone)]
pub struct PageImage {
    file: ScanFile,
    source: ScanMetadata,
    worker_pool: WorkerPool,
}

/// A scan as a worker process gets it: its file and metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScanFile {
    /// The file.
    pub path: PathBuf,
    /// Resolution, dots per inch.
    pub dpi: f64,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
}

impl PageImage {
    /// A scan in a file.
    #[must_use]
    pub fn new(path: PathBuf, source: ScanMetadata, worker_pool: WorkerPool) -> Self {
        let file = ScanFile { path, dpi: source.resolution.dpi, width: source.width, height: source.height };
        Self { file, source, worker_pool }
    }

    /// Metadata of the scan: size, resolution, hash, origin.
    #[must_use]
    pub fn source(&self) -> &ScanMetadata {
        &self.source
    }

    /// The scan's file. A stage that opens it should be `isolated`, since a file from elsewhere may crash its decoder or fill the memory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Runs `task` on the scan and `settings` in a worker process, and waits for its result.
    ///
    /// # Errors
    /// Those of the task, or that its worker died, ran out of memory or out of time.
    pub fn with<Settings, Out>(
        &self,
        task: &Task<(ScanFile, Settings), Out>,
        settings: Settings,
    ) -> Result<Out, Failure>
    where
        Settings: Serialize + DeserializeOwned,
        Out: Serialize + DeserializeOwned,
    {
        let allowance = Allowance::pixels(u64::from(self.file.width) * u64::from(self.file.height));
        self.worker_pool.call(task, (self.file.clone(), settings), allowance)
    }
}

#[diagnostic::do_not_recommend]
impl<S: Stage<Scope: HasPage>> Parameter<'_, S> for PageImage {}

impl<'a> FromCx<'a> for PageImage {
    const INPUT: ExternalInput = ExternalInput::Scan;

    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        let (path, source) = cx.scan()?;
        Ok(Self::new(path, source, cx.workers().clone()))
    }
}

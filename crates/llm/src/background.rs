use super::StartError;

/// What requests run on: a runtime of their own, so that connections outlive a book, and a request whose page was given up is still
/// read to its end, since it is paid.
pub(super) struct Background(Option<tokio::runtime::Runtime>);

impl Background {
    pub(super) fn start() -> Result<Self, StartError> {
        let io = tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("llm").enable_all().build();
        Ok(Self(Some(io.map_err(StartError::Runtime)?)))
    }

    pub(super) fn spawn<F>(&self, future: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.as_ref().expect("it runs until it is dropped").spawn(future)
    }
}

/// The last handle may go inside another runtime, which must not be blocked.
impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

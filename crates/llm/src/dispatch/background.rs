use super::StartError;

/// The runtime of all calls. It outlives books, so connections are reused; and a call whose page was given up is still finished, since
/// it is paid for.
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
        self.0.as_ref().expect("the runtime exists until `drop`").spawn(future)
    }
}

/// The last handle may be dropped inside another runtime, which must not be blocked.
impl Drop for Background {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

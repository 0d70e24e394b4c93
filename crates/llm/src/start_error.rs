use super::{TapeError, TransportError};

/// Why models cannot be asked as the settings say.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There can be no connection.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Recorded replies cannot be read or written.
    #[error(transparent)]
    Tape(#[from] TapeError),
    /// There are no threads to ask on.
    #[error("no thread can be started to ask models on")]
    Runtime(#[source] std::io::Error),
}

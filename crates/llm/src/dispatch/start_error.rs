use crate::cassette::CassetteError;
use crate::transport::TransportError;

/// Why models cannot be asked with these settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The HTTP client cannot be created.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Recorded replies cannot be read or written.
    #[error(transparent)]
    Cassette(#[from] CassetteError),
    /// The threads for calls cannot be started.
    #[error("cannot start threads for calls to models")]
    Runtime(#[source] std::io::Error),
}

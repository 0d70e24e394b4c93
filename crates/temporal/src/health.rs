//! Tells whoever starts workers, such as Kubernetes, whether this one works: `GET /health`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health {
    /// Parts in progress.
    pub(crate) running: Arc<AtomicUsize>,
    /// Whether the worker takes parts: it is connected and does not end.
    pub(crate) is_ready: Arc<AtomicBool>,
}

impl Health {
    /// Answers until the process ends.
    pub(crate) async fn serve(self, listener: TcpListener) {
        loop {
            if let Ok((connection, _)) = listener.accept().await {
                let health = self.clone();
                tokio::spawn(async move { health.answer(connection).await });
            }
        }
    }

    async fn answer(&self, mut connection: TcpStream) {
        let mut request = [0; 1024];
        let read = tokio::time::timeout(std::time::Duration::from_secs(5), connection.read(&mut request)).await;
        let Ok(Ok(length)) = read else { return };
        let is_known = request[..length].starts_with(b"GET /health ");
        let is_ready = self.is_ready.load(Ordering::SeqCst);
        let running = self.running.load(Ordering::SeqCst);
        let (status, body) = match (is_known, is_ready) {
            (false, _) => ("404 Not Found", "{}".to_owned()),
            (true, true) => ("200 OK", format!("{{\"status\":\"ok\",\"parts\":{running}}}")),
            (true, false) => ("503 Service Unavailable", format!("{{\"status\":\"ending\",\"parts\":{running}}}")),
        };
        let length = body.len();
        let reply = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        // Whoever asked may be gone.
        let _ = connection.write_all(reply.as_bytes()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_that_ends_is_not_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let health = Health::default();
        tokio::spawn(health.clone().serve(listener));
        let ask = async |path: &str| {
            let mut connection = TcpStream::connect(address).await.unwrap();
            connection.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
            let mut reply = String::new();
            connection.read_to_string(&mut reply).await.unwrap();
            reply
        };
        health.is_ready.store(true, Ordering::SeqCst);
        health.running.store(2, Ordering::SeqCst);
        assert!(ask("/health").await.ends_with("{\"status\":\"ok\",\"parts\":2}"));
        health.is_ready.store(false, Ordering::SeqCst);
        assert!(ask("/health").await.starts_with("HTTP/1.1 503 "));
        assert!(ask("/").await.starts_with("HTTP/1.1 404 "));
    }
}

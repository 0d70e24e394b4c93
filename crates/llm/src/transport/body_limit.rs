//! How much of a response is read: a server must not fill the memory.

use reqwest::Response;

/// Of an error, bytes.
pub(super) const MAX_ERROR_BYTES: usize = 64 << 10;
/// Of a list of models, bytes.
pub(super) const MAX_LIST_BYTES: usize = 8 << 20;
/// Bytes per token of a reply, more than a tokenizer's average in any language.
const BYTES_PER_TOKEN: usize = 16;
/// Bytes around a token in a stream: names of model and provider, identifiers, probabilities.
const FRAME_BYTES_PER_TOKEN: usize = 2 << 10;
/// Any reply may have this many bytes more.
const EXTRA_BYTES: usize = 64 << 10;

/// Maximum bytes of the text and reasoning of a reply of so many tokens.
pub(super) fn max_text_bytes(max_tokens: u32) -> usize {
    max_tokens as usize * BYTES_PER_TOKEN + EXTRA_BYTES
}

/// Maximum bytes of the response with such a reply.
pub(super) fn max_reply_bytes(max_tokens: u32) -> usize {
    max_tokens as usize * (BYTES_PER_TOKEN + FRAME_BYTES_PER_TOKEN) + EXTRA_BYTES
}

/// The first `max_bytes` of a body, or less if the connection breaks; also whether that is the whole body.
pub(super) async fn read_up_to(mut response: Response, max_bytes: usize) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= max_bytes => body.extend_from_slice(&chunk),
            Ok(Some(chunk)) => {
                body.extend_from_slice(&chunk[..max_bytes - body.len()]);
                return (body, false);
            }
            Ok(None) => return (body, true),
            Err(_) => return (body, false),
        }
    }
}

//! The protocol between parent and worker, over the standard input and output of the worker.
//!
//! A message is a header and a body: `length of the header: u32`, `length of the body: u64`, both little-endian, the header in
//! `MessagePack`, the body as it is. The body is what a task takes or returns, so that megabytes are not serialised twice.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Confinement;
use crate::failure::Failure;

/// A message of the parent.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Request {
    /// The first message, sent once.
    Start { memory_limit_bytes: u64, confinement: Option<Confinement> },
    /// The body is the task's input.
    Run { task: String, pixels: u64 },
}

/// A message of the worker.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Reply {
    /// It has the task and its input; if it dies from now on, the page may be the cause.
    Accepted,
    /// The scan has this many pixels.
    Pixels(u64),
    /// The body is a line of a stage's log, as a JSON object.
    LogLine,
    /// The body is the task's output.
    Done,
    /// The task failed; the worker can take another.
    Failed(Failure),
}

impl Reply {
    /// Returns whether the call ends with it.
    pub(super) fn is_last(&self) -> bool {
        matches!(self, Self::Done | Self::Failed(_))
    }
}

/// A message whose body is still to be read.
#[derive(Debug)]
pub(super) struct Opened<Header> {
    pub(super) header: Header,
    body_bytes: u64,
}

/// A longer header is invalid: the longest real one holds a failure with its backtrace.
const HEADER_LIMIT_BYTES: u32 = 16 << 20;

/// Writes one message.
pub(super) fn write(out: &mut impl Write, header: &impl Serialize, body: &[u8]) -> io::Result<()> {
    let header = rmp_serde::to_vec_named(header).map_err(io::Error::other)?;
    let header_bytes = u32::try_from(header.len()).map_err(io::Error::other)?;
    let mut start = Vec::with_capacity(12 + header.len());
    start.extend(header_bytes.to_le_bytes());
    start.extend((body.len() as u64).to_le_bytes());
    start.extend(header);
    out.write_all(&start)?;
    out.write_all(body)?;
    out.flush()
}

/// Reads the next message; `None` where the stream ends before one.
pub(super) fn read<Header: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<(Header, Vec<u8>)>> {
    open(input)?.map(|message: Opened<Header>| message.body(input)).transpose()
}

/// Reads the header of the next message; `None` where the stream ends before one.
pub(super) fn open<Header: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<Opened<Header>>> {
    let mut lengths = Vec::with_capacity(12);
    input.by_ref().take(12).read_to_end(&mut lengths)?;
    if lengths.is_empty() {
        return Ok(None);
    }
    let [a, b, c, d, body @ ..] = *<&[u8; 12]>::try_from(lengths.as_slice()).map_err(|_| cut_short("lengths"))?;
    let header_bytes = u32::from_le_bytes([a, b, c, d]);
    if header_bytes > HEADER_LIMIT_BYTES {
        return Err(invalid(format!("a header of {header_bytes} bytes, expected at most {HEADER_LIMIT_BYTES}")));
    }
    let header = read_exactly(input, u64::from(header_bytes), "header")?;
    let header = rmp_serde::from_slice(&header).map_err(|error| invalid(format!("an invalid header: {error}")))?;
    Ok(Some(Opened { header, body_bytes: u64::from_le_bytes(body) }))
}

impl<Header> Opened<Header> {
    /// Reads the body.
    pub(super) fn body(self, input: &mut impl Read) -> io::Result<(Header, Vec<u8>)> {
        let body = read_exactly(input, self.body_bytes, "body")?;
        Ok((self.header, body))
    }
}

fn read_exactly(input: &mut impl Read, bytes: u64, part: &str) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let room = usize::try_from(bytes).map_err(io::Error::other)?;
    // An invalid length is an error here; `with_capacity` would abort.
    content.try_reserve_exact(room).map_err(|_| invalid(format!("no memory for a {part} of {bytes} bytes")))?;
    input.by_ref().take(bytes).read_to_end(&mut content)?;
    if content.len() == room { Ok(content) } else { Err(cut_short(part)) }
}

fn cut_short(part: &str) -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, format!("a message ends within its {part}"))
}

fn invalid(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::{Reply, Request, read, write};
    use crate::failure::{Cause, Failure};

    fn written(header: &Reply, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, header, body).unwrap();
        bytes
    }

    fn read_reply(mut bytes: &[u8]) -> io::Result<Option<(Reply, Vec<u8>)>> {
        read(&mut bytes)
    }

    #[test]
    fn reads_several_messages() {
        let mut bytes = Vec::new();
        let requests = [
            Request::Start { memory_limit_bytes: 5, confinement: Some(super::Confinement::default()) },
            Request::Run { task: "ocr.read".to_owned(), pixels: 7 },
        ];
        for (request, body) in requests.iter().zip([&b""[..], b"a page"]) {
            write(&mut bytes, request, body).unwrap();
        }
        let mut input = bytes.as_slice();
        for (request, body) in requests.iter().zip([&b""[..], b"a page"]) {
            let message = read::<Request>(&mut input).unwrap().unwrap();
            assert_eq!((&message.0, message.1.as_slice()), (request, body));
        }
        assert!(read::<Request>(&mut input).unwrap().is_none());
    }

    #[test]
    fn failure_round_trips() {
        let failure = Failure::of(Cause::Input, "no page").context("page 3").hint("turn it over");
        let (reply, _) = read_reply(&written(&Reply::Failed(failure.clone()), b"")).unwrap().unwrap();
        assert_eq!(reply, Reply::Failed(failure));
    }

    #[test]
    fn truncated_message_names_the_part() {
        let bytes = written(&Reply::Accepted, b"body");
        for (length, part) in [(1, "lengths"), (11, "lengths"), (13, "header"), (bytes.len() - 1, "body")] {
            let error = read_reply(&bytes[..length]).unwrap_err();
            assert_eq!(error.to_string(), format!("a message ends within its {part}"));
        }
    }

    #[test]
    fn invalid_length_is_an_error() {
        let mut bytes = written(&Reply::Done, b"");
        bytes[4..12].fill(0x7f);
        assert_eq!(read_reply(&bytes).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    proptest! {
        #[test]
        fn invalid_message_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = read_reply(&bytes);
        }

        #[test]
        fn body_round_trips(body in prop::collection::vec(any::<u8>(), 0..3000)) {
            prop_assert_eq!(read_reply(&written(&Reply::Done, &body)).unwrap(), Some((Reply::Done, body)));
        }
    }
}

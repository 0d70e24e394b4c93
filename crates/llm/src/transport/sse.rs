//! Server-sent events, as far as model servers use them.
//!
//! Format: <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>. Only the data of an event are
//! used; comments (`: OPENROUTER PROCESSING`), names, ids and retry times are skipped.

/// Parses a stream that arrives in chunks of any size.
#[derive(Debug, Default)]
pub(super) struct EventStream {
    /// Bytes of the unfinished line.
    line: Vec<u8>,
    /// Data of the unfinished event.
    data: Option<String>,
    /// The last byte was a carriage return; a line feed after it belongs to the same line end.
    after_return: bool,
    /// The first line has ended, so there is no byte order mark to skip.
    past_first_line: bool,
}

impl EventStream {
    /// Adds bytes and returns the data of every event that they complete.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if std::mem::take(&mut self.after_return) => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    events.extend(self.end_line());
                }
                byte => {
                    self.after_return = false;
                    self.line.push(*byte);
                }
            }
        }
        events
    }

    fn end_line(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&bytes);
        let line = if std::mem::replace(&mut self.past_first_line, true) {
            &line
        } else {
            line.trim_start_matches('\u{feff}')
        };
        if line.is_empty() {
            return self.data.take();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        if field == "data" {
            let value = value.strip_prefix(' ').unwrap_or(value);
            match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(stream: &str) -> Vec<String> {
        EventStream::default().feed(stream.as_bytes())
    }

    #[test]
    fn returns_only_data() {
        let stream = "\u{feff}: OPENROUTER PROCESSING\n\nevent: delta\nid: 7\ndata: {\"a\":\ndata:1}\n\ndata\n\ndata: [DONE]\n\n";
        assert_eq!(all(stream), ["{\"a\":\n1}", "", "[DONE]"]);
    }

    #[test]
    fn accepts_all_three_line_endings() {
        assert_eq!(all("data: a\r\n\r\ndata: b\r\rdata: c\n\n"), ["a", "b", "c"]);
    }

    #[test]
    fn ignores_unfinished_event() {
        assert!(all("data: {\"finish_reason\": \"stop\"}\n").is_empty());
    }

    proptest! {
        #[test]
        fn chunk_boundaries_do_not_matter(
            stream in "(data: ?[a-z{}é€\u{1F4D6}]{0,8}|: [a-z]{0,4}|event: x|)(\r\n|\n|\r)((data:[a-z: ]{0,6}|)(\r\n|\n|\r)){0,12}",
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
        ) {
            let bytes = stream.as_bytes();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut parser = EventStream::default();
            let chunked: Vec<String> = cuts.windows(2).flat_map(|cut| parser.feed(&bytes[cut[0]..cut[1]])).collect();
            prop_assert_eq!(chunked, all(&stream));
        }
    }
}

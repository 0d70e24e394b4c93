//! Which kind of page it is: work that waits for a model.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use clap::Args;
use shelf::prelude::*;

use crate::text_lines::{LinesPage, text_lines};

/// What kind of page a scan is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct KindPage {
    /// The kind that is most likely.
    #[garde(skip)]
    pub kind: Kind,
    /// How sure the model is, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// A kind of page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text, with or without pictures in it.
    Text,
    /// A picture, and at most a caption.
    Plate,
    /// Nothing.
    Blank,
}

/// What `page_kind` measures of a page.
#[derive(PageMetrics, Report)]
pub struct KindMetrics {
    /// How sure the model is, 0..=1.
    #[report(decimals = 2, flag(below = 0.6))]
    pub confidence: f64,
}

/// What `page_kind` can be told on the command line.
#[derive(Debug, Clone, Args, Serialize)]
pub struct KindOptions {
    /// Where the model listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7070")]
    pub model: SocketAddr,
}

/// Asks a model which kind of page it is.
#[stage(name = "page_kind", deps = [text_lines], parallelism = io, options = KindOptions)]
pub async fn page_kind(text_lines: LinesPage, options: &KindOptions) -> Result<(KindPage, KindMetrics)> {
    let model = options.model;
    let question = serde_json::to_string(&text_lines)?;
    let answer = tokio::task::spawn_blocking(move || ask(model, &question)).await??;
    let found: KindPage = serde_json::from_str(&answer)?;
    let metrics = KindMetrics { confidence: found.confidence };
    Ok((found, metrics))
}

/// One line there, one line back. What the network does may be better at the next try; an answer that is no JSON will not be.
fn ask(model: SocketAddr, question: &str) -> Result<String> {
    let exchange = || {
        let mut connection = TcpStream::connect(model)?;
        writeln!(connection, "{question}")?;
        let mut answer = String::new();
        BufReader::new(connection).read_line(&mut answer)?;
        Ok(answer)
    };
    exchange().map_err(|error: std::io::Error| Failure::retry(error).context(format!("the model at {model} is silent")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf::testing::TestBook;
    use std::net::TcpListener;

    /// A model that gives these answers, one after another.
    fn scripted(answers: &'static [&'static str]) -> KindOptions {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let model = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut asked, _) = listener.accept().unwrap();
                BufReader::new(&asked).read_line(&mut String::new()).unwrap();
                writeln!(asked, "{answer}").unwrap();
            }
        });
        KindOptions { model }
    }

    fn book(answers: &'static [&'static str]) -> TestBook {
        let lines = |page| LinesPage { page_number: page, lines: Vec::new() };
        TestBook::of_pages(1).outputs::<text_lines>(lines).options::<page_kind>(scripted(answers))
    }

    #[test]
    fn the_model_decides() {
        let book = book(&[r#"{"kind": "plate", "confidence": 0.5}"#]);
        book.run::<page_kind>();
        assert_eq!(book.page::<page_kind>(1), KindPage { kind: Kind::Plate, confidence: 0.5 });
        assert_eq!(book.report::<page_kind>(), "page_num,confidence\n1,0.50\n");
    }

    #[test]
    fn an_answer_that_makes_no_sense_fails_the_page() {
        let failure = |answer: &'static [&'static str]| {
            let book = book(answer);
            book.run::<page_kind>();
            book.failure::<page_kind>(1).unwrap().failure.error
        };
        assert!(failure(&["I think it is a plate"]).starts_with("expected value"));
        assert!(failure(&[r#"{"kind": "poster", "confidence": 0.5}"#]).starts_with("unknown variant `poster`"));
        let unsure = failure(&[r#"{"kind": "plate", "confidence": 50}"#]);
        assert_eq!(unsure, "the output does not fit its schema: confidence is 50.0: greater than 1");
    }
}

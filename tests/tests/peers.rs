//! Calls to servers that others wrote, on 127.0.0.1: aimock with its faults, and llama.cpp with a model of random weights.
//! `make test-peers` installs them and sets `SHELF_PEERS` to their folder.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use shelf::llm::{LlmSettings, Spending};
use shelf::prelude::*;
use shelf::testing::{TestBook, TestLedger};

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Weather {
    /// What it does.
    #[garde(length(min = 1, max = 200))]
    pub text: String,
    /// How sure.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// Asks about the weather on a page.
#[stage(name = "weather", parallelism = llm)]
pub async fn weather(page: PageNumber, llm: Llm) -> Result<Weather> {
    let sensible = |reply: &Weather| {
        let about_weather = reply.text.contains("rain");
        if about_weather { Ok(()) } else { Err("the text has nothing to do with the page".to_owned()) }
    };
    llm.ask()
        .system("You are a barometer.")
        .user(format!("weather on page {page}"))
        .max_tokens(60)
        .reply_validated(sensible)
        .await
}

/// A server that is stopped at the end of the test.
struct Server {
    process: Child,
    port: u16,
    log: PathBuf,
}

impl Server {
    /// Starts a program and waits until it listens on `port`.
    fn start(mut command: Command, port: u16, folder: &Path) -> Self {
        let log = folder.join(format!("server-{port}.log"));
        let said = File::create(&log).unwrap();
        command.stdin(Stdio::null()).stdout(said.try_clone().unwrap()).stderr(said);
        let process = command.spawn().expect("the server starts");
        let mut server = Self { process, port, log };
        let began = Instant::now();
        while server.get("/v1/models").is_none_or(|answer| !answer.starts_with("HTTP/1.1 200")) {
            let ended = server.process.try_wait().unwrap();
            let log = || std::fs::read_to_string(&server.log).unwrap_or_default();
            assert!(ended.is_none() && began.elapsed() < Duration::from_secs(60), "no server: {ended:?}\n{}", log());
            std::thread::yield_now();
        }
        server
    }

    fn get(&self, path: &str) -> Option<String> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(connection, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    fn settings(&self) -> LlmSettings {
        let settings = LlmSettings::new(&format!("http://127.0.0.1:{}/v1", self.port));
        LlmSettings {
            model: Some("gpt-4o-mini".to_owned()),
            fallbacks: vec!["gpt-4o".to_owned()],
            requests_per_minute: 0,
            retry: shelf::llm::Retry { attempts: 8, first_wait: Duration::from_millis(20), ..settings.retry },
            spending: Spending { allowed: true, ..Spending::default() },
            ..settings
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn folder_of(variable: &str) -> PathBuf {
    let folder = std::env::var_os(variable);
    folder.unwrap_or_else(|| panic!("{variable} is not set: run `make test-peers`")).into()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// aimock with these flags; it replies that it rains.
fn aimock(folder: &Path, flags: &[&str]) -> Server {
    let fixtures = folder.join("weather.json");
    let reply = json!({ "text": "it rains", "confidence": 0.9 }).to_string();
    let fixture = json!({ "fixtures": [{ "match": { "userMessage": "weather" }, "response": { "content": reply } }] });
    std::fs::write(&fixtures, fixture.to_string()).unwrap();
    let port = free_port();
    let mut command = Command::new(folder_of("SHELF_PEERS").join("node_modules/.bin/llmock"));
    command.args(["--port", &port.to_string(), "--log-level", "warn", "--fixtures"]).arg(&fixtures).args(flags);
    Server::start(command, port, folder)
}

/// Runs the stage over `pages` pages and checks that all were made.
fn run_all(server: &Server, pages: u32) -> TestBook {
    let book = TestBook::of_pages(pages).with(server.settings());
    let run = book.run::<weather>();
    assert_eq!(run.summary.stages[0].done, pages as usize, "{:?}", run.summary.stages[0].failed);
    for page in 1..=pages {
        assert_eq!(book.page::<weather>(page).text, "it rains");
    }
    book
}

#[test]
fn understands_aimock() {
    let folder = tempfile::tempdir().unwrap();
    let server = aimock(folder.path(), &["--chunk-size", "3"]);
    let book = run_all(&server, 20);
    let journal = server.get("/__aimock/journal?path=/v1/chat/completions&limit=1").unwrap();
    let total = journal.lines().find_map(|line| line.strip_prefix("X-Total-Count: "));
    assert_eq!((total, book.ledger().len()), (Some("20"), 20), "{journal}");
}

#[test]
fn faults_lose_no_page() {
    let folder = tempfile::tempdir().unwrap();
    for chaos in ["--chaos-drop", "--chaos-malformed", "--chaos-disconnect", "--chaos-ratelimit"] {
        let server = aimock(folder.path(), &[chaos, "0.2"]);
        let book = run_all(&server, 30);
        assert!(book.ledger().iter().any(|entry| entry.ended != "stop"), "{chaos} never happened");
    }
    let all = ["--chaos-drop", "--chaos-malformed", "--chaos-disconnect", "--chaos-ratelimit"];
    let flags: Vec<&str> = all.iter().flat_map(|flag| [*flag, "0.05"]).chain(["--chaos-latency", "20"]).collect();
    run_all(&aimock(folder.path(), &flags), 30);
}

#[test]
fn rejects_well_formed_nonsense() {
    let folder = tempfile::tempdir().unwrap();
    let (peers, tools) = (folder_of("SHELF_PEERS"), folder_of("SHELF_PEER_TOOLS"));
    let port = free_port();
    let mut command = Command::new(peers.join("venv/bin/python"));
    command.arg(tools.join("llama_server.py")).arg(peers.join("nonsense.gguf")).arg(port.to_string());
    let server = Server::start(command, port, folder.path());
    let book = TestBook::of_pages(4).with(LlmSettings { in_flight: 2, ..server.settings() });
    let run = book.run::<weather>();
    let stage = &run.summary.stages[0];
    // A page is refused, or waits for the next run if ten replies in a row were unusable. The model is random: it may take fewer for all pages.
    assert_eq!((stage.done, stage.failed.len() + stage.left), (0, 4), "{:?}", run.events);
    assert!(!stage.failed.is_empty(), "{:?}", run.events);
    assert!(stage.left == 0 || run.summary.abort.is_some(), "{:?}", run.events);
    for (_, failure) in &stage.failed {
        assert_eq!(failure.error, "no model gave a usable reply", "{failure}");
        assert!(!failure.transient);
    }
    let ledger = book.ledger();
    assert!(ledger.iter().any(|entry| entry.completion_tokens.is_some()), "its usage is read: {ledger:?}");
}

//! What an author sees in an editor: `rust-analyzer` finds a dependency's function and its documentation, and completes inside a stage.
//!
//! Drives the real `rust-analyzer` over the Language Server Protocol. Where it is not installed (`rustup component add rust-analyzer`), the test says so
//! and does nothing. `RUST_ANALYZER` may name the program.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

const STAGES: &str = r#"//! Two stages.

use shelf::prelude::*;

/// Ink on a page.
#[page]
pub struct Ink {
    /// Drops.
    pub drops: u32,
}

/// Counts the drops of ink on a page.
#[stage(name = "ink")]
pub fn ink(page: PageNumber) -> Result<Ink> {
    Ok(Ink { drops: page.get() })
}

/// Finds blots.
#[stage(name = "blots", deps = [ink])]
pub fn blots(ink: Ink) -> Result<Ink> {
    let drops = ink.dr
    Ok(ink)
}
"#;

/// A language server, and the file that it has open.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    uri: String,
    last_id: u64,
}

impl Editor {
    /// Opens a crate with the stages above and waits until the server has analysed it.
    fn open(program: &Path, folder: &Path) -> Self {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let shelf = checkout.join("shelf").display().to_string();
        let manifest = format!(
            "[package]\nname = \"blots\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             shelf = {{ package = \"shelf-books\", path = {shelf:?}, default-features = false }}\n"
        );
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::copy(checkout.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        fs::copy(checkout.join("rust-toolchain.toml"), folder.join("rust-toolchain.toml")).unwrap();
        fs::write(folder.join("src/lib.rs"), STAGES).unwrap();
        let mut server = Command::new(program)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let uri = format!("file://{}", folder.join("src/lib.rs").display());
        let mut editor = Self { server, input, output, uri: uri.clone(), last_id: 0 };
        editor.ask(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": format!("file://{}", folder.display()),
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": { "hover": { "contentFormat": ["markdown"] } },
                },
                "initializationOptions": { "checkOnSave": false, "cachePriming": { "enable": false } },
            }),
        );
        editor.tell("initialized", &json!({}));
        editor.tell(
            "textDocument/didOpen",
            &json!({ "textDocument": { "uri": uri, "languageId": "rust", "version": 1, "text": STAGES } }),
        );
        while !editor.next_message_is_quiescent() {}
        editor
    }

    /// Whether the next message says that the server has nothing left to do.
    fn next_message_is_quiescent(&mut self) -> bool {
        let message = self.read();
        if message.get("id").is_some() && message.get("method").is_some() {
            // A request of the server, such as for the configuration.
            self.write(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
        message["method"] == "experimental/serverStatus" && message["params"]["quiescent"] == true
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.write(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.read();
            match (message.get("method"), message.get("id")) {
                (None, Some(answered)) if *answered == id => {
                    assert!(message.get("error").is_none(), "{method}: {message}");
                    return message["result"].clone();
                }
                (Some(_), Some(asked)) => {
                    let reply = json!({ "jsonrpc": "2.0", "id": asked, "result": null });
                    self.write(&reply);
                }
                _ => {}
            }
        }
    }

    /// Asks about the place in the file where `text` is, `offset` characters into it.
    fn ask_at(&mut self, method: &str, text: &str, offset: usize) -> Value {
        let at = STAGES.find(text).unwrap() + offset;
        let before = &STAGES[..at];
        let line = before.matches('\n').count();
        let character = at - before.rfind('\n').map_or(0, |newline| newline + 1);
        let document = json!({ "uri": self.uri });
        self.ask(method, &json!({ "textDocument": document, "position": { "line": line, "character": character } }))
    }

    fn write(&mut self, message: &Value) {
        let message = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{message}", message.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server has ended");
            match line.trim().strip_prefix("Content-Length: ") {
                Some(bytes) => length = bytes.parse().unwrap(),
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut message = vec![0; length];
        self.output.read_exact(&mut message).unwrap();
        serde_json::from_slice(&message).unwrap()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It has no work that could be lost.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// The program, if it is installed. rustup puts a proxy on the path even without the component, which then fails.
fn rust_analyzer() -> Option<PathBuf> {
    let program = std::env::var_os("RUST_ANALYZER").map_or_else(|| PathBuf::from("rust-analyzer"), PathBuf::from);
    let version = Command::new(&program).arg("--version").output().ok()?;
    version.status.success().then_some(program)
}

/// The lines of an answer to `textDocument/definition`, from 0.
fn lines_of(definition: &Value) -> Vec<u64> {
    let targets = definition.as_array().cloned().unwrap_or_else(|| vec![definition.clone()]);
    let line = |target: &Value| {
        let range = target.get("targetSelectionRange").or_else(|| target.get("range"));
        range.and_then(|range| range["start"]["line"].as_u64()).unwrap_or_else(|| panic!("{target}"))
    };
    targets.iter().map(line).collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn editor_finds_the_function_of_a_dependency_and_its_documentation() {
    let Some(program) = rust_analyzer() else {
        eprintln!("skipped: rust-analyzer is not installed (rustup component add rust-analyzer)");
        return;
    };
    let target = Path::new(env!("CARGO_BIN_EXE_shelf-under-test")).ancestors().nth(2).unwrap();
    let mut editor = Editor::open(&program, &target.join("editor"));
    let function = STAGES.lines().position(|line| line.starts_with("pub fn ink")).unwrap() as u64;

    let definition = editor.ask_at("textDocument/definition", "deps = [ink]", "deps = [i".len());
    assert_eq!(lines_of(&definition), [function], "{definition:#}");

    let hover = editor.ask_at("textDocument/hover", "deps = [ink]", "deps = [i".len()).to_string();
    assert!(hover.contains("Counts the drops of ink on a page."), "{hover}");

    let completion = editor.ask_at("textDocument/completion", "ink.dr", "ink.dr".len());
    let items = completion["items"].as_array().or_else(|| completion.as_array()).cloned().unwrap_or_default();
    assert!(items.iter().any(|item| item["label"] == "drops"), "{items:#?}");
}

//! To whom the key to a model's server is sent, and that neither it nor a password is printed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;

use serde_json::json;
use shelf::testing::{ScriptedModel, ScriptedReply};
use shelf_tests::{Ended, Shelf};

const CANARY: &str = "sk-canary-7c1f9a52";

fn with_book() -> Shelf {
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_asking-shelf"));
    let book = shelf.library().join("book");
    fs::create_dir(&book).unwrap();
    fs::write(book.join("metadata.json"), json!({ "title": "A Book", "total_pages": 1 }).to_string()).unwrap();
    shelf
}

fn model() -> ScriptedModel {
    ScriptedModel::with_replies([r#"{ "text": "rain" }"#])
}

/// Runs a command with a key in the environment, and these variables.
fn run(shelf: &Shelf, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = shelf.command(arguments);
    command.env("SHELF_LLM_API_KEY", CANARY).envs(variables.iter().copied());
    let output = command.output().expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("shelf prints UTF-8");
    Ended { out: text(output.stdout), err: text(output.stderr), code: output.status.code() }
}

const PROCESS: [&str; 7] = ["process", "book", "--stage", "described", "--yes", "--llm-model", "m"];

#[test]
fn server_that_only_the_library_names_gets_no_key_until_confirmed() {
    let (shelf, model, home) = (with_book(), model(), tempfile::tempdir().unwrap());
    let home = home.path();
    fs::write(shelf.library().join("shelf.toml"), format!("[llm]\nbase_url = \"{}\"\n", model.base_url())).unwrap();
    let variables = [("HOME", home.to_str().unwrap())];
    let refused = run(&shelf, &PROCESS, &variables);
    assert_eq!((refused.code, model.requests().len()), (Some(4), 0), "{refused:?}");
    let server = model.base_url().replace("/v1", "");
    assert!(
        refused.err.contains(&format!("refusing to send the key in SHELF_LLM_API_KEY to {server}, which")),
        "{refused:?}"
    );
    let config = run(&shelf, &["config"], &variables).out;
    assert!(config.contains("set, not sent: the server is not confirmed"), "{config}");
    // Whoever names the server has confirmed it for this run.
    let named = run(&shelf, &PROCESS, &[variables[0], ("SHELF_LLM_BASE_URL", &model.base_url())]);
    assert_eq!(named.code, Some(0), "{named:?}");
    assert_eq!(model.requests()[0].authorization.as_deref(), Some(&*format!("Bearer {CANARY}")));
    // What the question in a terminal writes.
    fs::create_dir_all(home.join(".config/shelf")).unwrap();
    fs::write(home.join(".config/shelf/confirmed-servers"), format!("https://other\n{server}\n")).unwrap();
    let confirmed = run(&shelf, &[&PROCESS[..], &["--redo"]].concat(), &variables);
    assert_eq!((confirmed.code, model.requests().len()), (Some(0), 2), "{confirmed:?}");
}

#[test]
fn rules_need_no_confirmation() {
    let (shelf, model) = (with_book(), model());
    fs::write(shelf.library().join("shelf.toml"), format!("[llm]\nbase_url = \"{}\"\n", model.base_url())).unwrap();
    assert_eq!(run(&shelf, &["status", "book"], &[]).code, Some(0));
    let keyless = shelf.run(PROCESS);
    assert_eq!((keyless.code, model.requests()[0].authorization.clone()), (Some(0), None), "{keyless:?}");
    let up_to_date = run(&shelf, &PROCESS, &[]);
    assert_eq!((up_to_date.code, model.requests().len()), (Some(0), 1), "nothing is asked: {up_to_date:?}");
}

#[test]
fn key_is_not_sent_to_another_machine_without_encryption() {
    let shelf = with_book();
    // An address of documentation (RFC 5737), at which nobody answers.
    let refused = run(&shelf, &PROCESS, &[("SHELF_LLM_BASE_URL", "http://192.0.2.1:9/v1")]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(
        refused.err.contains("refusing to send the key to http://192.0.2.1:9: the connection is not encrypted"),
        "{refused:?}"
    );
    assert!(refused.err.contains("--insecure"), "{refused:?}");
    let config = run(&shelf, &["config", "--insecure"], &[("SHELF_LLM_BASE_URL", "http://192.0.2.1:9/v1")]);
    assert!(!config.out.contains("not sent"), "{config:?}");
}

#[test]
fn password_in_an_address_is_never_printed() {
    let shelf = with_book();
    let url = "https://me:s3cret@example.org/v1";
    let mut ended = vec![
        run(&shelf, &["config", "--llm-base-url", url], &[]),
        run(&shelf, &["config"], &[("SHELF_LLM_BASE_URL", url)]),
    ];
    for line in [format!("base_url = \"{url}\""), format!("base_url = \"{url}"), format!("base_url = [\"{url}\"]")] {
        fs::write(shelf.library().join("shelf.toml"), format!("[llm]\n{line}\n")).unwrap();
        ended.push(run(&shelf, &["config"], &[]));
    }
    fs::remove_file(shelf.library().join("shelf.toml")).unwrap();
    let proxy = [("HTTPS_PROXY", "ht tp://me:s3cret@example.org"), ("SHELF_LLM_BASE_URL", "https://example.org/v1")];
    ended.push(run(&shelf, &PROCESS, &proxy));
    for ended in ended {
        assert!(ended.code != Some(0) && !format!("{ended:?}").contains("s3cret"), "{ended:?}");
    }
}

#[test]
fn server_with_https_is_reached_through_the_proxy() {
    let shelf = with_book();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (connection, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(connection).read_line(&mut line).unwrap();
        line
    });
    // Planning asks for the list of models only.
    let variables = [("HTTPS_PROXY", &*proxy), ("SHELF_LLM_BASE_URL", "https://models.example.org/v1")];
    let planned = run(&shelf, &["plan", "book", "--stage", "described", "--llm-model", "m"], &variables);
    assert_eq!(planned.code, Some(0), "the run goes on without the list of models: {planned:?}");
    assert_eq!(asked.join().unwrap().trim(), "CONNECT models.example.org:443 HTTP/1.1");
}

#[test]
fn key_that_a_server_sends_back_is_removed_everywhere() {
    let shelf = with_book();
    let escaped = CANARY.replace("sk", "\\u0073\\u006b");
    let usage = json!({ "prompt_tokens": 1, "user": CANARY, CANARY: [CANARY] });
    let model = ScriptedModel::with_script(move |_| {
        ScriptedReply::text(format!(r#"{{ "text": "{escaped}" }}"#)).usage(Some(usage.clone()))
    });
    let ended = run(&shelf, &PROCESS, &[("SHELF_LLM_BASE_URL", &model.base_url())]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let page = fs::read_to_string(shelf.library().join("book/described/page_0001.json")).unwrap();
    assert!(page.contains("[key]") && !page.contains(CANARY), "{page}");
    let replies = fs::read_dir(shelf.library().join("book/described/replies")).unwrap();
    for reply in replies {
        let reply = fs::read_to_string(reply.unwrap().path()).unwrap();
        assert!(!reply.contains(CANARY) && !reply.contains("u0073"), "{reply}");
    }
}

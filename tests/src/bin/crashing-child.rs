//! A program whose children do what children should not.

use std::path::Path;
use std::time::Duration;

use shelf::child::{Allowance, ChildSettings, Children, ServeError, serve};
use shelf_tests::child_tasks::HANG;

/// `crashing-child child` serves; `crashing-child parent SOCKET` starts itself as a child that hangs.
fn main() -> Result<(), ServeError> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [word] if word == "child" => serve(),
        [word, socket] if word == "parent" => {
            let settings = ChildSettings {
                program: std::env::current_exe().expect("this program has a path"),
                arguments: vec!["child".into()],
                count: 1,
                memory_limit_bytes: 1 << 30,
                time_limit: Duration::from_mins(10),
            };
            let socket = Path::new(socket).to_owned();
            panic!("it did not hang: {:?}", Children::start(settings).call(&HANG, socket, Allowance::default()));
        }
        other => panic!("expected `child` or `parent SOCKET`, found {other:?}"),
    }
}

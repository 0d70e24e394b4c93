//! The `shelf` command with the stages of this crate.

use shelf_examples as _;

fn main() -> std::process::ExitCode {
    shelf::main()
}

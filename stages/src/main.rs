//! The `shelf` command with the built-in stages.

use stages as _;

fn main() -> std::process::ExitCode {
    shelf::main()
}

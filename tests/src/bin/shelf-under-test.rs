//! The `shelf` command, as the tests start it.

use stages as _;

fn main() -> std::process::ExitCode {
    shelf::main()
}

//! The `shelf` command with the built-in stages and the verbs of this crate.

use shelf_temporal as _;
use stages as _;

fn main() -> std::process::ExitCode {
    shelf::main()
}

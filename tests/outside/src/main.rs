//! The `shelf` command with stages of one's own in it.

mod fragile;
mod word_count;

fn main() -> std::process::ExitCode {
    shelf::main()
}

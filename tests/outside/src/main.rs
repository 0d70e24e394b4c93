//! The `shelf` command with a stage of one's own in it.

mod word_count;

fn main() -> std::process::ExitCode {
    shelf::main()
}

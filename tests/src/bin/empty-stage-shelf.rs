//! A `shelf` command with one stage, which does nothing: what is left is what the runtime takes.

use shelf::prelude::*;

/// A page's number.
#[page]
struct Numbered {
    /// The scan's number.
    #[garde(range(min = 1))]
    page_number: u32,
}

/// Numbers every page.
#[stage(name = "numbered", parallelism = cpu)]
fn numbered(page: PageNumber) -> Result<Numbered> {
    Ok(Numbered { page_number: page.get() })
}

fn main() -> std::process::ExitCode {
    shelf::main()
}

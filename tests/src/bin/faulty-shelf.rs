//! A `shelf` command in which two stages have one name.

use shelf::prelude::*;

/// A page's number.
#[page]
struct Numbered {
    /// The scan's number.
    #[garde(range(min = 1))]
    page_number: u32,
}

/// Numbers every page.
#[stage(name = "numbered")]
fn numbered(page: PageNumber) -> Result<Numbered> {
    Ok(Numbered { page_number: page.get() })
}

/// Numbers every page once more.
#[stage(name = "numbered")]
fn numbered_again(page: PageNumber) -> Result<Numbered> {
    Ok(Numbered { page_number: page.get() })
}

fn main() -> std::process::ExitCode {
    shelf::main()
}

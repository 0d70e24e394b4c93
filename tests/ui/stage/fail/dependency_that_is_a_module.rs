//! The module of a stage in place of the stage in it. rustc suggests `use crate::ink::ink`.

use shelf::prelude::*;
use stages::ink;
use stages::ink::Ink;

mod stages {
    pub mod ink {
        use shelf::prelude::*;

        /// Ink of a page.
        #[derive(Serialize, Deserialize, JsonSchema, Validate)]
        pub struct Ink {
            /// Drops.
            #[garde(skip)]
            pub drops: u32,
        }

        /// Counts drops.
        #[stage(name = "ink")]
        pub fn ink(page: PageNumber) -> Result<Ink> {
            Ok(Ink { drops: page.get() })
        }
    }
}

#[stage(name = "blots", deps = [ink])]
fn blots(ink: Ink) -> Result<Ink> {
    Ok(ink)
}

fn main() {}

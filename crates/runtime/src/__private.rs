//! Items that the expansions of shelf's macros refer to. Not a public interface: it changes with the macros.

pub use serde_json::Value;
pub use {garde, inventory, schemars, serde};

pub use crate::metrics::{Columns, Discrete, Fields, Flag, Kind, Metric, NoMetrics, PageMetrics, Report, Values};
pub use crate::page::PlaceholderOutput;
pub use crate::page::rules::{CheckOwnRules, Rules, WithoutRule};
pub use crate::page::shape::{FindShape, OutputShape, PartOnly, accept};
pub use crate::stage::{
    Book, Cpu, CycleSearch, Dep, EachPage, Fixed, Io, LlmPool, MaxFailed, NoOptions, Parallelism, Policy, Reach, Row,
    Run, Scope, Site, Stage, conserves, hook, input, isolated, shared, to_json, to_json_with_metrics,
};
pub use crate::{register, site, visit};

/// A stage registered by its crate.
pub struct Registered(pub &'static Row);

inventory::collect!(Registered);

/// Registers a stage in every binary that links its crate, and checks that its output is a JSON object.
#[doc(hidden)]
#[macro_export]
macro_rules! register {
    ($stage:ident, $output:ident => $check:expr $(; $($deps:tt)*)?) => {
        $crate::__private::visit!($stage $($($deps)*)?);
        $crate::__private::inventory::submit! {
            $crate::__private::Registered(<$stage as $crate::__private::Stage>::ROW)
        }
        const _: fn() = || {
            use $crate::__private::FindShape as _;
            let $output =
                (&&$crate::__private::OutputShape::<<$stage as $crate::__private::Stage>::Output>::OF).shape();
            $check;
        };
    };
}

/// Gives a stage a function that visits the stages it is made from. `#[stage]` calls it in a constant, so that the compiler looks for cycles.
#[doc(hidden)]
#[macro_export]
macro_rules! visit {
    ($stage:ident) => {
        impl $stage {
            #[doc(hidden)]
            #[allow(unreachable_pub)]
            pub const fn __visit(_: &mut $crate::__private::CycleSearch) {}
        }
    };
    ($stage:ident as $name:literal, made from: $($(#[$cfg:meta])* ($($dep:tt)+)::$visit:ident,)+) => {
        impl $stage {
            #[doc(hidden)]
            #[allow(unreachable_pub)]
            pub const fn __visit(search: &mut $crate::__private::CycleSearch) {
                if search.enter($name) {
                    $($(#[$cfg])* <($($dep)+)>::$visit(search);)+
                    search.leave();
                }
            }
        }
    };
}

/// The location of the attribute that this is an expansion of.
#[doc(hidden)]
#[macro_export]
macro_rules! site {
    () => {
        $crate::__private::Site {
            krate: ::core::env!("CARGO_PKG_NAME"),
            version: ::core::env!("CARGO_PKG_VERSION"),
            file: ::core::file!(),
            line: ::core::line!(),
        }
    };
}

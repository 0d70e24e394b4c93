//! Limits of memory and time for a page, by the pixels of its scan.

use std::io;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{Allowance, WorkerSettings};

/// Address space of a decoded image: three bytes per pixel in colour and one for its grey copy.
const BYTES_PER_PIXEL: u64 = 4;
/// Minimum for the program, its libraries and models and a page of ordinary size, even under a small limit.
const LEAST_BASE_BYTES: u64 = 512 << 20;
/// A page up to this size gets the ordinary time limit. A4 has 15 million pixels at 400 dpi, 35 million at 600 dpi.
const ORDINARY_PIXELS: u64 = 25_000_000;

/// The address space that a worker may use.
///
/// The hard limit (`RLIMIT_AS`) is the same for all pages. Every page gets half of it; the pixels of its scan add to
/// that. So a small file that unpacks to gigabytes is stopped early, and a foldout of 150 million pixels (600 MB) still passes under
/// a limit of 1.4 GiB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MemoryLimit {
    hard_bytes: u64,
}

impl MemoryLimit {
    /// Limits this process permanently.
    pub(super) fn impose(limit_bytes: u64) -> io::Result<Self> {
        let limit =
            Self { hard_bytes: getrlimit(Resource::As).maximum.map_or(limit_bytes, |hard| hard.min(limit_bytes)) };
        limit.allow(Allowance::default())?;
        Ok(limit)
    }

    /// Sets the soft limit for a page of that size.
    pub(super) fn allow(self, allowance: Allowance) -> io::Result<()> {
        let limit = Rlimit { current: Some(self.soft_bytes(allowance)), maximum: Some(self.hard_bytes) };
        Ok(setrlimit(Resource::As, limit)?)
    }

    fn soft_bytes(self, Allowance { pixels, .. }: Allowance) -> u64 {
        let base = (self.hard_bytes / 2).max(LEAST_BASE_BYTES);
        base.saturating_add(pixels.saturating_mul(BYTES_PER_PIXEL)).min(self.hard_bytes)
    }
}

/// The time limit of a call: its own, or in proportion to the pixels of a page that is larger than ordinary.
///
/// Pixels beyond the memory limit do not count, so that a forged size in a header does not gain hours.
pub(super) fn time_limit(settings: &WorkerSettings, Allowance { pixels, time_limit }: Allowance) -> Duration {
    if let Some(limit) = time_limit {
        return limit;
    }
    let pixels = pixels.min(settings.memory_limit_bytes / BYTES_PER_PIXEL);
    settings.time_limit.mul_f64((pixels as f64 / ORDINARY_PIXELS as f64).max(1.0))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{MemoryLimit, time_limit};
    use crate::worker::{Allowance, WorkerSettings};

    const MIB: u64 = 1 << 20;

    fn soft_mib(hard_mib: u64, pixels: u64) -> u64 {
        MemoryLimit { hard_bytes: hard_mib * MIB }.soft_bytes(Allowance::pixels(pixels)) / MIB
    }

    #[test]
    fn memory_limit_grows_with_pixels() {
        assert_eq!(soft_mib(1434, 0), 717);
        assert_eq!(soft_mib(1434, 150_000_000), 717 + 572);
        assert_eq!(soft_mib(1434, u64::MAX), 1434);
        assert_eq!(soft_mib(600, 0), 512);
        assert_eq!(soft_mib(100, 0), 100);
    }

    #[test]
    fn time_limit_grows_with_pixels_that_fit_into_memory() {
        let settings = WorkerSettings {
            program: "shelf".into(),
            arguments: Vec::new(),
            count: 1,
            memory_limit_bytes: 800_000_000,
            confinement: None,
            withheld: Vec::new(),
            time_limit: Duration::from_mins(1),
        };
        let seconds = |pixels| time_limit(&settings, Allowance::pixels(pixels)).as_secs();
        assert_eq!([0, 25_000_000, 50_000_000, u64::MAX].map(seconds), [60, 60, 120, 480]);
    }
}

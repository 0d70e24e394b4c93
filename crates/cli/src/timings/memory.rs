use std::fs;

/// Memory in use by this program and the worker processes that it has started, MiB; shared pages count in each. `None` where the system does not
/// say.
pub(super) fn memory_mib() -> Option<f64> {
    let own = resident_mib("self")?;
    Some(own + children().iter().filter_map(|child| resident_mib(child)).sum::<f64>())
}

fn resident_mib(process: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = resident.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

/// The ids of this program's child processes, whichever thread started them.
fn children() -> Vec<String> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let of_thread = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).unwrap_or_default();
    threads.flat_map(|thread| of_thread(thread).split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::memory_mib;

    #[test]
    fn memory_grows_with_what_is_allocated() {
        let before = memory_mib().unwrap();
        let filled = vec![1_u8; 64 << 20];
        let after = memory_mib().unwrap();
        assert!(after > before + 32.0, "{before} MiB, then {after} MiB with {} bytes more", filled.len());
    }
}

use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::thread;

use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use tempfile::TempDir;

/// Waits for files in a folder without asking again and again.
pub struct FolderWatch {
    inotify: OwnedFd,
    /// Gets a file when the process has ended.
    ended: TempDir,
}

impl FolderWatch {
    /// Watches a folder from now on. It is made where it is missing.
    ///
    /// # Panics
    /// When it cannot be watched.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("the folder can be made");
        let inotify = init(CreateFlags::CLOEXEC).expect("Linux watches folders");
        let ended = tempfile::tempdir().expect("a temporary folder can be made");
        // Pages are renamed into their folder.
        add_watch(&inotify, folder, WatchFlags::MOVED_TO).expect("the folder can be watched");
        add_watch(&inotify, ended.path(), WatchFlags::CREATE).expect("the folder can be watched");
        Self { inotify, ended }
    }

    /// Waits until `there` holds, which is asked after each new file, or `process` has ended.
    ///
    /// # Panics
    /// When the folder can no longer be watched.
    pub fn wait_until(&self, process: &Child, there: impl Fn() -> bool) {
        let process = Pid::from_child(process);
        let ended = self.ended.path().join("ended");
        let marker = ended.clone();
        thread::spawn(move || {
            // The process stays there for who started it.
            let _ = waitid(WaitId::Pid(process), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
            let _ = fs::write(marker, []);
        });
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut events = Reader::new(&self.inotify, &mut space);
        while !there() && !ended.exists() {
            events.next().expect("the folder is watched");
        }
    }
}

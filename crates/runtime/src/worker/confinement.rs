//! What a worker process may do to the machine. Whoever takes over a worker, with a hostile scan, finds it locked in: by Landlock for files and
//! programs, and by a seccomp filter for sockets and other processes.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a confined worker may do besides computing. What the system's libraries need is always readable.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Confinement {
    /// Files and folders that it may read.
    pub readable: Vec<PathBuf>,
    /// Folders in which it may also write.
    pub writable: Vec<PathBuf>,
    /// Programs that it may start; they are confined like the worker.
    pub programs: Vec<PathBuf>,
}

/// Environment variables that a confined worker gets, besides those whose names begin with `LC_`: no keys, and nothing that says where things are.
const VARIABLES: [&str; 10] = [
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "TESSDATA_PREFIX",
    "LD_LIBRARY_PATH",
    "FONTCONFIG_PATH",
    "LLVM_PROFILE_FILE",
];

impl Confinement {
    /// The same, with `folder` in place of `root` and of all that may be written.
    pub(super) fn narrowed(&self, root: &Path, folder: &Path) -> Self {
        let narrow = |path: &PathBuf| if path == root { folder.to_owned() } else { path.clone() };
        Self { readable: self.readable.iter().map(narrow).collect(), writable: Vec::new(), ..self.clone() }
    }

    /// The environment of a confined worker.
    pub(super) fn variables() -> impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)> {
        std::env::vars_os()
            .filter(|(name, _)| name.to_str().is_some_and(|name| VARIABLES.contains(&name) || name.starts_with("LC_")))
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::confine;
#[cfg(target_os = "linux")]
pub use linux::confinement_gap;

/// Other systems have other means, which are not used.
#[cfg(not(target_os = "linux"))]
pub(super) fn confine(_: &Confinement) -> std::io::Result<()> {
    Ok(())
}

/// What this machine cannot keep a worker from; `None` if it can do everything.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn confinement_gap() -> Option<&'static str> {
    Some("files, programs and the network: only Linux confines worker processes")
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::io;
    use std::path::Path;

    use landlock::{
        ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreated,
        RulesetCreatedAttr, make_bitflags, path_beneath_rules,
    };
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    use super::Confinement;

    /// Where libraries, fonts and language data are, and what the C library reads of the machine.
    const SYSTEM: [&str; 14] = [
        "/usr",
        "/lib",
        "/lib64",
        "/opt",
        "/home/linuxbrew",
        "/nix/store",
        "/etc/ld.so.cache",
        "/etc/alternatives",
        "/etc/fonts",
        "/etc/localtime",
        "/sys/devices/system/cpu",
        "/dev/null",
        "/dev/zero",
        "/dev/urandom",
    ];
    /// The dynamic linker is here, which the kernel starts for a program.
    const LINKERS: [&str; 4] = ["/lib", "/lib64", "/usr/lib", "/nix/store"];
    /// A confined worker writes scans, not disks full of them.
    const MAX_FILE_BYTES: u64 = 4 << 30;
    /// The rights that are controlled; a kernel that knows fewer controls those it knows.
    const RIGHTS: ABI = ABI::V5;

    /// Locks this process in, and all that it starts. No other thread may be running yet. As far as the kernel can.
    pub(in crate::worker) fn confine(to: &Confinement) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, setrlimit};
        setrlimit(Resource::Fsize, Rlimit { current: Some(MAX_FILE_BYTES), maximum: Some(MAX_FILE_BYTES) })?;
        restrict_files(to).map_err(io::Error::other)?;
        let refused = refused_calls().map_err(io::Error::other)?;
        apply_filter(&refused).map_err(io::Error::other)
    }

    fn restrict_files(to: &Confinement) -> Result<(), landlock::RulesetError> {
        let read = make_bitflags!(AccessFs::{ReadFile | ReadDir});
        let ruleset = Ruleset::default().handle_access(AccessFs::from_all(RIGHTS))?.create()?;
        let ruleset = allow(ruleset, SYSTEM, read)?;
        let ruleset = allow(ruleset, ["/dev/null"], AccessFs::WriteFile.into())?;
        let ruleset = allow(ruleset, LINKERS, AccessFs::Execute.into())?;
        let ruleset = allow(ruleset, &to.programs, read | AccessFs::Execute)?;
        let ruleset = allow(ruleset, &to.readable, read)?;
        let ruleset = allow(ruleset, &to.writable, read | AccessFs::from_write(RIGHTS))?;
        ruleset.restrict_self().map(drop)
    }

    /// Adds a rule for each of the paths that is there.
    fn allow<P: AsRef<Path>>(
        ruleset: RulesetCreated,
        paths: impl IntoIterator<Item = P>,
        rights: BitFlags<AccessFs>,
    ) -> Result<RulesetCreated, landlock::RulesetError> {
        ruleset.add_rules(path_beneath_rules(paths, rights))
    }

    /// System calls that fail with EPERM: sockets (Landlock knows TCP only), what reaches into other processes, and what could do the same unseen.
    fn refused_calls() -> Result<BpfProgram, seccompiler::Error> {
        let calls = [
            libc::SYS_socket,
            libc::SYS_socketpair,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_pidfd_getfd,
            libc::SYS_io_uring_setup,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_userfaultfd,
            libc::SYS_keyctl,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_mount,
        ];
        let rules: BTreeMap<i64, Vec<_>> = calls.into_iter().map(|call| (call, Vec::new())).collect();
        let refuse = SeccompAction::Errno(libc::EPERM as u32);
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, std::env::consts::ARCH.try_into()?)?;
        Ok(filter.try_into()?)
    }

    /// What this machine cannot keep a worker from; `None` if it can do everything.
    #[must_use]
    pub fn confinement_gap() -> Option<&'static str> {
        let ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V1))
            .and_then(Ruleset::create);
        let filter: Result<seccompiler::TargetArch, _> = std::env::consts::ARCH.try_into();
        match (ruleset.is_ok(), filter.is_ok()) {
            (true, true) => None,
            (false, true) => {
                Some("files and programs: the kernel has no Landlock (Linux 5.13 or later, with `landlock` in `lsm=`)")
            }
            (true, false) => Some("the network: there is no seccomp filter for this processor"),
            (false, false) => Some("files, programs and the network: the kernel has neither Landlock nor seccomp"),
        }
    }
}

//! What processes use, from `/proc`.

use std::path::Path;

/// Clock ticks per second: the same on every Linux we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU seconds of a process so far, its threads included; 0 when it is gone.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    fields(pid).map_or(0.0, |fields| {
        // utime and stime, the 14th and 15th fields; the list starts after the second.
        let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
        (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / TICKS_PER_SECOND
    })
}

/// Resident memory of a process in bytes.
pub(crate) fn resident_bytes(pid: u32) -> u64 {
    memory(pid, "VmRSS:")
}

/// The most memory of a process that was ever resident, in bytes.
pub(crate) fn peak_bytes(pid: u32) -> u64 {
    memory(pid, "VmHWM:")
}

fn memory(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line
        .and_then(|line| line.split_whitespace().next())
        .and_then(|kib| kib.parse::<u64>().ok());
    kib.unwrap_or_default() * 1_024
}

/// The children of this process.
pub(crate) fn children() -> Vec<u32> {
    let me = std::process::id().to_string();
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| fields(*pid).is_some_and(|fields| fields.get(1) == Some(&me))).collect()
}

/// The fields of `/proc/<pid>/stat` after the name, which may hold anything.
fn fields(pid: u32) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// Bytes of all files below a folder; space that is only reserved does not count.
pub(crate) fn disk_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)))
        .map(|(path, metadata)| if metadata.is_dir() { disk_bytes(&path) } else { metadata.len() })
        .sum()
}

//! Tidiness as tests: arrows between packages, file lengths, citations, banned dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Lines above which a source file is two of something.
const FILE_LINES_MAX: usize = 800;

/// Allowed arrows between our packages (docs/architecture.md). Tests and benches may use all.
const ARROWS: &[(&str, &[&str])] = &[
    ("tamga-format", &[]),
    ("tamga-state", &["tamga-format"]),
    ("tamga-replica", &["tamga-format", "tamga-state"]),
    ("tamga-rocks", &["tamga-format", "tamga-replica"]),
    ("tamga-api", &["tamga-format", "tamga-state"]),
    ("tamga-node", &["tamga-api", "tamga-format", "tamga-replica", "tamga-rocks", "tamga-state"]),
    ("tamga-client", &["tamga-api", "tamga-format", "tamga-state"]),
];

/// Crates that must not appear below the outsider's trusted base or the client.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("tamga-format", &["serde", "borsh", "tokio", "rocksdb", "libp2p"]),
    ("tamga-state", &["serde", "borsh", "tokio", "rocksdb", "libp2p"]),
    ("tamga-replica", &["tokio", "rocksdb", "libp2p", "arc-malachitebft-app-channel"]),
    ("tamga-client", &["rocksdb", "libp2p", "arc-malachitebft-app-channel"]),
];

const TOP_LEVEL: &[&str] = &[
    ".ci",
    ".git",
    ".gitattributes",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "benches",
    "client",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "genesis",
    "node",
    "rustfmt.toml",
    "target",
    "tests",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the root").to_path_buf()
}

fn manifests() -> BTreeMap<String, toml::Table> {
    let root = root();
    let mut found = BTreeMap::new();
    let mut folders = vec![root.join("node"), root.join("client")];
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        folders.push(entry.unwrap().path());
    }
    for folder in folders {
        let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let name = manifest["package"]["name"].as_str().unwrap().to_owned();
        found.insert(name, manifest);
    }
    found
}

fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table.map(|t| t.keys().cloned().collect()).unwrap_or_default()
}

fn sources(extensions: &[&str]) -> Vec<PathBuf> {
    fn walk(folder: &Path, extensions: &[&str], into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(name.as_str(), "target" | ".git" | "node_modules" | "vectors") {
                    walk(&path, extensions, into);
                }
            } else if extensions.iter().any(|e| name.ends_with(e)) {
                into.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), extensions, &mut found);
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}

#[test]
fn tidy_packages_depend_only_along_the_arrows() {
    let manifests = manifests();
    let known: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = manifests.keys().map(String::as_str).collect();
    assert_eq!(found, known, "a tenth package must say what it keeps out");
    for (name, allowed) in ARROWS {
        for dependency in dependencies(&manifests[*name]) {
            if dependency.starts_with("tamga-") {
                assert!(allowed.contains(&dependency.as_str()), "{name} must not use {dependency}");
            }
        }
    }
    for (name, forbidden) in FORBIDDEN {
        for dependency in dependencies(&manifests[*name]) {
            assert!(!forbidden.contains(&dependency.as_str()), "{name} must not use {dependency}");
        }
    }
}

#[test]
fn tidy_source_files_are_one_thing() {
    let mut long = Vec::new();
    for path in sources(&[".rs", ".go", ".ts"]) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        if lines > FILE_LINES_MAX {
            long.push(format!("{lines} {}", relative(&path)));
        }
    }
    assert!(long.is_empty(), "files above {FILE_LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn tidy_cited_sections_of_the_specification_exist() {
    let spec = fs::read_to_string(root().join("docs/spec.md")).unwrap();
    let sections: BTreeSet<&str> = spec
        .lines()
        .filter(|line| line.starts_with("##"))
        .filter_map(|line| line.trim_start_matches('#').split_whitespace().next())
        .map(|number| number.trim_end_matches('.'))
        .collect();
    let mut missing = Vec::new();
    for path in sources(&[".rs"]) {
        if path.ends_with("it/tidy.rs") {
            continue;
        }
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            for cited in line.split("spec §").skip(1) {
                let section: String =
                    cited.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                let section = section.trim_end_matches('.');
                if !sections.contains(section) {
                    missing.push(format!("{}:{}: spec §{section}", relative(&path), number + 1));
                }
            }
        }
    }
    assert!(missing.is_empty(), "cited but absent:\n{}", missing.join("\n"));
}

#[test]
fn tidy_sources_name_no_machine_and_leave_no_marker() {
    // Assembled here, so that this file does not find itself.
    let banned =
        ["to".to_owned() + "do!(", "FIX".to_owned() + "ME", "unim".to_owned() + "plemented!("];
    let folders = ["/wo".to_owned() + "rk/", "/ro".to_owned() + "ot/"];
    let mut found = Vec::new();
    for path in sources(&[".rs", ".toml", ".md", ".go", "Makefile"]) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            if banned.iter().chain(&folders).any(|word| line.contains(word.as_str())) {
                found.push(format!("{}:{}: {}", relative(&path), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn tidy_top_level_holds_only_what_the_map_names() {
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(TOP_LEVEL.contains(&name.as_str()), "unexpected at the top level: {name}");
    }
}

#[test]
fn tidy_lock_file_holds_no_banned_crate() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for banned in ["bincode", "merkle-tree-rs", "openssl-sys"] {
        assert!(!lock.contains(&format!("name = \"{banned}\"")), "{banned} is in Cargo.lock");
    }
}

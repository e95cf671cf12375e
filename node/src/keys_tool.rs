//! Making a validator's keys where they will live, and handing over their public halves.

use std::path::Path;

use anyhow::Result;
use base64ct::{Base64, Encoding as _};
use tamga_format::beacon::VrfSecret;
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::signature::SigningKey;

use crate::devnet::say;
use crate::founding::peer_id;
use crate::keys::{ValidatorKeys, read_keys, write_keys};

/// Makes new keys in a new file.
///
/// # Errors
///
/// When the file exists or can't be written.
pub fn make(file: &Path) -> Result<()> {
    write_keys(file, &ValidatorKeys::random()?)?;
    say(&format!("✔ {}", file.display()));
    Ok(())
}

/// Prints the public halves.
///
/// # Errors
///
/// When the file can't be read, or the name is none.
pub fn show(file: &Path, name: &str, origin: &str) -> Result<()> {
    say(public_halves(&read_keys(file)?, name, origin)?.trim_end());
    Ok(())
}

/// The public halves of a validator's keys, as the file of changes of a policy names them.
fn public_halves(keys: &ValidatorKeys, name: &str, origin: &str) -> Result<String> {
    let public = |seed: &[u8; 32]| SigningKey::from_seed(*seed).public();
    let ledger = origin.split('/').next().unwrap_or(origin);
    let key = public(&keys.cosigner.0);
    let cosigner = VKey::new(&format!("{ledger}/{name}"), VKeyKind::Cosigner, key)?;
    let consensus = Base64::encode_string(public(&keys.consensus.0).as_bytes());
    let beacon = VrfSecret::from_seed(&keys.beacon.0).public();
    let beacon = Base64::encode_string(beacon.as_bytes());
    let peer = peer_id(&keys.network)?;
    Ok(format!(
        "[validator.{name}]\nconsensus = \"{consensus}\"\ncosigner = \"{cosigner}\"\n\
         beacon = \"{beacon}\"\npeer = \"{peer}\"\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_halves_are_those_of_the_genesis_and_no_seed_is_among_them() {
        let keys = ValidatorKeys::demo("seat-1");
        let text = public_halves(&keys, "seat-1", "tamga.example/main").unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let table = table["validator"]["seat-1"].as_table().unwrap();
        let names: Vec<&str> = table.keys().map(String::as_str).collect();
        assert_eq!(names, ["beacon", "consensus", "cosigner", "peer"]);
        assert!(table["cosigner"].as_str().unwrap().starts_with("tamga.example/seat-1+"));
        let seeds = toml::to_string(&keys).unwrap();
        let seeds: toml::Table = toml::from_str(&seeds).unwrap();
        assert!(seeds.values().all(|seed| !text.contains(seed.as_str().unwrap())));
    }

    #[test]
    fn keys_that_exist_are_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.toml");
        make(&file).unwrap();
        let before = std::fs::read(&file).unwrap();
        assert!(make(&file).is_err());
        assert_eq!(std::fs::read(&file).unwrap(), before);
        show(&file, "seat-1", "tamga.example/main").unwrap();
    }
}

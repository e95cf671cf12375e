//! The witnesses of a devnet: not part of its ledger, run beside it.

use std::net::IpAddr;
use std::path::Path;

use anyhow::{Context, Result, bail};
use tamga_format::note::{VKey, VKeyKind};
use tamga_format::signature::SigningKey;

use super::{ORIGIN, host_text};
use crate::founding::{Founding, Ports};
use crate::keys::{Seed, write_keys};
use crate::outside::OutsideConfig;
use crate::witness::{LogConfig, Running, WitnessConfig, WitnessKeys, start as start_one};

/// Checkpoints cosigned in a minute: every validator asks at each start, and tests ask often.
const REQUESTS_PER_MINUTE: u32 = 600;

/// Writes keys and configurations of as many witnesses as there are ports; key files that exist are kept.
///
/// # Errors
///
/// When a file can't be written.
pub(super) fn write(
    dir: &Path,
    founding: &Founding,
    host: IpAddr,
    ports: &[Ports],
) -> Result<Vec<OutsideConfig>> {
    let (_, publisher) = founding.publishers.first().context("a devnet has a publisher")?;
    let log = VKey::new(ORIGIN, VKeyKind::Log, SigningKey::from_seed(publisher.log.0).public())?;
    let mut witnesses = Vec::new();
    for (number, ports) in (1..).zip(ports) {
        let name = format!("witness-{number}");
        let folder = dir.join(&name);
        std::fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
        let seed = Seed::demo(&format!("{name}/witness"));
        if !folder.join("keys.toml").exists() {
            write_keys(&folder.join("keys.toml"), &WitnessKeys { witness: seed })?;
        }
        let config = WitnessConfig {
            name: format!("tamga.example/{name}"),
            listen: (host, ports.http).into(),
            data: "data".into(),
            keys: "keys.toml".into(),
            logs: vec![LogConfig {
                vkey: log.to_string(),
                requests_per_minute: REQUESTS_PER_MINUTE,
            }],
        };
        std::fs::write(folder.join("config.toml"), toml::to_string(&config)?)?;
        let key = SigningKey::from_seed(seed.0).public();
        witnesses.push(OutsideConfig {
            vkey: VKey::new(&config.name, VKeyKind::Cosigner, key)?.to_string(),
            url: format!("http://{}:{}", host_text(host), ports.http),
            name,
        });
    }
    Ok(witnesses)
}

/// Witnesses that run elsewhere, each written `NAME VKEY URL` as in a policy.
///
/// # Errors
///
/// When one is written in another way.
pub(super) fn parse(asked: &[String]) -> Result<Vec<OutsideConfig>> {
    let parse = |line: &String| match *line.split_whitespace().collect::<Vec<_>>().as_slice() {
        [name, vkey, url] => {
            Ok(OutsideConfig { name: name.into(), vkey: vkey.into(), url: url.into() })
        }
        _ => bail!("--witness {line:?}: write \"NAME VKEY URL\""),
    };
    asked.iter().map(parse).collect()
}

/// Starts the witnesses that were written.
///
/// # Errors
///
/// When one can't start; the message names it.
pub(super) async fn start(dir: &Path, witnesses: &[OutsideConfig]) -> Result<Vec<Running>> {
    let mut running = Vec::new();
    for OutsideConfig { name, .. } in witnesses {
        let config = WitnessConfig::read(&dir.join(name).join("config.toml"))?;
        running.push(start_one(&config).await.with_context(|| name.clone())?);
    }
    Ok(running)
}

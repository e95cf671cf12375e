//! Making and checking genesis files, and saying what a topology survives.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use anyhow::{Context, Result, bail};
use tamga_api::genesis_file;
use tamga_state::catalogue::FieldType;
use tamga_state::genesis::GenesisParameter;
use tamga_state::law::parameters::{Form, Mark, Name};

use crate::clock::Clock;
use crate::config::{PaceConfig, WITNESS_EVERY_S, read_text, read_toml};
use crate::founding::{KeySource, Layout, Ports, Registry, Template, found};

/// First port of a rehearsal's processes; each takes three.
const PORT_BASE: u16 = 18_080;

/// Founds a ledger from a template with fresh keys, below a new folder.
///
/// # Errors
///
/// When the template is not one, or the folder exists and is not empty.
pub fn make(template: &Path, dir: &Path) -> Result<()> {
    let template: Template = read_toml(template)?;
    if dir.exists() && std::fs::read_dir(dir)?.next().is_some() {
        bail!("{} is not empty; keys are never replaced", dir.display());
    }
    let time = tamga_api::time::instant(Clock.now());
    let ledger = template.origin.split('/').next().unwrap_or(&template.origin);
    let url = format!("https://{ledger}");
    let founding = found(&template, &Registry::initial()?, KeySource::Random, &time, &url)?;
    let processes = founding.validators.len() + founding.publishers.len();
    let mut next = PORT_BASE..;
    let mut port = || next.next().context("no ports left");
    let ports = (0..processes)
        .map(|_| Ok(Ports { http: port()?, consensus: port()?, swarm: port()? }))
        .collect::<Result<Vec<_>>>()?;
    let layout = Layout {
        founding: &founding,
        host: IpAddr::V4(Ipv4Addr::LOCALHOST),
        ports: &ports,
        token: None,
        pace: PaceConfig::default(),
        witnesses: &[],
        witness_every_s: WITNESS_EVERY_S,
    };
    layout.write(dir)?;
    print(&describe(founding.genesis.as_bytes())?)?;
    print(&format!(
        "\nWritten below {}: genesis.toml, and a folder with keys and configuration for each process.\n\
         Next: move each folder to its machine, put real addresses into config.toml, then\n  \
         tamga-node start --config {}/config.toml\n",
        dir.display(),
        founding.validators.first().map_or("NAME", |(name, _)| name)
    ))
}

/// Checks a genesis file and prints what it fixes.
///
/// # Errors
///
/// When the file is not a valid genesis file; the message names the field.
pub fn check(file: &Path) -> Result<()> {
    let text = read_text(file, genesis_file::GENESIS_BYTES_MAX as u64)?;
    print(&describe(text.as_bytes()).with_context(|| format!("{}", file.display()))?)
}

fn print(text: &str) -> Result<()> {
    std::io::stdout().write_all(text.as_bytes()).context("standard output")
}

/// What a genesis file fixes, for people who are about to agree on it.
fn describe(bytes: &[u8]) -> Result<String> {
    let (genesis, hash) = genesis_file::parse(bytes)?;
    let members = genesis.validators.members();
    let mut text = String::new();
    writeln!(text, "ledger        {}", genesis.origin)?;
    writeln!(text, "genesis hash  {hash}")?;
    writeln!(text, "policy hash   {}", genesis.policy.hash())?;
    writeln!(
        text,
        "registry      {} organisations, {} officers, {} keys, {} parameters",
        genesis.organisations.len(),
        genesis.officers.len(),
        genesis.keys.len(),
        genesis.parameters.len()
    )?;
    describe_law(&mut text, &genesis.parameters)?;
    writeln!(text, "publishers    {}", genesis.publishers.len())?;
    writeln!(text, "validators    {}", members.len())?;
    let mut by_organisation: BTreeMap<&str, usize> = BTreeMap::new();
    for member in members {
        writeln!(text, "  {:<16} of {}", member.name, member.organisation)?;
        *by_organisation.entry(&member.organisation).or_default() += 1;
    }
    text.push_str(&Topology::new(genesis.validators.quorum(), &by_organisation).to_string());
    Ok(text)
}

/// Every value of the law with its first day, those that no official text confirms marked, and what is missing.
fn describe_law(text: &mut String, lines: &[GenesisParameter]) -> Result<()> {
    writeln!(text, "parameters")?;
    for line in lines {
        let mark = match line.mark {
            Mark::Confirmed => "",
            Mark::Unverified => "  unverified",
            Mark::Design => "  the project's choice",
        };
        let form = Name::from_name(&line.name).map(|name| name.info().form);
        let ty = (form == Some(Form::Day)).then_some(FieldType::Date);
        let value = tamga_api::draft::value::read(ty, &line.value);
        let from = tamga_api::time::day(line.from);
        writeln!(text, "  {:<42} {from}  {value}  ({}){mark}", line.name, line.basis)?;
    }
    let missing = Name::ALL
        .iter()
        .filter(|name| name.info().is_mandatory())
        .map(|name| name.name())
        .filter(|name| lines.iter().all(|line| line.name != *name));
    for name in missing {
        writeln!(text, "  {name:<42} MISSING: rules and deadlines that need it stay silent")?;
    }
    Ok(())
}

/// How many nodes each organisation runs, and how many make a quorum.
struct Topology<'a> {
    nodes: usize,
    quorum: usize,
    by_organisation: &'a BTreeMap<&'a str, usize>,
}

impl<'a> Topology<'a> {
    fn new(quorum: usize, by_organisation: &'a BTreeMap<&'a str, usize>) -> Self {
        Self { nodes: by_organisation.values().sum(), quorum, by_organisation }
    }

    /// Finality goes on with this many nodes down.
    const fn down_max(&self) -> usize {
        self.nodes - self.quorum
    }

    /// No two histories become final with this many nodes malicious: two quorums always share one more.
    const fn malicious_max(&self) -> usize {
        (2 * self.quorum - self.nodes).saturating_sub(1)
    }
}

impl std::fmt::Display for Topology<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "quorum        {} of {}", self.quorum, self.nodes)?;
        writeln!(f, "survives")?;
        writeln!(f, "  finality goes on with {} of {} nodes down", self.down_max(), self.nodes)?;
        writeln!(
            f,
            "  one history only with {} of {} nodes malicious",
            self.malicious_max(),
            self.nodes
        )?;
        for (organisation, nodes) in self.by_organisation {
            let live =
                if *nodes <= self.down_max() { "finality goes on" } else { "finality STOPS" };
            let safe = if *nodes <= self.malicious_max() {
                "one history"
            } else {
                "TWO histories possible"
            };
            writeln!(f, "  {organisation} ({nodes} nodes): down: {live}; malicious: {safe}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_survive_what_the_design_says() {
        // Nodes per organisation, quorum; nodes that may be down; nodes that may be malicious.
        let cases: [(&[usize], usize, usize, usize); 3] =
            [(&[2, 2, 2], 5, 1, 3), (&[1, 1, 1, 1], 3, 1, 1), (&[1, 1, 1], 3, 0, 2)];
        for (nodes, quorum, down, malicious) in cases {
            let names = ["a", "b", "c", "d"];
            let by: BTreeMap<&str, usize> = names.into_iter().zip(nodes.iter().copied()).collect();
            let topology = Topology::new(quorum, &by);
            assert_eq!(topology.down_max(), down, "{nodes:?}");
            assert_eq!(topology.malicious_max(), malicious, "{nodes:?}");
        }
    }
}

//! Who asks, and how much of it is allowed (spec §20.11).
//!
//! A client is an address: the peer of the connection, or the one that a trusted proxy names. An IPv6 client is its
//! network of 64 bits, which is what one subscriber has.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use tamga_state::codes::Code;
use tokio::time::Instant;

use super::allowance::{Allowances, Standing, WINDOW};
use super::fault::Fault;

/// Where proxies name the address they speak for; each appends to the right.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Proxies in a row that are looked through.
const PROXIES_MAX: usize = 16;
/// Clients remembered for each allowance.
const CLIENTS_MAX: usize = 65_536;
/// Whose address can't be read; all of them share what one client may.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

pub(super) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(super) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// A network, `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

impl Network {
    fn holds(networks: &[Self], address: IpAddr) -> bool {
        networks.iter().any(|network| network.0.contains(&address))
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| format!("{text} is no network; write 10.0.0.0/8 or fd00::1"))
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `[http.limits]`: what one client may ask of a node.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientLimits {
    /// Reads in a minute.
    pub reads_per_minute: u32,
    /// Reads in a minute of a holder of a token.
    pub token_reads_per_minute: u32,
    /// Records submitted in a minute.
    pub records_per_minute: u32,
    /// Connections at a time.
    pub connections: usize,
    /// Networks without limits, such as those of writers by contract.
    pub unlimited: Vec<Network>,
    /// Proxies that are believed whom they speak for (`X-Forwarded-For`).
    pub trusted_proxies: Vec<Network>,
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            reads_per_minute: 60,
            token_reads_per_minute: 600,
            // A third of the pool: no single client fills it.
            records_per_minute: 6_000,
            connections: 256,
            unlimited: vec![
                Network(IpNet::new_assert(Ipv4Addr::new(127, 0, 0, 0).into(), 8)),
                Network(IpNet::from(IpAddr::V6(Ipv6Addr::LOCALHOST))),
            ],
            trusted_proxies: Vec::new(),
        }
    }
}

/// Whose request it is; `None` for one without limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Client(pub(super) Option<IpAddr>);

/// What is allowed apart from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowance {
    /// Requests that read.
    Reads,
    /// The same by holders of a token.
    TokenReads,
    /// Records submitted.
    Records,
}

impl Allowance {
    /// Its stable name, in headers and metrics.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::TokenReads => "token-reads",
            Self::Records => "records",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Reads | Self::TokenReads => "requests",
            Self::Records => "records",
        }
    }
}

/// What all clients have left.
#[derive(Debug)]
pub(super) struct Clients {
    unlimited: Vec<Network>,
    trusted_proxies: Vec<Network>,
    connections_max: usize,
    started: Instant,
    reads: Mutex<Allowances>,
    token_reads: Mutex<Allowances>,
    records: Mutex<Allowances>,
}

impl Clients {
    pub(super) fn new(limits: &ClientLimits) -> Self {
        let allowances = |quota| Mutex::new(Allowances::new(quota, CLIENTS_MAX));
        Self {
            unlimited: limits.unlimited.clone(),
            trusted_proxies: limits.trusted_proxies.clone(),
            connections_max: limits.connections,
            started: Instant::now(),
            reads: allowances(limits.reads_per_minute),
            token_reads: allowances(limits.token_reads_per_minute),
            records: allowances(limits.records_per_minute),
        }
    }

    /// Connections of one client at a time.
    pub(super) const fn connections_max(&self) -> usize {
        self.connections_max
    }

    /// Whose connection it is; a trusted proxy's may be anybody's.
    pub(super) fn peer(&self, peer: IpAddr) -> Client {
        let peer = peer.to_canonical();
        if Network::holds(&self.trusted_proxies, peer) { Client(None) } else { self.client(peer) }
    }

    /// Whose request it is, given the peer of its connection.
    pub(super) fn identify(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Client {
        self.client(self.address(peer, headers))
    }

    fn client(&self, address: IpAddr) -> Client {
        let limited = !Network::holds(&self.unlimited, address);
        Client(limited.then(|| match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        }))
    }

    /// The address nearest to us that is not a trusted proxy's.
    fn address(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
        let mut address = peer.unwrap_or(UNKNOWN).to_canonical();
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for (number, hop) in hops.enumerate() {
            if !Network::holds(&self.trusted_proxies, address) {
                break;
            }
            match std::str::from_utf8(hop).ok().and_then(|hop| address_in(hop.trim())) {
                Some(before) if number < PROXIES_MAX => address = before.to_canonical(),
                _ => return UNKNOWN,
            }
        }
        address
    }

    /// Takes a unit of a client's allowance.
    pub(super) fn take(&self, client: Client, allowance: Allowance) -> Result<(), Fault> {
        let Some(address) = client.0 else { return Ok(()) };
        let mut allowances = self.of(allowance);
        let granted = allowances.take(address, self.now());
        granted.map_err(|wait| used_up(allowance, allowances.quota(), wait))
    }

    /// Takes more of a client's allowance, for a request that took a unit and is worth more.
    pub(super) fn take_more(
        &self,
        client: Client,
        allowance: Allowance,
        units: usize,
    ) -> Result<(), Fault> {
        let Some(address) = client.0.filter(|_| units > 0) else { return Ok(()) };
        let mut allowances = self.of(allowance);
        let granted = allowances.take_more(address, units as u64, self.now());
        granted.map_err(|wait| used_up(allowance, allowances.quota(), wait))
    }

    /// What a client is told of an allowance (draft-ietf-httpapi-ratelimit-headers).
    pub(super) fn headers(
        &self,
        client: Client,
        allowance: Allowance,
    ) -> Option<[(HeaderName, HeaderValue); 2]> {
        let address = client.0?;
        let (name, unit) = (allowance.name(), allowance.unit());
        let allowances = self.of(allowance);
        let Standing { remaining, full_in_s } = allowances.standing(address, self.now());
        let (quota, window) = (allowances.quota(), WINDOW.as_secs());
        let policy = format!("\"{name}\";q={quota};w={window};qu=\"{unit}\"");
        let standing = format!("\"{name}\";r={remaining};t={full_in_s}");
        let policy = (RATE_LIMIT_POLICY, HeaderValue::try_from(policy).ok()?);
        Some([policy, (RATE_LIMIT, HeaderValue::try_from(standing).ok()?)])
    }

    fn of(&self, allowance: Allowance) -> MutexGuard<'_, Allowances> {
        let allowances = match allowance {
            Allowance::Reads => &self.reads,
            Allowance::TokenReads => &self.token_reads,
            Allowance::Records => &self.records,
        };
        allowances.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

fn used_up(allowance: Allowance, quota: u64, wait: Duration) -> Fault {
    let (unit, seconds) = (allowance.unit(), seconds_up(wait));
    let detail = format!(
        "one address may have {quota} {unit} a minute, and these are used up; try again in {seconds} s"
    );
    Fault::new(Code::RateLimited, detail).retry_after(seconds)
}

/// An address as proxies write it: alone or with a port.
fn address_in(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let alone = bracketed.unwrap_or(text).parse().ok();
    alone.or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
}

fn seconds_up(time: Duration) -> u32 {
    u32::try_from(time.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests;

//! Which peers the engine's network admits: the validators of the policy in force whose address this node knows.
//!
//! A node that is no validator itself only follows, and checks what it is given by certificates: it takes from everybody
//! whose address it knows, since the policy that it has got to may be long gone.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use arc_malachitebft_app_channel::NetworkRequest;
use arc_malachitebft_app_channel::app::net::Multiaddr;
use arc_malachitebft_app_channel::app::types::PeerId;
use tamga_format::id::ValidatorId;
use tokio::sync::mpsc;
use tracing::{error, info};

use super::host::Validators;

/// The engine's list of peers, kept as the policy says.
pub(super) struct Allowed {
    me: ValidatorId,
    /// Every address of the configuration.
    known: BTreeMap<PeerId, Multiaddr>,
    /// Those that the engine was told of.
    told: BTreeMap<PeerId, Multiaddr>,
    network: mpsc::Sender<NetworkRequest>,
}

impl Allowed {
    /// The list as the engine was started with: those of the addresses that are of these validators.
    pub(super) fn new(
        me: ValidatorId,
        addresses: &[String],
        validators: &Validators,
        network: mpsc::Sender<NetworkRequest>,
    ) -> Result<Self> {
        let known = known(addresses)?;
        let told = of(me, &known, validators);
        Ok(Self { me, known, told, network })
    }

    /// Tells the engine who joins the list and who leaves it.
    pub(super) fn follow(&mut self, validators: &Validators) {
        let wanted = of(self.me, &self.known, validators);
        if wanted == self.told {
            return;
        }
        let left = self.told.iter().filter(|(peer, _)| !wanted.contains_key(peer));
        let joined = wanted.iter().filter(|(peer, _)| !self.told.contains_key(peer));
        let left: Vec<Multiaddr> = left.map(|(_, address)| address.clone()).collect();
        let joined: Vec<Multiaddr> = joined.map(|(_, address)| address.clone()).collect();
        let network = self.network.clone();
        // The engine answers when it gets to it, and asks the driver meanwhile.
        tokio::spawn(async move {
            for address in left {
                info!(%address, "engine peer leaves");
                let done = NetworkRequest::remove_persistent_peer(&network, address).await;
                report(done.map(|done| done.map_err(|failure| failure.to_string())));
            }
            for address in joined {
                info!(%address, "engine peer joins");
                let done = NetworkRequest::add_persistent_peer(&network, address).await;
                report(done.map(|done| done.map_err(|failure| failure.to_string())));
            }
        });
        self.told = wanted;
    }
}

fn report<E: std::fmt::Display>(done: Result<Result<(), String>, E>) {
    match done {
        Ok(Ok(())) => {}
        Ok(Err(failure)) => error!(failure, "the engine's list of peers did not change"),
        Err(failure) => error!(%failure, "the engine does not change its list of peers"),
    }
}

/// The addresses that are of these validators.
pub(super) fn allowed(
    me: ValidatorId,
    addresses: &[String],
    validators: &Validators,
) -> Result<Vec<String>> {
    let known = known(addresses)?;
    Ok(of(me, &known, validators).into_values().map(|address| address.to_string()).collect())
}

fn of(
    me: ValidatorId,
    known: &BTreeMap<PeerId, Multiaddr>,
    validators: &Validators,
) -> BTreeMap<PeerId, Multiaddr> {
    let follows = validators.members().find(&me).is_none();
    let named = known.iter().filter(|(peer, _)| follows || validators.speaker(peer).is_some());
    named.map(|(peer, address)| (*peer, address.clone())).collect()
}

fn known(addresses: &[String]) -> Result<BTreeMap<PeerId, Multiaddr>> {
    let parse = |text: &String| {
        let address: Multiaddr =
            text.parse().with_context(|| format!("engine peer {text} is not a multiaddress"))?;
        let (_, peer) = text
            .rsplit_once("/p2p/")
            .with_context(|| format!("engine peer {text} names no PeerId"))?;
        let peer = peer.parse().ok().with_context(|| format!("{peer} is not a PeerId"))?;
        Ok((peer, address))
    };
    addresses.iter().map(parse).collect()
}

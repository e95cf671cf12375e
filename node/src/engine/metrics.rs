//! The engine's own metrics, which all nodes of a process share.

use arc_malachitebft_app_channel::app::metrics;

/// The engine's metrics of the node called `moniker`, in the Prometheus text format.
///
/// The engine registers every node of the process in one registry and writes the head of a family
/// once per node; here each family appears once, with this node's series only.
/// `malachitebft_core_consensus_node_safety_failure` is the one to alert on.
#[must_use]
pub fn text(moniker: &str) -> String {
    let mut all = String::new();
    metrics::export(&mut all);
    of_node(&all, moniker)
}

fn of_node(all: &str, moniker: &str) -> String {
    // Not just anywhere in the line: there are labels such as `peer_moniker`.
    let labels = ['{', ','].map(|before| format!("{before}moniker=\"{moniker}\""));
    let mut text = String::new();
    let mut head = Vec::new();
    let mut written = std::collections::BTreeSet::new();
    for line in all.lines() {
        if line.starts_with('#') {
            if line.starts_with("# HELP") {
                head.clear();
            }
            head.push(line);
        } else if labels.iter().any(|label| line.contains(label)) {
            for line in head.drain(..) {
                if written.insert(line) {
                    text.push_str(line);
                    text.push('\n');
                }
            }
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests;

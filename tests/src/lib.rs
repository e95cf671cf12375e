//! The harness of the whole-system tests: real processes over loopback ([`processes`]) and the simulated cluster.

pub mod processes;
pub mod sim;

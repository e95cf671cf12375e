//! The harness of the whole-system tests: real processes over loopback ([`processes`]), the simulated cluster ([`sim`]),
//! and a second implementation of the rules ([`model`]).

pub mod model;
pub mod processes;
pub mod sim;

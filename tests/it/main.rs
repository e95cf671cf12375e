//! One integration test binary: what concerns more than one package.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::err_expect,
    unreachable_pub,
    reason = "helpers of tests fail like tests"
)]

mod model;
mod sim_smoke;
mod tidy;

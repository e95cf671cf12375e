//! One integration test binary: what concerns more than one package.

mod sim_smoke;
mod tidy;

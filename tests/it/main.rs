//! One integration test binary: what concerns more than one package.

mod tidy;

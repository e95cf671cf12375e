//! Real processes over loopback: submit, kill, restart, catch up. One ledger at a time.

#[cfg(test)]
mod e2e;

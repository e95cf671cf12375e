//! Figures of an audit that goes on, for Prometheus: one short answer to whatever is asked.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Class, Outcome};
use crate::error::CliError;

/// Time that a reader has for its request, and for taking the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// The figures, served until they are dropped.
pub struct Metrics {
    address: SocketAddr,
    text: Arc<Mutex<String>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Metrics {
    /// Serves at an address.
    ///
    /// # Errors
    /// When the address can't be had.
    pub fn serve(address: &str) -> Result<Self, CliError> {
        let failed = |error: std::io::Error| CliError::network(address, &error.to_string());
        let listener = TcpListener::bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (text, stop) = (Arc::<Mutex<String>>::default(), Arc::<AtomicBool>::default());
        let thread = std::thread::spawn({
            let (text, stop) = (Arc::clone(&text), Arc::clone(&stop));
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let text = text.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    // A reader who goes away asks again.
                    drop(stream.and_then(|stream| answer(stream, &text)));
                }
            }
        });
        Ok(Self { address, text, stop, thread: Some(thread) })
    }

    /// Where it is served.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Shows what an audit came to; `audits` is how many there were.
    pub fn show(&self, outcome: &Outcome, audits: u64, seconds: i64) {
        *self.text.lock().unwrap_or_else(PoisonError::into_inner) = text(outcome, audits, seconds);
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn answer(mut stream: TcpStream, text: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // Whatever is asked, this is the answer; what is longer than this is cut off.
    let mut request = [0; 4_096];
    let _length = stream.read(&mut request)?;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain; version=0.0.4\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(text.as_bytes())
}

fn text(outcome: &Outcome, audits: u64, seconds: i64) -> String {
    let mut lines = Vec::new();
    let mut figure = |name: &str, kind: &str, help: &str, value: String| {
        lines.push(format!("# HELP tamga_audit_{name} {help}"));
        lines.push(format!("# TYPE tamga_audit_{name} {kind}"));
        lines.push(format!("tamga_audit_{name} {value}"));
    };
    let head = &outcome.head;
    figure("rounds_total", "counter", "Audits since the start.", audits.to_string());
    figure("last_round_seconds", "gauge", "When the last one ended.", seconds.to_string());
    figure("log_size", "gauge", "Leaves of the audited log.", head.size.to_string());
    let height = outcome.standing.counts().replayed.to_string();
    figure("replayed_height", "gauge", "Height of the last block executed again.", height);
    let clean = u8::from(outcome.found.is_clean()).to_string();
    figure("clean", "gauge", "1 if nothing proves a falsehood.", clean);
    lines.push("# HELP tamga_audit_findings Findings from the genesis on.".to_owned());
    lines.push("# TYPE tamga_audit_findings gauge".to_owned());
    for class in Class::ALL {
        let (name, count) = (class.name(), outcome.found.count(*class));
        lines.push(format!("tamga_audit_findings{{class=\"{name}\"}} {count}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

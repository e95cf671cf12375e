//! The ledger: one thread, one request at a time, the rules in memory, and the faults of a network.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tamga_api::problem::{Language, Problem};
use tamga_api::shapes::{BatchLine, Stage};
use tamga_format::body::Submission;
use tamga_format::cbor::Reader;
use tamga_format::id::RecordId;
use tamga_state::codes::{Code, Rejection};

use super::{genesis, rules};
use crate::import::sink::{RulesSink, Sink, Verdict};

/// What goes wrong with one request for a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// The connection breaks before the batch is read to its end by the rules.
    BreaksBefore,
    /// The batch is judged and taken; the connection breaks before the answer.
    BreaksAfter,
    /// The answer is `503 not-ready` for the whole batch.
    NotReady,
    /// Every record of the batch is refused with `stage-not-allowed`, as by a node that lost its pool.
    Forgets,
    /// Only so many records of the batch find room; the others are refused with `pool-full`.
    Room(usize),
}

/// A ledger on a loopback port; it ends when dropped.
pub(crate) struct FakeLedger {
    url: String,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    rules: RulesSink,
    answers: BTreeMap<String, (u16, Vec<u8>)>,
    policy: String,
    faults: VecDeque<Fault>,
    /// Called after each batch with the number of batches so far.
    after: Box<dyn FnMut(usize) + Send>,
    /// Called whenever a path that begins so is asked for.
    watched: Vec<(String, Box<dyn FnMut() + Send>)>,
    batches: usize,
    asked: usize,
    /// Places in the log: everything taken is final at once.
    log: BTreeMap<RecordId, u64>,
    /// What was taken, in log order.
    taken: Vec<Submission>,
    /// The entries that came in, by nonce; a writer who changes bytes under one nonce is found here.
    entries: BTreeMap<[u8; 16], BTreeSet<Vec<u8>>>,
}

impl FakeLedger {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            rules: rules(),
            answers: BTreeMap::new(),
            policy: genesis().0.policy.encode(),
            faults: VecDeque::new(),
            after: Box::new(|_| ()),
            watched: Vec::new(),
            batches: 0,
            asked: 0,
            log: BTreeMap::new(),
            taken: Vec::new(),
            entries: BTreeMap::new(),
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
            move || {
                for stream in listener.incoming() {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    serve(stream.unwrap(), &mut state.lock().unwrap());
                }
            }
        });
        Self { url, state, stop, thread: Some(thread) }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What goes wrong with the next batches, one after another.
    pub(crate) fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.lock().unwrap().faults = faults.into_iter().collect();
    }

    /// What happens after each batch.
    pub(crate) fn after_batch(&self, after: impl FnMut(usize) + Send + 'static) {
        self.state.lock().unwrap().after = Box::new(after);
    }

    /// What happens when a path that begins so is asked for.
    pub(crate) fn when_asked(&self, path: &str, what: impl FnMut() + Send + 'static) {
        self.state.lock().unwrap().watched.push((path.to_owned(), Box::new(what)));
    }

    /// Records in the log.
    pub(crate) fn recorded(&self) -> usize {
        self.state.lock().unwrap().log.len()
    }

    /// The records in the log with their bodies, in order.
    pub(crate) fn taken(&self) -> Vec<Submission> {
        self.state.lock().unwrap().taken.clone()
    }

    /// Requests for batches so far.
    pub(crate) fn batches(&self) -> usize {
        self.state.lock().unwrap().batches
    }

    /// What requests whose path begins so are answered from now on.
    pub(crate) fn answer(&self, path: &str, status: u16, body: impl Into<Vec<u8>>) {
        self.state.lock().unwrap().answers.insert(path.to_owned(), (status, body.into()));
    }

    /// The same with a problem of a code.
    pub(crate) fn refuse(&self, path: &str, code: Code) {
        let (status, body) = problem(code);
        self.answer(path, status, body);
    }

    /// Requests for dry runs so far.
    pub(crate) fn asked(&self) -> usize {
        self.state.lock().unwrap().asked
    }

    /// Asserts that no two different records came in under one nonce.
    #[track_caller]
    pub(crate) fn saw_one_form_of_each_record(&self) {
        for (nonce, entries) in &self.state.lock().unwrap().entries {
            assert_eq!(entries.len(), 1, "nonce {nonce:02x?} has entries of different bytes");
        }
    }
}

impl Drop for FakeLedger {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// One request on one connection.
fn serve(mut stream: TcpStream, state: &mut State) {
    let Some((_, path, body)) = request(&stream) else { return };
    let route = path.split('?').next().unwrap_or_default();
    for (_, what) in state.watched.iter_mut().filter(|(start, _)| path.starts_with(start.as_str()))
    {
        what();
    }
    let mut canned = state.answers.iter().rev().filter(|(start, _)| path.starts_with(*start));
    // Of several the longest: in reverse order it comes first.
    let mut canned = canned.next().map(|(_, answer)| answer.clone());
    if let (Some((200, certificates)), "/v1/blocks/certificates") = (&mut canned, route) {
        *certificates = part_of(certificates, &path);
    }
    let answer = match route {
        _ if canned.is_some() => canned,
        "/.well-known/tamga/trust-policy" => Some((200, state.policy.clone().into_bytes())),
        "/v1/records/batch" if path.contains("dry_run=true") => Some(state.ask(&body)),
        "/v1/records/batch" => state.batch(&body, path.contains("wait=final")),
        _ => Some(problem(Code::NotFound)),
    };
    let Some((status, body)) = answer else { return };
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)));
}

/// The certificates from the height that a path asks for, and no more than it asks for.
fn part_of(certificates: &[u8], path: &str) -> Vec<u8> {
    let number = |name: &str| {
        let value = path.split_once(name).unwrap().1;
        value.split('&').next().unwrap().parse::<usize>().unwrap()
    };
    let (mut rest, mut each) = (certificates, Vec::new());
    while let Some((length, _)) = rest.split_first_chunk() {
        let (one, after) = rest.split_at(2 + usize::from(u16::from_be_bytes(*length)));
        each.push(one);
        rest = after;
    }
    each.into_iter().skip(number("from=") - 1).take(number("limit=")).flatten().copied().collect()
}

/// Method, path and body of a request; `None` when the caller went away.
pub(super) fn request(stream: &TcpStream) -> Option<(String, String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((method, path, body))
}

fn problem(code: Code) -> (u16, Vec<u8>) {
    let rejection = Rejection::new(code, "", "told to refuse");
    let problem = Problem::new(&rejection, Language::En);
    (code.info().http, serde_json::to_vec(&problem).unwrap())
}

/// The submissions of a batch.
pub(super) fn split(body: &[u8]) -> Vec<Submission> {
    let mut reader = Reader::new(body);
    let count = reader.array().unwrap();
    (0..count)
        .map(|_| {
            let start = reader.position();
            assert_eq!(reader.array().unwrap(), 2);
            reader.bytes().unwrap();
            reader.null_or(|reader| reader.bytes()).unwrap();
            Submission::decode(&body[start..reader.position()]).unwrap()
        })
        .collect()
}

impl State {
    /// The answer to a dry run.
    fn ask(&mut self, body: &[u8]) -> (u16, Vec<u8>) {
        let (rules, log) = (self.rules.clone(), self.log.clone());
        let mut lines = Vec::new();
        for (line, submission) in (0..).zip(&split(body)) {
            let verdict = self.rules.submit(&[submission]).unwrap().remove(0);
            let known = log.contains_key(&submission.record().id());
            let mut answer = self.line(line, submission.record().id(), verdict, false);
            answer.replayed = known;
            lines.push(serde_json::to_string(&answer).unwrap());
        }
        (self.rules, self.log) = (rules, log);
        self.asked += 1;
        (207, lines.join("\n").into_bytes())
    }

    /// The answer to a batch; `None` breaks the connection.
    fn batch(&mut self, body: &[u8], wait: bool) -> Option<(u16, Vec<u8>)> {
        let fault = self.faults.pop_front().unwrap_or(Fault::None);
        let submissions = split(body);
        for submission in &submissions {
            let record = submission.record();
            let entries = self.entries.entry(record.record().nonce).or_default();
            entries.insert(record.entry().to_vec());
        }
        let room = match fault {
            Fault::Room(room) => room,
            Fault::None | Fault::BreaksAfter => submissions.len(),
            Fault::BreaksBefore | Fault::NotReady | Fault::Forgets => 0,
        };
        let mut lines = Vec::new();
        for (line, submission) in (0..).zip(&submissions) {
            let id = submission.record().id();
            let left_out = lines.len() >= room && !self.log.contains_key(&id);
            let verdict = if left_out {
                let forgets = fault == Fault::Forgets;
                let code = if forgets { Code::StageNotAllowed } else { Code::PoolFull };
                Verdict::Refused {
                    code: code.to_string(),
                    detail: String::new(),
                    hint: String::new(),
                    retryable: code.info().retryable,
                }
            } else {
                self.rules.submit(&[submission]).unwrap().remove(0)
            };
            if matches!(verdict, Verdict::Taken { .. }) && !self.log.contains_key(&id) {
                self.taken.push(submission.clone());
            }
            lines.push(self.line(line, id, verdict, wait));
        }
        self.batches += 1;
        (self.after)(self.batches);
        match fault {
            Fault::BreaksBefore | Fault::BreaksAfter => None,
            Fault::NotReady => Some(problem(Code::NotReady)),
            Fault::None | Fault::Room(_) | Fault::Forgets => {
                let text: Vec<String> =
                    lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect();
                Some((207, text.join("\n").into_bytes()))
            }
        }
    }

    fn line(&mut self, line: u64, id: RecordId, verdict: Verdict, wait: bool) -> BatchLine {
        let mut answer = BatchLine {
            line,
            status: Stage::Accepted,
            record_id: Some(id.to_string()),
            replayed: self.log.contains_key(&id),
            index: None,
            height: None,
            problem: None,
        };
        match verdict {
            Verdict::Taken { .. } => {
                let next = u64::try_from(self.log.len()).unwrap();
                let index = *self.log.entry(id).or_insert(next);
                if wait || answer.replayed {
                    answer.status = Stage::Final;
                    answer.index = Some(index);
                }
            }
            Verdict::Refused { code, detail, .. } => {
                let code = Code::from_number(&code).unwrap();
                let rejection = Rejection::new(code, "", detail);
                answer.status = Stage::Rejected;
                answer.problem = Some(Problem::new(&rejection, Language::En));
            }
        }
        answer
    }
}

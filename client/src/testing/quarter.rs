//! A ledger with a quarter of royalties that answers over HTTP: the rules and the check of lines in memory, attachments
//! that are uploaded, and a network that breaks when told.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value as Json, json};
use tamga_api::draft::Draft as Shown;
use tamga_api::problem::{Language, Problem};
use tamga_api::time::instant;
use tamga_format::attachment::Manifest;
use tamga_format::body::{Body, Submission};
use tamga_format::cbor::Value;
use tamga_format::id::{AttachmentId, Height, RecordId};
use tamga_format::lines::{Line as _, UsageLine};
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;
use tamga_state::registry::{key_subject, possession_message};
use tamga_state::royalty::lines::{Holder, attachment_of, check};
use tamga_state::status::{Accreditation, Pool, RightCategory, RightsholderStatus, Sphere, Work};
use tamga_state::testing::{Draft, ORIGIN, SINCE, TODAY, World, genesis, key, tag};
use tamga_state::{Code, MemoryView, Rejection, StatusRow, ViewError};

use super::NOW;
use super::ledger::{request, split};
use crate::text;

/// The organisation that manages rights, and a user; no such organisations can exist.
pub(crate) const OKUP: &str = "591240000021";
const RADIO: &str = "591242000010";
/// Last day of the uses.
const USED: i64 = TODAY - 20;

/// A ledger on a loopback port; it ends when dropped.
pub(crate) struct Quarter {
    url: String,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct State {
    world: World,
    bodies: BTreeMap<RecordId, Body>,
    manifests: BTreeMap<AttachmentId, Manifest>,
    chunks: BTreeMap<AttachmentId, BTreeMap<usize, Vec<u8>>>,
    log: Vec<Submission>,
    waiting: Vec<Submission>,
    refused: BTreeMap<RecordId, Rejection>,
    /// Requests that are answered before the network breaks.
    breaks_after: Option<usize>,
}

impl Quarter {
    /// Authors with works: `aigul` and `berik` share a song, a hymn is aigul's, an anthem is of `dina` who gave no
    /// mandate, a ballad is nobody's yet; what was collected, and nothing reported.
    pub(crate) fn start() -> Self {
        let mut state = State {
            world: World::new(),
            bodies: BTreeMap::new(),
            manifests: BTreeMap::new(),
            chunks: BTreeMap::new(),
            log: Vec::new(),
            waiting: Vec::new(),
            refused: BTreeMap::new(),
            breaks_after: None,
        };
        state.begin();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(state));
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

    pub(crate) fn policy() -> String {
        genesis().policy.encode()
    }

    /// After so many requests the network is broken.
    pub(crate) fn break_after(&self, requests: usize) {
        self.state.lock().unwrap().breaks_after = Some(requests);
    }

    pub(crate) fn mend(&self) {
        self.state.lock().unwrap().breaks_after = None;
    }

    /// A bailiff levies on somebody's royalties.
    pub(crate) fn levy(&self, name: &str) {
        let mut state = self.state.lock().unwrap();
        let status: RightsholderStatus = state.world.status(author(name));
        let status = RightsholderStatus { levies: 1, ..status };
        let bytes = tamga_state::status::encode(&status, None).into();
        state.world.view.statuses.insert(author(name), StatusRow { nonce: [0; 16], bytes });
    }

    /// The records that were written over HTTP: their kinds, and the step of a distribution.
    pub(crate) fn recorded(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let said = |submission: &Submission| {
            let record = submission.record().record();
            let code = Kind::from_number(record.kind).unwrap().info().code;
            match (code, record.field(2)) {
                ("R07", Some(Value::Text(step))) => step.clone(),
                _ => code.to_owned(),
            }
        };
        state.log.iter().map(said).collect()
    }

    pub(crate) fn pool(&self) -> Pool {
        self.state.lock().unwrap().world.status(pool())
    }
}

impl Drop for Quarter {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn pool() -> Subject {
    Pool::subject(OKUP, Sphere::Copyright, "2026-Q1", "KZT")
}

pub(crate) fn author(name: &str) -> Subject {
    tag(Role::Rightsholder, name)
}

fn work(name: &str) -> Subject {
    Work::subject(name, RightCategory::Performing)
}

pub(crate) fn batch(name: &str) -> Subject {
    tag(Role::Batch, name)
}

fn organisation(bin: &str) -> Subject {
    Subject::registered(Role::Organisation, bin)
}

fn cmo() -> Subject {
    Subject::registered(Role::Cmo, OKUP)
}

/// A draft of R05 for `usage.json`, which leaves out whatever follows from the lines.
pub(crate) fn usage_draft(name: &str) -> Json {
    json!({
        "kind": "R05", "issuer": organisation(OKUP).to_text(), "subject": batch(name).to_text(),
        "subjects": [cmo().to_text(), Subject::registered(Role::Licensee, RADIO).to_text()],
        "fields": { "okup_id": organisation(OKUP).id.to_string(), "source": "REPORT" },
    })
}

/// Lines of uses: of every work, and one that nobody identified; in no order.
pub(crate) fn usage_lines() -> Vec<u8> {
    let names = ["song", "hymn", "anthem", "ballad", "", "song"];
    let line = |(number, name): (usize, &&str)| {
        let known = work(name).id.0;
        UsageLine {
            work: if name.is_empty() { [0; 32] } else { known },
            salt: [u8::try_from(number).unwrap() + 1; 32],
            first_day: USED - 5,
            last_day: USED,
            uses: 10,
            seconds: 0,
            revenue: 0,
            reported_as: [5; 32],
        }
    };
    names.iter().enumerate().flat_map(|it| line(it).encode()).collect()
}

fn words(words: &[&str]) -> Value {
    Value::Array(words.iter().map(|word| Value::Array(vec![Value::text(word)])).collect())
}

fn by(kind: Kind, subject: Subject) -> Draft {
    Draft::new(kind, "cmo", subject)
        .with(|record| record.issuer = organisation(OKUP))
        .naming(&[cmo()])
        .field("okup_id", organisation(OKUP).id.0)
}

impl State {
    fn begin(&mut self) {
        for (name, bin, kind) in [("cmo", OKUP, "CMO"), ("radio", RADIO, "USER")] {
            let registered = Draft::new(Kind::G01, "operator", organisation(bin))
                .field("bin", bin)
                .field("organisation_kind", kind);
            self.world.record(&registered);
            let public = key(name).public();
            let proof = key(name).sign(&possession_message(ORIGIN, &organisation(bin), &public));
            let registered = Draft::new(Kind::G03, "operator", key_subject(&public.key_id()))
                .naming(&[organisation(bin)])
                .field("key", *public.as_bytes())
                .field("possession", *proof.as_bytes())
                .field("purpose", "RECORDS")
                .field("valid_from", SINCE.get());
            self.world.record(&registered);
        }
        let item = Accreditation::subject(OKUP, Sphere::Copyright);
        let granted = Draft::new(Kind::G05, "authority", item)
            .naming(&[organisation(OKUP), cmo()])
            .field("sphere", "COPYRIGHT")
            .field("state", "GRANTED")
            .field("state_date", TODAY - 400)
            .field("valid_from", TODAY - 400)
            .field("valid_to", TODAY + 400)
            .field("act_hash", [1; 32]);
        self.world.record(&granted);
        for name in ["aigul", "berik"] {
            let given = by(Kind::R03, tag(Role::Mandate, name))
                .naming(&[author(name)])
                .field("action", "SIGNED")
                .field("right_categories", words(&["PR"]))
                .field("territory", "KZ")
                .field("sphere", "COPYRIGHT")
                .field("valid_from", USED - 100)
                .field("document_hash", [2; 32]);
            self.world.record(&given);
        }
        let works: [(&str, &[(&str, u64)]); 4] = [
            ("song", &[("aigul", 6_000), ("berik", 4_000)]),
            ("hymn", &[("aigul", 10_000)]),
            ("anthem", &[("dina", 10_000)]),
            ("ballad", &[]),
        ];
        for (name, shares) in works {
            let registered = by(Kind::R01, work(name))
                .field("work_id", name)
                .field("right_categories", words(&["PR"]))
                .field("title_hash", [7; 32])
                .field("work_kind", "MUSIC");
            self.world.record(&registered);
            if shares.is_empty() {
                continue;
            }
            let row = |(name, bp): &(&str, u64)| {
                let party = Value::bytes(&author(name).id.0);
                Value::Array(vec![party, Value::text("AUTHOR"), Value::Uint(*bp)])
            };
            let named: Vec<Subject> = shares.iter().map(|(name, _)| author(name)).collect();
            let set = by(Kind::R02, work(name))
                .naming(&named)
                .field("territory", "KZ")
                .field("valid_from", USED - 90)
                .field("completeness", "COMPLETE")
                .field("document_hash", [3; 32])
                .body("shares", Value::Array(shares.iter().map(row).collect()));
            let (record, body) = set.sign();
            self.world.submit_signed(&record, body.as_ref()).unwrap();
            self.bodies.insert(record.id(), body.unwrap());
        }
        let collected = by(Kind::R06, pool())
            .field("sphere", "COPYRIGHT")
            .field("period", "2026-Q1")
            .field("currency", "KZT")
            .field("amount", 1_000_003_i64)
            .field("collected_on", TODAY)
            .field("source", "FOREIGN_SOCIETY")
            .field("society", "35");
        self.world.record(&collected);
        self.world.set("deduction_max_bp", 3_000_i64);
        self.world.block.time = NOW;
        self.world.build("first");
    }

    fn head(&self) -> u64 {
        self.world.block.height.get() - 1
    }

    /// What becomes of a record: judged at once, or when its lines are there.
    fn submit(&mut self, submission: Submission) -> Result<(), Rejection> {
        let id = submission.record().id();
        let known = |it: &Submission| it.record().id() == id;
        if self.log.iter().any(known) || self.waiting.iter().any(known) {
            return Ok(());
        }
        if let Some(rejection) = self.refused.get(&id) {
            return Err(rejection.clone());
        }
        if attachment_of(submission.record().record()).is_some() {
            self.waiting.push(submission);
            return Ok(());
        }
        self.record(submission)
    }

    fn record(&mut self, submission: Submission) -> Result<(), Rejection> {
        let record = submission.record();
        self.world.submit_signed(record, submission.body())?;
        self.bodies.extend(submission.body().map(|body| (record.id(), body.clone())));
        self.log.push(submission);
        self.world.build("next");
        Ok(())
    }

    fn missing(&self, id: &AttachmentId) -> Option<(u64, Vec<usize>)> {
        let manifest = self.manifests.get(id)?;
        let here = self.chunks.get(id);
        let count = manifest.chunks().len();
        let missing = (0..count).filter(|at| here.is_none_or(|here| !here.contains_key(at)));
        Some((manifest.bytes(), missing.collect()))
    }

    /// Once the lines of a record are there, they and it are judged.
    fn judge(&mut self, id: &AttachmentId) {
        let names = |it: &Submission| attachment_of(it.record().record()) == Some(*id);
        let Some(at) = self.waiting.iter().position(names) else { return };
        let submission = self.waiting.remove(at);
        let record = submission.record().clone();
        let judged = check(&*self, record.record()).and_then(|()| self.record(submission));
        if let Err(rejection) = judged {
            self.refused.insert(record.id(), rejection);
        }
    }

    fn named(&self, subject: &Subject) -> Vec<Json> {
        let names = |it: &&Submission| it.record().record().all_subjects().any(|it| it == *subject);
        let row = |it: &Submission| {
            let code = Kind::from_number(it.record().record().kind).unwrap().info().code;
            let id = it.record().id().to_string();
            json!({ "record_id": id, "kind": code, "index": 1, "height": 1 })
        };
        self.log.iter().filter(names).map(row).collect()
    }

    fn block(&self, height: u64) -> Json {
        let hash = "0".repeat(64);
        json!({
            "height": height, "size": height, "records": 1, "time": instant(NOW), "value": hash,
            "previous": hash, "root": hash, "map_root": hash, "status": "final",
        })
    }

    fn answer(
        &mut self,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> Result<(u16, Vec<u8>), Rejection> {
        let missing = || Rejection::new(Code::NotFound, "", path);
        let (route, _) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = route.trim_matches('/').split('/').collect();
        let json = |value: Json| Ok((200, value.to_string().into_bytes()));
        let as_of = json!({ "height": self.head(), "size": 1, "time": instant(NOW) });
        match (method, &parts[..]) {
            ("GET", [".well-known", ..]) => Ok((200, Quarter::policy().into_bytes())),
            ("GET", ["v1", "blocks"]) => {
                json(json!({ "data": [self.block(self.head())], "page": { "has_more": false } }))
            }
            ("GET", ["v1", "blocks", height]) => {
                let height: u64 = height.parse().unwrap();
                let known = self.world.view.blocks.contains_key(&Height(height));
                if known { json(self.block(height)) } else { Err(missing()) }
            }
            ("GET", ["v1", "subjects", subject]) => {
                let subject: Subject = subject.parse().unwrap();
                let row = self.world.view.statuses.get(&subject).ok_or_else(missing)?;
                let status = text::base64(&row.bytes);
                json(
                    json!({ "subject": subject.to_text(), "records": 1, "status": status, "as_of": as_of }),
                )
            }
            ("GET", ["v1", "subjects", subject, "records"]) => {
                let rows = self.named(&subject.parse().unwrap());
                json(json!({ "data": rows, "page": { "has_more": false } }))
            }
            ("GET", ["v1", "records", id, "body"]) => {
                let id = RecordId::from_hex(id).unwrap();
                Ok((200, self.bodies.get(&id).ok_or_else(missing)?.encode()))
            }
            ("GET", ["v1", "records", id, "receipt"]) => {
                Ok((200, format!("receipt of {id}").into_bytes()))
            }
            ("GET", ["v1", "records", id]) => {
                let found = self.log.iter().find(|it| it.record().id().to_string() == *id);
                let found = found.ok_or_else(missing)?;
                let record = found.record().record();
                let code = Kind::from_number(record.kind).unwrap().info().code;
                json(json!({
                    "record_id": id, "status": "final", "kind": code, "index": 1, "height": 1,
                    "event_time": instant(NOW), "recorded_at": instant(NOW), "links": {},
                    "record": Shown::read(record, found.body()),
                }))
            }
            ("GET", ["v1", "operations", id]) => {
                let is = |it: &Submission| it.record().id().to_string() == *id;
                let refused = self.refused.get(&RecordId::from_hex(id).unwrap());
                let status = match refused {
                    Some(_) => "rejected",
                    None if self.log.iter().any(is) => "final",
                    None if self.waiting.iter().any(is) => "accepted",
                    None => return Err(missing()),
                };
                let problem = refused.map(|it| Problem::new(it, Language::En));
                json(json!({ "record_id": id, "status": status, "problem": problem, "links": {} }))
            }
            ("POST", ["v1", "records"]) => {
                let submission = Submission::decode(body).unwrap();
                let id = submission.record().id().to_string();
                self.submit(submission)?;
                let until = "2026-11-02T00:00:00Z";
                let said = json!({ "record_id": id, "status": "accepted", "valid_until": until, "links": {} });
                Ok((202, said.to_string().into_bytes()))
            }
            ("POST", ["v1", "records", "batch"]) => {
                let lines: Vec<String> = split(body)
                    .into_iter()
                    .enumerate()
                    .map(|(line, submission)| {
                        let id = submission.record().id().to_string();
                        let refused = self.submit(submission).err();
                        let status = if refused.is_some() { "rejected" } else { "final" };
                        let problem = refused.map(|it| Problem::new(&it, Language::En));
                        json!({
                            "line": line, "record_id": id, "status": status, "replayed": false,
                            "problem": problem,
                        })
                        .to_string()
                    })
                    .collect();
                Ok((207, lines.join("\n").into_bytes()))
            }
            ("PUT" | "GET", ["v1", "attachments", id]) => {
                let id = AttachmentId::from_hex(id).unwrap();
                if method == "PUT" {
                    let waits = |it: &Submission| attachment_of(it.record().record()) == Some(id);
                    if !self.waiting.iter().any(waits) {
                        return Err(Rejection::new(Code::AttachmentMissing, "", "nobody waits"));
                    }
                    self.manifests.insert(id, Manifest::decode(body).unwrap());
                }
                let (bytes, missing) = self.missing(&id).ok_or_else(missing)?;
                let chunks = self.manifests[&id].chunks().len();
                json(json!({
                    "attachment_id": id.to_string(), "bytes": bytes, "chunks": chunks,
                    "missing": missing,
                }))
            }
            ("PUT", ["v1", "attachments", id, "chunks", number]) => {
                let id = AttachmentId::from_hex(id).unwrap();
                let number: usize = number.parse().unwrap();
                self.manifests[&id].check(number, body).unwrap();
                self.chunks.entry(id).or_default().insert(number, body.to_vec());
                if self.missing(&id).is_some_and(|(_, missing)| missing.is_empty()) {
                    self.judge(&id);
                }
                Ok((204, Vec::new()))
            }
            ("GET", ["v1", "batches", batch, "chunks", number]) => {
                let batch: Subject = batch.parse().unwrap();
                let known: tamga_state::status::Batch = self.world.status(batch);
                let chunks = self.chunks.get(&known.attachment).ok_or_else(missing)?;
                let chunk = chunks.get(&number.parse::<usize>().unwrap()).ok_or_else(missing)?;
                Ok((200, chunk.clone()))
            }
            _ => Err(missing()),
        }
    }
}

impl Holder for State {
    type View = MemoryView;

    fn view(&self) -> &MemoryView {
        &self.world.view
    }

    fn body(&self, record: &RecordId) -> Result<Option<Body>, ViewError> {
        Ok(self.bodies.get(record).cloned())
    }

    fn chunks(
        &self,
        attachment: &AttachmentId,
        _: Option<&RecordId>,
        each: &mut dyn FnMut(&[u8]) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        let missing = || Rejection::new(Code::AttachmentMissing, "", "not held");
        self.chunks.get(attachment).ok_or_else(missing)?.values().try_for_each(|chunk| each(chunk))
    }
}

/// One request on one connection.
fn serve(mut stream: TcpStream, state: &mut State) {
    let Some((method, path, body)) = request(&stream) else { return };
    if let Some(left) = &mut state.breaks_after {
        if *left == 0 {
            return;
        }
        *left -= 1;
    }
    let (status, body) = state.answer(&method, &path, &body).unwrap_or_else(|rejection| {
        let problem = serde_json::to_vec(&Problem::new(&rejection, Language::En)).unwrap();
        (rejection.code.info().http, problem)
    });
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)));
}

//! The event queue of a run, and the hand that crashes, cuts and heals.

use std::collections::BTreeMap;
use std::rc::Rc;

use tamga_api::assignment::DrawView;
use tamga_format::id::Height;
use tamga_format::subject::Subject;
use tamga_node::demo::rng::Rng;

use super::checkers::Checks;
use super::disk::SimDisk;
use super::ledger::{self, Ledger};
use super::net::Net;
use super::node::{Answer, Node, TICK_MS};
use super::notes::Publisher;
use super::packet::Packet;
use super::plan::{Byzantine, Fault, Plan};
use super::royalties;
use super::trace::Trace;
use super::workload::{Expect, Workload};
use super::{Failure, Out, Report, Stop, Token};

mod succession;

/// Processes with the log key.
const PUBLISHERS: usize = 2;
/// Milliseconds of quiet within which everything lawful must be final.
const QUIET_MS: u64 = 180_000;
/// Blocks that must follow in the quiet.
const QUIET_HEIGHTS: u64 = 3;
/// Wanted heights per case of the workload.
const HEIGHTS_PER_CASE: u64 = 4;
/// Milliseconds between two submissions.
const CLIENT_MS: std::ops::Range<u64> = 10..160;
/// Of a thousand unlawful records, so many come from a validator instead of a client.
const GOSSIPED: u64 = 400;
/// Of a thousand turns of clients, so many are the organisation's that collects royalties.
const ROYALTIES: u64 = 300;
/// Loss during a storm, of a thousand.
const STORM_LOSS: u64 = 500;

/// What happens at a time.
#[derive(Debug)]
enum Event {
    Deliver { from: usize, to: usize, bytes: Vec<u8> },
    Timer { process: usize, life: u64, token: Token },
    Start(usize),
    Fault(usize),
    Wipe(usize),
    Heal(Vec<(usize, usize)>),
    Calm,
    Client,
}

/// What runs in a process.
enum Body {
    Down,
    Node(Box<Node>),
    Publisher(Box<Publisher>),
}

/// A process: a validator, a publisher, or the second copy of a validator.
struct Process {
    /// The validator whose keys it has.
    validator: Option<usize>,
    disk: SimDisk,
    body: Body,
    /// Counts starts: timers of an earlier life are void.
    life: u64,
}

impl Process {
    /// One that was never started, of this validator or of a publisher.
    fn down(validator: Option<usize>) -> Self {
        Self { validator, disk: SimDisk::default(), body: Body::Down, life: 0 }
    }
}

/// A cluster and its run.
pub(super) struct Cluster {
    seed: u64,
    plan: Plan,
    ledger: Rc<Ledger>,
    rng: Rng,
    net: Net,
    trace: Trace,
    queue: BTreeMap<(u64, u64), Event>,
    serial: u64,
    now_ms: u64,
    processes: Vec<Process>,
    workload: Workload,
    checks: Checks,
    events: u64,
    crashes: u64,
    /// The height at which the quiet began.
    quiet: Option<Height>,
    /// When everything lawful was final for the first time in the quiet.
    done_ms: Option<u64>,
}

impl Cluster {
    pub(super) fn new(seed: u64, heights: u64) -> Self {
        let mut rng = Rng::new(seed);
        let plan = Plan::draw(&mut rng.fork(), heights, PUBLISHERS);
        let ledger = Rc::new(ledger::found(plan.validators));
        let cases = usize::try_from(heights / HEIGHTS_PER_CASE).expect("a short run").max(2);
        let workload = Workload::new(Rc::clone(&ledger), rng.fork(), cases);
        let mut owners: Vec<Option<usize>> = (0..plan.validators).map(Some).collect();
        owners.extend([None; PUBLISHERS]);
        if let Byzantine::Twins(twin) = plan.byzantine {
            owners.push(Some(twin));
        }
        let processes = owners.into_iter().map(Process::down).collect();
        let net = Net {
            delay_ms: plan.delay_ms.clone(),
            loss: plan.loss,
            duplicates: plan.duplicates,
            ..Net::calm()
        };
        Self {
            seed,
            checks: Checks::new(Rc::clone(&ledger)),
            plan,
            ledger,
            rng,
            net,
            trace: Trace::default(),
            queue: BTreeMap::new(),
            serial: 0,
            now_ms: 0,
            processes,
            workload,
            events: 0,
            crashes: 0,
            quiet: None,
            done_ms: None,
        }
    }

    /// A cluster without faults whose only client presents one case and has it drawn.
    pub(super) fn of_one_draw(seed: u64) -> Self {
        let mut cluster = Self::new(seed, HEIGHTS_PER_CASE);
        cluster.plan = Plan::calm(cluster.plan.validators);
        cluster.net = Net::calm();
        let (ledger, rng) = (Rc::clone(&cluster.ledger), cluster.rng.fork());
        cluster.workload = Workload::of_one_draw(ledger, rng);
        cluster.processes.truncate(cluster.plan.validators + PUBLISHERS);
        cluster
    }

    /// Milliseconds after the start at which everything lawful was final.
    pub(super) const fn done_ms(&self) -> Option<u64> {
        self.done_ms
    }

    /// Runs to the end, or to the first check that fails.
    pub(super) fn run(&mut self) -> Result<(), Failure> {
        for process in 0..self.processes.len() {
            let late = self.plan.late.filter(|(late, _)| Some(*late) == self.owner(process));
            self.after(late.map_or(0, |(_, at)| at), Event::Start(process));
        }
        let faults: Vec<u64> = self.plan.faults.iter().map(|(at, _)| *at).collect();
        for (number, at) in faults.into_iter().enumerate() {
            self.after(at, Event::Fault(number));
        }
        if let Byzantine::Wiped(process, at) = self.plan.byzantine {
            self.after(at, Event::Wipe(process));
        }
        self.after(0, Event::Client);
        while self.checks.height().get() < self.plan.heights && self.now_ms < self.plan.chaos_ms {
            self.step()?;
        }
        self.make_quiet();
        let end = self.now_ms + QUIET_MS;
        while !self.is_settled() {
            if self.now_ms > end {
                return Err(self.not_settled());
            }
            self.step()?;
            if self.done_ms.is_none() && self.workload.is_done() {
                self.done_ms = Some(self.now_ms);
            }
        }
        for at in self.honest() {
            if let Body::Node(node) = &self.processes[at].body {
                let disk = &self.processes[at].disk;
                self.checks.finish(node.app(), disk, &self.workload, self.dishonest())?;
            }
        }
        self.royalties_hold()
    }

    /// Whoever stated that it holds lines holds them; one of them may be dishonest.
    fn royalties_hold(&self) -> Result<(), Failure> {
        let Some(quarter) = self.workload.quarter() else { return Ok(()) };
        let honest = self.honest();
        let disks: Vec<&SimDisk> = honest.iter().map(|at| &self.processes[*at].disk).collect();
        let stated = self.plan.validators * 2 / 3;
        for at in honest {
            if let Body::Node(node) = &self.processes[at].body {
                royalties::finish(node.app(), quarter.season(), &disks, stated)?;
            }
        }
        Ok(())
    }

    /// What the run did.
    pub(super) fn report(self, failure: Option<Failure>) -> Report {
        let finals = self.workload.finals().count();
        let summary = format!(
            "seed {}: {} validators, {:?}, height {}, {finals} records final, {} events in {} s, \
             {} crashes, {} equivocations, {} proven",
            self.seed,
            self.plan.validators,
            self.plan.byzantine,
            self.checks.height(),
            self.events,
            self.now_ms / 1_000,
            self.crashes,
            self.checks.equivocations(),
            self.checks.proven(),
        );
        let tail = self.trace.tail().map(str::to_owned);
        let tail = if failure.is_some() { tail.collect() } else { Vec::new() };
        Report { trace: self.trace.hash(), summary, tail, failure }
    }

    fn owner(&self, process: usize) -> Option<usize> {
        self.processes[process].validator
    }

    /// Whether another process has the same keys.
    fn is_twin(&self, process: usize) -> bool {
        matches!(self.plan.byzantine, Byzantine::Twins(it) if self.owner(process) == Some(it))
    }

    /// The validators that run one copy of the program, whatever became of their disks.
    fn honest(&self) -> Vec<usize> {
        (0..self.plan.validators)
            .filter(|at| self.plan.byzantine != Byzantine::Twins(*at))
            .collect()
    }

    /// The one validator that may contradict itself.
    const fn dishonest(&self) -> Option<usize> {
        match self.plan.byzantine {
            Byzantine::Twins(it) | Byzantine::Wiped(it, _) => Some(it),
            Byzantine::Nobody | Byzantine::Silent(_) => None,
        }
    }

    /// Whether a validator may be held to every word it has signed.
    fn is_honest(&self, validator: usize) -> bool {
        self.dishonest() != Some(validator)
    }

    fn after(&mut self, delay_ms: u64, event: Event) {
        self.serial += 1;
        self.queue.insert((self.now_ms + delay_ms, self.serial), event);
    }

    fn step(&mut self) -> Result<(), Failure> {
        let Some(((at, _), event)) = self.queue.pop_first() else {
            return Err(Failure { check: "liveness", detail: "nothing will happen".to_owned() });
        };
        self.now_ms = at;
        self.events += 1;
        match event {
            Event::Deliver { from, to, bytes } => self.deliver(from, to, &bytes),
            Event::Timer { process, life, token } => self.fire(process, life, token),
            Event::Start(process) => self.start(process),
            Event::Fault(number) => {
                let (_, fault) = self.plan.faults[number].clone();
                self.trace.add(at, 0, format_args!("{fault:?}"), &[]);
                self.inflict(fault);
                Ok(())
            }
            Event::Wipe(process) => {
                self.crash(process, false, 1_000);
                self.trace.add(at, process, format_args!("store wiped"), &[]);
                self.processes[process].disk.wipe_store();
                self.checks.wiped(process);
                Ok(())
            }
            Event::Heal(links) => {
                for link in links {
                    self.net.cut.remove(&link);
                }
                Ok(())
            }
            Event::Calm => {
                if self.quiet.is_none() {
                    self.net.loss = self.plan.loss;
                }
                Ok(())
            }
            Event::Client => self.client(),
        }
    }

    fn deliver(&mut self, from: usize, to: usize, bytes: &[u8]) -> Result<(), Failure> {
        let packet = Packet::decode(bytes)
            .map_err(|error| Failure { check: "wire", detail: error.to_string() })?;
        self.trace.add(self.now_ms, to, format_args!("{} from {from}", packet.name()), bytes);
        let now_ms = self.now_ms;
        let mut out = Vec::new();
        let done = match &mut self.processes[to].body {
            Body::Down => return Ok(()),
            Body::Node(node) => node.packet(now_ms, from, packet),
            Body::Publisher(publisher) => publisher.packet(from, &packet, &mut out),
        };
        self.settle(to, done, out)
    }

    fn fire(&mut self, process: usize, life: u64, token: Token) -> Result<(), Failure> {
        if self.processes[process].life != life {
            return Ok(());
        }
        self.trace.add(self.now_ms, process, format_args!("{token:?}"), &[]);
        let (now_ms, validators) = (self.now_ms, self.plan.validators);
        let mut out = Vec::new();
        let done = match &mut self.processes[process].body {
            Body::Down => return Ok(()),
            Body::Node(node) => node.timer(now_ms, token),
            Body::Publisher(publisher) => {
                out.push(Out::Timer(TICK_MS, Token::Tick));
                publisher.tick(validators, &mut out)
            }
        };
        self.settle(process, done, out)
    }

    fn start(&mut self, process: usize) -> Result<(), Failure> {
        if !matches!(self.processes[process].body, Body::Down) {
            return Ok(());
        }
        self.processes[process].life += 1;
        self.trace.add(self.now_ms, process, format_args!("starts"), &[]);
        let disk = self.processes[process].disk.reopen();
        self.processes[process].disk = disk.clone();
        let first_tick = self.rng.within(1..TICK_MS);
        let mut out = vec![Out::Timer(first_tick, Token::Tick)];
        let Some(me) = self.owner(process) else {
            let publisher = Publisher::open(Rc::clone(&self.ledger), disk, &mut out);
            self.processes[process].body = Body::Publisher(Box::new(publisher));
            return self.settle(process, Ok(()), out);
        };
        let reachable = self.plan.validators + PUBLISHERS;
        let skew_ms = self.plan.skew_ms[me];
        match Node::start(&self.ledger, me, reachable, &disk, skew_ms, self.now_ms) {
            Ok(node) => {
                self.checks.started(process, node.app(), node.opened())?;
                self.processes[process].body = Body::Node(Box::new(node));
                self.settle(process, Ok(()), out)
            }
            Err(stop) => self.settle(process, Err(stop), Vec::new()),
        }
    }

    /// Does what a process wants done, or lets it die of its fault.
    fn settle(
        &mut self,
        process: usize,
        done: Result<(), Stop>,
        mut out: Vec<Out>,
    ) -> Result<(), Failure> {
        let mut blocks = None;
        if let Body::Node(node) = &mut self.processes[process].body {
            out.extend(node.take_out());
            blocks = Some((node.app().pending(), node.blocks_known()));
        }
        if let Some((pending, blocks)) = blocks {
            self.checks.bounded(pending, blocks)?;
        }
        for out in out {
            self.perform(process, out)?;
        }
        match done {
            Ok(()) => Ok(()),
            Err(Stop::Disk(error)) => {
                self.trace.add(self.now_ms, process, format_args!("stops: {error}"), &[]);
                let down_ms = self.rng.within(50..1_000);
                self.crash(process, false, down_ms);
                Ok(())
            }
            // Its log holds what the other copy said with the same key: it must not go on.
            Err(Stop::Fault("engine", detail)) if self.is_twin(process) => {
                self.trace.add(self.now_ms, process, format_args!("ends: {detail}"), &[]);
                self.processes[process].body = Body::Down;
                self.processes[process].life += 1;
                Ok(())
            }
            Err(Stop::Fault(check, detail)) => {
                let detail = format!("process {process}: {detail}");
                Err(Failure { check, detail })
            }
        }
    }

    fn perform(&mut self, process: usize, out: Out) -> Result<(), Failure> {
        match out {
            Out::Send(to, packet) => self.send(process, to, &packet),
            Out::Broadcast(packet) => {
                if let Some(validator) = self.owner(process) {
                    self.checks.sent(validator, self.is_honest(validator), &packet)?;
                }
                let publishers = matches!(packet, Packet::Note(..));
                let last = self.plan.validators + if publishers { PUBLISHERS } else { 0 };
                for to in 0..last {
                    if Some(to) != self.owner(process) {
                        self.send(process, to, &packet);
                    }
                }
            }
            Out::Timer(after_ms, token) => {
                let life = self.processes[process].life;
                self.after(after_ms, Event::Timer { process, life, token });
            }
            Out::Committed(committed) => {
                let head = committed.head;
                let what = format_args!("commits {} {}", head.height, head.value);
                self.trace.add(self.now_ms, process, what, &[]);
                let Body::Node(node) = &self.processes[process].body else { return Ok(()) };
                let disk = &self.processes[process].disk;
                self.checks.committed(process, node.app(), head, disk, &self.workload)?;
            }
            Out::Final(height) => {
                self.trace.add(self.now_ms, process, format_args!("final {height}"), &[]);
                self.take_receipts(process)?;
            }
        }
        Ok(())
    }

    /// Sends a packet to a process, and to the second copy if it is one of twins.
    fn send(&mut self, from: usize, to: usize, packet: &Packet) {
        if self.plan.byzantine == Byzantine::Silent(from) && packet.is_spoken() {
            return;
        }
        let twin = (self.plan.byzantine == Byzantine::Twins(to)).then(|| self.processes.len() - 1);
        let sender = self.owner(from).unwrap_or(from);
        let bytes = packet.encode();
        for to in [Some(to), twin].into_iter().flatten() {
            for delay in self.net.carry(from, to, &mut self.rng) {
                self.after(delay, Event::Deliver { from: sender, to, bytes: bytes.clone() });
            }
        }
    }

    fn take_receipts(&mut self, process: usize) -> Result<(), Failure> {
        let Body::Node(node) = &self.processes[process].body else { return Ok(()) };
        for id in self.workload.waiting() {
            if let Some(index) = self.checks.receipt(node.app(), &id)? {
                self.workload.is_final(id, index);
            }
        }
        Ok(())
    }

    fn client(&mut self) -> Result<(), Failure> {
        let pause = self.rng.within(CLIENT_MS);
        self.after(pause, Event::Client);
        let up: Vec<usize> = (0..self.plan.validators)
            .filter(|at| matches!(self.processes[*at].body, Body::Node(_)))
            .collect();
        if up.is_empty() {
            return Ok(());
        }
        let process = *self.rng.pick(&up);
        let hostile = self.quiet.is_none();
        let next = {
            let Body::Node(node) = &self.processes[process].body else { return Ok(()) };
            let reader = node.app().reader();
            // A disk that fails here fails again where the process notices it.
            let draw = |case: &Subject| {
                let pending = reader.pending_draw(case).ok()?;
                pending.map(|pending| DrawView::of(case, &pending))
            };
            let base = self.checks.height();
            let batch = |batch: &Subject| {
                let app = node.app();
                let reached = app.head().height >= base;
                reached.then(|| royalties::status(app, batch).ok().flatten()).flatten()
            };
            let quarter = self.workload.quarter_mut().filter(|_| self.rng.chance(ROYALTIES));
            let royalties = quarter.and_then(|it| it.next(self.now_ms, base, &batch));
            royalties.or_else(|| {
                let next = self.workload.next(self.now_ms, hostile, &draw);
                next.map(|(bytes, expect)| (bytes, Vec::new(), expect))
            })
        };
        let Some((bytes, chunks, expect)) = next else { return self.take_receipts(process) };
        self.trace.add(self.now_ms, process, format_args!("is sent {expect:?}"), &bytes);
        if matches!(expect, Expect::Refused(_) | Expect::Never) && self.rng.chance(GOSSIPED) {
            // As if a dishonest validator had gossiped it: there is no answer, and no effect.
            let from = (process + 1) % self.plan.validators;
            let bytes = Packet::Record(bytes).encode();
            self.after(0, Event::Deliver { from, to: process, bytes });
            return Ok(());
        }
        let Body::Node(node) = &mut self.processes[process].body else { return Ok(()) };
        let answer = node.submit(self.now_ms, &bytes);
        let done = match answer {
            Ok(answer) => {
                if let Answer::Refused(reason) = &answer {
                    self.trace.add(self.now_ms, process, format_args!("refuses: {reason}"), &[]);
                }
                self.workload.answered(&expect, &answer)?;
                if chunks.is_empty() { Ok(()) } else { node.upload(self.now_ms, chunks) }
            }
            Err(stop) => Err(stop),
        };
        self.settle(process, done, Vec::new())?;
        self.take_receipts(process)
    }

    fn inflict(&mut self, fault: Fault) {
        if self.quiet.is_some() {
            return;
        }
        match fault {
            Fault::Crash { process, power, down_ms } => self.crash(process, power, down_ms),
            Fault::CrashAll { power, down_ms } => {
                for process in 0..self.plan.validators {
                    self.crash(process, power, down_ms);
                }
            }
            Fault::Write(process, fault) => self.processes[process].disk.fail_next_write(fault),
            Fault::Partition { inside, one_way, for_ms } => {
                let mut links = Vec::new();
                for a in 0..self.processes.len() {
                    for b in 0..self.processes.len() {
                        if inside.contains(&a) && !inside.contains(&b) {
                            links.push((b, a));
                            if !one_way {
                                links.push((a, b));
                            }
                        }
                    }
                }
                links.retain(|link| self.net.cut.insert(*link));
                self.after(for_ms, Event::Heal(links));
            }
            Fault::Storm { for_ms } => {
                self.net.loss = STORM_LOSS;
                self.after(for_ms, Event::Calm);
            }
        }
    }

    fn crash(&mut self, process: usize, power: bool, down_ms: u64) {
        if matches!(self.processes[process].body, Body::Down) {
            return;
        }
        self.crashes += 1;
        self.processes[process].body = Body::Down;
        self.processes[process].life += 1;
        self.processes[process].disk.crash(power, &mut self.rng);
        self.after(down_ms, Event::Start(process));
    }

    /// Ends the faults: links heal, disks work, everybody comes back.
    fn make_quiet(&mut self) {
        self.quiet = Some(self.checks.height());
        self.net = Net::calm();
        self.trace.add(self.now_ms, 0, format_args!("quiet"), &[]);
        for process in 0..self.processes.len() {
            self.processes[process].disk.heal();
            self.after(0, Event::Start(process));
        }
    }

    /// Whether everything lawful is final and everybody honest stands at one height.
    fn is_settled(&self) -> bool {
        let Some(quiet) = self.quiet else { return false };
        let height = self.checks.height();
        height.get() >= quiet.get() + QUIET_HEIGHTS
            && self.workload.is_done()
            && self.honest().into_iter().all(|at| match &self.processes[at].body {
                Body::Node(node) => node.app().head().height == height,
                Body::Down | Body::Publisher(_) => false,
            })
    }

    fn not_settled(&self) -> Failure {
        let quiet = self.quiet.unwrap_or_default();
        let heads: Vec<String> = self
            .processes
            .iter()
            .map(|process| match &process.body {
                Body::Node(node) => node.state(),
                Body::Down => "down".to_owned(),
                Body::Publisher(publisher) => publisher.state(),
            })
            .collect();
        let detail = format!(
            "{} s after the faults ended: height {quiet} then, {} now; {}; open: {}",
            QUIET_MS / 1_000,
            self.checks.height(),
            heads.join(" | "),
            self.workload.open()
        );
        Failure { check: "liveness", detail }
    }
}

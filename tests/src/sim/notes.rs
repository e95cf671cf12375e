//! Who makes a committed block final: cosigners, those who gather signatures, and publishers.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use tamga_format::checkpoint::Checkpoint;
use tamga_format::cosignature;
use tamga_format::id::{Height, TreeRoot, TreeSize};
use tamga_format::merkle::verify_consistency;
use tamga_format::note::{Note, NoteSignature, sign_note};
use tamga_format::policy::Policy;
use tamga_format::policy_chain::{Policies, PolicyChain};
use tamga_format::policy_record::policy_digest;
use tamga_format::receipt::{Receipt, ReceiptError};
use tamga_replica::App;
use tamga_replica::app::NoteError;
use tamga_state::registry::genesis_policy_fields;

use super::disk::SimDisk;
use super::ledger::{Ledger, ORIGIN};
use super::packet::Packet;
use super::{Out, Stop};

/// Heights in one answer to a question for notes.
const NOTES_MAX: usize = 16;

/// The last checkpoint that a key signed. It is durable before the signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    height: Height,
    size: TreeSize,
    root: TreeRoot,
}

impl Mark {
    fn read(disk: &SimDisk, file: &'static str) -> Option<Self> {
        let bytes = disk.read_file(file)?;
        let number = |from: usize| {
            let bytes = bytes[from..from + 8].try_into().expect("eight bytes");
            u64::from_be_bytes(bytes)
        };
        let root = bytes[16..48].try_into().expect("a mark is 48 bytes");
        Some(Self { height: Height(number(0)), size: TreeSize(number(8)), root: TreeRoot(root) })
    }

    fn write(&self, disk: &SimDisk, file: &'static str) -> Result<(), Stop> {
        let mut bytes = self.height.get().to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.size.get().to_be_bytes());
        bytes.extend_from_slice(&self.root.0);
        disk.write_file(file, bytes).map_err(Stop::Disk)
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint { origin: ORIGIN.to_owned(), size: self.size, root: self.root }
    }
}

/// Signatures on checkpoints, by height; every one of them holds.
#[derive(Debug, Default)]
struct Gathered {
    by_height: BTreeMap<Height, (String, BTreeMap<[u8; 4], NoteSignature>)>,
}

impl Gathered {
    /// Takes over the signatures that hold under the policy of the height.
    fn add(&mut self, height: Height, note: &Note, policy: &Policy) -> Result<(), Stop> {
        let holds = |line: &NoteSignature| {
            let mut keys = policy.witnesses().map(|witness| &witness.key);
            match keys.find(|key| key.is_named_by(line)) {
                Some(key) => cosignature::verify(key, &note.text, line).is_ok(),
                None => policy.log().verify_text(&note.text, line).is_ok(),
            }
        };
        let known = self.by_height.get(&height);
        let new = |line: &&NoteSignature| {
            known
                .is_none_or(|(text, lines)| *text != note.text || !lines.contains_key(&line.key_id))
        };
        let lines: Vec<_> =
            note.signatures.iter().filter(new).filter(|line| holds(line)).cloned().collect();
        if lines.is_empty() {
            return Ok(());
        }
        let (text, kept) =
            self.by_height.entry(height).or_insert_with(|| (note.text.clone(), BTreeMap::new()));
        if *text != note.text {
            return Err(Stop::Fault("fork", format!("two signed checkpoints of height {height}")));
        }
        kept.extend(lines.into_iter().map(|line| (line.key_id, line)));
        Ok(())
    }

    fn has_quorum(&self, height: Height, policy: &Policy) -> bool {
        let Some((_, lines)) = self.by_height.get(&height) else { return false };
        let cosigned =
            policy.witnesses().filter(|witness| lines.contains_key(&witness.key.key_id()));
        policy.is_satisfied_by(&cosigned.map(|witness| witness.name.as_str()).collect())
    }

    fn has_log(&self, height: Height, policy: &Policy) -> bool {
        let log = policy.log().key_id();
        self.by_height.get(&height).is_some_and(|(_, lines)| lines.contains_key(&log))
    }

    fn note(&self, height: Height) -> Option<Note> {
        let (text, lines) = self.by_height.get(&height)?;
        Some(Note { text: text.clone(), signatures: lines.values().cloned().collect() })
    }
}

/// A validator's cosigner, which also gathers everybody's signatures for its store.
#[derive(Debug)]
pub(super) struct Cosigner {
    me: usize,
    ledger: Rc<Ledger>,
    disk: SimDisk,
    mark: Option<Mark>,
    /// The next height to sign.
    next: Height,
    gathered: Gathered,
    /// Committed heights whose final note is not stored yet.
    missing: BTreeSet<Height>,
    turn: usize,
}

impl Cosigner {
    const FILE: &'static str = "cosigner";

    pub(super) fn open(
        ledger: Rc<Ledger>,
        me: usize,
        disk: SimDisk,
        app: &App<SimDisk>,
    ) -> Result<Self, Stop> {
        let mark = Mark::read(&disk, Self::FILE);
        let mut missing = BTreeSet::new();
        for height in (1..=app.head().height.get()).map(Height) {
            if app.reader().note(height).map_err(Stop::Disk)?.is_none() {
                missing.insert(height);
            }
        }
        Ok(Self {
            me,
            ledger,
            disk,
            mark,
            // The last mark is signed again: a crash may have come before its signature.
            next: mark.map_or(Height(1), |mark| mark.height),
            gathered: Gathered::default(),
            missing,
            turn: me,
        })
    }

    /// Signs every committed block that is not signed yet, in order.
    pub(super) fn committed(
        &mut self,
        app: &mut App<SimDisk>,
        now_s: u64,
        out: &mut Vec<Out>,
    ) -> Result<(), Stop> {
        let head = app.head().height;
        if head > Height(0) && app.reader().note(head).map_err(Stop::Disk)?.is_none() {
            self.missing.insert(head);
            self.try_final(app, head, out)?;
        }
        while self.next <= head {
            let height = self.next;
            self.next = height.next();
            let reader = app.reader();
            let block = reader.block(height).map_err(Stop::Disk)?;
            let decided = app.decided(height).map_err(Stop::Disk)?;
            let (Some(block), Some((_, certificate))) = (block, decided) else {
                return Err(Stop::Fault(
                    "cosigner",
                    format!("block {height} is committed, absent"),
                ));
            };
            let ledger = Rc::clone(&self.ledger);
            let reign = app.reigns().at(height);
            let certificate = certificate
                .verify(&ledger.hash, &reign.validators)
                .map_err(|error| Stop::Fault("certificate", format!("{height}: {error}")))?;
            if certificate.value() != block.checkpoint.value_id() {
                return Err(Stop::Fault("certificate", format!("{height}: it is another value's")));
            }
            let keys = ledger.keys_under(self.me, &reign);
            if reign.validators.get(&keys.id).is_none() {
                continue;
            }
            let mark = Mark { height, size: block.size, root: block.checkpoint.root };
            if let Some(last) = self.mark.filter(|last| *last != mark) {
                let path = reader.consistency(last.size, mark.size).map_err(Stop::Disk)?;
                extends(&last, &mark, &path.unwrap_or_default())?;
            }
            mark.write(&self.disk, Self::FILE)?;
            self.mark = Some(mark);
            let text = block.checkpoint.body();
            let line = cosignature::cosign(&keys.cosigner, keys.vkey.name(), &text, now_s);
            let note = Note { text, signatures: vec![line.expect("a validator's name is a name")] };
            out.push(Out::Broadcast(Packet::Note(height, note.encode())));
            self.gathered.add(height, &note, &reign.policy)?;
            self.try_final(app, height, out)?;
        }
        Ok(())
    }

    /// A note of a peer or a publisher.
    pub(super) fn heard(
        &mut self,
        app: &mut App<SimDisk>,
        height: Height,
        note: &str,
        out: &mut Vec<Out>,
    ) -> Result<(), Stop> {
        let Ok(note) = Note::parse(note) else { return Ok(()) };
        let head = app.head().height;
        if height <= head && !self.missing.contains(&height) {
            return Ok(());
        }
        self.gathered.add(height, &note, &app.reigns().at(height).policy)?;
        self.try_final(app, height, out)
    }

    fn try_final(
        &mut self,
        app: &mut App<SimDisk>,
        height: Height,
        out: &mut Vec<Out>,
    ) -> Result<(), Stop> {
        let policy = &app.reigns().at(height).policy;
        let ready =
            self.gathered.has_quorum(height, policy) && self.gathered.has_log(height, policy);
        if !ready || !self.missing.contains(&height) {
            return Ok(());
        }
        let Some(note) = self.gathered.note(height) else { return Ok(()) };
        match app.attach_note(height, &note) {
            Ok(()) => {}
            Err(NoteError::Store(error)) => return Err(Stop::Disk(error)),
            Err(error) => return Err(Stop::Fault("note", format!("{height}: {error}"))),
        }
        self.missing.remove(&height);
        self.gathered.by_height.remove(&height);
        out.push(Out::Final(height));
        Ok(())
    }

    /// Answers a question for the notes from a height on.
    pub(super) fn notes(&self, app: &App<SimDisk>, from: Height) -> Result<Vec<Packet>, Stop> {
        let mut notes = Vec::new();
        let heights = from.get().max(1)..=app.head().height.get();
        for height in heights.take(NOTES_MAX).map(Height) {
            let stored = app.reader().note(height).map_err(Stop::Disk)?;
            let note = stored.or_else(|| self.gathered.note(height));
            notes.extend(note.map(|note| Packet::Note(height, note.encode())));
        }
        Ok(notes)
    }

    /// How many committed heights are not final here.
    pub(super) fn missing(&self) -> usize {
        self.missing.len()
    }

    /// Asks somebody for what is missing.
    pub(super) fn heal(&mut self, processes: usize) -> Option<Out> {
        let lowest = *self.missing.first()?;
        self.turn = (self.turn + 1) % processes;
        (self.turn != self.me).then_some(Out::Send(self.turn, Packet::Notes(lowest)))
    }
}

/// The policy of the genesis, with which a publisher begins.
fn policies(ledger: &Ledger) -> Policies {
    let first = genesis_policy_fields(&ledger.genesis);
    let root = policy_digest(&first);
    PolicyChain { first, steps: Vec::new() }.verify(&root).expect("the genesis is whole")
}

fn extends(last: &Mark, next: &Mark, path: &[[u8; 32]]) -> Result<(), Stop> {
    verify_consistency(last.size.get(), next.size.get(), path, &last.root, &next.root).map_err(
        |error| {
            let (last, next) = (last.size, next.size);
            Stop::Fault("append-only", format!("size {next} does not extend {last}: {error}"))
        },
    )
}

/// A publisher: holds the log key and signs what a quorum has cosigned, in order.
#[derive(Debug)]
pub(super) struct Publisher {
    ledger: Rc<Ledger>,
    policies: Policies,
    disk: SimDisk,
    mark: Option<Mark>,
    gathered: Gathered,
    signed: BTreeMap<Height, Note>,
    paths: BTreeMap<(TreeSize, TreeSize), Vec<[u8; 32]>>,
    turn: usize,
}

impl Publisher {
    const FILE: &'static str = "publisher";

    pub(super) fn open(ledger: Rc<Ledger>, disk: SimDisk, out: &mut Vec<Out>) -> Self {
        let mark = Mark::read(&disk, Self::FILE);
        let (gathered, signed, paths) = (Gathered::default(), BTreeMap::new(), BTreeMap::new());
        let policies = policies(&ledger);
        let mut publisher = Self { ledger, policies, disk, mark, gathered, signed, paths, turn: 0 };
        if let Some(mark) = mark {
            publisher.sign(&mark, out);
        }
        publisher
    }

    /// A packet from a validator.
    pub(super) fn packet(
        &mut self,
        from: usize,
        packet: &Packet,
        out: &mut Vec<Out>,
    ) -> Result<(), Stop> {
        match packet {
            Packet::Note(height, note) => {
                if self.mark.is_some_and(|mark| mark.height >= *height) {
                    return Ok(());
                }
                let Ok(note) = Note::parse(note) else { return Ok(()) };
                let Ok(checkpoint) = Checkpoint::parse(&note.text) else { return Ok(()) };
                let policy = self.policies.ruling(checkpoint.size).policy();
                self.gathered.add(*height, &note, policy)?;
            }
            Packet::PolicyFound(receipt) => {
                let receipt = Receipt::parse(receipt).map_err(ReceiptError::from);
                let followed = receipt.and_then(|receipt| self.policies.followed_by(&receipt));
                // Of two answers the second is about a policy that is followed already.
                if let Ok(policies) = followed {
                    self.policies = policies;
                }
            }
            Packet::PathFound(first, last, path) => {
                self.paths.insert((*first, *last), path.clone());
            }
            Packet::Notes(height) => {
                let signed = self.signed.range(height..).take(NOTES_MAX);
                out.extend(
                    signed.map(|(height, note)| {
                        Out::Send(from, Packet::Note(*height, note.encode()))
                    }),
                );
                return Ok(());
            }
            Packet::Consensus(_)
            | Packet::Liveness(_)
            | Packet::Parts(_)
            | Packet::Record(_)
            | Packet::Pool(_)
            | Packet::Status(_)
            | Packet::Blocks(_)
            | Packet::Block(..)
            | Packet::Path(..)
            | Packet::Policy(_)
            | Packet::Held(_)
            | Packet::Attachment(_)
            | Packet::Chunks(_) => return Ok(()),
        }
        self.work(out)
    }

    /// Where it stands, for the report of a failure.
    pub(super) fn state(&self) -> String {
        format!("publisher wants {}", self.next())
    }

    /// Asks for what it lacks.
    pub(super) fn tick(&mut self, validators: usize, out: &mut Vec<Out>) -> Result<(), Stop> {
        self.turn = (self.turn + 1) % validators;
        out.push(Out::Send(self.turn, Packet::Notes(self.next())));
        if !self.ledger.governance.is_empty() {
            let next = self.policies.newest().number + 1;
            out.push(Out::Send(self.turn, Packet::Policy(next)));
        }
        self.work(out)
    }

    fn next(&self) -> Height {
        self.mark.map_or(Height(1), |mark| mark.height.next())
    }

    fn work(&mut self, out: &mut Vec<Out>) -> Result<(), Stop> {
        loop {
            let height = self.next();
            let Some(note) = self.gathered.note(height) else { return Ok(()) };
            let checkpoint = Checkpoint::parse(&note.text)
                .map_err(|error| Stop::Fault("checkpoint", error.to_string()))?;
            let policy = self.policies.ruling(checkpoint.size).policy();
            if !self.gathered.has_quorum(height, policy) {
                return Ok(());
            }
            let mark = Mark { height, size: checkpoint.size, root: checkpoint.root };
            if let Some(last) = self.mark {
                let Some(path) = self.paths.remove(&(last.size, mark.size)) else {
                    out.push(Out::Send(self.turn, Packet::Path(last.size, mark.size)));
                    return Ok(());
                };
                extends(&last, &mark, &path)?;
            }
            mark.write(&self.disk, Self::FILE)?;
            self.mark = Some(mark);
            self.sign(&mark, out);
        }
    }

    fn sign(&mut self, mark: &Mark, out: &mut Vec<Out>) {
        let text = mark.checkpoint().body();
        let line = sign_note(&text, ORIGIN, &self.ledger.log).expect("a fixed name");
        // What was gathered goes along, so that one packet can make a block final.
        let mut note = self
            .gathered
            .note(mark.height)
            .unwrap_or_else(|| Note { text, signatures: Vec::new() });
        note.signatures.insert(0, line);
        out.push(Out::Broadcast(Packet::Note(mark.height, note.encode())));
        self.gathered.by_height.remove(&mark.height);
        self.signed.insert(mark.height, note);
        self.paths.clear();
    }
}

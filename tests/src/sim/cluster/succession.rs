//! A ledger that outlives the keys it was founded with: validators join and leave, all keys are
//! replaced, and what was final under the first policy is proven under the last.

use std::collections::BTreeMap;
use std::rc::Rc;

use tamga_format::beacon::VrfSecret;
use tamga_format::body::Submission;
use tamga_format::cbor::Value;
use tamga_format::id::{RecordId, UnixMillis};
use tamga_format::policy::{Policy, Witness};
use tamga_format::policy_chain::PolicyChain;
use tamga_format::policy_record::{
    POLICY_KIND, PolicyPayload, Purpose, policy_digest, policy_message, signature_row,
};
use tamga_format::receipt::Receipt;
use tamga_format::record::Record;
use tamga_format::signature::SigningKey;
use tamga_format::subject::{Role, Subject};
use tamga_format::validators::{Validator, ValidatorSet};
use tamga_node::demo::rng::Rng;
use tamga_state::registry::genesis_policy_fields;
use tamga_state::status::PolicyStatus;

use super::{Answer, Body, Checks, Cluster, Event, Failure, PUBLISHERS, Process};
use crate::sim::ledger::{self, AUTHORITY, Keys, ORIGIN, START, governance, runs};
use crate::sim::net::Net;
use crate::sim::plan::Plan;
use crate::sim::workload::Workload;

/// Processes with a validator's keys.
const PROCESSES: usize = 6;
/// Milliseconds within which each step must be final everywhere.
const WITHIN_MS: u64 = 60_000;

/// Who is in office: which processes, and with which generation of keys.
struct Office {
    processes: &'static [usize],
    generation: u8,
}

/// Genesis of four; two join; one leaves; all that stay take other keys.
const OFFICES: [Office; 4] = [
    Office { processes: &[0, 1, 2, 3], generation: 0 },
    Office { processes: &[0, 1, 2, 3, 4, 5], generation: 0 },
    Office { processes: &[0, 1, 2, 4, 5], generation: 0 },
    Office { processes: &[0, 1, 2, 4, 5], generation: 1 },
];

impl Cluster {
    /// A cluster of a ledger whose organisations may call other validators.
    pub(in crate::sim) fn of_succession(seed: u64) -> Self {
        let mut cluster = Self::new(seed, 8);
        let ledger = Rc::new(ledger::found_for_succession());
        cluster.plan = Plan::calm(PROCESSES);
        cluster.net = Net::calm();
        cluster.rng = Rng::new(seed);
        cluster.workload = Workload::of_one_draw(Rc::clone(&ledger), cluster.rng.fork());
        cluster.checks = Checks::new(Rc::clone(&ledger));
        cluster.ledger = ledger;
        let owners = (0..PROCESSES).map(Some).chain([None; PUBLISHERS]);
        cluster.processes = owners.map(Process::down).collect();
        cluster
    }

    /// Runs the succession, with a crash on the way and a process that starts late.
    pub(in crate::sim) fn succeed(&mut self) -> Result<(), Failure> {
        const LATE: usize = 5;
        for process in (0..self.processes.len()).filter(|it| *it != LATE) {
            self.after(0, Event::Start(process));
        }
        let first = self.submit_case()?;
        self.until("the first record is final", |it| it.receipt_text(&first).is_some())?;
        let receipt = self.receipt_text(&first).unwrap_or_default();
        for number in 1..OFFICES.len() {
            let record = self.policy_record(number);
            self.submit(&record)?;
            if number == 1 {
                // The newcomer that was not there yet catches up, and its vote counts.
                self.after(2_000, Event::Start(LATE));
            }
            if number == 2 {
                self.crash(1, true, 500);
            }
            self.until("a policy rules everywhere", |it| it.rules(number))?;
        }
        let last = self.height_of(0);
        self.until("the last policy goes on", |it| it.height_of(0) > last)?;
        self.proves(&receipt, first)
    }

    /// With the two texts and the digest of the first policy alone.
    fn proves(&self, receipt: &str, first: RecordId) -> Result<(), Failure> {
        let wrong = |detail: String| Failure { check: "succession", detail };
        let Body::Node(node) = &self.processes[0].body else {
            return Err(wrong("process 0 is down".to_owned()));
        };
        let chain = node.app().reader().policy_chain().map_err(|error| wrong(error.to_string()))?;
        let text = chain.encode();
        let root = policy_digest(&genesis_policy_fields(&self.ledger.genesis));
        let chain = PolicyChain::parse(&text).map_err(|error| wrong(error.to_string()))?;
        let policies = chain.verify(&root).map_err(|error| wrong(format!("chain: {error}")))?;
        let receipt = Receipt::parse(receipt).map_err(|error| wrong(error.to_string()))?;
        let (proven, ruling) =
            policies.verify_receipt(&receipt).map_err(|e| wrong(e.to_string()))?;
        let newest = policies.newest();
        if (proven.id, ruling.number, newest.number) != (first, 0, 3) {
            return Err(wrong(format!(
                "{} by {}, newest {}",
                proven.id, ruling.number, newest.number
            )));
        }
        if receipt.verify(newest.policy()).is_ok() {
            return Err(wrong("retired keys are still trusted".to_owned()));
        }
        Ok(())
    }

    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let end = self.now_ms + WITHIN_MS;
        while !holds(self) {
            if self.now_ms > end {
                let heights = (0..PROCESSES).map(|it| self.height_of(it).to_string());
                let heights = heights.collect::<Vec<_>>().join(", ");
                let detail = format!("{what}: not within {WITHIN_MS} ms; heights {heights}");
                return Err(Failure { check: "succession", detail });
            }
            self.step()?;
        }
        Ok(())
    }

    fn height_of(&self, process: usize) -> u64 {
        match &self.processes[process].body {
            Body::Node(node) => node.app().head().height.get(),
            Body::Down | Body::Publisher(_) => 0,
        }
    }

    /// Whether everybody in office follows the policy of a number and has a final checkpoint under it.
    fn rules(&self, number: usize) -> bool {
        OFFICES[number].processes.iter().all(|process| {
            let Body::Node(node) = &self.processes[*process].body else { return false };
            let reign = node.app().reigns().newest();
            let newest = node.app().reader().newest_note().ok().flatten();
            usize::try_from(reign.number) == Ok(number)
                && newest.is_some_and(|(height, _)| height >= reign.first)
        })
    }

    fn receipt_text(&self, id: &RecordId) -> Option<String> {
        let Body::Node(node) = &self.processes[0].body else { return None };
        node.app().reader().receipt(id).ok().flatten().map(|receipt| receipt.encode())
    }

    fn submit_case(&mut self) -> Result<RecordId, Failure> {
        self.until("process 0 is up", |it| matches!(it.processes[0].body, Body::Node(_)))?;
        let next = self.workload.next(self.now_ms, false, &|_| None);
        let (bytes, _) = next.expect("a case is to be presented");
        let submission = Submission::decode(&bytes).expect("the workload's own");
        let (record, _) = submission.into_parts();
        self.submit_bytes(&bytes)?;
        Ok(record.id())
    }

    fn submit(&mut self, record: &Submission) -> Result<(), Failure> {
        self.submit_bytes(&record.encode())
    }

    fn submit_bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let Body::Node(node) = &mut self.processes[0].body else {
            return Err(Failure { check: "succession", detail: "process 0 is down".to_owned() });
        };
        let done = match node.submit(self.now_ms, bytes) {
            Ok(Answer::Admitted(_)) => Ok(()),
            Ok(Answer::Refused(detail)) => return Err(Failure { check: "admission", detail }),
            Err(stop) => Err(stop),
        };
        self.settle(0, done, Vec::new())
    }

    /// The record by which an office follows the one before, signed by everybody who must.
    fn policy_record(&self, number: usize) -> Submission {
        let (old, new) = (&OFFICES[number - 1], &OFFICES[number]);
        let mut predecessor = policy_digest(&genesis_policy_fields(&self.ledger.genesis));
        for earlier in 1..number {
            predecessor = policy_digest(&self.fields(earlier, predecessor));
        }
        let mut fields = self.fields(number, predecessor);
        let message = policy_message(ORIGIN, &policy_digest(&fields));
        let sign = |purpose, key: &SigningKey| {
            signature_row(purpose, key.public().as_bytes(), key.sign(&message).as_bytes())
        };
        let mut rows: Vec<Value> = Vec::new();
        for generation in [old.generation, new.generation] {
            let keys = governance(generation);
            rows.extend(keys.values().map(|key| sign(Purpose::Governance, key)));
        }
        for process in new.processes {
            let known = old.processes.contains(process) && old.generation == new.generation;
            if known {
                continue;
            }
            let keys = self.keys(*process, new.generation);
            rows.push(sign(Purpose::Consensus, &keys.consensus));
            rows.push(sign(Purpose::Cosigner, &keys.cosigner));
            let beacon = VrfSecret::from_seed(&keys.beacon);
            let proof = beacon.prove(&message);
            rows.push(signature_row(Purpose::Beacon, beacon.public().as_bytes(), &proof.0));
        }
        fields.push((6, Value::Array(rows)));
        let now = i64::try_from(self.now_ms).expect("simulated time is short");
        let event_time = UnixMillis(START.get() + now);
        let record = Record {
            key_id: self.ledger.authority.public().key_id(),
            issuer: Subject::registered(Role::Organisation, AUTHORITY),
            subject: PolicyStatus::subject(),
            audience: ORIGIN.to_owned(),
            kind: POLICY_KIND,
            version: 1,
            nonce: [u8::try_from(number).expect("few policies"); 16],
            event_time,
            valid_until: UnixMillis(event_time.get() + 3_600_000),
            subjects: Vec::new(),
            after: None,
            on_behalf_of: None,
            references: Vec::new(),
            fields,
            body: None,
        };
        let signed = record.sign(&self.ledger.authority).expect("a whole record");
        Submission::new(signed, None).expect("it has no body")
    }

    fn fields(&self, number: usize, predecessor: [u8; 32]) -> Vec<(u16, Value)> {
        let office = &OFFICES[number];
        let validators = office.processes.iter().map(|process| {
            let keys = self.keys(*process, office.generation);
            Validator {
                id: keys.id,
                organisation: runs(*process).to_string(),
                name: keys.vkey.name().to_owned(),
                consensus: keys.consensus.public(),
                cosigner: keys.vkey.clone(),
                beacon: VrfSecret::from_seed(&keys.beacon).public(),
                peer_id: format!("process {process}, generation {}", office.generation),
            }
        });
        let validators = ValidatorSet::new(validators.collect()).expect("keys of their own");
        let witness = |it: &Validator| Witness {
            name: it.name.clone(),
            key: it.cosigner.clone(),
            url: "https://v.example/".to_owned(),
        };
        let (log, url) = (self.ledger.genesis.policy.log(), self.ledger.genesis.policy.url());
        let witnesses = validators.members().iter().map(witness).collect();
        let policy =
            Policy::for_validators(log.clone(), url.to_owned(), witnesses, validators.quorum());
        let governance: BTreeMap<_, _> = governance(office.generation)
            .into_iter()
            .map(|(organisation, key)| (organisation, key.public()))
            .collect();
        let number = u64::try_from(number).expect("few policies");
        let policy = policy.expect("a policy of few validators");
        PolicyPayload::fields(number, predecessor, &policy, &governance, &validators)
    }

    fn keys(&self, process: usize, generation: u8) -> &Keys {
        if generation == 0 {
            &self.ledger.validators[process]
        } else {
            &self.ledger.second[process]
        }
    }
}

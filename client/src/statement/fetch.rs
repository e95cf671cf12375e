//! A statement file from a node, which need not be trusted: what it leaves out, the check finds.

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64, Encoding as _};
use tamga_format::id::SubjectId;
use tamga_format::lines::{AllocationLine, Line as _, LineRange, RangeOf as RangeProof};
use tamga_format::receipt::Receipt;
use tamga_format::record::Record;
use tamga_format::subject::{Role, Subject};
use tamga_format::subject_proof::{Standing, SubjectProof};
use tamga_state::catalogue::Kind;
use tamga_state::status::Payment;

use super::balance::BalancePart;
use super::uses::{RANGES_MAX, UsePart, WorkPart, works};
use super::whole::ProofPart;
use super::{BatchPart, FILE_BYTES_MAX, PROVEN_VERSION, StatementFile, VERSION, batches_of, root};
use crate::client::{Client, RangeOf};
use crate::error::CliError;

/// Times that the statements are asked for again because another came in between.
const ATTEMPTS: usize = 3;
/// Pages of a book that are asked for.
const PAGES_MAX: usize = 1_024;

/// What a file carries beside the statements, their batches and pools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Also {
    /// The reports of use that the batches divide, with the uses of the author's works.
    pub uses: bool,
    /// The author's status with what opens its balances: the statements of other organisations too.
    pub balance: bool,
    /// The proofs that this is the author's status as of a block, and that the book has no other batches; also those
    /// that no statement covers yet. It includes the balance.
    pub proof: bool,
}

/// The statements of one organisation to an author, and everything that they rest on.
///
/// # Errors
/// When the node is not reachable, wants another token, or does not hold a batch; when the uses are more than a file
/// carries.
pub fn fetch(
    client: &Client,
    author: &Subject,
    cmo: &Subject,
    also: Also,
) -> Result<StatementFile, CliError> {
    let mut fetching = Fetching {
        client,
        author: author.id,
        file: StatementFile {
            version: VERSION,
            statements: Vec::new(),
            batches: Vec::new(),
            pools: Vec::new(),
            uses: None,
            balance: None,
            proof: None,
            confirmations: Vec::new(),
        },
        pools: BTreeSet::new(),
        wanted: BTreeMap::new(),
        bytes: 0,
    };
    if also.proof {
        fetching.proven(author, cmo)?;
    } else {
        let others = fetching.statements(author, cmo, also)?;
        if also.balance && !fetching.file.statements.is_empty() {
            fetching.file.balance = Some(others);
        }
    }
    fetching.pools()?;
    if also.uses {
        fetching.uses()?;
    }
    Ok(fetching.file)
}

struct Fetching<'c> {
    client: &'c Client,
    author: SubjectId,
    file: StatementFile,
    pools: BTreeSet<Subject>,
    /// The works whose uses are wanted of each report.
    wanted: BTreeMap<SubjectId, BTreeSet<SubjectId>>,
    /// Bytes of the uses so far.
    bytes: u64,
}

impl Fetching<'_> {
    /// The statements with their batches; the author's status and the statements of others, if they are wanted.
    fn statements(
        &mut self,
        author: &Subject,
        cmo: &Subject,
        also: Also,
    ) -> Result<BalancePart, CliError> {
        let mut seen = 0;
        let mut others = Vec::new();
        for attempt in 1..=ATTEMPTS {
            let records = self.client.subject_records(&author.to_text())?;
            for entry in records.iter().skip(seen) {
                if entry.kind != Kind::R10.info().code {
                    continue;
                }
                let receipt = self.client.receipt(&entry.record_id, Some("*"))?;
                let parsed = parse(&receipt, self.client)?;
                if parsed.record.record().subjects.contains(cmo) {
                    for id in batches_of(parsed.record.record(), "batches") {
                        self.batch(id)?;
                    }
                    self.file.statements.push(receipt);
                } else if also.balance {
                    others.push(receipt);
                }
            }
            seen = records.len();
            if !also.balance {
                break;
            }
            // The status is of a block, the list above of another: both must be of the same records.
            let view = self.client.subject(&author.to_text())?;
            if view.records == seen as u64 || attempt == ATTEMPTS {
                return Ok(BalancePart {
                    status: view.status.unwrap_or_default(),
                    height: view.as_of.height,
                    size: view.as_of.size,
                    time: view.as_of.time,
                    others,
                });
            }
        }
        let (status, time) = (String::new(), String::new());
        Ok(BalancePart { status, height: 0, size: 0, time, others })
    }

    /// The statements and the whole book, as of the block of the author's proof.
    fn proven(&mut self, author: &Subject, cmo: &Subject) -> Result<(), CliError> {
        let client = self.client;
        let rightsholder = client.subject_proof(author, 0, Some(0))?;
        let size = page(&rightsholder, client)?.block.size.get();
        let mut others = Vec::new();
        let mut stated = None;
        for entry in client.subject_records(&author.to_text())? {
            if entry.kind != Kind::R10.info().code || entry.index >= size {
                continue;
            }
            let receipt = client.receipt(&entry.record_id, Some("*"))?;
            let parsed = parse(&receipt, client)?;
            let record = parsed.record.record();
            if record.subjects.contains(cmo) {
                stated = stated.or_else(|| batches_of(record, "batches").first().copied());
                self.file.statements.push(receipt);
            } else {
                others.push(receipt);
            }
        }
        // A batch names its book.
        let Some(stated) = stated else { return Ok(()) };
        let Some(receipt) = self.brought(stated)? else { return Ok(()) };
        let parsed = parse(&receipt, client)?;
        let book = parsed.record.record().subjects.iter().find(|it| it.role == Role::Book).copied();
        let Some(book) = book else { return Ok(()) };
        for entry in client.subject_records(&book.to_text())? {
            if entry.index < size {
                let receipt = client.receipt(&entry.record_id, None)?;
                self.brought_batch(receipt)?;
            }
        }
        let mut pages = Vec::new();
        let mut seen = 0;
        for _ in 0..PAGES_MAX {
            let text = client.subject_proof(&book, seen, None)?;
            let whole = match page(&text, client)?.standing {
                Standing::Absent => true,
                Standing::Present(present) => {
                    seen = seen.saturating_add(present.records.len() as u64);
                    seen >= present.count
                }
            };
            pages.push(text);
            if whole {
                break;
            }
        }
        self.file.version = PROVEN_VERSION;
        self.file.proof = Some(ProofPart { rightsholder, book: pages, others });
        Ok(())
    }

    /// The receipt of the record that brought a batch.
    fn brought(&self, id: SubjectId) -> Result<Option<String>, CliError> {
        let batch = Subject::new(Role::Batch, id).to_text();
        let brought = self.client.subject_records(&batch)?;
        let Some(first) = brought.first() else { return Ok(None) };
        self.client.receipt(&first.record_id, None).map(Some)
    }

    fn batch(&mut self, id: SubjectId) -> Result<(), CliError> {
        match self.brought(id)? {
            Some(receipt) => self.brought_batch(receipt),
            None => Ok(()),
        }
    }

    fn brought_batch(&mut self, receipt: String) -> Result<(), CliError> {
        let parsed = parse(&receipt, self.client)?;
        let record = parsed.record.record();
        let (id, batch) = (record.subject.id, record.subject.to_text());
        let named = record.subjects.iter().copied();
        self.pools.extend(named.filter(|it| it.role == Role::Pool));
        let range = self.client.range(&batch, &self.author.to_string(), RangeOf::Lines)?;
        if record.kind == Kind::R09.number() {
            self.confirmations(id)?;
        }
        if record.kind == Kind::R08.number() {
            let works = works(&self.own(record, &range));
            for report in batches_of(record, "usage") {
                self.wanted.entry(report).or_default().extend(&works);
            }
        }
        self.file.batches.push(BatchPart { receipt, lines: Base64::encode_string(&range) });
        Ok(())
    }

    /// What the bank and the author said last of a payout.
    fn confirmations(&mut self, payout: SubjectId) -> Result<(), CliError> {
        for of in [None, Some(&self.author)] {
            let said = Payment::subject(&payout, of).to_text();
            if let Some(last) = self.client.subject_records(&said)?.last() {
                self.file.confirmations.push(self.client.receipt(&last.record_id, None)?);
            }
        }
        Ok(())
    }

    /// The author's lines of an allocation, which say what else to ask for; none if they are not proved.
    fn own(&self, record: &Record, range: &[u8]) -> Vec<AllocationLine> {
        let lines = root(record, "allocation_root", "line_count").ok().and_then(|lines| {
            let of = RangeProof { batch: &record.subject.id, tag: self.author.as_bytes(), lines };
            LineRange::decode(range).and_then(|range| range.verify(&of)).ok()
        });
        let lines = lines.unwrap_or_default();
        lines.iter().filter_map(|line| AllocationLine::decode(line).ok()).collect()
    }

    fn pools(&mut self) -> Result<(), CliError> {
        for pool in &self.pools {
            for entry in self.client.subject_records(&pool.to_text())? {
                if entry.kind != Kind::R07.info().code {
                    continue;
                }
                // The first step of a distribution fixes the pool.
                self.file.pools.push(self.client.receipt(&entry.record_id, None)?);
                break;
            }
        }
        Ok(())
    }

    fn uses(&mut self) -> Result<(), CliError> {
        self.wanted.retain(|_, works| !works.is_empty());
        let ranges: usize = self.wanted.values().map(BTreeSet::len).sum();
        if ranges > RANGES_MAX {
            return Err(CliError::too_many_uses(RANGES_MAX));
        }
        let mut parts = Vec::new();
        for (report, works) in &self.wanted {
            let batch = Subject::new(Role::Batch, *report).to_text();
            let brought = self.client.subject_records(&batch)?;
            let Some(first) = brought.first() else { continue };
            let receipt = self.client.receipt(&first.record_id, None)?;
            let mut ranges = Vec::new();
            for work in works {
                let range = self.client.range(&batch, &work.to_string(), RangeOf::Lines)?;
                let lines = Base64::encode_string(&range);
                self.bytes = self.bytes.saturating_add(lines.len() as u64);
                if self.bytes > FILE_BYTES_MAX / 2 {
                    return Err(CliError::too_many_uses(RANGES_MAX));
                }
                ranges.push(WorkPart { work: Subject::new(Role::Work, *work).to_text(), lines });
            }
            parts.push(UsePart { receipt, works: ranges });
        }
        self.file.uses = Some(parts);
        Ok(())
    }
}

/// A proof about a subject, to be checked by whoever reads the file.
fn page(text: &str, client: &Client) -> Result<SubjectProof, CliError> {
    SubjectProof::parse(text).map_err(|fault| CliError::answer(client.url(), fault.to_string()))
}

fn parse(receipt: &str, client: &Client) -> Result<Receipt, CliError> {
    Receipt::parse(receipt).map_err(|fault| CliError::answer(client.url(), fault.to_string()))
}

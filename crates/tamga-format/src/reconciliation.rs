//! The signed report of a reconciliation: a source's list against the ledger (spec §13.8).
//!
//! A statement in lines, signed like a note; the items it counts and hashes; the checkpoint it was
//! made against. The report has one form: parsing and encoding gives the same text, and the parts
//! agree once it is read. Whether it was signed by whom, and whether the checkpoint is final,
//! [`Reconciliation::verify`] tells.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use alloc::{collections::BTreeMap, format};

use crate::error::{FormatCode, FormatError};
use crate::id::{FileHash, KeyId, LeafIndex, TreeRoot, TreeSize, UnixMillis, sha256};
use crate::limits::{
    RECONCILIATION_FIELDS_MAX, RECONCILIATION_FILE_BYTES_MAX, RECONCILIATION_ITEMS_MAX,
};
use crate::merkle::Hash;
use crate::note::{
    Note, NoteSignature, VKey, VKeyKind, b64_decode_array, b64_encode, check_name, decimal,
    sign_note,
};
use crate::policy::{Policy, VerifiedCheckpoint};
use crate::receipt::ReceiptError;
use crate::signature::{PublicKey, SigningKey};

mod item;

pub use item::{Class, Item};

/// First line of a report.
pub const RECONCILIATION_HEADER: &str = "tamga-reconciliation/v1";

/// What was compared, and how much of it agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The ledger.
    pub origin: String,
    /// The list's file.
    pub file: FileHash,
    /// Rows of the list.
    pub rows: u64,
    /// Rows that the mapping leaves out.
    pub left_out: u64,
    /// The mapping's file.
    pub mapping: FileHash,
    /// First and last event time of the records that the list should hold.
    pub period: (UnixMillis, UnixMillis),
    /// When the report was made, by the clock of whoever made it.
    pub made_at: UnixMillis,
    /// The key that signs.
    pub key: PublicKey,
    /// Entries of the log from this one on were read.
    pub first: LeafIndex,
    /// Entries of the log that the checkpoint covers; all from `first` on were read.
    pub size: TreeSize,
    /// Root of the log at that size.
    pub root: TreeRoot,
    /// Records that the rows stand for.
    pub records: u64,
    /// Records that the ledger holds as the list says.
    pub matched: u64,
    /// Root (spec §8.1) over the ids of these records in the ledger, in log order.
    pub matched_root: TreeRoot,
}

/// A report whose parts agree; whether its signature holds and its checkpoint is final is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    statement: Statement,
    items: Vec<Item>,
    signature: NoteSignature,
    checkpoint: Note,
}

impl Reconciliation {
    /// Signs a report; items are put in order.
    ///
    /// # Errors
    /// [`FormatCode::SignatureKey`] if `key` is not the statement's;
    /// [`FormatCode::ReconciliationParts`] if the parts do not agree;
    /// [`FormatCode::ProofFileTooLong`] above the limits.
    pub fn sign(
        statement: Statement,
        mut items: Vec<Item>,
        checkpoint: Note,
        key: &SigningKey,
    ) -> Result<Self, FormatError> {
        if key.public() != statement.key {
            return Err(FormatError::new(FormatCode::SignatureKey, 0));
        }
        items.sort();
        let text = text(&statement, &items);
        let signature = sign_note(&text, &statement.key.key_id().to_string(), key)?;
        let report = Self { statement, items, signature, checkpoint };
        // What is read back has passed every check of a reader.
        Self::parse(&report.encode())
    }

    /// Reads a report; no signature is checked.
    ///
    /// # Errors
    /// [`FormatCode::ProofFileTooLong`], [`FormatCode::ProofFileVersion`],
    /// [`FormatCode::ProofFileSyntax`] with the line, [`FormatCode::ReconciliationParts`] if
    /// counts, items and checkpoint do not agree, or the error of the checkpoint's note.
    pub fn parse(file: &str) -> Result<Self, FormatError> {
        if file.len() > RECONCILIATION_FILE_BYTES_MAX {
            let at = RECONCILIATION_FILE_BYTES_MAX;
            return Err(FormatError::new(FormatCode::ProofFileTooLong, at));
        }
        if file.split('\n').next() != Some(RECONCILIATION_HEADER) {
            return Err(FormatError::new(FormatCode::ProofFileVersion, 0));
        }
        let mut lines = Lines { rest: file, number: 0 };
        let _header = lines.next()?;
        let (statement, stated) = lines.statement()?;
        lines.empty()?;
        let at = lines.number;
        let signature =
            NoteSignature::parse(lines.next()?).map_err(|error| FormatError { at, ..error })?;
        lines.empty()?;
        let mut items = Vec::new();
        loop {
            let at = lines.number;
            let line = lines.next()?;
            if line.is_empty() {
                break;
            }
            if items.len() == RECONCILIATION_ITEMS_MAX {
                return Err(FormatError::new(FormatCode::ProofFileTooLong, at));
            }
            let item =
                Item::parse(line).ok_or(FormatError::new(FormatCode::ProofFileSyntax, at))?;
            if items.last().is_some_and(|last| *last >= item) {
                return Err(FormatError::new(FormatCode::ProofFileSyntax, at));
            }
            items.push(item);
        }
        let checkpoint = Note::parse(lines.rest)?;
        let report = Self { statement, items, signature, checkpoint };
        report.agrees(&stated)?;
        // One form: whatever a part's own parser may forgive is refused here.
        if report.encode() == file {
            Ok(report)
        } else {
            Err(FormatError::new(FormatCode::ProofFileSyntax, 0))
        }
    }

    /// The text of the report.
    pub fn encode(&self) -> String {
        let mut file = text(&self.statement, &self.items);
        file.push_str(&format!("\n{}\n\n", self.signature));
        for item in &self.items {
            file.push_str(&format!("{item}\n"));
        }
        file.push('\n');
        file.push_str(&self.checkpoint.encode());
        file
    }

    /// What was compared.
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// What does not agree, in order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The checkpoint that it rests on.
    pub const fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// How many items there are of a class.
    pub fn count(&self, class: Class) -> u64 {
        let of = self.items.iter().filter(|item| item.class() == class).count();
        u64::try_from(of).unwrap_or(u64::MAX)
    }

    /// Whether list and ledger agree in everything.
    pub fn is_clean(&self) -> bool {
        self.items.is_empty()
    }

    /// The key that signed.
    pub fn key_id(&self) -> KeyId {
        self.statement.key.key_id()
    }

    /// Checks the signature, and that the checkpoint is final by the policy.
    ///
    /// # Errors
    /// [`ReceiptError::Mismatch`] if the report must not be relied on,
    /// [`ReceiptError::CannotCheck`] if another policy or program is needed to tell.
    pub fn verify(&self, policy: &Policy) -> Result<VerifiedCheckpoint, ReceiptError> {
        let Statement { origin, size, root, key, .. } = &self.statement;
        let vkey = VKey::new(&self.key_id().to_string(), VKeyKind::Log, *key)?;
        vkey.verify_text(&text(&self.statement, &self.items), &self.signature)?;
        let verified = policy.verify_canonical(&self.checkpoint)?;
        let checkpoint = verified.checkpoint();
        if (&checkpoint.origin, &checkpoint.size, &checkpoint.root) != (origin, size, root) {
            return Err(parts("checkpoint").into());
        }
        Ok(verified)
    }

    /// Whether counts and hash of the items are those of the statement's lines, and the numbers add up.
    fn agrees(&self, stated: &Stated) -> Result<(), FormatError> {
        if stated.items_hash != hash(&self.items) {
            return Err(parts("items"));
        }
        if Class::ALL.iter().any(|class| stated.counts.get(class) != Some(&self.count(*class))) {
            return Err(parts("counts"));
        }
        let Statement { records, matched, rows, left_out, period, first, size, .. } =
            &self.statement;
        let of_records = [Class::Differing, Class::MissingInLedger, Class::RepeatedInList];
        let sum =
            of_records.iter().map(|class| self.count(*class)).try_fold(*matched, u64::checked_add);
        if sum != Some(*records) {
            return Err(parts("records"));
        }
        let unread = left_out.checked_add(self.count(Class::Unreadable));
        if unread.is_none_or(|unread| unread > *rows)
            || self.items.iter().filter_map(Item::row).any(|row| row == 0 || row > *rows)
        {
            return Err(parts("rows"));
        }
        if period.0 > period.1 {
            return Err(parts("period"));
        }
        let read = |index: LeafIndex| index.get() >= first.get() && index.get() < size.get();
        if first.get() > size.get()
            || self.items.iter().flat_map(Item::indexes).any(|index| !read(index))
        {
            return Err(parts("first"));
        }
        Ok(())
    }
}

fn parts(what: &'static str) -> FormatError {
    FormatError::new(FormatCode::ReconciliationParts, 0).of(what)
}

fn hash(items: &[Item]) -> Hash {
    let mut lines = String::new();
    for item in items {
        lines.push_str(&format!("{item}\n"));
    }
    sha256(&[lines.as_bytes()])
}

/// The text that is signed.
fn text(statement: &Statement, items: &[Item]) -> String {
    let Statement { origin, rows, left_out, made_at, records, matched, .. } = statement;
    let mut text = format!("{RECONCILIATION_HEADER}\norigin {origin}\n");
    let mut line = |parts: &[&str]| {
        text.push_str(&parts.join(" "));
        text.push('\n');
    };
    line(&["file", &statement.file.to_string()]);
    line(&["mapping", &statement.mapping.to_string()]);
    line(&["rows", &rows.to_string(), &left_out.to_string()]);
    let (from, to) = statement.period;
    line(&["period", &from.get().to_string(), &to.get().to_string()]);
    line(&["made-at", &made_at.get().to_string()]);
    line(&["key", &b64_encode(statement.key.as_bytes())]);
    let (first, size) = (statement.first.get().to_string(), statement.size.get().to_string());
    line(&["log", &first, &size, &b64_encode(&statement.root.0)]);
    line(&["records", &records.to_string()]);
    line(&["matched", &matched.to_string(), &b64_encode(&statement.matched_root.0)]);
    for class in Class::ALL {
        let count = items.iter().filter(|item| item.class() == *class).count();
        line(&[class.name(), &count.to_string()]);
    }
    line(&["items", &b64_encode(&hash(items))]);
    text
}

/// What the statement says of the items, which are read later.
struct Stated {
    counts: BTreeMap<Class, u64>,
    items_hash: Hash,
}

struct Lines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> Lines<'a> {
    fn fault(&self) -> FormatError {
        FormatError::new(FormatCode::ProofFileSyntax, self.number)
    }

    fn next(&mut self) -> Result<&'a str, FormatError> {
        let (line, rest) = self.rest.split_once('\n').ok_or(self.fault())?;
        self.rest = rest;
        self.number += 1;
        Ok(line)
    }

    fn empty(&mut self) -> Result<(), FormatError> {
        let fault = self.fault();
        if self.next()?.is_empty() { Ok(()) } else { Err(fault) }
    }

    /// The words of the next line after its first.
    fn words<const N: usize>(&mut self, name: &str) -> Result<[&'a str; N], FormatError> {
        let fault = self.fault();
        let line = self.next()?.strip_prefix(name).and_then(|line| line.strip_prefix(' '));
        let words: Vec<&str> = line.ok_or(fault)?.split(' ').collect();
        words.try_into().map_err(|_| fault)
    }

    fn number(&mut self, name: &str) -> Result<u64, FormatError> {
        let fault = self.fault();
        let [word] = self.words(name)?;
        decimal(word).ok_or(fault)
    }

    fn file_hash(&mut self, name: &str) -> Result<FileHash, FormatError> {
        let at = self.number;
        let [word] = self.words(name)?;
        FileHash::from_hex(word).map_err(|error| FormatError { at, ..error })
    }

    fn array(&self, word: &str) -> Result<Hash, FormatError> {
        // The line was read already.
        let at = self.number.saturating_sub(1);
        b64_decode_array(word).map_err(|error| FormatError { at, ..error })
    }

    fn statement(&mut self) -> Result<(Statement, Stated), FormatError> {
        let [origin] = self.words("origin")?;
        check_name(origin).map_err(|error| FormatError { at: 1, ..error })?;
        let file = self.file_hash("file")?;
        let mapping = self.file_hash("mapping")?;
        let fault = self.fault();
        let [rows, left_out] = self.words("rows")?;
        let (rows, left_out) = decimal(rows).zip(decimal(left_out)).ok_or(fault)?;
        let fault = self.fault();
        let [from, to] = self.words("period")?;
        let period = time(from).zip(time(to)).ok_or(fault)?;
        let fault = self.fault();
        let [made_at] = self.words("made-at")?;
        let made_at = time(made_at).ok_or(fault)?;
        let fault = self.fault();
        let [key] = self.words("key")?;
        let key = PublicKey::admit(&self.array(key)?)
            .map_err(|error| FormatError { at: fault.at, ..error })?;
        let fault = self.fault();
        let [first, size, root] = self.words("log")?;
        let root = TreeRoot(self.array(root)?);
        let (first, size) = decimal(first).zip(decimal(size)).ok_or(fault)?;
        let records = self.number("records")?;
        let fault = self.fault();
        let [matched, matched_root] = self.words("matched")?;
        let matched_root = TreeRoot(self.array(matched_root)?);
        let matched = decimal(matched).ok_or(fault)?;
        let mut counts = BTreeMap::new();
        for class in Class::ALL {
            counts.insert(*class, self.number(class.name())?);
        }
        let [items] = self.words("items")?;
        let items_hash = self.array(items)?;
        let statement = Statement {
            origin: origin.to_string(),
            file,
            rows,
            left_out,
            mapping,
            period,
            made_at,
            key,
            first: LeafIndex(first),
            size: TreeSize(size),
            root,
            records,
            matched,
            matched_root,
        };
        Ok((statement, Stated { counts, items_hash }))
    }
}

fn time(text: &str) -> Option<UnixMillis> {
    let time = decimal(text).and_then(|time| i64::try_from(time).ok());
    time.map(UnixMillis).filter(|time| *time <= UnixMillis::MAX)
}

//! Checking a receipt or a proof offline: one of four verdicts, from `tamga_format` alone.

use serde_json::{Value, json};
use tamga_api::draft::Draft;
use tamga_api::shapes::Stage;
use tamga_format::body::Body;
use tamga_format::error::{FormatCode, FormatError};
use tamga_format::id::{LeafHash, UnixMillis};
use tamga_format::note::Note;
use tamga_format::policy::Policy;
use tamga_format::receipt::{Proven, RECEIPT_HEADER, Receipt, ReceiptError};
use tamga_format::record::{Record, SignedRecord};
use tamga_format::tlog_proof::TlogProof;

use crate::carrier;
use crate::error::Exit;
use crate::history;
use crate::lang::{Messages, Said};
use crate::text;

/// The four verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Genuine, unchanged, final.
    Authentic,
    /// Accepted by a node, not final yet: nothing is proven.
    Pending,
    /// It cannot be judged with this program and policy.
    CannotCheck,
    /// Something in it is false.
    Mismatch,
}

impl Verdict {
    /// The word in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Authentic => "authentic",
            Self::Mismatch => "does-not-match",
            Self::CannotCheck => "cannot-check",
            Self::Pending => "pending",
        }
    }

    /// The exit code.
    #[must_use]
    pub fn exit(self) -> Exit {
        match self {
            Self::Authentic => Exit::Success,
            Self::Mismatch => Exit::Mismatch,
            Self::CannotCheck => Exit::CannotCheck,
            Self::Pending => Exit::NotFinal,
        }
    }
}

/// A verdict on one file and what it rests on.
#[derive(Debug)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// What is proven; absent unless the verdict is [`Verdict::Authentic`].
    pub facts: Option<Facts>,
    /// What was found wrong first; absent when authentic.
    pub fault: Option<Fault>,
    /// Id of a record that is only accepted.
    pub pending: Option<String>,
}

/// What was found wrong.
#[derive(Debug)]
pub struct Fault {
    /// For people.
    pub said: Said,
    /// The stable name of a fault of the format (spec §2.4).
    pub code: Option<&'static str>,
}

/// What a genuine file proves.
#[derive(Debug)]
pub struct Facts {
    /// Id of the record, hex.
    pub record_id: String,
    /// The record.
    pub record: Record,
    /// The record with named fields, opened ones included.
    pub draft: Draft,
    /// The leaf that it is in the log.
    pub leaf: LeafHash,
    /// Position in the log.
    pub index: u64,
    /// Block, which a bare proof does not say.
    pub height: Option<u64>,
    /// Time of the block, which a bare proof does not say.
    pub recorded_at: Option<UnixMillis>,
    /// Leaves of the log under the checkpoint.
    pub size: u64,
    /// Who cosigned, and when in seconds since 1970.
    pub cosigners: Vec<(String, u64)>,
    /// Whether the writer's signature was checked; a bare proof does not hold the key.
    pub signature_checked: bool,
}

/// Judges the bytes of a file as `tamga verify` does: a receipt, what carries one, an acceptance, or, with the entry of
/// a record, a `.tlog-proof`.
#[must_use]
pub fn file(bytes: &[u8], entry: Option<&[u8]>, policy: &Policy) -> Report {
    if entry.is_none()
        && let Some(report) = carrier::judge(bytes, policy)
    {
        return report;
    }
    let Ok(content) = std::str::from_utf8(bytes) else {
        return cannot_check(Said::plain("detail-not-text"));
    };
    match entry {
        Some(entry) if !is_receipt(bytes) => proof(content, entry, policy),
        _ => receipt(content, policy),
    }
}

/// The report on a file that cannot even be read.
#[must_use]
pub fn cannot_check(fault: Said) -> Report {
    let fault = Some(Fault { said: fault, code: None });
    Report { verdict: Verdict::CannotCheck, facts: None, fault, pending: None }
}

/// A fault of a format in the user's language, with the program's own words behind it.
#[must_use]
pub fn fault(error: &FormatError) -> Said {
    let exact = vec![("detail", error.to_string().into())];
    Said::message(fault_message(error.code), exact)
}

/// The message that tells of a fault. Those that make a file false have one each; the others come down to a
/// few reasons why it can't be judged.
fn fault_message(code: FormatCode) -> &'static str {
    let known = [
        (FormatCode::SignatureInvalid, "fault-signature"),
        (FormatCode::SignatureKey, "fault-key"),
        (FormatCode::BodyCommitment, "fault-opened"),
        (FormatCode::BodyOrder, "fault-opened"),
        (FormatCode::ProofShape, "fault-proof"),
        (FormatCode::ProofRoot, "fault-proof"),
        (FormatCode::CosignatureQuorum, "fault-quorum"),
        (FormatCode::NoteNotMinimal, "fault-note"),
        (FormatCode::ReceiptIndex, "fault-place"),
        (FormatCode::ReceiptSize, "fault-place"),
        (FormatCode::ReceiptPrevious, "fault-place"),
        (FormatCode::ReconciliationParts, "fault-parts"),
        (FormatCode::PolicyChainRoot, "fault-policies-root"),
        (FormatCode::PolicyChainRecord, "fault-policies-record"),
        (FormatCode::PolicyChainOrder, "fault-policies-order"),
        (FormatCode::SubjectRecords, "fault-records"),
        (FormatCode::SubjectKnown, "fault-known"),
        (FormatCode::EvidenceNone, "fault-no-evidence"),
        (FormatCode::EvidenceKey, "fault-evidence-key"),
        (FormatCode::ReceiptOrigin, "fault-other-ledger"),
        (FormatCode::NoteOrigin, "fault-other-policy"),
        (FormatCode::NoteLogSignature, "fault-log-key"),
        (FormatCode::ProofFileVersion, "fault-version"),
        (FormatCode::LeafVersion, "fault-version"),
        (FormatCode::BeaconVersion, "fault-version"),
    ];
    known.into_iter().find(|(known, _)| *known == code).map_or("fault-form", |(_, id)| id)
}

/// The checkpoint that a file rests on, if it is a proof of a known kind.
#[must_use]
pub fn checkpoint(bytes: &[u8]) -> Option<Note> {
    let text = std::str::from_utf8(bytes).ok()?;
    let receipt = || Receipt::parse(text).ok().map(|receipt| receipt.proof.checkpoint);
    let proof = || TlogProof::parse(text).ok().map(|proof| proof.checkpoint);
    receipt().or_else(proof).or_else(|| history::checkpoint(text))
}

/// Judges the text of a receipt, or of an acceptance that a node gave before finality.
#[must_use]
pub fn receipt(file: &str, policy: &Policy) -> Report {
    if let Some(id) = acceptance(file) {
        return Report { verdict: Verdict::Pending, facts: None, fault: None, pending: Some(id) };
    }
    let judged =
        Receipt::parse(file).map_err(ReceiptError::from).and_then(|receipt| receipt.verify(policy));
    match judged {
        Ok(proven) => authentic(facts(&proven)),
        Err(error) => refused(error),
    }
}

/// Judges a `.tlog-proof` for the entry of a record.
#[must_use]
pub fn proof(file: &str, entry: &[u8], policy: &Policy) -> Report {
    let judged = SignedRecord::decode(entry).and_then(|record| {
        let proof = TlogProof::parse(file)?;
        let checkpoint = proof.verify(entry, policy)?;
        Ok((record, proof, checkpoint))
    });
    match judged {
        Ok((signed, proof, verified)) => authentic(Facts {
            record_id: signed.id().to_string(),
            record: signed.record().clone(),
            leaf: signed.leaf_hash(),
            draft: Draft::read(signed.record(), None),
            index: proof.index.get(),
            height: None,
            recorded_at: None,
            size: verified.checkpoint().size.get(),
            cosigners: verified.cosigners().to_vec(),
            signature_checked: false,
        }),
        Err(error) => refused(ReceiptError::from(error)),
    }
}

/// Whether a file looks like a receipt or an acceptance rather than a bare proof.
#[must_use]
pub fn is_receipt(file: &[u8]) -> bool {
    let text = std::str::from_utf8(file);
    file.starts_with(RECEIPT_HEADER.as_bytes()) || text.is_ok_and(|text| acceptance(text).is_some())
}

fn authentic(facts: Facts) -> Report {
    Report { verdict: Verdict::Authentic, facts: Some(facts), fault: None, pending: None }
}

pub(crate) fn refused(error: ReceiptError) -> Report {
    let verdict = match error {
        ReceiptError::Mismatch(_) => Verdict::Mismatch,
        ReceiptError::CannotCheck(_) => Verdict::CannotCheck,
    };
    let error = error.fault();
    let fault = Some(Fault { said: fault(&error), code: Some(error.code.as_str()) });
    Report { verdict, facts: None, fault, pending: None }
}

fn facts(proven: &Proven) -> Facts {
    let record = proven.record.record();
    // Nothing opened is no body at all.
    let opened = Body::new(proven.opened.clone()).ok();
    Facts {
        record_id: proven.id.to_string(),
        record: record.clone(),
        leaf: proven.record.as_signed().leaf_hash(),
        draft: Draft::read(record, opened.as_ref()),
        index: proven.index.get(),
        height: Some(proven.height.get()),
        recorded_at: Some(proven.recorded_at),
        size: proven.size.get(),
        cosigners: proven.cosigners.clone(),
        signature_checked: true,
    }
}

/// The record id of an acceptance (the JSON answer to a submission), when the file is one.
fn acceptance(file: &str) -> Option<String> {
    let accepted: tamga_api::shapes::Accepted = serde_json::from_str(file).ok()?;
    matches!(accepted.status, Stage::Accepted | Stage::Ordered).then_some(accepted.record_id)
}

impl Report {
    /// The report as JSON fields; what is for people in the language of `messages`.
    #[must_use]
    pub fn json(&self, file: &str, messages: &Messages) -> Value {
        let fault = self.fault.as_ref();
        let mut value = json!({
            "file": file,
            "verdict": self.verdict.name(),
            "fault": fault.map(|fault| messages.said(&fault.said)),
            "fault_code": fault.and_then(|fault| fault.code),
            "pending": self.pending,
        });
        if let (Some(facts), Some(object)) = (&self.facts, value.as_object_mut()) {
            let cosigners: Vec<Value> = facts
                .cosigners
                .iter()
                .map(|(name, time)| json!({"name": name, "time": time}))
                .collect();
            object.insert("record_id".to_owned(), json!(facts.record_id));
            object.insert("record".to_owned(), json!(facts.draft));
            object.insert("key_id".to_owned(), json!(facts.record.key_id.to_string()));
            object.insert("index".to_owned(), json!(facts.index));
            object.insert("height".to_owned(), json!(facts.height));
            object.insert("size".to_owned(), json!(facts.size));
            object.insert("recorded_at".to_owned(), json!(facts.recorded_at.map(text::rfc3339)));
            object.insert("cosigners".to_owned(), json!(cosigners));
            object.insert("signature_checked".to_owned(), json!(facts.signature_checked));
        }
        value
    }
}

#[cfg(test)]
mod tests;

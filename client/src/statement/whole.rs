//! That the file is whole as of one block: the organisation's book has these batches and no others, and the balance is
//! that of the author's status in the ledger (spec §24.8, version 3).
//!
//! Both are proofs about subjects (spec §13.9). The author's tells the block; the book's may be of a later one, since
//! what stood in the book at the earlier block are its records before that block's end.

use serde::{Deserialize, Serialize};
use tamga_format::receipt::{Proven, ReceiptError};
use tamga_format::subject::{Role, Subject};
use tamga_format::subject_proof::{Known, Place, ProvenSubject, SubjectProof};

use super::balance::{self, Balance};
use super::{Shown, StatementError, add, mismatch, sum};
use crate::light::{self, Policies};
use crate::text;

/// The proofs in a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofPart {
    /// The author's status.
    pub rightsholder: String,
    /// All batches of the organisation's book, page by page.
    pub book: Vec<String>,
    /// Receipts of the other organisations' statements to the author, with every field of their bodies opened.
    pub others: Vec<String>,
}

/// What is proven as of one block. Amounts are tiyn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The block.
    pub height: u64,
    /// Its time.
    pub time: String,
    /// What the batches that no statement covers yet brought the author.
    pub later: Later,
    /// What the organisation owed the author then: the last closing balance and what came later.
    pub owed: i64,
}

/// What the batches behind the last statement come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Later {
    /// Batches.
    pub batches: u64,
    /// Fell to the author.
    pub allocated: i64,
    /// Paid.
    pub net: i64,
    /// Withheld as tax.
    pub tax: i64,
    /// Paid to a bailiff.
    pub levied: i64,
}

impl Later {
    /// One more batch.
    pub(super) fn add(
        &mut self,
        [allocated, net, tax, levied]: [i64; 4],
    ) -> Result<(), StatementError> {
        *self = Self {
            batches: self.batches.saturating_add(1),
            allocated: add(self.allocated, allocated)?,
            net: add(self.net, net)?,
            tax: add(self.tax, tax)?,
            levied: add(self.levied, levied)?,
        };
        Ok(())
    }
}

/// The batches of a file: the book that they name, and where they stand in the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Batches {
    book: Option<Subject>,
    places: Vec<Place>,
}

impl Batches {
    /// One more batch, of the same book as those before.
    pub(super) fn add(&mut self, proven: &Proven) -> Result<(), StatementError> {
        let signed = proven.record.as_signed();
        let book = Subject::new(Role::Book, super::named(signed.record(), Role::Book)?);
        if *self.book.get_or_insert(book) != book {
            return mismatch(format!("batch {} stands in another book", self.places.len()));
        }
        self.places.push((proven.index, signed.leaf_hash()));
        Ok(())
    }
}

impl ProofPart {
    /// Checks that as of the block of the author's proof the batches are all, and the balance is that of the status.
    pub(super) fn verify(
        &self,
        shown: &Shown,
        own: &[Proven],
        later: Later,
        policies: &dyn Policies,
    ) -> Result<(Balance, Whole), StatementError> {
        let holder = Subject::new(Role::Rightsholder, shown.rightsholder);
        let nothing = Known::default();
        let author = judged("status", &self.rightsholder, &holder, &nothing, policies)?;
        let Some(Some(status)) = &author.status else {
            return mismatch("the proof of the author's status does not show it");
        };
        let time = text::rfc3339(author.time);
        let owed = balance::owed(status, shown, own, &self.others, policies)?;
        let balance = Balance { owed, height: author.height.get(), time: time.clone() };
        self.book(&shown.book, &author, policies)?;

        let Later { allocated, net, tax, levied, .. } = later;
        let owed = sum([owed, allocated, -net, -tax, -levied])?;
        Ok((balance, Whole { height: author.height.get(), time, later, owed }))
    }

    /// The batches are those of the book before the end of the author's block, each one and no other.
    fn book(
        &self,
        batches: &Batches,
        author: &ProvenSubject,
        policies: &dyn Policies,
    ) -> Result<(), StatementError> {
        let Some(book) = &batches.book else { return mismatch("there is no batch") };
        let (mut known, mut all): (Known, Vec<Place>) = (Known::default(), Vec::new());
        let mut last = None;
        for page in &self.book {
            let page = judged("book", page, book, &known, policies)?;
            all.extend(page.records.iter().copied());
            known = page.known.clone();
            last = Some(page);
        }
        let Some(last) = last.filter(ProvenSubject::is_complete) else {
            return mismatch("the proof of the book does not show all of its batches");
        };
        if last.size < author.size {
            return mismatch(format!(
                "the proof of the book is of block {}, older than that of the author's status, {}",
                last.height, author.height
            ));
        }
        all.retain(|(index, _)| index.get() < author.size.get());
        let found = &batches.places;
        if let Some(at) = all.iter().zip(found).position(|(is, found)| is != found) {
            return mismatch(format!("batch {at} of the book is another one than in the file"));
        }
        if let Some((index, _)) = found.get(all.len()) {
            let height = author.height;
            return mismatch(format!(
                "the batch at place {index} stands in the file and not in the book as of block {height}: \
                 the proof is older"
            ));
        }
        if found.len() < all.len() {
            let detail = format!(
                "batch {} of the book is left out: as of block {} it has {}, the file {}",
                found.len(),
                author.height,
                all.len(),
                found.len()
            );
            return mismatch(detail);
        }
        Ok(())
    }
}

/// What a proof about this subject shows.
fn judged(
    what: &'static str,
    file: &str,
    subject: &Subject,
    known: &Known,
    policies: &dyn Policies,
) -> Result<ProvenSubject, StatementError> {
    let fault = |error| StatementError::Proof(what, error);
    let proof = SubjectProof::parse(file).map_err(|error| fault(ReceiptError::from(error)))?;
    if proof.subject != *subject {
        return mismatch(format!("the proof of the {what} is about {}", proof.subject));
    }
    light::ruling(policies, &proof.checkpoint)
        .and_then(|policy| proof.verify(policy, known))
        .map_err(fault)
}

#[cfg(test)]
mod tests;

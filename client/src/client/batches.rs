//! Attachments, ranges of batches, pools and subjects (spec §24.7).

use std::time::Duration;

use tamga_api::draft::parse_subject;
use tamga_api::shapes::{
    AttachmentView, BlockView, OkupView, Page, PageInfo, PoolView, RecordView, SubjectRecord,
    SubjectView,
};
use tamga_format::attachment::Manifest;
use tamga_format::body::Body;
use tamga_format::id::{AttachmentId, RecordId};
use tamga_format::subject::Subject;

use super::{Client, JSON, Upload};
use crate::error::{CliError, Exit};

const TEXT: &str = "text/plain";
const CBOR: &str = "application/cbor";
const OCTETS: &str = "application/octet-stream";

/// What is asked for of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeOf {
    /// Its lines.
    Lines,
    /// What an allocation owed each rightsholder at first.
    First,
}

impl Client {
    /// Uploads what is missing of an attachment whose record waits at the node; `chunk` gives a chunk by its number, and
    /// `done` is told after each how many are there.
    ///
    /// An upload that broke off goes on where it was.
    ///
    /// # Errors
    /// When the node is not reachable, or no record that waits there names the attachment.
    pub fn upload<C: AsRef<[u8]>>(
        &self,
        id: &AttachmentId,
        manifest: &Manifest,
        mut chunk: impl FnMut(usize) -> Result<C, CliError>,
        mut done: impl FnMut(usize),
    ) -> Result<(), CliError> {
        let path = format!("/v1/attachments/{id}");
        let bytes = manifest.encode();
        let answer = self.put(&path, CBOR, &bytes)?;
        let view: AttachmentView = self.read(&path, &answer.body)?;
        let all = manifest.chunks().len();
        let mut here = all.saturating_sub(view.missing.len());
        for number in view.missing {
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            let chunk = chunk(number)?;
            self.put(&format!("{path}/chunks/{number}"), OCTETS, chunk.as_ref())?;
            here += 1;
            done(here);
        }
        Ok(())
    }

    /// How much of an attachment a node holds.
    ///
    /// # Errors
    /// When the node is not reachable, or knows no such attachment.
    pub fn attachment(&self, id: &AttachmentId) -> Result<AttachmentView, CliError> {
        self.get(&format!("/v1/attachments/{id}"))
    }

    /// A chunk of the lines of a batch in the ledger; it is for the caller to verify.
    ///
    /// # Errors
    /// As [`Client::range`].
    pub fn batch_chunk(&self, batch: &str, number: u64) -> Result<Vec<u8>, CliError> {
        let path = format!("/v1/batches/{batch}/chunks/{number}");
        self.call(&path, None, OCTETS, Duration::ZERO).map(|answer| answer.body)
    }

    /// The body of a record; `None` if the node has none, as of a record whose body was erased.
    ///
    /// # Errors
    /// When the node is not reachable, or wants another token.
    pub fn body(&self, record: &RecordId) -> Result<Option<Body>, CliError> {
        let path = format!("/v1/records/{record}/body");
        let Some(answer) = found(self.call(&path, None, CBOR, Duration::ZERO))? else {
            return Ok(None);
        };
        let body = Body::decode(&answer.body);
        body.map(Some).map_err(|fault| CliError::answer(&self.address(&path), fault.to_string()))
    }

    /// A record, with its fields if the token allows it.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn record(&self, id: &str) -> Result<RecordView, CliError> {
        self.get(&format!("/v1/records/{id}"))
    }

    /// The newest block.
    ///
    /// # Errors
    /// When the node is not reachable, or has no block yet.
    pub fn head(&self) -> Result<BlockView, CliError> {
        let path = "/v1/blocks?limit=1";
        let page: Page<BlockView> = self.get(path)?;
        let newest = page.data.into_iter().next();
        newest.ok_or_else(|| CliError::answer(&self.address(path), "there is no block"))
    }

    /// At most so many blocks, a block and those before it, the newest first.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn blocks(&self, newest: u64, limit: usize) -> Result<Vec<BlockView>, CliError> {
        let after = newest.saturating_add(1);
        let page: Page<BlockView> = self.get(&format!("/v1/blocks?after={after}&limit={limit}"))?;
        Ok(page.data)
    }

    /// A block; `None` beyond the newest.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn block(&self, height: u64) -> Result<Option<BlockView>, CliError> {
        found(self.get(&format!("/v1/blocks/{height}")))
    }

    /// Where a subject stands; `None` if nothing names it.
    ///
    /// # Errors
    /// When the node is not reachable, or wants another token.
    pub fn known_subject(&self, subject: &str) -> Result<Option<SubjectView>, CliError> {
        found(self.subject(subject))
    }

    fn put(&self, path: &str, kind: &str, body: &[u8]) -> Result<super::Answer, CliError> {
        self.repeat(path, Some(Upload { put: true, kind, body }), JSON, Duration::ZERO)
    }

    /// The range proof of a tag in a batch; it is for the caller to verify.
    ///
    /// # Errors
    /// When there is no such batch, the node does not hold it yet, or wants another token.
    pub fn range(&self, batch: &str, tag: &str, of: RangeOf) -> Result<Vec<u8>, CliError> {
        let of = match of {
            RangeOf::Lines => "lines",
            RangeOf::First => "first",
        };
        let path = format!("/v1/batches/{batch}/range?tag={tag}&of={of}");
        self.call(&path, None, CBOR, Duration::ZERO).map(|answer| answer.body)
    }

    /// What became of the money of a pool.
    ///
    /// # Errors
    /// When there is no such pool.
    pub fn pool(
        &self,
        okup: &str,
        sphere: &str,
        period: &str,
        currency: &str,
    ) -> Result<PoolView, CliError> {
        self.get(&format!(
            "/v1/pools?okup={okup}&sphere={sphere}&period={period}&currency={currency}"
        ))
    }

    /// What became of the money of all pools of an organisation in a period; by default in the year of the newest block.
    ///
    /// # Errors
    /// When there is no such organisation.
    pub fn okup(&self, bin: &str, period: Option<&str>) -> Result<OkupView, CliError> {
        let of = period.map(|period| format!("&period={period}")).unwrap_or_default();
        let path = format!("/v1/okups/{bin}/transparency?limit=200");
        let mut whole: OkupView = self.get(&format!("{path}{of}"))?;
        while let Some(next) = whole.page.next.take() {
            // Later pages are of the year that the first one was of.
            let of = &whole.period;
            let view: OkupView = self.get(&format!("{path}&period={of}&after={next}"))?;
            whole.data.extend(view.data);
            whole.page = view.page;
        }
        whole.page = PageInfo::default();
        Ok(whole)
    }

    /// Where a subject stands.
    ///
    /// # Errors
    /// When nothing names it, or the node wants another token.
    pub fn subject(&self, subject: &str) -> Result<SubjectView, CliError> {
        self.get(&format!("/v1/subjects/{subject}"))
    }

    /// What a record is about.
    ///
    /// # Errors
    /// When there is no such record, or the node wants another token.
    pub fn record_subject(&self, record: &str) -> Result<Subject, CliError> {
        let view: RecordView = self.get(&format!("/v1/records/{record}"))?;
        let subject = view.record.as_ref().map(|draft| parse_subject(&draft.subject));
        let none = || CliError::answer(&self.url, "a record without its subject".to_owned());
        subject.and_then(Result::ok).ok_or_else(none)
    }

    /// The proof of what the ledger holds of a subject beyond `from` records; it is for the caller to verify.
    ///
    /// # Errors
    /// When the node is not reachable, or wants another token.
    pub fn subject_proof(
        &self,
        subject: &Subject,
        from: u64,
        limit: Option<usize>,
    ) -> Result<String, CliError> {
        let limit = limit.map_or_else(String::new, |limit| format!("&limit={limit}"));
        let path = format!("/v1/subjects/{subject}/proof?from={from}{limit}");
        let answer = self.call(&path, None, TEXT, Duration::ZERO)?;
        String::from_utf8(answer.body)
            .map_err(|_| CliError::answer(&self.url, "a proof is text".to_owned()))
    }

    /// All records that name a subject, oldest first.
    ///
    /// # Errors
    /// As [`Client::subject`].
    pub fn subject_records(&self, subject: &str) -> Result<Vec<SubjectRecord>, CliError> {
        let mut records = Vec::new();
        let mut after = "0".to_owned();
        loop {
            let path = format!("/v1/subjects/{subject}/records?limit=200&after={after}");
            let page: Page<SubjectRecord> = self.get(&path)?;
            records.extend(page.data);
            match page.page.next.filter(|_| page.page.has_more) {
                Some(next) => after = next,
                None => return Ok(records),
            }
        }
    }
}

/// An answer, or that there is no such thing.
fn found<T>(answer: Result<T, CliError>) -> Result<Option<T>, CliError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.exit == Exit::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

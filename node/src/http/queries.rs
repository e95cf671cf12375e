//! What is looked up in the index, or computed from the records of a case (spec §20.13).
//!
//! | Module | Resources |
//! |---|---|
//! | [`deadlines`] | `/v1/cases/{case}/deadlines`, `/v1/calendars/{year}` |
//! | [`okups`] | `/v1/okups/{bin}/deadlines` |
//! | [`lists`] | `/v1/cases`, `/v1/officers/{officer}/desk` |
//! | [`register`] | `/v1/register`, `/v1/register/{debtor}` |
//! | [`duplicates`] | `/v1/duplicates` |
//! | [`metrics`] | `/v1/metrics/catalogue`, `/v1/metrics/kpi`, `/v1/metrics/kpi/{indicator}/records` |
//!
//! Deadlines are computed from the records themselves; the other lists find their cases in the index, and whoever doubts one
//! asks for the case.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tamga_api::queries::CaseItem;
use tamga_api::shapes::{AsOf, PageInfo};
use tamga_api::time;
use tamga_format::id::{SubjectId, UnixMillis};
use tamga_format::subject::{Role, Subject};
use tamga_replica::StoreError;
use tamga_replica::index::Outline;
use tamga_state::civil::day_of;
use tamga_state::codes::Code;
use tamga_state::matrix::Stage;

use super::fault::Fault;
use super::ledger::ReadError;
use super::reads::{NO_STORE, PRIVATE};
use super::state::HttpState;
use crate::index::Lookup;

pub(super) mod deadlines;
pub(super) mod duplicates;
pub(super) mod lists;
pub(super) mod metrics;
pub(super) mod okups;
pub(super) mod register;

/// Pages that one answer may look through for items that pass a filter; then it says where to go on.
const LOOKS_MAX: usize = 10;
/// Bytes of a cursor.
const CURSOR_BYTES_MAX: usize = 512;

impl HttpState {
    /// Runs a blocking look-up in the index.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Lookup) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Fault> {
        let found = self
            .read(move |ledger| {
                let lookup = ledger.lookup();
                lookup.map(|lookup| look(&lookup)).transpose().map_err(ReadError::from)
            })
            .await?;
        found.ok_or_else(|| {
            let detail = "this node keeps no index, or it has failed; its log says why";
            Fault::new(Code::IndexUnavailable, detail)
        })
    }
}

/// The block an answer of the index is as of, and the day of that block in UTC+5.
fn as_of(lookup: &Lookup) -> Result<(AsOf, i64), StoreError> {
    let at = lookup.rows.position()?;
    let (height, size) = match at {
        Some(at) => (at.height, at.size),
        None => lookup.log.tip()?,
    };
    let time = lookup.log.block(height)?.map_or(UnixMillis(0), |block| block.time);
    let as_of = AsOf { height: height.get(), size: size.get(), time: time::instant(time) };
    Ok((as_of, day_of(time)))
}

/// A subject of a query, `role:base64url`, or `role#number` of a public registry.
fn subject(text: &str, role: Role, pointer: &str) -> Result<SubjectId, Fault> {
    let found = match text.split_once('#') {
        Some((name, number)) if name == role.name() && !number.is_empty() => {
            Some(Subject::registered(role, number))
        }
        Some(_) => None,
        None => text.parse().ok(),
    };
    let wanted = || format!("this is {}:<43 characters> or {0}#<number>", role.name());
    found
        .filter(|subject| subject.role == role)
        .map(|subject| subject.id)
        .ok_or_else(|| Fault::at(Code::BadParameter, pointer, wanted()))
}

/// The key after which a list goes on.
fn cursor(after: Option<&str>) -> Result<Option<Vec<u8>>, Fault> {
    let Some(text) = after else { return Ok(None) };
    let digits = text.as_bytes();
    let whole = digits.len() % 2 == 0 && digits.len() <= 2 * CURSOR_BYTES_MAX && !digits.is_empty();
    let bytes = digits.chunks(2).map(|pair| {
        let pair = core::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok().filter(|byte| format!("{byte:02x}") == pair)
    });
    let bytes: Option<Vec<u8>> = if whole { bytes.collect() } else { None };
    let wrong =
        || Fault::at(Code::BadParameter, "/after", "after is a cursor of an earlier answer");
    bytes.map(Some).ok_or_else(wrong)
}

/// Where a list goes on after a key.
fn page(next: Option<Vec<u8>>) -> PageInfo {
    let text = next.map(|key| key.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    PageInfo { has_more: text.is_some(), next: text }
}

/// A case in short.
fn case_item(case: SubjectId, outline: &Outline, today: i64) -> CaseItem {
    let missed = |statutory: bool| {
        let past =
            outline.open.iter().filter(|term| term.statutory == statutory && term.on < today);
        past.count() as u64
    };
    CaseItem {
        case: Subject::new(Role::Case, case).to_text(),
        stage: stage_name(outline.stage),
        open: outline.is_open(),
        region: outline.region.clone(),
        officer: outline.officer.map(|id| text_of(Role::Officer, id)),
        debtor: text_of(Role::Debtor, outline.debtor),
        records: outline.records,
        presented: time::day(outline.presented),
        initiated: outline.initiated.map(time::day),
        ended: outline.ended.map(time::day),
        last_event: time::instant(UnixMillis(outline.last_event)),
        next_due: outline.next_due().map(time::day),
        overdue: missed(true),
        signals: missed(false),
        registered_since: outline.registered.map(time::day),
    }
}

fn stage_name(code: u8) -> String {
    Stage::from_code(code.into()).map_or_else(String::new, |stage| stage.name().to_owned())
}

fn text_of(role: Role, id: [u8; 32]) -> String {
    Subject::new(role, SubjectId(id)).to_text()
}

/// An answer that depends on who asks.
fn answer(body: impl IntoResponse, whole: bool) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, if whole { PRIVATE } else { NO_STORE });
    headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    response
}

/// Adds the address of the page after this one.
fn with_link(mut response: Response, next: Option<String>) -> Response {
    let link = next.map(|address| format!("<{address}>; rel=\"next\""));
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// A value of a query string, with everything escaped that is not plain.
fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    value.bytes().fold(String::new(), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
        text
    })
}

/// The language in which titles are given.
fn language(headers: &HeaderMap) -> &'static str {
    super::language(headers).code()
}

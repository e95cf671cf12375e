//! What collective management organisations do with the money, for everybody (spec §23.15).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use tamga_api::shapes::{AsOf, DeductionView, OkupPool, OkupSum, OkupView, PageInfo, PoolMoney};
use tamga_api::time;
use tamga_format::subject::{Role, Subject};
use tamga_state::civil::day_of;
use tamga_state::codes::Code;
use tamga_state::law::Name;
use tamga_state::royalty::audit::{
    PossiblePool, Transparency, of_pool, possible_pools, threshold_bp,
};
use tamga_state::royalty::period::Period;
use tamga_state::status::{CmoStatus, Pool, Typed, decode};

use super::fault::Fault;
use super::language;
use super::ledger::{Ledger, ReadError};
use super::reads::NO_STORE;
use super::request;
use super::state::HttpState;

/// Which pools of an organisation are asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TransparencyQuery {
    period: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
}

/// What became of the money of all pools of an organisation in a period.
#[utoipa::path(
    get, path = "/v1/okups/{bin}/transparency", tag = "batches",
    params(
        ("bin" = String, Path, description = "БИН of the organisation"),
        ("period" = Option<String>, Query, description = "`2026`, `2026-Q3` or `2026-07`; by default the year of the newest block"),
        ("after" = Option<u64>, Query, description = "Pools that were read already"),
        ("limit" = Option<usize>, Query, description = "Pools of the page, 1 to 200; 50 by default"),
    ),
    responses(
        (status = 200, description = "The pools as of the newest block", body = OkupView),
    )
)]
pub(super) async fn transparency(
    State(state): State<HttpState>,
    Path(bin): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let query: TransparencyQuery = request::query(&uri)?;
    let limit = request::page_limit(query.limit, state.limits.page_default, state.limits.page_max)?;
    let after = query.after.unwrap_or_default();
    let head = state.ledger.head();
    let today = day_of(head.time);
    let period = match &query.period {
        Some(text) => Period::parse(text),
        None => time::day(today).get(..4).and_then(Period::parse),
    };
    let period = period.ok_or_else(|| {
        let detail = "a period is written 2026, 2026-Q3 or 2026-07";
        Fault::at(Code::BadParameter, "/period", detail)
    })?;
    let okup = bin.clone();
    let found = state
        .read(move |ledger| {
            let subject = Subject::registered(Role::Cmo, &okup);
            let Some(cmo) = status::<CmoStatus>(ledger, &subject)? else { return Ok(None) };
            let mut pools = Vec::new();
            for possible in possible_pools(&okup, &cmo, &period) {
                let known = status::<Pool>(ledger, &possible.subject)?;
                pools.extend(known.map(|pool| (possible, pool)));
            }
            Ok(Some((pools, ledger.law()?)))
        })
        .await?;
    let (pools, law) = found.ok_or_else(|| Fault::not_found("organisation"))?;
    let threshold = threshold_bp(law.number(Name::DeductionMaxBp, today).unwrap_or_default());
    let spoken = language(&headers);
    let first = usize::try_from(after).unwrap_or(usize::MAX);
    let shown = pools.iter().skip(first).take(limit).map(|(possible, pool)| OkupPool {
        pool: possible.subject.to_string(),
        sphere: pool.sphere.name().to_owned(),
        currency: pool.currency.clone(),
        period: pool.period.clone(),
        state: pool.state.name().to_owned(),
        money: money(&Transparency::of(std::slice::from_ref(pool))),
        warnings: of_pool(pool)
            .into_iter()
            .map(|check| format!("{} {}", check.name(), check.text().in_language(spoken.code())))
            .collect(),
    });
    let has_more = first.saturating_add(limit) < pools.len();
    let next = has_more.then(|| after.saturating_add(limit as u64).to_string());
    let view = OkupView {
        okup: bin,
        period: period.to_string(),
        pools: pools.len() as u64,
        threshold_bp: threshold,
        sums: sums(&pools, threshold),
        data: shown.collect(),
        page: PageInfo { next, has_more },
        as_of: AsOf {
            height: head.height.get(),
            size: head.size.get(),
            time: time::instant(head.time),
        },
    };
    let mut response = Json(view).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    Ok(response)
}

fn status<T: Typed>(ledger: &dyn Ledger, subject: &Subject) -> Result<Option<T>, ReadError> {
    let bytes = ledger.subject(subject)?.and_then(|found| found.status);
    let read = |bytes: Vec<u8>| decode::<T>(&bytes).map(|(_, status)| status);
    bytes.map(read).transpose().map_err(|error| ReadError(format!("status of {subject}: {error}")))
}

/// The sums by sphere and currency; pools of one stand beside each other.
fn sums(pools: &[(PossiblePool, Pool)], threshold: i64) -> Vec<OkupSum> {
    let same = |a: &(PossiblePool, Pool), b: &(PossiblePool, Pool)| {
        (a.1.sphere, &a.1.currency) == (b.1.sphere, &b.1.currency)
    };
    let of = |group: &[(PossiblePool, Pool)]| {
        let (_, first) = group.first()?;
        let all: Vec<Pool> = group.iter().map(|(_, pool)| pool.clone()).collect();
        let seen = Transparency::of(&all);
        Some(OkupSum {
            sphere: first.sphere.name().to_owned(),
            currency: first.currency.clone(),
            pools: all.len() as u64,
            warned: all.iter().filter(|pool| !of_pool(pool).is_empty()).count() as u64,
            money: money(&seen),
            reaches_threshold: seen.reaches(threshold),
        })
    };
    pools.chunk_by(same).filter_map(of).collect()
}

fn money(seen: &Transparency) -> PoolMoney {
    let [paid, tax, levied] = seen.paid_parts;
    PoolMoney {
        collected: seen.collected,
        deducted: seen
            .deducted
            .iter()
            .map(|(kind, amount)| DeductionView { kind: (*kind).to_owned(), amount: *amount })
            .collect(),
        allocated: seen.allocated,
        paid,
        tax,
        levied,
        undistributed: seen.undistributed,
        redistributed: seen.unclaimed,
        paid_bp: seen.paid_bp,
        deducted_bp: seen.deducted_bp,
    }
}

//! The description of the interface, OpenAPI 3.1, made from the handlers themselves.
//!
//! `docs/openapi.json` is its copy in the repository; a test compares the two, `make bless` rewrites it.

use std::sync::LazyLock;

use tamga_api::problem::Problem;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{Modify, OpenApi, ToResponse};

use super::{
    assignment, batches, blocks, cases, feed, log, okups, portal, probes, queries, reads, records,
    subjects,
};

/// An error: a problem document with a stable code of the registry.
#[derive(ToResponse)]
#[response(
    description = "A problem (RFC 9457) with a stable code",
    content_type = "application/problem+json"
)]
#[expect(dead_code, reason = "only its description is used")]
pub(super) struct ProblemResponse(Problem);

struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        components
            .add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// Adds the problems that every resource of a kind may answer; handlers name only those of their own.
struct Common;

impl Modify for Common {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for resource in super::table() {
            let item = openapi.paths.paths.get_mut(&resource.described());
            let operation = item.and_then(|item| match resource.method {
                "get" => item.get.as_mut(),
                "put" => item.put.as_mut(),
                _ => item.post.as_mut(),
            });
            let Some(operation) = operation else { continue };
            let body: &[_] = if resource.method != "get" { &[408, 413, 415, 422] } else { &[] };
            let unknown = resource.path.contains('{').then_some(404);
            let limited = resource.allowance.map(|_| 429);
            let all = [400].into_iter().chain(body.iter().copied()).chain(unknown).chain(limited);
            for status in all {
                let problem = RefOr::Ref(Ref::from_response_name("ProblemResponse"));
                operation.responses.responses.insert(status.to_string(), problem);
            }
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tamga",
        version = "1",
        description = "A permissioned append-only ledger: submit signed records, read receipts and proofs, follow the log. Whatever is read here can be checked offline; nothing here has to be trusted.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    modifiers(&Token, &Common),
    components(schemas(Problem), responses(ProblemResponse)),
    paths(
        records::submit,
        records::batch,
        records::validate,
        records::draft,
        reads::record,
        reads::receipt,
        reads::proof,
        reads::body,
        reads::operation,
        cases::case,
        cases::events,
        assignment::draw,
        assignment::assignment,
        queries::deadlines::of_case,
        queries::deadlines::calendar,
        queries::lists::cases,
        queries::lists::desk,
        queries::register::entries,
        queries::register::of_debtor,
        queries::duplicates::groups,
        queries::metrics::catalogue,
        queries::metrics::kpi,
        queries::metrics::records,
        batches::begin,
        batches::chunk,
        batches::attachment,
        batches::range,
        batches::lines,
        batches::pool,
        okups::transparency,
        queries::okups::deadlines,
        batches::subject,
        subjects::proof,
        batches::records,
        feed::stream,
        feed::poll,
        blocks::list,
        blocks::block,
        blocks::certificates,
        blocks::commitments,
        blocks::validators,
        blocks::trust_policy,
        blocks::witnessed_policy,
        blocks::policies,
        blocks::genesis,
        log::checkpoint,
        log::witnessed,
        log::tile,
        probes::live,
        probes::ready,
        probes::metrics,
        probes::description,
        portal::home,
        portal::page,
        portal::asset,
    ),
    tags(
        (name = "records", description = "Submitting and reading records"),
        (name = "cases", description = "Where a case stands and how it came there"),
        (name = "register", description = "The register of debtors, and cases that look alike"),
        (name = "metrics", description = "Indicators, with the records behind every figure"),
        (name = "batches", description = "Batches of royalty lines: uploads, range proofs, pools"),
        (name = "feed", description = "Final records as they come"),
        (name = "log", description = "The transparency log: signed checkpoint and tiles (C2SP)"),
        (name = "network", description = "Blocks, validators, trust policy, genesis"),
        (name = "operation", description = "Probes and metrics"),
        (name = "portal", description = "Pages for people"),
    ),
)]
struct Description;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = Description::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
});

/// The description as JSON, ending in a newline.
#[must_use]
pub fn text() -> &'static str {
    &TEXT
}

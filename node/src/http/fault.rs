//! The error of every handler, rendered once, on the way out (spec §20.3).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tamga_api::problem::{Language, MEDIA_TYPE, Problem};
use tamga_format::error::FormatError;
use tamga_format::id::RecordId;
use tamga_state::codes::{Code, Rejection};

/// Why a request fails. As a response it is empty but for its status: [`super::outside`] writes the
/// problem, which needs the request's language, path and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(super) rejection: Rejection,
    pub(super) retry_after_s: Option<u32>,
    pub(super) last_record: Option<RecordId>,
}

impl Fault {
    /// A fault of the request as a whole.
    pub(super) fn new(code: Code, detail: impl Into<String>) -> Self {
        Self::at(code, "", detail)
    }

    /// A fault at a place in the request.
    pub(super) fn at(code: Code, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Rejection::new(code, pointer, detail).into()
    }

    /// No such thing, or not for this reader: the answer is the same.
    pub(super) fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("no such {what}"))
    }

    /// A fault of this node; the log tells more than the answer.
    pub(super) fn internal() -> Self {
        Self::new(Code::Internal, "this node could not answer; its log says why")
    }

    /// The same, with the seconds after which to try again.
    #[must_use]
    pub(super) fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }

    /// The problem document.
    pub(super) fn problem(&self, language: Language) -> Problem {
        let mut problem = Problem::new(&self.rejection, language);
        problem.last_record = self.last_record.map(|id| id.to_string());
        let awaited = matches!(problem.status, 429 | 503).then_some(1);
        problem.retry_after = self.retry_after_s.or(awaited);
        problem
    }

    /// The status line; a code that isn't for HTTP is our own mistake.
    pub(super) fn status(&self) -> StatusCode {
        match StatusCode::from_u16(self.rejection.code.info().http) {
            // "Not final yet" is an answer, never an error.
            Ok(status) if status.is_client_error() || status.is_server_error() => status,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The whole response.
    pub(super) fn render(&self, language: Language, path: &str, request_id: &str) -> Response {
        let mut problem = self.problem(language);
        problem.status = self.status().as_u16();
        problem.instance = Some(path.to_owned());
        problem.request_id = Some(request_id.to_owned());
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.code()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.rejection.code == Code::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = problem.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self { rejection, retry_after_s: None, last_record: None }
    }
}

impl From<FormatError> for Fault {
    fn from(error: FormatError) -> Self {
        Rejection::from(error).into()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

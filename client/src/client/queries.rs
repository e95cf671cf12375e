//! What a node looks up in its index, or computes from the records of a case (spec §20.13).

use std::ops::ControlFlow;

use serde::de::DeserializeOwned;
use tamga_api::queries::{CaseDeadlines, Catalogue, Desk, Indexed, Kpi, OkupDeadlines};
use tamga_api::shapes::{CaseView, PageInfo};

use super::Client;
use crate::error::CliError;
use crate::lang::Said;

/// An answer that is a page of a list.
pub trait Paged: DeserializeOwned {
    /// Items on this page.
    fn items(&self) -> usize;
    /// Where the list goes on.
    fn page(&self) -> &PageInfo;
}

impl<T: DeserializeOwned> Paged for Indexed<T> {
    fn items(&self) -> usize {
        self.data.len()
    }
    fn page(&self) -> &PageInfo {
        &self.page
    }
}

impl Paged for Desk {
    fn items(&self) -> usize {
        self.data.len()
    }
    fn page(&self) -> &PageInfo {
        &self.page
    }
}

impl Paged for Kpi {
    fn items(&self) -> usize {
        self.data.len()
    }
    fn page(&self) -> &PageInfo {
        &self.page
    }
}

/// The address of a list, without where it goes on.
#[derive(Clone, Debug)]
pub struct Query {
    path: String,
    parameters: Vec<(&'static str, String)>,
}

impl Query {
    /// The list at a path.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), parameters: Vec::new() }
    }

    /// With a parameter, if it has a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        self.parameters.extend(value.map(|value| (name, value.into())));
        self
    }

    fn page(&self, limit: usize, after: Option<&str>) -> String {
        let limit = limit.to_string();
        let own = self.parameters.iter().map(|(name, value)| (*name, value.as_str()));
        let all = own.chain([("limit", limit.as_str())]).chain(after.map(|after| ("after", after)));
        let all: Vec<String> =
            all.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        format!("{}?{}", self.path, all.join("&"))
    }
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

impl Client {
    /// A case as of the newest block.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn case(&self, case: &str) -> Result<CaseView, CliError> {
        self.get(&format!("/v1/cases/{case}"))
    }

    /// What was to follow the records of a case, by when, and whether it did.
    ///
    /// # Errors
    /// When there is no such case.
    pub fn deadlines(&self, case: &str) -> Result<CaseDeadlines, CliError> {
        self.get(&format!("/v1/cases/{case}/deadlines"))
    }

    /// What was to follow in the work of a collective management organisation; only what is not met if `open`.
    ///
    /// # Errors
    /// When there is no such organisation.
    pub fn okup_deadlines(&self, okup: &str, open: bool) -> Result<OkupDeadlines, CliError> {
        self.get(&format!("/v1/okups/{okup}/deadlines?open={open}"))
    }

    /// Every indicator.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn catalogue(&self) -> Result<Catalogue, CliError> {
        self.get("/v1/metrics/catalogue")
    }

    /// Reads a list page by page, at most `limit` items of it and `most` a page, until `each` has enough. Returns
    /// whether the list has items beyond the limit.
    ///
    /// # Errors
    /// When the node is not reachable, refuses the query, or gives one page twice.
    pub fn pages<P: Paged>(
        &self,
        query: &Query,
        limit: Option<usize>,
        most: usize,
        mut each: impl FnMut(P) -> ControlFlow<()>,
    ) -> Result<bool, CliError> {
        let mut left = limit.unwrap_or(usize::MAX);
        let mut after: Option<String> = None;
        loop {
            let path = query.page(left.min(most), after.as_deref());
            let page: P = self.get(&path)?;
            let next = page.page().next.clone().filter(|_| page.page().has_more);
            if next.is_some() && next == after {
                return Err(CliError::answer(&self.address(&path), Said::plain("detail-cursor")));
            }
            left = left.saturating_sub(page.items());
            let enough = each(page).is_break();
            if enough || next.is_none() {
                return Ok(false);
            }
            if left == 0 {
                return Ok(true);
            }
            after = next;
        }
    }
}

//! What a node says of a case's draw.

use std::time::Duration;

use tamga_api::assignment::DrawView;

use super::{Client, TEXT};
use crate::error::{CliError, Exit};

impl Client {
    /// The draw that a case waits for; `None` if it waits for none.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn draw(&self, case: &str) -> Result<Option<DrawView>, CliError> {
        found(self.get(&format!("/v1/cases/{case}/draw")))
    }

    /// The proof file of the draw by which a case was given away; `None` if that is not final.
    ///
    /// # Errors
    /// When the node is not reachable.
    pub fn assignment(&self, case: &str) -> Result<Option<String>, CliError> {
        let path = format!("/v1/cases/{case}/assignment");
        let file = self.call(&path, None, TEXT, Duration::ZERO);
        found(file.and_then(|answer| self.utf8(&path, answer.body)))
    }
}

/// That there is no such thing is an answer here.
fn found<T>(answer: Result<T, CliError>) -> Result<Option<T>, CliError> {
    match answer {
        Ok(thing) => Ok(Some(thing)),
        Err(error) if error.exit == Exit::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

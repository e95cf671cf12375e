//! A statement file from a node, which need not be trusted: what it leaves out, the check finds.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};
use tamga_format::cbor::Value;
use tamga_format::id::SubjectId;
use tamga_format::receipt::Receipt;
use tamga_format::subject::{Role, Subject};
use tamga_state::catalogue::Kind;

use super::{BatchPart, StatementFile, VERSION};
use crate::client::{Client, RangeOf};
use crate::error::CliError;

/// The statements of one organisation to an author, and everything that they rest on.
///
/// # Errors
/// When the node is not reachable, wants another token, or does not hold a batch.
pub fn fetch(client: &Client, author: &Subject, cmo: &Subject) -> Result<StatementFile, CliError> {
    let mut file = StatementFile {
        version: VERSION,
        statements: Vec::new(),
        batches: Vec::new(),
        pools: Vec::new(),
    };
    let mut pools: BTreeMap<Subject, ()> = BTreeMap::new();
    let tag = author.id.to_string();
    for entry in client.subject_records(&author.to_text())? {
        if entry.kind != Kind::R10.info().code {
            continue;
        }
        let receipt = client.receipt(&entry.record_id, Some("*"))?;
        let parsed = parse(&receipt, client)?;
        if !parsed.record.record().subjects.contains(cmo) {
            continue;
        }
        for id in batches(&parsed) {
            let batch = Subject::new(Role::Batch, id).to_text();
            let brought = client.subject_records(&batch)?;
            let Some(first) = brought.first() else { continue };
            let receipt = client.receipt(&first.record_id, None)?;
            let record = parse(&receipt, client)?.record;
            let named = record.record().subjects.iter();
            pools.extend(named.filter(|it| it.role == Role::Pool).map(|pool| (*pool, ())));
            let lines = Base64::encode_string(&client.range(&batch, &tag, RangeOf::Lines)?);
            file.batches.push(BatchPart { receipt, lines });
        }
        file.statements.push(receipt);
    }
    for pool in pools.into_keys() {
        for entry in client.subject_records(&pool.to_text())? {
            if entry.kind != Kind::R07.info().code {
                continue;
            }
            // The first step of a distribution fixes the pool.
            file.pools.push(client.receipt(&entry.record_id, None)?);
            break;
        }
    }
    Ok(file)
}

fn parse(receipt: &str, client: &Client) -> Result<Receipt, CliError> {
    Receipt::parse(receipt).map_err(|fault| CliError::answer(client.url(), fault.to_string()))
}

/// The batches that a statement covers.
fn batches(receipt: &Receipt) -> Vec<SubjectId> {
    let record = receipt.record.record();
    let field = Kind::R10.info().field_named("batches").map(|field| field.number);
    let rows = field.and_then(|number| record.field(number)).and_then(Value::as_list);
    let id = |row: &Value| row.as_list()?.first()?.as_array_of().map(SubjectId);
    rows.unwrap_or_default().iter().filter_map(id).collect()
}

//! The description of the HTTP interface: complete, of version 3.1, and the same as `docs/openapi.json`.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use tamga_node::http::{openapi, routes};

fn description() -> Value {
    serde_json::from_str(openapi::text()).expect("the description is JSON")
}

#[test]
fn the_repository_holds_the_same_description() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    if std::env::var_os("TAMGA_BLESS").is_some() {
        std::fs::write(&file, openapi::text()).expect("docs/openapi.json can be written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == openapi::text(),
        "docs/openapi.json differs from the code: run `make bless`"
    );
}

#[test]
fn every_route_is_described_and_every_description_is_a_route() {
    let description = description();
    let paths = description["paths"].as_object().expect("there are paths");
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().expect("a path has methods");
            methods.keys().map(move |method| (method.clone(), path.clone()))
        })
        .collect();
    let routed: BTreeSet<(String, String)> =
        routes().into_iter().map(|(method, path)| (method.to_owned(), path)).collect();
    assert_eq!(described, routed);
}

#[test]
fn the_description_is_of_version_3_1_and_its_references_lead_somewhere() {
    let description = description();
    assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let mut pending = vec![&description];
    while let Some(value) = pending.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').expect("references stay in the document");
            assert!(description.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        match value {
            Value::Array(items) => pending.extend(items),
            Value::Object(fields) => pending.extend(fields.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

#[test]
fn every_error_answer_is_a_problem() {
    let description = description();
    for (path, item) in description["paths"].as_object().expect("there are paths") {
        for operation in item.as_object().expect("a path has methods").values() {
            for (status, response) in
                operation["responses"].as_object().expect("an operation answers")
            {
                if status.starts_with('4') || status.starts_with("50") && path != "/readyz" {
                    assert_eq!(
                        response["$ref"], "#/components/responses/ProblemResponse",
                        "{path} {status}"
                    );
                }
            }
        }
    }
}

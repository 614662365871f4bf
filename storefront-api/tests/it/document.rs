//! The API's document and its route table are kept in git, so that a change of the API shows in
//! review. After an intended change: `INSTA_UPDATE=always cargo test -p storefront-api document`.

use serde_json::Value;
use std::collections::BTreeSet;
use storefront_api::openapi;

/// A route as the document has it.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: String,
    pub(crate) path: String,
    /// `session`, `seller_key`, `operator_key`, `admin_key`, `admin_key or seller_key`, `console`,
    /// `psp_signature` or `nobody`.
    pub(crate) role: String,
}

/// Every route, in the document's order.
pub(crate) fn routes() -> Vec<Route> {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let operations = item.as_object().unwrap().clone();
        let path = path.clone();
        operations.into_iter().map(move |(method, operation)| Route {
            method: method.to_uppercase(),
            path: path.clone(),
            role: role(&operation),
        })
    };
    paths.iter().flat_map(of_path).collect()
}

fn role(operation: &Value) -> String {
    let schemes = operation["security"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names = schemes.iter().filter_map(|scheme| scheme.as_object()?.keys().next().cloned());
    let names: Vec<_> = names.collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(" or ") }
}

#[test]
fn the_document_is_as_reviewed() {
    insta::assert_snapshot!("openapi", openapi::document().to_pretty_json().unwrap());
}

#[test]
fn every_route_needs_the_role_that_was_reviewed() {
    let mut table: Vec<_> = routes()
        .into_iter()
        .map(|route| format!("{:14} {:6} {}", route.role, route.method, route.path))
        .collect();
    table.sort();
    insta::assert_snapshot!("routes", table.join("\n"));
}

/// Every operation of both documents.
fn operations() -> Vec<Value> {
    let mut operations = Vec::new();
    for document in [openapi::document(), openapi::adapter_document()] {
        let document = serde_json::to_value(document).unwrap();
        let paths = document["paths"].as_object().unwrap().values();
        operations.extend(paths.flat_map(|item| item.as_object().unwrap().values().cloned()));
    }
    operations
}

#[test]
fn the_adapters_document_has_all_of_its_routes_and_what_each_is_sent() {
    let document = serde_json::to_value(openapi::adapter_document()).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let of_server = role(operation) == "seller_key";
            assert_eq!(of_server, path.starts_with("/aws/api/"), "{path}");
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            assert_eq!(body["properties"]["event_id"].is_object(), method == "post", "{path}");
            let event = operation["parameters"][0]["name"].as_str();
            assert_eq!(event == Some("event_id"), method == "get", "{path}");
            let default = &operation["responses"]["default"]["content"];
            assert!(default["application/json"].is_object(), "{path}");
            routes.push(path.clone());
        }
    }
    assert_eq!(routes.len(), 13, "{routes:?}");
    assert!(document["components"]["schemas"]["Problem"].is_object());
    assert!(serde_json::to_value(openapi::document()).unwrap()["paths"].get(&routes[0]).is_none());
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let operations = operations();
    let names: BTreeSet<&str> =
        operations.iter().map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len());
    assert!(names.contains("get_seller_drops_by_id_orders_csv"), "{names:?}");
}

#[test]
fn every_answer_is_described() {
    for operation in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let is_described =
                response["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(is_described, "{status} of {}", operation["operationId"]);
        }
    }
}

#[test]
fn it_is_openapi_3_1() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
}

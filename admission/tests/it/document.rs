//! The API's document is kept in git, so that a change of the API shows in review. After a wanted
//! change: `INSTA_UPDATE=always cargo test -p admission document`.

use admission::openapi;

#[test]
fn the_document_is_as_reviewed() {
    insta::assert_snapshot!("openapi", openapi::document().to_pretty_json().unwrap());
}

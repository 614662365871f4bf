//! What the adapter's document says of the bodies that are sent: here and not beside each handler, since
//! all read them in one way, field by field.

use utoipa::openapi::{
    Content, ObjectBuilder, OpenApi, RefOr, Required, Schema, Type,
    request_body::RequestBodyBuilder, schema::SchemaType,
};

/// The form with hyphens; others that a UUID has are refused.
const ID: &str = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
/// A whole number, where it is written as a text.
const WHOLE: &str = "^[+-]?[0-9]+$";

/// The bodies: the path, and the fields that are needed or may be left out.
const BODIES: [(&str, &[&str], &[&str]); 6] = [
    ("/aws/assign_queue_num", &["event_id"], &[]),
    ("/aws/generate_token", &["event_id", "request_id"], &[]),
    ("/aws/api/generate_token", &["event_id", "request_id"], &["issuer", "validity_period"]),
    ("/aws/api/update_session", &["event_id", "request_id", "status"], &[]),
    ("/aws/api/increment_serving_counter", &["event_id", "increment_by"], &[]),
    ("/aws/api/reset_initial_state", &["event_id"], &[]),
];

/// Adds to each operation that is sent a body what is in it.
pub(crate) fn describe_bodies(document: &mut OpenApi) {
    for (path, needed, optional) in BODIES {
        let item = document.paths.paths.get_mut(path);
        if let Some(operation) = item.and_then(|item| item.post.as_mut()) {
            let content = Content::new(Some(body(needed, optional)));
            let body = RequestBodyBuilder::new()
                .description(Some("JSON, whatever its content type; further fields are ignored"))
                .content("application/json", content)
                .required(Some(Required::True));
            operation.request_body = Some(RefOr::T(body.build()));
        }
    }
}

fn body(needed: &[&str], optional: &[&str]) -> RefOr<Schema> {
    let fields = needed.iter().chain(optional);
    let body = fields.fold(ObjectBuilder::new(), |body, name| body.property(*name, field(name)));
    needed.iter().fold(body, |body, name| body.required(*name)).into()
}

fn field(name: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let whole = |types: &[Type]| {
        let types = types.iter().cloned().collect::<SchemaType>();
        ObjectBuilder::new().schema_type(types).pattern(Some(WHOLE))
    };
    let field = match name {
        "increment_by" => whole(&[Type::Integer, Type::String])
            .minimum(Some(-2_147_483_648_i64))
            .maximum(Some(2_147_483_648_i64))
            .description(Some("How many more; less than none takes back what nobody has used")),
        "status" => whole(&[Type::Integer, Type::String])
            .minimum(Some(-1))
            .maximum(Some(1))
            .description(Some("1: done, -1: gone")),
        "validity_period" => whole(&[Type::Integer, Type::String, Type::Null])
            .minimum(Some(1))
            .maximum(Some(2_592_000))
            .description(Some("Seconds; 3600 without it")),
        "issuer" => ObjectBuilder::new()
            .schema_type([Type::String, Type::Null].into_iter().collect::<SchemaType>())
            .min_length(Some(1))
            .max_length(Some(500))
            .pattern(Some(r"^[^\x00-\x1F\x7F-\x9F]*$"))
            .description(Some("Who gives the tokens; this installation without it")),
        "request_id" => text.pattern(Some(ID)).description(Some("The ticket in its line")),
        _ => text.pattern(Some(ID)).description(Some("The drop that stands before the site")),
    };
    field.into()
}

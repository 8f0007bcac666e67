//! Shapes of values: what stands in a path, and how far numbers go.

use utoipa::openapi::{
    Content, KnownFormat, Object, OpenApi, Ref, RefOr, Schema, SchemaFormat, Type,
    path::{Operation, Parameter, ParameterIn},
    schema::{AdditionalProperties, ArrayItems, SchemaType},
};

/// What an id looks like (`HUB_API.md`).
const ID: &str = "^[A-Za-z0-9_-]{1,40}$";

/// What stands at a place of a path.
pub(super) fn of_place(path: &str, place: &str) -> RefOr<Schema> {
    let mut text = Object::with_type(Type::String);
    match place {
        "table" => return Ref::from_schema_name("SiteTable").into(),
        "day" => text.format = Some(SchemaFormat::KnownFormat(KnownFormat::Date)),
        "order" => text.format = Some(SchemaFormat::Custom("uuid".to_owned())),
        // A robot's number, a seat's, a pass' plates, a rule's name: any text.
        "number" => text.min_length = Some(1),
        "id" if path.starts_with("/api/site/{table}") => text.min_length = Some(1),
        _ => text.pattern = Some(ID.to_owned()),
    }
    text.into()
}

/// Says of every number how far it goes: a number beyond it is refused, and `format` alone tells few programs so.
pub(super) fn bound(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        components.schemas.values_mut().for_each(each);
    }
    for item in document.paths.paths.values_mut() {
        for (_, operation) in super::kinds::operations(item) {
            of_operation(operation);
        }
    }
}

fn of_operation(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(Parameter { parameter_in, schema: Some(schema), .. }) = parameter {
            if *parameter_in == ParameterIn::Query {
                without_null(schema);
            }
            each(schema);
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.iter_mut().for_each(in_content);
    }
    for answer in operation.responses.responses.values_mut() {
        if let RefOr::T(answer) = answer {
            answer.content.iter_mut().for_each(in_content);
        }
    }
}

/// A query cannot say null: what is not given is left out.
fn without_null(schema: &mut RefOr<Schema>) {
    let RefOr::T(inner) = schema else { return };
    match inner {
        Schema::Object(object) => {
            if let SchemaType::Array(kinds) = &object.schema_type
                && let Some(kind) = kinds.iter().find(|kind| **kind != Type::Null)
            {
                object.schema_type = SchemaType::Type(kind.clone());
            }
        }
        Schema::OneOf(some) => {
            if let Some(RefOr::Ref(named)) = some.items.first() {
                *schema = RefOr::Ref(named.clone());
            }
        }
        _ => {}
    }
}

fn in_content((kind, content): (&String, &mut RefOr<Content>)) {
    let RefOr::T(content) = content else { return };
    let Some(schema) = &mut content.schema else {
        return;
    };
    // Bytes are a list of numbers in JSON alone.
    if !kind.ends_with("json") && matches!(schema, RefOr::T(Schema::Array(_))) {
        let mut bytes = Object::with_type(Type::String);
        bytes.format = Some(SchemaFormat::KnownFormat(KnownFormat::Binary));
        *schema = bytes.into();
    }
    each(schema);
}

fn each(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => in_object(object),
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                each(items);
            }
        }
        Schema::OneOf(some) => some.items.iter_mut().for_each(each),
        Schema::AllOf(some) => some.items.iter_mut().for_each(each),
        Schema::AnyOf(some) => some.items.iter_mut().for_each(each),
        _ => {}
    }
}

fn in_object(object: &mut Object) {
    object.properties.values_mut().for_each(each);
    if let Some(AdditionalProperties::RefOr(rest)) = object.additional_properties.as_deref_mut() {
        each(rest);
    }
    if !is_integer(&object.schema_type) {
        return;
    }
    // Unsigned numbers are known by their minimum.
    let unsigned = object.minimum.is_some();
    let (least, most) = match &object.format {
        Some(SchemaFormat::KnownFormat(KnownFormat::Int32)) if unsigned => (0, 4_294_967_295),
        Some(SchemaFormat::KnownFormat(KnownFormat::Int32)) => (-2_147_483_648, 2_147_483_647),
        _ if unsigned => (0, isize::MAX),
        _ => (isize::MIN, isize::MAX),
    };
    object.minimum.get_or_insert(utoipa::Number::Int(least));
    object.maximum.get_or_insert(utoipa::Number::Int(most));
}

fn is_integer(kind: &SchemaType) -> bool {
    match kind {
        SchemaType::Type(kind) => *kind == Type::Integer,
        SchemaType::Array(kinds) => kinds.contains(&Type::Integer),
        SchemaType::AnyValue => false,
    }
}

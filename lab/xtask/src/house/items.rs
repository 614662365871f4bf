//! What an item begins with: attributes, name, visibility.

use proc_macro2::Ident;
use syn::{Attribute, Item, Meta, Visibility};

/// What an item begins with.
pub(crate) struct Head<'a> {
    pub(crate) attributes: &'a [Attribute],
    pub(crate) name: Option<&'a Ident>,
    /// Of a type or trait only.
    pub(crate) type_visibility: Option<&'a Visibility>,
}

impl<'a> Head<'a> {
    pub(crate) fn of(item: &'a Item) -> Self {
        match item {
            Item::Struct(item) => Self::of_type(&item.attrs, &item.ident, &item.vis),
            Item::Enum(item) => Self::of_type(&item.attrs, &item.ident, &item.vis),
            Item::Union(item) => Self::of_type(&item.attrs, &item.ident, &item.vis),
            Item::Trait(item) => Self::of_type(&item.attrs, &item.ident, &item.vis),
            Item::Type(item) => Self::of_type(&item.attrs, &item.ident, &item.vis),
            Item::Fn(item) => Self::of_other(&item.attrs, Some(&item.sig.ident)),
            Item::Const(item) => Self::of_other(&item.attrs, Some(&item.ident)),
            Item::Static(item) => Self::of_other(&item.attrs, Some(&item.ident)),
            Item::Mod(item) => Self::of_other(&item.attrs, Some(&item.ident)),
            Item::Macro(item) => Self::of_other(&item.attrs, item.ident.as_ref()),
            Item::Impl(item) => Self::of_other(&item.attrs, None),
            Item::Use(item) => Self::of_other(&item.attrs, None),
            _ => Self::of_other(&[], None),
        }
    }

    fn of_type(attributes: &'a [Attribute], name: &'a Ident, visibility: &'a Visibility) -> Self {
        Self { attributes, name: Some(name), type_visibility: Some(visibility) }
    }

    fn of_other(attributes: &'a [Attribute], name: Option<&'a Ident>) -> Self {
        Self { attributes, name, type_visibility: None }
    }
}

/// Whether it is there in tests only: `cfg(test)`, alone or with more conditions.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            condition == "test" || condition.starts_with("all (test")
        }
        Meta::List(_) | Meta::Path(_) | Meta::NameValue(_) => false,
    })
}

pub(crate) fn is_public(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}

//! Enums with one stable text per variant, the same in SQL, Redis, JSON and OpenAPI.

/// Declares an enum whose variants have one stable text each, used in SQL, Redis and JSON.
#[macro_export]
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the text that SQL, Redis and JSON have for it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::text::UnknownText { of: stringify!($name), text: text.into() }),
                }
            }
        }

        $crate::text_enum_in_sql!($name);
        $crate::text_enum_in_openapi!($name);
    };
}

/// Stores a text enum as `text` in Postgres.
#[cfg(feature = "sqlx")]
#[doc(hidden)]
#[macro_export]
macro_rules! text_enum_in_sql {
    ($name:ident) => {
        const _: () = {
            use $crate::text::sqlx::{
                Database, Decode, Encode, Postgres, Type,
                encode::IsNull,
                error::BoxDynError,
                postgres::{PgHasArrayType, PgTypeInfo},
            };

            impl Type<Postgres> for $name {
                fn type_info() -> PgTypeInfo {
                    <&str as Type<Postgres>>::type_info()
                }

                fn compatible(found: &PgTypeInfo) -> bool {
                    <&str as Type<Postgres>>::compatible(found)
                }
            }

            impl PgHasArrayType for $name {
                fn array_type_info() -> PgTypeInfo {
                    <&str as PgHasArrayType>::array_type_info()
                }
            }

            impl Encode<'_, Postgres> for $name {
                fn encode_by_ref(
                    &self,
                    buffer: &mut <Postgres as Database>::ArgumentBuffer,
                ) -> Result<IsNull, BoxDynError> {
                    <&str as Encode<'_, Postgres>>::encode(self.as_str(), buffer)
                }
            }

            impl<'r> Decode<'r, Postgres> for $name {
                fn decode(
                    value: <Postgres as Database>::ValueRef<'r>,
                ) -> Result<Self, BoxDynError> {
                    Ok(<&str as Decode<'r, Postgres>>::decode(value)?.parse()?)
                }
            }
        };
    };
}

/// Nothing, without the feature `sqlx`.
#[cfg(not(feature = "sqlx"))]
#[doc(hidden)]
#[macro_export]
macro_rules! text_enum_in_sql {
    ($name:ident) => {};
}

/// Shows a text enum in OpenAPI as a string with its values.
#[cfg(feature = "utoipa")]
#[doc(hidden)]
#[macro_export]
macro_rules! text_enum_in_openapi {
    ($name:ident) => {
        const _: () = {
            use $crate::text::utoipa::{
                PartialSchema, ToSchema,
                openapi::{ObjectBuilder, RefOr, Schema, Type},
            };

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    let values = Self::ALL.iter().map(|value| value.as_str());
                    let texts = ObjectBuilder::new().schema_type(Type::String);
                    texts.enum_values(Some(values)).build().into()
                }
            }

            impl ToSchema for $name {}
        };
    };
}

/// Nothing, without the feature `utoipa`.
#[cfg(not(feature = "utoipa"))]
#[doc(hidden)]
#[macro_export]
macro_rules! text_enum_in_openapi {
    ($name:ident) => {};
}

#[cfg(feature = "sqlx")]
#[doc(hidden)]
pub use sqlx;
#[cfg(feature = "utoipa")]
#[doc(hidden)]
pub use utoipa;

/// A text that names no variant.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} names no {of}")]
pub struct UnknownText {
    /// Name of the enum.
    pub of: &'static str,
    /// The text as it was given.
    pub text: String,
}

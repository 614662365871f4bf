//! storefront-api.

//! Addresses of a site, as they are given on the command line.

use shared::site::Site;

/// Reads where a site begins.
pub(crate) fn beginning(text: &str) -> Result<Site, String> {
    Site::new(text, &[])
        .ok_or_else(|| "must be an address such as https://shop.example/".to_owned())
}

/// Reads an origin, and returns it in the one form that it is kept in.
pub(crate) fn origin(text: &str) -> Result<String, String> {
    Site::origin(text)
        .ok_or_else(|| "must be an origin such as https://www.shop.example".to_owned())
}

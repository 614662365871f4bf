//! An authority of the test's own, and a certificate of it for the shop's host name.

use super::site::HOST;
use anyhow::{Context, ensure};
use std::{fs, path::Path, process::Command};

/// Without the system's settings, which add extensions of their own.
const SETTINGS: &str = "[req]\ndistinguished_name = name\n[name]\n";

/// Writes `ca.pem`, and `site.pem` with its `site.key`, into a folder.
pub(super) fn write(folder: &Path) -> anyhow::Result<()> {
    fs::write(folder.join("openssl.cnf"), SETTINGS)?;
    let authority = ["-addext", "basicConstraints=critical,CA:TRUE"];
    make(folder, "ca", "/CN=Sluice test authority", &authority)?;
    let name = format!("subjectAltName=DNS:{HOST}");
    let signed =
        ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"];
    let extensions = [&signed[..], &["-addext", &name]].concat();
    make(folder, "site", &format!("/CN={HOST}"), &extensions)
}

/// Makes a key and a certificate that is valid for two days.
fn make(folder: &Path, name: &str, subject: &str, more: &[&str]) -> anyhow::Result<()> {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(["req", "-x509", "-config", "openssl.cnf", "-nodes", "-days", "2"])
        .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .args(["-keyout", &key, "-out", &certificate, "-subj", subject])
        .args(more)
        .output()
        .context("openssl is not installed; ./scripts/test installs it")?;
    ensure!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

//! Certificates for the servers of a stack, from an authority of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{StackError, paths, private_files::write_secret, unprivileged::run_aside};

const CONFIG: &str = "[req]
distinguished_name = name
prompt = no
[name]
CN = Sluice stack
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
";

const AUTHORITY: &str = "req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
     -days 3650 -config openssl.cnf -extensions authority -keyout ca.key -out ca.pem";
const REQUEST: &str = "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
     -config openssl.cnf -subj /CN=server -keyout server.key -out server.csr";
const CERTIFICATE: &str = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
     -days 3650 -extfile openssl.cnf -extensions server -out server.pem";

/// Files in PEM; the keys are readable for their owner alone.
#[derive(Debug, Clone)]
pub(super) struct Certificates {
    /// The authority's certificate, for clients.
    pub(super) authority: PathBuf,
    /// A certificate of 127.0.0.1.
    pub(super) certificate: PathBuf,
    /// Its key.
    pub(super) key: PathBuf,
    /// Both in one file.
    pub(super) both: PathBuf,
}

impl Certificates {
    /// Makes new ones in a folder.
    pub(super) async fn make(dir: &Path) -> Result<Self, StackError> {
        let openssl = paths::find_program("openssl", &[]).ok_or(StackError::ProgramMissing {
            program: "openssl",
            remedy: "apt-get install openssl",
        })?;
        let config = dir.join("openssl.cnf");
        fs::write(&config, CONFIG).map_err(StackError::file("write", &config))?;
        for words in [AUTHORITY, REQUEST, CERTIFICATE] {
            let mut command = Command::new(&openssl);
            command.args(words.split_whitespace()).current_dir(dir);
            run_aside(command).await?;
        }
        let file = |name: &str| dir.join(name);
        let made = Self {
            authority: file("ca.pem"),
            certificate: file("server.pem"),
            key: file("server.key"),
            both: file("server-with-key.pem"),
        };
        made.join_files()?;
        Ok(made)
    }

    fn join_files(&self) -> Result<(), StackError> {
        let read = |path: &Path| fs::read(path).map_err(StackError::file("read", path));
        let text = [read(&self.key)?, read(&self.certificate)?].concat();
        write_secret(&self.both, &text)
    }
}

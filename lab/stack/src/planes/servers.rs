//! What each server is started with, so that nobody comes in without a credential.

use std::path::PathBuf;

use super::{BROKER, Certificates, MECHANISM, OWNER, Planes, SERVICES, WORKER};

const REDIS_USERS: &str = include_str!("../../../../queue/acl/users.conf");

impl Planes {
    /// Arguments that close Redis; the first is its configuration file.
    pub(crate) fn redis_arguments(&self) -> Vec<String> {
        let Certificates { authority, certificate, key, .. } = &self.certificates;
        let mut words = vec![self.redis_users().display().to_string()];
        words.extend(["--port", "0", "--tls-auth-clients", "no"].map(str::to_owned));
        words.extend(["--tls-port".to_owned(), self.ports.redis.to_string()]);
        let files = [
            ("--tls-cert-file", certificate),
            ("--tls-key-file", key),
            ("--tls-ca-cert-file", authority),
        ];
        for (word, path) in files {
            words.extend([word.to_owned(), path.display().to_string()]);
        }
        words
    }

    /// Settings that close Postgres.
    pub(crate) fn postgres_settings(&self) -> [String; 3] {
        let Certificates { certificate, key, .. } = &self.certificates;
        [
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", certificate.display()),
            format!("ssl_key_file={}", key.display()),
        ]
    }

    /// Properties that close Kafka: clients by password, the controller by certificate.
    pub(crate) fn kafka_properties(&self) -> String {
        let Certificates { authority, both, .. } = &self.certificates;
        let (authority, both) = (authority.display(), both.display());
        let password = self.password(BROKER);
        format!(
            "sasl.enabled.mechanisms={MECHANISM}
sasl.mechanism.inter.broker.protocol={MECHANISM}
listener.name.clients.scram-sha-512.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required \
username=\"{BROKER}\" password=\"{password}\";
ssl.keystore.type=PEM
ssl.keystore.location={both}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
listener.name.controller.ssl.client.auth=required
"
        )
    }

    /// Words that give Kafka its users when its log directory is formatted.
    pub(crate) fn kafka_users(&self) -> Vec<String> {
        let user = |login: &str| {
            let password = self.password(login);
            ["--add-scram".to_owned(), format!("{MECHANISM}=[name={login},password={password}]")]
        };
        [BROKER, WORKER].into_iter().flat_map(user).collect()
    }

    /// How a client of librdkafka comes in.
    pub(crate) fn kafka_client(&self) -> Vec<(&'static str, String)> {
        vec![
            ("security.protocol", "sasl_ssl".to_owned()),
            ("ssl.ca.location", self.ca_file().display().to_string()),
            ("sasl.mechanism", MECHANISM.to_owned()),
            ("sasl.username", WORKER.to_owned()),
            ("sasl.password", self.password(WORKER).to_owned()),
        ]
    }

    pub(super) fn redis_users(&self) -> PathBuf {
        self.dir.join("users.conf")
    }

    pub(super) fn redis_users_text(&self) -> String {
        let mut text = REDIS_USERS.to_owned();
        for (_, login) in SERVICES {
            let placeholder = format!("{}_PASSWORD", login.to_uppercase());
            text = text.replace(&placeholder, self.password(login));
        }
        let password = self.password(OWNER);
        format!("{text}user {OWNER} on >{password} ~* &* +@all\n")
    }
}

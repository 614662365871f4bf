//! A gateway as it is shipped, unprivileged and on free ports.

use super::{browser::Browser, certificate};
use anyhow::{Context, ensure};
use stack::{Env, Service, ServiceOptions, paths, ports};
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};
use testkit::wait_until;

/// The host name of everything.
pub(crate) const HOST: &str = "shop.test";
/// Where programs are.
const FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];
/// What stands around the shipped file: one unprivileged process, all of whose files are in its folder.
const NGINX: &str = "
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include sluice.conf;
}
";

/// A gateway that the tests run.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gateway {
    Nginx,
    Caddy,
}

/// What a gateway stands in front of: its shipped files, below `deploy/`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Front {
    pub(crate) name: &'static str,
    pub(crate) nginx: &'static str,
    pub(crate) caddy: &'static str,
}

/// Where a gateway is reached, and where it keeps its files.
pub(crate) struct Site {
    gateway: Gateway,
    front: Front,
    folder: PathBuf,
    http_port: u16,
    https_port: u16,
}

impl Site {
    /// Chooses the ports and makes the certificate. Files and log stay until the next run.
    pub(crate) fn prepare(gateway: Gateway, front: Front) -> anyhow::Result<Self> {
        let name = format!("{}-{}", front.name, gateway.name());
        let folder = paths::sluice_dir().join("e2e").join(name);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(&folder)?,
        }
        certificate::write(&folder)?;
        let (http_port, https_port) = (ports::reserve()?, ports::reserve()?);
        Ok(Self { gateway, front, folder, http_port, https_port })
    }

    /// The public URL.
    pub(crate) fn url(&self) -> String {
        format!("https://{HOST}:{}", self.https_port)
    }

    /// The same without TLS.
    pub(crate) fn plain_url(&self) -> String {
        format!("http://{HOST}:{}", self.http_port)
    }

    /// The authority's certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Starts the gateway with these settings over its own; returns when it serves.
    pub(crate) async fn open<const N: usize>(
        &self,
        more: [(&str, String); N],
    ) -> anyhow::Result<Service> {
        let mut env = self.env();
        env.extend(more.map(|(name, value)| (name.to_owned(), value)));
        let args = match self.gateway {
            Gateway::Nginx => self.nginx(&env)?,
            Gateway::Caddy => self.caddy(),
        };
        let program = Service::start(ServiceOptions {
            name: self.gateway.name().to_owned(),
            binary: installed(self.gateway.name())?,
            args,
            env,
            ready_url: None,
            dir: self.folder.clone(),
        })
        .await?;
        let (browser, log) = (Browser::at(self, [127, 0, 0, 2])?, program.log().display());
        let what = format!("gateway that serves; its log is {log}");
        wait_until(&what, super::PATIENCE, async || {
            // Of ours, or of what it stands in front of; not of its own that there is none.
            let answer = browser.get("/healthz", "").await.ok()?;
            (answer.status < 500).then_some(())
        })
        .await;
        Ok(program)
    }

    /// What all shipped files leave open.
    fn env(&self) -> Env {
        let (certificate, key) = (self.file("site.pem"), self.file("site.key"));
        let folder = self.folder.display().to_string();
        [
            ("SLUICE_HTTP_PORT", self.http_port.to_string()),
            ("SLUICE_HTTPS_PORT", self.https_port.to_string()),
            ("SLUICE_TLS", format!("{certificate} {key}")),
            ("SLUICE_CERTIFICATE", certificate),
            ("SLUICE_CERTIFICATE_KEY", key),
            ("HOME", folder.clone()),
            ("XDG_CONFIG_HOME", folder.clone()),
            ("XDG_DATA_HOME", folder),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Fills in the template, as `envsubst` does; returns nginx's arguments.
    fn nginx(&self, env: &Env) -> anyhow::Result<Vec<String>> {
        let mut text = fs::read_to_string(template(self.front.nginx))?;
        for (name, value) in env {
            text = text.replace(&format!("${{{name}}}"), value);
        }
        ensure!(!text.contains("${SLUICE"), "something was left open: {text}");
        fs::write(self.folder.join("sluice.conf"), text)?;
        fs::write(self.folder.join("nginx.conf"), NGINX)?;
        let prefix = format!("{}/", self.folder.display());
        Ok(["-p", &prefix, "-c", "nginx.conf", "-e", "stderr"].map(str::to_owned).into())
    }

    fn caddy(&self) -> Vec<String> {
        let file = template(self.front.caddy).display().to_string();
        ["run", "--adapter", "caddyfile", "--config", &file].map(str::to_owned).into()
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

impl Gateway {
    /// The name of its program.
    const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Caddy => "caddy",
        }
    }
}

/// A shipped file.
pub(crate) fn template(name: &str) -> PathBuf {
    paths::workspace_root().join("deploy").join(name)
}

/// Finds a program; those of servers may be on root's path alone.
fn installed(name: &str) -> anyhow::Result<PathBuf> {
    let mut programs = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
    let found = programs.find(|program| program.is_file());
    found.with_context(|| format!("{name} is not installed; ./scripts/test installs it"))
}

//! A gateway as it is shipped, unprivileged and on free ports, in front of a world's services.

use super::{browser::Browser, certificate};
use anyhow::{Context, ensure};
use stack::{Env, FleetPorts, Service, ServiceOptions, paths, ports};
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};
use testkit::wait_until;

/// The host name of everything.
pub(super) const HOST: &str = "shop.test";
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
pub(super) enum Gateway {
    Nginx,
    Caddy,
}

/// Where a gateway is reached, and where it keeps its files.
pub(super) struct Site {
    gateway: Gateway,
    folder: PathBuf,
    http_port: u16,
    https_port: u16,
}

impl Site {
    /// Chooses the ports and makes the certificate. Files and log stay until the next run.
    pub(super) fn prepare(gateway: Gateway) -> anyhow::Result<Self> {
        let name = format!("gateway-{}", gateway.name());
        let folder = paths::sluice_dir().join("e2e").join(name);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(&folder)?,
        }
        certificate::write(&folder)?;
        let (http_port, https_port) = (ports::reserve()?, ports::reserve()?);
        Ok(Self { gateway, folder, http_port, https_port })
    }

    /// The public URL.
    pub(super) fn url(&self) -> String {
        format!("https://{HOST}:{}", self.https_port)
    }

    /// The same without TLS.
    pub(super) fn plain_url(&self) -> String {
        format!("http://{HOST}:{}", self.http_port)
    }

    /// The authority's certificate.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// Starts the gateway in front of these services; returns when it serves them.
    pub(super) async fn open(&self, services: FleetPorts) -> anyhow::Result<Service> {
        let env = self.env(services);
        let args = match self.gateway {
            Gateway::Nginx => self.nginx(&env)?,
            Gateway::Caddy => caddy(),
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
            let answer = browser.get("/healthz", "").await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
        Ok(program)
    }

    /// What the shipped files leave open.
    fn env(&self, services: FleetPorts) -> Env {
        let (certificate, key) = (self.file("site.pem"), self.file("site.key"));
        let folder = self.folder.display().to_string();
        [
            ("SLUICE_HOST", HOST.to_owned()),
            ("SLUICE_STOREFRONT", format!("127.0.0.1:{}", services.storefront)),
            ("SLUICE_ADMISSION", format!("127.0.0.1:{}", services.admission)),
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
        let mut text = fs::read_to_string(template("nginx/sluice.conf.template"))?;
        for (name, value) in env {
            text = text.replace(&format!("${{{name}}}"), value);
        }
        ensure!(!text.contains("${SLUICE"), "something was left open: {text}");
        fs::write(self.folder.join("sluice.conf"), text)?;
        fs::write(self.folder.join("nginx.conf"), NGINX)?;
        let prefix = format!("{}/", self.folder.display());
        Ok(["-p", &prefix, "-c", "nginx.conf", "-e", "stderr"].map(str::to_owned).into())
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
pub(super) fn template(name: &str) -> PathBuf {
    paths::workspace_root().join("deploy").join(name)
}

fn caddy() -> Vec<String> {
    let file = template("caddy/Caddyfile").display().to_string();
    ["run", "--adapter", "caddyfile", "--config", &file].map(str::to_owned).into()
}

/// Finds a program; those of servers may be on root's path alone.
fn installed(name: &str) -> anyhow::Result<PathBuf> {
    let mut programs = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
    let found = programs.find(|program| program.is_file());
    found.with_context(|| format!("{name} is not installed; ./scripts/test installs it"))
}

//! The examples of `docs/integrate/`, with the libraries that they name: jose for Node, PyJWT for Python.
//! `./scripts/test` keeps both under `.sluice/integrate`.

use super::line::{Capacity, Line, text};
use crate::half_of_the_machine;
use anyhow::{Context, ensure};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use shared::ids::DropId;
use stack::paths;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};
use testkit::TestApp;
use tokio::{process::Command, time::timeout};

const FOR_ONE: Capacity = Capacity { max_inside: 1, pass_seconds: 600 };
/// How long one of them may take, its start included.
const AT_MOST: Duration = Duration::from_secs(30);

/// One of the examples.
struct Example {
    program: PathBuf,
    script: PathBuf,
}

#[tokio::test]
async fn stock_libraries_verify_a_visit_and_refuse_all_else() -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let examples = [Example::in_javascript()?, Example::in_python()?];
    let app = TestApp::start().await;
    let sluice = app.world.fleet.storefront_url();
    let line = Line::open(&app, "https://shop.example/", FOR_ONE).await;
    let visitor = line.join().await;
    let pass = text(&visitor.turn("/").await["pass"]);
    let body = json!({ "drop_id": line.drop_id, "pass": pass });
    let visit = line.seller.post("/v1/passes/redeem", body).await.expect(200);
    let visit = text(&visit["visit"]);
    let keys = app.storefront().get("/v1/passes/keys.json").await.expect(200);
    let other = DropId::generate().to_string();

    for example in &examples {
        let claims = example.claims(&sluice, &line.drop_id, &visit).await?;
        ensure!(claims["jti"] == visitor.ticket_id.as_str(), "{claims}");
        ensure!(claims["aud"] == line.drop_id.as_str() && claims["iss"] == sluice, "{claims}");
        example.expect_refused(&sluice, &other, &visit).await?;
        example.expect_refused(&sluice, &line.drop_id, &pass).await?;
        for forged in forgeries(&visit, &text(&keys["keys"][0]["x"]))? {
            example.expect_refused(&sluice, &line.drop_id, &forged).await?;
        }
    }
    app.world.stop().await
}

/// Tokens that say the same as a good one, and one that says something else.
fn forgeries(visit: &str, public_key: &str) -> anyhow::Result<Vec<String>> {
    let mut parts = visit.split('.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next())
    else {
        anyhow::bail!("a token has three parts");
    };
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header)?)?;
    let with = |field: &str, value: &str| {
        let mut changed = header.clone();
        changed[field] = value.into();
        URL_SAFE_NO_PAD.encode(changed.to_string())
    };
    let confused = format!("{}.{payload}", with("alg", "HS256"));
    // The public key as the secret of a MAC, written as it is published and as it is.
    let macs = [public_key.as_bytes(), &URL_SAFE_NO_PAD.decode(public_key)?].map(|secret| {
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), confused.as_bytes());
        format!("{confused}.{}", URL_SAFE_NO_PAD.encode(mac))
    });
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?;
    claims["exp"] = json!(4_000_000_000_u64);
    let longer = URL_SAFE_NO_PAD.encode(claims.to_string());
    let mut forged = macs.to_vec();
    forged.extend([
        format!("{}.{longer}.{signature}", with("alg", "EdDSA")),
        format!("{}.{payload}.", with("alg", "none")),
        format!("{}.{payload}.{signature}", with("alg", "none")),
        format!("{}.{payload}.{signature}", with("kid", "250")),
        "nonsense".to_owned(),
    ]);
    Ok(forged)
}

impl Example {
    /// Stands beside its library while it runs, since Node looks for it there.
    fn in_javascript() -> anyhow::Result<Self> {
        let folder = paths::sluice_dir().join("integrate");
        require(&folder.join("node_modules/jose"))?;
        let script = folder.join("verify.mjs");
        fs::copy(source("verify.mjs"), &script)?;
        Ok(Self { program: "node".into(), script })
    }

    fn in_python() -> anyhow::Result<Self> {
        let program = paths::sluice_dir().join("integrate/venv/bin/python");
        require(&program)?;
        Ok(Self { program, script: source("verify.py") })
    }

    /// Returns what a token says that is good.
    async fn claims(&self, sluice: &str, drop_id: &str, token: &str) -> anyhow::Result<Value> {
        let output = self.run(sluice, drop_id, token).await?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{}: {said}", self.script.display());
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// A token that is refused is told in one line.
    async fn expect_refused(&self, sluice: &str, drop_id: &str, token: &str) -> anyhow::Result<()> {
        let output = self.run(sluice, drop_id, token).await?;
        let said = String::from_utf8_lossy(&output.stderr);
        let is_refused = output.status.code() == Some(1) && output.stdout.is_empty();
        let is_told = said.starts_with("refused: ") && said.trim_end().lines().count() == 1;
        ensure!(is_refused && is_told, "{}: {token}: {output:?}", self.script.display());
        Ok(())
    }

    async fn run(&self, sluice: &str, drop_id: &str, token: &str) -> anyhow::Result<Output> {
        let mut command = Command::new(&self.program);
        command.arg(&self.script).args([sluice, drop_id, token]).stdin(Stdio::null());
        command.env("PYTHONDONTWRITEBYTECODE", "1").kill_on_drop(true);
        let output = timeout(AT_MOST, command.output()).await?;
        output.with_context(|| format!("{} does not run", self.program.display()))
    }
}

fn require(path: &Path) -> anyhow::Result<()> {
    ensure!(path.exists(), "no {}; use ./scripts/test --only system", path.display());
    Ok(())
}

fn source(name: &str) -> PathBuf {
    paths::workspace_root().join("docs/integrate").join(name)
}

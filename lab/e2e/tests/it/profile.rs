//! What no service starts with where it would serve people.

use anyhow::{Context, ensure};
use stack::{Endpoints, Env, Fleet, FleetPorts, Secrets, Service, paths};

#[tokio::test]
async fn no_service_starts_in_production_with_settings_for_development() -> anyhow::Result<()> {
    let endpoints = Endpoints {
        redis_url: "redis://127.0.0.1:1".to_owned(),
        database_url: "postgres://sluice@127.0.0.1:1/sluice".to_owned(),
        kafka_brokers: "127.0.0.1:1".to_owned(),
        kafka_mode: None,
    };
    let (dir, ports) = (paths::sluice_dir().join("e2e").join("profile"), FleetPorts::free()?);
    let fleet = Fleet::new(dir, ports, &endpoints, &Secrets::generate()?, Env::new());
    for options in [fleet.admission()?, fleet.storefront_api()?, fleet.worker()?] {
        let name = options.name.clone();
        // Of a long log only the end is told.
        let env = [("SLUICE_PROFILE__NAME", "production"), ("RUST_BACKTRACE", "0")];
        let started = Service::start(options.env(env)).await;
        let refusal = started.err().with_context(|| format!("{name} started"))?.to_string();
        for wanted in ["not fit for production", "redis.url has no password", "sslmode"] {
            ensure!(refusal.contains(wanted), "{name}: {refusal}");
        }
    }
    Ok(())
}

//! The life of the process: waits for Postgres, serves, stops softly.

use crate::{App, router};
use anyhow::{Context as _, bail};
use database::people::{consoles, handoffs, idempotency, members, sessions};
use edge::{Readiness, ServeOptions, descriptors, health};
use jiff::Timestamp;
use shared::{
    config::Settings,
    shutdown::Shutdown,
    telemetry::{self, with_causes},
};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

/// How long open requests may take after the first signal.
const GRACE: Duration = Duration::from_secs(10);
/// Open files beyond those of the public's connections: servers, logs, libraries.
const SPARE_FILES: usize = 500;
/// How long to wait for Postgres at the start.
const PATIENCE: Duration = Duration::from_secs(60);
const HEALTH_EVERY: Duration = Duration::from_secs(1);
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// Serves until the process is told to stop.
///
/// # Errors
///
/// Returns why it can't start: a setting that can't be used, an address in use, no Postgres.
pub async fn run(settings: Settings, shutdown: Shutdown) -> anyhow::Result<()> {
    let (listen, admin_listen) = (settings.storefront.listen, settings.storefront.admin_listen);
    let (options, lame_duck) = (ServeOptions::public(&settings.edge), settings.edge.lame_duck());
    descriptors::raise_limit(options.max_connections + SPARE_FILES);
    let metrics = telemetry::start_metrics().context("cannot start metrics")?;
    let app = App::connect(settings).await?;
    wait_for_postgres(&app, &shutdown).await?;
    let readiness = Readiness::needing(["postgres"]).until(shutdown.leaving());
    let public = bind(listen, "storefront.listen")?;
    let admin = bind(admin_listen, "storefront.admin_listen")?;
    spawn_server(&shutdown, public, router::public(&app, readiness.clone()), options);
    let admin_routes = health::admin_routes(readiness.clone(), move || metrics.render());
    spawn_server(&shutdown, admin, admin_routes, ServeOptions::default());
    spawn_chores(&app, readiness, &shutdown);
    follow_ended_sessions(&app, &shutdown);
    tracing::info!(%listen, "listening on {listen}");
    shutdown.wait_as_lame_duck(lame_duck, GRACE).await;
    Ok(())
}

fn bind(address: SocketAddr, key: &str) -> anyhow::Result<TcpListener> {
    edge::listen(address).with_context(|| format!("cannot listen on {key} = {address}"))
}

fn spawn_server(
    shutdown: &Shutdown,
    listener: TcpListener,
    router: axum::Router,
    options: ServeOptions,
) {
    let inner = shutdown.clone();
    shutdown.spawn(async move {
        edge::serve(listener, router, options, &inner).await;
    });
}

async fn wait_for_postgres(app: &App, shutdown: &Shutdown) -> anyhow::Result<()> {
    let (begun, soft) = (Instant::now(), shutdown.soft());
    while !app.postgres_answers().await {
        if begun.elapsed() > PATIENCE {
            bail!("Postgres did not answer within {} s (database.url)", PATIENCE.as_secs());
        }
        tracing::info!("waiting for Postgres");
        if soft.run_until_cancelled(tokio::time::sleep(HEALTH_EVERY)).await.is_none() {
            bail!("stopped while waiting for Postgres");
        }
    }
    Ok(())
}

/// Hears of sessions that were ended, wherever that was.
fn follow_ended_sessions(app: &App, shutdown: &Shutdown) {
    let (app, soft) = (app.clone(), shutdown.soft());
    shutdown.spawn(async move {
        soft.run_until_cancelled(app.follow_ended_sessions()).await;
    });
}

/// Keeps the readiness up to date and forgets what is too old.
fn spawn_chores(app: &App, readiness: Readiness, shutdown: &Shutdown) {
    let (app, soft) = (app.clone(), shutdown.soft());
    shutdown.spawn(async move {
        let mut health = tokio::time::interval(HEALTH_EVERY);
        let mut forget = tokio::time::interval(FORGET_EVERY);
        loop {
            tokio::select! {
                () = soft.cancelled() => {
                    readiness.set("postgres", false);
                    break;
                }
                _ = health.tick() => readiness.set("postgres", app.postgres_answers().await),
                _ = forget.tick() => {
                    forget_answers(&app).await;
                    forget_sessions(&app).await;
                }
            }
        }
    });
}

/// Forgets answers that are too old, however many there are.
async fn forget_answers(app: &App) {
    loop {
        match idempotency::forget_old(&app.pool).await {
            Ok(0) => return,
            Ok(n_forgotten) => tracing::debug!(n_forgotten, "forgot {n_forgotten} old answers"),
            Err(error) => {
                let error = with_causes(&error);
                tracing::warn!(error, "could not forget old answers; trying again later");
                return;
            }
        }
    }
}

/// Forgets sessions that were ended, tokens that were used and codes that were not, once they have expired
/// anyway, and what is over of the consoles.
async fn forget_sessions(app: &App) {
    let lifetime = app.session_times().lifetime;
    let began_before = app.now().saturating_sub(lifetime).unwrap_or(Timestamp::MIN);
    app.ended_sessions.forget(began_before.as_millisecond());
    let (ended, tokens, codes, of_consoles) = tokio::join!(
        sessions::forget_expired(&app.pool, lifetime),
        members::forget_tokens(&app.pool),
        handoffs::forget(&app.pool),
        consoles::forget_expired(&app.pool),
    );
    if let Err(error) = ended.and(tokens).and(codes).and(of_consoles) {
        let error = with_causes(&error);
        tracing::warn!(
            error,
            "could not forget old sessions, tokens and codes; trying again later"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::TestDatabase;

    #[tokio::test]
    async fn old_answers_are_forgotten_until_none_is_left() {
        let database = TestDatabase::create().await;
        let app = App::connect(testkit::settings([("SLUICE_DATABASE__URL", database.url())]));
        let app = app.await.unwrap();
        // More than two statements delete.
        let answers = "insert into idempotency_keys (owner, key, request, created_at)
            select 'seller:' || n % 9, 'k' || n, ''::bytea, now() - interval '25 hours'
            from generate_series(1, 20500) n
            union all select 'seller:0', 'young', ''::bytea, now()";
        sqlx::query(answers).execute(database.pool()).await.unwrap();

        forget_answers(&app).await;

        let left = "select array_agg(key) from idempotency_keys";
        assert_eq!(database.scalar::<Vec<String>>(left).await, ["young"]);
    }
}

//! Somebody's own site, into which nobody gets without a pass, whatever stands before it: the gateways of
//! `deploy/`, as they are shipped, or the middleware of the crate `pass`.
//!
//! | file | holds |
//! |---|---|
//! | `sample_site` | the site, which remembers who came to it |
//! | `door` | what stands before it |
//! | `line` | its line, and visitors who stand there |
//! | `steps` | what must hold for one visitor after the other |
//! | `crowded` | a thousand visitors, and fifty inside at most |
//! | `stock_libraries` | the examples of `docs/integrate/`, with the libraries that they name |

mod crowded;
mod door;
mod line;
mod sample_site;
mod steps;
mod stock_libraries;

use crate::{gateways::site::template, half_of_the_machine};
use anyhow::{Context, ensure};
use door::{Guard, Protected, SITE};
use line::Capacity;
use std::fs;

/// One visitor inside, who may stay longer than the test takes.
const FOR_ONE: Capacity = Capacity { max_inside: 1, pass_seconds: 600 };
/// What every file has: whom to ask, the ways in and out, and what tells the site of the pass.
const PARTS: [&str; 5] = ["/v1/gate/", "/check", "enter", "leave", "X-Sluice-Pass"];

#[tokio::test]
async fn behind_nginx_nobody_is_inside_without_a_pass() -> anyhow::Result<()> {
    protects_a_site(Guard::Nginx).await
}

#[tokio::test]
async fn behind_caddy_nobody_is_inside_without_a_pass() -> anyhow::Result<()> {
    protects_a_site(Guard::Caddy).await
}

#[tokio::test]
async fn behind_the_middleware_nobody_is_inside_without_a_pass() -> anyhow::Result<()> {
    protects_a_site(Guard::Middleware).await
}

/// Traefik is none of Debian's packages, so its file is looked at and not run.
#[test]
fn all_gateways_protect_a_site_alike() -> anyhow::Result<()> {
    let traefik = "traefik/protect.toml";
    for name in [SITE.nginx, SITE.caddy, traefik] {
        let text = fs::read_to_string(template(name)).context(name)?;
        for part in PARTS {
            ensure!(text.contains(part), "{name} has no {part}");
        }
    }
    let file: toml::Table = toml::from_str(&fs::read_to_string(template(traefik))?)?;
    let http = &file["http"];
    for (name, router) in http["routers"].as_table().context("there are routers")? {
        let service = router["service"].as_str().context("a router names its service")?;
        ensure!(http["services"].get(service).is_some(), "{name} leads to no service");
        let listed = router["middlewares"].as_array().context("no router is without one")?;
        for middleware in listed.iter().filter_map(toml::Value::as_str) {
            ensure!(http["middlewares"].get(middleware).is_some(), "there is no {middleware}");
        }
    }
    Ok(())
}

/// One visitor after the other goes in, is let out in a way of their own, and makes room for the next.
async fn protects_a_site(guard: Guard) -> anyhow::Result<()> {
    let _machine = half_of_the_machine().await;
    let site = Protected::open(guard, FOR_ONE).await?;
    steps::outsiders_are_sent_to_the_line(&site).await?;

    let (first, second) = (site.line.join().await, site.line.join().await);
    let mut inside = steps::enter(&site, &first).await?;
    steps::everything_is_there(&site, &first, &inside.browser).await?;
    steps::a_pass_counts_once(&site, &inside).await?;
    steps::nobody_is_sent_elsewhere(&site, &inside).await?;
    ensure!(second.pass("/").await.is_none(), "two are let in at one time");
    steps::leave(&site, &mut inside).await?;

    let inside = steps::enter(&site, &second).await?;
    steps::a_pass_is_taken_back(&site, &second, &inside.browser).await?;

    let third = site.line.join().await;
    let inside = steps::enter(&site, &third).await?;
    steps::without_sluice_nobody_gets_in(&site, &inside.browser).await?;
    site.close().await
}

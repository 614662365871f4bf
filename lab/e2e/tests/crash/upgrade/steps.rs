//! The steps of the upgrade, in the order that is hardest on this release: the next one's commands and
//! events come while it still reads both.

use super::{
    gateway::Gateways,
    next_release::{Newcomers, NextRelease},
};
use crate::{drop_of_the_crowd, gap, meanwhile::find_drop};
use anyhow::ensure;
use check::faults::FaultLog;
use shared::ids::DropId;
use stack::Service;
use std::{path::Path, time::Duration};
use testkit::{
    TestApp,
    app::{Api, TestDrop},
};
use tokio::time::sleep;

/// So many have joined before it begins.
const JOINS: u64 = 60;
/// How long the sale may take to come to something.
const PATIENCE: Duration = Duration::from_secs(30);
/// So many leave through the next release while both are there, each so long after the one before:
/// together longer than the lease of a ticket whose command was put aside.
const LEAVERS: u32 = 4;
const PAUSE: Duration = Duration::from_secs(2);

/// The next release taking this one's place.
pub(super) struct Upgrade<'a> {
    pub(super) app: &'a TestApp,
    pub(super) next: &'a NextRelease,
    pub(super) gateways: &'a Gateways,
    /// Where this release's admission listens.
    pub(super) earlier: &'a str,
}

/// It has taken it.
pub(super) struct TakenOver {
    pub(super) newcomers: Newcomers,
    /// When it began to, in microseconds since 1970.
    pub(super) began_us: i64,
}

impl Upgrade<'_> {
    /// Begins once there is a line, which is not that of the `other` drop.
    pub(super) async fn run(&self, other: DropId, log: &FaultLog) -> anyhow::Result<TakenOver> {
        let world = &self.app.world;
        let drop_id = self.line_forms(other).await?;
        let began_us = FaultLog::now_us();
        self.next.migrate(world).await?;
        // An instance of this release that is started only now runs its own command first.
        world.fleet.migrate().await?;
        replace(&world.workers[1], &self.next.worker).await?;
        let newcomers = self.next.start(world).await?;
        self.gateways.storefront.lead_also_to(newcomers.storefront_port);
        self.gateways.admission.lead_also_to(newcomers.admission_port);
        let flash_drop = find_drop(self.app, drop_id).await?;
        for _ in 0..LEAVERS {
            self.one_leaves(&flash_drop, &newcomers).await?;
            sleep(PAUSE).await;
        }
        replace(&world.workers[0], &self.next.worker).await?;
        self.gateways.storefront.lead_to([newcomers.storefront_port]);
        self.gateways.admission.lead_to([newcomers.admission_port]);
        world.storefront_api.stop().await?;
        world.admissions[0].stop().await?;
        log.healed("the next release took over", began_us)?;
        Ok(TakenOver { newcomers, began_us })
    }

    async fn line_forms(&self, other: DropId) -> anyhow::Result<DropId> {
        let world = &self.app.world;
        let is_there = async || drop_of_the_crowd(world).await.is_ok_and(|newest| newest != other);
        gap::until("the drop of the crowd", PATIENCE, is_there).await?;
        let mut progress = world.progress().await;
        let have_joined = async || progress.read().await.joins >= JOINS;
        gap::until("enough joins", PATIENCE, have_joined).await?;
        Ok(drop_of_the_crowd(world).await?)
    }

    /// Joins through the next release, has this one show the new ticket, and leaves.
    async fn one_leaves(&self, flash_drop: &TestDrop, newcomers: &Newcomers) -> anyhow::Result<()> {
        let shopper = self.app.shopper().await.through(&newcomers.admission_url());
        let ticket = shopper.join(flash_drop).await;
        let earlier = Api::new(self.earlier).with_ticket(&ticket.token);
        let path = format!("/v1/drops/{}/ticket", flash_drop.id);
        let is_shown = async || {
            let reply = earlier.get(&path).await;
            reply.status.is_success() && reply.body["ticket_id"] == ticket.body["ticket_id"]
        };
        gap::until("a ticket of the next release", PATIENCE, is_shown).await?;
        let left = shopper.leave(flash_drop).await;
        ensure!(left["state"] == "left", "leaving was answered {left}");
        Ok(())
    }
}

/// Stops a worker and starts it from another build.
async fn replace(worker: &Service, build: &Path) -> anyhow::Result<()> {
    worker.set_binary(build);
    Ok(worker.restart().await?)
}

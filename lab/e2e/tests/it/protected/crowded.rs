//! A thousand visitors want into a site that serves fifty at a time.

use super::{
    door::{Guard, Protected},
    line::Capacity,
    sample_site::{GOODS, STYLE},
    steps,
};
use crate::{gateways::browser::Browser, whole_machine};
use anyhow::ensure;
use futures_util::future::try_join_all;
use reqwest::Method;
use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};
use testkit::{TestDatabase, wait_until};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep},
};

const N_VISITORS: usize = 1_000;
const MAX_INSIDE: u32 = 50;
const FIFTY: Capacity = Capacity { max_inside: MAX_INSIDE, pass_seconds: 30 };
/// One of so many never comes, and their pass runs out.
const ABSENT_EVERY: usize = 100;
const N_ABSENT: usize = N_VISITORS / ABSENT_EVERY;
/// One of so many comes again with the cookie of their visit when it is over.
const BACK_EVERY: usize = 50;
/// How many join at the same moment.
const N_DOORS: usize = 32;
/// How long everybody stays, once they have seen all.
const STAY: Duration = Duration::from_millis(100);
/// Longest time that a visit counts which is over.
const LINGER: Duration = Duration::from_millis(1_500);
/// Pauses of those who look on from outside.
const LOOK_EVERY: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(60);

const N_INSIDE: &str = "select count(*) from orders where state in ('passed', 'redeemed')";
/// Tickets that were let in before one with a lower number.
const N_OVERTAKERS: &str = "select count(*) from (select admitted_at, max(admitted_at) over (
        order by score rows between unbounded preceding and 1 preceding) as latest_before
    from orders) as line where admitted_at < latest_before";
const N_ENDED: &str =
    "select array[count(*) filter (where state = 'visited'), count(*) filter (where state = 'expired')]
     from orders";
/// PASS-1: all redemptions, and the passes that were redeemed.
const N_REDEEMED: &str = "select array[count(*), count(distinct order_id)] from ticket_transitions
    where to_state = 'redeemed'";

/// What is seen of the crowd from outside.
#[derive(Default)]
struct Crowd {
    n_inside: AtomicUsize,
    most_inside: AtomicUsize,
    is_over: AtomicBool,
}

#[tokio::test]
async fn a_thousand_visitors_get_into_a_site_for_fifty_in_their_order() -> anyhow::Result<()> {
    let _machine = whole_machine().await;
    let site = Protected::open(Guard::Nginx, FIFTY).await?;
    let (crowd, doors, begun) = (Crowd::default(), Semaphore::new(N_DOORS), Instant::now());
    let visits = async {
        let visits = (0..N_VISITORS).map(|number| visit(&site, &crowd, &doors, number));
        let visited = try_join_all(visits).await;
        crowd.is_over.store(true, Ordering::Relaxed);
        visited
    };
    let database = &site.app.world.database;
    let (visited, watched, intruded) =
        tokio::join!(visits, crowd.watch(database), crowd.intrude(&site.outsider));
    visited?;
    watched?;
    let n_intrusions = intruded?;
    let most_inside = crowd.most_inside.load(Ordering::Relaxed);
    println!(
        "{N_VISITORS} visitors in {:?}, {most_inside} inside at most, {n_intrusions} turned away",
        begun.elapsed()
    );
    everybody_was_served_once(database).await?;
    nobody_else_was_there(&site).await?;
    site.close().await
}

/// One visitor, from the join to the way out.
async fn visit(
    site: &Protected,
    crowd: &Crowd,
    doors: &Semaphore,
    number: usize,
) -> anyhow::Result<()> {
    let visitor = {
        let _door = doors.acquire().await?;
        site.line.join().await
    };
    if number.is_multiple_of(ABSENT_EVERY) {
        visitor.turn("/").await;
        return Ok(());
    }
    let mut browser = steps::enter(site, &visitor).await?.browser;
    crowd.enter();
    let (page, file) = (browser.get("/", "").await?, browser.get("/assets/shop.css", "").await?);
    ensure!(page.text == GOODS && file.text == STYLE, "{page:?} {file:?}");
    sleep(STAY).await;
    crowd.leave();
    let kept = browser.clone();
    let left = browser.send(browser.request(Method::POST, "/.sluice/leave")).await?;
    ensure!(left.status == 204, "leaving is answered with {left:?}");
    if number % BACK_EVERY == 1 {
        sleep(LINGER).await;
        let back = kept.get("/", "").await?;
        ensure!(back.status == 302, "back without a place: {back:?}");
    }
    Ok(())
}

impl Crowd {
    fn enter(&self) {
        let n_inside = self.n_inside.fetch_add(1, Ordering::Relaxed) + 1;
        self.most_inside.fetch_max(n_inside, Ordering::Relaxed);
    }

    fn leave(&self) {
        self.n_inside.fetch_sub(1, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Counts who is inside: those who are seen there, and those who may be, as the database has them.
    async fn watch(&self, database: &TestDatabase) -> anyhow::Result<()> {
        while !self.is_over() {
            let n_seen = self.n_inside.load(Ordering::Relaxed);
            let n_passes: i64 = database.scalar(N_INSIDE).await;
            ensure!(n_seen <= MAX_INSIDE as usize, "{n_seen} are inside");
            ensure!(n_passes <= i64::from(MAX_INSIDE), "{n_passes} have a pass");
            sleep(LOOK_EVERY).await;
        }
        let most = self.most_inside.load(Ordering::Relaxed);
        ensure!(most <= MAX_INSIDE as usize, "{most} were inside");
        Ok(())
    }

    /// Tries to get in without a pass; returns how often.
    async fn intrude(&self, outsider: &Browser) -> anyhow::Result<u64> {
        for n in 0.. {
            if self.is_over() {
                return Ok(n);
            }
            for path in ["/", "/assets/shop.css", "/.sluice/enter?pass=forged&to=/"] {
                let answer = outsider.get(path, "").await?;
                ensure!([302, 303].contains(&answer.status), "{path}: {answer:?}");
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(0)
    }
}

/// In the order of the line; those who never came have lost their pass meanwhile.
async fn everybody_was_served_once(database: &TestDatabase) -> anyhow::Result<()> {
    let (n_absent, n_present) = (N_ABSENT as i64, (N_VISITORS - N_ABSENT) as i64);
    wait_until("end of every visit", PATIENCE, async || {
        let ended: Vec<i64> = database.scalar(N_ENDED).await;
        (ended == [n_present, n_absent]).then_some(())
    })
    .await;
    let redeemed: Vec<i64> = database.scalar(N_REDEEMED).await;
    ensure!(redeemed == [n_present, n_present], "redemptions and passes: {redeemed:?}");
    let n_overtakers: i64 = database.scalar(N_OVERTAKERS).await;
    ensure!(n_overtakers == 0, "{n_overtakers} were let in before somebody ahead of them");
    Ok(())
}

/// The site has seen each visitor who came, with both of their requests, and nobody else.
async fn nobody_else_was_there(site: &Protected) -> anyhow::Result<()> {
    let guests = site.sample.guests().await;
    ensure!(guests.len() == N_VISITORS - N_ABSENT, "{} were there", guests.len());
    let odd = guests.iter().find(|(pass, n)| pass.is_empty() || **n != 2);
    ensure!(odd.is_none(), "{odd:?} requests");
    Ok(())
}

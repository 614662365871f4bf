//! Joins and polled positions over HTTP, as load generators ask for them: 50 connections, each with
//! its next request as soon as it has the answer.
//!
//! Other waiting rooms cannot be run here. What was measured of the closest one elsewhere stands beside
//! our figures, and the best of its rates is what ours are held against.

use crate::{
    http::HttpConnection,
    join_http::{room::BenchRoom, server::BenchServer},
    latency::Latencies,
    machine::Machine,
    measure::{Sample, Series, Spread},
    options::Options,
    redis::BenchRedis,
    report::Report,
    target::BenchTarget::AtLeast,
};
use anyhow::{Context as _, ensure};

/// Connections.
const N_CLIENTS: usize = 50;

/// What was measured of the closest peer, and how many times the best of its rates ours has to be.
struct PeerFigures {
    rate: &'static str,
    p99_ms: &'static str,
    best_rate: f64,
    wanted: f64,
}

const PEER_JOINS: PeerFigures =
    PeerFigures { rate: "2200-3200", p99_ms: "30-81", best_rate: 3_200.0, wanted: 8.0 };
const PEER_POSITIONS: PeerFigures =
    PeerFigures { rate: "3000-4100", p99_ms: "29-43", best_rate: 4_100.0, wanted: 10.0 };

/// Rounds of one kind of request.
struct Asked {
    rates: Series,
    p99_ms: Vec<f64>,
}

/// Runs the benchmark.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Report> {
    let redis = BenchRedis::start().await?;
    let mut report = Report::new("polling", options, Machine::describe(redis.dir()));
    let room = BenchRoom::open(&redis).await;
    let admission = BenchServer::admission(room.redis_url())?;
    admission.wait(&room).await?;
    let looks = looks(&admission, &room, options.pick(1_000, 5_000)).await?;
    let (mut joins, mut positions) = (Asked::new("new joins"), Asked::new("polled positions"));
    let n = options.pick(5_000, 40_000);
    for _ in 0..options.rounds() {
        let requests = (0..n).map(|_| room.join()).collect();
        joins.add(admission.answer(requests, 201, N_CLIENTS).await?);
        let requests = looks.iter().cycle().take(n).cloned().collect();
        positions.add(admission.answer(requests, 200, N_CLIENTS).await?);
    }
    joins.report(&mut report, &PEER_JOINS);
    positions.report(&mut report, &PEER_POSITIONS);
    report
        .notes
        .push(format!("{N_CLIENTS} connections; clients, admission and Redis share the machine"));
    report
        .notes
        .push("the closest peer was measured with wrk on such a machine, not in this run".into());
    Ok(report)
}

impl Asked {
    fn new(what: &str) -> Self {
        Self { rates: Series::new(what), p99_ms: Vec::new() }
    }

    fn add(&mut self, (sample, latencies): (Sample, Latencies)) {
        self.rates.samples.push(sample);
        self.p99_ms.push(latencies.quantile_ms(0.99));
    }

    /// Reports rate and p99 beside those of the closest peer.
    fn report(self, report: &mut Report, peer: &PeerFigures) {
        let (what, times) = (&self.rates.name, self.rates.times_rate(peer.best_rate));
        report.beside(format!("{what} per second"), self.rates.rate(), peer.rate);
        report.beside(format!("{what}, p99 in ms"), Spread::of(self.p99_ms), peer.p99_ms);
        let name = format!("{what} per second: ours / the closest peer at its best");
        report.figure(name, times, Some(AtLeast(peer.wanted)));
        report.series.push(self.rates);
    }
}

/// Lets so many join, and returns the request of each for its position.
async fn looks(
    admission: &BenchServer,
    room: &BenchRoom,
    n: usize,
) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut connection = HttpConnection::open(admission.address()).await?;
    let mut looks = Vec::with_capacity(n);
    for _ in 0..n {
        let status = connection.exchange(&room.join()).await?;
        ensure!(status == 201, "a join was answered with {status}");
        let ticket: serde_json::Value = serde_json::from_slice(connection.body())?;
        looks.push(room.look(ticket["token"].as_str().context("a ticket without a token")?));
    }
    Ok(looks)
}

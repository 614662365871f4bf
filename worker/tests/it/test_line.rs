//! A drop with a line of its own, on the real servers, and the roles that a test asks for.

mod store;

use crate::SOON;
use broker::{BrokerError, RangeReader};
use database::selling::{
    drops::DropLane,
    scheduling::{self, EpochState, LiveDrop},
};
use queue::MAX_JOIN_BATCH;
use shared::{
    drops::{DropState, Fulfilment},
    ids::{DropId, ShopperId, TicketId, VariantId},
    line::{Intent, JoinOutcome, JoinRequest, JoinedTicket, Lane, RoomHeader},
    messages::{OrderCommand, PlaceOrder},
    shutdown::Shutdown,
};
use testkit::{TestDatabase, TestRedis, TestTopics, settings, wait_until};
use worker::{App, start};

/// One drop on servers of the test's own.
pub(crate) struct TestLine {
    pub(crate) app: App,
    pub(crate) drop_id: DropId,
    pub(crate) variant_id: VariantId,
    /// Sold beside the other one, if the options have units of it.
    pub(crate) second_variant_id: VariantId,
    pub(crate) redis: TestRedis,
    pub(crate) database: TestDatabase,
    /// Held: an embedded broker ends with it.
    _topics: TestTopics,
}

/// What a test wants to be different.
pub(crate) struct LineOptions {
    pub(crate) units: i32,
    /// Units of a second variant.
    pub(crate) second_units: Option<i32>,
    /// Of one ticket and of one customer, at most.
    pub(crate) max_units: i32,
    pub(crate) fulfilment: Fulfilment,
    pub(crate) rate: f64,
    /// Tickets admitted and not finished, at most; a site has its own.
    pub(crate) occupancy_cap: u32,
    /// Beside the normal one.
    pub(crate) lanes: Vec<DropLane>,
    /// Whether those who are absent near the front are passed over.
    pub(crate) presence: bool,
    /// The site that the drop stands before, instead of selling units.
    pub(crate) site: Option<SiteOptions>,
    /// Settings over those of the servers.
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// How a site is protected.
#[derive(Clone, Copy)]
pub(crate) struct SiteOptions {
    /// Visitors at one time, at most.
    pub(crate) max_inside: u32,
    /// Visits in all, if there is an end of them.
    pub(crate) max_visits: Option<i32>,
    /// How long a pass is good.
    pub(crate) pass_seconds: i32,
    /// Whether people are counted in by hand.
    pub(crate) manual: bool,
}

impl Default for LineOptions {
    fn default() -> Self {
        Self {
            units: 100,
            second_units: None,
            max_units: 1,
            fulfilment: Fulfilment::Auto,
            rate: 1000.0,
            occupancy_cap: 10_000,
            lanes: Vec::new(),
            presence: false,
            site: None,
            settings: Vec::new(),
        }
    }
}

impl TestLine {
    pub(crate) async fn new(options: LineOptions) -> Self {
        let (database, redis, topics) =
            tokio::join!(TestDatabase::create(), TestRedis::create(), TestTopics::create());
        let mut env = topics.env().clone();
        env.insert("SLUICE_DATABASE__URL".into(), database.url().into());
        env.insert("SLUICE_REDIS__URL".into(), redis.url().into());
        env.insert("SLUICE_LINE__GRACE_MS".into(), "300".into());
        env.extend(options.settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let settings = settings(env);
        // Shown only for a test that failed, or with --nocapture.
        static LOG: std::sync::Once = std::sync::Once::new();
        LOG.call_once(|| shared::telemetry::start_log(&settings.telemetry).unwrap());
        let app = App::connect(settings).await.unwrap();
        let [variant_id, second_variant_id] = [(); 2].map(|()| VariantId::generate());
        let drop_id = store::store_drop(&app, [variant_id, second_variant_id], &options).await;
        Self { app, drop_id, variant_id, second_variant_id, redis, database, _topics: topics }
    }

    /// Makes another drop, with a variant of its own.
    pub(crate) async fn another_drop(&self) -> (DropId, VariantId) {
        let [variant_id, second] = [(); 2].map(|()| VariantId::generate());
        let options = LineOptions::default();
        (store::store_drop(&self.app, [variant_id, second], &options).await, variant_id)
    }

    /// Another worker on the same servers.
    pub(crate) async fn another_app(&self) -> App {
        App::connect((*self.app.settings).clone()).await.unwrap()
    }

    /// Runs roles until the token that comes back is used.
    pub(crate) fn run(&self, roles: &str) -> Shutdown {
        run(&self.app, roles)
    }

    /// Makes drains believe that somebody processes orders.
    pub(crate) async fn pretend_processors(&self) {
        sqlx::query(
            "insert into heartbeats (instance, role, beat_at)
             values ('test', 'orders', now() + interval '1 hour')",
        )
        .execute(&self.app.pool)
        .await
        .unwrap();
    }

    /// Waits until the room is open in this or a later epoch.
    pub(crate) async fn open(&self, epoch: u32) -> LiveDrop {
        wait_until("open room", SOON, async || {
            let row = self.row().await?;
            let ready = row.epoch_state == EpochState::Open
                && row.state == DropState::Open
                && row.epoch.0 >= epoch;
            let header = self.header().await?;
            (ready && header.epoch == row.epoch && header.grace_until_us <= header.now_us)
                .then_some(row)
        })
        .await
    }

    pub(crate) async fn row(&self) -> Option<LiveDrop> {
        scheduling::live_drop(&self.app.pool, self.drop_id).await.unwrap()
    }

    /// Returns the room's header; `None` also while Redis does not answer.
    pub(crate) async fn header(&self) -> Option<RoomHeader> {
        match self.app.queue.room(self.drop_id).await {
            Err(error) if error.is_unavailable() => None,
            header => header.unwrap(),
        }
    }

    /// Joins so many shoppers, in order.
    pub(crate) async fn join(&self, count: usize) -> Vec<JoinedTicket> {
        let shoppers: Vec<_> = (0..count).map(|_| ShopperId::generate()).collect();
        let outcomes = self.join_as(&shoppers).await;
        let joined = outcomes.into_iter().map(|outcome| match outcome {
            JoinOutcome::Joined(ticket, _) => ticket,
            other => panic!("expected a new ticket, got {other:?}"),
        });
        joined.collect()
    }

    /// Joins these shoppers, in order.
    pub(crate) async fn join_as(&self, shoppers: &[ShopperId]) -> Vec<JoinOutcome> {
        self.join_lane(Lane::NORMAL, shoppers).await
    }

    /// Joins these shoppers in a lane, in order.
    pub(crate) async fn join_lane(&self, lane: Lane, shoppers: &[ShopperId]) -> Vec<JoinOutcome> {
        let intent = Intent { variant_id: self.variant_id, units: 1 };
        let request = |shopper_id: &ShopperId| JoinRequest {
            ticket_id: TicketId::generate(),
            shopper_id: *shopper_id,
            lane,
            intent,
        };
        self.ask_to_join(shoppers.iter().map(request).collect()).await
    }

    /// Joins one new shopper after the other who want this.
    pub(crate) async fn join_for<const N: usize>(&self, intents: [Intent; N]) -> [JoinedTicket; N] {
        let requests = intents.map(|intent| JoinRequest {
            ticket_id: TicketId::generate(),
            shopper_id: ShopperId::generate(),
            lane: Lane::NORMAL,
            intent,
        });
        let outcomes: [JoinOutcome; N] =
            self.ask_to_join(requests.to_vec()).await.try_into().unwrap();
        outcomes.map(|outcome| match outcome {
            JoinOutcome::Joined(ticket, _) => ticket,
            other => panic!("expected a new ticket, got {other:?}"),
        })
    }

    async fn ask_to_join(&self, requests: Vec<JoinRequest>) -> Vec<JoinOutcome> {
        let row = self.row().await.unwrap();
        let mut outcomes = Vec::with_capacity(requests.len());
        for chunk in requests.chunks(MAX_JOIN_BATCH) {
            let joins = self.app.queue.join(self.drop_id, row.epoch, chunk).await.unwrap();
            outcomes.extend(joins.outcomes);
        }
        outcomes
    }

    /// Scores of those who wait, in order.
    pub(crate) async fn waiting(&self) -> Vec<u64> {
        let row = self.row().await.unwrap();
        let snapshot = self.app.queue.snapshot(self.drop_id, row.epoch).await.unwrap();
        snapshot.lines.iter().flat_map(|line| &line.scores).map(|score| score.raw()).collect()
    }

    /// All commands in the drop's partition. Kafka is asked again where it is too busy to answer.
    pub(crate) async fn commands(&self) -> Vec<PlaceOrder> {
        let row = self.row().await.unwrap();
        wait_until("commands", SOON, async || self.read_commands(row.partition).await.ok()).await
    }

    async fn read_commands(&self, partition: i32) -> Result<Vec<PlaceOrder>, BrokerError> {
        let topic = &self.app.topics.order_commands;
        let range = self.app.log_info.offsets(topic, partition).await?;
        let mut reader = RangeReader::open(&self.app.ranges, topic, partition, range).await?;
        let mut commands = Vec::new();
        while let Some(records) = reader.next().await? {
            for record in records {
                let OrderCommand::V1(command) =
                    serde_json::from_slice(&record.payload.unwrap()).unwrap();
                command.verify(&self.app.command_keys).unwrap();
                commands.push(command);
            }
        }
        Ok(commands)
    }
}

pub(crate) fn run(app: &App, roles: &str) -> Shutdown {
    let shutdown = Shutdown::default();
    start::tasks(app, &roles.parse().unwrap(), &shutdown);
    shutdown
}

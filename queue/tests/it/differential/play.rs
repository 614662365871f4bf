//! One world, played step by step on Redis and on the model.

use super::{
    answers::Answers, dump::Dump, execute::Target, ground::Ground, reached::Reached, store::Store,
};
use shared::{
    ids::DropId,
    line::{Epoch, Lane},
};
use simulation::{
    check::{RateLog, nobody_gets_too_few, nobody_is_lost, nobody_is_passed_over},
    line::{LineCommand, LineModel, LineReply},
    shares::LaneLog,
    world::{Crowd, RedisFault, SeededWorld, Step},
};

/// How long a step takes, roughly.
const STEP_US: i64 = 500;
/// A world has the first of these, or some, or all.
const LANES: [Lane; 4] = [Lane::NORMAL, Lane(1), Lane(2), Lane(3)];

/// Makes the kind of world that is played.
pub(super) type MakeCrowd = fn(&[Lane], i64, i64) -> Crowd;

/// Where a world is; formatted only when it diverges.
#[derive(Debug)]
pub(super) struct At {
    seed: u64,
    n: usize,
    step: Step,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}, step {}: {:?}", self.seed, self.n, self.step)
    }
}

/// One world.
pub(super) struct Play<'g> {
    ground: &'g Ground,
    drop_id: DropId,
    seed: u64,
    world: SeededWorld,
    line: LineModel,
    /// The line at the last sync, if Redis may fall back to it.
    synced: Option<LineModel>,
    store: Store,
    rates: RateLog,
    lanes: LaneLog,
    played: Played,
}

/// How deep a world went.
#[derive(Debug, Default)]
pub(super) struct Played {
    /// How often its line was built.
    pub(super) n_built: usize,
    pub(super) reached: Reached,
}

impl<'g> Play<'g> {
    pub(super) async fn new(ground: &'g Ground, seed: u64, crowd: MakeCrowd) -> Self {
        let drop_id = DropId::generate();
        let mut store = Store::connect(ground.redis(), drop_id).await;
        let lanes = &LANES[..=(seed / 2 % 4) as usize];
        let world = SeededWorld::new(seed, crowd(lanes, store.now_us().await, STEP_US));
        store.set_lines(lanes, &world.config.variants);
        Self {
            ground,
            drop_id,
            seed,
            world,
            line: LineModel::default(),
            synced: None,
            store,
            rates: RateLog::default(),
            lanes: LaneLog::default(),
            played: Played::default(),
        }
    }

    /// Plays the opening and so many steps.
    pub(super) async fn run(mut self, steps: usize) -> Played {
        let n_opening = self.world.n_opening();
        for n in 0..n_opening + steps {
            let step = self.world.next(&self.line);
            let at = At { seed: self.seed, n, step: step.clone() };
            match step {
                Step::Synced => self.sync().await,
                Step::Fault(fault) => self.fail(fault).await,
                Step::Command(epoch, command) => self.command(epoch, &command, &at).await,
            }
            // The whole state only now and then, since it costs more than a step.
            let n_played = (n + 1).saturating_sub(n_opening);
            if n_played == steps || (n_played > 0 && n_played.is_multiple_of(16)) {
                self.compare(&at).await;
            }
        }
        self.played.reached.note_lanes(&self.lanes);
        self.rates.check().unwrap_or_else(|error| panic!("seed {}: {error}", self.seed));
        self.store.clean().await;
        self.played
    }

    async fn command(&mut self, epoch: Epoch, command: &LineCommand, at: &At) {
        let before = self.line.clone();
        let (queue, store, drop_id) = (self.ground.queue(), &mut self.store, self.drop_id);
        let mut target = Target { queue, store, drop_id, epoch };
        let (now_us, reply) = target.execute(command).await;
        let expected = self.line.step(epoch, now_us, command);
        assert_eq!(reply, expected, "Redis (left) and model (right) at {at}");
        self.world.observe(epoch, now_us, command, &reply);
        self.check(&before, now_us, command, &reply, at);
        self.played.reached.note(&before, command, &reply);
        match (command, &reply) {
            (LineCommand::Begin, _) => {
                // Losing more than the last moments is another test's business.
                self.synced = None;
                self.store.epoch = self.world.epoch;
            }
            (LineCommand::Open { .. }, LineReply::Done) => {
                self.played.n_built += 1;
                self.find_everybody(epoch, at).await;
            }
            _ => {}
        }
    }

    /// QUEUE-2: asks Redis for everybody who is in line according to the log.
    async fn find_everybody(&self, epoch: Epoch, at: &At) {
        let logged = self.world.logged_in_line();
        let states = self.ground.queue().status(self.drop_id, epoch, &logged).await.unwrap();
        assert_eq!(states.len(), logged.len(), "{at}");
        nobody_is_lost(logged.into_iter().zip(states))
            .unwrap_or_else(|error| panic!("{at}: {error}"));
    }

    fn check(
        &mut self,
        before: &LineModel,
        now_us: i64,
        command: &LineCommand,
        reply: &LineReply,
        at: &At,
    ) {
        if let Some(config) = &self.line.config
            && matches!(command, LineCommand::Open { .. } | LineCommand::Configure(_))
            && !matches!(reply, LineReply::Refused(_))
        {
            self.rates.rate(now_us, config.admission_rate_per_second);
        }
        if let LineCommand::Admit { request, .. } = command
            && let LineReply::Admitted(admission) = reply
            && !before.remembers(*request)
        {
            // Where numbers are served, there is no rate to keep.
            if !before.is_manual() {
                self.rates.admitted(admission.at_us, admission.tickets.len());
            }
            nobody_is_passed_over(before, &self.line, admission)
                .and_then(|()| nobody_gets_too_few(before, admission))
                .and_then(|()| self.lanes.admitted(before, &self.line, &admission.tickets))
                .unwrap_or_else(|error| panic!("{at}: {error}"));
        }
    }

    async fn sync(&mut self) {
        self.store.save().await;
        self.synced = Some(self.line.clone());
    }

    async fn fail(&mut self, fault: RedisFault) {
        match fault {
            RedisFault::Restarts => {}
            RedisFault::LosesItsTail => {
                if let Some(synced) = &self.synced {
                    self.store.load().await;
                    self.line = synced.clone();
                }
            }
            RedisFault::Wiped => {
                self.store.wipe().await;
                self.line = LineModel::default();
            }
        }
        if self.ground.restart().await {
            self.store.reconnect().await;
        } else {
            let field = if self.seed.is_multiple_of(2) { "run_id" } else { "replid" };
            self.store.pretend_other_server(field).await;
        }
        if let Some(room) = &mut self.line.room {
            room.trusted = false;
        }
        self.synced = None;
    }

    async fn compare(&mut self, at: &At) {
        let real = self.store.dump().await;
        assert_eq!(real, Dump::of_model(&self.line), "Redis (left) and model (right) after {at}");
        real.check_accounts().unwrap_or_else(|error| panic!("{at}: {error}"));
        self.played.reached.note_line(&self.line);
        // What readers are told follows from the state; asking in some worlds is enough.
        let asks = self.seed.is_multiple_of(4);
        if asks && self.line.room.is_some_and(|room| room.trusted && room.open) {
            let (queue, drop_id) = (self.ground.queue(), self.drop_id);
            let (line, kept) = (&self.line, self.world.kept_tickets().collect());
            Answers { queue, drop_id, line, kept, at }.compare(&mut self.store).await;
        }
    }
}

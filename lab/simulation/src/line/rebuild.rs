//! How a lost line comes back.

use super::{
    LaneTurns, LineCommand, LineModel, LineReply, ModelEnd, ModelFront, ModelRoom, ModelState,
};
use shared::line::{Epoch, EpochProblem, Follows, LineImage, RoomConfig, RoomEvent, Score};

/// Numbers whose bits share a byte.
const PER_BYTE: u64 = 4;

impl LineModel {
    pub(super) fn begin(&mut self, epoch: Epoch) -> LineReply {
        if self.room.is_some_and(|room| room.epoch >= epoch) {
            return LineReply::Refused(EpochProblem::Stale);
        }
        self.room =
            Some(ModelRoom { epoch, trusted: true, open: false, evn: 0, grace_until_us: 0 });
        self.seq = 0;
        self.memo.clear();
        self.tat = None;
        self.turns = LaneTurns::default();
        LineReply::Done
    }

    pub(super) fn rebuild_step(&mut self, now_us: i64, command: &LineCommand) -> LineReply {
        match command {
            LineCommand::Load { image, lease_us } => self.load(image, now_us + lease_us),
            LineCommand::RestoreStock(stock) => {
                self.stock = stock.iter().map(|figure| (figure.variant_id, *figure)).collect();
            }
            LineCommand::Open { config, follows, grace_us } => {
                self.open(now_us, config, *follows, *grace_us);
            }
            _ => {}
        }
        LineReply::Done
    }

    /// Forgets everybody and everything that happened; the image is all that there is.
    fn load(&mut self, image: &LineImage, deadline_us: i64) {
        *self = Self {
            room: self.room,
            lanes: image.lanes(),
            seq: image.last_number,
            ..Self::default()
        };
        for (epoch, bytes) in &image.ended {
            for number in 0..bytes.len() as u64 * PER_BYTE {
                let byte = bytes[(number / PER_BYTE) as usize];
                if let Some(end) = ModelEnd::of_bits(byte >> (6 - 2 * (number % PER_BYTE))) {
                    self.over.insert(Score::new(*epoch, number), end);
                }
            }
        }
        self.why = image.why.iter().copied().collect();
        image.waiting.iter().for_each(|ticket| self.put_in_line(ticket));
        image.missed.iter().for_each(|ticket| self.put(ticket, ModelState::Missed));
        image.held.iter().for_each(|ticket| self.put(ticket, ModelState::Held));
        for one in &image.in_flight {
            let (position, admitted_at_us) = (Some(one.position), one.admitted_at_us);
            let state = ModelState::InFlight { deadline_us, position, admitted_at_us };
            self.put(&one.ticket, state);
        }
    }

    fn open(&mut self, now_us: i64, config: &RoomConfig, follows: Option<Follows>, grace_us: i64) {
        self.lanes.extend(config.lanes.iter().map(|one| one.lane));
        self.config = Some(config.clone());
        self.ended = config.ended;
        self.tat = None;
        self.front = ModelFront::default();
        if let Some(room) = &mut self.room {
            room.open = true;
            room.grace_until_us = if grace_us > 0 { now_us + grace_us } else { 0 };
        }
        self.tell(RoomEvent::Begun {
            follows: follows.map(|one| one.point),
            follows_hash: follows.map(|one| one.hash).unwrap_or_default(),
        });
    }
}

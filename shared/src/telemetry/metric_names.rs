//! Every metric has its name here, and nowhere else.

macro_rules! metric_names {
    ($(#[$doc:meta])* $name:ident, $macro:ident, $handle:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in Prometheus.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The metric without labels.
            pub fn get(self) -> metrics::$handle {
                metrics::$macro!(self.as_str())
            }
        }
    };
}

metric_names! {
    /// What only grows.
    CounterName, counter, Counter {
        /// Tickets given.
        TicketsJoined = "sluice_tickets_joined_total",
        /// Tickets that left by their shopper's will.
        TicketsLeft = "sluice_tickets_left_total",
        /// Tickets let in.
        TicketsAdmitted = "sluice_tickets_admitted_total",
        /// Tickets closed in line.
        TicketsClosed = "sluice_tickets_closed_total",
        /// Frames written to sockets.
        FramesSent = "sluice_frames_sent_total",
        /// Rooms built anew.
        RoomsRebuilt = "sluice_rooms_rebuilt_total",
        /// Room events written to Kafka.
        QueueEventsLogged = "sluice_queue_events_logged_total",
        /// Order commands written to Kafka.
        CommandsProduced = "sluice_commands_produced_total",
        /// Order commands written again by the reconciler.
        CommandsReproduced = "sluice_commands_reproduced_total",
        /// Order commands that became an order row.
        CommandsProcessed = "sluice_commands_processed_total",
        /// Records that could not be understood.
        DeadLetters = "sluice_dead_letters_total",
        /// Holds that ran out.
        HoldsExpired = "sluice_holds_expired_total",
        /// Orders paid.
        OrdersConfirmed = "sluice_orders_confirmed_total",
        /// Calls to the provider without a clear answer.
        PaymentsUnknown = "sluice_payments_unknown_total",
        /// Outbox rows published.
        OutboxPublished = "sluice_outbox_published_total",
        /// Requests refused by a limit.
        RateLimited = "sluice_rate_limited_total",
        /// Answers by the problem's code.
        Problems = "sluice_problems_total",
    }
}

metric_names! {
    /// What goes up and down.
    GaugeName, gauge, Gauge {
        /// Sockets open.
        Sockets = "sluice_sockets",
        /// Tickets waiting, as this instance sees it.
        Waiting = "sluice_waiting",
        /// Commands between the log's end and the processor.
        CommandLag = "sluice_command_lag",
        /// Rows in the outbox that wait to be published.
        OutboxWaiting = "sluice_outbox_waiting",
    }
}

metric_names! {
    /// What has a distribution.
    HistogramName, histogram, Histogram {
        /// Time of a request.
        RequestSeconds = "sluice_request_seconds",
        /// Time of a call to Redis.
        RedisSeconds = "sluice_redis_seconds",
        /// Time of a batch of orders, lock to commit.
        BatchSeconds = "sluice_batch_seconds",
        /// Orders of a batch.
        BatchOrders = "sluice_batch_orders",
        /// Time of a call to the provider.
        ProviderSeconds = "sluice_provider_seconds",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_end_as_prometheus_wants() {
        for name in CounterName::ALL {
            assert!(name.as_str().ends_with("_total"), "{name:?}");
        }
    }
}

//! Every metric's name, here and nowhere else.

macro_rules! metric_names {
    ($(#[$doc:meta])* $name:ident, $macro:ident, $handle:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All of them, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name in Prometheus.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Returns the metric, without labels.
            pub fn get(self) -> metrics::$handle {
                metrics::$macro!(self.as_str())
            }
        }
    };
}

metric_names! {
    /// What only grows.
    CounterName, counter, Counter {
        /// Tickets given out.
        TicketsJoined = "sluice_tickets_joined_total",
        /// Tickets whose shoppers left.
        TicketsLeft = "sluice_tickets_left_total",
        /// Tickets let in.
        TicketsAdmitted = "sluice_tickets_admitted_total",
        /// Tickets that were missed near the front and came back.
        TicketsReturned = "sluice_tickets_returned_total",
        /// Frames sent to shoppers.
        FramesSent = "sluice_frames_sent_total",
        /// Lines brought back by a rebuild.
        RoomsRebuilt = "sluice_rooms_rebuilt_total",
        /// Room events written to Kafka.
        QueueEventsLogged = "sluice_queue_events_logged_total",
        /// Order commands written to Kafka.
        CommandsProduced = "sluice_commands_produced_total",
        /// Order commands written again by the reconciler.
        CommandsReproduced = "sluice_commands_reproduced_total",
        /// Order commands that became an order row.
        CommandsProcessed = "sluice_commands_processed_total",
        /// Logs of order commands that had lost records.
        CommandLogsCut = "sluice_command_logs_cut_total",
        /// Records that could not be understood.
        DeadLetters = "sluice_dead_letters_total",
        /// Holds that ran out unpaid.
        HoldsExpired = "sluice_holds_expired_total",
        /// Orders paid.
        OrdersConfirmed = "sluice_orders_confirmed_total",
        /// Calls to the provider without a clear answer.
        PaymentsUnknown = "sluice_payments_unknown_total",
        /// Payments that were left to a person.
        PaymentsPutToReview = "sluice_payments_put_to_review_total",
        /// Order events and dead letters published.
        EventsPublished = "sluice_events_published_total",
        /// Visitors who came into a site without a line, while that gave no answer.
        VisitorsLetThrough = "sluice_visitors_let_through_total",
        /// Tasks of a worker that panicked.
        WorkerPanics = "sluice_worker_panics_total",
        /// Requests refused by a limit.
        RateLimited = "sluice_rate_limited_total",
        /// Error answers, labelled with the `code` of the problem.
        Problems = "sluice_problems_total",
    }
}

metric_names! {
    /// What goes up and down.
    GaugeName, gauge, Gauge {
        /// Sockets open.
        Sockets = "sluice_sockets",
        /// Room events that an instance should know by now, of the room that it is furthest behind.
        RoomEventLag = "sluice_room_event_lag",
        /// Commands in the log that the processor has not reached.
        CommandLag = "sluice_command_lag",
        /// Partitions whose orders can't be committed and wait.
        StalledPartitions = "sluice_stalled_partitions",
        /// Drops that are about to open, but whose partition Kafka does not have yet.
        DropsWithoutLog = "sluice_drops_without_log",
        /// Journal rows whose events wait to be published.
        EventsWaiting = "sluice_events_waiting",
        /// Journal rows without a partition of their own; more than none is an alarm.
        JournalInDefault = "sluice_journal_in_default",
        /// Payments that wait for a person.
        PaymentsToReview = "sluice_payments_to_review",
        /// Whether the payment provider is called: 0 yes, 1 tried again after a pause, 2 no.
        ProviderBreaker = "sluice_provider_breaker",
        /// What is left of the budget for repeated calls, 0 to 1, labelled with the `dependency`; up
        /// to one half, they are held back.
        RetryBudget = "sluice_retry_budget",
    }
}

metric_names! {
    /// What has a distribution.
    HistogramName, histogram, Histogram {
        /// Time that a request takes.
        RequestSeconds = "sluice_request_seconds",
        /// Time that a batch of orders takes, from lock to commit.
        BatchSeconds = "sluice_batch_seconds",
        /// Orders placed by a batch.
        BatchOrders = "sluice_batch_orders",
        /// Time that a call to the provider takes.
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

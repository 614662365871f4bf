//! The CPU of a stack's processes, sampled while a run lasts.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::{
    machine, ports,
    processes::{self, ProcessStat},
    services::{FoundBy, WatchedService},
    ticks::{TickSpan, UsedTicks},
};

/// How long to wait between two searches for a process that was started again. A search reads the
/// machine's whole table of sockets, which is long while thousands are connected.
const SEARCH_PAUSE: Duration = Duration::from_secs(1);

/// Watches processes, which may end and be started again during the run.
#[derive(Debug)]
pub(crate) struct CpuWatch {
    services: Vec<WatchedService>,
    /// By process id and start, since an id can be used again.
    roots: BTreeMap<(u32, u64), RootProcess>,
    /// Parents of our services.
    supervisors: BTreeSet<u32>,
    /// How many processes each service with a known port had when the watch began.
    n_at_first: BTreeMap<&'static str, usize>,
    /// A process that started later had used nothing before the run.
    began_ticks: u64,
    searched: Instant,
    client: TickSpan,
    machine: TickSpan,
}

/// A process that was started for a service; its children count with it.
#[derive(Debug)]
struct RootProcess {
    service: &'static str,
    used: TickSpan,
}

impl CpuWatch {
    /// Finds the processes and takes the first sample.
    pub(crate) fn begin(services: Vec<WatchedService>) -> Self {
        let mut watch = Self::new(services, machine::uptime_ticks().unwrap_or(u64::MAX));
        let processes = processes::all();
        watch.search(&processes);
        watch.n_at_first = watch.n_listening(&processes);
        watch.observe(&processes);
        watch
    }

    fn new(services: Vec<WatchedService>, began_ticks: u64) -> Self {
        Self {
            services,
            roots: BTreeMap::new(),
            supervisors: BTreeSet::new(),
            n_at_first: BTreeMap::new(),
            began_ticks,
            searched: Instant::now(),
            client: TickSpan::default(),
            machine: TickSpan::default(),
        }
    }

    /// Samples again. A process that has ended keeps its last value.
    pub(crate) fn look(&mut self) {
        let processes = processes::all();
        if self.searched.elapsed() >= SEARCH_PAUSE && self.has_lost_one(&processes) {
            self.search(&processes);
        }
        self.observe(&processes);
    }

    /// Returns what has been used between the first sample and the last.
    pub(crate) fn used(&self) -> UsedTicks {
        let of_service = |name: &str| {
            let roots = self.roots.values().filter(|root| root.service == name);
            roots.filter_map(|root| root.used.used()).reduce(|sum, used| sum + used)
        };
        let services = self.services.iter().map(|service| (service.name, of_service(service.name)));
        UsedTicks {
            services: services.collect(),
            client: self.client.used(),
            machine: self.machine.used(),
        }
    }

    /// Finds the services that listen on a known port.
    fn search(&mut self, processes: &BTreeMap<u32, ProcessStat>) {
        self.searched = Instant::now();
        let listeners = ports::listeners();
        let mut found = Vec::new();
        for service in &self.services {
            let FoundBy::Ports { ports, is_ours } = &service.found_by else { continue };
            let sockets: BTreeSet<u64> =
                ports.iter().filter_map(|port| listeners.get(port)).flatten().copied().collect();
            if sockets.is_empty() {
                continue;
            }
            for (pid, process) in candidates(service, processes) {
                if ports::holds_any(pid, &sockets) {
                    found.push((service.name, pid, process));
                    self.supervisors.extend(is_ours.then_some(process.parent));
                }
            }
        }
        self.adopt(found);
    }

    /// Adopts what the supervisors have started, and samples every known process.
    fn observe(&mut self, processes: &BTreeMap<u32, ProcessStat>) {
        let mut found = Vec::new();
        for service in self.services.iter().filter(|s| s.found_by == FoundBy::Supervisor) {
            for (pid, process) in candidates(service, processes) {
                if self.supervisors.contains(&process.parent) {
                    found.push((service.name, pid, process));
                }
            }
        }
        self.adopt(found);
        for ((pid, started_ticks), root) in &mut self.roots {
            if is_alive(processes, *pid, *started_ticks) {
                root.used.saw(processes::ticks_with_children(processes, *pid));
            }
        }
        self.client.saw(processes.get(&std::process::id()).map(|process| process.own_ticks));
        self.machine.saw(machine::busy_ticks());
    }

    fn adopt(&mut self, found: Vec<(&'static str, u32, &ProcessStat)>) {
        for (service, pid, process) in found {
            let is_new = process.started_ticks >= self.began_ticks;
            self.roots.entry((pid, process.started_ticks)).or_insert_with(|| {
                let mut used = TickSpan::default();
                used.saw(is_new.then_some(0));
                RootProcess { service, used }
            });
        }
    }

    /// Whether a service that was found by its port runs in fewer processes than at first.
    fn has_lost_one(&self, processes: &BTreeMap<u32, ProcessStat>) -> bool {
        let n_now = self.n_listening(processes);
        self.n_at_first.iter().any(|(name, n_at_first)| n_now.get(name) < Some(n_at_first))
    }

    fn n_listening(&self, processes: &BTreeMap<u32, ProcessStat>) -> BTreeMap<&'static str, usize> {
        let n_alive = |name: &str| {
            let roots = self.roots.iter().filter(|(_, root)| root.service == name);
            roots.filter(|((pid, started), _)| is_alive(processes, *pid, *started)).count()
        };
        let has_port = |service: &&WatchedService| service.found_by != FoundBy::Supervisor;
        let services = self.services.iter().filter(has_port);
        services.map(|service| (service.name, n_alive(service.name))).collect()
    }
}

/// Processes of a service's program, without the children of such a process and without this one,
/// which may stand in for a service.
fn candidates<'p>(
    service: &WatchedService,
    processes: &'p BTreeMap<u32, ProcessStat>,
) -> Vec<(u32, &'p ProcessStat)> {
    let is_root = |process: &ProcessStat| {
        processes.get(&process.parent).is_none_or(|parent| parent.name != process.name)
    };
    let named = processes.iter().filter(|(_, process)| {
        service.programs.contains(&process.name.as_str()) && is_root(process)
    });
    let others = named.filter(|(pid, _)| **pid != std::process::id());
    others.map(|(pid, process)| (*pid, process)).collect()
}

fn is_alive(processes: &BTreeMap<u32, ProcessStat>, pid: u32, started_ticks: u64) -> bool {
    processes.get(&pid).is_some_and(|process| process.started_ticks == started_ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(parent: u32, started_ticks: u64, own_ticks: u64) -> ProcessStat {
        ProcessStat { name: "worker".to_owned(), parent, started_ticks, own_ticks, reaped_ticks: 0 }
    }

    #[test]
    fn a_process_that_is_started_again_goes_on_counting() {
        let service =
            WatchedService { name: "worker", programs: &["worker"], found_by: FoundBy::Supervisor };
        let mut watch = CpuWatch::new(vec![service], 1_000);
        watch.observe(&BTreeMap::from([(20, worker(7, 900, 50))]));
        assert_eq!(watch.used().services["worker"], None, "its stack is not known yet");

        watch.supervisors.insert(7);
        watch.observe(&BTreeMap::from([(20, worker(7, 900, 50)), (30, worker(8, 900, 400))]));
        watch.observe(&BTreeMap::from([(20, worker(7, 900, 62)), (30, worker(8, 900, 500))]));
        watch.observe(&BTreeMap::new());
        watch.observe(&BTreeMap::from([(20, worker(7, 1_100, 5))]));
        assert_eq!(watch.used().services["worker"], Some(12 + 5));
    }
}

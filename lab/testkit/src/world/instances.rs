//! Any number of instances of each service, started and ready.

use futures_util::future::try_join_all;
use stack::{Fleet, Service, ServiceOptions, StackError, ports};

use super::options::WorldOptions;

/// The running services of one fleet.
pub(super) struct Instances {
    pub(super) sandbox_psp: Service,
    pub(super) storefront_api: Service,
    pub(super) admissions: Vec<Service>,
    pub(super) admission_urls: Vec<String>,
    pub(super) workers: Vec<Service>,
}

impl Instances {
    /// Starts everything; the first instance of each service has the fleet's ports.
    pub(super) async fn start(fleet: &Fleet, options: &WorldOptions) -> Result<Self, StackError> {
        let (admissions, admission_urls) = admissions(fleet, options.n_admissions)?;
        let workers = workers(fleet, options.n_workers)?;
        let start = |service| Service::start(options.choose_build(service));
        let sandbox_psp = start(fleet.sandbox_psp()?).await?;
        let (admissions, workers, storefront_api) = tokio::try_join!(
            try_join_all(admissions.into_iter().map(start)),
            try_join_all(workers.into_iter().map(start)),
            start(fleet.storefront_api()?),
        )?;
        Ok(Self { sandbox_psp, storefront_api, admissions, admission_urls, workers })
    }
}

fn admissions(fleet: &Fleet, n: usize) -> Result<(Vec<ServiceOptions>, Vec<String>), StackError> {
    let mut instances = vec![fleet.admission()?];
    let mut urls = vec![fleet.admission_url()];
    for number in 2..=n {
        let (listen, admin) = (ports::reserve()?, ports::reserve()?);
        let url = format!("http://127.0.0.1:{listen}");
        let instance = fleet
            .admission()?
            .name(format!("admission-{number}"))
            .env([
                ("SLUICE_ADMISSION__LISTEN", format!("127.0.0.1:{listen}")),
                ("SLUICE_ADMISSION__ADMIN_LISTEN", format!("127.0.0.1:{admin}")),
                ("SLUICE_ADMISSION__PUBLIC_URL", url.clone()),
            ])
            .ready_url(format!("http://127.0.0.1:{admin}/readyz"));
        instances.push(instance);
        urls.push(url);
    }
    Ok((instances, urls))
}

fn workers(fleet: &Fleet, n: usize) -> Result<Vec<ServiceOptions>, StackError> {
    let mut instances = vec![fleet.worker()?];
    for number in 2..=n {
        let admin = ports::reserve()?;
        let instance = fleet
            .worker()?
            .name(format!("worker-{number}"))
            .env([("SLUICE_WORKER__ADMIN_LISTEN", format!("127.0.0.1:{admin}"))])
            .ready_url(format!("http://127.0.0.1:{admin}/readyz"));
        instances.push(instance);
    }
    Ok(instances)
}

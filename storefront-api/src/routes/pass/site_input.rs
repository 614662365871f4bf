//! What a seller says of a site to protect.

use crate::{
    App,
    extract::{CurrentSeller, Faults, Validate},
    routes::{
        failure_policy,
        ranges::{HOLD_SECONDS, MAX_UNITS, OCCUPANCY_CAPS, PER_MINUTE},
        seller::window::check_window,
    },
};
use database::selling::passes::NewSite;
use jiff::Timestamp;
use serde::Deserialize;
use shared::{
    config::Profile,
    decide::failure::OnFailure,
    drops::FailurePolicy,
    ids::{DropId, ProductId, VariantId},
    site::Site,
};
use std::slice;
use utoipa::ToSchema;

const MAX_ORIGINS: usize = 10;
/// How long a visit may last where nobody has said so: twenty minutes.
const PASS_SECONDS: i32 = 1200;
const UNLESS_MANUAL: &str = "must be given, unless people are counted in by hand";

/// A site to protect.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteInput {
    /// Up to 200 characters.
    #[schema(min_length = 1, max_length = 200, example = "Harbour Lamps")]
    title: String,
    /// Where it begins: an origin, perhaps with a path. In production it is reached over HTTPS.
    #[schema(min_length = 1, max_length = 500, example = "https://shop.example/")]
    site_url: String,
    /// Further origins at which the same gate stands; up to 10.
    #[serde(default)]
    #[schema(max_items = 10)]
    return_origins: Vec<String>,
    /// People let in per minute, from 0.06 to 6 000 000; left out where `manual` is true.
    #[schema(minimum = 0.06, maximum = 6_000_000, example = 300)]
    visitors_per_minute: Option<f64>,
    /// People inside at one time, at most; from 1 to 10 000 000. May be left out where `manual` is true.
    #[schema(minimum = 1, maximum = 10_000_000, example = 500)]
    max_inside: Option<u32>,
    /// Visits in all, from 1 to 10 000 000; then the line closes as sold out, once all of them have begun.
    /// Each person may have one, and one that is never begun goes to the next in line. Without it there is
    /// no end of them. Never where `manual` is true or `failure_policy` is `open`.
    #[schema(minimum = 1, maximum = 10_000_000, example = 500)]
    max_visits: Option<i32>,
    /// How long a visit may last, up to 86 400 seconds; also how long somebody may take to come in. Without
    /// it 1200, or 900 where `manual` is true.
    #[schema(minimum = 1, maximum = 86_400)]
    pass_seconds: Option<i32>,
    /// When the line opens; now if it is left out.
    opens_at: Option<Timestamp>,
    /// When nobody is let in any more; without it there is no end.
    closes_at: Option<Timestamp>,
    /// Whether only those may join who your own site says are your members (`/v1/session/member`).
    #[serde(default)]
    members_only: bool,
    /// Whether those who are absent when it is their turn are passed over, and stand at their own place
    /// again once they are back. Never where `manual` is true: nobody can tell there who is absent.
    #[serde(default = "yes")]
    #[schema(default = true)]
    presence: bool,
    /// Whether you count people in by hand, with the API of the retired "Virtual Waiting Room on AWS"
    /// (`/aws`).
    #[serde(default)]
    manual: bool,
    /// What the gate does while the line gives no answer; without it `closed`. `open` is for sites whose
    /// line everybody may join: never with `members_only`, `manual` or `max_visits`.
    #[serde(default = "closed")]
    failure_policy: FailurePolicy,
    /// People who then come in per minute without a line, from 1 to 60 000: with `open`, and only then.
    #[schema(minimum = 1, maximum = 60_000, example = 60)]
    failure_per_minute: Option<u32>,
}

const fn yes() -> bool {
    true
}

const fn closed() -> FailurePolicy {
    FailurePolicy::Closed
}

impl Validate for SiteInput {
    fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.text("/title", &self.title, 200);
        faults.text("/site_url", &self.site_url, 500);
        if self.site_with(&[]).is_none() {
            faults.add("/site_url", "must be an address such as https://shop.example/");
        } else {
            self.check_origins(&mut faults);
        }
        self.check_limits(&mut faults);
        if self.manual && self.members_only {
            faults.add("/members_only", "must be false where people are counted in by hand");
        }
        self.check_failure_policy(&mut faults);
        faults
    }
}

impl SiteInput {
    /// Returns the site; `None` if its address is none.
    pub(super) fn site(&self) -> Option<Site> {
        self.site_with(&self.return_origins)
    }

    fn site_with(&self, origins: &[String]) -> Option<Site> {
        Site::new(&self.site_url, origins)
    }

    fn check_origins(&self, faults: &mut Faults) {
        faults.within("/return_origins", self.return_origins.len(), &(0..=MAX_ORIGINS));
        for (n, origin) in self.return_origins.iter().enumerate() {
            if self.site_with(slice::from_ref(origin)).is_none() {
                faults.add(
                    format!("/return_origins/{n}"),
                    "must be an origin such as https://www.shop.example",
                );
            }
        }
    }

    fn check_limits(&self, faults: &mut Faults) {
        match self.visitors_per_minute {
            Some(_) if self.manual => {
                faults.add(
                    "/visitors_per_minute",
                    "says nothing where people are counted in by hand",
                );
            }
            Some(rate) => faults.within("/visitors_per_minute", rate, &PER_MINUTE),
            None if self.manual => {}
            None => faults.add("/visitors_per_minute", UNLESS_MANUAL),
        }
        match self.max_inside {
            Some(max) => faults.within("/max_inside", max, &OCCUPANCY_CAPS),
            None if self.manual => {}
            None => faults.add("/max_inside", UNLESS_MANUAL),
        }
        if let Some(visits) = self.max_visits {
            faults.within("/max_visits", visits, &(1..=MAX_UNITS));
            if self.manual {
                faults.add("/max_visits", "can't be given where people are counted in by hand");
            }
        }
        if let Some(seconds) = self.pass_seconds {
            faults.within("/pass_seconds", seconds, &HOLD_SECONDS);
        }
    }

    fn check_failure_policy(&self, faults: &mut Faults) {
        let (policy, per_minute) = (self.failure_policy, self.failure_per_minute);
        failure_policy::check(policy, per_minute, "/failure_per_minute", faults);
        let is_for_all = !self.members_only && !self.manual && self.max_visits.is_none();
        if policy == FailurePolicy::Open && !is_for_all {
            faults.add("/failure_policy", "can't be open where not everybody may come in");
        }
    }

    /// When the line is to open.
    pub(super) fn opens_at(&self, now: Timestamp) -> Timestamp {
        self.opens_at.unwrap_or(now)
    }

    /// Returns what is wrong now and here: moments go by the clock, the rest by the installation.
    pub(super) fn faults_in(&self, app: &App, opens_at: Timestamp) -> Faults {
        let mut faults = check_window(opens_at, self.closes_at, app.now());
        let is_production = app.settings.profile.name == Profile::Production;
        let addresses = [&self.site_url].into_iter().chain(&self.return_origins);
        let mut sites = addresses.filter_map(|address| Site::new(address, &[]));
        if is_production && !sites.all(|site| site.is_secure()) {
            faults.add("/site_url", "must be reached over https, with all its origins");
        }
        if self.manual && app.aws_key.is_none() {
            faults.add("/manual", "can't be chosen here: this installation has no such API");
        }
        faults
    }

    pub(super) fn into_new(
        self,
        id: DropId,
        seller: CurrentSeller,
        opens_at: Timestamp,
        site: &Site,
    ) -> NewSite {
        let own = if self.manual { NewSite::MANUAL_PASS_SECONDS } else { PASS_SECONDS };
        NewSite {
            drop_id: id,
            product_id: ProductId::generate(),
            variant_id: VariantId::generate(),
            seller_id: seller.id,
            title: self.title,
            site_url: site.url().to_owned(),
            return_origins: site.return_origins(),
            opens_at,
            closes_at: self.closes_at,
            per_minute: self.visitors_per_minute.unwrap_or(NewSite::MANUAL_PER_MINUTE),
            max_inside: self.max_inside.unwrap_or(NewSite::MANUAL_INSIDE),
            max_visits: self.max_visits,
            pass_seconds: self.pass_seconds.unwrap_or(own),
            members_only: self.members_only,
            presence: self.presence && !self.manual,
            manual: self.manual,
            on_failure: OnFailure::of(self.failure_policy, self.failure_per_minute),
        }
    }
}

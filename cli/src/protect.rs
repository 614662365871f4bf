//! Puts a line before somebody's site: so many people a minute, and so many inside.

use crate::{console::CONSOLE, failure_policy::on_failure, keys, sites};
use anyhow::{Context as _, ensure};
use clap::Args;
use database::{
    PgPool,
    people::api_keys::KeyOwner,
    selling::{
        catalogue,
        passes::{self, NewSite},
    },
};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    config::{Profile, Settings},
    decide::failure::OnFailure,
    drops::FailurePolicy,
    ids::{DropId, KeyId, ProductId, SellerId, VariantId},
    site::Site,
};

const WHY: &str = "a site to protect";
/// How long a pass is good where nobody has said so: twenty minutes.
const PASS_SECONDS: i32 = 1200;

/// The site, and how many people it serves well.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProtectArguments {
    /// Where the site begins, such as `https://shop.example/`.
    #[arg(value_parser = sites::beginning)]
    site_url: Site,
    /// People let in per minute, from 0.06 to 6 000 000; fractions are fine.
    #[arg(long, value_parser = per_minute, required_unless_present = "manual")]
    per_minute: Option<f64>,
    /// People inside at one time, at most; up to 10 000 000.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    #[arg(required_unless_present = "manual")]
    max_inside: Option<u32>,
    /// Visits in all, one a person; then the line closes as sold out. Up to 10 000 000. Without it there is
    /// no end of them.
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..=10_000_000))]
    #[arg(conflicts_with = "manual")]
    max_visits: Option<i32>,
    /// How long a pass is good and a visit lasts at most, seconds; up to a day. Without it 1200, or 900
    /// with --manual.
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..=86_400))]
    pass_seconds: Option<i32>,
    /// Whether the site counts people in by hand, with the API of the retired "Virtual Waiting Room on
    /// AWS"; the storefront needs storefront.aws_key_pem.
    #[arg(long, conflicts_with_all = ["per_minute", "members_only"])]
    manual: bool,
    /// What the waiting page calls the site. Without it, its host.
    #[arg(long)]
    title: Option<String>,
    /// A further origin to which people may be sent; may be given several times.
    #[arg(long = "return-origin", value_parser = sites::origin)]
    return_origins: Vec<String>,
    /// When the line closes. Without it, it stays open until it is called off.
    #[arg(long)]
    closes_at: Option<Timestamp>,
    /// Whether only those may join who the site says are its members.
    #[arg(long)]
    members_only: bool,
    /// Whether nobody is passed over who is absent when it is their turn; always so with --manual.
    #[arg(long)]
    no_presence: bool,
    /// What the gate does while the line gives no answer: closed, hold or open.
    #[arg(long, default_value = "closed")]
    on_failure: FailurePolicy,
    /// People who then come in per minute without a line, with --on-failure open; up to 60 000.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    open_per_minute: Option<u32>,
    /// Seller whose site it is. Without it, a new seller with the title's name is created, and a
    /// key for it.
    #[arg(long)]
    seller_id: Option<SellerId>,
}

/// Protects a site from now on and returns where its proxy asks, and where people wait.
pub(crate) async fn run(
    settings: &Settings,
    arguments: &ProtectArguments,
) -> anyhow::Result<Value> {
    let now = SystemClock.now();
    let is_open = arguments.closes_at.is_none_or(|closes_at| closes_at > now);
    ensure!(is_open, "closes-at has passed");
    let is_for_people = settings.profile.name == Profile::Production;
    ensure!(!is_for_people || arguments.is_secure(), "in production a site needs https://");
    let on_failure = arguments.on_failure()?;
    let pool = database::connect(&settings.database)?;
    let seller_id = seller(&pool, arguments).await?;
    let site = new_site(arguments, seller_id, now, on_failure);
    passes::protect(&pool, &site, settings.kafka.partition_limit(), CONSOLE).await?;
    let (drop_id, seller_key) = (site.drop_id, new_key(&pool, arguments, seller_id).await?);
    let public_url = settings.storefront.public_url.trim_end_matches('/');
    let gate = format!("{public_url}/v1/gate/{drop_id}/");
    Ok(json!({
        "drop_id": drop_id,
        "site_url": site.site_url,
        "seller_id": seller_id,
        "seller_key": seller_key,
        "gate": {
            "base_url": gate,
            "check_url": format!("{gate}check"),
            "waiting_url": format!("{public_url}/drops/{drop_id}"),
        },
    }))
}

/// Returns the seller whose site it is, or makes one.
async fn seller(pool: &PgPool, arguments: &ProtectArguments) -> anyhow::Result<SellerId> {
    if let Some(id) = arguments.seller_id {
        ensure!(catalogue::seller_exists(pool, id).await?, "there is no seller {id}");
        return Ok(id);
    }
    let id = SellerId::generate();
    catalogue::create_seller(pool, id, arguments.title()).await?;
    Ok(id)
}

/// Makes a key for a seller that was made; one that was there has its keys.
async fn new_key(
    pool: &PgPool,
    arguments: &ProtectArguments,
    seller_id: SellerId,
) -> anyhow::Result<Option<String>> {
    if arguments.seller_id.is_some() {
        return Ok(None);
    }
    let owner = KeyOwner::Seller { seller_id, name: arguments.title().to_owned() };
    let key = keys::create(pool, KeyId::generate(), &owner, WHY).await;
    Ok(Some(key.context("the site is protected, but its seller has no key")?.reveal().to_owned()))
}

impl ProtectArguments {
    fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(self.site_url.name())
    }

    /// How long a pass is good, seconds.
    fn pass_seconds(&self) -> i32 {
        let own = if self.manual { NewSite::MANUAL_PASS_SECONDS } else { PASS_SECONDS };
        self.pass_seconds.unwrap_or(own)
    }

    /// What its gate does while the line gives no answer.
    fn on_failure(&self) -> anyhow::Result<OnFailure> {
        let on_failure = on_failure(self.on_failure, self.open_per_minute)?;
        let is_for_all = !self.members_only && !self.manual && self.max_visits.is_none();
        ensure!(is_for_all || on_failure.per_minute().is_none(), "open needs a line for everybody");
        Ok(on_failure)
    }

    /// Whether the site is reached over secure transport, with all its origins.
    fn is_secure(&self) -> bool {
        let is_https = |origin: &String| origin.starts_with("https://");
        self.site_url.is_secure() && self.return_origins.iter().all(is_https)
    }
}

fn new_site(
    arguments: &ProtectArguments,
    seller_id: SellerId,
    now: Timestamp,
    on_failure: OnFailure,
) -> NewSite {
    NewSite {
        drop_id: DropId::generate(),
        product_id: ProductId::generate(),
        variant_id: VariantId::generate(),
        seller_id,
        title: arguments.title().to_owned(),
        site_url: arguments.site_url.url().to_owned(),
        return_origins: arguments.return_origins.clone(),
        opens_at: now,
        closes_at: arguments.closes_at,
        per_minute: arguments.per_minute.unwrap_or(NewSite::MANUAL_PER_MINUTE),
        max_inside: arguments.max_inside.unwrap_or(NewSite::MANUAL_INSIDE),
        max_visits: arguments.max_visits,
        pass_seconds: arguments.pass_seconds(),
        members_only: arguments.members_only,
        presence: !arguments.manual && !arguments.no_presence,
        manual: arguments.manual,
        on_failure,
    }
}

/// Reads a rate that a line can go at.
fn per_minute(text: &str) -> Result<f64, String> {
    let rate = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.06..=6_000_000.0).contains(&rate) {
        return Ok(rate);
    }
    Err("must be from 0.06 to 6000000".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_no_line_can_go_at_is_refused() {
        assert_eq!(per_minute("0.06"), Ok(0.06));
        for text in ["0", "-1", "NaN", "inf", "6000001", "many", ""] {
            assert!(per_minute(text).is_err(), "{text}");
        }
    }
}

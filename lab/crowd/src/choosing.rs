//! Before the payment, where units are chosen once they are held: to take all of them, or fewer.

use std::time::Instant;

use check::history::Action;
use rand::Rng;
use reqwest::Method;
use serde_json::json;

use super::{
    client::{Call, FinalAnswer},
    shopper::{EndName, VirtualShopper},
};

impl VirtualShopper {
    /// Takes some of the units that an order holds, if there is a choice; whoever wants all of them says
    /// nothing. Too late for a choice is no end: the order tells.
    pub(crate) async fn choose_units(
        &mut self,
        session: &str,
        url: &str,
        order: &FinalAnswer,
    ) -> Result<(), EndName> {
        let held = order.body["units"].as_u64().unwrap_or_default();
        if order.body["may_choose_units"] != true || held < 2 {
            return Ok(());
        }
        let units = self.rng.random_range(1..=held);
        if units == held {
            return Ok(());
        }
        let call = Call::new(Method::POST, format!("{url}/units"))
            .bearer(session)
            .sent_from(self.plan.address)
            .json(json!({ "units": units }));
        let began = Instant::now();
        let answer = self.call(Action::Choose, json!({ "units": units }), &call).await?;
        if answer.status.is_success() {
            self.context.measures.took("units chosen", began.elapsed());
        }
        Ok(())
    }
}

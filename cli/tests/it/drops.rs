//! What a drop may do and how fast it goes, from the console, each change written down.

use crate::command::{env_of, sluice};
use serde_json::{Value, json};
use shared::ids::DropId;
use std::collections::BTreeMap;
use testkit::{
    TestDatabase, TestRedis,
    stored::{DropOptions, store_open_drop},
};

/// An open drop, and the settings of the command.
struct Stage {
    database: TestDatabase,
    env: BTreeMap<String, String>,
    drop_id: String,
}

impl Stage {
    async fn open() -> Self {
        let database = TestDatabase::create().await;
        let stored = store_open_drop(database.pool(), DropOptions::default()).await;
        let (env, drop_id) = (env_of(&database), stored.drop_id.to_string());
        Self { database, env, drop_id }
    }

    /// Runs a command with the drop and options behind it.
    fn run(&self, command: [&str; 2], options: &[&str]) -> Result<Value, String> {
        let arguments = [&command[..], &[self.drop_id.as_str()], options].concat();
        sluice(&self.env, &arguments)
    }

    fn limits(&self, command: &str, options: &[&str]) -> Value {
        self.run(["limits", command], options).unwrap()
    }

    /// The newest entry of the audit log: who, what and why.
    async fn written(&self) -> (String, String, String) {
        sqlx::query_as("select actor, action, why from audit_log order by id desc limit 1")
            .fetch_one(self.database.pool())
            .await
            .unwrap()
    }
}

fn by_console(action: &str) -> (String, String, String) {
    ("console".to_owned(), action.to_owned(), "a test".to_owned())
}

const WHY: [&str; 2] = ["--why", "a test"];

#[tokio::test]
async fn a_drop_is_put_in_each_mode() {
    let stage = Stage::open().await;
    for (verb, mode, action) in [
        ("pause", "paused", "drop.pause"),
        ("hold", "hold", "drop.hold"),
        ("drain", "drain", "drop.drain"),
        ("maintenance", "maintenance", "drop.maintenance"),
        ("stop", "stopped", "drop.emergency_stop"),
        ("resume", "running", "drop.resume"),
    ] {
        let options = [&WHY[..], &["--message", verb]].concat();
        let set = stage.run(["drop", verb], &options).unwrap();
        assert_eq!((&set["mode"], &set["message"]), (&json!(mode), &json!(verb)));
        assert_eq!(stage.written().await, by_console(action));
        assert!(stage.run(["drop", verb], &[]).is_err(), "without a reason");
    }

    let both = ["--message", "Back at noon", "--message-ko", "정오에 돌아와요"];
    let set = stage.run(["drop", "pause"], &[&WHY[..], &both].concat()).unwrap();
    assert_eq!(set["message"], json!({ "en": "Back at noon", "ko": "정오에 돌아와요" }));
    assert!(stage.run(["drop", "pause"], &[&WHY[..], &both[2..]].concat()).is_err(), "one alone");
    let refusal = stage.run(["drop", "pause"], &[&WHY[..], &["--message", " "]].concat());
    assert!(refusal.unwrap_err().contains("1 to 500 characters"));

    let until = "2999-01-01T00:00:00Z";
    let options = [&WHY[..], &["--until", until]].concat();
    let set = stage.run(["drop", "maintenance"], &options).unwrap();
    assert_eq!(set["mode_until"], until);
    assert!(stage.run(["drop", "hold"], &options).is_err(), "a hold has no end that is told");
    let passed = [&WHY[..], &["--until", "2020-01-01T00:00:00Z"]].concat();
    let refusal = stage.run(["drop", "maintenance"], &passed).unwrap_err();
    assert!(refusal.contains("future"), "{refusal}");
    let nobodys = DropId::generate().to_string();
    let refusal = sluice(&stage.env, &["drop", "pause", &nobodys, "--why", "x"]).unwrap_err();
    assert!(refusal.contains("no such drop"), "{refusal}");
}

#[tokio::test]
async fn a_drop_is_called_off_once_and_shoppers_hear_why() {
    let stage = Stage::open().await;
    let cancel = |reason: &str| stage.run(["drop", "cancel"], &["--reason", reason]);
    for wrong in ["", " ", "a\u{7}bell", &"x".repeat(501)] {
        assert!(cancel(wrong).unwrap_err().contains("1 to 500 characters"), "{wrong:?}");
    }
    assert!(stage.run(["drop", "cancel"], &WHY).is_err(), "without a reason for shoppers");
    assert_eq!(cancel("a test").unwrap()["state"], "cancelled");
    let kept: (String, String) = sqlx::query_as("select state, end_reason from drops")
        .fetch_one(stage.database.pool())
        .await
        .unwrap();
    assert_eq!(kept, ("cancelled".to_owned(), "a test".to_owned()));
    assert_eq!(stage.written().await, by_console("drop.cancel"));

    let refusal = cancel("again").unwrap_err();
    assert!(refusal.contains("a drop that is cancelled"), "{refusal}");
    let nobodys = DropId::generate().to_string();
    let refusal = sluice(&stage.env, &["drop", "cancel", &nobodys, "--reason", "x"]).unwrap_err();
    assert!(refusal.contains("there is no drop"), "{refusal}");
}

#[tokio::test]
async fn limits_are_set_planned_and_undone() {
    let stage = Stage::open().await;
    let options = [&WHY[..], &["--occupancy-cap", "20", "--line-cap", "300"]].concat();
    let set = stage.limits("set", &options);
    assert_eq!(
        (&set["limits"]["occupancy_cap"], &set["limits"]["line_cap"]),
        (&json!(20), &json!(300))
    );
    assert_eq!(stage.written().await, by_console("drop.limits"));
    let options = [&WHY[..], &["--no-line-cap"]].concat();
    assert_eq!(stage.limits("set", &options)["limits"]["line_cap"], Value::Null);
    assert_eq!(stage.limits("undo", &WHY)["limits"]["line_cap"], 300);
    assert_eq!(stage.written().await, by_console("drop.limits_undo"));
    let options = [&WHY[..], &["--no-show-percent", "10"]].concat();
    assert_eq!(stage.limits("set", &options)["limits"]["no_show_percent"], 10);
    assert_eq!(stage.limits("undo", &WHY)["limits"]["no_show_percent"], Value::Null);

    let ramp = ["--admission-rate", "90", "--over-seconds", "60", "--at", "2999-01-01T00:00:00Z"];
    let planned = stage.limits("plan", &[&WHY[..], &ramp[..]].concat());
    assert_eq!((&planned["over_seconds"], &planned["has_begun"]), (&json!(60), &json!(false)));
    assert_eq!(planned["after"]["admission_rate_per_second"], 90.0);
    assert_eq!(stage.limits("show", &[])["plan"], planned);
    stage.limits("end-plan", &WHY);
    assert_eq!(stage.written().await, by_console("drop.limits_plan_end"));
    assert_eq!(stage.limits("show", &[])["plan"], Value::Null);
}

#[tokio::test]
async fn limits_that_make_no_sense_are_refused() {
    let stage = Stage::open().await;
    for (command, options) in [
        ("set", ""),
        ("set", "--admission-rate 0"),
        ("set", "--admission-rate fast"),
        ("set", "--occupancy-cap 0"),
        ("set", "--line-cap 5 --no-line-cap"),
        ("set", "--no-show-percent 31"),
        ("plan", "--occupancy-cap 5"),
        ("plan", "--occupancy-cap 5 --over-seconds 9"),
        ("plan", "--occupancy-cap 5 --at 2020-01-01T00:00:00Z"),
        ("end-plan", ""),
        ("undo", ""),
    ] {
        let all: Vec<_> = WHY.into_iter().chain(options.split_whitespace()).collect();
        assert!(stage.run(["limits", command], &all).is_err(), "{command} {options}");
    }
    let n_written: i64 = stage.database.scalar("select count(*) from audit_log").await;
    assert_eq!(n_written, 0);
}

#[tokio::test]
async fn a_preview_of_limits_asks_the_line_and_changes_nothing() {
    let mut stage = Stage::open().await;
    let redis = TestRedis::create().await;
    stage.env.insert("SLUICE_REDIS__URL".to_owned(), redis.url().to_owned());
    let told = stage.limits("preview", &["--admission-rate", "5"]);
    assert_eq!((&told["waiting"], &told["positions"]), (&json!(0), &json!([])));
    assert_eq!(told["after"]["admission_rate_per_second"], 5.0);
    assert_eq!(told["before"], stage.limits("show", &[])["limits"]);
}

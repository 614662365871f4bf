//! `kill -9` and what must be the same afterwards.

use std::{cell::Cell, collections::HashSet, io::Write, time::Duration};

use futures_util::future::join_all;

use crate::process::{Psp, authorization};

/// Answers before the kill.
const N_BEFORE: usize = 100;

#[tokio::test]
async fn what_was_answered_before_a_kill_is_answered_alike_after_it() {
    let mut psp = Psp::start().await;
    let bodies: Vec<_> =
        (0..400).map(|n| authorization(&format!("t{n}"), "pm_card_approve")).collect();
    let answered = {
        let (n_answered, is_killed) = (Cell::new(0), Cell::new(false));
        let requests = bodies.iter().enumerate().map(async |(n, body)| {
            // Spread over 200 ms, so that the kill lands among them.
            tokio::time::sleep(Duration::from_micros(500 * n as u64)).await;
            // However fast the others are answered, the last one comes too late.
            while n == bodies.len() - 1 && !is_killed.get() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let key = format!("k{n}");
            let answer = psp.try_post("/v1/payments", &key, body, Duration::from_secs(20)).await;
            let answer = answer.ok()?.json::<serde_json::Value>().await.ok()?;
            n_answered.set(n_answered.get() + 1);
            Some((n, answer))
        });
        let pid = psp.pid();
        let kill = async {
            while n_answered.get() < N_BEFORE {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            std::process::Command::new("kill").args(["-9", &pid]).status().unwrap();
            is_killed.set(true);
        };
        let all = join_all(requests);
        let (answers, ()) = futures_util::future::join(all, kill).await;
        answers.into_iter().flatten().collect::<Vec<(usize, serde_json::Value)>>()
    };
    psp.kill();
    assert!(answered.len() >= N_BEFORE && answered.len() < 400, "{} answered", answered.len());

    psp.restart().await;
    for (n, before) in &answered {
        let (_, after) = psp.post("/v1/payments", &format!("k{n}"), &bodies[*n]).await;
        assert_eq!(before, &after);
    }
    let ids: HashSet<_> = answered.iter().map(|(_, answer)| answer["id"].to_string()).collect();
    assert_eq!(ids.len(), answered.len());
}

#[tokio::test]
async fn a_torn_last_line_is_cut_off() {
    let mut psp = Psp::start().await;
    psp.authorize("t1", "pm_card_approve").await;
    psp.kill();
    let mut file = std::fs::OpenOptions::new().append(true).open(&psp.ledger).unwrap();
    file.write_all(br#"{"seq":2,"at":"2026-11-2"#).unwrap();

    psp.restart().await;
    assert_eq!(psp.ledger_kinds().await, ["authorized"]);
    psp.authorize("t2", "pm_card_approve").await;
    psp.kill();
    psp.restart().await;
    assert_eq!(psp.ledger_kinds().await, ["authorized", "authorized"]);
}

#[tokio::test]
async fn a_late_payment_is_authorized_after_a_restart_too() {
    let mut psp = Psp::start().await;
    psp.authorize("t1", "pm_card_late").await;
    psp.kill();
    psp.restart().await;
    psp.comes_to("t1", "authorized").await;
}

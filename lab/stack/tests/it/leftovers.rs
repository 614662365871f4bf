use std::{net::TcpListener, time::Duration};

use stack::{Stack, StackError, StackOptions};

#[tokio::test]
async fn a_dropped_stack_leaves_no_process() {
    let (stack, _dir) = super::start(true, true, false).await;
    let pids: Vec<u32> = stack.pids().into_iter().filter_map(|(_, pid)| pid).collect();
    assert_eq!(pids.len(), 2);
    drop(stack);
    for _ in 0..1_500 {
        if pids.iter().all(|pid| !is_running(*pid)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("some of {pids:?} still run");
}

#[tokio::test]
async fn a_second_stack_in_the_same_folder_is_refused() {
    let (stack, dir) = super::start(true, false, false).await;
    let options = StackOptions::on_free_ports(dir.path().join("stack")).unwrap();
    let error = Stack::start(options.only(true, false, false)).await.unwrap_err();
    assert!(matches!(error, StackError::DirectoryBusy { .. }), "{error}");
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    stack.stop().await.unwrap();
}

#[tokio::test]
async fn a_busy_port_is_named_with_its_setting() {
    let dir = tempfile::tempdir().unwrap();
    let options = StackOptions::on_free_ports(dir.path()).unwrap().only(true, false, false);
    let _other = TcpListener::bind(("127.0.0.1", options.ports.redis)).unwrap();
    let error = Stack::start(options).await.unwrap_err();
    assert!(error.to_string().contains("SLUICE_STACK_REDIS_PORT"), "{error}");
}

fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

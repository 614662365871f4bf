use std::{fs, time::Duration};

use stack::{Service, ServiceOptions, StackError};

/// A shell stands in for a service: it prints a setting, stays, and heeds SIGTERM.
fn options(dir: &std::path::Path) -> ServiceOptions {
    ServiceOptions {
        name: "stand-in".to_owned(),
        binary: "/bin/sh".into(),
        args: vec!["-c".into(), "echo \"$SLUICE_GREETING\"; exec sleep 600".into()],
        env: [("SLUICE_GREETING".to_owned(), "hello".to_owned())].into(),
        ready_url: None,
        dir: dir.to_path_buf(),
    }
}

/// Waits until all that it has printed is this.
async fn has_printed(service: &Service, text: &str) {
    for _ in 0..1_500 {
        if fs::read_to_string(service.log()).is_ok_and(|log| log == text) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it has not printed {text:?}");
}

#[tokio::test]
async fn a_service_is_killed_and_started_again_with_changed_settings() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(options(dir.path())).await.unwrap();
    let before = service.pid().unwrap();
    has_printed(&service, "hello\n").await;
    service.kill9().await.unwrap();
    assert_eq!(service.pid(), None);
    service.set_env([("SLUICE_GREETING", "again")]);
    service.start_again().await.unwrap();
    assert_ne!(service.pid().unwrap(), before);
    has_printed(&service, "hello\nagain\n").await;
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_service_is_started_again_with_another_build() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.args = vec!["-c".into(), "echo $0; exec sleep 600".into()];
    let service = Service::start(options).await.unwrap();
    has_printed(&service, "/bin/sh\n").await;
    service.set_binary("/bin/bash");
    service.restart().await.unwrap();
    has_printed(&service, "/bin/sh\n/bin/bash\n").await;
    service.stop().await.unwrap();
}

#[tokio::test]
async fn a_service_that_ends_at_once_shows_the_end_of_its_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path()).ready_url("http://127.0.0.1:1/readyz");
    options.args = vec!["-c".into(), "echo 'credentials.ticket_keys is not set'; exit 3".into()];
    let error = Service::start(options).await.unwrap_err();
    assert!(matches!(error, StackError::Ended { .. }), "{error}");
    assert!(error.to_string().contains("credentials.ticket_keys is not set"), "{error}");
}

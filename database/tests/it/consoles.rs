//! Who is signed in to a console, and for how long.

use database::people::{
    api_keys::{self, KeyOwner, NewKey, OperatorRole},
    consoles::{self, ConsoleHolder, ConsoleToken, NewLink},
};
use shared::{
    credentials::{ApiKey, ApiKeyHash},
    ids::KeyId,
};
use testkit::TestDatabase;

fn ann(role: OperatorRole) -> KeyOwner {
    KeyOwner::Operator { role, name: "ann".into() }
}

/// Stores a key of Ann's.
async fn key(database: &TestDatabase) -> (KeyId, ApiKeyHash) {
    let (id, hash) = (KeyId::generate(), ApiKey::generate().unwrap().hash());
    let new_key = NewKey { id, hash: &hash, owner: &ann(OperatorRole::Admin) };
    api_keys::store(database.pool(), new_key, "test", "a test").await.unwrap();
    (id, hash)
}

fn token() -> ApiKeyHash {
    ConsoleToken::generate().unwrap().hash()
}

/// Makes a link for Ann, who only looks.
async fn link(database: &TestDatabase, key_id: Option<KeyId>) -> ApiKeyHash {
    let (hash, owner) = (token(), ann(OperatorRole::Viewer));
    let new_link = NewLink { hash: &hash, owner: &owner, key_id };
    consoles::make_link(database.pool(), new_link, "operator:eve", "a test").await.unwrap();
    hash
}

async fn is_signed_in(database: &TestDatabase, token: &ApiKeyHash) -> bool {
    consoles::find(database.pool(), token).await.unwrap().is_some()
}

async fn revoke(database: &TestDatabase, id: KeyId) {
    api_keys::revoke(database.pool(), id, "test", "stolen").await.unwrap().unwrap();
}

#[tokio::test]
async fn a_session_ends_with_the_key_that_it_goes_back_to() {
    let database = TestDatabase::create().await;
    let (pool, (key_id, hash)) = (database.pool(), key(&database).await);
    let (by_key, by_link) = (token(), token());
    let session = consoles::begin_with_key(pool, &hash, &by_key).await.unwrap().unwrap();
    assert_eq!((&session.owner, session.key_id), (&ann(OperatorRole::Admin), Some(key_id)));
    let invited = link(&database, Some(key_id)).await;
    let session = consoles::begin_with_link(pool, &invited, &by_link).await.unwrap().unwrap();
    assert_eq!(session.owner, ann(OperatorRole::Viewer));
    assert_eq!(consoles::find(pool, &by_link).await.unwrap(), Some(session));
    let unused = link(&database, Some(key_id)).await;

    revoke(&database, key_id).await;

    for token in [by_key, by_link] {
        assert!(!is_signed_in(&database, &token).await);
    }
    assert!(consoles::begin_with_link(pool, &unused, &token()).await.unwrap().is_none());
    assert!(consoles::begin_with_key(pool, &hash, &token()).await.unwrap().is_none());
    let actions = "select array_agg(action order by id) from audit_log";
    let wanted = [
        "key.create",
        "console.sign_in",
        "console.link",
        "console.sign_in",
        "console.link",
        "key.revoke",
    ];
    assert_eq!(database.scalar::<Vec<String>>(actions).await, wanted);
}

#[tokio::test]
async fn of_two_who_come_by_one_link_at_once_one_is_signed_in() {
    let database = TestDatabase::create().await;
    let (pool, invited) = (database.pool(), link(&database, None).await);
    let (one, other) = (token(), token());
    let (first, second) = tokio::join!(
        consoles::begin_with_link(pool, &invited, &one),
        consoles::begin_with_link(pool, &invited, &other),
    );
    let n_signed_in = [first, second].into_iter().filter_map(Result::unwrap).count();
    assert_eq!(n_signed_in, 1);
}

#[tokio::test]
async fn links_and_sessions_end_by_themselves_and_are_forgotten() {
    let database = TestDatabase::create().await;
    let (pool, invited, by_link) = (database.pool(), link(&database, None).await, token());
    consoles::begin_with_link(pool, &invited, &by_link).await.unwrap().unwrap();
    let late = link(&database, None).await;
    for table in ["console_links", "console_sessions"] {
        let over = format!("update {table} set expires_at = now() - interval '1 second'");
        sqlx::query(sqlx::AssertSqlSafe(over)).execute(pool).await.unwrap();
    }

    assert!(!is_signed_in(&database, &by_link).await);
    assert!(consoles::begin_with_link(pool, &late, &token()).await.unwrap().is_none());
    assert_eq!(consoles::forget_expired(pool).await.unwrap(), 1);
    let left = "select (select count(*) from console_links) + count(*) from console_sessions";
    assert_eq!(database.scalar::<i64>(left).await, 0);
}

#[tokio::test]
async fn who_is_signed_out_leaves_others_signed_in() {
    let database = TestDatabase::create().await;
    let (pool, hash) = (database.pool(), key(&database).await.1);
    let tokens = [token(), token(), token()];
    for token in &tokens {
        consoles::begin_with_key(pool, &hash, token).await.unwrap().unwrap();
    }
    consoles::end(pool, &tokens[0]).await.unwrap();
    assert!(!is_signed_in(&database, &tokens[0]).await);
    assert!(is_signed_in(&database, &tokens[1]).await);

    let end_all = |name: &str| {
        let holder = ConsoleHolder::Operator(name.to_owned());
        async move { consoles::end_all(pool, &holder, "console", "a stolen laptop").await.unwrap() }
    };
    assert_eq!(end_all("bob").await, 0);
    assert!(is_signed_in(&database, &tokens[1]).await);
    assert_eq!(end_all("ann").await, 2);
    assert!(!is_signed_in(&database, &tokens[2]).await);
}

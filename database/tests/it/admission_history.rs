//! The history of the processes that keep lines: written second by second, thinned with age, read in steps.

use database::{
    PgPool,
    line::admission_history::{self, AdmissionPoint, AdmissionSample, MAX_INSTANCES},
};
use jiff::Timestamp;
use testkit::TestDatabase;

/// Two writes may be of two seconds; not each time.
const N_TRIES: usize = 5;

async fn execute(pool: &PgPool, sql: &'static str) {
    sqlx::query(sql).execute(pool).await.unwrap();
}

async fn all(pool: &PgPool, step_s: u32) -> Vec<AdmissionPoint> {
    let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    admission_history::read(pool, from, to, step_s).await.unwrap()
}

#[tokio::test]
async fn of_a_second_the_most_of_each_is_kept() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    let first = AdmissionSample { sockets: 7, waiting: 2, memory_bytes: Some(900) };
    let second = AdmissionSample { sockets: 3, waiting: 40, memory_bytes: None };
    let mut points = Vec::new();
    for _ in 0..N_TRIES {
        admission_history::write(pool, "one", first).await.unwrap();
        admission_history::write(pool, "one", second).await.unwrap();
        points = all(pool, 1).await;
        if points.len() == 1 {
            break;
        }
        execute(pool, "delete from admission_history").await;
    }

    let [point] = points.as_slice() else { panic!("{points:?}") };
    assert_eq!((point.instance.as_str(), point.sockets, point.waiting), ("one", 7, 40));
    assert_eq!(point.memory_bytes, Some(900), "what was told is not forgotten");
}

/// Rows of two processes, of each length, at each age: `i` is what each has the more of.
const ROWS: &str = "
    insert into admission_history (instance, step_s, at, sockets, waiting, memory_bytes)
    select instance, step_s,
        date_bin('1 minute', now() - old, 'epoch') + make_interval(secs => i * step_s), i, 2 * i,
        case when instance = 'one' then i end
    from (values ('one'), ('two')) instances (instance)
    cross join (values (1, interval '2 hours', 60), (1, interval '20 minutes', 30),
        (10, interval '26 hours', 12), (60, interval '40 days', 5)) ages (step_s, old, n)
    cross join lateral generate_series(0, n - 1) i";

#[tokio::test]
async fn its_rows_are_thinned_with_age_and_a_peak_stays_a_peak() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    execute(pool, ROWS).await;

    assert_eq!(admission_history::thin(pool).await.unwrap(), 2 * (60 + 12 + 5));
    let lengths = "select step_s, count(*) from admission_history
        where instance = 'one' group by step_s order by step_s";
    let lengths: Vec<(i16, i64)> = sqlx::query_as(lengths).fetch_all(pool).await.unwrap();
    assert_eq!(lengths, [(1, 30), (10, 6), (60, 2)]);
    assert_eq!(admission_history::thin(pool).await.unwrap(), 0, "all are as old as they may be");

    let peaks = "select sockets, waiting, memory_bytes from admission_history
        where step_s = 10 and instance in ('one', 'two') order by instance, at";
    let peaks: Vec<(i32, i64, Option<i64>)> = sqlx::query_as(peaks).fetch_all(pool).await.unwrap();
    assert_eq!((peaks[0], peaks[5]), ((9, 18, Some(9)), (59, 118, Some(59))));
    assert_eq!(peaks[6], (9, 18, None));
}

#[tokio::test]
async fn those_that_were_there_last_are_told_in_steps_from_rows_of_any_age() {
    let database = TestDatabase::create().await;
    let pool = database.pool();
    execute(pool, ROWS).await;
    let points = all(pool, 60).await;
    let of_one: Vec<_> = points.iter().filter(|point| point.instance == "one").collect();
    assert_eq!(points.len(), 2 * of_one.len());
    assert!(of_one.iter().all(|point| point.at.as_second() % 60 == 0), "{of_one:?}");
    let peaks: Vec<_> = of_one.iter().map(|point| point.sockets).collect();
    assert_eq!(peaks, [0, 1, 2, 3, 4, 5, 11, 59, 29]);

    let many = "insert into admission_history (instance, step_s, at, sockets, waiting)
        select 'new' || n, 1, date_trunc('second', now()) - make_interval(secs => n), 1, 1
        from generate_series(1, 20) n";
    execute(pool, many).await;
    let told = all(pool, 86_400).await;
    let wanted = usize::try_from(MAX_INSTANCES).unwrap();
    let mut names: Vec<_> = told.iter().map(|point| point.instance.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), wanted, "{names:?}");
    assert!(!names.contains(&"one") && names.contains(&"new1"), "{names:?}");
}

//! What each service may do in Redis is enough for what it does, and for nothing that harms all.

use std::{collections::BTreeSet, fs, path::Path};

const USERS: &str = include_str!("../../acl/users.conf");

/// Commands that a user may run, in small letters.
fn allowed(user: &str) -> BTreeSet<&'static str> {
    let line = USERS.lines().find(|line| line.starts_with(&format!("user {user} "))).unwrap();
    line.split(' ').filter_map(|word| word.strip_prefix('+')).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The texts of all files in a folder and in those below.
fn read_all(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() { read_all(&path) } else { vec![fs::read_to_string(&path).unwrap()] }
        })
        .collect()
}

/// What stands between `before` and the next quote, in small letters, wherever `text` has it.
fn named(text: &str, before: &str, quote: char) -> BTreeSet<String> {
    let names = text.split(before).skip(1).filter_map(|rest| rest.split(quote).next());
    names.map(str::to_ascii_lowercase).collect()
}

fn of_scripts(names: &[&str]) -> BTreeSet<String> {
    names
        .iter()
        .flat_map(|name| named(&read(&format!("lua/{name}")), "redis.call('", '\''))
        .collect()
}

/// Commands of which only a part is allowed.
fn whole(command: &str) -> &str {
    match command {
        "xinfo" => "xinfo|stream",
        "config" => "config|get",
        "cluster" => "cluster|slots",
        other => other,
    }
}

#[test]
fn the_worker_may_run_whatever_the_scripts_and_their_callers_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut needed = BTreeSet::new();
    for script in read_all(&folder.join("lua")) {
        needed.extend(named(&script, "redis.call('", '\''));
    }
    for source in read_all(&folder.join("src")) {
        needed.extend(named(&source, "redis::cmd(\"", '"'));
        needed.extend(named(&source, "Part::new(\"", '"'));
    }
    assert!(needed.len() > 30 && needed.contains("cluster"), "{needed:?}");
    let allowed = allowed("worker");
    for command in &needed {
        assert!(allowed.contains(whole(command)), "{command}");
    }
}

#[test]
fn the_storefront_may_look_and_change_nothing() {
    let allowed = allowed("storefront");
    let mut needed = of_scripts(&["room.lua", "counts.lua", "find.lua", "guard.lua"]);
    // Of the functions that they share with others, `state_of` alone.
    needed.extend(["hget", "hexists", "zscore"].map(str::to_owned));
    for command in needed {
        assert!(allowed.contains(command.as_str()), "{command}");
    }
    for change in ["set", "del", "unlink", "hset", "hdel", "zadd", "zrem", "xadd", "bitfield"] {
        assert!(!allowed.contains(change), "{change}");
    }
}

#[test]
fn the_storefront_sets_nothing_but_which_proofs_were_accepted() {
    let line = USERS.lines().find(|line| line.starts_with("user storefront ")).unwrap();
    let (_, selectors) = line.split_once(" (").unwrap();
    assert_eq!(selectors, "+set ~{*}:proof)");
    assert!(read("src/keys.rs").contains(r#"format!("{{{id}}}:proof")"#));
}

#[test]
fn a_storefront_with_the_adapter_may_also_put_people_in_line_and_take_nobody_out() {
    let more = USERS.lines().find_map(|line| line.strip_prefix("# storefront with adapter: "));
    let more: Vec<&str> = more.unwrap().split(' ').collect();
    let mut allowed = allowed("storefront");
    allowed.extend(more.iter().filter_map(|word| word.strip_prefix('+')));
    let mut needed = of_scripts(&["join.lua", "last_number.lua", "guard.lua"]);
    // Of the functions that they share with others, these: a state is looked up, others are told.
    needed.extend(["hget", "hexists", "zscore", "xadd", "publish", "spublish"].map(str::to_owned));
    for command in needed {
        assert!(allowed.contains(command.as_str()), "{command}");
    }
    for channel in ["&{*}:wake", "&{*}:ev"] {
        assert!(more.contains(&channel), "{channel}");
    }
    for change in ["set", "del", "unlink", "hdel", "zrem", "xtrim", "bitfield"] {
        assert!(!allowed.contains(change), "{change}");
    }
}

#[test]
fn every_service_finds_the_master_and_the_node_of_a_slot() {
    for user in ["admission", "storefront", "worker"] {
        let allowed = allowed(user);
        for question in ["role", "cluster|slots", "asking"] {
            assert!(allowed.contains(question), "{user}: {question}");
        }
    }
}

#[test]
fn no_service_may_do_what_would_harm_all() {
    for user in ["admission", "storefront", "worker"] {
        let allowed = allowed(user);
        assert!(allowed.contains("info"), "{user}: every script asks which server it is on");
        for harm in ["flushall", "flushdb", "keys", "config", "acl", "debug", "shutdown", "cluster"]
        {
            assert!(!allowed.contains(harm), "{user}: {harm}");
        }
    }
}

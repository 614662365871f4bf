//! What `docker-compose.yml` gives each service and keeps from it.
//!
//! The file is read as text, by its indentation: of YAML it has blocks, anchors and merged keys.
//!
//! | module | holds |
//! |---|---|
//! | `secrets` | what the first of its services makes for the others |

mod secrets;

use anyhow::{Context, ensure};
use stack::paths;
use std::{collections::BTreeMap, fs};

/// Keys of a block, each with all that stands below it.
type Block = BTreeMap<String, String>;

/// The volume of secrets that each service is given; who is not here has none.
const GIVEN: [(&str, &str); 8] = [
    ("admission", "secrets-admission"),
    ("migrate", "secrets-console"),
    ("postgres", "secrets-postgres"),
    ("redis", "secrets-redis"),
    ("sandbox-psp", "secrets-sandbox-psp"),
    ("seed", "secrets-console"),
    ("storefront-api", "secrets-storefront"),
    ("worker", "secrets-worker"),
];
/// Makes all secrets, and so has every volume of them.
const MAKER: &str = "secrets";
/// Settings that may be secrets, each with its only reader.
const SETTINGS: [(&str, &str); 2] =
    [("storefront.env", "storefront-api"), ("worker.env", "worker")];
const DEMO: [&str; 2] = ["sandbox-psp", "seed"];
/// Its start scripts write next to their programs.
const WRITES: &str = "kafka";

/// Splits a text into what stands at this depth.
fn block(text: &str, depth: usize) -> Block {
    let mut block = Block::new();
    let mut last = None;
    for line in text.lines() {
        let words = line.trim_start();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        match words.split_once(':') {
            Some((key, value)) if line.len() - words.len() == depth => {
                block.insert(key.to_owned(), value.trim().to_owned());
                last = Some(key);
            }
            _ => {
                if let Some(value) = last.and_then(|key| block.get_mut(key)) {
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
    }
    block
}

/// Reads the services, each with the keys that it merges in from the templates above them.
fn services() -> anyhow::Result<BTreeMap<String, Block>> {
    let path = paths::workspace_root().join("docker-compose.yml");
    let file = block(&fs::read_to_string(path)?, 0);
    let named = file.values().filter_map(|text| text.strip_prefix('&')?.split_once('\n'));
    let templates: BTreeMap<_, _> = named.map(|(name, text)| (name, block(text, 2))).collect();
    let services = file.get("services").context("the file has services")?;
    let mut whole = BTreeMap::new();
    for (name, text) in block(services, 2) {
        whole.insert(name, merged(block(&text, 4), &templates)?);
    }
    Ok(whole)
}

/// Fills in what a block merges; its own keys win.
fn merged(mut own: Block, templates: &BTreeMap<&str, Block>) -> anyhow::Result<Block> {
    while let Some(merge) = own.remove("<<") {
        let template = templates.get(merge.trim_start_matches('*'));
        let template = template.with_context(|| format!("nothing is named {merge}"))?;
        for (key, value) in template {
            own.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    Ok(own)
}

/// What stands below a key, empty if it is not there.
fn said<'b>(service: &'b Block, key: &str) -> &'b str {
    service.get(key).map_or("", String::as_str)
}

#[test]
fn every_service_is_confined() -> anyhow::Result<()> {
    let services = services()?;
    ensure!(services.len() == GIVEN.len() + 2, "{:?}", services.keys());
    for (name, service) in &services {
        let is_read_only = if name == WRITES { "false" } else { "true" };
        ensure!(said(service, "read_only") == is_read_only, "{name} writes to its image");
        ensure!(said(service, "cap_drop") == "[ALL]", "{name} keeps capabilities");
        ensure!(
            said(service, "security_opt").contains("no-new-privileges:true"),
            "{name} may gain privileges"
        );
        ensure!(service.contains_key("pids_limit"), "{name} has no limit of processes");
        ensure!(!service.contains_key("privileged"), "{name} is privileged");
        if name != MAKER {
            ensure!(service.contains_key("mem_limit"), "{name} has no limit of memory");
            ensure!(!service.contains_key("cap_add"), "{name} has capabilities");
        }
        let mut ports = said(service, "ports").split(['[', ']', ',']).map(str::trim);
        ensure!(
            ports.all(|port| port.is_empty() || port.starts_with("\"127.0.0.1:")),
            "{name} listens to everybody"
        );
    }
    Ok(())
}

#[test]
fn every_image_has_a_version() -> anyhow::Result<()> {
    for (name, service) in services()? {
        let image = said(&service, "image");
        if service.contains_key("build") || image == "*postgres" {
            continue; // Built from this checkout, or named by another service.
        }
        let default = image.split_once(":-").and_then(|(_, default)| default.strip_suffix('}'));
        let version = default.and_then(|image| image.split_once(':')).map(|(_, version)| version);
        let is_version = version.is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit()));
        ensure!(is_version, "{name} runs {image}");
    }
    Ok(())
}

#[test]
fn no_service_sees_secrets_of_another() -> anyhow::Result<()> {
    let given = BTreeMap::from(GIVEN);
    for (name, service) in services()? {
        for (file, reader) in SETTINGS {
            let is_read = said(&service, "env_file").contains(file);
            ensure!(is_read == (name == reader), "{name} and {file}");
        }
        let mounts = said(&service, "volumes").split(['[', ']', ',', ' ', '\n']);
        let secrets: Vec<_> = mounts.filter(|mount| mount.starts_with("secrets-")).collect();
        if name == MAKER {
            ensure!(said(&service, "network_mode") == "none", "{name} is on a network");
            continue;
        }
        let volumes = secrets.iter().filter_map(|mount| Some(mount.split_once(':')?.0));
        let allowed = given.get(name.as_str()).copied();
        ensure!(volumes.eq(allowed), "{name} has {secrets:?}");
        ensure!(
            secrets.iter().all(|mount| mount.ends_with(":ro")),
            "{name} may change {secrets:?}"
        );
    }
    Ok(())
}

#[test]
fn the_demo_is_there_for_those_who_ask_for_it() -> anyhow::Result<()> {
    for (name, service) in services()? {
        let is_demo = DEMO.contains(&name.as_str());
        let profiles = if is_demo { "[demo]" } else { "" };
        ensure!(said(&service, "profiles") == profiles, "{name} is in another profile");
        let needs_demo = DEMO.iter().any(|demo| said(&service, "depends_on").contains(demo));
        ensure!(!needs_demo, "{name} waits for the demo");
    }
    Ok(())
}

//! No role of the worker imports another, and no service another: they meet in Redis, Kafka and
//! Postgres alone.

use super::{arrows::Arrow, crates::Crate};

const ROLES: [&str; 8] =
    ["event_log", "drain", "orders", "payments", "sweeper", "reconciler", "relay", "scheduler"];
const SERVICES: [&str; 3] = ["admission", "worker", "storefront-api"];

/// Finds imports between roles and between services.
pub(crate) fn check(crates: &[Crate]) -> Vec<String> {
    let is_service = |found: &&Crate| SERVICES.contains(&found.name.as_str());
    let mut findings: Vec<String> =
        crates.iter().filter(is_service).flat_map(between_services).collect();
    for worker in crates.iter().filter(|found| found.name == "worker") {
        findings.extend(missing_roles(worker));
        findings.extend(worker.arrows.iter().filter_map(between_roles));
    }
    findings
}

fn between_services(service: &Crate) -> Vec<String> {
    let mut findings = Vec::new();
    for (from, module) in service.modules.iter() {
        let imports = module.source.imports.iter().map(|import| (&import.path, import.line));
        let paths = module.source.paths.iter().map(|path| (&path.segments, path.line));
        for (path, line) in imports.chain(paths) {
            if let Some(other) = other_service(service, path)
                && service.modules.resolve(from, path).is_none()
            {
                let file = &module.file;
                findings.push(format!("{file}:{line}: {} imports {other}", service.name));
            }
        }
    }
    findings
}

fn other_service(service: &Crate, path: &[String]) -> Option<&'static str> {
    let first = path.first()?.replace('_', "-");
    // A path of one segment may be a variable; an import of the crate itself brings longer ones.
    let is_other = |name: &&str| path.len() > 1 && *name == first && *name != service.name;
    SERVICES.into_iter().find(is_other)
}

/// A role that moved away would be checked no more.
fn missing_roles(worker: &Crate) -> Vec<String> {
    let is_missing = |role: &&str| worker.modules.get(&[(*role).to_owned()]).is_none();
    let missing = ROLES.into_iter().filter(is_missing);
    missing.map(|role| format!("the worker has no role {role}; correct house/roles.rs")).collect()
}

fn between_roles(arrow: &Arrow) -> Option<String> {
    let (from, to) = (arrow.from.first()?, arrow.to.module.first()?);
    let is_role = |name: &String| ROLES.contains(&name.as_str());
    (from != to && is_role(from) && is_role(to))
        .then(|| format!("{}: role {from} imports role {to}", arrow.place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::house::crates::fixture;

    #[test]
    fn a_role_may_use_what_stands_beside_the_roles_only() {
        let mut files: Vec<(String, &str)> =
            ROLES.iter().map(|role| (format!("{role}.rs"), "use crate::app::App;")).collect();
        files.push(("app.rs".to_owned(), "pub struct App;"));
        assert!(check(&[worker(&files)]).is_empty());
        files[0].1 = "use crate::{app::App, drain::line};";
        let wanted = "worker/src/event_log.rs:1: role event_log imports role drain";
        assert_eq!(check(&[worker(&files)]), [wanted]);
    }

    #[test]
    fn a_role_that_is_gone_is_missed() {
        let files: Vec<(String, &str)> =
            ROLES[1..].iter().map(|role| (format!("{role}.rs"), "")).collect();
        let wanted = "the worker has no role event_log; correct house/roles.rs";
        assert_eq!(check(&[worker(&files)]), [wanted]);
    }

    #[test]
    fn a_service_may_use_no_other() {
        let own = [("lib.rs", "mod worker; use worker::Worker;"), ("worker.rs", "")];
        let tool = fixture("lab/bench", &[("lib.rs", "use worker::App;")]);
        assert!(check(&[fixture("admission", &own), tool]).is_empty());
        let other = fixture("admission", &[("lib.rs", "use worker::App;")]);
        let wanted = "admission/src/lib.rs:1: admission imports worker";
        assert_eq!(check(&[other]), [wanted]);
    }

    fn worker(files: &[(String, &str)]) -> Crate {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        fixture("worker", &files)
    }
}

use super::*;

/// Settings of a program that may serve people, and others over them.
fn settings(program: Program, changes: &[(&str, &str)]) -> Settings {
    let keys = |byte: &str| format!("1:{}", byte.repeat(32));
    let secrets = match program {
        Program::Admission => vec![
            ("CREDENTIALS__TICKET_KEYS", keys("a1")),
            ("CREDENTIALS__SESSION_KEYS", keys("b2")),
        ],
        Program::Storefront => vec![
            ("CREDENTIALS__SESSION_KEYS", keys("b2")),
            ("STOREFRONT__PASS_KEYS", keys("a7")),
            ("PAYMENTS__CALLBACK_SECRET", "from the provider".to_owned()),
        ],
        Program::Worker => vec![
            ("CREDENTIALS__COMMAND_KEYS", keys("c3")),
            ("CREDENTIALS__LOG_KEYS", keys("d4")),
            ("PAYMENTS__API_KEY", "also from the provider".to_owned()),
        ],
        Program::Console => Vec::new(),
    };
    let fit = [
        ("PROFILE__NAME", "production"),
        ("DATABASE__URL", "postgres://us:secret@db/sluice?sslmode=verify-full"),
        ("REDIS__URL", "rediss://us:secret@line"),
        ("KAFKA__TLS", "true"),
        ("KAFKA__SASL", "scram-sha-512"),
        ("KAFKA__USER", "worker"),
        ("KAFKA__PASSWORD", "secret"),
        ("PAYMENTS__PROVIDER_URL", "https://provider.example"),
        ("STOREFRONT__PUBLIC_URL", "https://shop.example"),
        ("ADMISSION__PUBLIC_URL", "https://shop.example"),
        ("ADMISSION__ALLOWED_ORIGINS", "https://shop.example"),
        ("EDGE__TRUSTED_PROXIES", "10.0.0.0/24"),
    ];
    let secrets = secrets.iter().map(|(name, value)| (*name, value.as_str()));
    let all = fit.into_iter().chain(secrets).chain(changes.iter().copied());
    let vars = all.map(|(name, value)| (format!("SLUICE_{name}"), value.to_owned()));
    Settings::from_vars(vars).unwrap()
}

fn refusal(program: Program, changes: &[(&str, &str)]) -> String {
    let checked = settings(program, changes).ensure_fit(program);
    checked.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn settings_that_are_fit_for_production_are_taken() {
    for program in Program::ALL {
        assert_eq!(refusal(*program, &[]), "", "{program}");
    }
}

#[test]
fn the_defaults_are_for_development_and_refused_in_production_by_name() {
    let defaults = |profile: &str| {
        let name = ("SLUICE_PROFILE__NAME".to_owned(), profile.to_owned());
        Settings::from_vars([name]).unwrap()
    };
    for program in Program::ALL {
        assert!(defaults("development").ensure_fit(*program).is_ok(), "{program}");
        let error = defaults("production").ensure_fit(*program).unwrap_err().to_string();
        assert!(error.contains("database.url has no password"), "{error}");
    }
}

#[test]
fn what_puts_people_at_risk_is_refused_in_production() {
    use Program::{Admission, Console, Storefront, Worker};
    let session_key = "b2".repeat(32);
    let among_others = format!("7:{},1:{}", "e5".repeat(32), session_key.to_uppercase());
    let (session_key, among_others) = (session_key.as_str(), among_others.as_str());
    for (program, name, value, wanted) in [
        (Console, "DATABASE__URL", "postgres://us@db/sluice?sslmode=verify-full", "no password"),
        (Worker, "DATABASE__URL", "postgres://us:secret@db/sluice?sslmode=require", "sslmode"),
        (Storefront, "DATABASE__URL", "postgres://us:secret@db/sluice", "sslmode"),
        (Admission, "REDIS__URL", "redis://us:secret@line", "redis.url is not rediss"),
        (Admission, "REDIS__URL", "rediss://us:secret@line/#insecure", "redis.url is not"),
        (Worker, "REDIS__URL", "rediss://line", "redis.url has no password"),
        (Worker, "REDIS__NODES", "rediss://a,redis://b", "redis.nodes"),
        (Worker, "KAFKA__MODE", "embedded", "kafka.mode"),
        (Worker, "KAFKA__TLS", "false", "kafka.tls"),
        (Worker, "KAFKA__SASL", "none", "kafka.sasl"),
        (Worker, "KAFKA__PASSWORD", "", "kafka.password"),
        (Worker, "PAYMENTS__PROVIDER_URL", "http://sandbox-psp:8090", "provider_url"),
        (Worker, "PAYMENTS__API_KEY", " ", "payments.api_key is empty"),
        (Storefront, "PAYMENTS__CALLBACK_SECRET", "", "callback_secret is empty"),
        (Storefront, "STOREFRONT__PUBLIC_URL", "http://shop.example", "storefront.public_url"),
        (Admission, "ADMISSION__PUBLIC_URL", "http://shop.example", "admission.public_url"),
        (Admission, "ADMISSION__ALLOWED_ORIGINS", "https://a,http://b", "allowed_origins"),
        (Admission, "EDGE__TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/0", "believes everybody"),
        (Admission, "CREDENTIALS__TICKET_KEYS", among_others, "is that of credentials.ticket"),
        (Storefront, "PAYMENTS__CALLBACK_SECRET", session_key, "is that of credentials"),
        (Storefront, "STOREFRONT__PASS_KEYS", "", "storefront.pass_keys is empty"),
        (Storefront, "STOREFRONT__PASS_KEYS", among_others, "is that of credentials.session"),
        (Admission, "STOREFRONT__PASS_KEYS", "1:f6", "pass_keys must not be given"),
        (Worker, "STOREFRONT__AWS_KEY_PEM", "a key", "aws_key_pem must not be given to worker"),
        (Worker, "CREDENTIALS__TICKET_KEYS", "1:f6", "ticket_keys must not be given to worker"),
    ] {
        let refusal = refusal(program, &[(name, value)]);
        assert!(refusal.contains(wanted), "{program}, {name}: {refusal:?}");
    }
}

#[test]
fn a_private_network_needs_no_tls_and_still_passwords() {
    let private = [
        ("PROFILE__PRIVATE_NETWORK", "true"),
        ("DATABASE__URL", "postgres://us:secret@db/sluice"),
        ("REDIS__URL", "redis://us:secret@line"),
        ("KAFKA__TLS", "false"),
        ("KAFKA__SASL", "none"),
    ];
    assert_eq!(refusal(Program::Worker, &private), "");
    let open = [("PROFILE__PRIVATE_NETWORK", "true"), ("REDIS__URL", "redis://line")];
    let refusal = refusal(Program::Worker, &open);
    assert_eq!(refusal, "not fit for production: redis.url has no password");
}

#[test]
fn a_refusal_does_not_repeat_what_is_secret() {
    let refusal = refusal(
        Program::Worker,
        &[("REDIS__URL", "redis://us:very-secret@line"), ("CREDENTIALS__TICKET_KEYS", "1:f6")],
    );
    assert!(!refusal.contains("very-secret") && !refusal.contains("f6"), "{refusal}");
}

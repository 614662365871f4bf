use super::*;

fn with(name: &str, value: &str) -> Result<Settings, SettingsError> {
    let keys = format!("1:{}", "ab".repeat(32));
    let all = [
        ("SLUICE_CREDENTIALS__TICKET_KEYS", keys.as_str()),
        ("SLUICE_CREDENTIALS__SESSION_KEYS", keys.as_str()),
        ("SLUICE_CREDENTIALS__COMMAND_KEYS", keys.as_str()),
        ("SLUICE_CREDENTIALS__LOG_KEYS", keys.as_str()),
        (name, value),
    ];
    Settings::from_vars(all.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

#[test]
fn the_environment_wins_over_the_defaults() {
    let settings = with("SLUICE_ORDERS__BATCH", "7").unwrap();
    assert_eq!(settings.orders.batch.get(), 7);
}

#[test]
fn the_embedded_broker_has_the_partitions_that_it_began_with() {
    let limit = |name, value| with(name, value).unwrap().kafka.partition_limit();
    assert_eq!(limit("SLUICE_KAFKA__MODE", "embedded"), 16);
    assert_eq!(limit("SLUICE_KAFKA__MODE", "kafka"), 2000);
    assert_eq!(limit("SLUICE_KAFKA__MAX_PARTITIONS", "40"), 40);
    assert_eq!(limit("SLUICE_KAFKA__MAX_PARTITIONS", "4"), 16, "they are there");
}

#[test]
fn lists_are_separated_by_commas() {
    let settings = with("SLUICE_ADMISSION__ALLOWED_ORIGINS", "http://a,http://b").unwrap();
    assert_eq!(settings.admission.allowed_origins, ["http://a", "http://b"]);
    let settings = with("SLUICE_REDIS__NODES", "redis://a,redis://b").unwrap();
    assert_eq!(settings.redis.nodes.len(), 2);
    assert_eq!(settings.redis.mode, RedisMode::Single);
    let settings = with("SLUICE_EDGE__TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8").unwrap();
    let networks: Vec<_> = settings.edge.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "fd00::/8"]);
    for wrong in ["10.0.0.1", "10.0.0.0/33", "the-proxy"] {
        assert!(with("SLUICE_EDGE__TRUSTED_PROXIES", wrong).is_err(), "{wrong}");
    }
}

#[test]
fn guests_from_the_machine_itself_prove_no_work_unless_that_is_set() {
    let address = |text: &str| text.parse::<std::net::IpAddr>().unwrap();
    let abuse = with("SLUICE_ABUSE__POW_MODE", "always").unwrap().abuse;
    assert_eq!(abuse.pow_mode, ProofMode::Always);
    for (text, is_exempt) in
        [("127.0.0.1", true), ("::ffff:127.0.0.1", true), ("::1", true), ("10.0.0.1", false)]
    {
        assert_eq!(abuse.is_exempt(address(text)), is_exempt, "{text}");
    }
    let abuse = with("SLUICE_ABUSE__POW_EXEMPT", "10.0.0.0/8,fd00::/8").unwrap().abuse;
    assert!(!abuse.is_exempt(address("127.0.0.1")) && abuse.is_exempt(address("10.1.2.3")));
    assert!(with("SLUICE_ABUSE__POW_MODE", "sometimes").is_err());
}

#[test]
fn crowds_may_be_asked_for_in_production_only_where_that_is_set() {
    let has_lab = |lab: &str, profile: &str| {
        let vars = [("SLUICE_STOREFRONT__LOAD_LAB", lab), ("SLUICE_PROFILE__NAME", profile)];
        let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Settings::from_vars(vars).unwrap().has_load_lab()
    };
    for (lab, in_development, in_production) in
        [("always", true, true), ("development", true, false), ("never", false, false)]
    {
        let found = ["development", "production"].map(|profile| has_lab(lab, profile));
        assert_eq!(found, [in_development, in_production], "{lab}");
    }
    assert!(with("SLUICE_STOREFRONT__LOAD_LAB", "sometimes").is_err());
    let settings = with("SLUICE_PROFILE__NAME", "production").unwrap();
    assert!(!settings.has_load_lab(), "not unless somebody says so");
}

#[test]
fn zero_and_unknown_are_refused_by_name() {
    let error = with("SLUICE_ORDERS__BATCH", "0").unwrap_err().to_string();
    assert!(error.contains("batch"), "{error}");
    let error = with("SLUICE_ORDERS__BACTH", "7").unwrap_err().to_string();
    assert!(error.contains("bacth"), "{error}");
}

#[test]
fn each_service_can_be_given_its_own_keys_alone() {
    let (name, keys) = ("SLUICE_CREDENTIALS__LOG_KEYS", format!("1:{}", "cd".repeat(32)));
    let settings = Settings::from_vars([(name.to_owned(), keys)]).unwrap();
    assert!(settings.credentials.log().is_ok());
    let error = settings.credentials.tickets().unwrap_err().to_string();
    assert!(error.contains("credentials.ticket_keys"), "{error}");
    let error = settings.storefront.passes().unwrap_err().to_string();
    assert!(error.contains("storefront.pass_keys"), "{error}");
}

#[test]
fn without_a_key_there_is_no_adapter_and_a_broken_one_is_named() {
    let key = |pem| with("SLUICE_STOREFRONT__AWS_KEY_PEM", pem).unwrap().storefront.aws_key();
    for none in ["", " "] {
        assert!(key(none).unwrap().is_none());
    }
    let error = key("-----BEGIN PRIVATE KEY-----").unwrap_err().to_string();
    assert!(error.contains("storefront.aws_key_pem"), "{error}");
}

#[test]
fn an_unknown_way_to_say_who_one_is_is_refused_by_name() {
    let sasl = |value| with("SLUICE_KAFKA__SASL", value);
    assert_eq!(sasl("scram-sha-512").unwrap().kafka.sasl, KafkaSasl::ScramSha512);
    let error = sasl("gssapi").unwrap_err().to_string();
    assert!(error.contains("sasl"), "{error}");
}

#[test]
fn secrets_are_not_printed() {
    for name in ["SLUICE_PAYMENTS__API_KEY", "SLUICE_KAFKA__PASSWORD", "SLUICE_REDIS__URL"] {
        let settings = with(name, "very-secret").unwrap();
        assert!(!format!("{settings:?}").contains("very-secret"), "{name}");
    }
    let keys = format!("1:{}", "abab".repeat(16));
    let settings = with("SLUICE_STOREFRONT__PASS_KEYS", &keys).unwrap();
    assert!(settings.storefront.passes().is_ok());
    assert!(!format!("{settings:?}").contains("abab"));
    let settings = with("SLUICE_REDIS__NODES", "redis://:very-secret@a").unwrap();
    assert!(!format!("{settings:?}").contains("very-secret"));
}

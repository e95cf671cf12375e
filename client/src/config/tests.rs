use super::*;

/// A folder to run in, with `tamga.toml` there and `tamga/config.toml` under its `home`.
fn load(near: &str, far: &str, env: &[(&str, &str)], flags: Flags) -> Result<Config, CliError> {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    std::fs::create_dir_all(home.join("tamga")).unwrap();
    std::fs::write(dir.path().join(NEAR_FILE), near).unwrap();
    std::fs::write(home.join("tamga/config.toml"), far).unwrap();
    let mut all = BTreeMap::from([("XDG_CONFIG_HOME".to_owned(), home.display().to_string())]);
    all.extend(env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Config::load(flags, &all, dir.path())
}

#[test]
fn a_setting_comes_from_the_first_source_that_names_it() {
    let near = "url = \"near\"\n[profile.test]\nurl = \"near test\"\n";
    let far = "url = \"far\"\nkey = \"far\"\n[profile.test]\nkey = \"far test\"\n";
    let flag = Flags { url: Some("flag".to_owned()), ..Flags::default() };
    let test = Flags { profile: Some("test".to_owned()), ..Flags::default() };
    for (env, flags, url, key) in [
        (None, Flags::default(), "near", "far"),
        (None, test, "near test", "far test"),
        (Some("env"), Flags::default(), "env", "far"),
        (Some("env"), flag, "flag", "far"),
        (Some(""), Flags::default(), "near", "far"),
    ] {
        let env: Vec<_> = env.iter().map(|value| ("TAMGA_URL", *value)).collect();
        let config = load(near, far, &env, flags).unwrap();
        assert_eq!(
            (config.url.unwrap().value, config.key.unwrap().value),
            (url.into(), key.into())
        );
    }
}

#[test]
fn what_a_file_can_not_say_is_an_error() {
    let profile = |name: &str| Flags { profile: Some(name.to_owned()), ..Flags::default() };
    for (near, flags) in [
        ("ulr = \"x\"", Flags::default()),
        ("[profile.test]\nulr = \"x\"", Flags::default()),
        ("url = 5", Flags::default()),
        ("lang = \"fr\"", Flags::default()),
        ("[profile.test]\nurl = \"x\"", profile("prod")),
        ("", Flags { devnet: Some("no such folder".into()), ..Flags::default() }),
    ] {
        assert!(load(near, "", &[], flags).is_err(), "{near}");
    }
}

#[test]
fn paths_in_a_file_are_relative_to_it() {
    let config = load("policy = \"near.txt\"", "devnet = \"net\"", &[], Flags::default()).unwrap();
    let policy = config.policy.unwrap();
    let Origin::File(file, None) = policy.origin else { panic!("{:?}", policy.origin) };
    assert_eq!(policy.value, file.with_file_name("near.txt"));
    assert!(config.devnet.unwrap().value.ends_with("home/tamga/net"));
}

#[test]
fn the_language_is_that_of_the_call_then_of_the_system() {
    for (env, language) in [
        (&[][..], Language::En),
        (&[("LANG", "ru_RU.UTF-8")], Language::Ru),
        (&[("LANG", "ru_RU.UTF-8"), ("LC_ALL", "C.UTF-8")], Language::En),
        (&[("LANG", "de_DE.UTF-8"), ("LC_MESSAGES", "kk_KZ")], Language::Kk),
        (&[("LC_ALL", "ru"), ("TAMGA_LANG", "kk")], Language::Kk),
    ] {
        let config = load("", "", env, Flags::default()).unwrap();
        assert_eq!(config.language.value, language, "{env:?}");
    }
    assert!(load("", "", &[("TAMGA_LANG", "fr")], Flags::default()).is_err());
}

#[test]
fn nodes_are_a_list_and_what_was_seen_has_a_place() {
    let near = "nodes = [\"http://a\", \"http://b\"]";
    let load = |env: &[(&str, &str)]| load(near, "", env, Flags::default()).unwrap();
    assert_eq!(load(&[]).nodes.unwrap().value, ["http://a", "http://b"]);
    assert_eq!(load(&[("TAMGA_NODES", " http://c  http://d ")]).nodes.unwrap().value.len(), 2);
    let place = |env: &[(&str, &str)]| load(env).state_dir.map(|dir| dir.value);
    assert_eq!(place(&[]), None, "nobody's home");
    assert_eq!(place(&[("HOME", "/user")]), Some("/user/.local/state/tamga".into()));
    let named = [("HOME", "/user"), ("XDG_STATE_HOME", "/state")];
    assert_eq!(place(&named), Some("/state/tamga".into()));
    // A devnet that is founded anew is another ledger of the same name.
    let devnet = tempfile::tempdir().unwrap();
    std::fs::write(devnet.path().join("nodes.txt"), "http://n1\nhttp://n2\n").unwrap();
    let env = [("HOME", "/user"), ("TAMGA_DEVNET", devnet.path().to_str().unwrap())];
    assert_eq!(place(&env), Some(devnet.path().join("seen")));
    let all: BTreeMap<String, String> =
        env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let config = Config::load(Flags::default(), &all, Path::new("no such folder")).unwrap();
    assert_eq!(config.nodes.unwrap().value, ["http://n1", "http://n2"]);
}

use super::of_node;

const ALL: &str = "\
# HELP rounds Rounds.
# TYPE rounds counter
rounds_total{moniker=\"a\"} 1
# HELP rounds Rounds.
# TYPE rounds counter
rounds_total{moniker=\"b\"} 2
# HELP sizes Sizes.
# TYPE sizes gauge
sizes{moniker=\"b\",kind=\"x\"} 3
sizes{kind=\"y\",moniker=\"b\"} 4
sizes{moniker=\"a\",peer_moniker=\"b\"} 5
# EOF
";

#[test]
fn a_node_sees_its_own_series_under_one_head_each() {
    assert_eq!(
        of_node(ALL, "b"),
        "\
# HELP rounds Rounds.
# TYPE rounds counter
rounds_total{moniker=\"b\"} 2
# HELP sizes Sizes.
# TYPE sizes gauge
sizes{moniker=\"b\",kind=\"x\"} 3
sizes{kind=\"y\",moniker=\"b\"} 4
"
    );
    assert_eq!(of_node(ALL, "nobody"), "");
}

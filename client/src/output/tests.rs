use super::*;
use crate::lang::Language;

/// What two items and a list print in a form.
fn printed(form: Form, fields: Value) -> String {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let messages = Messages::new(Language::En);
    let mut out = Output::new(&mut stdout, &mut stderr, form, false, messages);
    for name in ["one", "a\ttab"] {
        let shown = Shown {
            data: json!({ "name": name }),
            human: format!("item {name}"),
            plain: vec![name.to_owned(), String::new()],
            id: name.to_owned(),
        };
        out.item("thing", shown);
    }
    let list = Shown { data: fields, human: "that is all".to_owned(), ..Shown::default() };
    out.end_list("things", "data", list);
    String::from_utf8(stdout).unwrap()
}

#[test]
fn a_list_is_printed_in_the_form_asked_for() {
    let one = r#"{"name":"one","schema":"tamga.cli.thing/1"}"#;
    let other = r#"{"name":"a\ttab","schema":"tamga.cli.thing/1"}"#;
    let cases = [
        (Form::Human, json!({}), "item one\nitem a\ttab\nthat is all\n".to_owned()),
        (Form::Plain, json!({}), "one\t\na tab\t\n".to_owned()),
        (Form::Quiet, json!({}), "one\na\ttab\n".to_owned()),
        (Form::Ndjson, Value::Null, format!("{one}\n{other}\n")),
        (
            Form::Ndjson,
            json!({ "sum": 2 }),
            format!("{one}\n{other}\n{{\"schema\":\"tamga.cli.things/1\",\"sum\":2}}\n"),
        ),
    ];
    for (form, fields, expected) in cases {
        assert_eq!(printed(form, fields), expected, "{form:?}");
    }
    let whole: Value = serde_json::from_str(&printed(Form::Json, json!({ "sum": 2 }))).unwrap();
    assert_eq!(whole["data"], json!([{ "name": "one" }, { "name": "a\ttab" }]));
    assert_eq!((&whole["schema"], &whole["sum"]), (&json!("tamga.cli.things/1"), &json!(2)));
}

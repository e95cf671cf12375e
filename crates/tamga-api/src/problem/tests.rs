use super::*;

#[test]
fn the_language_with_the_greatest_weight_wins() {
    for (header, language) in [
        ("", Language::En),
        ("kk", Language::Kk),
        ("ru-KZ,ru;q=0.9", Language::Ru),
        ("de, ru;q=0.5, kk;q=0.8", Language::Kk),
        ("de", Language::En),
        ("ru;q=0, *;q=0.1", Language::En),
        ("kk;q=1.0, ru;q=1", Language::Kk),
        ("ru;q=0.75, kk;q=0.8", Language::Kk),
    ] {
        assert_eq!(Language::accept(header), language, "{header}");
    }
}

#[test]
fn every_code_makes_a_problem_in_every_language() {
    for &code in Code::ALL {
        for language in [Language::Kk, Language::Ru, Language::En] {
            let rejection = Rejection::new(code, "/fields/x", "x is wrong");
            let problem = Problem::new(&rejection, language);
            assert_eq!(problem.known_code(), Some(code));
            assert!(!problem.title.is_empty() && !problem.remedy.is_empty(), "{code}");
            assert_eq!(problem.errors.len(), 1);
        }
    }
}

#[test]
fn a_problem_without_a_field_names_none() {
    let problem = Problem::new(&Rejection::new(Code::NotFound, "", "no such record"), Language::Ru);
    let json = serde_json::to_value(&problem).unwrap();
    assert_eq!(json["type"], "urn:tamga:problem:not-found");
    assert_eq!(json["status"], 404);
    assert_eq!(json["title"], "Не найдено");
    assert!(json.get("errors").is_none());
}

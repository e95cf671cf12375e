use super::*;

#[test]
fn iin_and_bin_check_digits_follow_the_vectors() {
    let iin = [
        ("991231500016", true),
        ("991231500707", true),
        ("991231500719", true),
        ("991231500720", true),
        ("991231500017", false),
        ("99123150001", false),
        ("99123150001a", false),
    ];
    for (number, valid) in iin {
        assert_eq!(valid_iin(number), valid, "{number}");
    }
    for number in ["591240000021", "591240000109"] {
        assert!(valid_bin(number) && !valid_iin(number), "{number}");
    }
    for x in 0..10 {
        assert!(!valid_iin(&format!("99123150077{x}")));
        assert!(!valid_bin(&format!("59124000001{x}")));
    }
}

#[test]
fn an_iin_and_other_personal_data_are_recognised_and_dates_are_not() {
    let suspect = [
        "991231500016",
        "ИИН 9912 3150 0016",
        "991231-500016",
        "９９１２３１５０００１６",
        "+7 (701) 123-45-67",
        "8 701 123 45 67",
        "7011234567",
        "call 77011234567 now",
        "a@b.kz",
    ];
    for text in suspect {
        assert!(looks_personal(text), "{text}");
    }
    let innocent = [
        "Order 652 of 29.10.2015",
        "№ 415 и № 416 от 27.06.2023",
        "29.10.2015 - 30.10.2015",
        "art. 110-112",
        "licence 0001234",
        "",
    ];
    for text in innocent {
        assert!(!looks_personal(text), "{text}");
    }
}

#[test]
fn kinds_are_numbered_by_family() {
    assert_eq!(Kind::ALL.len(), 43);
    for kind in Kind::ALL {
        let info = kind.info();
        let family = match kind.number() / 100 {
            1 => 'G',
            2 => 'E',
            _ => 'R',
        };
        assert_eq!(info.code, format!("{family}{:02}", kind.number() % 100));
        assert_eq!(Kind::from_number(kind.number()), Some(*kind));
        assert_eq!(Kind::from_name(info.code), Some(*kind));
        assert_eq!(Kind::from_name(info.name), Some(*kind));
    }
}

#[test]
fn grounds_are_in_force_by_day() {
    let solvency = |day| Ground::on("SOLVENCY_RESTORATION", day).map(|ground| ground.family);
    assert_eq!(solvency(19_418), None);
    assert_eq!(solvency(19_419), Some(Family::MandatorySuspension));
    assert_eq!(Ground::suspension_number("DEBTOR_DEATH_SUCCESSION"), Some(0));
    assert_eq!(Ground::suspension_number("CLARIFICATION_REQUESTED"), Some(13));
    assert_eq!(Ground::suspension_number("NO_PROPERTY"), None);
    let suspending = GROUNDS.iter().filter(|ground| ground.family.suspends()).count();
    assert!(suspending <= 64, "the set of grounds is a number of 64 bits");
}

#[test]
fn the_kinds_in_force_are_those_of_the_release() {
    let in_force = Kind::ALL.iter().filter(|kind| kind.info().in_force);
    let codes: Vec<&str> = in_force.map(|kind| kind.info().code).collect();
    assert_eq!(
        codes.join(" "),
        "G01 G02 G03 G04 G05 G06 G07 G08 G09 E01 E02 E03 E04 E05 E06 E07 E08 E09 E10 E11 E12 E13 E14 E15 E16 E17 E18 R01 R02 R03 R04 R05 R06 R07 R08 R09 R10 R11 R12 R13"
    );
}

#[test]
fn fields_are_sorted_distinct_and_of_the_right_class() {
    fn flat(ty: FieldType) -> bool {
        match ty {
            FieldType::Rows(form) => form
                .columns
                .iter()
                .all(|column| !matches!(column.ty, FieldType::Rows(_) | FieldType::Scalar)),
            _ => true,
        }
    }
    for kind in Kind::ALL {
        let info = kind.info();
        assert!(info.fields.iter().chain(info.body).all(|field| flat(field.ty)), "{}", info.code);
        for pair in info.fields.windows(2) {
            assert!(pair[0].number < pair[1].number, "{} {}", info.code, pair[1].name);
        }
        for pair in info.body.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} {}", info.code, pair[1].name);
        }
        assert!(info.fields.iter().all(|field| field.class < Class::P2 && field.number < 60));
        assert!(info.body.iter().all(|field| field.class == Class::P2));
    }
}

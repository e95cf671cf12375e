//! Words of cells: by code, in Kazakh and in Russian.

use super::WordList;

pub(super) const NOTES: [&str; 2] = ["Түсіндірме", "Пояснения"];
pub(super) const EXAMPLE: [&str; 2] = ["Мысалы:", "Пример:"];

/// Word lists by the name that mappings have for them.
pub(super) const ALL: [(&str, &WordList); 7] = [
    ("CATEGORIES", &CATEGORIES),
    ("SPHERES", &SPHERES),
    ("MANDATE_ACTIONS", &MANDATE_ACTIONS),
    ("LICENCE_ACTIONS", &LICENCE_ACTIONS),
    ("USE_TYPES", &USE_TYPES),
    ("SOURCES", &SOURCES),
    ("RATE_SOURCES", &RATE_SOURCES),
];

pub(super) static CATEGORIES: WordList = WordList {
    words: &[
        ("PR", ["көпшілік орындау", "публичное исполнение"]),
        ("MR", ["механикалық жаңғырту", "механическое воспроизведение"]),
        ("SR", ["синхрондау", "синхронизация"]),
        ("PC", ["жеке көшірмелеу", "частное копирование"]),
        ("RR", ["қайта сату құқығы", "право следования"]),
    ],
};

pub(super) static SPHERES: WordList = WordList {
    words: &[
        ("COPYRIGHT", ["авторлық құқық", "авторское право"]),
        ("RELATED_RIGHTS", ["сабақтас құқықтар", "смежные права"]),
        ("PRIVATE_COPYING", ["жеке көшірмелеу", "частное копирование"]),
        ("COMBINED", ["аралас", "смешанная"]),
    ],
};

pub(super) static MANDATE_ACTIONS: WordList = WordList {
    words: &[
        ("SIGNED", ["жасалды", "заключён"]),
        ("AMENDED", ["өзгертілді", "изменён"]),
        ("TERMINATION_NOTICED", ["бұзу туралы хабарланды", "уведомлено о расторжении"]),
        ("ENDED", ["тоқтатылды", "прекращён"]),
    ],
};

pub(super) static LICENCE_ACTIONS: WordList = WordList {
    words: &[("SIGNED", ["жасалды", "заключён"]), ("ENDED", ["тоқтатылды", "прекращён"])],
};

pub(super) static USE_TYPES: WordList = WordList {
    words: &[
        ("BROADCAST", ["эфирге беру", "эфир"]),
        ("CABLE", ["кабельмен тарату", "кабель"]),
        ("PUBLIC_PERFORMANCE", ["көпшілік орындау", "публичное исполнение"]),
        ("ONLINE", ["интернетте", "интернет"]),
        ("REPRODUCTION", ["жаңғырту", "воспроизведение"]),
        ("SYNCHRONISATION", ["синхрондау", "синхронизация"]),
        ("RENTAL", ["жалға беру", "прокат"]),
        ("OTHER", ["өзге", "прочее"]),
    ],
};

pub(super) static SOURCES: WordList = WordList {
    words: &[
        ("LICENCE", ["лицензия бойынша", "по лицензии"]),
        (
            "UNLICENSED_USE_SETTLEMENT",
            ["лицензиясыз пайдалану үшін", "за использование без лицензии"],
        ),
        ("PRIVATE_COPY", ["жеке көшірмелеу үшін", "за частное копирование"]),
        ("FOREIGN_SOCIETY", ["шетелдік ұйымнан", "от иностранной организации"]),
    ],
};

pub(super) static RATE_SOURCES: WordList = WordList {
    words: &[
        ("NATIONAL_BANK", ["Ұлттық Банк", "Национальный Банк"]),
        ("CONTRACT", ["шарт бойынша", "по договору"]),
        ("BANK", ["банк бағамы", "курс банка"]),
    ],
};

/// Roles of those who have a share in a work.
pub static ROLES: WordList = WordList {
    words: &[
        ("AUTHOR", ["автор", "автор"]),
        ("COMPOSER", ["композитор", "композитор"]),
        ("LYRICIST", ["мәтін авторы", "автор текста"]),
        ("ARRANGER", ["өңдеуші", "аранжировщик"]),
        ("TRANSLATOR", ["аудармашы", "переводчик"]),
        ("PUBLISHER", ["баспагер", "издатель"]),
        ("PERFORMER", ["әртіс-орындаушы", "артист-исполнитель"]),
        ("PHONOGRAM_PRODUCER", ["фонограмма жасаушы", "производитель фонограммы"]),
        ("HEIR", ["мұрагер", "наследник"]),
        ("OTHER", ["өзге", "иное лицо"]),
    ],
};

//! The numbers, codes and names of all kinds (spec §16.1).

use tamga_format::subject::Role;

use super::{Field, KindInfo, Part, Text, WriterRole, enforcement, measures, registry, royalty};

/// What a kind that is in force looks like; the rest of its entry stands in the list below.
pub(super) struct Form {
    pub(super) primary: Role,
    pub(super) parts: &'static [Part],
    pub(super) fields: &'static [Field],
    pub(super) body: &'static [Field],
    pub(super) authors: &'static [WriterRole],
}

/// The form of kinds that are not in force: nothing but their primary subject is known.
const fn reserved(primary: Role) -> Form {
    Form { primary, parts: &[], fields: &[], body: &[], authors: &[] }
}

macro_rules! kinds {
    ($($kind:ident = $number:literal $name:literal [$kk:literal, $ru:literal, $en:literal] $form:expr;)*) => {
        /// A kind of record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Kind {
            $(#[doc = $en] $kind = $number,)*
        }

        impl Kind {
            /// Every kind, by number.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The number in records.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self { $(Self::$kind => $number,)* }
            }

            /// The kind with a number.
            #[must_use]
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$kind),)* _ => None }
            }

            /// The kind with a code (`E03`) or a name (`INITIATION_DECIDED`).
            #[must_use]
            pub fn from_name(text: &str) -> Option<Self> {
                match text {
                    $($name => Some(Self::$kind),)*
                    _ => Self::ALL.iter().copied().find(|kind| kind.info().code == text),
                }
            }

            /// What the catalogue says of the kind.
            #[must_use]
            pub const fn info(self) -> &'static KindInfo {
                match self {
                    $(Self::$kind => {
                        const FORM: Form = $form;
                        const INFO: KindInfo = KindInfo {
                            kind: Kind::$kind,
                            code: stringify!($kind),
                            name: $name,
                            title: Text { kk: $kk, ru: $ru, en: $en },
                            in_force: !FORM.authors.is_empty(),
                            primary: FORM.primary,
                            parts: FORM.parts,
                            fields: FORM.fields,
                            body: FORM.body,
                            authors: FORM.authors,
                        };
                        &INFO
                    })*
                }
            }
        }
    };
}

kinds! {
    G01 = 101 "ORGANISATION" ["Ұйым", "Организация", "organisation"] registry::ORGANISATION;
    G02 = 102 "OFFICER" ["Лауазымды тұлға", "Должностное лицо", "officer"] registry::OFFICER;
    G03 = 103 "KEY_REGISTERED" ["Кілт тіркелді", "Ключ зарегистрирован", "key registered"] registry::KEY_REGISTERED;
    G04 = 104 "KEY_CHANGED" ["Кілт ауыстырылды не қайтарылды", "Ключ заменён или отозван", "key rotated or revoked"] registry::KEY_CHANGED;
    G05 = 105 "ACCREDITATION" ["ҚҰБҰ аккредиттеу", "Аккредитация ОКУП", "accreditation"] registry::ACCREDITATION;
    G06 = 106 "PARAMETER" ["Параметр", "Параметр", "parameter"] registry::PARAMETER;
    G07 = 107 "ROLE_DELEGATION" ["Сенімхат", "Доверенность", "delegation"] registry::ROLE_DELEGATION;
    G08 = 108 "POLICY" ["Саясат", "Политика", "policy"] registry::POLICY;
    G09 = 109 "APPROVAL" ["Келісім", "Согласование", "approval"] registry::APPROVAL;
    G10 = 110 "UPGRADE" ["Ережелерді жаңарту", "Обновление правил", "upgrade"] reserved(Role::Item);
    G11 = 111 "STREAM" ["Ағын", "Поток", "stream"] reserved(Role::Item);
    G12 = 112 "ACCESS_ROOT" ["Қол жеткізу журналы", "Журнал доступа", "access root"] reserved(Role::Item);
    E01 = 201 "EXEC_DOC_PRESENTED" ["Атқарушылық құжат ұсынылды", "Предъявлен исполнительный документ", "executive document presented"] enforcement::EXEC_DOC_PRESENTED;
    E02 = 202 "CASE_DISTRIBUTED" ["Іс орындаушыға бөлінді", "Дело распределено", "case distributed"] enforcement::CASE_DISTRIBUTED;
    E03 = 203 "INITIATION_DECIDED" ["Қозғау туралы шешім", "Решение о возбуждении", "initiation decided"] enforcement::INITIATION_DECIDED;
    E04 = 204 "NOTIFICATION" ["Хабарлау", "Уведомление", "notification"] enforcement::NOTIFICATION;
    E05 = 205 "ENFORCEMENT_STARTED" ["Мәжбүрлеп орындау басталды", "Начато принудительное исполнение", "enforcement started"] enforcement::ENFORCEMENT_STARTED;
    E06 = 206 "MEASURE_IMPOSED" ["Шара қолданылды", "Мера наложена", "measure imposed"] measures::MEASURE_IMPOSED;
    E07 = 207 "COURT_SANCTION" ["Сот санкциясы", "Санкция суда", "court sanction"] measures::COURT_SANCTION;
    E08 = 208 "MEASURE_CHANGED" ["Шара өзгерді", "Мера изменена", "measure changed"] measures::MEASURE_CHANGED;
    E09 = 209 "LEVY_APPLIED" ["Өндіріп алу қолданылды", "Обращение взыскания", "levy applied"] measures::LEVY_APPLIED;
    E10 = 210 "LOT_EVENT" ["Мүлік лоты", "Лот имущества", "lot event"] measures::LOT_EVENT;
    E11 = 211 "FUNDS_RECOVERED" ["Ақша түсті", "Поступили средства", "funds recovered"] enforcement::FUNDS_RECOVERED;
    E12 = 212 "FUNDS_DISTRIBUTED" ["Ақша бөлінді", "Средства распределены", "funds distributed"] enforcement::FUNDS_DISTRIBUTED;
    E13 = 213 "LIFECYCLE_CHANGED" ["Іс барысы өзгерді", "Ход производства изменён", "lifecycle changed"] enforcement::LIFECYCLE_CHANGED;
    E14 = 214 "CASE_TRANSFERRED" ["Іс басқаға берілді", "Дело передано", "case transferred"] enforcement::CASE_TRANSFERRED;
    E15 = 215 "CASE_CLOSED" ["Іс аяқталды не қайта ашылды", "Дело окончено или возобновлено", "case closed or reopened"] enforcement::CASE_CLOSED;
    E16 = 216 "DEBTOR_REGISTER_CHANGED" ["Борышкерлер тізіліміндегі жазба", "Запись в реестре должников", "debtor register changed"] enforcement::DEBTOR_REGISTER_CHANGED;
    E17 = 217 "COMPLAINT_EVENT" ["Шағым", "Жалоба", "complaint"] enforcement::COMPLAINT_EVENT;
    E18 = 218 "CORRECTION" ["Түзету", "Исправление", "correction"] enforcement::CORRECTION;
    R01 = 301 "WORK_REGISTERED" ["Туынды тіркелді", "Произведение зарегистрировано", "work registered"] royalty::WORK_REGISTERED;
    R02 = 302 "SHARES_SET" ["Үлестер", "Доли", "shares set"] royalty::SHARES_SET;
    R03 = 303 "MANDATE_CONTRACT" ["Құқық иеленушімен шарт", "Договор с правообладателем", "mandate contract"] royalty::MANDATE_CONTRACT;
    R04 = 304 "USER_LICENCE" ["Пайдаланушымен шарт", "Договор с пользователем", "user licence"] royalty::USER_LICENCE;
    R05 = 305 "USAGE_REPORT_BATCH" ["Пайдалану есебі", "Отчёт об использовании", "usage report"] royalty::USAGE_REPORT_BATCH;
    R06 = 306 "COLLECTION" ["Алым", "Сбор", "collection"] royalty::COLLECTION;
    R07 = 307 "DISTRIBUTION_RUN" ["Бөлу", "Распределение", "distribution run"] royalty::DISTRIBUTION_RUN;
    R08 = 308 "ALLOCATION_BATCH" ["Есептеулер", "Начисления", "allocation batch"] royalty::ALLOCATION_BATCH;
    R09 = 309 "PAYOUT_BATCH" ["Төлемдер", "Выплаты", "payout batch"] royalty::PAYOUT_BATCH;
    R10 = 310 "RIGHTSHOLDER_STATEMENT" ["Құқық иеленушіге есеп", "Отчёт правообладателю", "statement"] royalty::RIGHTSHOLDER_STATEMENT;
    R11 = 311 "PERIOD_REPORT" ["Кезең есебі", "Отчёт за период", "period report"] royalty::PERIOD_REPORT;
    R12 = 312 "DISPUTE" ["Дау", "Спор", "dispute"] royalty::DISPUTE;
    R13 = 313 "PAYMENT_CONFIRMED" ["Төлем расталды", "Выплата подтверждена", "payment confirmed"] royalty::PAYMENT_CONFIRMED;
}

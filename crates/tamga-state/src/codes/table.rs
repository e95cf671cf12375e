//! The rows of the registry; append only (spec §17.3).

use super::{CodeInfo, Text};

macro_rules! codes {
    ($($name:ident = $number:literal $slug:literal $http:literal $retry:ident
        [$tk:literal, $tr:literal, $te:literal] [$rk:literal, $rr:literal, $re:literal];)*) => {
        /// A stable code of the system.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $te] $name,)*
        }

        impl Code {
            /// Every code, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What is known of the code.
            #[must_use]
            pub const fn info(self) -> &'static CodeInfo {
                match self {
                    $(Self::$name => &CodeInfo {
                        number: $number,
                        slug: $slug,
                        http: $http,
                        retryable: retry!($retry),
                        title: Text { kk: $tk, ru: $tr, en: $te },
                        remedy: Text { kk: $rk, ru: $rr, en: $re },
                    },)*
                }
            }
        }
    };
}

macro_rules! retry {
    (final) => {
        false
    };
    (retry) => {
        true
    };
}

codes! {
    // The request.
    Malformed = 4000 "malformed" 400 final
        ["Сұрау оқылмады", "Запрос не читается", "the request can't be read"]
        ["Пішімін құжаттамамен салыстырыңыз", "Сверьте формат с описанием API", "compare the form with the API description"];
    MediaType = 4001 "unsupported-media-type" 415 final
        ["Деректер түрі қолдау таппайды", "Тип содержимого не поддерживается", "the media type is not supported"]
        ["Content-Type тақырыбын түзетіңіз", "Исправьте заголовок Content-Type", "correct the Content-Type header"];
    BadParameter = 4002 "bad-parameter" 400 final
        ["Сұрау параметрі қате", "Неверный параметр запроса", "a request parameter is wrong"]
        ["Көрсетілген параметрді түзетіңіз", "Исправьте указанный параметр", "correct the parameter named"];
    Unauthenticated = 4010 "unauthenticated" 401 retry
        ["Кіру қажет", "Нужен вход", "authentication is required"]
        ["Authorization: Bearer белгісін қосыңыз", "Передайте токен в Authorization: Bearer", "send a token in Authorization: Bearer"];
    NotFound = 4040 "not-found" 404 final
        ["Табылмады", "Не найдено", "not found"]
        ["Сәйкестендіргішті тексеріңіз", "Проверьте идентификатор", "check the identifier"];
    MethodNotAllowed = 4050 "method-not-allowed" 405 final
        ["Бұл әдіс рұқсат етілмеген", "Метод не разрешён", "the method is not allowed here"]
        ["Allow тақырыбындағы әдісті қолданыңыз", "Используйте метод из заголовка Allow", "use a method of the Allow header"];
    RequestTimeout = 4080 "request-timeout" 408 retry
        ["Сұрау тым ұзақ жіберілді", "Запрос передавался слишком долго", "the request took too long to arrive"]
        ["Қайта жіберіңіз", "Отправьте ещё раз", "send it again"];
    SequenceConflict = 4091 "sequence-conflict" 409 final
        ["Іске сізден бұрын жазба қосылды", "В дело уже добавлена другая запись", "another record of this subject came first"]
        ["Іс тарихын қайта оқып, жазбаны соңғысының үстіне жасаңыз", "Перечитайте историю и составьте запись поверх последней", "read the history again and write on top of the last record"];
    // The form of a record.
    FormatInvalid = 4100 "format-invalid" 422 final
        ["Жазба пішімі қате", "Запись имеет неверный формат", "the bytes do not have the one allowed form"]
        ["Көрсетілген орынды түзетіңіз; жазбаны tamga құралымен жасаңыз", "Исправьте указанное место; составьте запись средствами tamga", "correct the place named; make records with the tamga tools"];
    UnknownField = 4101 "unknown-field" 422 final
        ["Белгісіз өріс", "Неизвестное поле", "an unknown field"]
        ["Өріс атауын каталогпен салыстырыңыз", "Сверьте имя поля с каталогом", "compare the field's name with the catalogue"];
    Validation = 4102 "validation" 422 final
        ["Жазба тексеруден өтпеді", "Запись не прошла проверку", "a field is missing or has a wrong value"]
        ["Көрсетілген өрісті түзетіңіз", "Исправьте указанное поле", "correct the field named"];
    UnknownKind = 4103 "unknown-kind" 422 final
        ["Жазба түрі белгісіз", "Неизвестный вид записи", "there is no such kind of record"]
        ["Каталогтағы түрді таңдаңыз", "Выберите вид из каталога", "choose a kind of the catalogue"];
    ParameterUnknown = 4104 "parameter-unknown" 422 final
        ["Мұндай параметр жоқ", "Такого параметра нет", "there is no such parameter"]
        ["Параметрлер кестесіндегі атауды жазыңыз", "Укажите имя из таблицы параметров", "give a name of the table of parameters"];
    ParameterGap = 4105 "parameter-gap" 422 final
        ["Міндетті параметр мәнсіз қалады", "Обязательный параметр остался бы без значения", "a mandatory parameter would be left without a value"]
        ["Алдымен келесі мәнді енгізіңіз немесе valid_to өрісін алып тастаңыз", "Сначала внесите следующее значение или уберите valid_to", "enter the next value first, or leave valid_to out"];
    KindNotInForce = 4107 "kind-not-in-force" 422 final
        ["Бұл жазба түрі әлі қолданылмайды", "Этот вид записи ещё не введён в действие", "this kind of record is not in force yet"]
        ["Ережелердің жаңа нұсқасын күтіңіз", "Дождитесь новой версии правил", "wait for a later version of the rules"];
    TransitionNotInForce = 4108 "transition-not-in-force" 422 final
        ["Бұл әрекет әлі қолданылмайды", "Это действие ещё не введено в действие", "this step is not in force yet"]
        ["Ережелердің жаңа нұсқасын күтіңіз", "Дождитесь новой версии правил", "wait for a later version of the rules"];
    UnknownVersion = 4109 "unknown-schema-version" 422 final
        ["Схема нұсқасы белгісіз", "Неизвестная версия схемы", "the schema version of this kind is unknown"]
        ["1-нұсқаны қолданыңыз", "Используйте версию 1", "use version 1"];
    BadSignature = 4110 "bad-signature" 422 final
        ["Қолтаңба дұрыс емес", "Подпись неверна", "the signature does not hold"]
        ["Дәл жіберілетін байттарға сол кілтпен қол қойыңыз", "Подпишите именно отправляемые байты этим ключом", "sign exactly the bytes you send, with the key they name"];
    UnknownKey = 4111 "unknown-key" 422 final
        ["Кілт тіркелмеген", "Ключ не зарегистрирован", "the key is not registered in this ledger"]
        ["Кілтті тіркеушіде тіркеңіз (G03)", "Зарегистрируйте ключ у регистратора (G03)", "have the key registered (G03)"];
    KeyExpired = 4112 "key-expired" 422 final
        ["Кілт мерзімі өткен", "Срок ключа истёк", "the key's term is over"]
        ["Жаңа кілт тіркеңіз", "Зарегистрируйте новый ключ", "have a new key registered"];
    KeyRevoked = 4113 "key-revoked" 422 final
        ["Кілт кері қайтарылған", "Ключ отозван", "the key is revoked"]
        ["Жаңа кілтпен қол қойыңыз", "Подпишите новым ключом", "sign with the new key"];
    KeyNotYetValid = 4114 "key-not-yet-valid" 422 final
        ["Кілт бұл күні әлі күшіне енбеген", "На эту дату ключ ещё не действует", "the key is not yet in force at that time"]
        ["Оқиға уақытын тексеріңіз", "Проверьте время события", "check the event time"];
    IssuerMismatch = 4115 "issuer-mismatch" 422 final
        ["Кілт бұл жазба авторына тиесілі емес", "Ключ принадлежит не автору записи", "the key belongs to someone other than the issuer"]
        ["Автор мен кілтті сәйкестендіріңіз", "Укажите владельца ключа автором", "name the key's holder as issuer"];
    ForeignLedger = 4116 "foreign-ledger" 422 final
        ["Жазба басқа тізілімге арналған", "Запись предназначена другому реестру", "the record is addressed to another ledger"]
        ["aud өрісіне осы тізілімнің атауын жазып, қайта қол қойыңыз", "Укажите в aud имя этого реестра и подпишите заново", "write this ledger's origin into aud and sign again"];
    BodyMismatch = 4117 "body-mismatch" 422 final
        ["Жазба денесі міндеттемеге сай емес", "Тело не соответствует обязательству в записи", "the body is not the one committed to"]
        ["Қол қойылған денені өзгеріссіз жіберіңіз", "Отправьте то тело, которое подписано", "send the body that was signed"];
    BodyPresence = 4118 "body-presence" 422 final
        ["Дене жоқ немесе артық", "Тело отсутствует или лишнее", "a body is missing, or not expected"]
        ["Жазба түрінің талабын каталогтан қараңыз", "Сверьтесь с каталогом вида записи", "see the catalogue for what this kind needs"];
    KeyNotAdmissible = 4119 "key-not-admissible" 422 final
        ["Мұндай ашық кілт қабылданбайды", "Такой открытый ключ не принимается", "the public key is not admissible"]
        ["Жаңа кілт жасаңыз: tamga keygen", "Создайте новый ключ: tamga keygen", "make a new key with tamga keygen"];
    // Stages and times.
    StageNotAllowed = 4120 "stage-not-allowed" 422 final
        ["Істің қазіргі кезеңі бұған жол бермейді", "Текущая стадия дела этого не допускает", "the present stage does not permit this"]
        ["Іс тарихын қараңыз: tamga case history", "Посмотрите историю: tamga case history", "look at the history with tamga case history"];
    EventInFuture = 4121 "event-in-future" 422 final
        ["Оқиға уақыты болашақта", "Время события в будущем", "the event time lies in the future"]
        ["Уақыт белдеуін тексеріңіз: бүкіл ел UTC+5", "Проверьте часовой пояс: вся страна UTC+5", "check the time zone: the whole country is UTC+5"];
    EventTooOld = 4122 "event-too-old" 422 final
        ["Оқиға тым ескі", "Событие слишком давнее", "the event is too old"]
        ["Кешігу себебін көрсетіңіз", "Укажите причину опоздания", "give the reason of the delay"];
    RecordExpired = 4123 "record-expired" 422 final
        ["Жазбаның қабылдану мерзімі өткен", "Срок приёма записи истёк", "the record's valid_until has passed"]
        ["Жаңа valid_until көрсетіп, қайта қол қойыңыз", "Задайте новый valid_until и подпишите заново", "set a new valid_until and sign again"];
    ValidUntilTooFar = 4124 "valid-until-too-far" 422 final
        ["valid_until тым алыс", "valid_until слишком далеко", "valid_until is more than 30 days ahead"]
        ["30 күннен аспайтын мерзім қойыңыз", "Задайте срок не дальше 30 дней", "set it at most 30 days ahead"];
    DateOrder = 4125 "date-order" 422 final
        ["Күндердің реті бұзылған", "Нарушен порядок дат", "the dates contradict each other"]
        ["Көрсетілген күнді түзетіңіз", "Исправьте указанную дату", "correct the date named"];
    TermNotOver = 4126 "term-not-over" 422 final
        ["Мерзім әлі аяқталған жоқ", "Срок ещё не истёк", "the term is not over yet"]
        ["Мерзім біткенше күтіңіз немесе басқа негіз көрсетіңіз", "Дождитесь конца срока или укажите другое основание", "wait for its end or give another reason"];
    PresentationExpired = 4127 "presentation-expired" 422 final
        ["Құжатты ұсыну мерзімі өткен", "Срок предъявления документа истёк", "the document's presentation term is over"]
        ["Мерзімді қалпына келтірген сот актісін көрсетіңіз", "Укажите судебный акт о восстановлении срока", "name the court act that restored the term"];
    GroundUnknown = 4128 "ground-unknown" 422 final
        ["Мұндай негіз жоқ немесе бұл жерде қолданылмайды", "Такого основания нет или здесь оно неприменимо", "no such ground, or not applicable here"]
        ["Негіздер тізімінен таңдаңыз", "Выберите основание из перечня", "choose a ground of the list"];
    // Personal data and sizes.
    PersonalDataSuspected = 4130 "personal-data-suspected" 422 final
        ["Ашық өрісте дербес деректер бар сияқты", "В открытом поле похоже на персональные данные", "a public field looks like personal data"]
        ["ЖСН, телефон, поштаны алып тастаңыз: олар тізілімге жазылмайды", "Уберите ИИН, телефон, почту: в реестр они не попадают", "remove ИИН, phone or e-mail: they never enter the ledger"];
    IdentifierInvalid = 4131 "identifier-invalid" 422 final
        ["Сәйкестендіру нөмірі қате", "Неверный идентификационный номер", "the identification number is wrong"]
        ["Бақылау санын тексеріңіз", "Проверьте контрольную цифру", "check its check digit"];
    PayloadTooLarge = 4132 "payload-too-large" 413 final
        ["Деректер тым үлкен", "Слишком большой объём", "the payload is too large"]
        ["Бөліктеп жіберіңіз", "Отправьте частями", "send it in parts"];
    // Money.
    TotalsMismatch = 4140 "totals-mismatch" 422 final
        ["Сомалар сәйкес келмейді", "Суммы не сходятся", "the sums don't add up"]
        ["Аталған өрістерді өндірілген сомамен салыстырыңыз", "Сверьте названные поля со взысканной суммой", "compare the fields named with what was recovered"];
    AmountOutOfRange = 4142 "amount-out-of-range" 422 final
        ["Сома рұқсат етілген шектен тыс", "Сумма вне допустимых границ", "an amount is out of range"]
        ["Соманы тиынмен, теріс емес бүтін сан етіп жазыңыз", "Укажите сумму целым числом тиынов, не меньше нуля", "give whole tiyn, not below zero"];
    FundsUndistributed = 4143 "funds-undistributed" 422 final
        ["Бөлінбеген ақша қалды", "Остались нераспределённые средства", "undistributed funds remain"]
        ["Алдымен өндірілген соманы бөліңіз (E12)", "Сначала распределите взысканное (E12)", "distribute what was recovered first (E12)"];
    PayeeNotParty = 4144 "payee-not-party" 422 final
        ["Алушы бұл істің өндіріп алушысы емес", "Получатель не взыскатель по этому делу", "the payee is no claimant of this case"]
        ["Істің өндіріп алушысын көрсетіңіз", "Укажите взыскателя этого дела", "name a claimant of the case"];
    ClaimOrder = 4145 "claim-order" 422 final
        ["Өндіріп алу кезегі сақталмаған", "Очередь взыскания не соблюдена", "the order of claims is not kept"]
        ["Алдыңғы кезектерді төлеңіз, жолда істің кезегін көрсетіңіз", "Погасите прежние очереди, в строке укажите очередь дела", "satisfy earlier orders first, and give the order of the case in its lines"];
    LimitExceeded = 4146 "limit-exceeded" 422 final
        ["Шектен асып кетті", "Превышен предел", "it exceeds what the law allows"]
        ["Көрсетілген мәнді азайтыңыз", "Уменьшите указанное значение", "lower the value named"];
    DoubleRecovery = 4147 "double-recovery" 422 final
        ["Ортақ борыш екі рет өндірілер еді", "Солидарный долг был бы взыскан дважды", "a debt owed together would be recovered twice"]
        ["Артығын борышкерге қайтарыңыз", "Верните излишек должнику", "return the surplus to the debtor"];
    ClaimsMissing = 4148 "claims-missing" 422 final
        ["Осы кезектегі барлық іс аталмаған", "Названы не все дела этой очереди", "not every case of this order of claims is named"]
        ["Борышкердің осы кезектегі барлық ашық ісін атаңыз", "Назовите все открытые дела должника этой очереди", "name every open case of the debtor in this order"];
    ClaimShare = 4149 "claim-share" 422 final
        ["Бір кезектегі талаптар тең үлеспен төленбеген", "Требования одной очереди оплачены не пропорционально", "claims of one order are not paid in proportion"]
        ["Соманы қалған борышқа сай бөліңіз", "Разделите сумму пропорционально остатку долга", "split the sum in proportion to what is due"];
    // Duplicates.
    Duplicate = 4150 "duplicate" 409 final
        ["Мұндай нысан бұрын тіркелген", "Такой объект уже зарегистрирован", "it is already registered"]
        ["Бұрынғы жазбаны қараңыз", "Посмотрите прежнюю запись", "look at the earlier record"];
    AlreadyRecorded = 4151 "already-recorded" 409 final
        ["Бұл жазба тізілімде бар", "Эта запись уже в реестре", "this very record is in the log already"]
        ["Түбіртегін сұраңыз: tamga receipt", "Запросите квитанцию: tamga receipt", "ask for its receipt with tamga receipt"];
    Overlap = 4152 "overlap" 422 final
        ["Мерзім бұрынғысымен қиылысады", "Срок пересекается с прежним", "the term overlaps an earlier one"]
        ["Алдыңғы мерзім біткен күннен бастаңыз", "Начните со дня окончания прежнего срока", "begin when the earlier term has ended"];
    // Measures, lots, transfers.
    SanctionMissing = 4160 "sanction-missing" 422 final
        ["Сот санкциясы жоқ", "Нет санкции суда", "the court's sanction is missing"]
        ["Санкция сұрап, оның жазбасына сілтеңіз", "Запросите санкцию и сошлитесь на её запись", "ask for the sanction and refer to its record"];
    SanctionNotAwaited = 4161 "sanction-not-awaited" 422 final
        ["Санкция сұралмаған немесе жауап берілген", "Санкция не запрошена или ответ уже дан", "no sanction is asked for, or the answer is given already"]
        ["Шараның күйін қараңыз", "Посмотрите состояние меры", "look at the measure's state"];
    WarningMissing = 4162 "warning-missing" 422 final
        ["Борышкер ескерту алмаған", "Должник не получил предупреждения", "the debtor has not been warned"]
        ["Алдымен шығуға шектеу туралы хабарламаны тапсырыңыз (E04)", "Сначала вручите извещение об ограничении на выезд (E04)", "first deliver the notice about the travel ban (E04)"];
    MeasureState = 4163 "measure-state" 422 final
        ["Шараның күйі мұны көтермейді", "Состояние меры этого не допускает", "the measure's state does not permit this"]
        ["Шараның күйін қараңыз", "Посмотрите состояние меры", "look at the measure's state"];
    MeasuresOpen = 4164 "measures-open" 422 final
        ["Ашық шаралар немесе лоттар бар", "Есть действующие меры или лоты", "measures or lots are open"]
        ["Шараларды алып тастаңыз немесе бәрін атаңыз, лоттарды аяқтаңыз", "Снимите меры или назовите все, завершите лоты", "lift the measures or name them all, and end the lots"];
    MeasureNotAllowed = 4165 "measure-not-allowed" 422 final
        ["Шараның шарттары орындалмаған", "Условия меры не выполнены", "the conditions of the measure are not met"]
        ["Борыш пен мерзімді тексеріңіз", "Проверьте долг и срок", "check the debt and how long it is unpaid"];
    LotStage = 4166 "lot-stage" 422 final
        ["Лот кезеңі бұзылған", "Нарушен порядок этапов лота", "the stages of the lot are out of order"]
        ["Лоттың кезеңін қараңыз", "Посмотрите этап лота", "look at the lot's stage"];
    AuctionsExhausted = 4167 "auctions-exhausted" 422 final
        ["Аукциондар саны таусылды", "Число торгов исчерпано", "no further auction is allowed"]
        ["Мүлікті өндіріп алушыға беріңіз не борышкерге қайтарыңыз", "Передайте имущество взыскателю или верните должнику", "transfer the property to the claimant or return it to the debtor"];
    ValuationExpired = 4168 "valuation-expired" 422 final
        ["Бағалаудың мерзімі өтті", "Срок оценки истёк", "the valuation is too old"]
        ["Мүлікті қайта бағалаңыз", "Проведите оценку заново", "value the property again"];
    PriceBelowMinimum = 4169 "price-below-minimum" 422 final
        ["Баға ең төменгі бағадан кем", "Цена ниже минимальной", "the price is below the lowest one"]
        ["Айналымның ең төменгі бағасын қараңыз", "Посмотрите минимальную цену тура", "look at the lowest price of the round"];
    TransferNotAllowed = 4170 "transfer-not-allowed" 422 final
        ["Істі беруге негіз жоқ", "Нет основания для передачи дела", "the transfer has no sufficient reason"]
        ["Негіз бен шешімді көрсетіңіз", "Укажите основание и решение", "give the reason and the decision behind it"];
    RobotNotAllowed = 4171 "robot-not-allowed" 422 final
        ["Робот бұл істе әрекет ете алмайды", "Робот не может действовать в этом деле", "the robot may not act in this case"]
        ["Істі сот орындаушысына беріңіз", "Передайте дело судебному исполнителю", "give the case to a bailiff"];
    ReasonNotAllowed = 4172 "reason-not-allowed" 422 final
        ["Көрсетілген себеп орындалмаған", "Указанная причина не выполняется", "the reason given does not hold"]
        ["Істің күйіне сай себепті таңдаңыз", "Выберите причину по состоянию дела", "choose the reason that fits the case"];
    BodyErased = 4173 "body-erased" 422 final
        ["Жазбаның құпия бөлігі өшірілген", "Закрытая часть записи стёрта", "the restricted part of the record is erased"]
        ["Істі E15 жазбасымен, сомаларды қайта жазып ашыңыз", "Возобновите дело записью E15, указав суммы заново", "reopen the case with E15 and state the amounts again"];
    PolicySequence = 4174 "policy-sequence" 422 final
        ["Саясат алдыңғысын жалғамайды", "Политика не продолжает прежнюю", "the policy does not follow the one in force"]
        ["Нөмір мен алдыңғысының дайджестін түзетіңіз", "Исправьте номер и дайджест прежней", "correct its number and the digest of its predecessor"];
    PolicyInvalid = 4175 "policy-invalid" 422 final
        ["Саясат мазмұны қате", "Содержание политики неверно", "the policy is not whole"]
        ["Көрсетілген өрісті түзетіңіз", "Исправьте указанное поле", "correct the field named"];
    PolicySignatures = 4176 "policy-signatures" 422 final
        ["Саясатқа қажет қолдар жоқ", "Не хватает подписей под политикой", "signatures under the policy are missing or don't hold"]
        ["Ескі ұйымдардың кворумы мен әр жаңа кілттің қолын жинаңыз", "Соберите подписи кворума прежних организаций и каждого нового ключа", "collect those of a quorum of the old organisations and of every new key"];
    // Subjects and references.
    SubjectMissing = 4180 "subject-missing" 422 final
        ["Ереже талап ететін субъект аталмаған", "Не назван субъект, которого требует правило", "a subject that the rules demand is missing"]
        ["Аталған рөлдегі субъектіні қосыңыз", "Добавьте субъекта указанной роли", "add the subject of the role named"];
    SubjectUnexpected = 4181 "subject-unexpected" 422 final
        ["Артық субъект аталған", "Назван лишний субъект", "a subject is named that the rules don't demand"]
        ["Көрсетілген субъектіні алып тастаңыз", "Уберите указанного субъекта", "remove the subject named"];
    PrimarySubject = 4182 "primary-subject" 422 final
        ["Негізгі субъект қате", "Неверный основной субъект", "the primary subject is not the one this kind needs"]
        ["sub өрісін каталог бойынша толтырыңыз", "Заполните sub по каталогу", "fill sub as the catalogue says"];
    AfterUnknown = 4183 "after-unknown" 409 retry
        ["after көрсеткен жазба әлі белгісіз", "Запись, указанная в after, ещё неизвестна", "the record named by after is not known yet"]
        ["Алдыңғы жазбаны бұрын жіберіңіз", "Сначала отправьте предыдущую запись", "send the earlier record first"];
    ReferenceNotAllowed = 4184 "reference-not-allowed" 422 final
        ["Сілтеме мұнда жарамайды немесе шешілмейді", "Ссылка здесь недопустима или не находится", "a reference is not allowed here or leads nowhere"]
        ["Сілтемені түзетіңіз", "Исправьте ссылку", "correct the reference"];
    TargetUnknown = 4185 "target-unknown" 422 final
        ["Түзетілетін жазба бұл істе жоқ", "Исправляемой записи в этом деле нет", "the record to correct is not one of this case"]
        ["Іс тарихынан жазба нөмірін алыңыз", "Возьмите номер записи из истории дела", "take its id from the case's history"];
    TargetNotCorrectable = 4186 "target-not-correctable" 422 final
        ["Бұл жазбаны осылай түзетуге болмайды", "Эту запись так исправить нельзя", "this record can't be corrected in this way"]
        ["Басқа түзету түрін таңдаңыз", "Выберите другой вид исправления", "choose another kind of correction"];
    AlreadyAnnulled = 4187 "already-annulled" 422 final
        ["Жазбаның күші жойылған", "Запись уже отменена", "the record is annulled already"]
        ["Қайтару керек болса REINSTATE қолданыңыз", "Чтобы вернуть её, используйте REINSTATE", "use REINSTATE to bring it back"];
    NotAnnulled = 4188 "not-annulled" 422 final
        ["Жазба күшінде тұр", "Запись и так в силе", "the record is in effect, nothing to reinstate"]
        ["Жазба нөмірін тексеріңіз", "Проверьте номер записи", "check the record's id"];
    ReplayImpossible = 4189 "replay-impossible" 422 final
        ["Бұл түзетуден кейінгі жазбалар заңсыз болып қалады", "После такого исправления более поздние записи станут незаконны", "later records would become unlawful"]
        ["Алдымен кейінгі жазбаларды түзетіңіз", "Сначала исправьте более поздние записи", "correct the later records first"];
    SubjectUnknown = 4190 "subject-unknown" 422 final
        ["Мұндай субъект тіркелмеген", "Такой субъект не зарегистрирован", "the subject is not registered"]
        ["Алдымен оны тіркеңіз", "Сначала зарегистрируйте его", "register it first"];
    StatusFull = 4191 "status-full" 422 final
        ["Субъект күйі шекке жетті", "Состояние субъекта достигло предела", "the subject's status has reached its limit"]
        ["Операторға хабарласыңыз", "Обратитесь к оператору", "ask the operator"];
    HistoryTooLong = 4192 "history-too-long" 422 final
        ["Іс тарихы түзету үшін тым ұзын", "История дела слишком длинна для исправления", "the case's history is too long to correct"]
        ["Түзетуді жаңа іспен жасаңыз", "Исправьте через новое дело", "correct it through a new case"];
    PossessionNotProven = 4193 "possession-not-proven" 422 final
        ["Кілтті иелену дәлелденбеген", "Владение ключом не доказано", "possession of the new key is not proven"]
        ["Жаңа кілтпен иелену хабарына қол қойыңыз", "Подпишите новым ключом сообщение о владении", "sign the possession message with the new key"];
    // Royalties.
    MandateNotExclusive = 4200 "mandate-not-exclusive" 422 final
        ["Құқық иеленушінің басқа шарты қолданыста", "Действует другой договор правообладателя", "another mandate of the rightsholder is in force"]
        ["Алдымен бұрынғы шарттың аяқталуын жазыңыз", "Сначала запишите окончание прежнего договора", "record the end of the earlier mandate first"];
    AccreditationNotInForce = 4201 "accreditation-not-in-force" 422 final
        ["Ұйым бұл күні аккредиттелмеген", "Организация не аккредитована на эту дату", "the organisation is not accredited on that day"]
        ["Күнді және аккредиттеу саласын тексеріңіз", "Проверьте дату и сферу аккредитации", "check the day and the sphere of the accreditation"];
    LicenceNotInForce = 4202 "licence-not-in-force" 422 final
        ["Пайдаланушының шарты бұл күнді қамтымайды", "Договор пользователя не охватывает эту дату", "the user's licence does not cover that day"]
        ["Шартты таңдаңыз не төлемді UNLICENSED_USE_SETTLEMENT деп белгілеңіз", "Укажите другой договор или пометьте платёж UNLICENSED_USE_SETTLEMENT", "name another licence, or mark the payment UNLICENSED_USE_SETTLEMENT"];
    ConversionMismatch = 4203 "conversion-mismatch" 422 final
        ["Айырбастау есебі дұрыс емес", "Пересчёт валюты не сходится", "the conversion does not come out"]
        ["Бағам мен соманы тексеріңіз", "Проверьте курс и сумму", "check the rate and the sum"];
    PoolNotConserved = 4204 "pool-not-conserved" 422 final
        ["Қордың сомалары үйлеспейді", "Суммы пула не сходятся", "the pool's sums do not agree"]
        ["Жиналған = ұсталған + есептелген + бөлінбеген болуы тиіс", "Собрано должно равняться удержано + начислено + не распределено", "collected is deducted + allocated + undistributed"];
    DeductionAboveLimit = 4205 "deduction-above-limit" 422 final
        ["Ұстап қалу шектен асады", "Удержания выше предела", "more is deducted than the limit allows"]
        ["deduction_max_bp мәнін қараңыз", "Смотрите deduction_max_bp", "see deduction_max_bp"];
    PoolState = 4206 "pool-state" 422 final
        ["Қор бұл кезеңде емес", "Пул не на этой стадии", "the pool is not at the stage for it"]
        ["Қордың күйін қараңыз", "Посмотрите состояние пула", "look at the pool's state"];
    LinesMismatch = 4207 "lines-mismatch" 422 final
        ["Жолдар жазбаға сәйкес емес", "Строки не сходятся с записью", "the lines do not come to what the record says"]
        ["tamga pool check пәрменімен тексеріңіз", "Проверьте командой tamga pool check", "see tamga pool check"];
    RemainderExceeded = 4208 "remainder-exceeded" 422 final
        ["Есептелгеннен артық төленеді", "Выплачивается больше начисленного", "more is paid than is allocated"]
        ["Қалдықты tamga statement show арқылы қараңыз", "Посмотрите остаток: tamga statement show", "look at the remainder with tamga statement show"];
    SharesNotWhole = 4209 "shares-not-whole" 422 final
        ["Үлестер 10 000 б.п. құрамайды", "Доли не составляют 10 000 б.п.", "the shares do not add up to 10,000 bp"]
        ["Үлестерді түзетіңіз не INCOMPLETE деп белгілеңіз", "Исправьте доли или пометьте INCOMPLETE", "correct the shares, or mark them INCOMPLETE and hold the rest"];
    MandateNotInForce = 4210 "mandate-not-in-force" 422 final
        ["Пайдалану күні шарт қолданыста емес", "На дату использования договор не действует", "no mandate covers the day of use"]
        ["Жолды ұстап тұрыңыз не шартты тіркеңіз", "Удержите строку или зарегистрируйте договор", "hold the line, or record the mandate first"];
    BasisMissing = 4211 "basis-missing" 422 final
        ["Жолдың негізі жоқ", "У строки нет основания", "the line rests on no usage and no rule"]
        ["Пайдалану жолын не ережені көрсетіңіз", "Укажите строку использования или правило", "name a usage line or a rule"];
    UsageConsumed = 4212 "usage-consumed" 422 final
        ["Пайдалану бұрын бөлінген", "Использование уже распределено", "the usage was distributed before"]
        ["Оны басқа бөлуге қоспаңыз", "Не включайте его в другое распределение", "leave it out; correct the earlier distribution instead"];
    UnclaimedTooEarly = 4213 "unclaimed-too-early" 422 final
        ["Талап ету мерзімі өтпеген", "Срок для востребования не истёк", "the years in which it may be claimed are not over"]
        ["unclaimed_years мәнін қараңыз", "Смотрите unclaimed_years", "see unclaimed_years"];
    RecoverableMismatch = 4214 "recoverable-mismatch" 422 final
        ["Артық төленген сома көрсетілмеген", "Переплата не указана", "what was overpaid is not stated as recoverable"]
        ["recoverable өрісін түзетіңіз", "Исправьте поле recoverable", "correct recoverable"];
    StatementMismatch = 4215 "statement-mismatch" 422 final
        ["Есеп жолдарға сәйкес емес", "Отчёт не сходится со строками", "the statement does not come out of the lines"]
        ["Есепті барлық топтамадан қайта құрыңыз", "Составьте отчёт заново по всем пакетам", "make the statement again from all batches"];
    ReportMismatch = 4216 "report-mismatch" 422 final
        ["Кезең есебі үйлеспейді", "Отчёт за период не сходится", "the period report does not come out"]
        ["Сомаларды кезең жазбаларымен салыстырыңыз", "Сверьте суммы с записями периода", "compare it with the records of the period"];
    BatchChanged = 4217 "batch-changed" 409 final
        ["Топтама өзгерген", "Пакет изменился", "the batch has changed since"]
        ["Төлемді жаңа қалдықтан құрыңыз", "Составьте выплату от нового остатка", "make the payout from the new remainder"];
    BaseOutdated = 4218 "base-outdated" 409 retry
        ["Негіз блок ескірген", "Базовый блок устарел", "the base block is too old, or what the lines rest on changed since"]
        ["Жаңа негізбен қайта жіберіңіз", "Отправьте с новой базой", "send it with a newer base"];
    LevyUnpaid = 4219 "levy-unpaid" 422 final
        ["Роялтиге өндіріп алу қолданылған", "На вознаграждение обращено взыскание", "a levy on the royalties is not served"]
        ["Сот орындаушысына ұсталған соманы көрсетіңіз", "Укажите сумму, перечисленную исполнителю", "state what goes to the bailiff"];
    AttachmentMissing = 4220 "attachment-missing" 409 retry
        ["Қосымша жүктелмеген", "Вложение не загружено", "the attachment is not held and checked yet"]
        ["Алдымен қосымшаны жүктеңіз", "Сначала загрузите вложение", "upload the attachment first, or wait until it is replicated"];
    SharesDisputed = 4221 "shares-disputed" 422 final
        ["Туындының үлестері даулы", "Доли произведения оспариваются", "shares of the work are disputed"]
        ["Жолды DISPUTED_SHARE себебімен ұстап қалыңыз", "Удержите строку с причиной DISPUTED_SHARE", "hold the line as DISPUTED_SHARE until the dispute is over"];
    LevyNotInForce = 4230 "levy-not-in-force" 422 final
        ["Роялтиге өндіріп алу қолданылмаған", "На вознаграждение не обращено взыскание", "no levy on the royalties is in force"]
        ["Алдымен өндіріп алу қолданылсын немесе басқа себепті көрсетіңіз", "Сначала обратите взыскание или укажите другую причину", "levy on the royalties first, or state another reason"];
    // Waiting and load.
    NotFinalYet = 4250 "not-final-yet" 202 retry
        ["Қабылданды, әлі түпкілікті емес", "Принято, ещё не окончательно", "accepted, not final yet"]
        ["Кейінірек сұраңыз", "Спросите позже", "ask again later"];
    RateLimited = 4290 "rate-limited" 429 retry
        ["Сұраулар тым жиі", "Слишком много запросов", "too many requests"]
        ["Retry-After уақытын күтіңіз", "Подождите указанное в Retry-After", "wait as Retry-After says"];
    WriterQuota = 4291 "writer-quota" 429 retry
        ["Бұл автордың кезегі толы", "Очередь этого автора заполнена", "this writer has too many records waiting"]
        ["Алдыңғылары аяқталғанша күтіңіз", "Дождитесь обработки прежних", "wait until earlier ones are final"];
    // Who may write.
    RoleForbidden = 4301 "role-forbidden" 403 final
        ["Бұл рөл мұндай жазба жаза алмайды", "Эта роль не может делать такую запись", "this role may not write this"]
        ["Құқығы бар тұлғадан сұраңыз", "Обратитесь к тому, кто вправе", "ask somebody who may"];
    NotAssignee = 4310 "not-assignee" 422 final
        ["Іс бұл орындаушыға бөлінбеген", "Дело распределено другому исполнителю", "the case is assigned to another officer"]
        ["Жазбаны істің орындаушысы жасауы тиіс", "Запись должен сделать исполнитель этого дела", "only the assignee may write this"];
    OfficerNotInForce = 4311 "officer-not-in-force" 422 final
        ["Лауазымды тұлғаның өкілеттігі бұл күні жоқ", "Полномочия лица на эту дату не действуют", "the officer is not in office at that time"]
        ["Лицензия мерзімін тексеріңіз", "Проверьте срок лицензии", "check the licence's term"];
    OfficerSuspended = 4312 "officer-suspended" 422 final
        ["Лауазымды тұлғаның өкілеттігі тоқтатылған", "Полномочия лица приостановлены", "the officer is suspended"]
        ["Уәкілетті органға хабарласыңыз", "Обратитесь в уполномоченный орган", "ask the authorised body"];
    WrongRegion = 4313 "wrong-region" 422 final
        ["Өңір сәйкес емес", "Регион не совпадает", "the region is not the case's"]
        ["Іс өңіріндегі орындаушыны таңдаңыз", "Выберите исполнителя региона дела", "choose an officer of the case's region"];
    OnBehalfOf = 4314 "on-behalf-of" 422 final
        ["Ұйым көрсетілмеген немесе қате", "Организация не указана или неверна", "on_behalf_of must name the writer's organisation"]
        ["on_behalf_of өрісіне өз ұйымыңызды жазыңыз", "Укажите в on_behalf_of свою организацию", "write the writer's organisation into on_behalf_of"];
    NotParty = 4315 "not-party" 422 final
        ["Автор бұл істің тарапы емес", "Автор не сторона этого дела", "the writer is no party of this case"]
        ["Іс нөмірін тексеріңіз", "Проверьте номер дела", "check the case"];
    AuthorityRequired = 4316 "authority-required" 422 final
        ["Сот актісі немесе түзету қажет", "Нужен судебный акт или исправление", "a court act or a correction is needed"]
        ["Негіз болған жазбаға сілтеңіз", "Сошлитесь на запись-основание", "refer to the record that permits it"];
    DelegationScope = 4317 "delegation-scope" 422 final
        ["Сенімхат бұған жетпейді", "Доверенность на это не распространяется", "the delegation does not reach this"]
        ["Мерзімі мен түрлерін тексеріңіз", "Проверьте её срок и виды записей", "check its term and kinds"];
    // The draw of an officer.
    DrawRequired = 4320 "draw-required" 422 final
        ["Іс жеребе арқылы бөлінеді", "Дело распределяется жеребьёвкой", "the case is given away by a draw"]
        ["E02 COMMIT, содан кейін E02 DRAW жазыңыз", "Внесите E02 COMMIT, затем E02 DRAW", "record E02 COMMIT, then E02 DRAW"];
    DrawCommitted = 4321 "draw-committed" 422 final
        ["Үміткерлер тізімі бекітілген", "Список кандидатов уже закреплён", "the candidates are committed already"]
        ["Жеребені E02 DRAW жазбасымен аяқтаңыз", "Завершите жеребьёвку записью E02 DRAW", "end the draw with E02 DRAW"];
    DrawNotCommitted = 4322 "draw-not-committed" 422 final
        ["Үміткерлер тізімі бекітілмеген", "Список кандидатов не закреплён", "no candidates are committed, or the draw is over"]
        ["Алдымен E02 COMMIT жазыңыз", "Сначала внесите E02 COMMIT", "record E02 COMMIT first"];
    DrawNotDue = 4323 "draw-not-due" 422 retry
        ["Жеребе уақыты әлі келген жоқ", "Время жеребьёвки ещё не наступило", "the draw is not due yet"]
        ["Екі ұйым блок құрғанша күтіп, қайталаңыз", "Подождите, пока две организации построят блоки, и повторите", "wait until two organisations have built blocks, then try again"];
    DrawLoads = 4324 "draw-loads" 422 final
        ["Жүктеме COMMIT кезіндегіден өзгеше", "Нагрузка не та, что закреплена при COMMIT", "the loads are not those fixed by COMMIT"]
        ["Жүктемені істің күйінен алыңыз", "Возьмите нагрузку из статуса дела", "take the loads from the status of the case"];
    DrawCandidates = 4325 "draw-candidates" 422 final
        ["Үміткерлер тізімі COMMIT жазбасындағыдан өзгеше", "Список кандидатов не тот, что закреплён при COMMIT", "the list of candidates is not the one fixed by COMMIT"]
        ["candidate_root мәнін істің күйінен алыңыз", "Возьмите candidate_root из статуса дела", "take candidate_root from the status of the case"];
    DrawWinner = 4326 "draw-winner" 422 final
        ["Жеребе басқа орындаушыны көрсетті", "Жеребьёвка указала другого исполнителя", "the draw gave the case to another officer"]
        ["Жеребе көрсеткен орындаушыны жазыңыз", "Укажите того, на кого пал жребий", "name the officer whom the draw gave"];
    ExclusionUnfounded = 4327 "exclusion-unfounded" 422 final
        ["Тізімнен шығару негізсіз", "Исключение из списка не обосновано", "the exclusion is not founded on the registry"]
        ["Үміткерді тізімде қалдырыңыз", "Оставьте кандидата в списке", "leave the officer among the candidates"];
    NoCandidate = 4328 "no-candidate" 422 final
        ["Іс беруге болатын үміткер жоқ", "Нет ни одного кандидата", "nobody is left to be drawn"]
        ["Тізімді не жүктеме шегін тексеріңіз", "Проверьте список и предел нагрузки", "check the list and the limit of load"];
    // The service.
    Internal = 5000 "internal" 500 retry
        ["Ішкі қате", "Внутренняя ошибка", "internal error"]
        ["Қайталаңыз; қайталанса, операторға хабарлаңыз", "Повторите; если не проходит, сообщите оператору", "try again; if it persists, tell the operator"];
    StateUnreadable = 5001 "state-unreadable" 500 retry
        ["Тораптың деректері оқылмады", "Данные узла не читаются", "this node can't read its state"]
        ["Басқа торапқа жіберіңіз", "Отправьте на другой узел", "send it to another node"];
    ReadOnlyMode = 5030 "read-only-mode" 503 retry
        ["Уақытша тек оқу режимі", "Временно только чтение", "read-only for now: no quorum"]
        ["Оқу мен тексеру жұмыс істейді; кейін жіберіңіз", "Чтение и проверка работают; отправьте позже", "reading and verifying work; send later"];
    PoolFull = 5032 "pool-full" 503 retry
        ["Кезек толы", "Очередь заполнена", "the pool of waiting records is full"]
        ["Retry-After уақытынан кейін жіберіңіз", "Отправьте после Retry-After", "send again after Retry-After"];
    ShuttingDown = 5033 "shutting-down" 503 retry
        ["Торап тоқтап жатыр", "Узел останавливается", "the node is stopping"]
        ["Басқа торапқа жіберіңіз", "Отправьте на другой узел", "send it to another node"];
    NotReady = 5034 "not-ready" 503 retry
        ["Торап әлі дайын емес", "Узел ещё не готов", "the node is not ready yet"]
        ["/readyz жауабын күтіңіз", "Дождитесь ответа /readyz", "wait until /readyz answers"];
    DiskFull = 5035 "disk-full" 503 retry
        ["Дискіде орын аз", "Мало места на диске", "the disk is nearly full"]
        ["Оператор орын босатуы тиіс", "Оператор должен освободить место", "the operator must free space"];
    Busy = 5036 "busy" 503 retry
        ["Торап бос емес", "Узел занят", "the node serves as many as it can"]
        ["Басқа торапқа жіберіңіз немесе кейін қайталаңыз", "Обратитесь к другому узлу или повторите позже", "ask another node, or try again later"];
    IndexUnavailable = 5037 "index-unavailable" 503 retry
        ["Бұл торапта іздеу индексі жоқ", "На этом узле нет индекса для поиска", "this node has no index to look into"]
        ["Басқа тораптан сұраңыз; жазбалар мен дәлелдер қолжетімді", "Спросите другой узел; записи и доказательства доступны", "ask another node; records and proofs are served"];
    // The tools; HTTP never sends these.
    ToolUsage = 6001 "tool-usage" 0 final
        ["Пәрмен қате берілген", "Команда задана неверно", "the command was called wrongly"]
        ["--help арқылы параметрлерді қараңыз", "Посмотрите параметры с --help", "see the options with --help"];
    ToolFile = 6002 "tool-file" 0 final
        ["Файл оқылмады немесе жазылмады", "Файл не читается или не записывается", "a file can't be read or written, or has another form"]
        ["Жолды, құқықты және пішімді тексеріңіз", "Проверьте путь, права и формат", "check the path, the rights and the form"];
    VerificationFailed = 6003 "verification-failed" 0 final
        ["Тексеру сәтсіз: деректер сәйкес емес", "Проверка не пройдена: данные не совпадают", "verification failed: something does not match"]
        ["Файлды сақтап, аудиторға жіберіңіз", "Сохраните файл и отправьте аудитору", "keep the file and send it to an auditor"];
    CannotVerify = 6004 "cannot-verify" 0 retry
        ["Тексеру мүмкін емес", "Проверить нельзя", "it can't be checked"]
        ["Сенім саясатын немесе құралды жаңартыңыз", "Обновите политику доверия или программу", "update the trust policy or the tool"];
    Unreachable = 6006 "unreachable" 0 retry
        ["Торап жауап бермейді", "Узел не отвечает", "the node does not answer"]
        ["Мекенжай мен желіні тексеріп, қайталаңыз", "Проверьте адрес и сеть и повторите", "check the address and the network, then try again"];
    AnswerUnknown = 6009 "answer-not-understood" 0 final
        ["Торап жауабы түсініксіз", "Ответ узла непонятен", "the node's answer is not in the agreed form"]
        ["tamga құралын жаңартыңыз", "Обновите программу tamga", "update tamga"];
    SplitView = 6012 "split-view" 0 final
        ["Журнал әркімге әртүрлі көрсетілген", "Журнал показан по-разному", "the log was shown differently to different people"]
        ["Дәлел файлын сақтап, аудиторға жіберіңіз", "Сохраните доказательство и отправьте аудитору", "keep the evidence and send it to an auditor"];
    ImportRow = 6020 "import-row-invalid" 0 final
        ["Импорт жолы қате", "Строка импорта с ошибкой", "a row of the import is wrong"]
        ["Қателер файлын түзетіп, қайта беріңіз", "Исправьте файл ошибок и подайте его снова", "correct the errors file and feed it again"];
    ImportChanged = 6021 "import-row-changed" 0 final
        ["Сол кілттегі жол мазмұны өзгерген", "Строка с тем же ключом изменилась", "a row with the same key has other content"]
        ["Түзетуді E18 жазбасымен енгізіңіз", "Внесите изменение записью E18", "enter the change as a correction (E18)"];
    KeyFile = 6030 "key-file-unreadable" 0 final
        ["Кілт файлы ашылмады", "Файл ключа не открывается", "the key file can't be opened"]
        ["Құпиясөз бен жолды тексеріңіз", "Проверьте пароль и путь", "check the passphrase and the path"];
    DemoKeys = 6040 "demo-keys-refused" 0 final
        ["Демо кілттерге тыйым салынған", "Демонстрационные ключи запрещены", "demo keys are refused by this ledger"]
        ["Тек -devnet тізілімінде қолданыңыз", "Используйте их только в реестре -devnet", "use them only with a ledger named …-devnet"];
    StoreCorrupt = 6050 "store-corrupt" 0 final
        ["Дерекқор бүлінген", "База данных повреждена", "the database is damaged"]
        ["Қалтаны жылжытып, тораптан қайта синхрондаңыз", "Отложите папку и синхронизируйте узел заново", "move the folder away and let the node sync again"];
    WatermarkBehind = 6051 "watermark-behind" 0 final
        ["Торап көшірмесі ескі, қол қоймайды", "Копия узла отстала и не подписывает", "this copy of the node is behind and won't sign"]
        ["Басқа тораптардан қуып жеткенше күтіңіз", "Дайте узлу догнать остальных", "let the node catch up with its peers"];
    GenesisInvalid = 6060 "genesis-invalid" 0 final
        ["Бастау файлы қате", "Ошибка в файле генезиса", "the genesis file is wrong"]
        ["tamga-node genesis check жүргізіңіз", "Выполните tamga-node genesis check", "run tamga-node genesis check"];
    ConfigInvalid = 6061 "config-invalid" 0 final
        ["Баптау қате", "Ошибка в настройках", "the configuration is wrong"]
        ["Көрсетілген жолды түзетіңіз", "Исправьте указанную строку", "correct the line named"];
}

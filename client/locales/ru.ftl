# Сообщения командной строки по-русски.

examples =
    Tamga: журнал, в котором ничего нельзя переписать. Для начала:
    tamga keygen --out my.key
    tamga submit draft.json --key my.key --receipt-out my.receipt
    tamga verify my.receipt --explain
    tamga case history case:… --verify
    tamga case deadlines case:…
    tamga import fines.csv --map fines.toml --dry-run
    tamga explain TMG-4120
    Все команды: tamga --help

## Что случилось, почему и что делать.

error-bug = непредвиденная ошибка: { $detail }
    .why = Это ошибка программы, а не ваших данных.
    .next = Сообщите о ней вместе с выполненной командой.
error-usage = неверный вызов: { $detail }
    .next = Смотрите --help этой команды.
error-pointless = { $flag } не имеет смысла вместе с { $beside }
    .why = Параметр, который был бы пропущен, считается ошибкой, чтобы никто на него не полагался.
    .next = Уберите одно из двух.
error-bad-value = недопустимое значение { $flag }: { $value }
    .next = Смотрите --help этой команды.
error-no-profile = нет профиля { $name }
    .why = Профиль — это таблица [profile.{ $name }] в ./tamga.toml или в config.toml пользователя.
    .next = Проверьте имя в --profile или TAMGA_PROFILE.
error-bad-setting = недопустимое значение настройки { $setting }: { $value }
    .why = Она задана в переменной окружения или в файле настроек.
    .next = Исправьте её в TAMGA_LANG, ./tamga.toml или config.toml пользователя.
error-passphrases-differ = пароли не совпадают; ничего не записано
    .next = Повторите.
error-file = { $path }: { $detail }
    .next = Проверьте путь и права.
error-unreadable = { $what }: неверный формат: { $detail }
    .next = Исправьте указанное место и повторите.
error-trial-too-large = больше { $limit } записей файла связаны между собой: спросить о них реестр за один раз нельзя
    .why = Записи одного дела или дел об одном документе оцениваются вместе.
    .next = Импортируйте сначала часть файла или сделайте пробный прогон от генезиса: --genesis.
error-no-manifest = продолжать нечего: нет файла { $path }
    .why = Манифест хранит даты импорта; без него второй прогон составил бы другие записи.
    .next = Чтобы начать импорт, уберите --resume; если манифест в другом месте, укажите --manifest.
error-demo-key = демонстрационные ключи запрещены в реестре { $origin }
    .why = Их секреты общеизвестны; они действуют только в своём реестре, имя которого кончается на -devnet.
    .next = Возьмите свой ключ: tamga keygen
error-no-key = нет ключа с именем { $name }
    .why = Это не файл ключа и не демонстрационный ключ из TAMGA_DEVNET.
    .next = Посмотрите, что есть: tamga key list
error-passphrase = { $path } не открывается этим паролем
    .next = Проверьте раскладку клавиатуры и повторите.
error-passphrase-needed = нужен пароль
    .why = Спросить негде, а пароль не передан.
    .next = Передайте --passphrase-file или TAMGA_PASSPHRASE.
error-missing = не задано: { $setting }
    .why = Порядок: параметры команды, переменные TAMGA_*, ./tamga.toml, настройки пользователя.
    .next = Задайте в одном из этих мест; что задано, покажет tamga config show --origin
error-policy = политика доверия { $path } непригодна: { $detail }
    .why = Без неё проверить нельзя; о самом документе это ничего не говорит.
    .next = Получите политику из источника, которому доверяете, и укажите её в -p.
error-network = { $url } не отвечает: { $detail }
    .why = Судьба запроса неизвестна; повторить его безвредно.
    .next = Проверьте адрес и сеть и повторите.
error-problem = отказ (HTTP { $status }): { $detail }
    .next = { $hint }
error-answer = ответ { $url } непонятен: { $detail }
    .next = Обновите tamga или проверьте, что это адрес узла.
error-too-large-pack = у предмета больше, чем вмещает пакет: { $files } файлов или { $bytes } байт
    .why = Пакет рассчитан на одно дело; столько записей читают инструментами аудитора.
    .next = Выгрузите записи иначе: tamga export records --subject … --proofs
detail-no-listed = в списке узла нет записи, которая есть в его доказательстве
detail-folder = в проверяемой папке может быть не больше { $limit } файлов, а вложенность — не глубже восьми
error-not-genuine = из { $what } ничего не сделано: { $detail }
    .why = Лист официального вида не должен опираться на неподлинную квитанцию.
    .next = Смотрите tamga verify { $what }; сохраните файл.
error-not-final = запись { $id } принята, но ещё не окончательна
    .next = Спросите позже: tamga receipt get { $id }
error-rejected = запись не годится, место { $pointer }: { $detail }
    .next = Исправьте поле и повторите; ничего не записано.
error-unknown-code = нет кода { $code }
    .next = Коды выглядят так: TMG-4120.

## Неверный вызов.

usage-unknown = нет такого параметра: { $arg }
usage-unknown-near = нет такого: { $arg }; может быть, { $near }?
usage-command = нет такой команды: { $arg }
usage-missing = не указано: { $arg }
usage-twice = { $arg } указано дважды
usage-conflict = { $arg } и { $other } исключают друг друга
usage-value = недопустимое значение { $arg }: { $value }; возможные: { $values }
usage-no-value = для { $arg } нужно значение
usage-range = недопустимое значение { $arg }: { $value }; допустимо { $range }
usage-bad = недопустимое значение { $arg }: { $value }
usage-other = { $detail }
usage-case = { $text }: это не дело; дело записывается как case:<43 знака> или 64 шестнадцатеричные цифры
usage-subject = { $text } не относится к { $role }; пишется { $role }:<43 знака>, 64 шестнадцатеричные цифры или, для открытых реестров, { $role }#номер
usage-key-pair = параметр --key при импорте имеет вид ИМЯ=ФАЙЛ
usage-dry-errors = при пробном прогоне --errors не может указывать на сам читаемый файл
usage-script = у сценария только один вид вывода
usage-columns = { $pair } — не ПОЛЕ=СТОЛБЕЦ; поля: { $known }
usage-columns-twice = { $pair }: у поля уже есть столбец; назовите его один раз
usage-same-file = { $flag } не может быть { $path }: это другой файл этого вызова; назовите новый
usage-no-mapping = для отчёта нужны --mapping или --columns; без них читаются только файлы DSR, которые начинаются с HEAD

## Файлы и их содержимое.

io-not-found = такого файла нет
io-denied = нет прав доступа
io-exists = уже существует
io-folder = это папка
io-full = на диске нет места
io-not-text = это не текст в UTF-8
what-key-file = файл ключа
what-keyring = keys.toml демонстрационной сети
what-mapping = таблица соответствий
what-table = таблица
what-cwr = файл CWR
what-dsr = отчёт о продажах
what-draft = черновик
what-manifest = манифест
detail-not-text = не текст в UTF-8
detail-cursor = повторяет ту же страницу
detail-lines = строк в ответе { $lines }, а записей { $records }
detail-version = версия { $found }, а программа читает { $known }
detail-belongs = относится к источнику { $source } в реестре { $origin }
detail-line = строка { $line }: { $detail }
detail-valid-until = valid_until не является временем
detail-case = поле case не является текстом
detail-seed = секрет ключа { $name } — не 64 шестнадцатеричные цифры
detail-key-secret = секрет — не 64 шестнадцатеричные цифры
detail-key-lines = открытая часть принадлежит другому ключу
detail-key-empty-line = нет пустой строки после открытой части
detail-first-line = первая строка — не { $header }
detail-key-line = нет строки { $name } с 64 шестнадцатеричными цифрами
detail-key-id = идентификатор не соответствует открытому ключу
detail-file-size = файл больше { $limit } байт; разделите его
detail-columns = столбцов больше { $limit }
detail-rows = строк больше { $limit }; разделите файл
detail-cell-size = ячейка длиннее { $limit } байт
detail-unpacked = книга распаковывается более чем в { $limit } байт; разделите её
detail-json-line = строка { $row }: { $detail }; строка — один объект из текстов, чисел и логических значений
detail-sheet = нет листа { $sheet }; в книге есть { $sheets }
detail-cell = строка { $row }, столбец { $column } листа: { $value } — ошибка книги; исправьте ячейку
detail-beyond-header = в строке больше ячеек, чем в заголовке
detail-no-hdr = первая строка — не запись HDR, значит это не CWR
detail-no-head = первая строка — не запись HEAD, значит это не DSR
detail-identifiers = в нём названо больше { $limit } фонограмм и произведений; разделите его
detail-ambiguous = { $value } — тысячи или тысячные; пишите не больше двух десятичных знаков и не разделяйте тысячи
detail-expected-rows = в файле строк: { $rows }, а --expect-rows называет { $expected }
detail-delimiter = разделитель — не один знак ASCII
detail-column = нет столбца { $column }; в заголовке есть { $header }
detail-column-unlisted = столбец { $column } используется, но не назван в columns
detail-field-needed = нет столбца для { $field }; добавьте его в таблицу соответствий или в --columns
detail-field-expression = { $field }: amount задаётся через money, uses через number, остальные поля через text или words
detail-row-key = у строк { $first } и { $second } один ключ { $key }; используйте { $count } в row_key
detail-rule-first = правило { $rule }: первая запись соответствует самой строке и не может быть производной или опускаться
detail-rule-subject = правило { $rule }: нет субъекта { $name }
detail-rule-author = правило { $rule }: нет автора { $name }
detail-empty = пусто
detail-no-subject = нет такого субъекта в таблице соответствий
detail-no-role = нет такой роли
detail-no-record = в деле нет такой записи до этой строки
detail-not-whole = не целое число
detail-not-of-cells = выражение отчёта читает только ячейки своей строки: text, words, money, number
detail-no-word = в таблице соответствий нет слова для { $value }
detail-not-given = ни одна предыдущая строка дела этого не даёт
detail-not-number = не число
detail-range = вне допустимых границ
detail-not-sum = { $value } — не сумма с точностью до двух знаков
detail-not-time = { $value } — не время: { $detail }

## Ключи и пароли.

prompt-new-passphrase = Новый пароль
prompt-repeat-passphrase = Тот же пароль ещё раз
prompt-passphrase = Пароль
key-file = файл ключа
key-id = ид. ключа
key-safety = проверочное число
keygen-next = Храните { $path } и пароль раздельно. Зарегистрируйте ключ (G03); сверьте проверочное число вслух.

## Пояснения, настройки, генезис.

explain-retry = Тот же запрос может пройти позже.
explain-final = Повтор того же запроса не поможет.
config-not-set = (не задано)
config-secret = (задано, не показывается)
config-flag = параметр { $name }
config-variable = переменная { $name }
config-file = файл { $path }
config-profile = файл { $path }, профиль { $profile }
config-devnet = каталог демонстрационной сети
config-built-in = по умолчанию
genesis-summary =
    реестр { $origin }
    валидаторов { $validators }, кворум { $quorum }
    SHA-256 { $hash }
genesis-other = Это не тот файл генезиса, который опубликован.

## Вердикты.

receipt-unchecked = Показано без проверки. Проверить: tamga verify { $path }
verdict-authentic = ПОДЛИННО, БЕЗ ИЗМЕНЕНИЙ
verdict-does-not-match = НЕ СОВПАДАЕТ
    .next = Не полагайтесь на него. Сохраните файл и покажите аудитору.
verdict-cannot-check = ПРОВЕРИТЬ НЕ УДАЛОСЬ
    .next = Это не значит «подделка». Проверьте файл, политику доверия и версию программы.
verdict-pending = ВНОСИТСЯ В ЖУРНАЛ
    .next = Принято, ещё не окончательно: ничего не доказано. Получите квитанцию позже.
verify-why = Почему
verify-what = Что
verify-who = Кто
verify-when = Когда
verify-where = Место
verify-signed = Подписи
verify-opened = Раскрыто
verify-open-question = Не проверено
verify-newer = без сети нельзя узнать, нет ли более новой записи
verify-lines = записей: { $count }, не доказаны своими квитанциями: { $wrong }
verify-left-out = все ли записи есть в файле
verify-when-text = записано { $recorded } (UTC+5); заявленное время события { $claimed }
verify-when-unknown = отдельное доказательство не сообщает
step-form = файл имеет единственно допустимую форму
step-quorum = состояние журнала подписано, как требует политика
step-inclusion = запись входит в этот журнал
step-block = её блок и время там же
step-signature = подпись автора под записью верна
step-signature-open = подпись автора не проверена: в доказательстве нет ключа
step-opened = раскрытые поля те самые, что в записи
fault-signature = подпись неверна ({ $detail })
fault-key = ключ не тот, что назван в записи ({ $detail })
fault-opened = раскрытые поля не те, что в записи ({ $detail })
fault-proof = доказательство не ведёт от записи к подписанному журналу ({ $detail })
fault-quorum = подписей меньше, чем требует политика ({ $detail })
fault-note = под журналом не в точности те подписи, которые нужны ({ $detail })
fault-place = места записи нет в названном блоке ({ $detail })
fault-line = строка говорит не то, что доказывает её квитанция
fault-no-line = строка — не выгруженная запись
fault-no-receipt = в строке нет квитанции; выгрузите с --proofs
fault-other-ledger = запись составлена для другого реестра ({ $detail })
fault-other-policy = политика доверия относится к другому журналу ({ $detail })
fault-log-key = нет подписи самого журнала, или в политике другой ключ ({ $detail })
fault-version = вид или версия, которых эта программа не знает ({ $detail })
fault-form = форма отличается от единственно допустимой ({ $detail })

## Страницы: квитанции и изложения дел в PDF.

page-title = Квитанция о записи
page-what = Что записано
page-who = Кто записал
page-officer = Исполнитель № { $number }
page-key = ключ
page-when = Когда
page-recorded = записано
page-claimed = заявленное время события
page-gap = записано через { $gap } после заявленного времени
page-late = ЗАПИСАНО ЧЕРЕЗ { $gap } ПОСЛЕ ЗАЯВЛЕННОГО ВРЕМЕНИ
page-days = { $number } дн
page-hours = { $number } ч
page-minutes = { $number } мин
page-where = Где
page-place = запись журнала { $index }, блок { $height }; подписано, когда в журнале было записей: { $size }
page-signed = Кто подписал журнал
page-cosigners = независимых организаций: { $count }
page-fields = Содержание
page-more = ещё { $count } — в приложенной квитанции
page-check = Как проверить
page-check-text = Лист сделан для чтения, а доказательство — приложенный к нему файл { $file }. Без сети: команда tamga verify с этим файлом и политикой доверия журнала или автономная страница проверки, которой дают файл или снимок большого кода. Если в файле изменён хоть один знак, проверка это скажет.
page-limits = Чего это не доказывает
page-limits-text = Это доказывает, кто, когда и что записал, но не то, что решение справедливо. Не согласны — оставьте возражение: оно тоже останется в журнале. Время события заявлено записавшим; время записи доказано журналом. Есть ли более новая запись, скажет только журнал.
page-link = Открывает эту запись на портале. Кто имеет код, тот может открыть квитанцию.
page-whole = Всё доказательство: проверяется без сети
page-no-whole = Доказательство не помещается в код: возьмите приложенный файл.
account-title = Изложение дела
account-complete = Все записи, их { $count }, на блок { $height }, { $time } (UTC+5): пропусков нет, это доказано
account-signed = журнал подписали { $names }
account-ledger = журнал { $origin }
account-genesis = SHA-256 файла генезиса, как говорит узел: { $hash }
account-records = Что записано
account-what = запись
account-happened = произошло
account-recorded = записано
account-gap = разница
account-deadlines = Что должно было последовать и к какому сроку
account-deadlines-note = Вычислено узлом на { $day } по записям до блока { $height }. В доказательство не входит: у кого есть записи, тот вычислит то же.
account-limits = Время в столбце «произошло» заявлено записавшим, время записи доказано. Красным отмечены записи, внесённые через сутки и более после заявленного времени.
fault-archive = это не пакет в том виде, в каком его пишет tamga; распакуйте и проверьте папку
fault-empty-folder = в папке нет файлов
fault-pack-twice = файл есть в пакете дважды
fault-pack-absent = файла нет
fault-pack-sum = файл не тот, что в контрольных суммах
fault-pack-sums = у контрольных сумм другая форма
fault-pack-unlisted = за этот файл в пакете ничто не ручается
fault-pack-form = такой формы пакета программа не знает; проверьте квитанции по одной
fault-pack-ledger = пакет о другом журнале, чем политика доверия
fault-pack-place = квитанция стоит не на месте своей записи
fault-pack-subject = доказательство о другом предмете, чем пакет
fault-pack-no-proof = нет доказательства, что ничего не пропущено
fault-pack-incomplete = доказательство не доходит до последней записи
fault-pack-records = квитанции не в точности те, что у записей из доказательства
fault-pack-policy = политика доверия в пакете не та, по которой проверяют; пакет не может принести доверие с собой
fault-pack-words = слова не те, что следуют из доказанного
verify-pack = файлов: { $count }, не подлинных: { $wrong }
verify-pack-limits = Сроки вычислил узел, в доказательство они не входят. Проверено по вашей политике доверия, а не по { $policy } из пакета.
account-title-other = Изложение записей об одном предмете
pack-made = Пакет доказательств: записей { $count }, файлов { $files }: { $path }. Проверить без сети: tamga verify { $word }
pack-closed = Тел записей, которые этому токену закрыты или стёрты: { $closed }
pack-private = В пакете то, что может видеть этот токен: передавайте его лишь тем, кому это тоже можно видеть.
pack-readme =
    ПАКЕТ ДОКАЗАТЕЛЬСТВ

    Предмет: { $subject }
    Журнал: { $origin }
    Записей: { $count }, это все на блок { $height }, { $time } (UTC+5)
    SHA-256 файла генезиса журнала, как говорит узел: { $genesis }

    account.kk.pdf, account.ru.pdf — изложение для чтения
    receipts/ — доказательство каждой записи
    proof/ — доказательство, что ни одна запись не пропущена
    policy.txt — чьи подписи считаются; сравните с политикой из источника, которому доверяете
    pack.json — о чём пакет, и сроки, которые вычислил узел
    SHA256SUMS — контрольные суммы всех файлов

    Проверить программой Tamga, без сети:
    tamga verify ПАКЕТ.zip --policy ВАША-ПОЛИТИКА.txt
    Так же проверяется папка, куда пакет распакован. Что бы ни было изменено, проверка это скажет.

    Проверить без программы Tamga: контрольные суммы — командой sha256sum -c SHA256SUMS, доказательства — любой программой проверки, написанной по опубликованной спецификации (разделы 11, 13 и 9), только с SHA-256 и Ed25519.

    Пакет доказывает, кто, когда и что записал и что ничего не пропущено, но не то, что решение справедливо.
fault-no-embedded = в PDF нет квитанции
fault-several-embedded = в PDF разные квитанции
fault-many-streams = в PDF больше частей, чем просматривается
fault-page = квитанция внутри подлинная, но страница вокруг неё не та, что из неё получается: слова могли изменить
fault-page-form = квитанция внутри подлинная, но эта программа не знает такой формы страницы и не может сказать, её ли это слова; извлеките квитанцию: tamga receipt convert
fault-no-code = на снимке нет читаемого кода с квитанцией; снимите ближе и ровнее или возьмите файл
fault-code-link = код — это ссылка на портал, сама по себе она ничего не доказывает
fault-code = текст кода обрезан или изменён
fault-several-codes = на снимке коды разных квитанций; снимите каждый отдельно
fault-picture = снимок не читается или в нём больше 16 миллионов точек

## Дела.

case-title = Дело { $case }, записей: { $count }
case-recorded = записано { $time }
case-verified-authentic = Все квитанции ({ $count }) подлинны. Доказательство полноты появится в следующей версии.
case-verified-pending = Некоторые записи ещё не окончательны.
case-verified-cannot-check = Некоторые квитанции нельзя проверить с этой политикой.
case-verified-does-not-match = Хотя бы одна квитанция не совпадает: сохраните её и покажите аудитору.
case-hint = Не проверено. Проверить каждую квитанцию: tamga case history { $case } --verify
stage-RECEIVED = документ поступил
stage-ASSIGNED = распределено
stage-REFUSED = в возбуждении отказано
stage-INITIATED = возбуждено
stage-ENFORCING = принудительное исполнение
stage-DEFERRED = отсрочка или рассрочка
stage-SUSPENDED = приостановлено
stage-CLOSED_EXECUTED = окончено исполнением
stage-CLOSED_TERMINATED = прекращено
stage-CLOSED_RETURNED_CLAIMANT = возвращено взыскателю
stage-CLOSED_RETURNED_ISSUER = возвращено выдавшему органу
watch-resume = Продолжить: { $command }

## Состояние, сроки, рабочий стол, реестры, показатели.

as-of = по состоянию на { $time } (UTC+5), блок { $height }
list-count = Показано: { $count }, { $as_of }.
list-empty = Ничего не найдено, { $as_of }.
list-more = Может быть ещё: увеличьте --limit или уберите его.
word-yes = да
word-no = нет
status-title = Дело { $case }
status-stage = стадия
status-records = записей
status-last = последняя запись
status-as-of = состояние
status-officer = исполнитель
status-debtor = должник
status-claimants = взыскатели
status-document = документ
status-region = регион
status-received = поступило
status-initiated = возбуждено
status-until = приостановлено до
status-register = в реестре должников
status-complaints = открытых жалоб
status-levied = взыскание на вознаграждение
status-royalty-levies = взысканий на него в силе
status-public = Показано без токена: участники не названы.
status-hint = Что дальше и когда: tamga case deadlines { $case }
case-overdue = просрочено: { $count }
case-signals = сигналов: { $count }
case-next = ближайший срок { $day }
deadlines-title = Дело { $case } на { $day }
deadlines-statutory = Сроки по закону
deadlines-signal = Сигналы: стоит проверить, срок по закону не нарушен
deadlines-none = нет
deadlines-silent = Не удалось вычислить
deadline-in-time = в срок
deadline-late = с опозданием, дней: { $days }
deadline-running = осталось дней: { $days }
deadline-overdue = ПРОСРОЧЕНО, дней: { $days }
deadline-standing = срок приостановлен
deadline-today = сегодня
deadline-tomorrow = завтра
deadline-missed = Пропущено: { $title }
deadline-if-missed = Если пропустить: { $title }
deadline-basis = основание: { $basis }
deadline-from = отсчёт с { $day }, запись { $record }
deadline-met = исполнено или отпало { $day }, запись { $record }
deadline-about = касается { $subject }
deadline-input = { $parameter } = { $value }, действует с { $day }{ $mark }
deadline-stopped = срок стоял после { $after } по { $through }
deadline-stands = срок стоит после { $after }
deadline-calendar = календарь { $year }: { $known }
deadline-silent = { $rule }: неизвестно { $missing }, запись { $record }
calendar-holidays = праздники и переносы
calendar-weekends = только выходные
calendar-nothing = ничего не известно
mark-CONFIRMED = подтверждено
mark-UNVERIFIED = не проверено
mark-DESIGN = выбрано при проектировании
desk-title = { $officer } на { $day }
desk-counts = просрочено { $overdue }, сегодня { $today }, завтра { $tomorrow }
desk-counts-capped = не меньше: просрочено { $overdue }, сегодня { $today }, завтра { $tomorrow }
register-since = в реестре с { $day }
register-ended = дело окончено { $day }
register-stale = УСТАРЕЛО: у должника нет открытых дел
register-expired = ИСТЕКЛО: предъявить снова можно было до { $day }
register-presentable = можно предъявить снова до { $day }
duplicate-link-document = Один документ
duplicate-link-claim = Одно солидарное требование
duplicate-link-similar = Одни орган, судебное дело, стороны и сумма
duplicate-link-court-case = Одни орган и судебное дело
duplicate-more = и другие дела
duplicate-EXACT = два дела по одному документу одновременно
duplicate-RE_PRESENTATION = предъявлено повторно после окончания: законно
duplicate-NEAR = похожи: сравните документы
duplicate-SOLIDARY = солидарные должники по одному требованию: законно
duplicate-DOUBLE_RECOVERY = взыскано дважды: { $amount } ₸ сверх причитающегося
indicators-hint = Значение: tamga indicators ИМЯ --period 2026-03; записи за ним: --records
indicators-records = Записи за ним: tamga indicators { $indicator } --records с теми же периодом и территорией
indicators-public = Открытое значение { $indicator }: малые ячейки скрыты, для записей нужен токен.
indicators-country = вся страна
indicators-no-region = без региона
indicators-targets = цели: { $list }
indicators-as-of = { $as_of }; формула: { $formula }
indicators-nothing = нет значения
indicators-of = { $part } из { $whole }
indicators-p90 = девять десятых до { $value }
indicators-count = записей: { $count }
indicators-withheld = скрыто ячеек: { $count }
indicators-days = дней: { $value }

## Отправка и импорт.

submit-final = записано окончательно: { $id }
submit-again = было записано раньше: { $id }
submit-accepted = принято: { $id }
submit-later = Ещё не окончательно. Спросите позже: tamga receipt get { $id }
submit-dry = было бы принято: { $id }. Ничего не записано.
submit-dry-form = подписано, форма верна: { $id }. Правила не проверены: узел не задан. Ничего не записано.
submit-dry-known = уже записано в журнале под номером { $index }: { $id }. Ничего нового записано не было бы.
submit-dry-waits = уже ждёт: { $id }. Запись принята и ещё не вошла в блок; ничего нового записано не было бы.
import-read = Прочитано как { $format }: { $parts }
import-read-sheet = лист
import-read-comma = десятичная запятая
import-read-day-first = даты дд.мм.гггг
import-read-delimiter = разделитель
import-atomic = Ничего не записано: с --atomic годной должна быть каждая строка. Исправьте строки и повторите импорт.
import-rows = Строк { $rows } = записано { $recorded } + было записано { $already } + пропущено { $skipped } + отказано { $refused }
import-rows-dry = Строк { $rows } = будет записано { $recorded } + уже записано { $already } + пропущено { $skipped } + будет отказано { $refused }
import-derived = Производные записи, отдельно: записано { $derived }, было записано { $derived_already }, отказано { $derived_refused }
import-derived-dry = Производные записи, отдельно: будет записано { $derived }, уже записано { $derived_already }, будет отказано { $derived_refused }
import-refusal = строка { $row }  { $key }  { $code }  { $reason }
import-more-refusals = и ещё { $count }; все перечислит --errors ФАЙЛ
import-dry-ledger = Пробный прогон по реестру { $at } с учётом всего, что в нём есть: ничего не записано. Запустите без --dry-run.
import-dry-genesis = Пробный прогон от генезиса { $at }: реестр не запрашивался, уже записанное не учтено. Ничего не записано. Чтобы запросить реестр, задайте TAMGA_URL.
import-errors = Незаписанные строки: { $path }. Исправьте их и импортируйте этот файл.
import-case = Первое дело: tamga case history { $case } --verify
import-left = Строк, по которым этот прогон не дошёл до решения: { $left }
import-not-final = Записей принято, но ещё не окончательно: { $open }
import-resume = Продолжить: { $command }
import-no-rule = нет правила для { $value }
import-changed = строка { $key } уже отправлялась с другим содержанием
import-hint = исправьте { $column } и импортируйте этот файл снова
error-no-assignment = нет ни ожидающей, ни окончательной жеребьёвки: { $case }
    .why = Дело неизвестно, распределено без жеребьёвки, или она записана только что.
    .next = Посмотрите записи дела: tamga case history { $case }
assignment-title = Дело { $case }
assignment-drawn = Жребий пал на: { $officer }
assignment-list = Кандидатов: { $count }, сумма весов { $total }
assignment-line = { $officer }  нагрузка { $load }, вес { $weight } ({ $chance } %)
assignment-out = { $officer }  исключён: { $reason }
assignment-block = Блок { $height } построила в свою очередь организация { $organisation }
assignment-missed = Блок { $height } построила организация { $organisation } в раунде { $round }: до неё очередь пропущена
assignment-open = Не проверено: все ли, кто должен, есть в списке. Он открыт; сравните с реестром.
assignment-wait = Жребий ещё не брошен: две организации должны построить блоки после блока { $height }.
assignment-due = Жребий пал на { $officer }; записи об этом ещё нет.
assignment-unchecked = Показано без проверки. Проверить: tamga assignment verify { $case }
progress-left = осталось

# Списки против реестра.
reconcile-counts = совпало записей: { $matched } из { $records }, нет в реестре: { $missing }
reconcile-rows = строк: { $rows }, из них таблица соответствий опускает { $left }; события с { $from } по { $to }
log-read = журнал: записи с { $first } до { $size }, прочитаны все и сверены с окончательной контрольной точкой
reconcile-unreadable = строка не читается
reconcile-missing-in-ledger = нет в реестре
reconcile-differing = отличается
reconcile-repeated-in-list = повторяется в списке
reconcile-missing-in-list = нет в списке
reconcile-repeated-in-ledger = повторяется в реестре
reconcile-same-document = тот же документ в другом деле
reconcile-more = и ещё { $count }, все они в отчёте
reconcile-report = Отчёт: { $path }, подписан ключом { $key }
reconcile-signed = подписан ключом { $key }, составлен { $time }
reconcile-file = о файле с SHA-256 { $file }
reconcile-final = контрольную точку подписали { $names }
reconcile-open = Не проверено офлайн: чей это ключ и что записано после контрольной точки.
export-done = записей: { $count }, файл { $path }
export-closed = тела, которые остались закрыты (стёрты или не для этого токена): { $closed }
export-verify = Проверить без сети: tamga verify { $word }
detail-other-root = записи не те, что в его контрольной точке; что-то утаено или изменено
detail-short-tile = плитка хешей слишком коротка
detail-other-record = это квитанция другой записи
error-false-log = журнал { $url } не сходится: { $detail }
    .why = Список с реестром не сверен: иначе тот, кто утаил или изменил запись, решал бы, чего не хватает.
    .next = Сохраните ответы узла, спросите другой узел и сообщите аудитору.
error-unknown-entry = запись { $index } журнала имеет форму, неизвестную этой программе: { $detail }
    .next = Обновите tamga.
error-too-many-items = список и реестр расходятся больше чем в { $limit } местах
    .why = Больше в отчёт не входит; скорее всего, это не тот список, таблица соответствий или ключ.
    .next = Проверьте их или разделите список.
fault-parts = числа, пункты и контрольная точка не согласуются ({ $detail })
fault-records = её записи — не все, что есть в журнале об этом предмете ({ $detail })
fault-known = она не продолжает то, что было показано раньше ({ $detail })
fault-signer = подписан другим ключом
fault-list = он о другом файле
fault-mapping = составлен по другой таблице соответствий

## Вознаграждения: произведения и использование.

royalty-category = это не категория прав: PR, MR, SR, PC или RR
royalty-work-id = это длиннее 40 байт
royalty-iswc = это не ISWC: неверна форма или контрольная цифра
royalty-isrc = это не ISRC вида KZ-A12-24-00001
royalty-period = период кончается раньше, чем начался
royalty-value = { $value }: { $reason }
royalty-ipi-name = номер имени IPI
royalty-ipi-base = базовый номер IPI
royalty-listed = строка { $line } { $record } { $field }: { $reason }
royalty-listed-row = строка { $line }: { $reason }
royalty-hint = исправьте здесь { $column } и прочитайте этот файл снова
royalty-works = Прочитано произведений: { $items }, опущено: { $left }. Файл: { $out }
royalty-usage = Прочитано строк использования: { $items }, опущено: { $left }. Файл: { $out }
royalty-findings = Не подошло: { $findings }
royalty-more = и ещё { $more }
royalty-errors = С причинами и указаниями: { $errors }
royalty-not-text = строка не в UTF-8 или длиннее 65536 байт
    .next = Запросите файл в UTF-8 или перекодируйте его.
royalty-after-trl = запись стоит после TRL, которой файл кончается
    .next = Читайте склеенные файлы по отдельности.
royalty-second-hdr = вторая запись HDR; в файле она одна
    .next = Читайте склеенные файлы по отдельности.
royalty-no-grt = у предыдущей группы нет GRT
    .next = Уточните у отправителя, что группа полна.
royalty-no-grh = запись вне группы: перед ней нет GRH
    .next = Запросите у отправителя полный файл.
royalty-version = версия группы не читается; читаются { $known }
    .next = Запросите у отправителя одну из этих версий.
royalty-group-id = у закрываемой группы номер { $found }
    .next = Уточните у отправителя, что ни одна группа не пропала.
royalty-count = число расходится с файлом: в нём { $found }
    .next = Уточните у отправителя, что файл полон.
royalty-group-kind = транзакция стоит в группе { $found }
    .next = Сообщите отправителю; произведение прочитано.
royalty-transaction-order = транзакции нумеруются подряд; здесь должна быть { $expected }
    .next = Уточните у отправителя, что ни одна транзакция не пропала.
royalty-repeated = то же, что в транзакции на строке { $line }
    .next = Проверьте, не одно ли это произведение; прочитаны оба.
royalty-no-trl = файл кончается без TRL; последнее могло быть обрезано
    .next = Запросите у отправителя полный файл.
royalty-unread = записи этого вида не читаются: { $count }
    .next = Ничего, если в них нет долей и использования.
royalty-date = это не дата
    .next = Пишите ГГГГММДД в CWR, ГГГГ-ММ-ДД в прочих файлах.
royalty-share = это не доля: пять цифр, не больше 10000
    .next = Пишите сотые доли процента: 05000 — половина.
royalty-empty = поле пустое, а нужно
    .next = Попросите отправителя его заполнить.
royalty-other-transaction = у записи номер другой транзакции
    .next = Запросите транзакцию у отправителя снова.
royalty-order = записи транзакции нумеруются подряд; здесь должна быть { $expected }, какой-то может не хватать
    .next = Запросите транзакцию у отправителя снова.
royalty-duration = это не длительность
    .next = Пишите ЧЧММСС.
royalty-society = это не номер организации
    .next = Пишите номер из списка CISAC.
royalty-inclusion = это не I и не E
    .next = Пишите I, если территория входит, E, если исключена.
royalty-territory = это не территория
    .next = Пишите номер TIS, вне CWR — две буквы ISO 3166-1.
royalty-no-party = ни у одной стороны до неё в транзакции нет этого номера
    .next = Поставьте запись после записи её стороны, с тем же номером.
royalty-no-work = в транзакции нет записи произведения (NWR, REV, ISW, EXC)
    .next = Запросите транзакцию у отправителя снова.
royalty-no-writer = у произведения нет автора (SWR, OWR)
    .next = Запросите авторов у подателя.
royalty-shares = доли { $category } в сумме дают { $sum } сотых процента, предел 10000
    .next = Попросите подателя исправить доли.
royalty-identifier = это не { $kind }: неверна форма или контрольная цифра
    .next = Найдите и исправьте номер; остальное прочитано без него.
royalty-no-heading = неизвестно, в какой ячейке оно стоит: в файле нет строки заголовков этого вида
    .next = Запросите заголовки: строку с # и видом записи, затем имена ячеек.
royalty-no-summary = ни у одной сводной записи (SY) до неё нет этого номера
    .next = Запросите у отправителя полный файл.
royalty-decimal = это не десятичное число: до 18 цифр с каждой стороны точки
    .next = Пишите цифры и точку.
royalty-no-uses = нет ни числа использований, ни дохода, либо заголовки не говорят, где они
    .next = Запросите заголовки этого вида и значение.
royalty-block-again = блок с этим номером уже закончился
    .next = Уточните у отправителя, что строки не повторяются.
royalty-after-foot = запись стоит после FOOT, которой файл кончается
    .next = Читайте склеенные файлы по отдельности.
royalty-second-head = вторая запись HEAD; в файле она одна
    .next = Читайте склеенные файлы по отдельности.
royalty-no-foot = файл кончается без FOOT; последний блок мог быть обрезан
    .next = Запросите у отправителя полный файл.
royalty-no-reference = в блоке нет записи или альбома, названных здесь
    .next = Запросите блок у отправителя снова.
royalty-currency = это не код валюты: три заглавные буквы, например KZT
    .next = Исправьте его или задайте одну валюту файла в таблице соответствий.
royalty-too-many = больше { $limit } записей, которые читаются вместе
    .next = Уточните у отправителя; то, к чему они относятся, опущено.
royalty-reference-again = в блоке уже есть запись с этой ссылкой
    .next = Запросите блок у отправителя снова.

# statement
error-no-statement = { $okup } не выдала { $author } ни одного окончательного отчёта
detail-file-too-long = файл длиннее любого отчёта
statement-exported = Отчётов: { $statements }, пакетов книги: { $batches }: { $file }
statement-of = Правообладатель { $author }
statement-line = { $period }: на начало { $opening }, начислено { $allocated }, выплачено { $net }, налог { $tax }, взыскано { $levied }, на конец { $closing }
statement-whole = Все строки: начислений { $lines }, выплат { $payouts }, в каждом из { $batches } пакетов книги организации; ничего не скрыто
statement-pool = Пул: собрано { $collected } = удержано { $deducted } + начислено { $allocated } + не распределено { $undistributed }
statement-held = удержано ({ $reason }): { $amount }
statement-uses = Использование: все случаи использования этих произведений в отчётах, которые делят пакеты ({ $reports }); тех, на которых не основана ни одна ваша строка: { $unpaid }
statement-no-uses = В файле нет сведений о том, кто использовал произведения: выгрузите его с --uses
statement-balance = Остаток { $owed } закреплён в статусе автора; что это статус блока { $height } ({ $time }) и он последний, утверждает узел
statement-payout = Выплачено { $net }, налог { $tax }, взыскано { $levied }: заявлено организацией ({ $declared }); банк: { $bank }; правообладатель: { $author }
statement-lines = Строк
statement-difference = Разница
statement-step-collected = Собрано по этим строкам
statement-step-deducted = Удержано организацией
statement-step-allocated = Начислено
statement-step-held = Придержано
statement-step-tax = Удержан налог
statement-step-levied = Судебным исполнителям
statement-step-paid = Выплачено
statement-step-open = К выплате
error-too-many-uses = использований больше, чем вмещает один файл: { $limit } диапазонов или 128 МиБ; выгрузите без --uses

# pool
dispute-id = Спор { $dispute }
dispute-none = Споров нет.
dispute-filed = ждёт ответа организации
dispute-answered = есть ответ, удовлетворён не полностью
dispute-withdrawn = отозван
dispute-resolved = разрешён
dispute-line = о { $about }; подан { $filed }, ответ { $answered }, окончен { $ended }; решение { $decision }
payment-declared = Организация: выплачено { $net }, налог { $tax }, исполнителям { $levied }
payment-bank = Банк: { $word }
payment-holder = Правообладатель: { $word }
payment-nothing = пока ничего
payment-executed = исполнено полностью
payment-partly = исполнено частично
payment-rejected = не исполнено
payment-received = деньги пришли
payment-not-received = деньги не пришли
case-complete = ✔ Полно: эти записи ({ $count }) — всё, что есть в журнале по делу на блок { $height } ({ $time })
case-incomplete = ✖ Список расходится с доказательством: в журнале { $count } записей по делу на блок { $height } ({ $time })
status-present = На блок { $height } ({ $time }): записей { $count }
status-absent = На блок { $height } ({ $time }): в журнале об этом ничего нет
status-signed = Подписали: { $names }
status-all = Показаны все записи ({ $count }), ни одна не пропущена
status-some = Показано записей: { $shown } из { $count }, начиная с номера { $first }
pool-collected = Собрано
pool-deducted = Удержано
pool-allocated = Начислено
pool-paid = Выплачено правообладателям
pool-tax = Удержан налог
pool-levied = Перечислено судебным исполнителям
pool-undistributed = Не распределено
pool-redistributed = Перераспределено, невостребовано

## Вознаграждения: проекты и шаблоны.

royalty-seconds = это не целое число секунд
    .next = Пишите целые секунды, например 180.
royalty-no-work-id = это не может быть номером произведения: от 1 до 40 латинских букв, цифр и дефисов
    .next = Дайте произведению такой номер, укажите --number или --prefix и составьте проекты снова.
royalty-id-again = этот номер уже у произведения на строке { $line }
    .next = Проверьте, не одно ли это произведение, и оставьте одно из двух.
royalty-no-title = в названии нет ни буквы, ни цифры
    .next = Запросите название у отправителя.
royalty-no-category = ни у кого нет доли ни в одной категории прав
    .next = Запросите доли у подателя.
royalty-no-tag = в списке сторон нет ни одного её номера; её доли не вошли: { $shares }
    .next = Найдите правообладателя, внесите сторону в список и составьте проекты снова; до того деньги удерживаются.
royalty-two-tags = её номера ведут в списке сторон к разным правообладателям; её доли не вошли: { $shares }
    .next = Исправьте список сторон и составьте проекты снова.
royalty-beyond = больше { $limit }, предела одной записи
    .next = Зарегистрируйте остальное вручную или обратитесь к оператору платформы.
royalty-shares-open = доли в сумме дают { $sum } сотых процента из 10000; набор неполон
    .next = Уточните у подателя, у кого остальное.
royalty-nobody-known = никого из имеющих здесь долю нет в списке сторон; проект долей не составлен
    .next = Внесите стороны в список и составьте проекты снова.
royalty-use-category = категория прав не указана
    .next = Укажите категорию таких строк через --category.
royalty-use-days = дни использования не указаны или кончаются раньше, чем начались
    .next = Укажите дни таких строк через --first-day и --last-day.
royalty-use-whole = это не целое число использований от 0
    .next = Запросите у отправителя целые числа или внесите поправку вручную.
royalty-use-nothing = нет ни числа использований, ни секунд, ни денег в тенге
    .next = Запросите одно из них у отправителя.
royalty-use-money = это не сумма от 0
    .next = Возвраты денег вносите как поправку распределения.
royalty-use-currency = деньги не в тенге и не вошли; число и секунды остались
    .next = Запросите суммы в тенге, если пул делится по деньгам.
royalty-unmatched-unknown = ни у одного произведения нет таких номеров и названия
    .next = Зарегистрируйте произведение или укажите его номер и составьте проект снова в новом каталоге.
royalty-unmatched-title = название есть, но авторы не те же или ISWC другой
    .next = Если это один из кандидатов, укажите его номер.
royalty-unmatched-several = подходят одинаково несколько произведений
    .next = Укажите номер одного из кандидатов или выясните, не одно ли это произведение.
royalty-unmatched-conflict = его номера указывают на разные произведения
    .next = Уточните у отправителя, какой из номеров верен.
royalty-unmatched-category = произведение не зарегистрировано в этой категории прав
    .next = Зарегистрируйте произведение и в этой категории и составьте проект снова в новом каталоге.
detail-column-twice = { $column } означают два столбца; оставьте один
detail-not-day = { $value } — не день вида 2026-03-12 или 12.03.2026
detail-not-rate = { $value } — не курс с шестью или менее знаками после запятой
detail-not-tag = { $value } — не метка { $role }:<43 знака>; номера людей сюда не пишут
detail-table-row = строка { $row }: { $detail }
detail-party-twice = { $value } ведёт к двум правообладателям
detail-party-unnamed = в строке нет ни одного номера стороны
detail-no-works = в нём нет ни одного произведения
detail-no-record-line = это не запись выгрузки
detail-no-uses = не осталось ни одного использования, из которого можно составить строку
detail-lines-many = больше { $limit } строк; разделите отчёт
detail-lines-of-work = больше { $limit } строк одного произведения или без произведения; разделите отчёт
detail-other-row = не читается строка { $row } этого произведения
detail-rows-differ = { $value } расходится с { $first } в другой строке произведения
detail-percent = это не доля от 0 до 100 процентов
detail-usage-seed = зерно — не 64 шестнадцатеричные цифры
what-drafts = файл проектов
what-parties = список сторон
what-works = файл произведений
what-usage = файл использования
usage-template = нет шаблона { $name }; шаблоны: { $known }
draft-works = Проектов: { $drafts }, произведений: { $works }, неполных наборов долей: { $incomplete }, произведений опущено: { $left }. Файл: { $out }; список произведений: { $list }
draft-usage = Строк: { $lines }, использований: { $uses }, опознано: { $matched }, опущено: { $left }. Каталог: { $folder }
draft-unmatched = Произведение не опознано: { $unmatched }, с кандидатами в { $list }
template-written = Записано: { $path }. Заполненный файл читает: { $command }
template-works = Произведения и доли: по строке на каждую сторону
template-parties = Стороны: кто какой правообладатель
template-mandates = Договоры с правообладателями (R03)
template-licences = Лицензионные договоры с пользователями (R04)
template-collections = Собранные суммы (R06)
template-usage = Использование произведений: по строке на использование
# okup
okup-head = { $okup }, { $period }: пулов { $pools }; до правообладателей должно дойти не меньше { $threshold } собранного
okup-sum = { $sphere }, { $currency }: пулов { $pools }
okup-none = За этот период пулов нет
okup-reached = порог достигнут
okup-not-reached = порог не достигнут
okup-deadlines-title = Организация { $okup } на { $day }
okup-deadlines-incomplete = Прочитаны только новейшие записи организации; более ранние сроки могут отсутствовать.
okup-deadline-users = пользователей: { $users }
okup-deadline-statements = отчётов: { $in_time } в срок, { $late } с опозданием; строк в выплате: { $lines }
# desk
error-no-pool = в { $pool } ничего не собрано
what-levies = таблица сумм судебным исполнителям
detail-no-lines = записи этого вида не приносят строк; приносят R05, R08 и R09
detail-no-batch = её субъект не пакет
detail-no-allocation = она не называет начисления из журнала
detail-no-fields = её поля не объект
detail-line-at = байт { $at }: { $detail }
detail-other-lines = запись называет другие строки
detail-plan = { $field } не может быть { $value }
detail-no-tax = для выплаты нужен налог: таблица tax с rule и rate_bp
detail-levied = { $rightsholder }: судебному исполнителю { $levied } тиын, возможно не больше { $most }
detail-row = строка { $row }: { $detail }
detail-run-id = номер или время запуска изменены
usage-run-waits = запись { $id } прежнего вызова с другими строками ещё ждёт; повторите тот вызов или дождитесь, пока истечёт её срок
usage-one-allocation = у пула не ровно одно начисление; назовите его ключом --allocation
desk-difference = разница { $amount }
desk-c01 = собрано { $collected } = удержано { $deducted } + начислено { $allocated } + не распределено { $undistributed }
desk-c02 = удержано { $deducted }, не больше { $limit } ({ $rate } %); за двенадцать месяцев { $year_deducted }, не больше { $year_limit }
desk-c03 = прочие удержания: { $other }; с документом или их нет
desk-c04 = в строках { $lines } из начисленных { $allocated }
desk-c05 = причитается и не отложено { $owed }: выплачивается { $net }, налог { $tax }, судебным исполнителям { $levied }, остаётся { $unpaid }
desk-c06 = выплачено всего { $paid }, начислено всего { $allocated }
desk-c08 = доли { $works } произведений: строк без правообладателя { $lines }, отложено { $amount }
desk-c09 = строк без договора о передаче прав { $lines }, отложено { $amount }
desk-c10 = получено за использование без договора: { $unlicensed }
desk-c11 = аккредитация на { $day }
desk-c12 = строк { $lines }, они опираются на { $uses } использований; без известного произведения { $unidentified }, отложено { $amount }
desk-c13 = отчётов об использовании { $batches }, из них израсходовано другим распределением { $consumed }
desk-c14 = { $allocated } разделено по весам, всего { $weight }, и составляет { $lines }
desk-c15 = перераспределено невостребованных сумм: { $lines }
desk-c16 = переплачено и подлежит возврату: { $recoverable }
desk-c17 = поступлений { $collections }, из них в другой валюте { $foreign }, по их курсам
desk-c18 = в отчётах будет { $owed }, в строках { $lines }
desk-c19 = пар отчёта и счётчика, расходящихся сверх допуска: { $pairs }
desk-rules = все правила и все строки, как их проверяют валидаторы: записей { $records }
desk-lines = строк { $lines }, { $amount }, правообладателей { $rightsholders }
desk-held = отложено: { $cause }: строк { $lines }, { $amount }
desk-unlevied = на вознаграждение { $rightsholder } обращено взыскание, сумма не указана: { $amount } остаётся невыплаченным
desk-passes = Ничего не записано. Распределение можно публиковать.
desk-fails = Ничего не записано. По этому плану распределение нельзя опубликовать.
desk-cause-unidentified-work = произведение не установлено
desk-cause-no-shares = нет долей на день использования
desk-cause-incomplete-shares = часть долей пока ничья
desk-cause-no-mandate = нет договора о передаче прав
desk-cause-levy = обращено взыскание
desk-cause-plan = по плану
desk-cause-below-minimum = меньше наименьшей выплаты
desk-recorded = { $step }: { $id }
desk-published = Пул в состоянии { $state }; внесено записей: { $count }
desk-payout = { $allocation }: выплат { $count }; список для банка: { $list }
desk-skipped = не выплачено, нет суммы судебному исполнителю (--levies): { $count }
desk-paid = Выплачено { $net }, налог { $tax }, судебным исполнителям { $levied }: выплат { $count }; не выплачено: { $skipped }
desk-would-pay = Было бы выплачено { $net }, налог { $tax }, судебным исполнителям { $levied }: выплат { $count }; не выплачено: { $skipped }. Ничего не записано.
desk-nothing-owed = Выплачивать нечего; не выплачено: { $skipped }
desk-statements = Правообладателей с новыми строками: { $due }; записано отчётов: { $recorded }, отклонено: { $failed }
desk-statements-due = Правообладателей с новыми строками: { $due }. Ничего не записано.
desk-report = Отчёт за период записан: { $id }
desk-report-again = Отчёт за период записан раньше: { $id }
desk-report-dry = Ничего не записано.
desk-figure-opening = На начало
desk-figure-collected = Собрано
desk-figure-deducted = Удержано
desk-figure-allocated = Начислено
desk-figure-paid = Выплачено правообладателям
desk-figure-tax = Удержан налог
desk-figure-levied = Перечислено судебным исполнителям
desk-figure-redistributed-out = Ушло в другие пулы
desk-figure-redistributed-in = Пришло из других пулов
desk-figure-unclaimed = Невостребовано
desk-figure-closing = На конец

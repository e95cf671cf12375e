# Сообщения командной строки по-русски.

examples = 
    Tamga: журнал, в котором ничего нельзя переписать. Для начала:
    tamga keygen --out my.key
    tamga submit draft.json --key my.key --receipt-out my.receipt
    tamga verify my.receipt --explain
    tamga case history case:… --verify
    tamga import fines.csv --map fines.toml --dry-run
    tamga explain TMG-4120
    Все команды: tamga --help
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
    .next = Проверьте имя в --profile или TAMGA_PROFILE: tamga config show --origin
error-bad-setting = недопустимое значение настройки { $setting }: { $value }
    .why = Она задана в переменной окружения или в файле настроек.
    .next = Посмотрите, где именно: tamga config show --origin
error-passphrases-differ = пароли не совпадают; ничего не записано
    .next = Повторите.
error-file = { $path }: { $detail }
    .why = Файл не читается, не записывается или уже существует.
    .next = Проверьте путь и права.
error-unreadable = { $what }: неверный формат: { $detail }
    .next = Исправьте указанное место и повторите.
error-trial-too-large = больше { $limit } записей файла связаны между собой: реестр нельзя спросить о них за один раз
    .why = Записи одного дела или дел об одном документе оцениваются вместе.
    .next = Импортируйте сначала часть файла или сделайте пробный прогон от генезиса с --genesis.
error-no-manifest = продолжать нечего: нет файла { $path }
    .why = Манифест хранит даты импорта; без него второй прогон составил бы другие записи.
    .next = Чтобы начать, уберите --resume, или укажите манифест в --manifest.
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
    .why = Порядок: ключи команды, переменные TAMGA_*, ./tamga.toml, настройки пользователя.
    .next = Задайте в одном из этих мест.
error-policy = политика доверия { $path } непригодна: { $detail }
    .why = Без неё проверить нельзя; о самом документе это ничего не говорит.
    .next = Получите политику из источника, которому доверяете, и укажите её в -p.
error-network = { $url } не отвечает: { $detail }
    .why = О запросе ничего не известно; повтор безвреден.
    .next = Проверьте адрес и сеть и повторите.
error-problem = отказ (HTTP { $status }): { $detail }
    .next = { $hint }
error-answer = ответ { $url } непонятен: { $detail }
    .next = Обновите tamga или проверьте, что это адрес узла.
error-not-final = { $id } принято, но ещё не окончательно
    .next = Спросите позже: tamga receipt get { $id }
error-rejected = запись не годится, место { $pointer }: { $detail }
    .next = Исправьте поле и повторите; ничего не записано.
error-unknown-code = нет кода { $code }
    .next = Коды выглядят так: TMG-4120.
explain-retry = Тот же запрос может пройти позже.
explain-final = Повтор того же запроса не поможет.
prompt-new-passphrase = Новый пароль
prompt-repeat-passphrase = Тот же пароль ещё раз
prompt-passphrase = Пароль
key-file = файл ключа
key-id = номер ключа
key-safety = проверочное число
keygen-next = Храните { $path } и пароль раздельно. Зарегистрируйте ключ (G03); сверьте проверочное число вслух.
genesis-summary = 
    реестр { $origin }
    валидаторов { $validators }, кворум { $quorum }
    SHA-256 { $hash }
genesis-other = Это не тот файл генезиса, который опубликован.
receipt-unchecked = Показано без проверки. Проверить: tamga verify { $path }
verdict-authentic = ПОДЛИННО, БЕЗ ИЗМЕНЕНИЙ
verdict-does-not-match = НЕ СОВПАДАЕТ
    .next = Не полагайтесь на него. Сохраните файл и покажите аудитору.
verdict-cannot-check = ПРОВЕРИТЬ НЕЛЬЗЯ
    .next = Это не значит «подделка». Проверьте файл, политику доверия и версию программы.
verdict-pending = ОЖИДАЕТ ПОДТВЕРЖДЕНИЯ
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
verify-when-text = записано { $recorded } (UTC+5); заявленное время события { $claimed }
verify-when-unknown = отдельное доказательство не сообщает
step-form = файл имеет единственно допустимую форму
step-quorum = состояние журнала подписано, как требует политика
step-inclusion = запись входит в этот журнал
step-block = её блок и время там же
step-signature = подпись автора под записью верна
step-signature-open = подпись автора не проверена: в доказательстве нет ключа
step-opened = раскрытые поля те самые, что в записи
case-title = Дело { $case }, записей: { $count }
case-recorded = записано { $time }
case-verified-authentic = Все квитанции ({ $count }) подлинны. Доказательство полноты появится в следующей версии.
case-verified-pending = Некоторые записи ещё не окончательны.
case-verified-cannot-check = Некоторые квитанции нельзя проверить с этой политикой.
case-verified-does-not-match = Хотя бы одна квитанция не совпадает: сохраните её и покажите аудитору.
case-hint = Не проверено. Проверить каждую квитанцию: tamga case history { $case } --verify
submit-final = записано окончательно: { $id }
submit-again = было записано раньше: { $id }
submit-accepted = принято: { $id }
submit-later = Ещё не окончательно. Спросите позже: tamga receipt get { $id }
submit-dry = было бы принято: { $id }. Ничего не записано.
submit-dry-form = подписано, форма верна: { $id }. Правила не проверены: узел не задан. Ничего не записано.
import-rows = Строк { $rows } = записано { $recorded } + было записано { $already } + пропущено { $skipped } + отказано { $refused }
import-derived = Производные записи, отдельно: записано { $derived }, было { $derived_already }, отказано { $derived_refused }
import-rows-dry = Строк { $rows } = будет записано { $recorded } + уже записано { $already } + пропущено { $skipped } + будет отказано { $refused }
import-derived-dry = Производные записи, отдельно: будет записано { $derived }, уже записано { $derived_already }, будет отказано { $derived_refused }
import-refusal = строка { $row }  { $key }  { $code }  { $reason }
import-more-refusals = и ещё { $count }; все строки перечислит --errors ФАЙЛ
import-dry-ledger = Пробный прогон по реестру { $at } с учётом всего, что в нём есть: ничего не записано. Запустите без --dry-run.
import-dry-genesis = Пробный прогон от файла генезиса { $at }: реестр не запрашивался, уже записанное не учтено. Ничего не записано. Чтобы запросить реестр, задайте TAMGA_URL.
import-errors = Незаписанные строки: { $path }. Исправьте их и импортируйте этот файл.
import-case = Первое дело: tamga case history { $case } --verify
import-left = Строк, по которым этот прогон не дошёл до решения: { $left }
import-not-final = Записей принято, но ещё не окончательно: { $open }
import-resume = Продолжить: { $command }
config-not-set = (не задано)
config-secret = (задано, не показывается)
config-flag = параметр { $name }
config-variable = переменная { $name }
config-file = файл { $path }
config-profile = файл { $path }, профиль { $profile }
config-devnet = каталог демонстрационной сети
config-built-in = по умолчанию
watch-resume = Продолжить: { $command }
progress-left = осталось

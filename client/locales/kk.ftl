# Пәрмен жолының хабарламалары, қазақша.

examples = 
    Tamga: ештеңені қайта жазуға болмайтын журнал. Бастау үшін:
    tamga keygen --out my.key
    tamga submit draft.json --key my.key --receipt-out my.receipt
    tamga verify my.receipt --explain
    tamga case history case:… --verify
    tamga import fines.csv --map fines.toml --dry-run
    tamga explain TMG-4120
    Барлық пәрмендер: tamga --help
error-bug = күтпеген қате: { $detail }
    .why = Бұл деректеріңіздің емес, бағдарламаның қатесі.
    .next = Орындаған пәрменіңізбен бірге хабарлаңыз.
error-usage = қате шақыру: { $detail }
    .next = Осы пәрменнің --help мәтінін қараңыз.
error-pointless = { $flag } параметрінің { $beside } жанында мағынасы жоқ
    .why = Ескерілмейтін параметр қате саналады: оған ешкім сеніп қалмауы тиіс.
    .next = Екеуінің бірін алып тастаңыз.
error-bad-value = { $flag } мәні жарамсыз: { $value }
    .next = Осы пәрменнің --help мәтінін қараңыз.
error-no-profile = { $name } профилі жоқ
    .why = Профиль — ./tamga.toml немесе пайдаланушының config.toml файлындағы [profile.{ $name }] кестесі.
    .next = --profile немесе TAMGA_PROFILE атауын тексеріңіз: tamga config show --origin
error-bad-setting = { $setting } баптауының мәні жарамсыз: { $value }
    .why = Ол орта айнымалысында немесе баптау файлында берілген.
    .next = Қайда берілгенін қараңыз: tamga config show --origin
error-passphrases-differ = құпиясөздер сәйкес емес; ештеңе жазылған жоқ
    .next = Қайталаңыз.
error-file = { $path }: { $detail }
    .why = Файл оқылмайды, жазылмайды немесе бұрыннан бар.
    .next = Жол мен құқықты тексеріңіз.
error-unreadable = { $what }: пішімі қате: { $detail }
    .next = Көрсетілген орынды түзетіп, қайталаңыз.
error-trial-too-large = файлдың { $limit } жазбадан астамы өзара байланысты: тізілімнен оларды бір рет сұрау мүмкін емес
    .why = Бір істің немесе бір құжат туралы істердің жазбалары бірге бағаланады.
    .next = Алдымен файлдың бір бөлігін импорттаңыз немесе сынақты --genesis арқылы бастаудан жүргізіңіз.
error-no-manifest = жалғастыратын импорт жоқ: { $path } файлы табылмады
    .why = Манифест импорт күндерін сақтайды; онсыз екінші іске қосу басқа жазбалар жасар еді.
    .next = Бастау үшін --resume белгісін алып тастаңыз немесе манифесті --manifest арқылы көрсетіңіз.
error-demo-key = { $origin } тізілімінде демо кілттерге тыйым салынған
    .why = Олардың құпиясы жұртқа мәлім; олар тек атауы -devnet деп аяқталатын өз тізілімінде жарайды.
    .next = Өз кілтіңізді алыңыз: tamga keygen
error-no-key = { $name } атты кілт жоқ
    .why = Бұл кілт файлы да, TAMGA_DEVNET демо кілті де емес.
    .next = Барын қараңыз: tamga key list
error-passphrase = { $path } бұл құпиясөзбен ашылмайды
    .next = Пернетақта тілін тексеріп, қайталаңыз.
error-passphrase-needed = құпиясөз қажет
    .why = Сұрайтын терминал жоқ, құпиясөз берілмеген.
    .next = --passphrase-file немесе TAMGA_PASSPHRASE беріңіз.
error-missing = берілмеген: { $setting }
    .why = Реті: пәрмен кілттері, TAMGA_* айнымалылары, ./tamga.toml, пайдаланушы баптауы.
    .next = Осылардың бірінде көрсетіңіз.
error-policy = { $path } сенім саясаты жарамсыз: { $detail }
    .why = Онсыз тексеру мүмкін емес; бұл құжаттың өзі туралы ештеңе айтпайды.
    .next = Саясатты сенімді көзден алып, -p арқылы көрсетіңіз.
error-network = { $url } жауап бермейді: { $detail }
    .why = Сұрау нәтижесі белгісіз; қайталау зиянсыз.
    .next = Мекенжай мен желіні тексеріп, қайталаңыз.
error-problem = қабылданбады (HTTP { $status }): { $detail }
    .next = { $hint }
error-answer = { $url } жауабы түсініксіз: { $detail }
    .next = tamga құралын жаңартыңыз немесе бұл тораптың мекенжайы екенін тексеріңіз.
error-not-final = { $id } қабылданды, бірақ әлі түпкілікті емес
    .next = Кейін сұраңыз: tamga receipt get { $id }
error-rejected = жазба жарамайды, орны { $pointer }: { $detail }
    .next = Өрісті түзетіп, қайталаңыз; ештеңе жазылған жоқ.
error-unknown-code = { $code } коды жоқ
    .next = Кодтар мынадай: TMG-4120.
explain-retry = Сол сұрау кейін өтуі мүмкін.
explain-final = Сол сұрауды қайталау көмектеспейді.
prompt-new-passphrase = Жаңа құпиясөз
prompt-repeat-passphrase = Сол құпиясөзді қайта енгізіңіз
prompt-passphrase = Құпиясөз
key-file = кілт файлы
key-id = кілт нөмірі
key-safety = тексеру саны
keygen-next = { $path } мен құпиясөзді бөлек сақтаңыз. Кілтті тіркеңіз (G03); тексеру санын дауыстап салыстырыңыз.
genesis-summary = 
    тізілім { $origin }
    валидаторлар { $validators }, кворум { $quorum }
    SHA-256 { $hash }
genesis-other = Бұл жарияланған бастау файлы емес.
receipt-unchecked = Тексерусіз көрсетілді. Тексеру: tamga verify { $path }
verdict-authentic = ТҮПНҰСҚА, ӨЗГЕРМЕГЕН
verdict-does-not-match = СӘЙКЕС КЕЛМЕЙДІ
    .next = Оған сенбеңіз. Файлды сақтап, аудиторға көрсетіңіз.
verdict-cannot-check = ТЕКСЕРУ МҮМКІН ЕМЕС
    .next = Бұл «жалған» дегенді білдірмейді. Файлды, сенім саясатын, бағдарлама нұсқасын тексеріңіз.
verdict-pending = РАСТАУДЫ КҮТУДЕ
    .next = Қабылданды, әлі түпкілікті емес: ештеңе дәлелденген жоқ. Түбіртекті кейін алыңыз.
verify-why = Себебі
verify-what = Не
verify-who = Кім
verify-when = Қашан
verify-where = Орны
verify-signed = Қолдар
verify-opened = Ашылған
verify-open-question = Тексерілмеді
verify-newer = желісіз жаңарақ жазба бар-жоғын білу мүмкін емес
verify-when-text = жазылған { $recorded } (UTC+5); оқиғаның мәлімделген уақыты { $claimed }
verify-when-unknown = жеке дәлел айтпайды
step-form = файл жалғыз рұқсат етілген пішінде
step-quorum = журнал күйіне саясат талап еткендей қол қойылған
step-inclusion = жазба осы журналда тұр
step-block = оның блогы мен уақыты да сонда
step-signature = жазба авторының қолы дұрыс
step-signature-open = автор қолы тексерілмеді: дәлелде кілт жоқ
step-opened = ашылған өрістер жазбадағының дәл өзі
case-title = { $case } ісі, жазбалар: { $count }
case-recorded = жазылған { $time }
case-verified-authentic = Барлық түбіртек ({ $count }) түпнұсқа. Толықтық дәлелі келесі нұсқада болады.
case-verified-pending = Кейбір жазбалар әлі түпкілікті емес.
case-verified-cannot-check = Кейбір түбіртектерді бұл саясатпен тексеру мүмкін емес.
case-verified-does-not-match = Кемінде бір түбіртек сәйкес емес: сақтап, аудиторға көрсетіңіз.
case-hint = Тексерілмеді. Әр түбіртекті тексеру: tamga case history { $case } --verify
submit-final = түпкілікті жазылды: { $id }
submit-again = бұрын жазылған: { $id }
submit-accepted = қабылданды: { $id }
submit-later = Әлі түпкілікті емес. Кейін сұраңыз: tamga receipt get { $id }
submit-dry = қабылданар еді: { $id }. Ештеңе жазылған жоқ.
submit-dry-form = қол қойылды, пішімі дұрыс: { $id }. Торап берілмеген, ережелер тексерілмеді. Ештеңе жазылған жоқ.
import-rows = Жолдар { $rows } = жазылды { $recorded } + бұрын жазылған { $already } + өткізілді { $skipped } + қабылданбады { $refused }
import-derived = Туынды жазбалар, бөлек: жазылды { $derived }, бұрын { $derived_already }, қабылданбады { $derived_refused }
import-rows-dry = Жолдар { $rows } = жазылады { $recorded } + бұрын жазылған { $already } + өткізіледі { $skipped } + қабылданбайды { $refused }
import-derived-dry = Туынды жазбалар, бөлек: жазылады { $derived }, бұрын жазылған { $derived_already }, қабылданбайды { $derived_refused }
import-refusal = { $row }-жол  { $key }  { $code }  { $reason }
import-more-refusals = тағы { $count }; бәрін --errors ФАЙЛ тізіп береді
import-dry-ledger = { $at } тізілімі бойынша сынақ, ондағы барлық жазба ескерілді: ештеңе жазылған жоқ. --dry-run белгісінсіз іске қосыңыз.
import-dry-genesis = { $at } бастау файлынан сынақ: тізілім сұралмады, бұрын жазылғандар ескерілмеді. Ештеңе жазылған жоқ. Тізілімді сұрау үшін TAMGA_URL көрсетіңіз.
import-errors = Жазылмаған жолдар: { $path }. Түзетіп, сол файлды импорттаңыз.
import-case = Бірінші іс: tamga case history { $case } --verify
import-left = Бұл жолы шешілмей қалған жолдар: { $left }
import-not-final = Қабылданған, әлі түпкілікті емес жазбалар: { $open }
import-resume = Жалғастыру: { $command }
config-not-set = (берілмеген)
config-secret = (берілген, көрсетілмейді)
config-flag = { $name } параметрі
config-variable = { $name } айнымалысы
config-file = { $path } файлы
config-profile = { $path } файлы, { $profile } профилі
config-devnet = демо желі қалтасы
config-built-in = әдепкі мән
watch-resume = Жалғастыру: { $command }
progress-left = қалды

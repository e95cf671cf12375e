# Пәрмен жолының хабарламалары, қазақша.

examples =
    Tamga: ештеңесін қайта жазуға болмайтын журнал. Бастау үшін:
    tamga keygen --out my.key
    tamga submit draft.json --key my.key --receipt-out my.receipt
    tamga verify my.receipt --explain
    tamga case history case:… --verify
    tamga case deadlines case:…
    tamga import fines.csv --map fines.toml --dry-run
    tamga explain TMG-4120
    Барлық пәрмендер: tamga --help

## Не болды, неліктен және не істеу керек.

error-bug = күтпеген қате: { $detail }
    .why = Бұл деректеріңіздің емес, бағдарламаның қатесі.
    .next = Ол туралы орындаған пәрменіңізбен бірге хабарлаңыз.
error-usage = пәрмен қате берілген: { $detail }
    .next = Осы пәрменнің --help мәтінін қараңыз.
error-pointless = { $flag } параметрінің { $beside } жанында мағынасы жоқ
    .why = Ескерілмейтін параметр қате саналады: оған ешкім сеніп қалмауы тиіс.
    .next = Екеуінің бірін алып тастаңыз.
error-bad-value = { $flag } мәні жарамсыз: { $value }
    .next = Осы пәрменнің --help мәтінін қараңыз.
error-no-profile = { $name } профилі жоқ
    .why = Профиль — ./tamga.toml немесе пайдаланушының config.toml файлындағы [profile.{ $name }] кестесі.
    .next = --profile немесе TAMGA_PROFILE атауын тексеріңіз.
error-bad-setting = { $setting } баптауының мәні жарамсыз: { $value }
    .why = Ол орта айнымалысында немесе баптау файлында берілген.
    .next = Оны TAMGA_LANG, ./tamga.toml немесе пайдаланушының config.toml файлында түзетіңіз.
error-passphrases-differ = құпиясөздер сәйкес емес; ештеңе жазылған жоқ
    .next = Қайталаңыз.
error-file = { $path }: { $detail }
    .next = Жолды және құқықтарыңызды тексеріңіз.
error-unreadable = { $what }: пішімі қате: { $detail }
    .next = Көрсетілген орынды түзетіп, қайталаңыз.
error-trial-too-large = файлдың { $limit } жазбадан астамы өзара байланысты: тізілімнен олар туралы бір жолда сұрау мүмкін емес
    .why = Бір істің немесе бір құжат туралы істердің жазбалары бірге бағаланады.
    .next = Алдымен файлдың бір бөлігін импорттаңыз немесе сынақты бастаудан жүргізіңіз: --genesis.
error-no-manifest = жалғастыратын импорт жоқ: { $path } файлы табылмады
    .why = Манифест импорт күндерін сақтайды; онсыз екінші іске қосу басқа жазбалар жасар еді.
    .next = Импортты бастау үшін --resume параметрін алып тастаңыз; манифест басқа жерде болса, --manifest көрсетіңіз.
error-demo-key = { $origin } тізілімінде демо кілттерге тыйым салынған
    .why = Олардың құпиясы жұртқа мәлім; олар тек атауы -devnet деп аяқталатын өз тізілімінде жарайды.
    .next = Өз кілтіңізді алыңыз: tamga keygen
error-no-key = { $name } атты кілт жоқ
    .why = Бұл кілт файлы да, TAMGA_DEVNET көрсеткен демо желінің кілті де емес.
    .next = Қандай кілттер барын қараңыз: tamga key list
error-passphrase = { $path } бұл құпиясөзбен ашылмайды
    .next = Пернетақта тілін тексеріп, қайталаңыз.
error-passphrase-needed = құпиясөз қажет
    .why = Сұрайтын терминал жоқ, құпиясөз берілмеген.
    .next = --passphrase-file немесе TAMGA_PASSPHRASE беріңіз.
error-missing = берілмеген: { $setting }
    .why = Реті: пәрмен параметрлері, TAMGA_* айнымалылары, ./tamga.toml, пайдаланушы баптаулары.
    .next = Осылардың бірінде беріңіз; не берілгенін tamga config show --origin көрсетеді
error-policy = { $path } сенім саясаты жарамсыз: { $detail }
    .why = Онсыз тексеру мүмкін емес; бұл құжаттың өзі туралы ештеңе айтпайды.
    .next = Саясатты сенімді көзден алып, -p арқылы көрсетіңіз.
error-network = { $url } жауап бермейді: { $detail }
    .why = Сұраудың нәтижесі белгісіз; оны қайталау зиянсыз.
    .next = Мекенжай мен желіні тексеріп, қайталаңыз.
error-problem = қабылданбады (HTTP { $status }): { $detail }
    .next = { $hint }
error-answer = { $url } жауабы түсініксіз: { $detail }
    .next = tamga бағдарламасын жаңартыңыз немесе бұл тораптың мекенжайы екенін тексеріңіз.
error-too-large-pack = нысанның жазбалары жинаққа сыймайды: { $files } файл немесе { $bytes } байт
    .why = Жинақ бір іске арналған; мұнша жазба аудитор құралдарымен оқылады.
    .next = Жазбаларды басқаша шығарыңыз: tamga export records --subject … --proofs
detail-no-listed = тораптың тізімінде оның дәлелінде бар жазба жоқ
detail-folder = тексерілетін қалтада { $limit } файлдан артық болмайды, ал ішкі қалталар сегіз деңгейден терең болмайды
error-not-genuine = { $what } ішінен ештеңе жасалмады: { $detail }
    .why = Ресми түрдегі парақ түпнұсқа емес түбіртекке сүйенбеуі керек.
    .next = tamga verify { $what } қараңыз; файлды сақтаңыз.
error-not-final = { $id } жазбасы қабылданды, бірақ әлі түпкілікті емес
    .next = Кейінірек сұраңыз: tamga receipt get { $id }
error-rejected = жазба жарамайды, орны { $pointer }: { $detail }
    .next = Өрісті түзетіп, қайталаңыз; ештеңе жазылған жоқ.
error-unknown-code = { $code } коды жоқ
    .next = Кодтар мынадай болады: TMG-4120.

## Қате берілген пәрмендер.

usage-unknown = мұндай параметр жоқ: { $arg }
usage-unknown-near = мұндай жоқ: { $arg }; мүмкін, { $near }?
usage-command = мұндай пәрмен жоқ: { $arg }
usage-missing = көрсетілмеген: { $arg }
usage-twice = { $arg } екі рет берілген
usage-conflict = { $arg } мен { $other } бірге берілмейді
usage-value = { $arg } мәні жарамсыз: { $value }; мүмкін мәндері: { $values }
usage-no-value = { $arg } үшін мән қажет
usage-range = { $arg } мәні жарамсыз: { $value }; рұқсат етілгені { $range }
usage-bad = { $arg } мәні жарамсыз: { $value }
usage-other = { $detail }
usage-case = { $text }: бұл іс емес; іс case:<43 таңба> немесе 64 он алтылық цифр түрінде жазылады
usage-subject = { $text } — { $role } емес; { $role }:<43 таңба>, 64 он алтылық цифр немесе ашық тізілімдер үшін { $role }#нөмір түрінде жазылады
usage-key-pair = импорттағы --key параметрі АТАУ=ФАЙЛ түрінде беріледі
usage-dry-errors = сынақ кезінде --errors оқылатын файлдың өзін көрсете алмайды
usage-script = скрипттің шығару түрі біреу ғана
usage-columns = { $pair } ӨРІС=БАҒАН түрінде емес; өрістер: { $known }
usage-columns-twice = { $pair }: өрістің бағаны бар; оны бір рет атаңыз
usage-same-file = { $flag } мәні { $path } бола алмайды: бұл осы шақырудың басқа файлы; жаңа файл атаңыз
usage-no-mapping = есепке --mapping немесе --columns керек; оларсыз тек HEAD-тан басталатын DSR файлдары оқылады

## Файлдар және олардың мазмұны.

io-not-found = мұндай файл жоқ
io-denied = қол жеткізу құқығы жоқ
io-exists = бұрыннан бар
io-folder = бұл қалта
io-full = дискіде орын жоқ
io-not-text = бұл UTF-8 мәтіні емес
what-key-file = кілт файлы
what-keyring = демо желінің keys.toml файлы
what-mapping = сәйкестік кестесі
what-table = кесте
what-cwr = CWR файлы
what-dsr = сату есебі
what-draft = жоба
what-manifest = манифест
detail-not-text = UTF-8 мәтіні емес
detail-cursor = сол бетті қайталайды
detail-lines = жауапта { $lines } жол, ал жазба саны { $records }
detail-version = нұсқасы { $found }, бағдарлама { $known } нұсқасын оқиды
detail-belongs = { $origin } тізіліміндегі { $source } дереккөзіне тиесілі
detail-line = { $line }-жол: { $detail }
detail-valid-until = valid_until уақыт емес
detail-case = case өрісі мәтін емес
detail-seed = { $name } кілтінің құпиясы 64 он алтылық цифр емес
detail-key-secret = құпиясы 64 он алтылық цифр емес
detail-key-lines = ашық бөлігі басқа кілтке тиесілі
detail-key-empty-line = ашық бөліктен кейін бос жол жоқ
detail-first-line = бірінші жол { $header } емес
detail-key-line = 64 он алтылық цифры бар { $name } жолы жоқ
detail-key-id = сәйкестендіргіш ашық кілтке сай емес
detail-file-size = файл { $limit } байттан үлкен; оны бөліңіз
detail-columns = баған саны { $limit } асады
detail-rows = жол саны { $limit } асады; файлды бөліңіз
detail-cell-size = ұяшық { $limit } байттан ұзын
detail-unpacked = кітап ашылғанда { $limit } байттан асады; оны бөліңіз
detail-json-line = { $row }-жол: { $detail }; бір жол — мәтін, сан және логикалық мәндерден тұратын бір нысан
detail-sheet = { $sheet } парағы жоқ; кітапта бар парақтар: { $sheets }
detail-cell = парақтың { $row }-жолы, { $column }-бағаны: { $value } — кітап қатесі; ұяшықты түзетіңіз
detail-beyond-header = жолдағы ұяшық тақырыптағыдан көп
detail-no-hdr = бірінші жолы HDR жазбасы емес, демек бұл CWR емес
detail-no-head = бірінші жолы HEAD жазбасы емес, демек бұл DSR емес
detail-identifiers = онда аталған фонограммалар мен туындылар { $limit } санынан көп; оны бөліңіз
detail-ambiguous = { $value } — мың не мыңнан бір болуы мүмкін; үтірден кейін екі таңбадан асырмаңыз, мыңдықтарды бөлмеңіз
detail-expected-rows = файлдағы жол саны { $rows }, ал --expect-rows { $expected } дейді
detail-delimiter = бөлгіш бір ASCII таңбасы емес
detail-column = { $column } бағаны жоқ; тақырыпта { $header } бар
detail-column-unlisted = { $column } бағаны қолданылған, бірақ columns ішінде аталмаған
detail-field-needed = { $field } үшін баған жоқ; оны сәйкестік кестесіне немесе --columns параметріне қосыңыз
detail-field-expression = { $field }: amount money арқылы, uses number арқылы, қалған өрістер text немесе words арқылы беріледі
detail-row-key = { $first } және { $second } жолдарының кілті бірдей: { $key }; row_key ішінде { $count } қолданыңыз
detail-rule-first = { $rule } ережесі: бірінші жазба жолдың өзіне сай келеді, туынды бола алмайды және қалдырылмайды
detail-rule-subject = { $rule } ережесі: { $name } субъектісі жоқ
detail-rule-author = { $rule } ережесі: { $name } авторы жоқ
detail-empty = бос
detail-no-subject = сәйкестік кестесінде мұндай субъект жоқ
detail-no-role = мұндай рөл жоқ
detail-no-record = істе осы жолға дейін мұндай жазба жоқ
detail-not-whole = бүтін сан емес
detail-not-of-cells = есептің өрнегі тек өз жолының ұяшықтарын оқиды: text, words, money, number
detail-no-word = сәйкестік кестесінде { $value } үшін сөз жоқ
detail-not-given = істің алдыңғы бірде-бір жолы мұны бермейді
detail-not-number = сан емес
detail-range = рұқсат етілген шектен тыс
detail-not-sum = { $value } — үтірден кейін екі таңбадан аспайтын сома емес
detail-not-time = { $value } — уақыт емес: { $detail }

## Кілттер мен құпиясөздер.

prompt-new-passphrase = Жаңа құпиясөз
prompt-repeat-passphrase = Сол құпиясөзді қайта енгізіңіз
prompt-passphrase = Құпиясөз
key-file = кілт файлы
key-id = кілт ид.
key-safety = тексеру саны
keygen-next = { $path } файлы мен құпиясөзді бөлек сақтаңыз. Кілтті тіркетіңіз (G03); тексеру санын дауыстап салыстырыңыз.

## Түсіндірмелер, баптаулар, бастау файлы.

explain-retry = Сол сұрау кейінірек өтуі мүмкін.
explain-final = Сол сұрауды қайталау көмектеспейді.
config-not-set = (берілмеген)
config-secret = (берілген, көрсетілмейді)
config-flag = { $name } параметрі
config-variable = { $name } айнымалысы
config-file = { $path } файлы
config-profile = { $path } файлы, { $profile } профилі
config-devnet = демо желі қалтасы
config-built-in = әдепкі мән
genesis-summary =
    тізілім { $origin }
    валидаторлар { $validators }, кворум { $quorum }
    SHA-256 { $hash }
genesis-other = Бұл жарияланған бастау файлы емес.

## Тексеру қорытындылары.

receipt-unchecked = Тексерілмей көрсетілді. Тексеру: tamga verify { $path }
verdict-authentic = ТҮПНҰСҚА, ӨЗГЕРТІЛМЕГЕН
verdict-does-not-match = СӘЙКЕС КЕЛМЕЙДІ
    .next = Оған сенбеңіз. Файлды сақтап, аудиторға көрсетіңіз.
verdict-cannot-check = ТЕКСЕРУ МҮМКІН БОЛМАДЫ
    .next = Бұл «жалған» дегенді білдірмейді. Файлды, сенім саясатын және бағдарлама нұсқасын тексеріңіз.
verdict-pending = ЖУРНАЛҒА ЕНГІЗІЛУДЕ
    .next = Қабылданды, әлі түпкілікті емес: ештеңе дәлелденген жоқ. Түбіртекті кейінірек алыңыз.
verify-why = Себебі
verify-what = Не
verify-who = Кім
verify-when = Қашан
verify-where = Орны
verify-signed = Қолтаңбалар
verify-opened = Ашылған
verify-open-question = Тексерілмеді
verify-newer = жаңарақ жазба бар-жоғын желісіз білу мүмкін емес
verify-lines = жазба саны: { $count }, түбіртегімен дәлелденбегені: { $wrong }
verify-left-out = файлда барлық жазба бар ма
verify-when-text = жазылған уақыты { $recorded } (UTC+5); оқиғаның мәлімделген уақыты { $claimed }
verify-when-unknown = жеке дәлелде айтылмаған
step-form = файл рұқсат етілген жалғыз пішінде
step-quorum = журнал күйіне саясат талап еткендей қол қойылған
step-inclusion = жазба осы журналға енген
step-block = оның блогы мен уақыты да сонда
step-signature = жазба авторының қолтаңбасы дұрыс
step-signature-open = автордың қолтаңбасы тексерілмеді: дәлелде кілт жоқ
step-opened = ашылған өрістер жазбадағының дәл өзі
fault-signature = қолтаңба дұрыс емес ({ $detail })
fault-key = кілт жазбада аталған кілт емес ({ $detail })
fault-opened = ашылған өрістер жазбадағыдай емес ({ $detail })
fault-proof = дәлел жазбадан қол қойылған журналға апармайды ({ $detail })
fault-quorum = қолтаңба саны саясат талап еткеннен аз ({ $detail })
fault-note = журнал астындағы қолтаңбалар дәл қажеттілері емес ({ $detail })
fault-place = жазбаның орны аталған блокта жоқ ({ $detail })
fault-line = жолда түбіртегі дәлелдегеннен басқа нәрсе айтылған
fault-no-line = жол экспортталған жазба емес
fault-no-receipt = жолда түбіртек жоқ; --proofs параметрімен экспорттаңыз
fault-other-ledger = жазба басқа тізілім үшін жасалған ({ $detail })
fault-other-policy = сенім саясаты басқа журналға қатысты ({ $detail })
fault-log-key = журналдың өз қолтаңбасы жоқ немесе саясатта басқа кілт тұр ({ $detail })
fault-version = түрін немесе нұсқасын бұл бағдарлама білмейді ({ $detail })
fault-form = пішіні рұқсат етілген жалғыз пішіннен өзгеше ({ $detail })

## Беттер: түбіртектер мен істердің баяндамасы, PDF.

page-title = Жазба түбіртегі
page-what = Не жазылды
page-who = Кім жазды
page-officer = Орындаушы № { $number }
page-key = кілт
page-when = Қашан
page-recorded = жазылды
page-claimed = мәлімделген оқиға уақыты
page-gap = мәлімделген уақыттан { $gap } кейін жазылды
page-late = МӘЛІМДЕЛГЕН УАҚЫТТАН { $gap } КЕЙІН ЖАЗЫЛДЫ
page-days = { $number } тәул
page-hours = { $number } сағ
page-minutes = { $number } мин
page-where = Қайда
page-place = журналдың { $index }-жазбасы, { $height }-блок; журналда { $size } жазба болғанда қол қойылды
page-signed = Журналға кім қол қойды
page-cosigners = тәуелсіз ұйымдар: { $count }
page-fields = Мазмұны
page-more = тағы { $count } — тіркелген түбіртекте
page-check = Қалай тексеруге болады
page-check-text = Бұл парақ оқуға арналған, ал дәлел — оған тіркелген { $file } файлы. Желісіз: осы файл мен журналдың сенім саясатын tamga verify командасына беріңіз немесе автономды тексеру бетін ашып, файлды не үлкен кодтың суретін көрсетіңіз. Файлдың бір белгісі ғана өзгерсе де, тексеру оны айтады.
page-limits = Бұл нені дәлелдемейді
page-limits-text = Бұл кім, қашан және не жазғанын дәлелдейді, бірақ шешімнің әділ екенін дәлелдемейді. Келіспесеңіз, қарсылық қалдырыңыз: ол да журналда қалады. Оқиға уақытын жазушы мәлімдеген; жазылған уақытты журнал дәлелдейді. Одан кейінгі жазба бар-жоғын тек журнал айтады.
page-link = Осы жазбаны порталда ашады. Коды бар адам түбіртекті аша алады.
page-whole = Бүкіл дәлел: желісіз тексеріледі
page-no-whole = Дәлел кодқа сыймайды: тіркелген файлды алыңыз.
account-title = Істің баяндамасы
account-complete = Барлық жазба, саны { $count }, { $height }-блокқа, { $time } (UTC+5): қалып қойғаны жоқ, бұл дәлелденген
account-signed = журналға қол қойғандар: { $names }
account-ledger = журнал { $origin }
account-genesis = генезис файлының SHA-256 мәні, торап айтуынша: { $hash }
account-records = Не жазылды
account-what = жазба
account-happened = болды
account-recorded = жазылды
account-gap = айырма
account-deadlines = Не болуы керек еді және қай мерзімге дейін
account-deadlines-note = Торап { $day } күніне { $height }-блокқа дейінгі жазбалардан есептеді. Дәлелге кірмейді: жазбалары бар адам дәл соны есептейді.
account-limits = «Болды» бағанындағы уақытты жазушы мәлімдеген, жазылған уақыт дәлелденген. Мәлімделген уақыттан бір тәулік не одан көп кейін жазылғандар қызылмен белгіленген.
fault-archive = бұл tamga жазатын түрдегі жинақ емес; ашып, қалтаны тексеріңіз
fault-empty-folder = қалтада файл жоқ
fault-pack-twice = файл жинақта екі рет бар
fault-pack-absent = файл жоқ
fault-pack-sum = файл бақылау қосындыларындағы файл емес
fault-pack-sums = бақылау қосындыларының түрі басқа
fault-pack-unlisted = жинақта бұл файлға ештеңе кепіл емес
fault-pack-form = бағдарлама жинақтың мұндай түрін білмейді; түбіртектерді бір-бірлеп тексеріңіз
fault-pack-ledger = жинақ сенім саясатындағыдан басқа журнал туралы
fault-pack-place = түбіртек өз жазбасының орнында тұрған жоқ
fault-pack-subject = дәлел жинақтағыдан басқа нысан туралы
fault-pack-no-proof = ештеңе қалып қоймағанының дәлелі жоқ
fault-pack-incomplete = дәлел соңғы жазбаға жетпейді
fault-pack-records = түбіртектер дәлелдегі жазбалардың түбіртектерімен дәлме-дәл сәйкес емес
fault-pack-policy = жинақтағы сенім саясаты тексеруге алынған саясат емес; жинақ сенімді өзімен бірге әкеле алмайды
fault-pack-words = сөздер дәлелденгеннен шығатын сөздер емес
verify-pack = файлдар: { $count }, түпнұсқа еместері: { $wrong }
verify-pack-limits = Мерзімдерді торап есептеді, олар дәлелге кірмейді. Жинақтағы { $policy } бойынша емес, өзіңіздің сенім саясатыңыз бойынша тексерілді.
account-title-other = Бір нысан туралы жазбалардың баяндамасы
pack-made = Дәлелдемелер жинағы: жазбалар { $count }, файлдар { $files }: { $path }. Желісіз тексеру: tamga verify { $word }
pack-closed = Осы токенге жабық немесе өшірілген жазба денелері: { $closed }
pack-private = Жинақта осы токен көре алатын мәліметтер бар: оны тек соларды көруге құқығы барларға беріңіз.
pack-readme =
    ДӘЛЕЛДЕМЕЛЕР ЖИНАҒЫ

    Нысан: { $subject }
    Журнал: { $origin }
    Жазбалар: { $count }, { $height }-блокқа, { $time } (UTC+5), бар жазбаның бәрі осы
    Журналдың генезис файлының SHA-256 мәні, торап айтуынша: { $genesis }

    account.kk.pdf, account.ru.pdf — оқуға арналған баяндама
    receipts/ — әр жазбаның дәлелі
    proof/ — бірде-бір жазба қалып қоймағанының дәлелі
    policy.txt — кімнің қолдары есепке алынады; өзіңіз сенетін көзден алған саясатпен салыстырыңыз
    pack.json — жинақ не туралы және торап есептеген мерзімдер
    SHA256SUMS — барлық файлдың бақылау қосындылары

    Tamga бағдарламасымен желісіз тексеру:
    tamga verify ЖИНАҚ.zip --policy СІЗДІҢ-САЯСАТ.txt
    Жинақ ашылған қалта да солай тексеріледі. Не өзгертілсе де, тексеру оны айтады.

    Tamga бағдарламасынсыз тексеру: бақылау қосындыларын sha256sum -c SHA256SUMS командасымен, дәлелдерді жарияланған ерекшелік бойынша (11, 13 және 9-бөлімдер) жазылған кез келген тексеру бағдарламасымен, тек SHA-256 мен Ed25519 арқылы.

    Жинақ кім, қашан және не жазғанын және ештеңе қалып қоймағанын дәлелдейді, бірақ шешімнің әділ екенін дәлелдемейді.
fault-no-embedded = PDF ішінде түбіртек жоқ
fault-several-embedded = PDF ішінде әртүрлі түбіртектер бар
fault-many-streams = PDF бөліктері қаралатын саннан көп
fault-page = ішіндегі түбіртек түпнұсқа, бірақ айналасындағы бет одан шығатын бет емес: сөздері өзгертілген болуы мүмкін
fault-page-form = ішіндегі түбіртек түпнұсқа, бірақ бұл бағдарлама беттің мұндай түрін білмейді және сөздері түбіртектікі ме, айта алмайды; түбіртекті шығарып алыңыз: tamga receipt convert
fault-no-code = суретте түбіртегі бар оқылатын код жоқ; жақынырақ әрі түзу түсіріңіз немесе файлды пайдаланыңыз
fault-code-link = код — порталға сілтеме, ол өздігінен ештеңе дәлелдемейді
fault-code = кодтың мәтіні кесілген немесе өзгертілген
fault-several-codes = суретте әртүрлі түбіртектердің кодтары бар; әрқайсысын бөлек түсіріңіз
fault-picture = сурет оқылмайды немесе онда 16 миллионнан көп нүкте бар

## Істер.

case-title = { $case } ісі, жазбалар саны: { $count }
case-recorded = жазылған уақыты { $time }
case-verified-authentic = Барлық түбіртек ({ $count }) түпнұсқа. Толықтық дәлелі келесі нұсқада болады.
case-verified-pending = Кейбір жазбалар әлі түпкілікті емес.
case-verified-cannot-check = Кейбір түбіртектерді бұл саясатпен тексеру мүмкін емес.
case-verified-does-not-match = Кемінде бір түбіртек сәйкес келмейді: оны сақтап, аудиторға көрсетіңіз.
case-hint = Тексерілмеді. Әр түбіртекті тексеру: tamga case history { $case } --verify
stage-RECEIVED = құжат түсті
stage-ASSIGNED = бөлінді
stage-REFUSED = қозғаудан бас тартылды
stage-INITIATED = қозғалды
stage-ENFORCING = мәжбүрлеп орындау
stage-DEFERRED = кейінге қалдыру немесе бөліп төлеу
stage-SUSPENDED = тоқтатыла тұрды
stage-CLOSED_EXECUTED = орындалып аяқталды
stage-CLOSED_TERMINATED = тоқтатылды
stage-CLOSED_RETURNED_CLAIMANT = өндіріп алушыға қайтарылды
stage-CLOSED_RETURNED_ISSUER = берген органға қайтарылды
watch-resume = Жалғастыру: { $command }

## Жағдайы, мерзімдер, жұмыс үстелі, тізілімдер, көрсеткіштер.

as-of = { $time } (UTC+5) жағдайы бойынша, { $height }-блок
list-count = Көрсетілді: { $count }, { $as_of }.
list-empty = Ештеңе табылмады, { $as_of }.
list-more = Бұдан көп болуы мүмкін: --limit мәнін арттырыңыз не алып тастаңыз.
word-yes = иә
word-no = жоқ
status-title = Іс { $case }
status-stage = кезең
status-records = жазбалар саны
status-last = соңғы жазба
status-as-of = жағдайы
status-officer = орындаушы
status-debtor = борышкер
status-claimants = өндіріп алушылар
status-document = құжат
status-region = өңір
status-received = түскен уақыты
status-initiated = қозғалған уақыты
status-until = тоқтатылған мерзімі
status-register = борышкерлер тізілімінде
status-complaints = ашық шағымдар
status-levied = сыйақысына өндіріп алу қолданылған
status-royalty-levies = күшіндегі өндіріп алу саны
status-public = Токенсіз көрсетілді: қатысушылар аталмайды.
status-hint = Әрі қарай не болады және қашан: tamga case deadlines { $case }
case-overdue = мерзімі өткен: { $count }
case-signals = белгілер: { $count }
case-next = ең жақын мерзім { $day }
deadlines-title = { $day } күнгі { $case } ісі
deadlines-statutory = Заңдағы мерзімдер
deadlines-signal = Белгілер: тексерген жөн, заңдағы мерзім бұзылмаған
deadlines-none = жоқ
deadlines-silent = Есептеу мүмкін болмады
deadline-in-time = мерзімінде
deadline-late = кешігіп, күн: { $days }
deadline-running = қалған күн: { $days }
deadline-overdue = МЕРЗІМІ ӨТТІ, күн: { $days }
deadline-standing = мерзім тоқтатылған
deadline-today = бүгін
deadline-tomorrow = ертең
deadline-missed = Өткізілді: { $title }
deadline-if-missed = Өткізілсе: { $title }
deadline-basis = негізі: { $basis }
deadline-from = есептеу басы { $day }, жазба { $record }
deadline-met = орындалған не күші жойылған күні { $day }, жазба { $record }
deadline-about = нысаны { $subject }
deadline-input = { $parameter } = { $value }, { $day } бастап күшінде{ $mark }
deadline-stopped = мерзім { $after } кейін { $through } қоса тоқтап тұрды
deadline-stands = мерзім { $after } кейін тоқтап тұр
deadline-calendar = { $year } жылғы күнтізбе: { $known }
deadline-silent = { $rule }: { $missing } белгісіз, жазба { $record }
calendar-holidays = мерекелер мен ауыстырылған күндер
calendar-weekends = тек демалыс күндері
calendar-nothing = ештеңе белгісіз
mark-CONFIRMED = расталған
mark-UNVERIFIED = тексерілмеген
mark-DESIGN = жобалауда таңдалған
desk-title = { $officer }, күні { $day }
desk-counts = мерзімі өткен { $overdue }, бүгін { $today }, ертең { $tomorrow }
desk-counts-capped = кемінде: мерзімі өткен { $overdue }, бүгін { $today }, ертең { $tomorrow }
register-since = { $day } бастап тізілімде
register-ended = іс { $day } аяқталған
register-stale = ЕСКІРГЕН: борышкердің ашық ісі жоқ
register-expired = МЕРЗІМІ ӨТКЕН: { $day } дейін қайта ұсынуға болатын еді
register-presentable = { $day } дейін қайта ұсынуға болады
duplicate-link-document = Бір құжат
duplicate-link-claim = Бір ортақ талап
duplicate-link-similar = Органы, сот ісі, тараптары мен сомасы бірдей
duplicate-link-court-case = Органы мен сот ісі бірдей
duplicate-more = және басқа істер
duplicate-EXACT = бір құжат бойынша бір мезгілде екі іс
duplicate-RE_PRESENTATION = аяқталғаннан кейін қайта ұсынылған: заңды
duplicate-NEAR = ұқсас: құжаттарды салыстырыңыз
duplicate-SOLIDARY = бір талап бойынша ортақ борышкерлер: заңды
duplicate-DOUBLE_RECOVERY = екі рет өндірілген: тиесілі сомадан { $amount } ₸ артық
indicators-hint = Мәні: tamga indicators АТАУЫ --period 2026-03; артындағы жазбалар: --records
indicators-records = Артындағы жазбалар: tamga indicators { $indicator } --records, кезеңі мен аумағы сол күйінде
indicators-public = { $indicator } ашық мәні: шағын ұяшықтар жасырылған, жазбалар үшін токен қажет.
indicators-country = бүкіл ел
indicators-no-region = өңірі жоқ
indicators-targets = нысаналар: { $list }
indicators-as-of = { $as_of }; формуласы: { $formula }
indicators-nothing = мәні жоқ
indicators-of = { $whole } ішінен { $part }
indicators-p90 = оннан тоғызы { $value } дейін
indicators-count = жазбалар: { $count }
indicators-withheld = жасырылған ұяшықтар: { $count }
indicators-days = күн: { $value }

## Жіберу және импорт.

submit-final = түпкілікті жазылды: { $id }
submit-again = бұрын жазылған: { $id }
submit-accepted = қабылданды: { $id }
submit-later = Әлі түпкілікті емес. Кейінірек сұраңыз: tamga receipt get { $id }
submit-dry = қабылданар еді: { $id }. Ештеңе жазылған жоқ.
submit-dry-form = қол қойылды, пішімі дұрыс: { $id }. Торап берілмегендіктен, ережелер тексерілмеді. Ештеңе жазылған жоқ.
submit-dry-known = журналға бұрын { $index } нөмірімен жазылған: { $id }. Жаңа ештеңе жазылмас еді.
submit-dry-waits = кезекте тұр: { $id }. Жазба қабылданған, бірақ әлі блокқа енген жоқ; жаңа ештеңе жазылмас еді.
import-read = { $format } ретінде оқылды: { $parts }
import-read-sheet = парақ
import-read-comma = ондық үтір
import-read-day-first = кк.аа.жжжж күндері
import-read-delimiter = бөлгіш
import-atomic = Ештеңе жазылған жоқ: --atomic кезінде әр жол жарамды болуы керек. Жолдарды түзетіп, импортты қайталаңыз.
import-rows = Жолдар { $rows } = жазылды { $recorded } + бұрын жазылған { $already } + өткізіп жіберілді { $skipped } + қабылданбады { $refused }
import-rows-dry = Жолдар { $rows } = жазылады { $recorded } + бұрын жазылған { $already } + өткізіп жіберіледі { $skipped } + қабылданбайды { $refused }
import-derived = Туынды жазбалар, бөлек: жазылды { $derived }, бұрын жазылған { $derived_already }, қабылданбады { $derived_refused }
import-derived-dry = Туынды жазбалар, бөлек: жазылады { $derived }, бұрын жазылған { $derived_already }, қабылданбайды { $derived_refused }
import-refusal = { $row }-жол  { $key }  { $code }  { $reason }
import-more-refusals = тағы { $count }; бәрін --errors ФАЙЛ тізіп береді
import-dry-ledger = { $at } тізілімі бойынша сынақ, ондағы барлық жазба ескерілді: ештеңе жазылған жоқ. --dry-run параметрінсіз іске қосыңыз.
import-dry-genesis = { $at } бастау файлынан сынақ: тізілімге сұрау жіберілмеді, бұрын жазылғандар ескерілмеді. Ештеңе жазылған жоқ. Тізілімге сұрау жіберу үшін TAMGA_URL беріңіз.
import-errors = Жазылмаған жолдар: { $path }. Оларды түзетіп, сол файлды импорттаңыз.
import-case = Бірінші іс: tamga case history { $case } --verify
import-left = Осы жолы шешімі шықпаған жолдар саны: { $left }
import-not-final = Қабылданған, бірақ әлі түпкілікті емес жазбалар саны: { $open }
import-resume = Жалғастыру: { $command }
import-no-rule = { $value } үшін ереже жоқ
import-changed = { $key } жолы бұрын басқа мазмұнмен жіберілген
import-hint = { $column } бағанын түзетіп, осы файлды қайта импорттаңыз
error-no-assignment = күтілетін де, түпкілікті де жеребе жоқ: { $case }
    .why = Іс белгісіз, жеребесіз бөлінген немесе жеребе жаңа ғана жазылған.
    .next = Істің жазбаларын қараңыз: tamga case history { $case }
assignment-title = Іс { $case }
assignment-drawn = Жеребе түсті: { $officer }
assignment-list = Үміткерлер: { $count }, салмақтар қосындысы { $total }
assignment-line = { $officer }  жүктеме { $load }, салмақ { $weight } ({ $chance } %)
assignment-out = { $officer }  тізімнен шығарылды: { $reason }
assignment-block = { $height }-блокты { $organisation } ұйымы өз кезегінде құрды
assignment-missed = { $height }-блокты { $organisation } ұйымы { $round }-раундта құрды: оған дейін кезек өткізілді
assignment-open = Тексерілмеді: тізімде тиісті адамдардың бәрі бар ма. Тізім ашық, тізіліммен салыстырыңыз.
assignment-wait = Жеребе әлі тасталған жоқ: { $height }-блоктан кейін екі ұйым блок құруы тиіс.
assignment-due = Жеребе түсті: { $officer }; бұл туралы жазба әлі жоқ.
assignment-unchecked = Тексерусіз көрсетілді. Тексеру: tamga assignment verify { $case }
progress-left = қалды

# Тізімдер мен тізілім.
reconcile-counts = сәйкес жазба: { $records } ішінен { $matched }, тізілімде жоқ: { $missing }
reconcile-rows = жол саны: { $rows }, сәйкестік кестесі { $left } жолды қалдырады; оқиғалар { $from } бастап { $to } дейін
log-read = журнал: { $first } бастап { $size } дейінгі жазбалар түгел оқылды, түпкілікті бақылау нүктесімен салыстырылды
reconcile-unreadable = жол оқылмайды
reconcile-missing-in-ledger = тізілімде жоқ
reconcile-differing = өзгеше
reconcile-repeated-in-list = тізімде қайталанады
reconcile-missing-in-list = тізімде жоқ
reconcile-repeated-in-ledger = тізілімде қайталанады
reconcile-same-document = сол құжат басқа істе
reconcile-more = тағы { $count }, бәрі есепте бар
reconcile-report = Есеп: { $path }, { $key } кілтімен қол қойылған
reconcile-signed = { $key } кілтімен қол қойылған, жасалған уақыты { $time }
reconcile-file = SHA-256 мәні { $file } файл туралы
reconcile-final = бақылау нүктесіне қол қойғандар: { $names }
reconcile-open = Офлайн тексерілмеді: кілт кімдікі және бақылау нүктесінен кейін не жазылды.
export-done = жазба саны: { $count }, файл { $path }
export-closed = жабық қалған денелер (өшірілген немесе бұл токенге арналмаған): { $closed }
export-verify = Желісіз тексеру: tamga verify { $word }
detail-other-root = жазбалар оның бақылау нүктесіндегідей емес; бірдеңе жасырылған немесе өзгертілген
detail-short-tile = хеш тақтасы тым қысқа
detail-other-record = бұл басқа жазбаның түбіртегі
error-false-log = { $url } журналы сәйкес емес: { $detail }
    .why = Тізім тізіліммен салыстырылмады: әйтпесе жазбаны жасырған немесе өзгерткен адам нені жоқ деуді шешер еді.
    .next = Торап жауаптарын сақтап, басқа тораптан сұраңыз және аудиторға хабарлаңыз.
error-unknown-entry = журналдың { $index } жазбасы бұл бағдарламаға белгісіз пішінде: { $detail }
    .next = tamga бағдарламасын жаңартыңыз.
error-too-many-items = тізім мен тізілім { $limit } жерден артық өзгеше
    .why = Есепке одан артық сыймайды; тізім, сәйкестік кестесі немесе кілт басқа болуы мүмкін.
    .next = Оларды тексеріңіз немесе тізімді бөліңіз.
fault-parts = сандар, тармақтар және бақылау нүктесі үйлеспейді ({ $detail })
fault-records = оның жазбалары журналдағы барлық жазба емес ({ $detail })
fault-known = ол бұрын көрсетілгенді жалғастырмайды ({ $detail })
fault-signer = басқа кілтпен қол қойылған
fault-list = ол басқа файл туралы
fault-mapping = басқа сәйкестік кестесімен жасалған

## Сыйақылар: туындылар және пайдалану.

royalty-category = бұл құқық санаты емес: PR, MR, SR, PC немесе RR
royalty-work-id = бұл 40 байттан ұзын
royalty-iswc = бұл ISWC емес: пішімі немесе бақылау цифры қате
royalty-isrc = бұл KZ-A12-24-00001 түріндегі ISRC емес
royalty-period = кезең басталмай тұрып аяқталады
royalty-value = { $value }: { $reason }
royalty-ipi-name = IPI атау нөмірі
royalty-ipi-base = IPI негізгі нөмірі
royalty-listed = { $line }-жол { $record } { $field }: { $reason }
royalty-listed-row = { $line }-жол: { $reason }
royalty-hint = осында { $column } бағанын түзетіп, бұл файлды қайта оқыңыз
royalty-works = Оқылған туындылар: { $items }, қалдырылғаны: { $left }. Файл: { $out }
royalty-usage = Оқылған пайдалану жолдары: { $items }, қалдырылғаны: { $left }. Файл: { $out }
royalty-findings = Сәйкес келмегені: { $findings }
royalty-more = тағы { $more }
royalty-errors = Себептері мен нұсқауларымен: { $errors }
royalty-not-text = жол UTF-8 емес немесе 65536 байттан ұзын
    .next = Файлды UTF-8 түрінде сұраңыз немесе түрлендіріңіз.
royalty-after-trl = жазба файлды аяқтайтын TRL-ден кейін тұр
    .next = Біріктірілген файлдарды бөлек оқыңыз.
royalty-second-hdr = екінші HDR жазбасы; файлда ол біреу
    .next = Біріктірілген файлдарды бөлек оқыңыз.
royalty-no-grt = алдыңғы топта GRT жоқ
    .next = Топтың толық екенін жіберушіден нақтылаңыз.
royalty-no-grh = жазба топтан тыс: алдында GRH жоқ
    .next = Жіберушіден толық файл сұраңыз.
royalty-version = топтың нұсқасы оқылмайды; { $known } оқылады
    .next = Жіберушіден осы нұсқалардың бірін сұраңыз.
royalty-group-id = аяқталатын топтың нөмірі { $found }
    .next = Бірде-бір топ жоғалмағанын жіберушіден нақтылаңыз.
royalty-count = сан файлдағымен сәйкес емес: онда { $found }
    .next = Файлдың толық екенін жіберушіден нақтылаңыз.
royalty-group-kind = транзакция { $found } тобында тұр
    .next = Жіберушіге хабарлаңыз; туынды оқылды.
royalty-transaction-order = транзакциялар қатарынан нөмірленеді; мұнда { $expected } болуы керек
    .next = Бірде-бір транзакция жоғалмағанын жіберушіден нақтылаңыз.
royalty-repeated = { $line }-жолдағы транзакциядағымен бірдей
    .next = Бұл бір туынды емес пе, тексеріңіз; екеуі де оқылды.
royalty-no-trl = файл TRL-сіз аяқталады; соңғысы қиылып қалуы мүмкін
    .next = Жіберушіден толық файл сұраңыз.
royalty-unread = бұл түрдегі жазбалар оқылмайды: { $count }
    .next = Оларда үлес не пайдалану болмаса, ештеңе істеудің қажеті жоқ.
royalty-date = бұл күн емес
    .next = CWR-де ЖЖЖЖААКК, басқа файлдарда ЖЖЖЖ-АА-КК деп жазыңыз.
royalty-share = бұл үлес емес: бес цифр, 10000-нан аспайды
    .next = Пайыздың жүзден бірімен жазыңыз: 05000 — жартысы.
royalty-empty = өріс бос, бірақ керек
    .next = Жіберушіден оны толтыруды сұраңыз.
royalty-other-transaction = жазбада басқа транзакцияның нөмірі
    .next = Жіберушіден транзакцияны қайта сұраңыз.
royalty-order = транзакция жазбалары қатарынан нөмірленеді; мұнда { $expected } болуы керек, бірі жетіспеуі мүмкін
    .next = Жіберушіден транзакцияны қайта сұраңыз.
royalty-duration = бұл ұзақтық емес
    .next = ССММСС (сағат, минут, секунд) деп жазыңыз.
royalty-society = бұл ұйым нөмірі емес
    .next = CISAC тізіміндегі нөмірді жазыңыз.
royalty-inclusion = бұл I де, E де емес
    .next = Аумақ кірсе I, шығарылса E деп жазыңыз.
royalty-territory = бұл аумақ емес
    .next = TIS нөмірін, CWR-ден тыс ISO 3166-1 екі әрпін жазыңыз.
royalty-no-party = транзакцияда оның алдындағы тараптардың ешқайсысында бұл нөмір жоқ
    .next = Жазбаны өз тарабының жазбасынан кейін, сол нөмірмен қойыңыз.
royalty-no-work = транзакцияда туынды жазбасы жоқ (NWR, REV, ISW, EXC)
    .next = Жіберушіден транзакцияны қайта сұраңыз.
royalty-no-writer = туындының авторы жоқ (SWR, OWR)
    .next = Авторларын тапсырушыдан сұраңыз.
royalty-shares = { $category } үлестерінің қосындысы пайыздың { $sum } жүзден бірі, шегі 10000
    .next = Тапсырушыдан үлестерді түзетуді сұраңыз.
royalty-identifier = бұл { $kind } емес: пішімі немесе бақылау цифры қате
    .next = Нөмірді тауып түзетіңіз; қалғаны онсыз оқылды.
royalty-no-heading = оның қай ұяшықта екені белгісіз: файлда бұл түрдің тақырып жолы жоқ
    .next = Тақырыптарды сұраңыз: # пен жазба түрі, одан кейін ұяшық атаулары бар жол.
royalty-no-summary = оның алдындағы жиынтық жазбалардың (SY) ешқайсысында бұл нөмір жоқ
    .next = Жіберушіден толық файл сұраңыз.
royalty-decimal = бұл ондық сан емес: нүктенің екі жағында 18 цифрға дейін
    .next = Цифрлар мен нүкте жазыңыз.
royalty-no-uses = пайдалану саны да, табыс та жоқ немесе тақырыптар олардың орнын айтпайды
    .next = Бұл түрдің тақырыптары мен мәнін сұраңыз.
royalty-block-again = бұл нөмірлі блок аяқталған
    .next = Жолдар қайталанбайтынын жіберушіден нақтылаңыз.
royalty-after-foot = жазба файлды аяқтайтын FOOT-тан кейін тұр
    .next = Біріктірілген файлдарды бөлек оқыңыз.
royalty-second-head = екінші HEAD жазбасы; файлда ол біреу
    .next = Біріктірілген файлдарды бөлек оқыңыз.
royalty-no-foot = файл FOOT-сыз аяқталады; соңғы блок қиылып қалуы мүмкін
    .next = Жіберушіден толық файл сұраңыз.
royalty-no-reference = блокта мұнда аталған фонограмма не альбом жоқ
    .next = Жіберушіден блокты қайта сұраңыз.
royalty-currency = бұл валюта коды емес: үш бас әріп, мысалы KZT
    .next = Оны түзетіңіз немесе сәйкестік кестесінде файлға бір валюта беріңіз.
royalty-too-many = бірге оқылатын жазбалар { $limit } санынан көп
    .next = Жіберушіден нақтылаңыз; олар тиесілі бөлік қалдырылды.
royalty-reference-again = блокта мұндай сілтемесі бар жазба бар
    .next = Жіберушіден блокты қайта сұраңыз.

# statement
error-no-statement = { $okup } ұйымы { $author } үшін түпкілікті есеп бермеген
detail-file-too-long = файл кез келген есептен ұзын
statement-exported = Есептер: { $statements }, кітап топтамалары: { $batches }: { $file }
statement-of = Құқық иеленуші { $author }
statement-line = { $period }: басында { $opening }, есептелді { $allocated }, төленді { $net }, салық { $tax }, өндірілді { $levied }, соңында { $closing }
statement-whole = Барлық жолдар: есептелгені { $lines }, төленгені { $payouts }, ұйым кітабының { $batches } топтамасының әрқайсысында; ештеңе жасырылмаған
statement-pool = Қор: жиналды { $collected } = ұсталды { $deducted } + есептелді { $allocated } + бөлінбеді { $undistributed }
statement-held = кідіртілген ({ $reason }): { $amount }
statement-uses = Пайдалану: топтамалар бөлетін { $reports } есептегі осы туындылардың барлық пайдаланылуы; сіздің бірде-бір жолыңыз негізделмегені: { $unpaid }
statement-no-uses = Файлда туындыларды кім пайдаланғаны жоқ: оны --uses параметрімен алыңыз
statement-balance = { $owed } қалдығы автордың мәртебесінде бекітілген; мәртебенің { $height }-блоктан ({ $time }) және соңғы екенін түйін айтады
statement-payout = Төленді { $net }, салық { $tax }, өндірілді { $levied }: ұйым мәлімдеді ({ $declared }); банк: { $bank }; құқық иеленуші: { $author }
statement-lines = Жолдар
statement-difference = Айырма
statement-step-collected = Осы жолдар бойынша жиналды
statement-step-deducted = Ұйым ұстап қалды
statement-step-allocated = Есептелді
statement-step-held = Кідіртілді
statement-step-tax = Салық ұсталды
statement-step-levied = Сот орындаушыларына
statement-step-paid = Төленді
statement-step-open = Төленуі тиіс
error-too-many-uses = пайдалану бір файлға сыймайды: { $limit } ауқым немесе 128 МиБ; --uses параметрінсіз алыңыз

# pool
dispute-id = Дау { $dispute }
dispute-none = Даулар жоқ.
dispute-filed = ұйымның жауабын күтуде
dispute-answered = жауап берілді, толық қанағаттандырылмады
dispute-withdrawn = кері алынды
dispute-resolved = шешілді
dispute-line = { $about } туралы; берілді { $filed }, жауап { $answered }, аяқталды { $ended }; шешім { $decision }
payment-declared = Ұйым: төленді { $net }, салық { $tax }, орындаушыларға { $levied }
payment-bank = Банк: { $word }
payment-holder = Құқық иеленуші: { $word }
payment-nothing = әзірге ештеңе
payment-executed = толық орындалды
payment-partly = ішінара орындалды
payment-rejected = орындалмады
payment-received = ақша түсті
payment-not-received = ақша түспеді
case-complete = ✔ Толық: бұл жазбалар ({ $count }) — { $height } блогына ({ $time }) іс бойынша журналдағының бәрі
case-incomplete = ✖ Тізім дәлелге сәйкес емес: { $height } блогына ({ $time }) журналда іс бойынша { $count } жазба бар
status-present = { $height } блогына ({ $time }): жазбалар саны { $count }
status-absent = { $height } блогына ({ $time }): журналда бұл туралы ештеңе жоқ
status-signed = Қол қойғандар: { $names }
status-all = Барлық жазба ({ $count }) көрсетілді, ешқайсысы қалдырылмады
status-some = { $count } жазбаның { $shown } көрсетілді, { $first } нөмірінен бастап
pool-collected = Жиналды
pool-deducted = Ұсталды
pool-allocated = Есептелді
pool-paid = Құқық иеленушілерге төленді
pool-tax = Салық ұсталды
pool-levied = Сот орындаушыларына аударылды
pool-undistributed = Әлі бөлінбеген
pool-redistributed = Қайта бөлінді, талап етілмеген

## Сыйақылар: жобалар мен үлгілер.

royalty-seconds = бұл бүтін секунд саны емес
    .next = Бүтін секунд жазыңыз, мысалы 180.
royalty-no-work-id = бұл туынды нөмірі бола алмайды: 1-ден 40-қа дейін латын әріптері, цифрлар және сызықшалар
    .next = Туындыға осындай нөмір беріңіз, --number немесе --prefix көрсетіп, жобаларды қайта жасаңыз.
royalty-id-again = бұл нөмір { $line }-жолдағы туындыда бар
    .next = Бұл бір туынды ма, тексеріп, екеуінің бірін қалдырыңыз.
royalty-no-title = атауында бірде-бір әріп не цифр жоқ
    .next = Атауын жіберушіден сұраңыз.
royalty-no-category = бірде-бір құқық санатында ешкімнің үлесі жоқ
    .next = Үлестерді берушіден сұраңыз.
royalty-no-tag = тараптар тізімінде оның бірде-бір нөмірі жоқ; үлестері кірмеді: { $shares }
    .next = Құқық иеленушіні тауып, тарапты тізімге қосыңыз да, жобаларды қайта жасаңыз; оған дейін ақша ұсталады.
royalty-two-tags = оның нөмірлері тараптар тізімінде әртүрлі құқық иеленушіге апарады; үлестері кірмеді: { $shares }
    .next = Тараптар тізімін түзетіп, жобаларды қайта жасаңыз.
royalty-beyond = { $limit } шегінен, бір жазбаның мөлшерінен көп
    .next = Қалғанын қолмен тіркеңіз немесе платформа операторына жүгініңіз.
royalty-shares-open = үлестердің қосындысы 10000-нан { $sum } жүзден бір пайыз; жиын толық емес
    .next = Қалғаны кімде екенін берушіден нақтылаңыз.
royalty-nobody-known = мұнда үлесі бар ешкім тараптар тізімінде жоқ; үлестер жобасы жасалмады
    .next = Тараптарды тізімге қосып, жобаларды қайта жасаңыз.
royalty-use-category = құқық санаты көрсетілмеген
    .next = Ондай жолдардың санатын --category арқылы көрсетіңіз.
royalty-use-days = пайдалану күндері көрсетілмеген немесе басталмай тұрып аяқталады
    .next = Ондай жолдардың күндерін --first-day және --last-day арқылы көрсетіңіз.
royalty-use-whole = бұл 0-ден басталатын бүтін пайдалану саны емес
    .next = Жіберушіден бүтін сандарды сұраңыз немесе түзетуді қолмен енгізіңіз.
royalty-use-nothing = пайдалану саны да, секунд та, теңгедегі ақша да жоқ
    .next = Солардың бірін жіберушіден сұраңыз.
royalty-use-money = бұл 0-ден басталатын сома емес
    .next = Қайтарылған ақшаны бөлудің түзетуі ретінде енгізіңіз.
royalty-use-currency = ақша теңгемен емес, сондықтан кірмеді; саны мен секундтары қалды
    .next = Пул ақша бойынша бөлінсе, теңгедегі сомаларды сұраңыз.
royalty-unmatched-unknown = бірде-бір туындының мұндай нөмірі мен атауы жоқ
    .next = Туындыны тіркеңіз немесе нөмірін көрсетіп, жобаны жаңа қалтада қайта жасаңыз.
royalty-unmatched-title = атауы бар, бірақ авторлары дәл емес немесе ISWC басқа
    .next = Егер бұл үміткерлердің бірі болса, нөмірін көрсетіңіз.
royalty-unmatched-several = бірнеше туынды бірдей сәйкес келеді
    .next = Үміткерлердің бірінің нөмірін көрсетіңіз немесе олар бір туынды ма, анықтаңыз.
royalty-unmatched-conflict = оның нөмірлері әртүрлі туындыны көрсетеді
    .next = Қай нөмір дұрыс екенін жіберушіден нақтылаңыз.
royalty-unmatched-category = туынды бұл құқық санатында тіркелмеген
    .next = Туындыны осы санатта да тіркеп, жобаны жаңа қалтада қайта жасаңыз.
detail-column-twice = { $column } екі бағанда тұр; біреуін қалдырыңыз
detail-not-day = { $value } — 2026-03-12 немесе 12.03.2026 түріндегі күн емес
detail-not-rate = { $value } — үтірден кейін алты таңбадан аспайтын бағам емес
detail-not-tag = { $value } — { $role }:<43 таңба> белгісі емес; мұнда адамның нөмірі жазылмайды
detail-table-row = { $row }-жол: { $detail }
detail-party-twice = { $value } екі құқық иеленушіге апарады
detail-party-unnamed = жолда тараптың бірде-бір нөмірі жоқ
detail-no-works = онда бірде-бір туынды жоқ
detail-no-record-line = бұл шығарылған жазба емес
detail-no-uses = жол жасауға болатын бірде-бір пайдалану қалмады
detail-lines-many = { $limit } жолдан көп; есепті бөліңіз
detail-lines-of-work = бір туындының немесе туындысыз жолдар { $limit } шегінен көп; есепті бөліңіз
detail-other-row = осы туындының { $row }-жолы оқылмайды
detail-rows-differ = { $value } туындының басқа жолындағы { $first } мәнінен өзгеше
detail-percent = бұл 0-ден 100 пайызға дейінгі үлес емес
detail-usage-seed = тұқым 64 он алтылық цифр емес
what-drafts = жобалар файлы
what-parties = тараптар тізімі
what-works = туындылар файлы
what-usage = пайдалану файлы
usage-template = { $name } үлгісі жоқ; үлгілер: { $known }
draft-works = Жобалар: { $drafts }, туындылар: { $works }, толық емес үлес жиындары: { $incomplete }, қалдырылған туындылар: { $left }. Файл: { $out }; туындылар тізімі: { $list }
draft-usage = Жолдар: { $lines }, пайдалану саны: { $uses }, танылғаны: { $matched }, қалдырылғаны: { $left }. Қалта: { $folder }
draft-unmatched = Туындысы танылмағаны: { $unmatched }, үміткерлерімен { $list } ішінде
template-written = Жазылды: { $path }. Толтырылған файлды оқитын пәрмен: { $command }
template-works = Туындылар мен үлестер: әр тарапқа бір жол
template-parties = Тараптар: кім қай құқық иеленуші
template-mandates = Құқық иеленушілермен шарттар (R03)
template-licences = Пайдаланушылармен лицензиялық шарттар (R04)
template-collections = Жиналған сомалар (R06)
template-usage = Туындыларды пайдалану: әр пайдалануға бір жол
# okup
okup-head = { $okup }, { $period }: қорлар { $pools }; жиналғанның кемінде { $threshold } құқық иеленушілерге жетуі тиіс
okup-sum = { $sphere }, { $currency }: қорлар { $pools }
okup-none = Бұл кезеңде қор жоқ
okup-reached = межеге жетті
okup-not-reached = межеге жетпеді
okup-deadlines-title = { $day } күнгі { $okup } ұйымы
okup-deadlines-incomplete = Ұйымның ең жаңа жазбалары ғана оқылды; бұрынғы мерзімдер көрсетілмеуі мүмкін.
okup-deadline-users = пайдаланушылар: { $users }
okup-deadline-statements = есептер: мерзімінде { $in_time }, кешігіп { $late }; төлем жолдары: { $lines }
# desk
error-no-pool = { $pool } қорына ештеңе жиналмаған
what-levies = сот орындаушыларына берілетін сомалар кестесі
detail-no-lines = бұл түрдегі жазба жол әкелмейді; R05, R08 және R09 әкеледі
detail-no-batch = оның субъектісі топтама емес
detail-no-allocation = ол журналдағы есептеуді атамайды
detail-no-fields = оның өрістері объект емес
detail-line-at = { $at }-байт: { $detail }
detail-other-lines = жазба басқа жолдарды атайды
detail-plan = { $field } мәні { $value } бола алмайды
detail-no-tax = төлеуге салық керек: rule және rate_bp бар tax кестесі
detail-levied = { $rightsholder }: сот орындаушысына { $levied } тиын, ең көбі { $most } болуы мүмкін
detail-row = { $row }-жол: { $detail }
detail-run-id = іске қосудың нөмірі немесе уақыты өзгертілген
usage-run-waits = бұрынғы шақырудың басқа жолдары бар { $id } жазбасы әлі күтіп тұр; сол шақыруды қайталаңыз немесе мерзімі өткенше күтіңіз
usage-one-allocation = қорда дәл бір есептеу жоқ; оны --allocation арқылы атаңыз
desk-difference = айырма { $amount }
desk-c01 = жиналды { $collected } = ұсталды { $deducted } + есептелді { $allocated } + бөлінбеді { $undistributed }
desk-c02 = ұсталды { $deducted }, ең көбі { $limit } ({ $rate } %); он екі айда { $year_deducted }, ең көбі { $year_limit }
desk-c03 = басқа ұстап қалулар: { $other }; құжаты бар немесе ештеңе жоқ
desk-c04 = есептелген { $allocated } ішінен жолдарда { $lines }
desk-c05 = тиесілі әрі кідіртілмеген { $owed }: төленеді { $net }, салық { $tax }, сот орындаушыларына { $levied }, төленбей қалады { $unpaid }
desk-c06 = барлығы төленді { $paid }, барлығы есептелді { $allocated }
desk-c08 = { $works } туындының үлестері: иесіз жолдар { $lines }, кідіртілді { $amount }
desk-c09 = шартсыз жолдар { $lines }, кідіртілді { $amount }
desk-c10 = шартсыз пайдалану үшін алынды: { $unlicensed }
desk-c11 = { $day } күнгі аккредиттеу
desk-c12 = { $lines } жол { $uses } пайдалануға сүйенеді; туындысы белгісізі { $unidentified }, кідіртілді { $amount }
desk-c13 = пайдалану есептері { $batches }, оның ішінде басқа бөлу жұмсағаны { $consumed }
desk-c14 = { $allocated } барлығы { $weight } салмақ бойынша бөлініп, { $lines } болады
desk-c15 = қайта бөлінген талап етілмеген сомалар: { $lines }
desk-c16 = артық төленген, қайтарылуға тиіс: { $recoverable }
desk-c17 = түсімдер { $collections }, оның ішінде басқа валютада { $foreign }, өз бағамымен
desk-c18 = есептерде { $owed } болады, жолдарда { $lines }
desk-c19 = рұқсаттан артық айырмасы бар есеп пен санауыш жұптары: { $pairs }
desk-rules = барлық ереже мен жол, валидаторлар тексергендей: { $records } жазба
desk-lines = жолдар { $lines }, { $amount }, құқық иеленушілер { $rightsholders }
desk-held = кідіртілді: { $cause }: жолдар { $lines }, { $amount }
desk-unlevied = { $rightsholder } сыйақысына өндіріп алу қолданылған, сомасы көрсетілмеген: { $amount } төленбей қалады
desk-passes = Ештеңе жазылмады. Бөлуді жариялауға болады.
desk-fails = Ештеңе жазылмады. Бұл жоспармен бөлуді жариялауға болмайды.
desk-cause-unidentified-work = туынды анықталмаған
desk-cause-no-shares = пайдалану күні үлес жоқ
desk-cause-incomplete-shares = үлестің бір бөлігі әлі иесіз
desk-cause-no-mandate = шарт жоқ
desk-cause-levy = өндіріп алу қолданылған
desk-cause-plan = жоспар бойынша
desk-cause-below-minimum = ең аз төлемнен кем
desk-recorded = { $step }: { $id }
desk-published = Қордың күйі { $state }; жазылған жазбалар: { $count }
desk-payout = { $allocation }: төлемдер { $count }; банкке тізім: { $list }
desk-skipped = сот орындаушысының сомасы жоқтықтан (--levies) төленбеді: { $count }
desk-paid = Төленді { $net }, салық { $tax }, сот орындаушыларына { $levied }: төлемдер { $count }; төленбеді: { $skipped }
desk-would-pay = Төленер еді { $net }, салық { $tax }, сот орындаушыларына { $levied }: төлемдер { $count }; төленбейді: { $skipped }. Ештеңе жазылмады.
desk-nothing-owed = Төлейтін ештеңе жоқ; төленбеді: { $skipped }
desk-statements = Жаңа жолдары бар құқық иеленушілер: { $due }; жазылған есептер: { $recorded }, қабылданбады: { $failed }
desk-statements-due = Жаңа жолдары бар құқық иеленушілер: { $due }. Ештеңе жазылмады.
desk-report = Кезең есебі жазылды: { $id }
desk-report-again = Кезең есебі бұрын жазылған: { $id }
desk-report-dry = Ештеңе жазылмады.
desk-figure-opening = Басында
desk-figure-collected = Жиналды
desk-figure-deducted = Ұсталды
desk-figure-allocated = Есептелді
desk-figure-paid = Құқық иеленушілерге төленді
desk-figure-tax = Салық ұсталды
desk-figure-levied = Сот орындаушыларына аударылды
desk-figure-redistributed-out = Басқа қорларға кетті
desk-figure-redistributed-in = Басқа қорлардан келді
desk-figure-unclaimed = Талап етілмеген
desk-figure-closing = Соңында

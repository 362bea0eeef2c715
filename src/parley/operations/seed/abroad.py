"""The sample company's customers who write in other languages than Portuguese."""

from parley.operations.seed.scripts import (
    NUMBER,
    SESSION,
    Customer,
    Talk,
    ago,
    closed,
    gave,
    note,
    on,
    paper,
    photo,
    them,
    took,
    us,
    voice,
)

JONAS = Customer(
    "4915112345678", "Jonas", "Keller", "de", "DE", address="São Paulo, until March",
    tags=("walnut",), facts={"Company": "Keller Ingenieure", "Wants": "4 chairs Lina, walnut"},
    talks=(
        Talk(
            (
                them("Guten Tag, ich wohne gerade in São Paulo und suche vier Stühle zum Tisch Ravello.",
                     moment=on(2, "16:30")),
                gave("Camila", "Ana", after=20),
                us("Ana", "Guten Tag, Herr Keller! Dazu passt unser Stuhl *Lina*, ab Lager.", after=6),
                photo(us("Ana", "Lina in Eiche, 490 R$ das Stück", after=1, name="lina"), "chair", hue=0.62),
                them("Der gefällt mir sehr. Liefern Sie auch in die Innenstadt?", quotes="lina", after=31),
                us("Ana", "Ja, freitags zwischen 9 und 12 Uhr.", after=5, reaction="👍"),
                them("Gibt es die Stühle Lina auch in Nussbaum?", moment=ago(minutes=14)),
            ),
            channel=SESSION, assignee="Ana",
        ),
    ),
)  # fmt: skip

DEWI = Customer(
    "6281234567890", "Dewi", "Pratama", "id", "ID", address="Campinas, Taquaral",
    talks=(
        Talk(
            (
                them("Halo, selamat siang! Apakah bisa bahasa Indonesia?", moment=ago(minutes=31)),
                photo(them("Apakah warna ini masih tersedia?", after=5), "sofa", hue=0.33),
            ),
            channel=NUMBER, unread=2,
        ),
    ),
)  # fmt: skip

LUCIA = Customer(
    "5491123456789", "Lucía", "Gómez", "es", "AR", address="Rosario, Santa Fe", tags=("envío",),
    facts={"Wants": "Bookcase Norte, 1.80 m"},
    talks=(
        Talk(
            (
                them("Hola, ¿hacen envíos a Argentina?", moment=on(4, "17:02")),
                took("Ana", after=21),
                us("Ana", "¡Hola, Lucía! Sí, por transportadora, entre 8 y 12 días."),
                photo(us("Ana", "Esta es la biblioteca Norte, en roble. R$ 3.450", after=2, name="norte"),
                      "shelf", hue=0.12),
                them("Hermosa 😍 La consulto en casa", after=40, reaction="🙌"),
                them("Hola, buen día 👋", moment=ago(hours=22, minutes=2)),
                them("¿Me confirmás el precio con envío a Rosario?", after=1, quotes="norte"),
                them("Y si se puede pagar en dos veces", after=1),
            ),
            channel=NUMBER, assignee="Ana", unread=3,
        ),
    ),
)  # fmt: skip

TOM = Customer(
    "447700900123", "Tom", "Bright", "en", "GB", address="Al. Santos 1470, São Paulo",
    facts={"Order": "#1042", "Flat": "81"}, has_agreed=True,
    talks=(
        Talk(
            (
                them("Hi, is my order #1042 still on track for Saturday?", moment=ago(hours=1, minutes=3)),
                took("Rui", after=3),
                us("Rui", "Hi Tom! Let me check with the driver.", after=1),
                note("Rui", "Wardrobe Faro, 2 boxes + mirror. Driver says 10:30.", after=4),
                us("Rui", "Your order #1042 is on its way for Saturday, between 10 and 12 🚚", after=1),
            ),
            channel=SESSION, assignee="Rui",
        ),
    ),
)  # fmt: skip

AISHA = Customer(
    "971501234567", "Aisha", "Farouk", "ar", "AE", profile_name="عائشة فاروق", address="Guarulhos",
    facts={"Order": "#0931"},
    talks=(
        Talk(
            (
                them("مساء الخير، أريد أربعة كراسي من فضلك", moment=on(5, "13:14")),
                took("Camila", after=10),
                us("Camila", "مساء النور عائشة! الكراسي متوفرة، ٤٩٠ ريالًا برازيليًا للواحد.", after=3),
                them("ممتاز، تم الدفع", after=25),
                us("Camila", "شكرًا لك! رقم الطلب 0931", after=2, reaction="🌷"),
                them("أين وصل طلبي من فضلك؟", moment=ago(hours=23, minutes=40)),
            ),
            channel=NUMBER, unread=1,
        ),
    ),
)  # fmt: skip

CHIARA = Customer(
    "393331234567", "Chiara", "Lombardi", "it", "IT", address="Campinas, Sousas",
    facts={"Company": "Trattoria Lombardi", "Wants": "18 chairs, 6 tables"}, tags=("horeca",),
    talks=(
        Talk(
            (
                them("Buongiorno! Apro una trattoria a Sousas e cerco diciotto sedie.", moment=ago(hours=27)),
                took("Ana", after=7),
                us("Ana", "Buongiorno Chiara, che bella notizia! Quando apre?", after=2),
                them("A metà gennaio 🍝", after=4),
                them("Mi servono anche sei tavoli quadrati", after=1),
                us("Ana", "Perfetto. Le mando il preventivo oggi pomeriggio.", after=9, reaction="🙏"),
            ),
            channel=SESSION, assignee="Ana",
        ),
    ),
)  # fmt: skip

PETRA = Customer(
    "491725550187", "Petra", "Vogel", "de", "DE", address="Indaiatuba", has_agreed=True,
    talks=(
        Talk(
            (
                them("Hallo, ist die Garderobe Faro schon fertig?", moment=ago(hours=31)),
                took("Rui", after=8),
                us("Rui", "Hallo Frau Vogel! Sie trocknet noch, am Montag können Sie sie abholen.", after=3),
                them("Danke, bis Montag!", after=12, reaction="👋"),
            ),
            channel=NUMBER, assignee="Rui",
        ),
    ),
)  # fmt: skip

GRACE = Customer(
    "14155550142", "Grace", "Miller", "en", "US", address="Florianópolis", tags=("shipping",),
    facts={"Wants": "Bookcase Norte + sideboard"},
    talks=(
        Talk(
            (
                them("Hello! Do you ship the Norte bookcase to Florianópolis?",
                     moment=ago(hours=6, minutes=55)),
                took("Rui", after=5),
                us("Rui", "Hi Grace, we do! It takes about six days.", after=2),
                photo(them("And would this one match? It's at a friend's house", after=11), "sideboard",
                      hue=0.28),
                us("Rui", "It would, that is our *Faro* sideboard in oak 😊", after=4, reaction="😍"),
                paper(
                    us("Rui", "Here is your quote for both", after=17, status="delivered"),
                    "quote-1047-miller.pdf",
                    "Casa Lume  ·  Campinas  ·  Quote 1047 for Grace Miller", "",
                    "Bookcase Norte, oak, 180 x 200 cm\tR$ 3.450,00",
                    "Sideboard Faro, oak, 160 cm\tR$ 2.780,00",
                    "Shipping to Florianópolis\tR$ 320,00", "Total\tR$ 6.550,00", "",
                    "Valid for ten days. Pix, or six payments by card.",
                ),
            ),
            channel=NUMBER, assignee="Rui",
        ),
    ),
    reads=False,
)  # fmt: skip

SOFIA = Customer(
    "5215512349087", "Sofía", "Herrera", "es", "MX", address="Ciudad de México",
    facts={"Company": "Taller Herrera"},
    talks=(
        Talk(
            (
                them("Buenas tardes, vi su mesa en la feria de São Paulo", moment=ago(hours=9, minutes=20)),
                took("Rui", after=9),
                us("Rui", "¡Buenas tardes, Sofía! ¿La Ravello redonda o la rectangular?", after=2),
                them("La rectangular", after=7),
                us("Rui", "Le preparo el precio para exportación.", after=3, status="uncertain",
                   error="The connection broke before the answer came."),
            ),
            channel=SESSION, assignee="Rui",
        ),
    ),
)  # fmt: skip

MARCO = Customer(
    "393471190034", "Marco", "Ricci", "it", "IT", profile_name="Marco R.",
    talks=(
        Talk(
            (
                voice(them("", moment=on(3, "18:10")), 12),
                took("Camila", after=16),
                us("Camila", "Ciao Marco! La lampada costa 640 R$, la teniamo da parte fino a sabato.",
                   after=2, status="sent"),
            ),
            channel=SESSION, assignee="Camila",
        ),
    ),
    reads=False,
)  # fmt: skip

OMAR = Customer(
    "971552345678", "Omar", "Haddad", "en", "AE", address="São Paulo, Brooklin",
    talks=(
        Talk(
            (
                them("Hello, can I pick up the stools today?", moment=on(4, "10:25")),
                took("Rui", after=4),
                us("Rui", "Good morning Omar! Yes, they are packed and ready.", after=1, reaction="👌"),
                them("Picked up. Great work!", moment=on(4, "15:48")),
                closed("Rui", after=8),
            ),
            channel=SESSION, assignee="Rui", is_closed=True,
        ),
    ),
)  # fmt: skip

SARI = Customer(
    "6281390012345", "Sari", "Wulandari", "id", "ID", address="Campinas",
    talks=(
        Talk(
            (
                them("Permisi, apakah kursi makannya bisa dicicil?", moment=on(6, "14:02")),
                took("Camila", after=11),
                us("Camila", "Bisa, sampai enam kali dengan kartu 😊", after=2, reaction="🙏"),
                them("Terima kasih! Saya datang hari Sabtu", after=3),
                closed("Camila", after=20),
            ),
            channel=NUMBER, assignee="Camila", is_closed=True,
        ),
    ),
)  # fmt: skip

CUSTOMERS = (JONAS, DEWI, LUCIA, TOM, AISHA, CHIARA, PETRA, GRACE, SOFIA, MARCO, OMAR, SARI)

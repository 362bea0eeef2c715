"""The sample company's customers of today, in Brazil: who waits for an answer, and who just had one."""

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
    place,
    them,
    took,
    us,
    voice,
)

MARINA = Customer(
    "5519998761234", "Marina", "Souza", "pt", "BR",
    address="Rua Conceição 233, Cambuí, Campinas",
    notes="Decorating a new flat in Cambuí. Prefers natural oil to varnish.",
    tags=("vip", "oak"),
    facts={"Company": "Estúdio Souza", "Finish": "Natural oil", "Found us by": "Instagram, Oak week"},
    has_agreed=True,
    talks=(
        Talk(
            (
                them("Oi! Quanto tempo de entrega para 4 cadeiras Lina?", moment=on(9, "10:12")),
                took("Ana", after=4),
                us("Ana", "Oi, Marina! As Lina estão prontas, entregamos em 3 dias úteis 😊"),
                them("Ótimo, quero as quatro. Óleo natural, por favor"),
                paper(
                    us("Ana", "Segue o pedido para conferir", after=11), "pedido-0917.pdf",
                    "Casa Lume Móveis Ltda.  ·  Rua Barão de Jaguara 1180, Campinas", "",
                    "4 cadeiras Lina, carvalho, óleo natural\tR$ 1.960,00", "Entrega em Campinas\tR$ 0,00",
                    "Total\tR$ 1.960,00", "", "Pagamento: pix ou até 6x no cartão.",
                ),
                them("Perfeito, pago hoje!", after=6, reaction="🙌"),
                us("Rui", "Entregues! Obrigado, Marina 🪑🪑🪑🪑", moment=on(6, "15:40"), reaction="❤️"),
                them("Ficaram lindas!!", after=22),
                closed("Ana", after=30),
            ),
            channel=NUMBER, assignee="Ana", is_closed=True,
        ),
        Talk(
            (
                them("Oi! Vi a mesa Ravello no Instagram 😍", moment=ago(minutes=52)),
                them("Ainda tem em carvalho, 180 x 90?", after=1),
                took("Ana", after=6),
                photo(
                    us("Ana", "*Mesa Ravello*, carvalho\n180 × 90 cm · 4 peças em estoque\nR$ 2.890,00",
                       name="offer", reaction="❤️"),
                    "table", hue=0.08,
                ),
                us("Ana", "É esta! Quer que eu separe uma para você?", after=1, name="ask"),
                note("Ana", "@Rui she wants the same finish as her chairs (order #0917). Can the workshop "
                            "confirm the oil before Friday?", after=5),
                them("Linda! E entrega em Campinas na sexta?", quotes="ask", after=14, name="friday"),
                us("Ana", "Sexta dá certo: entre 9h e 12h, e o frete é por nossa conta esta semana.", after=3,
                   reaction="🙏"),
                them("Perfeito! Pode reservar a mesa de carvalho?", moment=ago(minutes=4)),
                them("E aceita pix?", after=1),
            ),
            channel=NUMBER, assignee="Ana", unread=2,
        ),
    ),
)  # fmt: skip

UNNAMED = Customer(
    "5511987654321", "", "", "pt", "BR", profile_name="",
    talks=(
        Talk((them("Oi, vi o anúncio no Instagram", moment=ago(hours=1, minutes=7)),),
             channel=NUMBER, unread=1),
    ),
)  # fmt: skip

JULIA = Customer(
    "5519987120044", "Júlia", "Campos", "pt", "BR", address="Barão Geraldo, Campinas",
    talks=(
        Talk(
            (
                them("Bom dia! Vocês abrem no sábado?", moment=ago(hours=1, minutes=48)),
                took("Rui", after=2),
                us("Rui", "Bom dia, Júlia! Abrimos sim, das 9h às 14h. Estamos aqui, ó:",
                   after=1),
                place(us("Rui", "", after=1), -22.9051, -47.0613, "Casa Lume",
                      "Rua Barão de Jaguara 1180, Centro, Campinas"),
                them("Que perto! Passo aí então 😄", after=6, reaction="👍"),
            ),
            channel=SESSION, assignee="Rui",
        ),
    ),
)  # fmt: skip

RUI_TAVARES = Customer(
    "5519982203317", "Rui", "Tavares", "pt", "BR", address="Valinhos", tags=("hotel",),
    facts={"Company": "Pousada das Palmeiras"}, notes="Furnishes twelve rooms, in two steps.",
    talks=(
        Talk(
            (
                them("Bom dia, é da pousada. O primeiro lote chegou direitinho, obrigado!",
                     moment=on(3, "09:20")),
                took("Rui", after=9),
                us("Rui", "Que bom, Sr. Rui! As outras seis mesas de cabeceira saem da oficina na semana que "
                          "vem.", reaction="👍"),
                us("Rui", "Confirmo a data assim que embalar.", after=1),
                them("Combinado", after=35),
                voice(them("", moment=ago(hours=2, minutes=41)), 23),
            ),
            channel=SESSION, assignee="Rui", unread=1,
        ),
    ),
)  # fmt: skip

BEATRIZ = Customer(
    "5519991112233", "Beatriz", "Nakamura", "pt", "BR", address="Rua Maria Monteiro 1420, Campinas",
    facts={"Order": "#1038"}, has_agreed=True,
    talks=(
        Talk(
            (
                us("Rui", "Oi, Beatriz! Sua estante Norte sai para entrega hoje entre 14h e 17h 🚚",
                   moment=ago(hours=29), after=0),
                them("Oba! Estarei em casa", after=12),
                them("Olá! A prateleira chegou com um risco na lateral 😕", moment=ago(hours=5, minutes=6)),
                photo(them("Dá pra ver aqui no canto", after=1), "shelf", hue=0.55),
                note("Camila", "Photo sent to the workshop. We can change the side panel on Thursday, at no "
                               "cost.", after=48),
            ),
            channel=NUMBER, unread=2,
        ),
    ),
)  # fmt: skip

RAFAEL = Customer(
    "5521976543210", "Rafael", "Moreira", "pt", "BR", tags=("sob medida",), address="Rio de Janeiro",
    facts={"Project": "Kitchen counter, 2.40 m, freijó"},
    talks=(
        Talk(
            (
                them("Bom dia! Vocês fazem projeto sob medida?", moment=on(2, "11:05")),
                took("Ana", after=12),
                us("Ana", "Bom dia, Rafael! Fazemos sim. Me conta o que você imagina e onde vai ficar."),
                place(them("", after=9), -22.9711, -43.1822, "Copacabana", "Rio de Janeiro"),
                them("Um balcão de cozinha em freijó, com três banquetas", after=1),
                photo(us("Ana", "Da esquerda para a direita: carvalho, nogueira e freijó", after=40), "woods",
                      hue=0.1),
                them("Lindo o da direita. Vou medir e te aviso!", moment=ago(hours=7, minutes=50),
                     reaction="😍"),
                us("Ana", "Combinado! Com a medida eu fecho o orçamento no mesmo dia.", after=14,
                   status="delivered"),
            ),
            channel=SESSION, assignee="Ana",
        ),
    ),
    reads=False,
)  # fmt: skip

CARLOS = Customer(
    "5519993456610", "Carlos Eduardo", "Prado", "pt", "BR", address="Vinhedo",
    facts={"Order": "#1029"},
    talks=(
        Talk(
            (
                them("Boa tarde, consigo trocar o tecido da poltrona antes da entrega?",
                     moment=ago(hours=20, minutes=30)),
                took("Ana", after=15),
                us("Ana", "Boa tarde, Carlos! Consegue sim, até amanhã ao meio-dia. Qual você prefere?",
                   after=2),
                them("O linho cinza", after=5),
                us("Ana", "Anotado: linho cinza, sem custo 👌", after=3),
                paper(
                    us("Ana", "Aqui estão todos os tecidos, caso mude de ideia", after=2, status="failed",
                       error="Meta did not accept the file. Check its type and size."),
                    "tecidos-2026.pdf", "Tecidos 2026", "Linho cinza\tsem custo", "Veludo verde\tR$ 180,00",
                ),
                note("Ana", "The catalogue does not go through, I will show it at the shop.", after=10),
            ),
            channel=NUMBER, assignee="Ana",
        ),
    ),
)  # fmt: skip

GABRIELA = Customer(
    "5519994417802", "Gabriela", "Antunes", "pt", "BR", profile_name="Gabi 🌵",
    talks=(
        Talk(
            (
                them("Oii, quanto custa o aparador da vitrine?", moment=ago(hours=26, minutes=15)),
                photo(them("Esse com o espelho redondo", after=1), "sideboard", hue=0.83),
            ),
            channel=NUMBER, unread=2,
        ),
    ),
)  # fmt: skip

HELENA = Customer(
    "5519981170925", "Helena", "Bastos", "pt", "BR", address="Jaguariúna", tags=("garantia",),
    talks=(
        Talk(
            (
                them("Boa tarde! A gaveta da cômoda está prendendo", moment=ago(hours=3, minutes=32)),
                us("Camila", "Boa tarde, Helena! É o trilho, ajustamos em casa sem custo. Amanhã à tarde?",
                   after=8),
                gave("Camila", "Rui", after=1),
                them("Pode ser às 15h?", after=4),
                us("Rui", "Marcado: amanhã às 15h 👍", after=3, status="delivered"),
            ),
            channel=SESSION, assignee="Rui",
        ),
    ),
    reads=False,
)  # fmt: skip

CUSTOMERS = (MARINA, UNNAMED, JULIA, RUI_TAVARES, BEATRIZ, RAFAEL, CARLOS, GABRIELA, HELENA)

"""The sample company's customers of the last ten days in Brazil: longer stories, most of them ended."""

from parley.operations.seed.scripts import (
    NUMBER,
    SESSION,
    Customer,
    Talk,
    ago,
    closed,
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

FERNANDA = Customer(
    "5519996604471", "Fernanda", "Oliveira", "pt", "BR",
    address="Rua Coronel Quirino 900, Campinas", tags=("architect", "vip"),
    notes="Architect. Pays by invoice, 28 days. Send her the technical drawings first.",
    facts={"Company": "Oliveira Arquitetura", "Project": "Flat in Nova Campinas"}, has_agreed=True,
    talks=(
        Talk(
            (
                them("Bom dia! Sou arquiteta e estou fechando um apê na Nova Campinas 🏡",
                     moment=on(8, "09:31")),
                them("Preciso de mesa, seis cadeiras e um aparador", after=1),
                took("Ana", after=6),
                us("Ana", "Bom dia, Fernanda, que projeto bom! De quantos metros é a sala?", after=2),
                them("São 18 m², com uma janela grande", after=5),
                photo(them("Assim, olha", after=1), "room", hue=0.45),
                us("Ana", "Linda! Com essa luz eu iria de carvalho claro.", after=8, reaction="✨"),
                photo(us("Ana", "Ravello 200 × 100 com as Lina", after=3, name="set"), "table", hue=0.45),
                them("É isso!! Consegue o desenho técnico?", after=12, quotes="set"),
                paper(
                    us("Ana", "Claro, segue", moment=on(7, "10:05")), "ravello-200-desenho.pdf",
                    "Mesa Ravello 200 x 100 x 75 cm", "Tampo 4 cm, carvalho\t200 x 100 cm",
                    "Vão livre entre os pés\t164 cm", "Altura livre sob o tampo\t66 cm", "Peso\t58 kg",
                ),
                them("Perfeito, obrigada!", after=4, reaction="🙏"),
                note("Ana", "Invoice to Oliveira Arquitetura, 28 days. Commission 8 %.", after=9),
                them("Ana, a cliente perguntou se dá para escurecer o carvalho", moment=on(5, "16:20")),
                us("Ana", "Dá sim, com óleo tabaco. Mando uma amostra amanhã pelo motoboy.", after=7),
                them("Maravilha", after=2),
                place(them("", after=1), -22.8949, -47.0498, "Oliveira Arquitetura",
                      "Rua Coronel Quirino 900, Cambuí"),
                us("Rui", "Amostra entregue na recepção ✅", moment=on(4, "11:12")),
                them("Recebi! A cliente amou 😍", after=95, reaction="🎉"),
                paper(
                    us("Ana", "Então segue o orçamento final", moment=on(3, "09:58"), name="quote"),
                    "orcamento-1044.pdf", "Oliveira Arquitetura  ·  Orçamento 1044", "",
                    "1 mesa Ravello 200, óleo tabaco\tR$ 3.680,00",
                    "6 cadeiras Lina, óleo tabaco\tR$ 3.120,00",
                    "1 aparador Faro 160\tR$ 2.780,00", "Entrega e montagem\tR$ 0,00", "Total\tR$ 9.580,00",
                ),
                voice(them("", after=48), 17),
                us("Ana", "Fechado! Entrego tudo junto no dia 12, de manhã.", after=6),
                them("Você é demais, Ana. Obrigada!", after=3, reaction="❤️"),
            ),
            channel=NUMBER, assignee="Ana",
        ),
    ),
)  # fmt: skip

LUANA = Customer(
    "5519988843310", "Luana", "Ferreira", "pt", "BR", address="Paulínia", has_agreed=True,
    talks=(
        Talk(
            (
                us("Rui", "Oi, Luana! Tudo certo com o sofá? 😊", moment=on(2, "10:40")),
                photo(them("Tudo ótimo, olha como ficou!", after=50), "sofa", hue=0.95),
                us("Rui", "Ficou um espetáculo! Posso mostrar no nosso Instagram?", after=5),
                them("Claro, só me marca 😄", after=3, reaction="❤️"),
                closed("Rui", after=15),
            ),
            channel=NUMBER, assignee="Rui", is_closed=True,
        ),
    ),
)  # fmt: skip

THIAGO = Customer(
    "5519992218876", "Thiago", "Almeida", "pt", "BR", address="Hortolândia",
    talks=(
        Talk(
            (
                them("Fala pessoal, meu rack chega hoje?", moment=on(4, "08:50")),
                took("Rui", after=12),
                us("Rui", "Fala, Thiago! Chega sim, o caminhão saiu às 8h.", after=1),
                them("Top", after=2),
                us("Rui", "Qualquer coisa na montagem me chama.", moment=on(4, "12:15")),
                them("Já montei, valeu!", moment=on(4, "18:37"), reaction="👏"),
                closed("Rui", after=14),
            ),
            channel=SESSION, assignee="Rui", is_closed=True,
        ),
    ),
)  # fmt: skip

ESTELA = Customer(
    "5519983327754", "Estela", "Marques", "pt", "BR", address="Sumaré",
    talks=(
        Talk(
            (
                them("Boa tarde, posso retirar a luminária na loja?", moment=on(2, "13:25")),
                us("Camila", "Pode sim, Estela! Está no balcão com o seu nome.", after=6),
                them("Retirada! Muito obrigada 🧡", moment=on(2, "17:10")),
                closed("Camila", after=5),
            ),
            channel=SESSION, assignee="Camila", is_closed=True,
        ),
    ),
)  # fmt: skip

DIEGO = Customer(
    "56987654410", "Diego", "Fuentes", "es", "CL", address="Campinas",
    talks=(
        Talk(
            (
                them("Buenas, ¿tienen sillas para exterior?", moment=on(8, "12:08")),
                took("Rui", after=18),
                us("Rui", "¡Hola, Diego! Por ahora trabajamos solo interior.", after=2),
                them("Dale, gracias igual", after=5),
                closed("Rui", after=2),
            ),
            channel=NUMBER, assignee="Rui", is_closed=True,
        ),
    ),
)  # fmt: skip

PAULO = Customer(
    "5519995560021", "Paulo", "Siqueira", "pt", "BR", address="Campinas, Guanabara", tags=("oak",),
    facts={"Wants": "Bed, 1.58 m, oak"},
    talks=(
        Talk(
            (
                them("Bom dia, vocês têm cama de casal em carvalho?", moment=on(2, "09:05")),
                took("Camila", after=25),
                us("Camila", "Bom dia, Paulo! Temos a *Serra*, por encomenda, 25 dias.", after=2),
                them("E o preço?", after=3),
                us("Camila", "R$ 4.290 com a cabeceira. Quer ver a amostra da madeira?", after=4),
                photo(us("Camila", "A primeira é o carvalho", after=1), "woods", hue=0.6),
                them("Vou falar com a minha esposa e volto", moment=ago(hours=25, minutes=20)),
            ),
            channel=SESSION, assignee="Camila",
        ),
    ),
)  # fmt: skip

CUSTOMERS = (FERNANDA, LUANA, THIAGO, ESTELA, DIEGO, PAULO)

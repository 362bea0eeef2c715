"""The customers of Casa Lume and what they want: data only.

Each story is a list of steps. After `Answer` the customer waits for the shop to write; what the shop writes
does not matter, as with so many customers.
"""

from typing import Literal

from msgspec import Struct

from parley.simulator.people.artefacts import Furniture
from parley.simulator.records import Place


class Say(Struct, frozen=True):
    text: str


class Photo(Struct, frozen=True):
    thing: Furniture
    caption: str = ""


class Voice(Struct, frozen=True):
    seconds: float


class Document(Struct, frozen=True):
    filename: str
    caption: str = ""


class Pin(Struct, frozen=True):
    place: Place


class Sticker(Struct, frozen=True):
    pass


class React(Struct, frozen=True):
    """React to the last message of the shop."""

    emoji: str


class Quote(Struct, frozen=True):
    """Answer the last message of the shop with a quote of it."""

    text: str


class Answer(Struct, frozen=True):
    """Wait until the shop has written."""


Step = Say | Photo | Voice | Document | Pin | Sticker | React | Quote | Answer
Language = Literal["pt", "es", "en", "ar", "de", "id"]


class Story(Struct, frozen=True):
    wa_id: str
    name: str
    language: Language
    steps: tuple[Step, ...]


STORIES: tuple[Story, ...] = (
    Story(
        "5519998761234", "Marina Souza", "pt",
        (
            Say("Oi! Vi a mesa Ravello no Instagram 😍"),
            Say("Ainda tem em carvalho, 180 x 90?"),
            Answer(),
            React("❤️"),
            Quote("Linda! E entrega em Campinas na sexta?"),
            Answer(),
            Photo("room", "É para esta sala, o que acham?"),
            Answer(),
            Say("Perfeito! Pode reservar a mesa de carvalho?"),
            Say("E aceita pix?"),
            Answer(),
            Sticker(),
        ),
    ),
    Story(
        "4915112345678", "Jonas Keller", "de",
        (
            Say("Guten Tag, ich wohne gerade in São Paulo und suche vier Stühle zum Tisch Ravello."),
            Answer(),
            Say("Gibt es die Stühle Lina auch in Nussbaum?"),
            Answer(),
            Document("grundriss-wohnung.pdf", "Hier der Grundriss, der Tisch steht links am Fenster."),
            Answer(),
            React("👍"),
            Say("Freitag zwischen 9 und 12 passt mir gut. Danke!"),
        ),
    ),
    Story(
        "6281234567890", "Dewi Pratama", "id",
        (
            Photo("sofa", "Apakah warna ini masih tersedia?"),
            Answer(),
            Say("Ukurannya berapa ya? Ruang tamu saya kecil 😅"),
            Answer(),
            Quote("Baik, saya ambil yang dua dudukan."),
            Answer(),
            React("🙏"),
        ),
    ),
    Story(
        "5491123456789", "Lucía Gómez", "es",
        (
            Say("Hola, buen día 👋"),
            Say("¿Me confirmás el precio con envío a Rosario de la biblioteca Norte?"),
            Answer(),
            Voice(6),
            Answer(),
            Say("Dale, mandame el link de pago por favor"),
            Answer(),
            React("👏"),
        ),
    ),
    Story(
        "447700900123", "Tom Bright", "en",
        (
            Say("Hi, is my order #1042 still on track for Saturday?"),
            Answer(),
            Quote("Great. The lift is small, will the wardrobe come in parts?"),
            Answer(),
            Pin(Place(latitude=-23.5614, longitude=-46.6559, name="Al. Santos 1470", address="São Paulo")),
            Say("That's the address, ring flat 81 please"),
            Answer(),
            React("👍"),
        ),
    ),
    Story(
        "971501234567", "عائشة فاروق", "ar",
        (
            Say("مرحبا، أين وصل طلبي من فضلك؟"),
            Say("رقم الطلب 0917، أربعة كراسي"),
            Answer(),
            Quote("شكرا جزيلا، هل يمكن التوصيل بعد الساعة الخامسة؟"),
            Answer(),
            React("🌷"),
        ),
    ),
    Story(
        "5511987654321", "Pedro Henrique Lima", "pt",
        (
            Say("Boa tarde, vi o anúncio no Instagram"),
            Answer(),
            Voice(9),
            Answer(),
            Photo("chair", "Parecida com essa aqui, mas com estofado"),
            Answer(),
            Say("Show! Quanto fica o conjunto com 6?"),
            Answer(),
            Say("Fechado, vou passar na loja sábado 🙌"),
        ),
    ),
    Story(
        "5519991112233", "Beatriz Nakamura", "pt",
        (
            Say("Olá! A prateleira chegou com um risco na lateral 😕"),
            Photo("shelf", "Dá pra ver aqui no canto"),
            Answer(),
            Say("Prefiro trocar a peça, se possível"),
            Answer(),
            Quote("Combinado, obrigada pelo cuidado!"),
            React("❤️"),
        ),
    ),
    Story(
        "14155550142", "Grace Miller", "en",
        (
            Say("Hello! Do you ship the Norte bookcase to Florianópolis?"),
            Answer(),
            Say("And is assembly included?"),
            Answer(),
            Document("measurements.pdf", "These are the measurements of the wall"),
            Answer(),
            Say("Perfect, thank you so much!"),
        ),
    ),
    Story(
        "5521976543210", "Rafael Moreira", "pt",
        (
            Say("Bom dia! Vocês fazem projeto sob medida?"),
            Answer(),
            Pin(Place(latitude=-22.9711, longitude=-43.1822, name="Copacabana", address="Rio de Janeiro")),
            Answer(),
            Say("Seria um balcão de 2,40 m em freijó"),
            Answer(),
            React("😮"),
            Say("Vou pensar e já te respondo"),
        ),
    ),
)  # fmt: skip

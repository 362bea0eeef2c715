"""The customers of Casa Lume and what they want: data only.

Each story is a list of steps. After `Answer` the customer waits for the shop to write; what the shop writes
does not matter, as with so many customers. In the demo these people have a past with the shop, which the
stories take up; the first of them begin by themselves, the last wait to be answered.
"""

from typing import Literal

from msgspec import Struct

from parley.simulator.people.furniture import Furniture
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
SESSION = "loja-centro"
NUMBER = "109800000000001"


class Story(Struct, frozen=True):
    """Played on the named channel where there is one, else on any. Some people tell WhatsApp no name."""

    wa_id: str
    name: str
    language: Language
    channel: str
    steps: tuple[Step, ...]


STORIES: tuple[Story, ...] = (
    Story(
        "4915112345678", "Jonas Keller", "de", SESSION,
        (
            Document("grundriss-wohnung.pdf", "Hier noch der Grundriss, der Tisch steht links am Fenster."),
            Answer(),
            React("👍"),
            Say("Freitag zwischen 9 und 12 passt mir gut. Danke!"),
        ),
    ),
    Story(
        "447700900123", "Tom Bright", "en", SESSION,
        (
            Quote("Great, thank you! The lift is small, will the wardrobe come in parts?"),
            Answer(),
            Pin(Place(latitude=-23.5614, longitude=-46.6559, name="Al. Santos 1470", address="São Paulo")),
            Say("That's the address, ring flat 81 please"),
            Answer(),
            React("👍"),
        ),
    ),
    Story(
        "6281234567890", "Dewi Pratama", "id", NUMBER,
        (
            Say("Ukurannya berapa ya? Ruang tamu saya kecil 😅"),
            Answer(),
            Quote("Baik, saya ambil yang dua dudukan."),
            Answer(),
            React("🙏"),
        ),
    ),
    Story(
        "5521976543210", "Rafael Moreira", "pt", SESSION,
        (
            Say("Oi! Medi de novo: o balcão precisa ter 2,40 m"),
            Answer(),
            Photo("woods", "Ficamos entre o do meio e o da direita, qual risca menos?"),
            Answer(),
            React("😮"),
            Say("Vou pensar e já te respondo"),
        ),
    ),
    Story(
        "14155550142", "Grace Miller", "en", NUMBER,
        (
            Quote("Got it, thank you! Is assembly included in this price?"),
            Answer(),
            Document("measurements.pdf", "These are the measurements of the wall"),
            Answer(),
            Say("Perfect, let's go ahead then 🎉"),
        ),
    ),
    Story(
        "5511987654321", "", "pt", NUMBER,
        (
            Say("Vocês fazem cadeira com estofado?"),
            Answer(),
            Voice(9),
            Answer(),
            Photo("chair", "Parecida com essa aqui"),
            Answer(),
            Say("Show! Quanto fica o conjunto com 6?"),
            Answer(),
            Say("Fechado, vou passar na loja sábado 🙌"),
        ),
    ),
    Story(
        "5519998761234", "Marina Souza", "pt", NUMBER,
        (
            Answer(),
            React("❤️"),
            Say("Maravilha! Já faço o pix então 🙌"),
            Answer(),
            Photo("room", "É para esta sala, o que acham?"),
            Answer(),
            Quote("Adorei a ideia. E entregam no sábado também?"),
            Answer(),
            Sticker(),
        ),
    ),
    Story(
        "5519991112233", "Beatriz Nakamura", "pt", NUMBER,
        (
            Answer(),
            Say("Prefiro trocar a peça, se possível"),
            Answer(),
            Quote("Combinado, obrigada pelo cuidado!"),
            React("❤️"),
        ),
    ),
    Story(
        "5491123456789", "Lucía Gómez", "es", NUMBER,
        (
            Answer(),
            Voice(6),
            Answer(),
            Say("Dale, mandame el link de pago por favor"),
            Answer(),
            React("👏"),
        ),
    ),
    Story(
        "971501234567", "عائشة فاروق", "ar", NUMBER,
        (
            Answer(),
            Quote("شكرا جزيلا، هل يمكن التوصيل بعد الساعة الخامسة؟"),
            Answer(),
            React("🌷"),
        ),
    ),
)  # fmt: skip

/** Our own short list: the emoji that people in shops use, each with English words to find it by. */

const faces = `😀 grinning smile happy|😃 smile happy big|😄 smile laugh happy eyes|😁 beaming grin teeth|😆 laughing squint|😅 sweat relief phew
🤣 rofl rolling laugh|😂 joy tears laugh lol|🙂 slight smile|🙃 upside down|😉 wink|😊 blush smile warm|😇 angel innocent|🥰 love hearts adore
😍 heart eyes love|🤩 star struck wow|😘 kiss heart|😗 kiss|😋 yum tasty|😛 tongue|😜 wink tongue|🤪 zany crazy|🤗 hug|🤭 giggle oops|🤫 quiet shush
🤔 thinking hmm|🤨 eyebrow doubt|😐 neutral|😑 expressionless|😶 speechless|😏 smirk|😒 unamused|🙄 roll eyes|😬 grimace awkward|😌 relieved calm
😔 sad pensive|😪 sleepy|😴 sleeping tired zzz|😷 mask sick|🤒 fever ill|🤕 hurt bandage|🤢 nausea sick|🤧 sneeze cold|🥵 hot|🥶 cold freezing
😎 cool sunglasses|🤓 nerd glasses|🧐 monocle inspect|😕 confused|😟 worried|🙁 frown|☹️ frown sad|😮 open mouth wow surprise|😯 hushed|😲 astonished
😳 flushed embarrassed|🥺 pleading please|😨 fear|😰 anxious sweat|😥 sad relieved|😢 cry sad tear|😭 sob crying loud|😱 scream shock|😖 confounded
😞 disappointed|😓 sweat down|😩 weary|😫 tired|🥱 yawn|😤 triumph huff|😡 angry red mad|😠 angry|🤬 swear curse|😈 devil|💀 skull dead|💩 poop
🤡 clown|👻 ghost|👽 alien|🤖 robot|🥳 party celebrate|🥲 smile tear|🫠 melting|🫡 salute yes sir|🤝 handshake deal`;

const people = `👋 wave hello hi bye|🤚 hand back|✋ hand stop high five|🖖 vulcan|👌 ok perfect|🤌 pinched|🤏 small little|✌️ peace victory|🤞 fingers crossed luck
🫶 heart hands|🤟 love you|🤘 rock|🤙 call me|👈 left point|👉 right point|👆 up point|👇 down point|☝️ one up|👍 thumbs up yes ok good like|👎 thumbs down no bad
✊ fist|👊 punch fist|👏 clap bravo applause|🙌 hooray raise hands|👐 open hands|🤲 palms|🙏 thanks please pray thank you|✍️ write sign|💅 nails|💪 strong muscle
👀 eyes look see|👶 baby|🧒 child|👦 boy|👧 girl|👨 man|👩 woman|🧑 person|👴 old man|👵 old woman|🙋 raise hand question|🙅 no stop|🙆 ok
🤷 shrug dunno|🤦 facepalm|💁 info help|🙇 bow sorry|👷 builder worker|🧑‍🔧 mechanic repair|🧑‍🍳 cook chef|🧑‍💻 computer work|🚶 walk|🏃 run hurry|💃 dance|🕺 dance man|👪 family`;

const signs = `❤️ heart love red|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🤎 brown heart|🖤 black heart|🤍 white heart|💔 broken heart
❣️ heart exclamation|💕 two hearts|💖 sparkling heart|💗 growing heart|💘 cupid|💝 gift heart|💯 hundred perfect|✅ check done yes ok|☑️ checkbox|✔️ check|❌ no cross wrong
❎ cross|⭕ circle|🚫 forbidden no|⚠️ warning attention|❗ exclamation important|❓ question|‼️ double exclamation|💤 sleep|✨ sparkles new shine|⭐ star|🌟 glowing star
🔥 fire hot|💥 boom|💫 dizzy|💬 speech message|💭 thought|🔔 bell notify|🔕 mute|➡️ right arrow|⬅️ left arrow|⬆️ up arrow|⬇️ down arrow|🔄 again repeat|🆕 new|🆓 free|🆗 ok
🔝 top|🔜 soon|♻️ recycle|➕ plus|➖ minus|✖️ times|1️⃣ one|2️⃣ two|3️⃣ three|4️⃣ four|5️⃣ five`;

const nature = `🐶 dog|🐱 cat|🐭 mouse|🐰 rabbit|🦊 fox|🐻 bear|🐼 panda|🦁 lion|🐮 cow|🐷 pig|🐸 frog|🐵 monkey|🙈 see no evil|🐔 chicken|🐦 bird|🦉 owl|🐝 bee|🦋 butterfly|🐢 turtle
🐟 fish|🐬 dolphin|🐳 whale|🐎 horse|🌵 cactus|🌲 tree pine|🌳 tree oak wood|🌴 palm|🌱 seedling plant|🌿 herb|🍀 clover luck|🍁 maple leaf|🍂 leaves autumn|🌸 blossom flower|🌹 rose
🌻 sunflower|🌼 daisy|🌷 tulip|💐 bouquet flowers|🪵 wood log|☀️ sun sunny|🌤️ sun cloud|☁️ cloud|🌧️ rain|⛈️ storm|❄️ snow|🌈 rainbow|🌙 moon|🌍 world earth|💧 drop water|🌊 wave sea`;

const food = `🍎 apple|🍌 banana|🍊 orange|🍋 lemon|🍉 watermelon|🍇 grapes|🍓 strawberry|🥭 mango|🍍 pineapple|🥑 avocado|🍅 tomato|🥕 carrot|🌽 corn|🍞 bread|🧀 cheese|🥚 egg|🍳 cooking
🥩 meat|🍗 chicken leg|🍔 burger|🍟 fries|🍕 pizza|🌮 taco|🥗 salad|🍝 pasta|🍜 noodles|🍣 sushi|🍚 rice|🍰 cake|🎂 birthday cake|🍫 chocolate|🍬 candy|🍭 lollipop|🍦 ice cream|🍩 donut
🍪 cookie|☕ coffee|🍵 tea|🥤 drink soda|🍺 beer|🍻 cheers beers|🥂 toast champagne|🍷 wine|🍹 cocktail|🧉 mate`;

const places = `🏠 house home|🏡 house garden|🏢 office building|🏬 shop store mall|🏪 store|🏭 factory workshop|🏫 school|🏥 hospital|🏦 bank|🏨 hotel|⛪ church|🕌 mosque|🏖️ beach|🏔️ mountain|🌆 city
🚗 car|🚕 taxi|🚌 bus|🚚 truck delivery van|🚛 lorry|🚜 tractor|🏍️ motorcycle|🛵 scooter|🚲 bicycle bike|🚂 train|✈️ plane flight|🚀 rocket launch|🚢 ship|⛵ boat|🚁 helicopter
🚦 traffic light|🗺️ map|📍 pin location here|🧭 compass|⛽ fuel|🅿️ parking|🛫 departure|🛬 arrival`;

const things = `📱 phone mobile|☎️ telephone call|📞 call phone|💻 laptop computer|🖥️ monitor desktop|🖨️ printer|⌨️ keyboard|📷 camera photo|📸 photo flash|🎥 video film|🎤 microphone|🎧 headphones
💡 idea light bulb|🔦 torch|🕯️ candle|🛋️ sofa couch furniture|🪑 chair|🛏️ bed|🚪 door|🪟 window|🪞 mirror|🖼️ picture frame|🧺 basket|🧹 broom clean|🧼 soap|🛁 bath|🚿 shower|🔧 wrench|🔨 hammer
🪚 saw|🪛 screwdriver|📏 ruler measure|📐 triangle|🪜 ladder|🧰 toolbox|🔩 bolt|🔑 key|🔒 lock|🔓 unlock|📦 package box parcel|🛒 cart shopping|🛍️ bags shopping|🎁 gift present
💰 money bag|💵 cash money|💶 euro|💳 card pay credit|🧾 receipt invoice|💸 money wings|📈 chart up|📉 chart down|📊 chart bars|📅 calendar date|📆 calendar|⏰ alarm clock time|⏳ hourglass wait
⌛ hourglass|📝 note memo|✏️ pencil|🖊️ pen|📎 paperclip|📌 pushpin|✂️ scissors|📄 page document|📋 clipboard list|📁 folder|📚 books|📖 book|🔍 search|✉️ letter mail|📧 email|📨 incoming|📬 mailbox
🗑️ trash bin|🏷️ tag label price|🔋 battery|🔌 plug|💊 pill|👕 shirt|👖 jeans|👗 dress|👟 shoe sneaker|👜 handbag|💍 ring|💎 diamond gem|👓 glasses|☂️ umbrella`;

const activities = `🎉 party tada congratulations|🎊 confetti|🎈 balloon|🎄 christmas tree|🎃 halloween pumpkin|🎆 fireworks|🏆 trophy winner|🥇 gold first|🥈 silver|🥉 bronze|🏅 medal|⚽ football soccer
🏀 basketball|🏈 american football|🎾 tennis|🏐 volleyball|🏊 swim|🚴 cycling|🏋️ gym weights|🧘 yoga|🎮 game|🎲 dice|🎯 target goal|🎳 bowling|🎸 guitar|🎹 piano|🥁 drum|🎵 music note|🎶 music notes
🎨 art paint|🎬 film clapper|🎭 theatre|🎟️ ticket|🏕️ camping|🎣 fishing`;

const parse = (text) =>
  text
    .split(/[|\n]/)
    .filter(Boolean)
    .map((entry) => {
      const space = entry.indexOf(" ");
      return [entry.slice(0, space), entry.slice(space + 1)];
    });

/** Eight groups of [emoji, words], in the order of the picker's tabs. */
export const groups = [faces, people, signs, nature, food, places, things, activities].map(parse);

/** The best matches first: words that begin with the text, then words that contain it. */
export function search(text, most) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const found = [];
  for (const [emoji, words] of groups.flat()) {
    const at = ` ${words}`.indexOf(` ${wanted}`);
    const rank = at === 0 ? 0 : at > 0 ? 1 : words.includes(wanted) ? 2 : 3;
    if (rank < 3) found.push({ emoji, words, rank });
  }
  return found.sort((one, other) => one.rank - other.rank).slice(0, most);
}

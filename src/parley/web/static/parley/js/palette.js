/**
 * [data-palette], Ctrl/Cmd K: what can be done here first, then places, then conversations found by the inbox's
 * own search. Commands are the elements with data-command on the page: choosing one clicks it.
 */
import { attach } from "./attach.js";

const PAUSE = 150;
const MOST_FOUND = 8;
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

attach("[data-palette]", (palette) => {
  const input = palette.querySelector("input");
  const box = palette.querySelector(".answers");
  let answers = [];
  let at = 0;
  let timer;
  let asked = 0;
  let opener;

  const open = () => {
    if (palette.open) return;
    opener = document.activeElement;
    input.value = "";
    palette.showModal();
    draw(commands(""), []);
  };
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    palette.open ? palette.close() : open();
  });
  document.addEventListener("click", (event) => event.target.closest?.("[data-open-palette]") && open());

  function commands(text) {
    const wanted = plain(text).split(/\s+/).filter(Boolean);
    const seen = new Set();
    return [...document.querySelectorAll("[data-command]")]
      .map((element) => ({ element, label: element.dataset.command, group: element.dataset.commandGroup ?? "here" }))
      .filter(({ label }) => wanted.every((word) => plain(label).includes(word)) && !seen.has(label) && seen.add(label))
      .map((each) => ({ ...each, keys: each.element.dataset.key ?? "", run: () => each.element.click() }));
  }

  async function find(text) {
    const mine = (asked += 1);
    const home = document.querySelector("[data-key='g i']")?.href;
    if (!home || text.trim().length < 2) return;
    const url = `${home}?${new URLSearchParams({ tab: "all", q: text.trim() })}`;
    const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } }).catch(() => null);
    if (!answer?.ok || mine !== asked || !palette.open) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    draw(commands(text), [...page.querySelectorAll(".row")].slice(0, MOST_FOUND).map(found));
  }
  const found = (row) => ({
    group: "found", label: row.querySelector(".name").textContent, face: row.querySelector(".avatar"),
    more: row.querySelector("[data-preview]").textContent.trim(), keys: "", run: () => go(row),
  });
  const go = (row) => {
    const here = document.getElementById(row.id);
    if (here) here.click();
    else location.assign(row.getAttribute("href"));
  };

  function draw(local, remote) {
    answers = [...local.filter(({ group }) => group === "here"), ...local.filter(({ group }) => group === "go"), ...remote];
    at = 0;
    let group = "";
    box.replaceChildren();
    answers.forEach((answer, index) => {
      if (answer.group !== group) box.append(element("div", "group", palette.dataset[`group${answer.group[0].toUpperCase()}${answer.group.slice(1)}`]));
      group = answer.group;
      box.append(line(answer, index));
    });
    if (!answers.length) box.append(element("div", "none", palette.dataset.none));
    select(0);
  }
  function line({ label, more, keys, face, group }, index) {
    const item = element("div", "answer");
    item.id = `answer-${index}`;
    item.setAttribute("role", "option");
    item.append(face ?? palette.querySelector(`template[data-icon=${group}]`).content.cloneNode(true), element("span", "cut", label));
    if (more) item.append(element("small", "cut", more));
    for (const key of keys.split(" ").filter(Boolean)) item.append(element("kbd", "", key.toUpperCase()));
    item.addEventListener("pointermove", () => at !== index && select(index));
    item.addEventListener("click", () => run(index));
    return item;
  }
  function select(index) {
    if (!answers.length) return;
    at = (index + answers.length) % answers.length;
    for (const item of box.querySelectorAll(".answer")) item.setAttribute("aria-selected", String(item.id === `answer-${at}`));
    input.setAttribute("aria-activedescendant", `answer-${at}`);
    box.querySelector(`#answer-${at}`).scrollIntoView({ block: "nearest" });
  }
  function run(index) {
    palette.close();
    answers[index]?.run();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    draw(commands(input.value), []);
    timer = setTimeout(() => find(input.value), PAUSE);
  });
  palette.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) select(at + step);
    else if (event.key === "Enter") run(at);
    else return;
    event.preventDefault();
  });
  palette.addEventListener("close", () => {
    asked += 1;
    if (document.activeElement === document.body) opener?.focus?.();
  });
});

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}

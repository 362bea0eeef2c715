/** [data-voice]: our own small player over the browser's; one plays at a time, the speed is kept. */
import { attach } from "./attach.js";

const SPEEDS = [1, 1.5, 2];
const STEPS = 1000;
let playing = null;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const speedNow = () => Number(localStorage.getItem("voice-speed")) || 1;

attach("[data-voice]", (voice) => {
  const audio = voice.querySelector("audio");
  const [play, seek, speed, length] = ["play", "seek", "speed", "length"].map((name) => voice.querySelector(`[data-${name}]`));
  const total = () => (Number.isFinite(audio.duration) && audio.duration) || Number(length.dataset.seconds) || 0;
  const draw = () => {
    if (total()) seek.value = String(Math.round((audio.currentTime / total()) * STEPS));
    if (total()) length.textContent = clock(audio.currentTime || total());
    voice.classList.toggle("playing", !audio.paused);
  };
  const setSpeed = (value) => {
    audio.playbackRate = value;
    speed.textContent = `${value}×`;
  };

  audio.removeAttribute("controls");
  for (const part of [play, seek, speed]) part.hidden = false;
  setSpeed(speedNow());

  play.addEventListener("click", () => (audio.paused ? audio.play() : audio.pause()));
  seek.addEventListener("input", () => {
    if (total()) audio.currentTime = (Number(seek.value) / STEPS) * total();
  });
  speed.addEventListener("click", () => {
    const value = SPEEDS[(SPEEDS.indexOf(audio.playbackRate) + 1) % SPEEDS.length];
    localStorage.setItem("voice-speed", String(value));
    setSpeed(value);
  });
  audio.addEventListener("play", () => {
    if (playing !== audio) playing?.pause();
    playing = audio;
    audio.playbackRate = speedNow();
  });
  audio.addEventListener("ended", () => (audio.currentTime = 0));
  for (const name of ["timeupdate", "play", "pause", "loadedmetadata", "ended"]) audio.addEventListener(name, draw);
  return () => audio.pause();
});

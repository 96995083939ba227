// A sound and a notification when somebody new waits, once the one who looks has said yes to it.

import { find, say } from "./page.js";

const WANTED = "talks-alerts";
let sound = null;

const isOn = () => localStorage.getItem(WANTED) === "yes";

function ring() {
  sound ??= new AudioContext();
  const now = sound.currentTime;
  [880, 1175].forEach((pitch, place) => {
    const tone = sound.createOscillator();
    const level = sound.createGain();
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0.0001, now + place * 0.16);
    level.gain.exponentialRampToValueAtTime(0.18, now + place * 0.16 + 0.02);
    level.gain.exponentialRampToValueAtTime(0.0001, now + place * 0.16 + 0.3);
    tone.connect(level).connect(sound.destination);
    tone.start(now + place * 0.16);
    tone.stop(now + place * 0.16 + 0.32);
  });
}

export function alertOf(count) {
  document.title = count ? `(${count}) ${document.title.replace(/^\(\d+\) /, "")}` : document.title.replace(/^\(\d+\) /, "");
}

export function callOut(count) {
  say(`有顾客在排队，现在${count}位`);
  if (!isOn()) return;
  try { ring(); } catch { /* No sound on this machine: the words are there. */ }
  if ("Notification" in window && Notification.permission === "granted" && document.hidden) {
    const shown = new Notification("有顾客在排队", { body: `现在${count}位在等`, tag: "queue" });
    shown.onclick = () => { window.focus(); shown.close(); };
  }
}

// Asked for by a button, never by a page that opens.
export function beginAlerts() {
  document.addEventListener("click", async (event) => {
    if (event.target.id !== "bell") return;
    if (isOn()) localStorage.removeItem(WANTED);
    else {
      localStorage.setItem(WANTED, "yes");
      if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
      try { ring(); } catch { /* As above. */ }
    }
    showBell();
  });
  showBell();
}

export function showBell() {
  const bell = find("bell");
  if (!bell) return;
  bell.hidden = false;
  bell.textContent = isOn() ? "提醒已开" : "开提醒";
  bell.setAttribute("aria-pressed", String(isOn()));
}

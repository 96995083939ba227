// The sandbox's clock: it shows the time, and the slider moves it on, never back.

import { control } from "../api.js";

const $ = (id) => document.getElementById(id);
const SHOWN = { month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };
const HOUR = 3600;
const DAY = 24;

export class ClockBar {
  #now;

  constructor(now, attempt) {
    this.#now = now;
    $("clock-slider").oninput = () => this.tick();
    $("clock-bar").onsubmit = async (event) => {
      event.preventDefault();
      const seconds = Number($("clock-slider").value) * HOUR;
      $("clock-slider").value = 0;
      this.tick();
      if (seconds) await attempt(() => control("clock", "POST", { seconds }));
    };
  }

  /** Twice a second, and while the slider is drawn. */
  tick() {
    const hours = Number($("clock-slider").value);
    $("clock-now").textContent = new Date(this.#now() + hours * HOUR * 1000).toLocaleString("zh-CN", SHOWN);
    $("clock-now").toggleAttribute("data-ahead", hours > 0);
    $("clock-go").disabled = !hours;
    $("clock-go").textContent = hours ? `快进 ${span(hours)}` : "快进";
  }
}

function span(hours) {
  const days = Math.floor(hours / DAY);
  return [days ? `${days} 天` : "", hours % DAY ? `${hours % DAY} 小时` : ""].filter(Boolean).join(" ");
}

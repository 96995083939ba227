// The page: keeps one picture of the platform's state and tells the parts to draw it.

import { control, listen } from "./api.js";
import { toast } from "./dom.js";
import { Chat } from "./chat.js";
import { Insight } from "./insight.js";
import { MiniProgram } from "./mini/program.js";
import { Panel } from "./panel.js";
import { drawStatusBars } from "./status.js";

const page = {
  state: null,
  fanId: Number(new URLSearchParams(location.hash.slice(1)).get("fan")) || 0,
  clockAhead: 0,
};

/** Milliseconds on the sandbox's clock. */
const now = () => Date.now() + page.clockAhead;

/** Do what a person asked for; what fails is told, never swallowed. */
async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error.message, "warn");
    return null;
  }
}

const mini = new MiniProgram({ attempt, now, choose });
const chat = new Chat({ attempt, openMini: (path) => mini.open(path, page.fanId), createFan });
const insight = new Insight();
const panel = new Panel({ attempt, now, choose, createFan, follow, ship, decide, payOut });

async function refresh() {
  page.state = await control("state");
  page.clockAhead = Date.parse(page.state.clock.now) - Date.now();
  mini.configure(page.state);
  if (!page.state.fans.some((fan) => fan.fan_id === page.fanId)) {
    page.fanId = page.state.fans[0]?.fan_id ?? 0;
  }
  draw();
}

function draw() {
  const fan = page.state.fans.find((one) => one.fan_id === page.fanId) ?? null;
  panel.draw(page.state, fan);
  chat.draw(page.state, fan);
  insight.draw(fan);
}

function choose(fanId) {
  if (fanId === page.fanId) return;
  page.fanId = fanId;
  history.replaceState(null, "", `#fan=${fanId}`);
  mini.close();
  draw();
}

async function createFan() {
  await attempt(async () => {
    const fan = await control("fans", "POST", { subscribed: false });
    await control(`fans/${fan.fan_id}/events`, "POST", { event: "subscribe" });
    await refresh();
    choose(fan.fan_id);
  });
}

async function follow(fan) {
  const event = fan.subscribed ? "unsubscribe" : "subscribe";
  await attempt(() => control(`fans/${fan.fan_id}/events`, "POST", { event }));
}

async function ship(fan) {
  const shipped = await attempt(() => control(`fans/${fan.fan_id}/ship`, "POST", {}));
  if (shipped) toast("已发货", "done");
}

async function decide(fan, move, name) {
  const moved = await attempt(() => control(`fans/${fan.fan_id}/after-sale`, "POST", { move }));
  if (moved) toast(`${name}：${moved.request_no}`, "done");
}

async function payOut(fan, move, name) {
  const moved = await attempt(() => control(`fans/${fan.fan_id}/withdrawal`, "POST", { move }));
  if (moved) toast(`${name}：${moved.withdrawal_no}`, "done");
}

let refreshing = null;
let isStale = false;

/** Changes come in bursts: at most one request is under way, and one more after it. */
function refreshSoon() {
  if (refreshing) {
    isStale = true;
    return;
  }
  refreshing = attempt(refresh).finally(() => {
    refreshing = null;
    if (isStale) {
      isStale = false;
      refreshSoon();
    }
  });
}

listen(({ change, fan_id: fanId }) => {
  if (change === "all" || (change === "items" && fanId === page.fanId)) {
    chat.fetch();
    insight.fetch();
  }
  refreshSoon();
});
setInterval(() => {
  drawStatusBars(now());
  panel.tick();
}, 500);

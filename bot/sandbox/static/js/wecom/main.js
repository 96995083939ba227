// The page of WeCom: a customer's phone and that of one of the corp's people, side by side.

import { control, listen } from "../api.js";
import { toast } from "../dom.js";
import { MiniProgram } from "../mini/program.js";
import { drawStatusBars } from "../status.js";
import { ClockBar } from "./clock.js";
import { CustomerPhone } from "./customer.js";
import { StaffPhone } from "./staff.js";

let clockAhead = 0;
let drawing = null;
let isStale = false;
let people = [];

/** Milliseconds on the sandbox's clock. */
const now = () => Date.now() + clockAhead;

/** Do what a person asked for; what fails is told, never swallowed. */
async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error.message, "warn");
    return null;
  }
}

async function drawAll() {
  const [state, platform] = await Promise.all([control("wecom/state"), control("state")]);
  clockAhead = Date.parse(platform.clock.now) - Date.now();
  mini.configure(platform);
  if (!state.is_on) throw new Error("先运行一次 python -m bot.sandbox keys");
  people = state.people;
  await customer.draw(state);
  await staff.draw(state);
}

/** Changes come in bursts: at most one drawing is under way, and one more after it. */
function refresh() {
  if (drawing) {
    isStale = true;
    return drawing;
  }
  drawing = attempt(drawAll).finally(() => {
    drawing = null;
    if (isStale) {
      isStale = false;
      refresh();
    }
  });
  return drawing;
}

function choose(fanId) {
  customer.chooseFan(fanId, people);
  refresh();
}

const mini = new MiniProgram({ attempt, now, choose });
const customer = new CustomerPhone({ attempt, refresh, openMini: (path, fanId) => mini.open(path, fanId) });
const staff = new StaffPhone({ attempt, refresh });
const clock = new ClockBar(now, attempt);
listen(refresh);
setInterval(() => {
  drawStatusBars(now());
  clock.tick();
}, 500);

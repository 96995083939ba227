// The page of 微信客服: a customer's phone and a servicer's, side by side.

import { control, listen } from "../api.js";
import { toast } from "../dom.js";
import { drawStatusBars } from "../status.js";
import { CustomerPhone } from "./customer.js";
import { StaffPhone } from "./staff.js";

let clockAhead = 0;
let drawing = null;
let isStale = false;

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
  const [state, { clock }] = await Promise.all([control("wecom/state"), control("state")]);
  clockAhead = Date.parse(clock.now) - Date.now();
  if (!state.is_on) throw new Error("先运行一次 python -m bot.sandbox keys");
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

const customer = new CustomerPhone({ attempt, refresh });
const staff = new StaffPhone({ attempt, refresh });
listen(refresh);
setInterval(() => drawStatusBars(Date.now() + clockAhead), 500);

// Calls of the control API and, through the sandbox, of the shop's mini-program API.

/** What went wrong, in words for the customer; `code` and `body` for those who want to react. */
export class CallFailed extends Error {
  constructor(message, code = "", body = {}) {
    super(message);
    this.code = code;
    this.body = body;
  }
}

async function exchange(url, method, body, headers = {}) {
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new CallFailed("网络不给力，请稍后再试", "unreachable");
  }
  const answer = await response.json().catch(() => ({}));
  return { response, answer };
}

/** One call of the control API. */
export async function control(path, method = "GET", body = undefined) {
  const { response, answer } = await exchange(`control/${path}`, method, body);
  if (!response.ok) throw new CallFailed(answer.error || "沙盒出错了", String(response.status), answer);
  return answer;
}

/** The mini-program's client for one customer: logs in by code when it has to. */
export class MiniClient {
  #fanId;
  #token = null;
  #login = null;

  constructor(fanId) {
    this.#fanId = fanId;
  }

  async call(path, method = "GET", body = undefined, headers = {}) {
    for (const isLastTry of [false, true]) {
      const token = await this.#authorize();
      const given = { ...headers, Authorization: `Bearer ${token}` };
      const { response, answer } = await exchange(`mini/api/${path}`, method, body, given);
      if (response.ok) return answer;
      if (response.status !== 401 || isLastTry) throw failure(answer);
      this.#token = this.#login = null; // The session is over: log in once more.
    }
  }

  async #authorize() {
    if (this.#token) return this.#token;
    this.#login ??= this.#logIn();
    try {
      this.#token = await this.#login;
    } finally {
      this.#login = null;
    }
    return this.#token;
  }

  async #logIn() {
    const { code } = await control(`fans/${this.#fanId}/login-code`, "POST", {});
    const { response, answer } = await exchange("mini/api/login", "POST", { code });
    if (!response.ok) throw failure(answer);
    return answer.token;
  }
}

function failure(answer) {
  const error = answer.error || {};
  return new CallFailed(error.message || "商城开小差了，请稍后再试", error.code || "", error);
}

/** Calls `onChange` at once for every change on the platform; keeps trying when cut off. */
export function listen(onChange) {
  const stream = new EventSource("control/stream");
  stream.onmessage = (event) => onChange(JSON.parse(event.data));
  stream.onopen = () => onChange({ change: "all", fan_id: 0 });
}

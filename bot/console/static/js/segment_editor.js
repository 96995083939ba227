// Builds a segment's rule from rows of conditions, and has it counted while it is being edited.

const form = document.querySelector("[data-segment]");
const MOST_DEEP = 3;
const UNITS = { fen: "元", days: "天", hours: "小时", score: "分", count: "笔" };

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function options(pairs, chosen) {
  const wanted = new Set([chosen].flat().map(String));
  return pairs.map(([value, words]) => element("option", { value, selected: wanted.has(String(value)) }, words));
}

class Editor {
  #facts = JSON.parse(form.dataset.facts);
  #choices = JSON.parse(form.dataset.choices);
  #rule = this.#asGroup(JSON.parse(form.dataset.rule));
  #asking = 0;
  #timer = 0;

  start() {
    this.#draw();
    if (this.#rule.of.length) this.#count();
  }

  /** What stands at the top is a group, whatever a rule begins with. */
  #asGroup(rule) {
    return rule.kind === "all" || rule.kind === "any" ? rule : { kind: "all", of: [rule] };
  }

  #draw() {
    form.querySelector("[data-builder]").replaceChildren(this.#group(this.#rule, null, 1));
    this.#changed(false);
  }

  #changed(count = true) {
    form.elements.rule.value = JSON.stringify(this.#rule);
    if (!count) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#count(), 350);
  }

  async #count() {
    const asked = ++this.#asking;
    const body = new URLSearchParams({ rule: form.elements.rule.value, csrf: form.elements.csrf.value });
    const answer = await fetch("/console/segments/count", { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
    if (asked !== this.#asking) return;
    const place = document.querySelector("[data-found]");
    if (answer?.ok) place.innerHTML = await answer.text();
    else place.textContent = "人数没有数出来，请稍后再试";
  }

  #group(rule, remove, depth) {
    const kind = element("select", { "aria-label": "怎么组合", onchange: (event) => { rule.kind = event.target.value; this.#changed(); } },
      ...options([["all", "满足全部"], ["any", "满足任一"]], rule.kind));
    const head = element("div", { class: "rule__head" }, kind);
    if (remove) head.append(this.#remover(remove));
    const rows = rule.of.map((each, at) => this.#row(each, rule, at, depth));
    const add = element("div", { class: "rule__head" },
      element("button", { type: "button", class: "btn btn--small", onclick: () => this.#add(rule, this.#newFact()) }, "加条件"));
    if (depth < MOST_DEEP) {
      add.append(element("button", { type: "button", class: "btn btn--small btn--quiet", onclick: () => this.#add(rule, { kind: "any", of: [this.#newFact()] }) }, "加一组"));
    }
    return element("div", { class: "rule" }, head, ...rows, add);
  }

  #row(each, parent, at, depth) {
    const remove = () => { parent.of.splice(at, 1); this.#redraw(); };
    const isNot = each.kind === "not";
    const inner = isNot ? each.of : each;
    if (inner.kind !== "fact") {
      const group = this.#group(this.#asGroup(inner), remove, depth + 1);
      group.firstChild.prepend(this.#negation(parent, at, inner, isNot));
      return group;
    }
    return this.#fact(inner, remove, this.#negation(parent, at, inner, isNot));
  }

  #negation(parent, at, inner, isNot) {
    return element("select", { "aria-label": "符合还是排除", onchange: (event) => {
      parent.of[at] = event.target.value === "not" ? { kind: "not", of: inner } : inner;
      this.#redraw();
    } }, ...options([["is", "符合"], ["not", "排除"]], isNot ? "not" : "is"));
  }

  #fact(fact, remove, negation) {
    const known = this.#facts.find((each) => each.name === fact.fact);
    const operator = known.operators.find((each) => each.op === fact.op);
    const row = element("div", { class: "rule__fact" }, negation);
    row.append(element("select", { "aria-label": "条件", onchange: (event) => {
      const next = this.#facts.find((each) => each.name === event.target.value);
      this.#become(fact, next, next.operators[0]);
    } }, ...options(this.#facts.map((each) => [each.name, each.title]), fact.fact)));
    row.append(element("select", { "aria-label": "怎么比", onchange: (event) => {
      this.#become(fact, known, known.operators.find((each) => each.op === event.target.value));
    } }, ...options(known.operators.map((each) => [each.op, each.title]), fact.op)));
    row.append(...this.#value(fact, operator), ...this.#days(fact, operator), this.#remover(remove));
    return row;
  }

  #value(fact, operator) {
    if (operator.value === "nothing") return [];
    if (operator.is_list || operator.value === "level") return [this.#choice(fact, operator)];
    const isFen = operator.value === "fen";
    const number = element("input", { type: "number", min: 0, step: isFen ? "0.01" : 1, "aria-label": "数值", value: isFen ? fact.value / 100 : fact.value,
      oninput: (event) => { fact.value = Math.round(Number(event.target.value) * (isFen ? 100 : 1)); this.#changed(); } });
    return [number, element("span", { class: "small muted" }, UNITS[operator.value] ?? "")];
  }

  #choice(fact, operator) {
    const pairs = this.#choices[operator.value] ?? [];
    if (!pairs.length) return element("span", { class: "small muted" }, "还没有可选的");
    const isText = operator.value === "codes";
    const read = (value) => (isText ? value : Number(value));
    return element("select", { multiple: operator.is_list, size: operator.is_list ? Math.min(5, Math.max(3, pairs.length)) : null, "aria-label": "选哪些",
      onchange: (event) => {
        const chosen = [...event.target.selectedOptions].map((each) => read(each.value));
        fact.value = operator.is_list ? chosen : chosen[0];
        this.#changed();
      } }, ...options(pairs, fact.value ?? []));
  }

  #days(fact, operator) {
    if (!operator.takes_days) return [];
    return [element("input", { type: "number", min: 1, placeholder: "不限天数", "aria-label": "多少天内", value: fact.days ?? "",
      oninput: (event) => {
        if (event.target.value) fact.days = Number(event.target.value);
        else delete fact.days;
        this.#changed();
      } }), element("span", { class: "small muted" }, "天内")];
  }

  #remover(remove) {
    return element("button", { type: "button", class: "btn btn--small btn--quiet", onclick: remove, "aria-label": "去掉这个条件" }, "去掉");
  }

  #newFact() {
    return this.#become({ kind: "fact" }, this.#facts[0], this.#facts[0].operators[0], false);
  }

  #become(fact, known, operator, redraw = true) {
    const first = { nothing: null, count: 1, fen: 10000, score: 3, days: 30, hours: 24, level: this.#choices.level?.[0]?.[0] ?? null };
    fact.fact = known.name;
    fact.op = operator.op;
    delete fact.days;
    const value = operator.is_list ? [] : first[operator.value];
    if (value === null) delete fact.value;
    else fact.value = value;
    if (redraw) this.#redraw();
    return fact;
  }

  #add(rule, each) {
    rule.of.push(each);
    this.#redraw();
  }

  #redraw() {
    this.#draw();
    this.#changed();
  }
}

if (form) new Editor().start();

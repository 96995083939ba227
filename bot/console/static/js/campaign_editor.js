// The editor of campaigns: rows that come, go and change places, bytes that are counted, and what
// belongs to a choice shown with it. The server reads rows in the order in which they stand.

const form = document.querySelector("[data-campaign]");
const encoder = new TextEncoder();
let made = 0;

const limits = form ? JSON.parse(form.dataset.limits) : {};
const all = (selector, within = form) => [...within.querySelectorAll(selector)];

function isRoute(route) {
  const boxes = all("[name=routes]");
  return boxes.some((each) => each.value === route && (each.type === "hidden" || each.checked));
}

/** Everybody gets the same words then, and no placeholder may speak of one customer. */
function isMassOnly() {
  const chosen = all("[name=routes]").filter((each) => each.type === "hidden" || each.checked);
  return chosen.length === 1 && chosen[0].value === "mass";
}

function show(element, isShown) {
  element.hidden = !isShown;
}

function nextId() {
  const taken = new Set(all('[data-row="step"] > [name$=".id"]').map((each) => each.value));
  let number = 1;
  while (taken.has(`s${number}`)) number += 1;
  return `s${number}`;
}

/** A row as the server would draw it, with names that no other row has. */
function newRow(kind, base) {
  const html = document.getElementById(`row-${kind}`).innerHTML.replaceAll("__BASE__", base).replaceAll("__ID__", nextId());
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content.firstElementChild;
}

function add(button) {
  const kind = button.dataset.add;
  const into = button.dataset.into;
  const parent = button.closest("[data-row]");
  const list = (parent ?? form).querySelector(`[data-list="${into}"]`);
  if (Number(button.dataset.most) <= list.children.length) return;
  made += 1;
  const base = `${parent ? `${parent.dataset.base}.` : ""}${into}.new${made}`;
  const row = newRow(kind, base);
  if (kind === "arm") share(list, row);
  list.append(row);
  row.querySelector("textarea, select, input:not([type=hidden])")?.focus();
}

/** Variants are A, B, … and at first get equal shares. */
function share(list, row) {
  const names = new Set(all(':scope > [data-row="arm"] > .arm__head [name$=".name"]', list).map((each) => each.value));
  const name = [..."ABCD"].find((each) => !names.has(each));
  row.querySelector('.arm__head [name$=".name"]').value = name;
  row.querySelector("[data-arm-name]").textContent = name;
  const weights = [...all(".arm__head [name$='.weight']", list), row.querySelector(".arm__head [name$='.weight']")];
  const each = Math.floor(100 / weights.length);
  weights.forEach((weight, at) => { weight.value = at ? each : 100 - each * (weights.length - 1); });
}

function remove(button) {
  const row = button.closest(`[data-row="${button.dataset.remove}"]`);
  const list = row.parentElement;
  row.remove();
  const weights = all(":scope > [data-row=arm] > .arm__head [name$='.weight']", list);
  if (weights.length === 1) weights[0].value = 100;
}

function move(button) {
  const row = button.closest("[data-row], li");
  const other = button.dataset.move === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (button.dataset.move === "up") other.before(row);
  else other.after(row);
  button.focus();
}

function insert(button) {
  const words = button.closest("[data-row=arm]").querySelector("[data-words]");
  words.setRangeText(button.dataset.insert, words.selectionStart, words.selectionEnd, "end");
  words.focus();
}

/** Steps bear their places as numbers, and so do the ways that lead to them. */
function nameSteps() {
  const steps = all('[data-row="step"]');
  const ids = steps.map((each) => each.querySelector(':scope > [name$=".id"]').value);
  steps.forEach((each, at) => {
    const place = each.querySelector("[data-position]");
    if (place) place.textContent = `第${at + 1}步`;
    all("[data-way]", each).forEach((way) => {
      const chosen = way.value;
      const others = ids.map((id, to) => [id, `跳到第${to + 1}步`]).filter((_, to) => to !== at);
      const options = [["~below", "接着走下一步"], ["~end", "到此结束"], ...others];
      way.replaceChildren(...options.map(([value, words]) => new Option(words, value, false, value === chosen)));
    });
  });
}

function countBytes(arm) {
  const own = Object.fromEntries(all("[data-words-of]", arm).map((each) => [each.dataset.wordsOf, each.value.trim()]));
  const usual = arm.querySelector("[data-words]").value.trim();
  const told = Object.entries(limits).filter(([route]) => isRoute(route)).map(([route, [name, limit]]) => {
    const size = encoder.encode(own[route] || usual).length;
    const line = document.createElement("span");
    line.textContent = `${name} ${size} / ${limit} 字节`;
    line.className = size > limit ? "bytes bytes--over" : "bytes";
    return line;
  });
  arm.querySelector("[data-bytes]").replaceChildren(...told);
}

function chooseAttachment(row) {
  const kind = row.querySelector("[data-attachment-kind]").value;
  all("[data-kind]", row).forEach((each) => {
    const isChosen = each.dataset.kind === kind;
    show(each, isChosen);
    all('[name$=".ref"], [name$=".file"]', each).forEach((field) => { field.disabled = !isChosen; });
  });
  show(row.querySelector("[data-hidden-for]"), kind !== "picture");
}

function refresh() {
  nameSteps();
  all('[data-row="arm"]').forEach((arm) => {
    countBytes(arm);
    const isAlone = arm.parentElement.children.length < 2;
    show(arm.querySelector("[data-several]"), !isAlone);
    all("[data-needs-route]", arm).forEach((each) => show(each, isRoute(each.dataset.needsRoute)));
    all("[data-route-words]", arm).forEach((each) => show(each, isRoute(each.dataset.routeWords)));
    const others = all("[data-route-words]", arm).filter((each) => !each.hidden);
    show(arm.querySelector(".more"), others.length > 1 || others.some((each) => each.querySelector("textarea").value.trim()));
    all("[data-personal]", arm).forEach((each) => { each.disabled = isMassOnly(); });
  });
  all('[data-row="attachment"]').forEach(chooseAttachment);
  all("[data-triggers]").forEach((each) => show(each, each.dataset.triggers.split(" ").includes(form.elements["plan.trigger"]?.value)));
  all("[data-end-tag]").forEach((each) => show(each, all('[name="plan.ends_by"]').some((box) => box.value === "tag" && box.checked)));
  all("[data-needs-arms]").forEach((each) => show(each, all('[data-row="arm"]').some((arm) => arm.parentElement.children.length > 1)));
  all("[data-stop-fields]").forEach((each) => show(each, form.querySelector("[data-stop]").checked));
}

if (form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-add], button[data-remove], button[data-move], button[data-insert]");
    if (!button) return;
    if (button.dataset.add) add(button);
    if (button.dataset.remove) remove(button);
    if (button.dataset.move) move(button);
    if (button.dataset.insert) insert(button);
    refresh();
  });
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  form.addEventListener("formdata", ({ formData }) => {
    // A form may have so many fields; those that are empty say nothing.
    for (const [name, value] of [...formData]) {
      const isEmpty = value instanceof File ? value.size === 0 : value === "" && !name.endsWith(".text");
      if (isEmpty) formData.delete(name);
    }
  });
  document.getElementById("preview").addEventListener("keydown", (event) => {
    // Enter in a field of the form would save it; here it looks again.
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    event.target.blur();
  });
  refresh();
  form.querySelector(".form__wrong")?.closest("label, .row, .step, .card")?.scrollIntoView({ block: "center" });
}

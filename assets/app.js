// 同心: what a page does beyond plain HTML. Every page works without this file; each part below only makes one thing easier.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (name, act) => document.addEventListener(name, act);
const DAY = 24 * 60 * 60 * 1000;

// Double tap: the first press of a posting form counts. The button is disabled a moment later, so its own value still travels.
on("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  const button = event.submitter;
  setTimeout(() => {
    if (!button) return;
    button.dataset.word = button.innerHTML;
    button.disabled = true;
    if (button.classList.contains("btn")) button.textContent = "正在提交…";
  }, 0);
  setTimeout(() => release(form), 12000); // no answer came: let them try again
});

function release(form) {
  delete form.dataset.sent;
  $$("[data-word]", form).concat($$(`[form="${form.id || "-"}"][data-word]`)).forEach((button) => {
    button.disabled = false;
    button.innerHTML = button.dataset.word;
    delete button.dataset.word;
  });
}
window.addEventListener("pageshow", (event) => event.persisted && $$("form[data-sent]").forEach(release));

// Drafts: <form data-draft="name"> keeps what was typed for a day. Never passwords, codes, files or a tick of consent.
const kept = "input:not([type=password], [type=hidden], [type=file], [type=checkbox], [type=radio], [autocomplete=one-time-code]), textarea, select, .t-pick input";
const fields = (form) => $$(kept, form).filter((field) => field.name && !field.closest("[data-nodraft]"));
const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden: no draft */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* as above */ } },
};

function keep(form) {
  const values = {};
  for (const field of fields(form)) {
    const picked = field.type !== "checkbox" && field.type !== "radio" ? field.value : field.checked && field.value;
    if (picked !== false && picked !== "") (values[field.name] ||= []).push(picked);
  }
  const at = Date.now();
  store.set(`draft:${form.dataset.draft}`, { at, values });
  const time = new Date(at).toTimeString().slice(0, 5);
  $$("[data-draft-note]").forEach((note) => { note.textContent = `已替您保存草稿 ${time}`; });
}

function restore(form) {
  const key = `draft:${form.dataset.draft}`;
  const draft = store.get(key);
  if (!draft || Date.now() - draft.at > DAY) return store.drop(key);
  if ($(".bad", form)) return store.drop("draft-sent"); // it was not taken: the draft stays; and the answer of the house, with what was typed, is newer than the draft
  for (const field of fields(form)) {
    const values = draft.values[field.name];
    if (!values) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (!field.value || field.tagName === "SELECT") field.value = values[0];
  }
}

function drafts() {
  const forms = $$("form[data-draft]");
  const sent = store.get("draft-sent");
  if (sent && !forms.some((form) => form.dataset.draft === sent)) { store.drop(`draft:${sent}`); store.drop("draft-sent"); }
  forms.forEach(restore);
}
let waiting = 0;
on("input", (event) => {
  const form = event.target.form;
  if (!form || !form.dataset.draft) return;
  clearTimeout(waiting);
  waiting = setTimeout(keep, 400, form);
});
on("submit", (event) => {
  const form = event.target;
  if (form.dataset.draft) { clearTimeout(waiting); keep(form); store.set("draft-sent", form.dataset.draft); }
  if (form.hasAttribute("data-forget")) { // signing out: leave nothing on a shared phone
    try { Object.keys(localStorage).filter((key) => key.startsWith("draft")).forEach(store.drop); } catch { /* no storage */ }
  }
});

// Tables: tick all, and say how many in the batch bar. Rows to ask about first (data-ask-first) are ticked one by one.
const rows = (form) => $$("td > input[type=checkbox]:not(:disabled)", form);
const usual = (form) => rows(form).filter((box) => !box.hasAttribute("data-ask-first"));
function count(form) {
  const picked = rows(form).filter((box) => box.checked).length;
  const all = $("[data-all]", form);
  if (all) { all.checked = picked > 0 && usual(form).every((box) => box.checked); all.indeterminate = picked > 0 && !all.checked; }
  $$("[data-picked]", form).forEach((word) => {
    word.dataset.ask ||= word.textContent;
    word.textContent = picked ? `已选${picked}${word.dataset.picked}` : word.dataset.ask;
  });
  $$("[data-needs-pick]", form).forEach((button) => { button.disabled = !picked; });
}
on("change", (event) => {
  const box = event.target;
  const form = box.closest("form");
  if (!form || !$("[data-picked]", form)) return;
  if (box.hasAttribute("data-all")) (box.checked ? usual : rows)(form).forEach((row) => { row.checked = box.checked; });
  count(form);
});

// Dialogs: data-dialog="id" opens a native dialog; where there is none, the link leads to the page that says the same.
on("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  const opener = at("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
  }
  const closer = at("[data-close]");
  if (closer && closer.closest("dialog")) { event.preventDefault(); closer.closest("dialog").close(); }
  if (at("[data-print]")) window.print();
  if (at("[data-read]")) read();
});

// 读给我听: reads the page aloud, with the phone's own voice; a second press stops.
function read() {
  const voice = window.speechSynthesis;
  if (voice.speaking) return voice.cancel();
  const words = new SpeechSynthesisUtterance(($("[data-read-this]") || $("#main")).innerText);
  words.lang = "zh-CN";
  words.rate = 0.9;
  voice.speak(words);
}

// htmx: the token of the page travels along; what arrives in the dialog opens it.
on("htmx:configRequest", (event) => {
  const token = $("[name=csrfmiddlewaretoken]");
  if (token) event.detail.headers["X-CSRFToken"] = token.value;
});
on("htmx:afterSwap", (event) => {
  const dialog = event.detail.target;
  if (dialog.tagName === "DIALOG" && dialog.innerHTML.trim() && !dialog.open) dialog.showModal();
});

// A form that came back with something to mend: going back or reloading asks for the page, never for sending it again.
if ($("form[method=post]:not([action])")) history.replaceState(history.state, "", location.href);

drafts();
// Something to mend: go there, so that an error below the edge of the screen is not missed.
const mend = $(".t-field.bad :is(input, select, textarea):not([type=hidden])");
if (mend) { mend.focus({ preventScroll: true }); mend.scrollIntoView({ block: "center" }); }
$$("form").filter((form) => $("[data-picked]", form)).forEach(count);
$$("[data-print]").forEach((button) => { button.hidden = false; });
if (window.speechSynthesis) $$("[data-read]").forEach((button) => { button.hidden = false; });

"use strict";
for (const form of document.querySelectorAll("form.ask")) {
  const [request, stage] = form.querySelectorAll("select");
  const answer = form.querySelector("output");
  const table = form.parentElement.querySelector("table.answers");
  const show = () => {
    for (const cell of table.querySelectorAll("td.chosen")) cell.classList.remove("chosen");
    const cell = document.getElementById(`${form.dataset.rollout}-c${request.value}-s${stage.value}`);
    cell.classList.add("chosen");
    answer.textContent = [cell.textContent, cell.dataset.why].filter(Boolean).join(". ");
  };
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
}
for (const table of document.querySelectorAll("table.matrix")) {
  const detail = table.closest(".part").querySelector(".detail");
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.querySelector("button")));
  const buttons = rows.flat().filter(Boolean);
  const focusOn = (button) => {
    for (const each of buttons) each.tabIndex = each === button ? 0 : -1;
    button.focus();
  };
  const next = (row, column, down, right) => {
    for (let r = row + down, c = column + right; rows[r] && c >= 0 && c < rows[r].length; r += down, c += right) {
      if (rows[r][c]?.checkVisibility()) return rows[r][c];
    }
    return null;
  };
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const enter = () => {
    const first = buttons.find((button) => button.checkVisibility());
    for (const button of buttons) button.tabIndex = button === first ? 0 : -1;
  };
  table.addEventListener("fold", enter);
  enter();
  const tell = (event) => {
    const button = event.target.closest("button.cell");
    if (button) detail.textContent = button.dataset.detail;
  };
  for (const name of ["focusin", "pointerover", "click"]) table.addEventListener(name, tell);
  table.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    const row = rows.findIndex((each) => each.includes(event.target));
    if (!step || row < 0) return;
    event.preventDefault();
    const found = next(row, rows[row].indexOf(event.target), ...step);
    if (found) focusOn(found);
  });
}
for (const button of document.querySelectorAll("button.fold")) {
  const rollout = button.closest("section.rollout");
  const fold = (folded) => {
    rollout.classList.toggle("folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
    button.textContent = folded ? button.dataset.more : button.dataset.fewer;
    rollout.querySelector("table.matrix")?.dispatchEvent(new Event("fold"));
  };
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target || !rollout.contains(target) || !target.classList.contains("far")) return;
    fold(false);
    target.scrollIntoView();
  };
  button.addEventListener("click", () => fold(!rollout.classList.contains("folded")));
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => fold(false));
  button.hidden = false;
  fold(true);
  reveal();
}
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details")) each.open = true;
});

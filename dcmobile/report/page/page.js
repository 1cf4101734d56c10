"use strict";
// Readings of charts by pointer and arrow keys, sorting of the table, links into closed layers. Without script the page
// shows all the same; texts are only ever set as text.

const SVG = "http://www.w3.org/2000/svg";
const EDGE = 0.02; // of an axis of points, at either end; as in charts.py

function placesOf(kind, values) {
  if (kind === "bands") return values.map((_, index) => (index + 0.5) / values.length);
  const low = Math.min(...values);
  const high = Math.max(...values);
  return values.map((value) => (low === high ? 0.5 : EDGE + (1 - 2 * EDGE) * ((value - low) / (high - low))));
}

function nearest(places, place) {
  let best = 0;
  for (let index = 1; index < places.length; index += 1) {
    if (Math.abs(places[index] - place) < Math.abs(places[best] - place)) best = index;
  }
  return best;
}

function addReadings(figure) {
  const values = JSON.parse(figure.dataset.x);
  const amounts = JSON.parse(figure.dataset.y);
  const places = placesOf(figure.dataset.kind, values);
  const plots = figure.querySelector(".plots");
  const fields = [...plots.querySelectorAll("svg.field")];
  const reading = figure.querySelector(".reading");
  const skip = figure.dataset.say.startsWith("gap") ? values.length - 1 : -1;
  const cursors = fields.map((field) => {
    const line = document.createElementNS(SVG, "line");
    for (const [name, value] of Object.entries({ class: "cursor", y1: "0", y2: "100%", visibility: "hidden" })) {
      line.setAttribute(name, value);
    }
    field.append(line);
    return line;
  });
  const inLayer = figure.closest("details") !== null; // said once is enough
  let current = -1;

  function idle() {
    current = -1;
    cursors.forEach((line) => line.setAttribute("visibility", "hidden"));
    reading.classList.add("idle");
    reading.textContent = inLayer ? "" : "Point at a chart, or move with the arrow keys, to read it.";
  }

  function show(index) {
    current = index;
    const text = figure.dataset.say.replace(/\{([xy])\}/g, (_, which) => {
      const value = which === "x" ? (index === skip ? "skip" : values[index]) : amounts[index];
      return typeof value === "number" && which === "y" ? value.toLocaleString("en-US") : String(value);
    });
    reading.classList.remove("idle");
    reading.textContent = text;
    plots.setAttribute("aria-valuenow", String(index + 1));
    plots.setAttribute("aria-valuetext", text);
    for (const line of cursors) {
      line.setAttribute("x1", `${100 * places[index]}%`);
      line.setAttribute("x2", `${100 * places[index]}%`);
      line.setAttribute("visibility", "visible");
    }
  }

  plots.tabIndex = 0;
  for (const [name, value] of Object.entries({ role: "slider", "aria-valuemin": "1", "aria-valuemax": String(values.length), "aria-valuenow": "1" })) {
    plots.setAttribute(name, value);
  }
  plots.addEventListener("pointermove", (event) => {
    const box = fields[0].getBoundingClientRect();
    show(nearest(places, (event.clientX - box.left) / box.width));
  });
  plots.addEventListener("pointerdown", (event) => {
    const box = fields[0].getBoundingClientRect();
    show(nearest(places, (event.clientX - box.left) / box.width));
  });
  plots.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") idle();
  });
  plots.addEventListener("keydown", (event) => {
    const last = values.length - 1;
    const target = {
      ArrowRight: Math.min(current + 1, last),
      ArrowUp: Math.min(current + 1, last),
      ArrowLeft: Math.max(current - 1, 0),
      ArrowDown: Math.max(current - 1, 0),
      Home: 0,
      End: last,
    }[event.key];
    if (target === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    show(target);
  });
  plots.addEventListener("blur", idle);
  idle();
}

function addSorting(table) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.querySelectorAll("th[data-sort]")];
  const number = (cell) => parseFloat(cell.textContent.replace(/,/g, ""));
  // In the first line of the head a group stands for three columns.
  const columnOf = (head) => [...head.parentNode.cells].slice(0, head.cellIndex).reduce((sum, cell) => sum + cell.colSpan, 0);

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const column = columnOf(head);
    const numeric = head.dataset.sort === "number";
    button.addEventListener("click", () => {
      const first = numeric && column > 0 ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? other : first;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const sorted = rows.slice().sort((a, b) => {
        if (!numeric) return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent, "en", { numeric: true });
        const left = number(a.cells[column]);
        const right = number(b.cells[column]);
        if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
        return sign * (left - right);
      });
      body.append(...sorted);
    });
  }
}

function openTarget() {
  const target = location.hash.startsWith("#layer-") ? document.getElementById(location.hash.slice(1)) : null;
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
}

// A layer's charts get their readings when it is opened: a page of two hundred layers starts at once.
for (const figure of document.querySelectorAll("figure.chart")) {
  const layer = figure.closest("details");
  if (layer === null || layer.open) addReadings(figure);
  else layer.addEventListener("toggle", () => addReadings(figure), { once: true });
}
const layerTable = document.getElementById("layer-table");
if (layerTable !== null) addSorting(layerTable);
window.addEventListener("hashchange", openTarget);
openTarget();

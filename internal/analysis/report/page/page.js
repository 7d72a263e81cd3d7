"use strict";
// Nothing on the page needs this: it sorts tables, opens what is folded, and shows only what is about two models.
(() => {
  const lang = document.documentElement.lang;
  const tools = document.getElementById("tools");
  tools.hidden = false;
  tools.addEventListener("click", (e) => {
    const what = e.target.dataset && e.target.dataset.do;
    if (what === "print") window.print();
    else if (what) for (const d of document.querySelectorAll("main details.fold")) d.open = what === "open";
  });

  // A link into what is folded opens it.
  const reveal = () => {
    const to = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let d = to && to.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (to) to.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  for (const choice of document.querySelectorAll(".choice")) {
    choice.hidden = false;
    choice.querySelector("select").addEventListener("change", (e) => {
      for (const d of choice.closest("section").querySelectorAll("[data-pair]")) {
        d.hidden = e.target.value !== "" && d.dataset.pair !== e.target.value;
      }
    });
  }

  const words = new Intl.Collator(lang, { numeric: true });
  const key = (cell) => cell.dataset.sort !== undefined ? cell.dataset.sort : cell.textContent;
  const compare = (a, b) => {
    const x = Number(key(a)), y = Number(key(b));
    return a.dataset.sort !== undefined && b.dataset.sort !== undefined && !isNaN(x) && !isNaN(y) ? x - y : words.compare(key(a), key(b));
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    if (body.rows.length < 3 || body.querySelector(".group")) continue;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const label = head.querySelector(":scope > span"); // a head with a definition has none: its words open that
      const text = (label || head.querySelector("summary")).textContent.trim();
      if (text === "") return;
      const button = document.createElement("button");
      button.type = "button";
      if (label) {
        button.textContent = text;
        label.replaceWith(button);
      } else {
        button.setAttribute("aria-label", text);
        head.append(button);
      }
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const h of table.tHead.rows[0].cells) h.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows];
        const lacks = (r) => r.cells[column].classList.contains("lacks") ? 1 : 0; // what has no figure stays last
        rows.sort((r, s) => lacks(r) - lacks(s) || (down ? -1 : 1) * compare(r.cells[column], s.cells[column]));
        body.append(...rows);
      });
    });
  }
})();

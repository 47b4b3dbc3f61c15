// What is too wide for the page scrolls in its own box; here the keyboard learns to reach such a box.
(() => {
  "use strict";
  // The heading of a column, such as mcse_mean, may break where a space would stand.
  for (const heading of document.querySelectorAll("table.dataframe thead th"))
    if (!heading.firstElementChild) heading.innerHTML = heading.innerHTML.replaceAll("_", "_<wbr>");
  // The theme sees to code once, when the page loads; code that is folded then has no width yet.
  const boxes = document.querySelectorAll(
    ".bd-article pre, .math > .katex, .cell_output > .output, .pst-scrollable-table-container"
  );
  const mark = (box) => {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const watch = new ResizeObserver((entries) => entries.forEach((entry) => mark(entry.target)));
  boxes.forEach((box) => watch.observe(box));
  // A font that arrives late makes a formula wider, and not its box.
  document.fonts.addEventListener("loadingdone", () => boxes.forEach(mark));
})();

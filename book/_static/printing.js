// Paper is white: a page is printed in its light theme, whichever is chosen for the screen.
(() => {
  "use strict";
  const root = document.documentElement;
  let onScreen;
  const prepare = () => {
    if (root.dataset.theme === "dark") [onScreen, root.dataset.theme] = ["dark", "light"];
  };
  const restore = () => {
    if (onScreen) [root.dataset.theme, onScreen] = [onScreen, undefined];
  };
  matchMedia("print").addEventListener("change", (event) => (event.matches ? prepare() : restore()));
  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);
})();

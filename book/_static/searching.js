// Sphinx looks words up in plain objects, where it also finds what every object has, such as "constructor": it then
// fails half-way, and the page waits for ever. What it asks of its indexes is answered from what the pages say alone.
(() => {
  "use strict";

  for (const name of ["terms", "titleterms"]) {
    const words = Object.assign(Object.create(null), Search._index[name]);
    Object.defineProperty(words, "hasOwnProperty", { value: (word) => Object.hasOwn(words, word) });
    Search._index[name] = words;
  }
})();

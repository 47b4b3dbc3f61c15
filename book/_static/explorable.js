// Turns each explorable's static picture into a live chart with a slider (see book/_ext/explorable.py).
(() => {
  "use strict";

  const panels = (spec) => spec.hconcat ?? spec.vconcat ?? [spec];

  // On a narrow screen, panels side by side go one below the other.
  const stacked = ({ hconcat, ...rest }) => (hconcat ? { ...rest, vconcat: hconcat } : rest);

  const scaled = (spec, width, factor) => {
    const copy = structuredClone(spec);
    for (const panel of panels(copy)) panel.width = Math.floor(width(panel) * factor);
    return copy;
  };

  // Panels side by side share what is too much; stacked or single, the widest sets the measure for all.
  const fitted = (spec, excess) => {
    const width = (panel) => panel.width ?? spec.config?.view?.continuousWidth ?? 300;
    const widths = panels(spec).map(width);
    const whole = spec.hconcat ? widths.reduce((sum, each) => sum + each, 0) : Math.max(...widths);
    const factor = 1 - (excess + 1) / whole;
    if (spec.hconcat && factor < 0.7) return null; // too cramped to read
    return scaled(spec, width, factor);
  };

  const lines = (text, most) =>
    text.split(" ").reduce((made, word) => {
      const longer = `${made.at(-1) ?? ""} ${word}`.trim();
      if (made.length && longer.length <= most) made[made.length - 1] = longer;
      else made.push(word);
      return made;
    }, []);

  // Vega does not break a title that is too long for its panel. A letter takes about 8 pixels, below the title 6.
  const titled = (spec, room) => {
    const copy = structuredClone(spec);
    for (const panel of panels(copy)) {
      if (typeof panel.title === "string") panel.title = { text: panel.title };
      const { title } = panel;
      if (typeof title?.text === "string") title.text = lines(title.text, (room - 50) / 8);
      if (typeof title?.subtitle === "string") title.subtitle = lines(title.subtitle, (room - 50) / 6);
    }
    return copy;
  };

  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  // The slider is the browser's own, outside the chart, so that it keeps its focus when the chart is laid out anew.
  const slider = (param, id, moved) => {
    const { min, max, step, name } = param.bind;
    const places = (String(step).split(".")[1] ?? "").length;
    const label = element("label", { for: id }, (name ?? param.name).replace(/[:\s]+$/, ""));
    const range = element("input", { type: "range", id, min, max, step, value: param.value });
    // Hidden from screen readers, which get the same text from the slider itself.
    const shown = element("span", { class: "explorable-value", "aria-hidden": "true" });
    const show = () => {
      shown.textContent = Number(range.value).toFixed(places);
      range.setAttribute("aria-valuetext", shown.textContent);
    };
    range.addEventListener("input", () => {
      show();
      moved(param.name, Number(range.value));
    });
    show();
    return element("div", { class: "explorable-slider" }, label, range, shown);
  };

  const start = async (box, number) => {
    const source = box.querySelector("script[type='application/json']");
    const picture = box.querySelector("img");
    const spec = JSON.parse(source.textContent);
    const values = {};
    const sliders = [];
    let view;
    const moved = (name, value) => {
      values[name] = value;
      view.signal(name, value).runAsync();
    };
    for (const param of spec.params ?? []) {
      if (param.bind?.input !== "range") continue;
      sliders.push(slider(param, `explorable-${number}-${param.name}`, moved));
      values[param.name] = param.value;
      delete param.bind;
    }
    // Vega writes a role and a name of its own on the element that it is given: that one is hidden, this one speaks.
    const mount = element("div", { "aria-hidden": "true" });
    const chart = element("div", { class: "explorable-chart", role: "img", "aria-label": picture.alt }, mount);
    const live = element("div", { class: "explorable-live" }, ...sliders, chart);

    const draw = async (wanted) => {
      for (const param of wanted.params ?? []) if (param.name in values) param.value = values[param.name];
      view?.finalize();
      // ast: Vega interprets its expressions and compiles none, as a site's content security policy may ask.
      const options = { actions: false, ast: true, renderer: "svg", defaultStyle: false };
      ({ view } = await vegaEmbed(mount, wanted, options));
      return mount.querySelector("svg").width.baseVal.value - chart.clientWidth;
    };
    const layOut = async () => {
      const whole = titled(spec, chart.clientWidth);
      let excess = await draw(whole);
      if (excess <= 0) return;
      let wanted = fitted(whole, excess);
      if (!wanted) {
        wanted = stacked(whole);
        excess = await draw(wanted);
        if (excess <= 0) return;
        wanted = fitted(wanted, excess);
      }
      await draw(wanted);
    };

    box.setAttribute("role", "group");
    box.setAttribute("aria-label", source.dataset.title);
    box.append(live);
    await layOut();
    picture.hidden = true;
    box.dataset.state = "live";

    let room = chart.clientWidth;
    let waiting;
    new ResizeObserver(() => {
      if (chart.clientWidth === room) return;
      room = chart.clientWidth;
      clearTimeout(waiting);
      waiting = setTimeout(layOut, 150);
    }).observe(chart);
  };

  document.querySelectorAll(".explorable").forEach((box, number) => {
    start(box, number).catch((error) => {
      // The picture stays.
      box.querySelector(".explorable-live")?.remove();
      box.dataset.state = "static";
      console.error(error);
    });
  });
})();

// Draws [data-chart] with ECharts in our colours. The spec is the JSON inside the element; see _parts/charts.html.

const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let loading = null;

function library(url) {
  loading ??= new Promise((done, fail) => {
    if (globalThis.echarts) return done(globalThis.echarts);
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => done(globalThis.echarts);
    script.onerror = fail;
    document.head.append(script);
  });
  return loading;
}

function paint() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  const tones = { points: "points-fill", hours: "hours-fill", yes: "yes-fill", no: "no-fill", wait: "wait-fill", brand: "brand", muted: "line-strong" };
  return {
    of: (tone) => read(tones[tone] ?? tone ?? "brand"),
    ink: read("ink"), muted: read("muted"), line: read("line"), card: read("card"),
    font: getComputedStyle(document.body).fontFamily,
    size: parseFloat(style.fontSize) * parseFloat(read("t1")),
  };
}

function options(spec, colour) {
  const text = { color: colour.muted, fontFamily: colour.font, fontSize: colour.size };
  // richText: an HTML tooltip would need inline styles, which our pages forbid.
  const tooltip = {
    trigger: spec.kind === "ring" ? "item" : "axis", renderMode: "richText", confine: true,
    backgroundColor: colour.card, borderColor: colour.line, textStyle: { ...text, color: colour.ink },
    valueFormatter: (value) => `${Number(value).toLocaleString("en")}${spec.unit ? ` ${spec.unit}` : ""}`,
  };
  const legend = { show: spec.series.length > 1 || spec.kind === "ring", bottom: 0, icon: "roundRect", itemWidth: 12, itemHeight: 12, textStyle: text };
  if (spec.kind === "ring") {
    const [only] = spec.series;
    return {
      tooltip, legend, animation: !calm,
      series: [{
        type: "pie", radius: ["56%", "82%"], center: ["50%", "44%"], label: { show: false },
        itemStyle: { borderColor: colour.card, borderWidth: 2 },
        data: spec.x.map((name, index) => ({ name, value: only.data[index], itemStyle: { color: colour.of(only.tones?.[index]) } })),
      }],
    };
  }
  const line = spec.kind === "line" || spec.kind === "area";
  return {
    tooltip, legend, animation: !calm, animationDuration: 200,
    grid: { left: 4, right: line ? 20 : 8, top: 16, bottom: legend.show ? 32 : 4, containLabel: true },
    xAxis: { type: "category", data: spec.x, boundaryGap: !line, axisLabel: text, axisTick: { show: false }, axisLine: { lineStyle: { color: colour.line } } },
    yAxis: { type: "value", minInterval: 1, splitNumber: 3, axisLabel: text, splitLine: { lineStyle: { color: colour.line } } },
    series: spec.series.map((one, index) => ({
      name: one.name, data: one.data, type: line ? "line" : "bar", stack: spec.kind === "stack" ? "all" : undefined,
      symbolSize: 7, lineStyle: { width: 3 }, barMaxWidth: 26,
      itemStyle: { color: colour.of(one.tone), borderRadius: line || spec.kind === "stack" ? 0 : [5, 5, 0, 0] },
      areaStyle: spec.kind === "area" ? { opacity: 0.18 } : undefined,
      markLine: spec.goal && index === 0 ? { silent: true, symbol: "none", label: { ...text }, lineStyle: { color: colour.muted }, data: [{ yAxis: spec.goal }] } : undefined,
    })),
  };
}

async function draw(element) {
  const spec = element.spec ?? JSON.parse(element.querySelector("script")?.textContent ?? element.dataset.spec);
  element.spec = spec;
  const echarts = await library(element.dataset.echarts);
  echarts.getInstanceByDom(element)?.dispose();
  const chart = echarts.init(element, null, { renderer: "canvas" });
  chart.setOption(options(spec, paint()));
  element.watcher ??= new ResizeObserver(() => echarts.getInstanceByDom(element)?.resize());
  element.watcher.observe(element);
}

const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach((element) => draw(element).catch(() => { element.hidden = true; }));

dark.addEventListener("change", () => drawAll(document));
document.addEventListener("live:swap", (event) => drawAll(event.target));
drawAll(document);

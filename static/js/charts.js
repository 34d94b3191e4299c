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
    trigger: spec.kind === "ring" || spec.kind === "radar" ? "item" : "axis", renderMode: "richText", confine: true,
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
  if (spec.kind === "radar") {
    return {
      tooltip, legend, animation: !calm, animationDuration: 200,
      radar: {
        indicator: spec.x.map((name) => ({ name, max: spec.most ?? 100 })), radius: "58%", center: ["50%", legend.show ? "47%" : "52%"],
        splitNumber: 4, axisName: { ...text, color: colour.ink, formatter: (name) => name.replace(" ", "\n") }, splitArea: { show: false },
        axisLine: { lineStyle: { color: colour.line } }, splitLine: { lineStyle: { color: colour.line } },
      },
      series: [{
        type: "radar", symbolSize: 6,
        // Two lines that colour alone would tell apart differ in stroke, too.
        data: spec.series.map((one, index) => ({
          name: one.name, value: one.data, itemStyle: { color: colour.of(one.tone) },
          lineStyle: { width: index ? 2 : 3, type: index ? "dashed" : "solid" }, areaStyle: { opacity: index ? 0 : 0.16 },
        })),
      }],
    };
  }
  if (spec.kind === "rounds") {
    // One bar a round, and under its name the stars that were lit: nothing of it stands on anything else.
    const stars = (index) => `{lit|${"★".repeat(spec.lit[index])}}{rest|${"☆".repeat(spec.all[index] - spec.lit[index])}}`;
    return {
      tooltip, animation: !calm, animationDuration: 200,
      grid: { left: 4, right: 8, top: 28, bottom: 4, containLabel: true },
      xAxis: {
        type: "category", data: spec.x, axisTick: { show: false }, axisLine: { lineStyle: { color: colour.line } },
        axisLabel: {
          ...text, interval: 0, formatter: (name, index) => `${name}\n${stars(index)}`,
          rich: { lit: { ...text, color: colour.of("brand"), lineHeight: colour.size * 1.7 }, rest: { ...text, color: colour.of("muted") } },
        },
      },
      yAxis: { type: "value", min: 0, max: spec.most, interval: spec.most / 4, axisLabel: text, splitLine: { lineStyle: { color: colour.line } } },
      series: spec.series.map((one) => ({
        name: one.name, data: one.data, type: "bar", barMaxWidth: 34,
        label: { show: true, ...text, color: colour.ink, fontWeight: 700, position: "top" },
        itemStyle: { color: colour.of(one.tone), borderRadius: [6, 6, 0, 0] },
      })),
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

// The library weighs more than the rest of a page: it is asked for when a chart comes near, and a phone's first view goes without.
const near = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    draw(target).catch(() => { target.hidden = true; });
  }
}, { rootMargin: "200px" });
const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach((element) => near.observe(element));

dark.addEventListener("change", () => drawAll(document));
document.addEventListener("live:swap", (event) => drawAll(event.target));
drawAll(document);

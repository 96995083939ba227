// What the console's charts have in common: their looks, bars, and drawing them from the figures
// that a page's route gives.

export const COLORS = ["#06853f", "#1659c7", "#c77700", "#7a4fc9", "#c8262b"];
export const INK = "#4e5969";
export const FONT = { color: INK, fontFamily: "inherit", fontSize: 12 };
export const TIP = { renderMode: "richText", confine: true };
export const AXIS = { axisLine: { lineStyle: { color: "#e5e6eb" } }, axisTick: { show: false }, axisLabel: { color: INK } };
export const SPLIT = { splitLine: { lineStyle: { color: "#f0f1f4" } }, axisLabel: { color: INK } };
export const ROOM = { left: 8, right: 12, top: 36, bottom: 8, containLabel: true };

/** Lying bars, the first row on top; `label` says what stands at the end of a row's bar. */
export function bars(rows, label = (row) => String(row.value)) {
  const lowestFirst = [...rows].reverse();
  return {
    tooltip: { ...TIP, trigger: "axis", axisPointer: { type: "shadow" } },
    grid: { ...ROOM, top: 8, right: 84 },
    xAxis: { ...SPLIT, type: "value", minInterval: 1, splitNumber: 4 },
    yAxis: { ...AXIS, type: "category", data: lowestFirst.map((each) => each.name), axisLabel: { color: INK, width: 150, overflow: "truncate" } },
    series: [{
      type: "bar", barMaxWidth: 22, data: lowestFirst.map((each) => each.value), itemStyle: { borderRadius: [0, 4, 4, 0] },
      label: { show: true, position: "right", color: INK, formatter: (at) => label(lowestFirst[at.dataIndex]) },
    }],
  };
}

/** Bars of steps, each with its share of the first. */
export function funnel(figures) {
  const most = Math.max(1, figures.funnel[0].value);
  return bars(figures.funnel, (each) => `${each.value}（${Math.round((each.value / most) * 100)}%）`);
}

/** Draw each chart of the page; `drawn` makes ECharts' options of the figures, by the chart's name. */
export function drawCharts(drawn) {
  const place = document.querySelector("[data-charts]");
  if (!place) return;
  draw(place, drawn).catch(() => {
    place.querySelectorAll("[data-chart]").forEach((element) => {
      element.classList.add("muted");
      element.textContent = "图表没有加载出来，请刷新页面；数字可以导出CSV查看";
    });
  });
}

async function draw(place, drawn) {
  const answer = await fetch(place.dataset.charts, { headers: { Accept: "application/json" } });
  if (!answer.ok || !window.echarts) throw new Error("no figures");
  const figures = await answer.json();
  const charts = [...place.querySelectorAll("[data-chart]")].map((element) => {
    const chart = window.echarts.init(element);
    chart.setOption({ color: COLORS, textStyle: FONT, ...drawn[element.dataset.chart](figures) });
    return chart;
  });
  new ResizeObserver(() => charts.forEach((chart) => chart.resize())).observe(place);
}

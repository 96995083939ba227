// Draws what campaigns brought, from the figures that the page's route gives.

const COLORS = ["#06853f", "#1659c7", "#c77700", "#7a4fc9", "#c8262b"];
const INK = "#4e5969";
const FONT = { color: INK, fontFamily: "inherit", fontSize: 12 };
const TIP = { renderMode: "richText", confine: true };
const AXIS = { axisLine: { lineStyle: { color: "#e5e6eb" } }, axisTick: { show: false }, axisLabel: { color: INK } };
const SPLIT = { splitLine: { lineStyle: { color: "#f0f1f4" } }, axisLabel: { color: INK } };

function bars(rows, label) {
  const lowestFirst = [...rows].reverse();
  return {
    tooltip: { ...TIP, trigger: "axis", axisPointer: { type: "shadow" } },
    grid: { left: 8, right: 84, top: 8, bottom: 8, containLabel: true },
    xAxis: { ...SPLIT, type: "value", minInterval: 1, splitNumber: 4 },
    yAxis: { ...AXIS, type: "category", data: lowestFirst.map((each) => each.name), axisLabel: { color: INK, width: 150, overflow: "truncate" } },
    series: [{
      type: "bar", barMaxWidth: 22, data: lowestFirst.map((each) => each.value), itemStyle: { borderRadius: [0, 4, 4, 0] },
      label: { show: true, position: "right", color: INK, formatter: (at) => label(lowestFirst[at.dataIndex]) },
    }],
  };
}

function funnel(figures) {
  const most = Math.max(1, figures.funnel[0].value);
  return bars(figures.funnel, (each) => `${each.value}（${Math.round((each.value / most) * 100)}%）`);
}

function cohorts(figures) {
  const later = Math.max(0, ...figures.cells.map((each) => each[0]));
  return {
    tooltip: { ...TIP, formatter: (at) => `${figures.months[at.value[1]]}首单的顾客，第${at.value[0]}个月有${at.value[2]}%来买` },
    grid: { left: 8, right: 12, top: 8, bottom: 56, containLabel: true },
    xAxis: { ...AXIS, type: "category", data: Array.from({ length: later + 1 }, (_, at) => at), name: "月后" },
    yAxis: { ...AXIS, type: "category", data: figures.months, inverse: true },
    visualMap: { min: 0, max: 100, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 120, inRange: { color: ["#f4faf7", "#8fd6ae", "#06853f"] }, textStyle: FONT, text: ["100%", "0%"] },
    series: [{ type: "heatmap", data: figures.cells, label: { show: true, formatter: (at) => `${Math.round(at.value[2])}%`, fontSize: 11 }, itemStyle: { borderColor: "#ffffff", borderWidth: 2 } }],
  };
}

const DRAWN = { funnel, cohorts, held: (figures) => bars(figures.held, (each) => String(each.value)) };

async function draw(place) {
  const answer = await fetch(place.dataset.charts, { headers: { Accept: "application/json" } });
  if (!answer.ok || !window.echarts) throw new Error("no figures");
  const figures = await answer.json();
  const charts = [...place.querySelectorAll("[data-chart]")].map((element) => {
    const chart = window.echarts.init(element);
    chart.setOption({ color: COLORS, textStyle: FONT, ...DRAWN[element.dataset.chart](figures) });
    return chart;
  });
  new ResizeObserver(() => charts.forEach((chart) => chart.resize())).observe(place);
}

const place = document.querySelector("[data-charts]");
if (place) {
  draw(place).catch(() => {
    place.querySelectorAll("[data-chart]").forEach((element) => {
      element.classList.add("muted");
      element.textContent = "图表没有加载出来，请刷新页面；数字可以导出CSV查看";
    });
  });
}

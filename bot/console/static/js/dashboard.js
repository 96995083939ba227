// Draws the dashboard's charts from the figures that its route gives.

const COLORS = ["#06853f", "#1659c7", "#c77700", "#7a4fc9", "#c8262b"];
const INK = "#4e5969";
const LINE = "#e5e6eb";
const FONT = { color: INK, fontFamily: "inherit", fontSize: 12 };
const TIP = { renderMode: "richText", confine: true };
const AXIS = { axisLine: { lineStyle: { color: LINE } }, axisTick: { show: false }, axisLabel: { color: INK } };
const SPLIT = { splitLine: { lineStyle: { color: "#f0f1f4" } }, axisLabel: { color: INK } };
const ROOM = { left: 8, right: 12, top: 36, bottom: 8, containLabel: true };

function yuan(value) {
  return `¥${Number(value).toLocaleString("zh-CN", { minimumFractionDigits: 2 })}`;
}

function short(day) {
  return day.slice(5);
}

function talks(figures) {
  return {
    tooltip: { ...TIP, trigger: "axis" },
    legend: { top: 0, textStyle: FONT },
    grid: ROOM,
    xAxis: { ...AXIS, type: "category", data: figures.days.map(short) },
    yAxis: { ...SPLIT, type: "value", minInterval: 1 },
    series: figures.talks.map((each) => ({
      name: each.name, type: "bar", stack: "all", barMaxWidth: 22, data: each.counts,
    })),
  };
}

function sales(figures) {
  return {
    tooltip: { ...TIP, trigger: "axis" },
    legend: { top: 0, textStyle: FONT },
    grid: ROOM,
    xAxis: { ...AXIS, type: "category", data: figures.days.map(short) },
    yAxis: [
      { ...SPLIT, type: "value" },
      { type: "value", minInterval: 1, splitLine: { show: false }, axisLabel: { color: INK } },
    ],
    series: [
      { name: "销售额", type: "line", smooth: true, symbolSize: 5, areaStyle: { opacity: 0.08 }, data: figures.sales, tooltip: { valueFormatter: yuan } },
      { name: "退款", type: "line", smooth: true, symbolSize: 5, data: figures.refunds, color: COLORS[4], tooltip: { valueFormatter: yuan } },
      { name: "付款单数", type: "bar", yAxisIndex: 1, barMaxWidth: 12, data: figures.orders, color: "#c3dcfb" },
    ],
  };
}

function bars(rows) {
  const lowestFirst = [...rows].reverse();
  return {
    tooltip: { ...TIP, trigger: "axis", axisPointer: { type: "shadow" } },
    grid: { ...ROOM, top: 8, right: 48 },
    xAxis: { ...SPLIT, type: "value", minInterval: 1 },
    yAxis: { ...AXIS, type: "category", data: lowestFirst.map((each) => each.name) },
    series: [{
      type: "bar", barMaxWidth: 22, data: lowestFirst.map((each) => each.value),
      itemStyle: { borderRadius: [0, 4, 4, 0] }, label: { show: true, position: "right", color: INK },
    }],
  };
}

function funnel(figures) {
  const most = Math.max(1, figures.funnel[0].value);
  const steps = figures.funnel.map((each) => ({
    ...each, label: `${each.value}（${Math.round((each.value / most) * 100)}%）`,
  }));
  const drawn = bars(steps);
  drawn.series[0].label.formatter = (at) => steps[steps.length - 1 - at.dataIndex].label;
  drawn.grid.right = 76;
  return drawn;
}

const DRAWN = { talks, sales, funnel, reasons: (figures) => bars(figures.reasons) };

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

// Draws what campaigns brought.

import { AXIS, FONT, TIP, bars, drawCharts, funnel } from "./charts.js";

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

drawCharts({ funnel, cohorts, held: (figures) => bars(figures.held) });

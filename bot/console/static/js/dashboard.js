// Draws the dashboard's charts, and those of a customer group.

import { AXIS, COLORS, FONT, INK, ROOM, SPLIT, TIP, bars, drawCharts, funnel } from "./charts.js";

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

drawCharts({ talks, sales, funnel, reasons: (figures) => bars(figures.reasons) });

// 首页: search, categories, and the shop window.

import { h, icon } from "../dom.js";
import { emptyView, price } from "./parts.js";

export async function indexPage(tool) {
  const query = tool.query.get("query") ?? "";
  const category = tool.query.get("category") ?? "";
  const [{ items: categories }, first] = await Promise.all([tool.call("categories"), products(tool, query, category, 1)]);
  const grid = h("div", { class: "product-grid" }, ...first.items.map((product) => tile(tool, product)));
  const isFront = !query && !category;
  return [searchBar(tool, query), isFront ? entries(tool) : "", chips(tool, categories, category), first.items.length
    ? [grid, moreButton(tool, grid, query, category, first.next_page)]
    : emptyView("search", "没有找到相关商品", "看看全部", () => tool.go("pages/index/index"))].flat();
}

function entries(tool) {
  const ways = [["拼", "拼团", "pages/group-buys/index"], ["秒", "秒杀", "pages/flash-sale/index"], ["砍", "砍价", "pages/bargains/index"], ["推", "推广", "pages/promoter/index"]];
  return h("div", { class: "deal-entries" }, ...ways.map(([sign, name, path]) =>
    h("button", { type: "button", dataset: { testid: `entry-${name}` }, onclick: () => tool.go(path) }, h("b", {}, sign), name)));
}

function products(tool, query, category, page) {
  return tool.call(`products?${new URLSearchParams({ query, category, page })}`);
}

function searchBar(tool, query) {
  const input = h("input", { type: "search", value: query, placeholder: "搜索商品", "aria-label": "搜索商品", dataset: { testid: "mini-search" } });
  const search = (event) => {
    event.preventDefault();
    tool.go(`pages/index/index?${new URLSearchParams({ query: input.value.trim() })}`);
  };
  return h("form", { class: "search-bar", onsubmit: search }, icon("search"), input);
}

function chips(tool, categories, current) {
  const all = [{ name: "" }, ...categories];
  return h("div", { class: "category-row" }, ...all.map(({ name }) =>
    h("button", { type: "button", "aria-current": String(name === current), onclick: () => tool.go(`pages/index/index?${new URLSearchParams({ category: name })}`) }, name || "全部")));
}

function tile(tool, product) {
  return h("button", { class: "tile", type: "button", dataset: { testid: "product-tile" }, onclick: () => tool.go(`pages/product/index?id=${product.id}`) },
    h("span", { class: "tile-picture" },
      h("img", { src: tool.picture(product.picture), alt: "", loading: "lazy" }),
      product.in_stock ? null : h("em", {}, "已售罄")),
    h("span", { class: "tile-title" }, product.title),
    h("span", { class: "tile-foot" }, price(product.price), product.sales ? h("small", {}, `已售 ${product.sales}`) : null));
}

function moreButton(tool, grid, query, category, nextPage) {
  if (!nextPage) return h("p", { class: "page-end" }, "— 到底了 —");
  const button = h("button", { class: "page-end", type: "button" }, "加载更多");
  button.onclick = () => tool.attempt(async () => {
    button.disabled = true;
    const next = await products(tool, query, category, nextPage);
    grid.append(...next.items.map((product) => tile(tool, product)));
    button.replaceWith(moreButton(tool, grid, query, category, next.next_page));
  });
  return button;
}

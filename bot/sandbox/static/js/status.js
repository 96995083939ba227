// The status bars of both phones.

const ICONS =
  '<svg viewBox="0 0 18 12"><rect x="0" y="8" width="3" height="4" rx=".8"/><rect x="5" y="5.5" width="3" height="6.5" rx=".8"/><rect x="10" y="3" width="3" height="9" rx=".8"/><rect x="15" y="0" width="3" height="12" rx=".8"/></svg>' +
  '<svg viewBox="0 0 17 12"><path d="M8.5 2.300c2.4 0 4.6.9 6.3 2.500l1.1-1.200A10.7 10.7 0 0 0 8.5.600C5.6.6 3 1.7 1.1 3.600l1.1 1.200a9 9 0 0 1 6.3-2.500zm0 3.900c1.4 0 2.6.5 3.6 1.400l1.1-1.200a6.9 6.9 0 0 0-9.4 0l1.1 1.200c1-.9 2.2-1.4 3.6-1.400zM8.5 9.700c-.7 0-1.3.3-1.7.700l1.7 1.6 1.7-1.600c-.4-.4-1-.7-1.7-.700z"/></svg>' +
  '<svg viewBox="0 0 26 12"><rect x=".5" y=".5" width="22" height="11" rx="3" fill="none" stroke="#111" opacity=".4"/><rect x="2" y="2" width="17" height="8" rx="1.8"/><path d="M24 4v4a2 2 0 0 0 0-4z" opacity=".5"/></svg>';

const CLOCK = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });

/** Write the sandbox's time (milliseconds) into every status bar. */
export function drawStatusBars(milliseconds) {
  const time = CLOCK.format(milliseconds);
  for (const bar of document.querySelectorAll("[data-status-bar]")) {
    if (!bar.firstChild) bar.innerHTML = `<span></span><span class="status-icons">${ICONS}</span>`;
    if (bar.firstChild.textContent !== time) bar.firstChild.textContent = time;
  }
}

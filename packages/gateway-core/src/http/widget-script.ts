/**
 * What a foreign page loads: a button, and the chat in a frame once it is pressed. Plain script without a build step, so it
 * runs under a strict policy of that page; it reads nothing of the page and the frame cannot either.
 *
 * The tag's attributes: `data-title`, `data-color` (`#rrggbb`), `data-position` (`left` or `right`), `data-lang`, `data-theme` (`light` or
 * `dark`), `data-identity` (a token the site signed). `window.travelAgentChat` has `open`, `close` and `identify(token)`.
 */
export const widgetScript = `(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || document.getElementById("travelagent-widget")) return;
  const { position = "right", color = "#0b6b62", lang = document.documentElement.lang, theme, identity } = script.dataset;
  const words = { en: "Chat with us", de: "Chat", es: "Chatee con nosotros", fr: "Discuter avec nous", it: "Scrivici", pt: "Fale connosco" };
  const title = script.dataset.title || words[(lang || navigator.language).slice(0, 2)] || words.en;
  const source = new URL("/chat", script.src);
  if (lang) source.searchParams.set("lang", lang);
  if (script.dataset.color) source.searchParams.set("color", color);
  if (theme) source.searchParams.set("theme", theme);
  const side = position === "left" ? "left" : "right";
  const style = (element, rules) => Object.assign(element.style, rules);
  const bright = (hex) => /^#[0-9a-f]{6}$/i.test(hex) && [1, 3, 5].reduce((sum, at, i) => sum + [0.299, 0.587, 0.114][i] * parseInt(hex.slice(at, at + 2), 16), 0) > 150;

  const root = document.createElement("div");
  root.id = "travelagent-widget";
  style(root, { position: "fixed", bottom: "20px", [side]: "20px", zIndex: "2147483000" });

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "travelagent-widget-panel");
  style(button, { background: color, color: bright(color) ? "#000" : "#fff", border: "0", borderRadius: "24px", padding: "12px 20px", font: "600 16px/1.25 system-ui, sans-serif", cursor: "pointer", boxShadow: "0 2px 12px rgb(0 0 0 / 25%)", float: side });

  const panel = document.createElement("div");
  panel.id = "travelagent-widget-panel";
  panel.hidden = true;
  style(panel, { position: "fixed", bottom: "84px", [side]: "20px", width: "min(400px, calc(100vw - 40px))", height: "min(640px, calc(100vh - 104px))", background: "#fff", borderRadius: "12px", overflow: "hidden", boxShadow: "0 8px 32px rgb(0 0 0 / 30%)" });

  let frame;
  let ready = false;
  let token = identity;
  const tell = (message) => ready && frame.contentWindow.postMessage(message, source.origin);
  const tellWho = () => {
    if (!token || !ready) return;
    tell({ type: "travelagent:identity", token });
    token = undefined;
  };
  const show = (open) => {
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.title = title;
      frame.src = source.href;
      frame.referrerPolicy = "no-referrer";
      style(frame, { border: "0", width: "100%", height: "100%" });
      panel.append(frame);
    }
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    tell({ type: "travelagent:visible", visible: open });
    if (open) frame.focus();
    else button.focus();
  };
  button.addEventListener("click", () => show(panel.hidden));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) show(false);
  });
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== source.origin) return;
    const { type, count } = event.data || {};
    if (type === "travelagent:ready") {
      ready = true;
      tell({ type: "travelagent:visible", visible: !panel.hidden });
      tellWho();
    }
    if (type === "travelagent:unread") button.textContent = count > 0 ? title + " (" + Number(count) + ")" : title;
  });
  window.travelAgentChat = {
    open: () => show(true),
    close: () => show(false),
    identify: (given) => {
      token = String(given);
      tellWho();
    },
  };

  root.append(panel, button);
  const mount = () => document.body.append(root);
  if (document.body) mount();
  else document.addEventListener("DOMContentLoaded", mount, { once: true });
})();
`;

/**
 * What a foreign page loads: a button, and the chat in a frame once it is pressed. Plain script without a build step, so it
 * runs under a strict policy of that page; it reads nothing of the page and the frame cannot either.
 */
export const widgetScript = `(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || document.getElementById("travelagent-widget")) return;
  const { title = "Chat with us", color = "#0b5fff", position = "right" } = script.dataset;
  const source = new URL("/chat", script.src).href;
  const side = position === "left" ? "left" : "right";
  const style = (element, rules) => Object.assign(element.style, rules);

  const root = document.createElement("div");
  root.id = "travelagent-widget";
  style(root, { position: "fixed", bottom: "20px", [side]: "20px", zIndex: "2147483000" });

  const button = document.createElement("button");
  button.type = "button";
  button.textContent = title;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "travelagent-widget-panel");
  style(button, { background: color, color: "#fff", border: "0", borderRadius: "24px", padding: "12px 20px", font: "600 16px/1.25 system-ui, sans-serif", cursor: "pointer", boxShadow: "0 2px 12px rgb(0 0 0 / 25%)", float: side });

  const panel = document.createElement("div");
  panel.id = "travelagent-widget-panel";
  panel.hidden = true;
  style(panel, { position: "fixed", bottom: "84px", [side]: "20px", width: "min(400px, calc(100vw - 40px))", height: "min(640px, calc(100vh - 104px))", background: "#fff", borderRadius: "12px", overflow: "hidden", boxShadow: "0 8px 32px rgb(0 0 0 / 30%)" });

  let frame;
  const show = (open) => {
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.title = title;
      frame.src = source;
      frame.referrerPolicy = "no-referrer";
      style(frame, { border: "0", width: "100%", height: "100%" });
      panel.append(frame);
    }
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) frame.focus();
    else button.focus();
  };
  button.addEventListener("click", () => show(panel.hidden));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) show(false);
  });

  root.append(panel, button);
  const mount = () => document.body.append(root);
  if (document.body) mount();
  else document.addEventListener("DOMContentLoaded", mount, { once: true });
})();
`;

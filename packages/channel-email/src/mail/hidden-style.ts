/** What a mail's own style sheet and its elements say about being seen. */
export interface Look {
  color: string;
  /** `picture` when something is behind the text that nobody can know here. */
  background: string;
}

export const firstLook: Look = { color: "black", background: "white" };

function declarations(style: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const one of style.slice(0, 4000).toLowerCase().split(";")) {
    const colon = one.indexOf(":");
    if (colon > 0)
      found.set(
        one.slice(0, colon).trim(),
        one
          .slice(colon + 1)
          .replace("!important", "")
          .trim(),
      );
  }
  return found;
}

const size = (value: string | undefined): number => (value === undefined ? Number.NaN : Number.parseFloat(value));
const away = (value: string | undefined): boolean => value !== undefined && size(value) <= -400;

/** The element is not shown to whoever opens the mail, whatever is in it. */
export function isHidden(style: string): boolean {
  const says = declarations(style);
  const tiny = (name: string) => size(says.get(name)) <= 1 && !/%|auto/.test(says.get(name) ?? "");
  return (
    says.get("display") === "none" ||
    ["hidden", "collapse"].includes(says.get("visibility") ?? "") ||
    says.get("mso-hide") === "all" ||
    size(says.get("opacity")) <= 0.05 ||
    size(says.get("font-size")) <= 1 ||
    (says.get("overflow") === "hidden" && ["height", "max-height", "width", "max-width"].some(tiny)) ||
    away(says.get("text-indent")) ||
    (["absolute", "fixed"].includes(says.get("position") ?? "") && (away(says.get("left")) || away(says.get("top")))) ||
    /^(?:rect\(0|inset\((?:50|100)%)/.test(says.get("clip") ?? says.get("clip-path") ?? "") ||
    /scale\(0\)/.test(says.get("transform") ?? "")
  );
}

/** How text looks inside an element that stands in another one. */
export function lookOf(style: string, attributes: Readonly<Record<string, string>>, outer: Look): Look {
  const says = declarations(style);
  const background = says.get("background-color") ?? says.get("background") ?? attributes.bgcolor?.toLowerCase();
  const color = says.get("color") ?? (attributes.color === undefined ? undefined : attributes.color.toLowerCase());
  return {
    color: color === undefined || color === "inherit" ? outer.color : plainColor(color),
    background:
      attributes.background !== undefined || says.has("background-image") || /url\(|gradient/.test(background ?? "")
        ? "picture"
        : background === undefined || ["transparent", "none", "inherit"].includes(background)
          ? outer.background
          : plainColor(background),
  };
}

/** Text in the colour of what is behind it. */
export const isInvisible = ({ color, background }: Look): boolean => color === "transparent" || color === background;

const names: Readonly<Record<string, string>> = { "#ffffff": "white", "#fff": "white", "#000000": "black", "#000": "black", "#fefefe": "white" };

function plainColor(value: string): string {
  const channels = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+))?/.exec(value);
  if (channels?.[4] !== undefined && Number(channels[4]) <= 0.05) return "transparent";
  const hex = channels
    ? `#${channels
        .slice(1, 4)
        .map((part) => Number(part).toString(16).padStart(2, "0"))
        .join("")}`
    : value;
  const long = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(hex);
  const full = long ? `#${long[1]}${long[1]}${long[2]}${long[2]}${long[3]}${long[3]}` : hex;
  return names[full] ?? full;
}

/** Names of classes and ids that a mail's style sheet hides, as `.name` and `#name`; simple selectors outside of media rules. */
export function hiddenBySheet(sheet: string): Set<string> {
  const hidden = new Set<string>();
  const flat = sheet
    .slice(0, 50_000)
    .replace(/\/\*[\s\S]{0,4000}?\*\//g, "")
    .replace(/@[^{;]{0,300}\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, "");
  for (const [, selectors = "", body = ""] of flat.matchAll(/([^{}]{1,500})\{([^{}]{0,2000})\}/g))
    if (isHidden(body))
      for (const selector of selectors.split(",")) if (/^[a-z]*[.#][\w-]+$/i.test(selector.trim())) hidden.add(selector.trim().replace(/^[a-z]*/i, ""));
  return hidden;
}

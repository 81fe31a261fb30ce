/** What the page that frames the chat may choose: words and colours, and nothing else. */
export interface Look {
  language: string | undefined;
  /** `#rrggbb`. */
  color: string | undefined;
  theme: "light" | "dark" | undefined;
}

export function lookOf(search: string): Look {
  const given = new URLSearchParams(search);
  const color = given.get("color")?.toLowerCase();
  const theme = given.get("theme");
  return {
    language: given.get("lang") ?? undefined,
    color: color !== undefined && /^#[0-9a-f]{6}$/.test(color) ? color : undefined,
    theme: theme === "light" || theme === "dark" ? theme : undefined,
  };
}

const channels = (hex: string): [number, number, number] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];

/** Relative luminance (WCAG 2.2), 0 to 1. */
export function luminance(hex: string): number {
  const [r, g, b] = channels(hex).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a: number, b: number): number => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

/** Black or white, whichever is read better on it: at least 4.5 to 1 for every colour there is. */
export const textOn = (hex: string): "#000000" | "#ffffff" => (contrast(luminance(hex), 1) >= contrast(luminance(hex), 0) ? "#ffffff" : "#000000");

/** Puts the agency's colour in the place of ours. Surfaces keep theirs, so that words stay readable. */
export function dress({ color, theme }: Look, root: HTMLElement): void {
  if (theme) root.dataset.theme = theme;
  if (!color) return;
  root.style.setProperty("--accent", color);
  root.style.setProperty("--accent-hover", `color-mix(in srgb, ${color} 86%, ${textOn(color)})`);
  root.style.setProperty("--on-accent", textOn(color));
  root.style.setProperty("--accent-soft", `color-mix(in srgb, ${color} 16%, var(--surface))`);
  root.style.setProperty("--on-accent-soft", "var(--text)");
}

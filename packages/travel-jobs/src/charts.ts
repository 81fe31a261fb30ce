/** One bar or point: what stands under it, and how much it is. */
export interface Bar {
  label: string;
  value: number;
  /** Instead of the number. */
  shown?: string;
}

const blocks = " ▏▎▍▌▋▊▉█";

/** Bars of text, one a line, the longest `width` signs long. Empty for no bars. */
export function textBars(bars: readonly Bar[], width = 30): string {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  const labels = Math.max(...bars.map(({ label }) => label.length), 0);
  return bars
    .map(({ label, value, shown }) => {
      const eighths = most <= 0 ? 0 : Math.round((Math.max(0, value) / most) * width * 8);
      const bar = `${"█".repeat(Math.floor(eighths / 8))}${eighths % 8 === 0 ? "" : blocks[eighths % 8]}`;
      return `${label.padEnd(labels)}  ${bar}${bar === "" ? "" : " "}${shown ?? value}`;
    })
    .join("\n");
}

const ticks = "▁▂▃▄▅▆▇█";

/** A line of one sign for each value, lowest to highest; a gap where there is none. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const there = values.filter((value) => value !== undefined);
  const [low, high] = [Math.min(...there), Math.max(...there)];
  return values.map((value) => (value === undefined ? " " : ticks[high === low ? 3 : Math.round(((value - low) / (high - low)) * 7)])).join("");
}

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[sign]!);

/** The same bars as an SVG picture that stands on its own, upright. */
export function svgBars(title: string, bars: readonly Bar[]): string {
  const [width, height, base, top] = [640, 200, 160, 24];
  const most = Math.max(...bars.map(({ value }) => value), 1);
  const step = width / Math.max(1, bars.length);
  const drawn = bars.map(({ label, value, shown }, index) => {
    const tall = Math.round((Math.max(0, value) / most) * (base - top));
    const x = Math.round(index * step + step * 0.15);
    const middle = Math.round(index * step + step / 2);
    return [
      `<rect x="${x}" y="${base - tall}" width="${Math.round(step * 0.7)}" height="${tall}" rx="2" fill="#2a6fdb"/>`,
      `<text x="${middle}" y="${base - tall - 4}" text-anchor="middle" font-size="11" fill="currentColor">${escapeHtml(shown ?? String(value))}</text>`,
      `<text x="${middle}" y="${base + 16}" text-anchor="middle" font-size="11" fill="currentColor">${escapeHtml(label)}</text>`,
    ].join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}" font-family="system-ui, sans-serif">${drawn.join("")}</svg>`;
}

import { createRequire } from "node:module";
import PDFDocument from "pdfkit";

const require = createRequire(import.meta.url);
/** Latin, Greek, Cyrillic, Arabic and Hebrew letters: names of hotels and streets are not written in English only. */
const fonts = { plain: require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"), bold: require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf") };

const grey = "#5b6470";
const ink = "#14181f";
const rule = "#c9ced6";

export interface SheetOptions {
  title: string;
  author: string;
  language: string;
  /** For the file's own date, so that the same document is the same bytes. */
  at: Date;
  /** On each page, beside its number. */
  footer: string;
}

/** A4 pages that are filled from top to bottom, tagged for screen readers. */
export interface Sheet {
  title(text: string): void;
  heading(text: string): void;
  lines(lines: readonly string[], style?: { bold?: boolean; faint?: boolean }): void;
  /** Label and value side by side. */
  facts(rows: readonly (readonly [string, string])[]): void;
  /** The last column is set to the right. Widths are shares of the page. */
  table(head: readonly string[], rows: readonly (readonly string[])[], shares: readonly number[]): void;
  /** Sums under a table, to the right. */
  sums(rows: readonly { label: string; value: string; bold?: boolean }[]): void;
  /** Keeps what comes next off the bottom edge when less than `points` are left. */
  room(points: number): void;
  banner(text: string): void;
  rule(): void;
  end(): Promise<Uint8Array>;
}

export function createSheet({ title, author, language, at, footer }: SheetOptions): Sheet {
  const doc = new PDFDocument({
    size: "A4",
    margins: { top: 56, bottom: 64, left: 56, right: 56 },
    bufferPages: true,
    tagged: true,
    lang: language,
    displayTitle: true,
    pdfVersion: "1.7",
    info: { Title: title, Author: author, CreationDate: at, ModDate: at },
  });
  doc.registerFont("plain", fonts.plain);
  doc.registerFont("bold", fonts.bold);
  const chunks: Uint8Array[] = [];
  doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const finished = new Promise<Uint8Array>((resolve, reject) => {
    doc.on("end", () => resolve(Buffer.concat(chunks)));
    doc.on("error", reject);
  });
  const root = doc.struct("Document");
  doc.addStructure(root);
  const left = doc.page.margins.left;
  const width = doc.page.width - left - doc.page.margins.right;
  const bottom = () => doc.page.height - doc.page.margins.bottom;
  const room = (points: number) => {
    if (doc.y + points > bottom()) doc.addPage();
  };
  const tagged = (tag: string, draw: () => void) => root.add(doc.struct(tag, {}, draw));
  const write = (text: string, { size = 10, bold = false, color = ink, gap = 2 } = {}) =>
    doc
      .font(bold ? "bold" : "plain")
      .fontSize(size)
      .fillColor(color)
      .text(text, left, doc.y, { width, paragraphGap: gap });

  /** One row of a table; the height is that of its longest cell. */
  function row(table: PDFKit.PDFStructureElement, cells: readonly string[], shares: readonly number[], bold: boolean): void {
    const gap = 8;
    const sum = shares.reduce((total, share) => total + share, 0);
    const widths = shares.map((share) => (width * share) / sum);
    doc
      .font(bold ? "bold" : "plain")
      .fontSize(9.5)
      .fillColor(ink);
    const height = Math.max(...cells.map((cell, i) => doc.heightOfString(cell, { width: widths[i]! - gap })));
    room(height + 8);
    const top = doc.y;
    let x = left;
    const tableRow = doc.struct("TR");
    table.add(tableRow);
    for (const [i, cell] of cells.entries()) {
      const last = i === cells.length - 1;
      const at = last ? x + gap : x;
      tableRow.add(doc.struct(bold ? "TH" : "TD", {}, () => doc.text(cell, at, top, { width: widths[i]! - gap, align: last ? "right" : "left" })));
      x += widths[i]!;
    }
    tableRow.end();
    doc.y = top + height + 4;
    doc.x = left;
    line();
    doc.y += 4;
  }

  const line = () => {
    doc.markContent("Artifact", { type: "Layout" });
    doc
      .moveTo(left, doc.y)
      .lineTo(left + width, doc.y)
      .lineWidth(0.5)
      .strokeColor(rule)
      .stroke();
    doc.endMarkedContent();
  };

  return {
    room,
    title: (text) => tagged("H1", () => write(text, { size: 20, bold: true, gap: 6 })),
    heading(text) {
      room(60);
      doc.y += 8;
      tagged("H2", () => write(text, { size: 12.5, bold: true, gap: 4 }));
    },
    lines(lines, { bold = false, faint = false } = {}) {
      for (const text of lines) {
        room(16);
        tagged("P", () => write(text, { bold, ...(faint ? { color: grey, size: 9 } : {}) }));
      }
    },
    facts(rows) {
      for (const [label, value] of rows) {
        room(18);
        const top = doc.y;
        tagged("P", () => {
          doc.font("plain").fontSize(9.5).fillColor(grey).text(label, left, top, { width: 130 });
          doc
            .font("plain")
            .fontSize(10)
            .fillColor(ink)
            .text(value, left + 140, top, { width: width - 140, paragraphGap: 2 });
        });
        doc.x = left;
      }
    },
    table(head, rows, shares) {
      const table = doc.struct("Table");
      root.add(table);
      row(table, head, shares, true);
      for (const cells of rows) row(table, cells, shares, false);
      table.end();
    },
    sums(rows) {
      for (const { label, value, bold = false } of rows) {
        room(18);
        const top = doc.y;
        tagged("P", () => {
          doc
            .font(bold ? "bold" : "plain")
            .fontSize(10)
            .fillColor(ink)
            .text(label, left + width * 0.45, top, { width: width * 0.3 });
          doc.text(value, left + width * 0.75, top, { width: width * 0.25, align: "right", paragraphGap: 3 });
        });
        doc.x = left;
      }
    },
    banner(text) {
      tagged("P", () => write(text, { size: 10, bold: true, color: "#8a3b00", gap: 6 }));
    },
    rule() {
      line();
      doc.y += 6;
    },
    async end() {
      root.end();
      const { count } = doc.bufferedPageRange();
      for (let page = 0; page < count; page += 1) {
        doc.switchToPage(page);
        // The footer stands in the margin, where text would otherwise open a new page.
        doc.page.margins.bottom = 0;
        doc.markContent("Artifact", { type: "Pagination", attached: ["Bottom"] });
        doc
          .font("plain")
          .fontSize(8)
          .fillColor(grey)
          .text(`${footer}   ${page + 1} / ${count}`, left, doc.page.height - 40, { width, align: "center", lineBreak: false });
        doc.endMarkedContent();
      }
      doc.end();
      return finished;
    },
  };
}

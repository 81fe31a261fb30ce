export interface WrittenMail {
  from?: string;
  to?: string;
  subject?: string;
  messageId?: string;
  inReplyTo?: string;
  references?: readonly string[];
  date?: string;
  text?: string;
  html?: string;
  /** Further headers, topmost first; they stand above the others. */
  headers?: Readonly<Record<string, string>>;
  files?: readonly { name: string; type: string; bytes: Uint8Array; contentId?: string }[];
}

let count = 0;

/** A mail as a mail program writes it. What is left out is plain and valid. */
export function writtenMail({ from, to, subject, messageId, inReplyTo, references, date, text, html, headers = {}, files = [] }: WrittenMail = {}): string {
  count += 1;
  const head = [
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `From: ${from ?? "Ana Silva <ana@example.com>"}`,
    `To: ${to ?? "hello@agency.example"}`,
    ...(subject === undefined ? [] : [`Subject: ${subject}`]),
    `Message-ID: ${messageId ?? `<written-${count}@example.com>`}`,
    ...(inReplyTo === undefined ? [] : [`In-Reply-To: ${inReplyTo}`]),
    ...(references === undefined ? [] : [`References: ${references.join(" ")}`]),
    ...(date === undefined ? [] : [`Date: ${date}`]),
    "MIME-Version: 1.0",
  ];
  const plain = `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text ?? ""}`;
  const marked = `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${html}`;
  const body = html === undefined ? plain : text === undefined ? marked : multipart("alternative", `alt${count}`, [plain, marked]);
  const parts = files.map(
    ({ name, type, bytes, contentId }) =>
      `Content-Type: ${type}; name="${name}"\r\nContent-Disposition: ${contentId === undefined ? "attachment" : "inline"}; filename="${name}"\r\n${
        contentId === undefined ? "" : `Content-ID: <${contentId}>\r\n`
      }Content-Transfer-Encoding: base64\r\n\r\n${Buffer.from(bytes).toString("base64").replace(/.{76}/g, "$&\r\n")}`,
  );
  const whole = parts.length === 0 ? body : multipart("mixed", `mix${count}`, [body, ...parts]);
  return `${head.join("\r\n")}\r\n${whole}\r\n`;
}

const multipart = (kind: string, boundary: string, parts: readonly string[]): string =>
  `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join("")}--${boundary}--`;

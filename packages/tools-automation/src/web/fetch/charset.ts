/** The body as text, in the encoding that the answer or the page itself names; else UTF-8. */
export function decodeText(body: Buffer, contentType: string): string {
  const inHeader = /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType)?.[1];
  const inPage = /<meta\s[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)/i;
  const name = inHeader ?? inPage.exec(body.subarray(0, 2048).toString("latin1"))?.[1] ?? "utf-8";
  try {
    return new TextDecoder(name).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}

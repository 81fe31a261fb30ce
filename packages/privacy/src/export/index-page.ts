/** What the first page of an export says of a file. */
export interface ListedFile {
  path: string;
  title: string;
  bytes: number;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const sized = (bytes: number): string =>
  bytes < 1024 ? `${bytes} bytes` : bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** A page that needs no program but a browser, and no network. Files are grouped by what they are about. */
export function indexPage({ agency, name, at, files }: { agency: string; name: string | undefined; at: string; files: readonly ListedFile[] }): string {
  const groups = new Map<string, ListedFile[]>();
  for (const file of files) groups.set(file.title, [...(groups.get(file.title) ?? []), file]);
  const rows = [...groups]
    .map(([title, listed]) => {
      const links = listed
        .map(({ path, bytes }) => `<li><a href="${escaped(encodeURI(path))}">${escaped(path.replace(/^.*\//, ""))}</a> <small>${sized(bytes)}</small></li>`)
        .join("");
      return `<section><h2>${escaped(title)}</h2><ul>${links}</ul></section>`;
    })
    .join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What ${escaped(agency)} keeps about ${escaped(name ?? "you")}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1c2733}h1{font-size:1.5rem}h2{font-size:1.05rem;margin:1.4rem 0 .2rem}ul{margin:0;padding-left:1.2rem}small{color:#5b6b7b}</style>
<h1>What ${escaped(agency)} keeps about ${escaped(name ?? "you")}</h1>
<p>Made on ${escaped(at.slice(0, 10))}. Open a file by its name: those that end in <em>.txt</em>, <em>.md</em> or <em>.pdf</em> are for reading, those that end in <em>.json</em> hold the same for programs. <em>manifest.json</em> lists every file with a checksum.</p>
${rows || "<p>Nothing is kept.</p>"}
</html>
`;
}

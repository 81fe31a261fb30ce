/** One file of an archive. */
export interface ZippedFile {
  path: string;
  bytes: Uint8Array;
}

/** A constant: the same content is the same archive, whenever it is made. The earliest time a zip can hold, whatever the zone. */
const made = new Date(1980, 0, 2);

/** An archive, made piece by piece as it is read: no more than one file is held at a time. */
export async function* zipped(files: AsyncIterable<ZippedFile>): AsyncGenerator<Uint8Array> {
  // Needed a few times a year.
  const { Zip, ZipDeflate } = await import("fflate");
  let ready: Uint8Array[] = [];
  let failure: unknown;
  const archive = new Zip((error, chunk) => {
    if (error) failure = error;
    else if (chunk.length > 0) ready.push(chunk);
  });
  const take = (): Uint8Array[] => {
    if (failure !== undefined) throw failure;
    const chunks = ready;
    ready = [];
    return chunks;
  };
  for await (const { path, bytes } of files) {
    const file = new ZipDeflate(path, { level: 6 });
    file.mtime = made;
    archive.add(file);
    file.push(bytes, true);
    yield* take();
  }
  archive.end();
  yield* take();
}

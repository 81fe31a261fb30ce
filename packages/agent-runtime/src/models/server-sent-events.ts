/** The `data` of each event of a stream, in order. Comments and other fields are left out; a line that ends in the middle of a chunk is waited for. */
export async function* serverSentData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  let data: string[] = [];
  const take = function* (line: string): Generator<string> {
    if (line === "") {
      if (data.length > 0) yield data.join("\n");
      data = [];
    } else if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
  };
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) yield* take(line);
  }
  yield* take(rest);
  // The last event need not be followed by an empty line.
  yield* take("");
}

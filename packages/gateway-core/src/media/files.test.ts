import { memoryMedia, samples } from "@travelagent/media/testing";
import { recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { fileLines, withFileLines, wordsAlone } from "./file-lines.ts";
import { createFiles, mostFiles } from "./files.ts";

const address = { channel: "telegram", accountId: "default", chatType: "direct" as const, peerId: "7" };
const open = () => createFiles({ media: memoryMedia(), sessionKeyOf: async ({ address: { peerId } }) => `dm:${peerId}`, log: recordingLogger() });

describe("files that come with a message", () => {
  it("are kept in the conversation of whoever sent them; what is not taken is told and stops nothing", async () => {
    const files = open();
    const { attachments, refused } = await files.host.save({ address, senderId: "7" }, [
      { bytes: samples.png, fileName: "beach.png" },
      { bytes: samples.program, fileName: "beach.exe" },
      { bytes: samples.pdf, fileName: "visa.pdf" },
    ]);
    expect(attachments.map(({ fileName, kind }) => [fileName, kind])).toEqual([
      ["beach.png", "image"],
      ["visa.pdf", "document"],
    ]);
    expect(refused).toEqual([{ fileName: "beach.exe", reason: expect.stringContaining("are taken") as string }]);
    expect(await files.own("dm:7", attachments)).toEqual(attachments);
    expect(await files.own("dm:8", attachments)).toEqual([]);
  });

  it("are so many at most, and a storage that is broken lets the platform deliver again", async () => {
    const many = Array.from({ length: mostFiles + 2 }, (_, at) => ({ bytes: Buffer.from(`note ${at}`) }));
    expect((await open().save("dm:7", many)).refused.length).toBe(2);
    const broken = createFiles({
      media: { ...memoryMedia(), save: () => Promise.reject(new Error("ENOSPC")) },
      sessionKeyOf: async () => "dm:7",
      log: recordingLogger(),
    });
    await expect(broken.save("dm:7", [{ bytes: samples.png }])).rejects.toThrow("ENOSPC");
  });
});

describe("the lines behind the words", () => {
  const attachments = [{ id: "media_1", kind: "audio" as const, mimeType: "audio/ogg", bytes: 2048, voice: true }];
  const message = {
    address,
    externalId: "1",
    senderId: "7",
    sentAt: 0,
    text: "listen",
    attachments,
    refusedAttachments: [{ fileName: "film.avi", reason: "larger than 16 MB" }],
    location: { latitude: 38.7, longitude: -9.1, name: "Hotel" },
  };

  it("name everything that came, and are taken away again for who sees the files", () => {
    const { text } = withFileLines(message);
    expect(text.split("\n")).toEqual([
      "listen",
      "[voice message, audio/ogg, 2 KB, media_1]",
      "[a file film.avi was not kept: larger than 16 MB]",
      "[place 38.7, -9.1: Hotel]",
    ]);
    expect(wordsAlone(text, message)).toBe("listen");
  });

  it("stay when a person wrote them, and are the whole text of a message without words", () => {
    expect(wordsAlone("listen [voice message, audio/ogg, 2 KB, media_2]", message)).toBe("listen [voice message, audio/ogg, 2 KB, media_2]");
    expect(withFileLines({ ...message, text: " ", refusedAttachments: [], attachments: [] }).text).toBe("[place 38.7, -9.1: Hotel]");
    expect(fileLines({})).toEqual([]);
  });
});

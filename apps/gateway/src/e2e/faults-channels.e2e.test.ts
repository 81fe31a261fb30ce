import { describe, expect, it } from "vitest";
import { killAfterAccept, runChaos } from "../testing/chaos/chaos.ts";
import type { ChaosPlatform } from "../testing/chaos/platform.ts";
import { telegramPlatform } from "../testing/chaos/telegram.ts";

const platforms: [name: string, open: () => Promise<ChaosPlatform>][] = [["telegram", telegramPlatform]];

describe.each(platforms)("%s with every fault of its delivery", (_name, open) => {
  it("each message is answered once, and each answer seen at most once or unknown and visible", { timeout: 90_000 }, async () => {
    const platform = await open();
    try {
      const { secondGateway, sent, unknown, ...rest } = await runChaos({ platform, conversations: 24, messages: 2, kills: 2 });
      expect(rest).toEqual({ unended: [], unanswered: [], doubled: [], vanished: [], open: 0, atRest: true });
      expect(secondGateway).not.toBe("it ran");
      expect(sent + unknown).toBeGreaterThanOrEqual(24);
    } finally {
      await platform.close();
    }
  });

  it("is killed between the platform's yes and our hearing of it, and sends nothing twice", { timeout: 90_000 }, async () => {
    const platform = await open();
    try {
      const [kills, together] = [2, 10];
      const { unknown, sent, ...rest } = await killAfterAccept({ platform, kills, together });
      expect(rest).toEqual({ unended: [], unanswered: [], doubled: [], vanished: [], open: 0, atRest: true });
      expect(unknown + sent).toBe(kills * together);
      expect(platform.got()).toHaveLength(kills * together);
    } finally {
      await platform.close();
    }
  });
});

/** Slack knows signs by name. Those that are used here; others are not shown. */
const names: Readonly<Record<string, string>> = {
  "👀": "eyes",
  "✅": "white_check_mark",
  "👍": "+1",
  "👎": "-1",
  "❤": "heart",
  "🙏": "pray",
  "⏳": "hourglass_flowing_sand",
  "✈": "airplane",
  "🧳": "luggage",
  "🎉": "tada",
  "❌": "x",
  "⚠": "warning",
  "🤖": "robot_face",
  "👋": "wave",
};

export const emojiName = (emoji: string): string | undefined => (/^:[a-z0-9_+-]+:$/.test(emoji) ? emoji.slice(1, -1) : names[emoji.replace(/\ufe0f/g, "")]);

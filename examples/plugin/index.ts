import { definePlugin } from "@travelagent/plugin-kit";

/** A tool for the agents, a method for programs and a command for people, all from one setting. */
export default definePlugin({
  register({ config, error, registerTool, registerMethod, registerCommand }) {
    const hours = config.hours as Record<string, string>;
    const hoursOf = (country: string): string => {
      const found = hours[country.toUpperCase()];
      if (!found) throw error("NOT_FOUND", `we know no consulate of ${country}; we have ${Object.keys(hours).join(", ")}`);
      return found;
    };
    registerTool({
      name: "visa_desk_hours",
      description: "When the consulate of a country is open for visa applications.",
      effect: "read",
      parameters: { type: "object", properties: { country: { type: "string", minLength: 2, maxLength: 2 } }, required: ["country"] },
      // The agency wrote this itself: no words of third parties.
      execute: ({ country }) => ({ content: { hours: hoursOf(String(country)) }, tainted: false }),
    });
    registerMethod("visa-desk.countries", () => ({ countries: Object.keys(hours) }));
    registerCommand("visa-hours", ([country = ""]) => ({ text: hoursOf(country) }));
  },
});

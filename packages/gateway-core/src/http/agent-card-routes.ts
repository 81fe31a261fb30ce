import { type HttpRequest, type HttpRoute, json } from "./route.ts";

/** What anybody may know of this gateway. */
export interface AgentCardFacts {
  name: string;
  description: string;
  version: string;
  /** As they are at the moment. */
  skills(): readonly { name: string; description: string }[];
  /** Further ways to talk to the agents, as paths: which there are and how each is called. */
  interfaces: readonly { path: string; transport: string }[];
}

const originOf = ({ headers, peer }: HttpRequest): string => `${peer.secure ? "https" : "http"}://${headers.host}`;

/** `/.well-known/agent-card.json`: how other agents find out what this one does. Public, so nothing secret is in it. */
export const agentCardRoutes = ({ name, description, version, skills, interfaces }: AgentCardFacts): HttpRoute[] => [
  {
    method: "GET",
    path: "/.well-known/agent-card.json",
    auth: "none",
    handle(request) {
      const origin = originOf(request);
      const [first = { path: "/", transport: "TRAVELAGENT-WS" }, ...more] = interfaces;
      const at = ({ path, transport }: { path: string; transport: string }) => ({ url: new URL(path, origin).href, transport });
      return json(
        {
          protocolVersion: "0.3.0",
          name,
          description,
          version,
          url: at(first).url,
          preferredTransport: first.transport,
          ...(more.length > 0 ? { additionalInterfaces: [first, ...more].map(at) } : {}),
          capabilities: { streaming: true, pushNotifications: false, stateTransitionHistory: false },
          defaultInputModes: ["text/plain"],
          defaultOutputModes: ["text/plain"],
          skills: skills().map((skill) => ({ id: skill.name, name: skill.name.replaceAll("-", " "), description: skill.description, tags: ["travel"] })),
          securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "the gateway's token" } },
          security: [{ bearer: [] }],
          supportsAuthenticatedExtendedCard: false,
        },
        { headers: { "cache-control": "no-cache", "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" } },
      );
    },
  },
];

import type { Decision } from "@travelagent/agent-runtime/gate";
import type { DeskCard } from "@travelagent/channel-kit";
import type { WrittenMessage } from "@travelagent/gateway-core";
import type { DeskCase } from "./posts.ts";

/** Enough of the hash of an action to tell it from another one. */
export const hashMark = (actionHash: string): string => actionHash.slice(0, 16);
/** Stands for who owns a conversation, so that a button knows whether that has changed. */
export const ownerMark = (assignee: string | undefined): string => (assignee === undefined ? "-" : assignee.replace(/[^\w.-]/g, "_").slice(0, 30));

const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** What a yes covers, all of it and nothing else, and then what became of it. */
export function approvalCard(decision: Decision, { customer, nameOf }: { customer: string; nameOf(actor: string): string }): DeskCard {
  const { id, status, title, lines, total, penalty, reason, ruleId, role, expiresAt, decidedBy, decidedAt, actionHash } = decision;
  const what = [
    ...lines,
    ...(total ? [`Total: ${total.amount} ${total.currency}`] : []),
    ...(penalty ? [`Penalty: ${penalty.amount} ${penalty.currency}`] : []),
    `Customer: ${customer}`,
    `Asked because: ${reason || "a rule wants it"} (${ruleId})`,
  ];
  if (status === "pending")
    return {
      title: `Approval: ${oneLine(title)}`,
      lines: [...what, `For: ${role}. Valid until ${utc(expiresAt)}. Action ${actionHash.slice(0, 12)}.`],
      buttons: [
        { label: "Approve", value: `yes:${id}:${hashMark(actionHash)}`, style: "primary" },
        { label: "Deny", value: `no:${id}:${hashMark(actionHash)}`, style: "danger" },
      ],
    };
  const by = decidedBy === undefined ? "" : ` by ${nameOf(decidedBy)}${decidedAt === undefined ? "" : `, ${utc(decidedAt)}`}`;
  const outcome =
    status === "denied"
      ? `Denied${by}.`
      : status === "expired"
        ? decidedBy === undefined
          ? "Over: nobody decided in time, or the conversation ended. That is a no."
          : `Approved${by}, and not carried out in time.`
        : `Approved${by}.`;
  return { title: `${status === "denied" ? "Denied" : status === "expired" ? "Over" : "Approved"}: ${oneLine(title)}`, lines: [...what, outcome] };
}

export interface CaseFacts {
  displayName: string;
  channel: string;
  agentId: string;
  state: "agent" | "needs-person" | "person";
  assignee?: string | undefined;
}

/** A conversation that needs a person, or has one. */
export function caseCard(
  { id }: Pick<DeskCase, "id">,
  { displayName, channel, agentId, state, assignee }: CaseFacts,
  nameOf: (actor: string) => string,
): DeskCard {
  const name = oneLine(displayName);
  const from = `${name} on ${channel}, agent ${agentId}.`;
  const take = (label: string) => ({ label, value: `take:${id}:${ownerMark(assignee)}` });
  if (state === "agent") return { title: `${name}: the agent answers again`, lines: [from] };
  if (state === "needs-person")
    return {
      title: `${name} needs a person`,
      lines: [from, "The thread below shows what is said. Whoever takes it over writes to the customer there; lines that begin with // stay here."],
      buttons: [{ ...take("Take over"), style: "primary" }],
    };
  const owner = assignee === undefined ? "somebody" : nameOf(assignee);
  return {
    title: `${name}: with ${owner}`,
    lines: [from, `What ${owner} writes in the thread below goes to the customer; lines that begin with // stay here.`],
    buttons: [{ label: "Hand back to the agent", value: `back:${id}:${ownerMark(assignee)}` }, take(`Take over from ${owner}`)],
  };
}

const authors: Record<WrittenMessage["author"], string> = { customer: "Customer", agent: "Agent", operator: "Colleague", system: "Gateway" };

/** What was said, in the thread. */
export function wordsCard({ author, text, files }: WrittenMessage, displayName: string): DeskCard {
  const who = author === "customer" ? oneLine(displayName) : authors[author];
  const sent = files === 0 ? [] : [`(${files === 1 ? "a file" : `${files} files`}: see the console)`];
  const words = text.length > 6000 ? `${text.slice(0, 6000)}… (whole in the console)` : text;
  return { lines: [`${who}: ${words}`.trim(), ...sent] };
}

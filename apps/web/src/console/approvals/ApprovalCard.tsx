import type { Approval } from "@travelagent/protocol";
import { type SubmitEvent, useId, useState } from "react";
import { errorText } from "../../shared/error-text.ts";
import { fullTime, money, remaining } from "../../shared/format.ts";
import type { Gateway } from "../../shared/gateway.ts";
import { newKey } from "../../shared/new-key.ts";
import { Legs } from "../../thread/Legs.tsx";
import { saysTotal } from "../../thread/total-line.ts";
import { Link } from "../Link.tsx";

interface Props {
  gateway: Gateway;
  approval: Approval;
  now: number;
  onDecided: (approval: Approval) => void;
}

const tones: Record<Approval["status"], string> = { pending: "busy", approved: "good", used: "good", denied: "bad", expired: "quiet" };
const labels: Record<Approval["status"], string> = {
  pending: "Waiting",
  approved: "Approved",
  used: "Approved and done",
  denied: "Denied",
  expired: "Expired",
};

/** Everything a decision covers, and the two ways to decide. */
export function ApprovalCard({ gateway, approval, now, onDecided }: Props) {
  const [denying, setDenying] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const left = remaining(approval.expiresAt, now);
  const open = approval.status === "pending" && left !== null;
  const status = approval.status === "pending" && left === null ? "expired" : approval.status;

  const { total } = approval;
  const lines = total ? approval.lines.filter((line) => !saysTotal(line, total)) : approval.lines;

  const decide = async (decision: "approve" | "deny", reason?: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { approval: next } = await gateway.client.call("approvals.resolve", {
        id: approval.id,
        decision,
        idempotencyKey: newKey(),
        ...(reason ? { reason } : {}),
      });
      onDecided(next);
    } catch (failure) {
      setProblem(errorText(failure));
    }
    setBusy(false);
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: j and k move the focus from card to card
    <article className="panel approval" data-approval={approval.id} tabIndex={0} aria-label={approval.title}>
      <div className="card-head">
        <div>
          <h2 className="card-title">
            <Legs text={approval.title} />
          </h2>
          <p className="muted small">
            Asked {fullTime(approval.requestedAt)} · <Link to={{ view: "inbox", id: approval.sessionKey }}>Conversation</Link>
          </p>
        </div>
        <span className={`badge badge-${tones[status]}`}>{labels[status]}</span>
      </div>
      <ul className="exact-lines">
        {lines.map((line) => (
          <li key={line}>
            <Legs text={line} />
          </li>
        ))}
      </ul>
      {total && (
        <dl className="sums">
          <div className="sum sum-total">
            <dt>Total</dt>
            <dd>{money(total)}</dd>
          </div>
        </dl>
      )}
      <p className="why">
        {approval.reason} <code title="The rule that asks for a person">{approval.ruleId}</code>
      </p>
      {problem && (
        <p className="form-error" role="alert">
          {problem}
        </p>
      )}
      {open && !denying && (
        <div className="card-actions">
          <button type="button" className="button button-primary" disabled={busy} onClick={() => void decide("approve")}>
            Approve
          </button>
          <button type="button" className="button button-danger" disabled={busy} onClick={() => setDenying(true)}>
            Deny …
          </button>
          <span className="muted small countdown">
            Expires in {left}; for role <strong>{approval.role}</strong>
          </span>
        </div>
      )}
      {open && denying && <DenyForm busy={busy} onCancel={() => setDenying(false)} onDeny={(reason) => void decide("deny", reason)} />}
      {approval.decidedBy && approval.decidedAt && (
        <p className="muted small">
          {approval.decidedBy}, {fullTime(approval.decidedAt)}
        </p>
      )}
    </article>
  );
}

function DenyForm({ busy, onCancel, onDeny }: { busy: boolean; onCancel: () => void; onDeny: (reason: string) => void }) {
  const [reason, setReason] = useState("");
  const id = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason.trim() !== "") onDeny(reason.trim());
  };
  return (
    <form className="deny" onSubmit={submit}>
      <label htmlFor={id}>Why not? The reason is kept with the decision.</label>
      {/* biome-ignore lint/a11y/noAutofocus: the person just asked for this field */}
      <textarea id={id} className="field" rows={2} maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} autoFocus />
      <div className="card-actions">
        <button type="submit" className="button button-danger" disabled={busy || reason.trim() === ""}>
          Deny
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Back
        </button>
      </div>
    </form>
  );
}

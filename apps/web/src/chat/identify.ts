/**
 * Tells the gateway who the site says this visitor is. Where somebody else was known in this browser, the page begins anew with a conversation
 * of its own.
 */
export async function identify(token: string): Promise<void> {
  const answer = await fetch("/chat/identify", {
    method: "POST",
    headers: { "content-type": "application/json", "x-travelagent-csrf": "1" },
    body: JSON.stringify({ token }),
  }).catch(() => undefined);
  const said = answer?.ok ? ((await answer.json()) as { fresh?: boolean }) : undefined;
  if (said?.fresh) location.reload();
}

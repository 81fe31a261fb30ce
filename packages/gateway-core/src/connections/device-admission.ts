import { type ConnectParams, type Scope, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Authenticator, GivenCredentials, Principal } from "../auth/auth.ts";
import { covers, type DeviceGrant, type DeviceLabel } from "../auth/devices/device.ts";
import type { Devices } from "../auth/devices/devices.ts";
import { verifyDevice } from "../auth/devices/identity.ts";
import type { Peer } from "../auth/peer.ts";

export interface DeviceContext {
  readonly auth: Authenticator;
  readonly devices: Devices;
  readonly peer: Peer;
  readonly clock: Clock;
  /** What this connection was challenged with. */
  readonly nonce: string;
  readonly sessionCookie?: string | undefined;
}

/** What a device asks to become. */
export interface DeviceAsk {
  readonly role: "operator" | "node";
  readonly protocol: number;
  /** Of those asked for, the ones we know; undefined when none were asked for. */
  readonly scopes: readonly Scope[] | undefined;
  /** What asking for none means for who has the gateway's own secret. */
  readonly defaultScopes: readonly Scope[];
}

export interface AdmittedDevice {
  readonly deviceId: string;
  readonly principal: Principal;
  readonly scopes: readonly Scope[];
  readonly deviceToken: string;
  readonly issuedAtMs: number;
}

/**
 * A client with a device identity, in this order: identity, credentials, pairing, token. It shows the gateway's own secret or
 * its device token, which may stand in either field. Raises `UNAUTHORIZED`, `RATE_LIMITED` or `NOT_PAIRED`. At once when
 * nothing has to be stored.
 */
export function admitDevice(
  params: ConnectParams,
  device: NonNullable<ConnectParams["device"]>,
  asked: DeviceAsk,
  context: DeviceContext,
): AdmittedDevice | Promise<AdmittedDevice> {
  const { auth, devices, peer, clock, nonce } = context;
  const { role, protocol } = asked;
  const proven = verifyDevice(params, device, { nonce, local: peer.local, protocol, role, now: clock.now() });
  const { deviceId } = proven;

  const given = params.auth ?? {};
  const token = [given.deviceToken, given.token].find((shown) => shown !== undefined && devices.holds(deviceId, role, shown));
  const approved = devices.approvedScopes(deviceId, role);
  // Who has only a token of their own gets what it stands for, unless they ask for less.
  const ownDefault = token !== undefined && asked.defaultScopes.length > 0 ? (approved as readonly Scope[]) : asked.defaultScopes;
  const scopes = asked.scopes ?? ownDefault;
  const widens = approved === undefined || !covers(approved, scopes);

  const shared: GivenCredentials = { token: given.token === token ? undefined : given.token, password: given.password, session: context.sessionCookie };
  const showsShared = Boolean(shared.token || shared.password || shared.session);
  const own = (): Principal => ({ actor: `device:${deviceId}`, method: "device", credential: `device:${deviceId}` });
  const mismatch = () =>
    new TravelAgentError(
      "UNAUTHORIZED",
      `unauthorized: device token mismatch (it was rotated or revoked: connect with the gateway's ${auth.mode === "password" ? "password" : "token"}, or pair again)`,
      {
        details: { code: "AUTH_DEVICE_TOKEN_MISMATCH" },
      },
    );

  const authenticate = (): { principal: Principal; viaShared: boolean } => {
    if (token !== undefined && !(widens && (showsShared || auth.mode === "none"))) {
      auth.check(() => true, peer, mismatch);
      return { principal: own(), viaShared: false };
    }
    if (given.deviceToken && token === undefined && !showsShared && auth.mode !== "none") auth.check(() => false, peer, mismatch);
    try {
      return { principal: auth.verify(shared, peer), viaShared: true };
    } catch (error) {
      // Some clients send their own token in both fields: then it was that one, and they should know to forget it.
      if (given.deviceToken !== undefined && given.deviceToken === given.token && TravelAgentError.is(error, "UNAUTHORIZED")) throw mismatch();
      throw error;
    }
  };

  const { principal, viaShared } = authenticate();
  const grant = devices.admit({ ...proven, role, scopes, label: labelOf(params, peer) }, { token, mayApprove: viaShared && peer.local });
  const admitted = ({ token: deviceToken, issuedAt }: DeviceGrant): AdmittedDevice => ({
    deviceId,
    principal: role === "node" ? { ...principal, actor: `node:${deviceId}` } : principal,
    scopes,
    deviceToken,
    issuedAtMs: issuedAt,
  });
  return grant instanceof Promise ? grant.then(admitted) : admitted(grant);
}

const maxLabel = 200;

/** What an operator sees when they decide; kept short, since the client wrote it. */
function labelOf({ client }: ConnectParams, peer: Peer): DeviceLabel {
  const short = (text: string) => text.slice(0, maxLabel);
  return {
    ...(client.displayName === undefined ? {} : { displayName: short(client.displayName) }),
    platform: short(client.platform),
    ...(client.deviceFamily === undefined ? {} : { deviceFamily: short(client.deviceFamily) }),
    clientId: client.id,
    clientMode: client.mode,
    ...(peer.address === "" || peer.local ? {} : { remoteIp: peer.address }),
  };
}

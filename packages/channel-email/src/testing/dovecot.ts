import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { ImapFlow } from "imapflow";
import { startWire, type Wire } from "./wire.ts";

export interface DovecotOptions {
  /** With TLS from the first byte: certificate and key as PEM. */
  tls?: { cert: string; key: string };
  /** What the server says it can do after a login, for servers that can do less. */
  capability?: string;
  /** Where a token is looked at (RFC 7662); then XOAUTH2 is taken, too. Takes `?token=` behind it. */
  introspectionUrl?: string;
}

/** A Dovecot on this machine, for one test: any user with the password `secret` has a mailbox with INBOX and Sent. */
export interface Dovecot {
  /** Behind `wire`. */
  readonly port: number;
  readonly password: string;
  /** Between clients and the server: it can be cut. */
  readonly wire: Wire;
  /** A mail comes in. Resolves with its uid. */
  deliver(user: string, mail: string | Buffer, options?: { folder?: string; at?: Date; flags?: string[] }): Promise<number>;
  /** The same mail so many times, before anybody looked into the mailbox: what lay there already. */
  fill(user: string, mail: string, count: number): void;
  /** Mails of a folder, whole, in their order. */
  mails(user: string, folder?: string): Promise<{ uid: number; seen: boolean; source: string }[]>;
  /** The folder gets new numbers, as after a move to another server. Mails and their dates stay. */
  renumber(user: string): Promise<void>;
  stop(): Promise<void>;
}

/** Where the program is; undefined when it is not installed (Debian: `dovecot-imapd`). */
export const dovecotProgram = (): string | undefined =>
  ["/usr/sbin/dovecot", "dovecot"].find((program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0);

/** Rejects when the program is missing or does not start. */
export async function startDovecot({ tls, capability, introspectionUrl }: DovecotOptions = {}): Promise<Dovecot> {
  const program = dovecotProgram();
  if (!program) throw new Error("dovecot is not installed: apt-get install dovecot-imapd");
  const home = mkdtempSync(join(tmpdir(), "dovecot-"));
  // Never as root, whoever starts it.
  const isRoot = process.getuid?.() === 0;
  const owner = isRoot ? { uid: 65534, gid: 65534, name: "nobody", group: "nogroup" } : me();
  mkdirSync(join(home, "mail"));
  const give = (path: string) => {
    if (isRoot) chownSync(path, owner.uid, owner.gid);
  };
  give(home);
  give(join(home, "mail"));
  if (tls) {
    for (const name of ["cert", "key"] as const) {
      writeFileSync(join(home, `${name}.pem`), tls[name], { mode: 0o600 });
      give(join(home, `${name}.pem`));
    }
  }
  if (introspectionUrl !== undefined) {
    const url = `${introspectionUrl}?token=`;
    writeFileSync(
      join(home, "oauth2.conf"),
      `introspection_mode = get\nintrospection_url = ${url}\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n`,
    );
    give(join(home, "oauth2.conf"));
  }
  const port = await freePort();
  writeFileSync(join(home, "dovecot.conf"), configuration({ home, port, owner, tls: tls !== undefined, capability, oauth: introspectionUrl !== undefined }));
  chmodSync(home, 0o755);
  const child = spawn(program, ["-F", "-c", join(home, "dovecot.conf")], { ...(isRoot ? { uid: owner.uid, gid: owner.gid } : {}), stdio: "ignore" });
  const wire = await startWire(port);
  const client = async (user: string): Promise<ImapFlow> => {
    const flow = new ImapFlow({
      host: "127.0.0.1",
      port,
      secure: tls !== undefined,
      auth: { user, pass: "secret" },
      logger: false,
      disableAutoIdle: true,
      tls: { rejectUnauthorized: false },
    });
    flow.on("error", () => undefined);
    await flow.connect();
    return flow;
  };
  const as = async <T>(user: string, work: (flow: ImapFlow) => Promise<T>): Promise<T> => {
    const flow = await client(user);
    try {
      return await work(flow);
    } finally {
      await flow.logout().catch(() => flow.close());
    }
  };
  const stop = async (): Promise<void> => {
    await wire.close();
    await ended(child);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await until(() => answers(port), child, join(home, "log"));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port: wire.port,
    password: "secret",
    wire,
    deliver: (user, mail, { folder = "INBOX", at, flags = [] } = {}) =>
      as(user, async (flow) => {
        const kept = await flow.append(folder, mail, flags, at);
        if (!kept) throw new Error("the mail was not taken");
        return kept.uid ?? 0;
      }),
    fill(user, mail, count) {
      const box = join(home, "mail", user);
      for (const folder of ["", "cur", "new", "tmp"]) {
        mkdirSync(join(box, folder), { recursive: true, mode: 0o700 });
        give(join(box, folder));
      }
      const first = join(box, "tmp", "first");
      writeFileSync(first, mail, { mode: 0o600 });
      give(first);
      for (let at = 1; at <= count; at += 1) linkSync(first, join(box, "cur", `1700000000.${String(at).padStart(8, "0")}.test:2,`));
    },
    mails: (user, folder = "INBOX") =>
      as(user, async (flow) => {
        await flow.mailboxOpen(folder, { readOnly: true });
        const found = flow.mailbox && flow.mailbox.exists > 0 ? await flow.fetchAll("1:*", { uid: true, flags: true, source: true }) : [];
        return found.map(({ uid, flags, source }) => ({ uid, seen: flags?.has("\\Seen") ?? false, source: source?.toString("utf8") ?? "" }));
      }),
    async renumber(user) {
      const box = join(home, "mail", user);
      const number = () =>
        as(user, async (flow) => {
          await flow.mailboxOpen("INBOX", { readOnly: true });
          return flow.mailbox ? String(flow.mailbox.uidValidity) : "";
        });
      const before = await number();
      for (let tries = 0; tries < 10; tries++) {
        // A new list of numbers is named after the second it was made in; a session that is just ending may write the old one again.
        await new Promise((resolve) => setTimeout(resolve, 1100));
        for (const name of readdirSync(box)) if (/^dovecot[.-]|^dovecot-uid/.test(name)) rmSync(join(box, name), { force: true });
        if ((await number()) !== before) return;
      }
      throw new Error("the folder kept its numbers");
    },
    stop,
  };
}

function me(): { uid: number; gid: number; name: string; group: string } {
  const { uid, gid, username } = userInfo();
  const group = readFileSync("/etc/group", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find((parts) => parts[2] === String(gid))?.[0];
  return { uid, gid, name: username, group: group ?? username };
}

interface Shape {
  home: string;
  port: number;
  owner: { uid: number; gid: number; name: string; group: string };
  tls: boolean;
  capability: string | undefined;
  oauth: boolean;
}

const configuration = ({ home, port, owner, tls, capability, oauth }: Shape): string => `
base_dir = ${home}/run
state_dir = ${home}/state
log_path = ${home}/log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
default_internal_user = ${owner.name}
default_internal_group = ${owner.group}
default_login_user = ${owner.name}
first_valid_uid = ${Math.min(owner.uid, 500)}
last_valid_uid = 0
mail_location = maildir:${home}/mail/%u
mail_max_userip_connections = 100
auth_failure_delay = 0
auth_mechanisms = plain login ${oauth ? "xoauth2 oauthbearer" : ""}
${tls ? `ssl = required\nssl_cert = <${home}/cert.pem\nssl_key = <${home}/key.pem` : "ssl = no"}
${capability === undefined ? "" : `imap_capability = ${capability}`}
${oauth ? `passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = ${home}/oauth2.conf\n}` : ""}
passdb {
  driver = static
  mechanisms = plain login
  args = password=secret
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${home}/mail/%u/home allow_all_users=yes
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${tls ? 0 : port}
  }
  inet_listener imaps {
    port = ${tls ? port : 0}
    ssl = yes
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`;

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });

async function until(ready: () => Promise<boolean>, child: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries += 1) {
    if (await ready()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  let said = "";
  try {
    said = readFileSync(log, "utf8").slice(-2000);
  } catch {
    // It did not come so far as to say why.
  }
  throw new Error(`dovecot did not start: ${said}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), 3000);
  await over;
  clearTimeout(kill);
}

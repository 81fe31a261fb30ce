import { createHmac } from "node:crypto";
import type { AddressInfo } from "node:net";
import {
  aesDecryptGCM,
  aesEncryptGCM,
  type BinaryNode,
  Curve,
  decodeBinaryNode,
  encodeBinaryNode,
  hkdf,
  NOISE_MODE,
  NOISE_WA_HEADER,
  proto,
  sha256,
  WA_CERT_DETAILS,
} from "@whiskeysockets/baileys";
import { type WebSocket, WebSocketServer } from "ws";

/**
 * WhatsApp's server on this machine, as far as connecting goes: the handshake with its certificates (of a root of its own, which the library is
 * told to trust while it runs), pictures to scan, the phone that scans them, and every way to end a connection.
 */
export interface WhatsAppServer {
  readonly url: string;
  /** How each connection came: as somebody new, or as whom. */
  readonly logins: ("new" | string)[];
  /** What devices asked, by tag and namespace. */
  readonly asked: string[];
  /** The phone scans this picture and lets the device in; then a restart is asked for. */
  scan(qr: string): Promise<void>;
  /** Ends the connection that stands with an error of the stream, a refusal, or without a word. */
  end(how: { streamError: number } | { failure: number } | "cut"): void;
  /** From now on nothing is said any more. */
  mute(): void;
  close(): Promise<void>;
}

const ivOf = (counter: number): Buffer => {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
};

/** The other side of the handshake Noise XX, as the library has it. */
function noise(identity: { public: Uint8Array; private: Uint8Array }, certificate: Uint8Array) {
  let hash: Uint8Array = Buffer.from(NOISE_MODE);
  let salt = hash;
  let key = hash;
  let counter = 0;
  let transport: { read: Uint8Array; write: Uint8Array; reads: number; writes: number } | undefined;
  const ephemeral = Curve.generateKeyPair();
  const authenticate = (data: Uint8Array): void => {
    hash = sha256(Buffer.concat([hash, data]));
  };
  const derive = (data: Uint8Array): [Uint8Array, Uint8Array] => {
    const both = hkdf(Buffer.from(data), 64, { salt: Buffer.from(salt), info: "" });
    return [both.subarray(0, 32), both.subarray(32)];
  };
  const mix = (data: Uint8Array): void => {
    [salt, key] = derive(data);
    counter = 0;
  };
  const seal = (data: Uint8Array): Uint8Array => {
    const sealed = aesEncryptGCM(data, key, ivOf(counter++), hash);
    authenticate(sealed);
    return sealed;
  };
  const open = (data: Uint8Array): Uint8Array => {
    const opened = aesDecryptGCM(data, key, ivOf(counter++), hash);
    authenticate(data);
    return opened;
  };
  const none = Buffer.alloc(0);
  return {
    hello(theirs: Uint8Array): Uint8Array {
      authenticate(NOISE_WA_HEADER);
      authenticate(theirs);
      authenticate(ephemeral.public);
      mix(Curve.sharedKey(ephemeral.private, theirs));
      const sealedIdentity = seal(identity.public);
      mix(Curve.sharedKey(identity.private, theirs));
      const payload = seal(certificate);
      return proto.HandshakeMessage.encode({ serverHello: { ephemeral: ephemeral.public, static: sealedIdentity, payload } }).finish();
    },
    finish({ static: sealedStatic, payload }: { static?: Uint8Array | null; payload?: Uint8Array | null }): Uint8Array {
      const theirs = open(sealedStatic!);
      mix(Curve.sharedKey(ephemeral.private, theirs));
      const opened = open(payload!);
      const [read, write] = derive(none);
      transport = { read, write, reads: 0, writes: 0 };
      return opened;
    },
    write: (data: Uint8Array): Uint8Array => aesEncryptGCM(data, transport!.write, ivOf(transport!.writes++), none),
    read: (data: Uint8Array): Uint8Array => aesDecryptGCM(data, transport!.read, ivOf(transport!.reads++), none),
    isOpen: () => transport !== undefined,
  };
}

function certificateOf(root: { private: Uint8Array }): Uint8Array {
  const { Details } = proto.CertChain.NoiseCertificate;
  const intermediate = Curve.generateKeyPair();
  const details = Details.encode({ serial: 1, issuerSerial: WA_CERT_DETAILS.SERIAL, key: intermediate.public }).finish();
  const leaf = Details.encode({ serial: 2, issuerSerial: 1, key: Curve.generateKeyPair().public }).finish();
  return proto.CertChain.encode({
    intermediate: { details, signature: Curve.sign(root.private, details) },
    leaf: { details: leaf, signature: Curve.sign(intermediate.private, leaf) },
  }).finish();
}

/** `isTrusted: false`: the certificate is of a root that nobody knows. */
export async function startWhatsAppServer({ isTrusted = true }: { isTrusted?: boolean } = {}): Promise<WhatsAppServer> {
  const root = Curve.generateKeyPair();
  const trusted = WA_CERT_DETAILS.PUBLIC_KEY;
  if (isTrusted) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(root.public);
  const certificate = certificateOf(root);
  const identity = Curve.generateKeyPair();
  const logins: string[] = [];
  const asked: string[] = [];
  let isMute = false;
  let live: { send(node: BinaryNode): void; socket: WebSocket } | undefined;
  const answers = new Map<string, () => void>();

  function serve(socket: WebSocket): void {
    const session = noise(identity, certificate);
    let bytes = Buffer.alloc(0);
    let intro = true;
    let greeted = false;
    const write = (data: Uint8Array): void => {
      const size = Buffer.from([data.length >> 16, (data.length >> 8) & 255, data.length & 255]);
      socket.send(Buffer.concat([size, data]));
    };
    const send = (node: BinaryNode): void => {
      if (!isMute) write(session.write(encodeBinaryNode(node)));
    };

    async function frame(data: Buffer): Promise<void> {
      if (!greeted) {
        greeted = true;
        return write(session.hello(proto.HandshakeMessage.decode(data).clientHello!.ephemeral!));
      }
      if (session.isOpen()) return node(await decodeBinaryNode(Buffer.from(session.read(data))));
      const client = proto.ClientPayload.decode(session.finish(proto.HandshakeMessage.decode(data).clientFinish!));
      live = { send, socket };
      const known = client.username ? String(client.username) : undefined;
      logins.push(known ?? "new");
      if (known === undefined)
        send({
          tag: "iq",
          attrs: { id: "pair-1", type: "set", from: "s.whatsapp.net" },
          content: [{ tag: "pair-device", attrs: {}, content: [{ tag: "ref", attrs: {}, content: Buffer.from("ref-1") }] }],
        });
      else send({ tag: "success", attrs: { t: String(Math.floor(Date.now() / 1000)), lid: "900:1@lid" } });
    }

    function node({ tag, attrs, content }: BinaryNode): void {
      const [first] = Array.isArray(content) ? content : [];
      asked.push([tag, attrs.xmlns, first?.tag].filter(Boolean).join(" "));
      if (attrs.id !== undefined) answers.get(attrs.id)?.();
      if (tag !== "iq" || attrs.type === "result" || attrs.id === undefined) return;
      const reply: BinaryNode[] =
        first?.tag === "count" ? [{ tag: "count", attrs: { value: "800" } }] : first?.tag === "digest" ? [{ tag: "digest", attrs: {} }] : [];
      send({ tag: "iq", attrs: { id: attrs.id, type: "result", from: "s.whatsapp.net" }, content: reply });
    }

    let line = Promise.resolve();
    socket.on("message", (data: Buffer) => {
      bytes = Buffer.concat([bytes, data]);
      if (intro) {
        if (bytes.length < NOISE_WA_HEADER.length) return;
        intro = false;
        bytes = bytes.subarray(NOISE_WA_HEADER.length);
      }
      while (bytes.length >= 3 && bytes.length >= 3 + bytes.readUIntBE(0, 3)) {
        const one = bytes.subarray(3, 3 + bytes.readUIntBE(0, 3));
        bytes = bytes.subarray(3 + one.length);
        line = line.then(() => frame(one)).catch(() => socket.terminate());
      }
    });
  }

  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", serve);
  await new Promise((resolve) => server.once("listening", resolve));

  const streamError = (code: number): void => live?.send({ tag: "stream:error", attrs: { code: String(code) } });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/chat`,
    logins,
    asked,
    async scan(qr) {
      const [identityKey = "", adv = ""] = qr.slice(qr.indexOf("ref-1")).split(",").slice(2);
      const phone = Curve.generateKeyPair();
      const details = proto.ADVDeviceIdentity.encode({ rawId: 1, timestamp: 1, keyIndex: 1 }).finish();
      const accountSignature = Curve.sign(phone.private, Buffer.concat([Buffer.from([6, 0]), details, Buffer.from(identityKey, "base64")]));
      const account = proto.ADVSignedDeviceIdentity.encode({ details, accountSignatureKey: phone.public, accountSignature }).finish();
      const hmac = createHmac("sha256", Buffer.from(adv, "base64")).update(account).digest();
      const content = proto.ADVSignedDeviceIdentityHMAC.encode({ details: account, hmac }).finish();
      const signed = new Promise<void>((resolve) => answers.set("pair-2", resolve));
      live?.send({
        tag: "iq",
        attrs: { id: "pair-2", type: "set", from: "s.whatsapp.net" },
        content: [
          {
            tag: "pair-success",
            attrs: {},
            content: [
              { tag: "device-identity", attrs: {}, content },
              { tag: "device", attrs: { jid: "34910000001:7@s.whatsapp.net", lid: "900:7@lid" } },
              { tag: "platform", attrs: { name: "android" } },
            ],
          },
        ],
      });
      await signed;
      streamError(515);
    },
    end(how) {
      if (how === "cut") live?.socket.terminate();
      else if ("streamError" in how) streamError(how.streamError);
      else live?.send({ tag: "failure", attrs: { reason: String(how.failure) } });
    },
    mute() {
      isMute = true;
    },
    async close() {
      WA_CERT_DETAILS.PUBLIC_KEY = trusted;
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
